//! What follows from an attempt: pure, the roll of the dice is given.

use crate::limits;
use crate::outbox::backoff::asked_millis;

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sent {
    /// Received.
    Received(u16),
    /// The receiver wants no more of it (410).
    Gone,
    /// Another answer, and the seconds for which the receiver wants to be left alone.
    Answered(u16, Option<u32>),
    /// No answer, with the reason.
    Failed(&'static str),
}

impl Sent {
    /// In words, for the one who looks after it.
    pub fn told(&self) -> String {
        match self {
            Sent::Received(status) => format!("received ({status})"),
            Sent::Gone => "answered 410: it wants no more webhooks".to_owned(),
            Sent::Answered(status @ 300..400, _) => format!("answered {status}: redirects are not followed"),
            Sent::Answered(status, _) => format!("answered {status}"),
            Sent::Failed(why) => (*why).to_owned(),
        }
    }

    /// The seconds for which the receiver is left alone: as long as it asks for, or for a while if it is overrun.
    pub fn pause(&self) -> Option<u32> {
        match self {
            Sent::Answered(429 | 502 | 504, asked) => Some(asked.unwrap_or(limits::WEBHOOK_THROTTLE)),
            Sent::Answered(_, asked) => *asked,
            Sent::Received(_) | Sent::Gone | Sent::Failed(_) => None,
        }
    }
}

/// Milliseconds until the next attempt after this many; nothing after the last.
pub(super) fn until_next(tries: u32, asked: Option<u32>, roll: u32) -> Option<i64> {
    let pause = *limits::WEBHOOK_SCHEDULE_MILLIS.get(usize::try_from(tries).ok()?)?;
    // 2³² rolls, so that the product stays far within 64 bits.
    let by_chance = (pause / limits::WEBHOOK_CHANCE).saturating_mul(i64::from(roll)) >> 32;
    Some((pause + by_chance).max(asked_millis(asked)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOUR: i64 = 60 * 60 * 1_000;

    #[test]
    fn ten_attempts_over_three_days_as_the_specification_has_them() {
        let pauses: Vec<Option<i64>> = (1..=10).map(|tries| until_next(tries, None, 0)).collect();
        let expected = [5_000, 300_000, HOUR / 2, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, 24 * HOUR];
        assert_eq!(pauses[..9], expected.map(Some));
        assert_eq!(pauses[9], None, "the tenth was the last");
        let all: i64 = pauses.iter().flatten().sum();
        assert_eq!(all, 75 * HOUR + HOUR / 2 + 305_000, "75:35:05");
    }

    #[test]
    fn a_tenth_at_most_is_left_to_chance() {
        assert_eq!(until_next(1, None, u32::MAX), Some(5_499));
        assert_eq!(until_next(9, None, u32::MAX / 2), Some(24 * HOUR + 24 * HOUR / 20 - 1));
    }

    #[test]
    fn a_receiver_that_asks_for_a_pause_gets_it_within_reason() {
        assert_eq!(until_next(1, Some(120), 0), Some(120_000));
        assert_eq!(until_next(3, Some(1), 0), Some(HOUR / 2));
        assert_eq!(until_next(1, Some(u32::MAX), 0), Some(limits::RETRY_ASKED_MILLIS));
        assert_eq!(Sent::Answered(503, Some(7)).pause(), Some(7));
        assert_eq!(Sent::Answered(500, None).pause(), None);
        for overrun in [429, 502, 504] {
            assert_eq!(Sent::Answered(overrun, None).pause(), Some(limits::WEBHOOK_THROTTLE));
        }
    }
}
