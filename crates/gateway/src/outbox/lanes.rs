//! The lanes of the outbox: who receives. Each has sending slots of its own, so that a slow one holds up nobody else, and
//! one that fails again and again is given a pause and then tried with one thing alone.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::backoff;
use crate::limits;
use crate::store::OutboxKind;

/// Who receives: a merchant's upstream, one of its endpoints, its mail.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lane {
    /// What is sent.
    pub kind: OutboxKind,
    /// Whose.
    pub merchant: String,
    /// Which endpoint; empty where there is only one.
    pub endpoint: String,
}

impl Lane {
    /// A merchant's upstream.
    pub fn forward(merchant: &str) -> Lane {
        Lane { kind: OutboxKind::Forward, merchant: merchant.to_owned(), endpoint: String::new() }
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct State {
    /// Being sent now.
    sending: usize,
    /// Without a success in between.
    failures: u32,
    /// Nothing is sent before, in milliseconds since 1970.
    paused_until: i64,
}

/// What this process knows of the lanes. Another one on the same store knows its own.
#[derive(Debug, Default)]
pub struct Lanes(Mutex<HashMap<Lane, State>>);

impl Lanes {
    /// Takes up to so many slots; how many there were.
    pub fn take(&self, lane: &Lane, wanted: usize, now: i64) -> usize {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = all.entry(lane.clone()).or_default();
        if state.paused_until > now {
            return 0;
        }
        let slots = if state.failures < limits::LANE_FAILURES { limits::LANE_SLOTS } else { 1 };
        let taken = wanted.min(slots.saturating_sub(state.sending));
        state.sending += taken;
        taken
    }

    /// Gives slots back.
    pub fn free(&self, lane: &Lane, slots: usize) {
        self.change(lane, |state| state.sending = state.sending.saturating_sub(slots));
    }

    /// Whether the lane may be used now. A customer who waits is no part of the worker's slots.
    pub fn open(&self, lane: &Lane, now: i64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).get(lane).is_none_or(|state| state.paused_until <= now)
    }

    /// It received something.
    pub fn worked(&self, lane: &Lane) {
        self.change(lane, |state| (state.failures, state.paused_until) = (0, 0));
    }

    /// It could not receive; `asked` are the seconds for which it wants to be left alone.
    pub fn failed(&self, lane: &Lane, asked: Option<u32>, roll: u32, now: i64) {
        self.change(lane, |state| {
            state.failures = state.failures.saturating_add(1);
            let over = state.failures.checked_sub(limits::LANE_FAILURES);
            let pause = over.map_or(0, |over| backoff::pause(over, None, roll).min(limits::LANE_PAUSE_MILLIS));
            state.paused_until = state.paused_until.max(now + pause.max(backoff::asked_millis(asked)));
        });
    }

    fn change(&self, lane: &Lane, change: impl FnOnce(&mut State)) {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let state = all.entry(lane.clone()).or_default();
        change(state);
        // Nothing is remembered of a lane that is idle and well.
        if state.sending == 0 && state.failures == 0 && state.paused_until == 0 {
            all.remove(lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lane_has_slots_of_its_own() {
        let (lanes, slow, other) = (Lanes::default(), Lane::forward("slow"), Lane::forward("other"));
        assert_eq!(lanes.take(&slow, 100, 0), limits::LANE_SLOTS);
        assert_eq!(lanes.take(&slow, 1, 0), 0);
        assert_eq!(lanes.take(&other, 3, 0), 3, "another one is not held up");
        lanes.free(&slow, 2);
        assert_eq!(lanes.take(&slow, 5, 0), 2);
    }

    #[test]
    fn who_fails_again_and_again_is_left_alone_and_then_tried_with_one() {
        let (lanes, lane) = (Lanes::default(), Lane::forward("shop"));
        for _ in 1..limits::LANE_FAILURES {
            lanes.failed(&lane, None, u32::MAX, 0);
            assert!(lanes.open(&lane, 0));
        }
        lanes.failed(&lane, None, u32::MAX, 0);
        assert!(!lanes.open(&lane, 498) && lanes.open(&lane, 499));
        assert_eq!((lanes.take(&lane, 5, 0), lanes.take(&lane, 5, 499), lanes.take(&lane, 5, 499)), (0, 1, 0));
        for _ in 0..100 {
            lanes.failed(&lane, None, u32::MAX, 499);
        }
        assert!(lanes.open(&lane, 499 + limits::LANE_PAUSE_MILLIS), "a minute at most");
        lanes.worked(&lane);
        assert_eq!(lanes.take(&lane, 5, 499), 5);
    }

    #[test]
    fn who_asks_for_a_pause_gets_it_at_once() {
        let (lanes, lane) = (Lanes::default(), Lane::forward("shop"));
        lanes.failed(&lane, Some(20), 0, 1_000);
        assert!(!lanes.open(&lane, 20_999) && lanes.open(&lane, 21_000));
    }
}
