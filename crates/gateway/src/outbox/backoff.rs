//! How long until something is tried again. Pure: the roll of the dice is given.

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
    fn a_receivers_own_wish_is_the_least_within_an_hour() {
        assert_eq!(pause(0, Some(30), u32::MAX), 30_000);
        assert_eq!(pause(20, Some(1), u32::MAX), 299_999);
        assert_eq!(pause(0, Some(u32::MAX), 0), limits::RETRY_ASKED_MILLIS);
    }
}
