//! Time and randomness, as parameters: the only place that asks the machine for either.

use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use regcard_protocol::date::Day;
use uuid::ContextV7;

/// Tells the time.
#[derive(Clone, Debug)]
pub enum Clock {
    /// The machine's.
    System,
    /// Stands still until it is moved; milliseconds since 1970.
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at this second.
    pub fn manual(second: i64) -> Clock {
        Clock::Manual(Arc::new(AtomicI64::new(second * 1_000)))
    }

    /// Moves a clock that stands still; the machine's cannot be moved.
    pub fn advance(&self, seconds: i64) {
        match self {
            Clock::System => {}
            Clock::Manual(millis) => {
                millis.fetch_add(seconds * 1_000, Ordering::SeqCst);
            }
        }
    }

    /// Milliseconds since 1970.
    pub fn millis(&self) -> i64 {
        match self {
            Clock::System => Timestamp::now().as_millisecond(),
            Clock::Manual(millis) => millis.load(Ordering::SeqCst),
        }
    }

    /// Seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.millis().div_euclid(1_000)
    }

    /// The day it is in UTC. Purchase dates may lie a day after it.
    pub fn today(&self) -> Day {
        day(self.millis())
    }
}

/// Reads an instant as [`written`] writes it, or in any other zone.
pub fn read(text: &str) -> Option<i64> {
    text.trim().parse::<Timestamp>().ok().map(Timestamp::as_millisecond)
}

/// The day of an instant, in UTC.
pub fn day(millis: i64) -> Day {
    let date = TimeZone::UTC.to_datetime(Timestamp::from_millisecond(millis).unwrap_or_default()).date();
    let year = u16::try_from(date.year()).unwrap_or_default();
    let (month, day) = (u8::try_from(date.month()).unwrap_or_default(), u8::try_from(date.day()).unwrap_or_default());
    Day::new(year, month, day).unwrap_or_default()
}

/// An instant as the registration API writes it, `2026-11-24T11:00:00.000Z`.
pub fn written(millis: i64) -> String {
    let instant = Timestamp::from_millisecond(millis).unwrap_or_default();
    format!("{instant:.3}")
}

/// How long ago a file was written.
pub fn age(written: SystemTime) -> Duration {
    SystemTime::now().duration_since(written).unwrap_or_default()
}

/// The machine has no randomness to give, so that no secret can be made.
#[derive(Debug, thiserror::Error)]
#[error("no randomness: {0}")]
pub struct NoRandomness(getrandom::Error);

/// Bytes that nobody can guess.
///
/// # Errors
/// [`NoRandomness`] if the machine has none.
pub fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(NoRandomness)?;
    Ok(bytes)
}

/// A roll of the dice, for what is only to be spread. A machine without randomness spreads nothing.
pub fn roll() -> u32 {
    random::<4>().map_or(u32::MAX, u32::from_be_bytes)
}

/// Counts within a millisecond, so that what is made in one sorts in order too.
static ORDER: Mutex<ContextV7> = Mutex::new(ContextV7::new());

/// An identifier that sorts by the time it was made. It is a name, never a permission.
pub fn new_id(clock: &Clock) -> String {
    id_at(clock.millis())
}

/// The same for an instant that somebody else has read.
pub fn id_at(millis: i64) -> String {
    let millis = u64::try_from(millis).unwrap_or_default();
    let timestamp = uuid::Timestamp::from_unix(&ORDER, millis / 1_000, u32::try_from(millis % 1_000).unwrap_or_default() * 1_000_000);
    uuid::Uuid::new_v7(timestamp).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_written_with_three_digits_of_a_second() {
        assert_eq!(written(1_795_518_000_000), "2026-11-24T11:00:00.000Z");
        assert_eq!(written(1_795_518_000_007), "2026-11-24T11:00:00.007Z");
    }

    #[test]
    fn what_is_made_in_one_millisecond_sorts_in_order() {
        let clock = Clock::manual(1_795_518_000);
        let made: Vec<String> = (0..1_000).map(|_| new_id(&clock)).collect();
        assert!(made.is_sorted());
    }

    #[test]
    fn a_clock_that_stands_still_moves_by_hand() {
        let clock = Clock::manual(1_795_518_000);
        assert_eq!(clock.today().to_string(), "2026-11-24");
        clock.advance(13 * 3_600);
        assert_eq!(clock.today().to_string(), "2026-11-25");
    }
}
