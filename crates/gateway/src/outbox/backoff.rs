//! How long until something is tried again. Pure: the roll of the dice is given.

use jiff::fmt::rfc2822;

use crate::limits;

/// Milliseconds until the next attempt, after this many: anything up to half a second, doubled with each, five minutes at most.
/// All of it is left to chance, so that what failed together does not come again together. `asked` are the seconds for which
/// the receiver wants to be left alone.
pub fn pause(attempt: u32, asked: Option<u32>, roll: u32) -> i64 {
    let longest = limits::RETRY_FIRST_MILLIS.saturating_mul(1_i64.checked_shl(attempt.min(32)).unwrap_or(i64::MAX));
    let longest = longest.min(limits::RETRY_LONGEST_MILLIS);
    // 2³² rolls, so that the product stays far within 64 bits.
    let by_chance = longest.saturating_mul(i64::from(roll)) >> 32;
    by_chance.max(limits::RETRY_SHORTEST_MILLIS).max(asked_millis(asked))
}

/// The milliseconds for which a receiver wants to be left alone, within reason.
pub fn asked_millis(asked: Option<u32>) -> i64 {
    asked.map_or(0, |seconds| i64::from(seconds).saturating_mul(1_000).min(limits::RETRY_ASKED_MILLIS))
}

/// The seconds of a `Retry-After`, which says them, or an instant, as HTTP writes one. `now` in seconds: the machine's time, since the instant
/// comes from another machine, which knows no clock that is moved by hand.
pub fn retry_after(value: &str, now: i64) -> Option<u32> {
    let value = value.trim();
    let until = || rfc2822::parse(value).ok().map(|then| then.timestamp().as_second() - now);
    value.parse::<u32>().ok().or_else(|| Some(u32::try_from(until()?.max(0)).unwrap_or(u32::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_attempt_may_wait_twice_as_long_up_to_five_minutes() {
        let longest: Vec<i64> = (0..12).map(|attempt| pause(attempt, None, u32::MAX)).collect();
        assert_eq!(longest[..4], [499, 999, 1_999, 3_999]);
        assert_eq!(longest[10..], [299_999, 299_999]);
        assert_eq!(pause(u32::MAX, None, u32::MAX), 299_999);
    }

    #[test]
    fn the_whole_pause_is_left_to_chance_but_never_none() {
        assert_eq!(pause(9, None, 0), limits::RETRY_SHORTEST_MILLIS);
        assert_eq!(pause(3, None, u32::MAX / 2), 1_999);
    }

    #[test]
    fn a_pause_is_said_in_seconds_or_as_an_instant() {
        const NOW: i64 = 1_445_412_420;
        assert_eq!(retry_after(" 120 ", NOW), Some(120));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", NOW), Some(60));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:26:00 GMT", NOW), Some(0), "gone by");
        let far = retry_after("Mon, 31 Dec 2255 23:59:59 GMT", NOW);
        assert_eq!(asked_millis(far), limits::RETRY_ASKED_MILLIS, "within reason");
        for nothing in ["soon", "-1", "", "Wed, 41 Oct 2015 07:28:00 GMT", "1.5"] {
            assert_eq!(retry_after(nothing, NOW), None, "{nothing}");
        }
    }

    #[test]
    fn a_receivers_own_wish_is_the_least_within_an_hour() {
        assert_eq!(pause(0, Some(30), u32::MAX), 30_000);
        assert_eq!(pause(20, Some(1), u32::MAX), 299_999);
        assert_eq!(pause(0, Some(u32::MAX), 0), limits::RETRY_ASKED_MILLIS);
    }
}
