//! What has happened since the start, as numbers for whoever watches. What waits now the store counts.

use std::sync::atomic::{AtomicU64, Ordering};

/// Counters that only grow.
#[derive(Debug, Default)]
pub struct Counted {
    delivered: AtomicU64,
    parked: AtomicU64,
    credentials_refused: AtomicU64,
}

/// What they said at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Submits that have arrived upstream.
    pub delivered: u64,
    /// Submits that wait for a person.
    pub parked: u64,
    /// Calls that an upstream refused because of the access token. Each is a reason to look.
    pub credentials_refused: u64,
}

impl Counted {
    pub(crate) fn delivered(&self) {
        self.delivered.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn parked(&self) {
        self.parked.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn credentials_refused(&self) {
        self.credentials_refused.fetch_add(1, Ordering::Relaxed);
    }

    /// What they say now.
    pub fn now(&self) -> Counts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Counts { delivered: read(&self.delivered), parked: read(&self.parked), credentials_refused: read(&self.credentials_refused) }
    }
}
