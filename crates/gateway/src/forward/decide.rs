//! What follows from what an upstream did. Pure: outcomes in, the next step out.

use super::judge::Verdict;
use crate::limits;
use crate::outbox::backoff;
use crate::store::Outcome;
use crate::upstream::{Posted, Trouble};

/// What to do with a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// It is upstream; on to the next.
    Arrived(Option<String>),
    /// It is to be sent now.
    Send,
    /// Try again.
    Later {
        /// Milliseconds until then.
        pause: i64,
        /// Until when the upstream may be at work on it; none if nothing of it can be there.
        unsettled_until: Option<i64>,
        /// Why.
        trouble: Trouble,
    },
    /// The upstream will not have it.
    Refused {
        /// What is wrong.
        outcome: Outcome,
        /// For the merchant.
        why: String,
    },
    /// Somebody has to look.
    Park(&'static str),
}

/// How far an attempt is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Attempt {
    /// How many there have been.
    pub(super) number: u32,
    /// The time.
    pub(super) now: i64,
    /// Whether an earlier one may have reached the upstream.
    pub(super) doubted: bool,
    /// Until when the upstream may be at work on it.
    pub(super) unsettled_until: Option<i64>,
    /// Left to chance.
    pub(super) roll: u32,
}

impl Attempt {
    fn later(self, trouble: Trouble, unsettled_until: Option<i64>) -> Step {
        Step::Later { pause: backoff::pause(self.number, trouble.retry_after(), self.roll), unsettled_until, trouble }
    }
}

/// After it was sent.
pub(super) fn after_sending(attempt: Attempt, posted: Posted) -> Step {
    match posted {
        Posted::Registered(id) => Step::Arrived(id),
        // What it refuses may be what it has already: then the refusal says nothing about the registration.
        Posted::Refused { .. } if attempt.doubted => Step::Park("refused after an attempt that may have been stored"),
        Posted::Refused { status, outcome, message } => {
            let why =
                message.map_or_else(|| format!("refused with status {status}"), |said| format!("refused with status {status}: {said}"));
            Step::Refused { outcome, why }
        }
        Posted::NotSent(trouble) => attempt.later(trouble, attempt.unsettled_until.filter(|_| attempt.doubted)),
        // Without an answer it may be at work on it still; one that has answered is done with it.
        Posted::Unknown(trouble @ (Trouble::NoAnswer | Trouble::Unreachable)) => attempt.later(trouble, attempt.unsettled_until),
        Posted::Unknown(trouble) => attempt.later(trouble, Some(attempt.now)),
    }
}

/// After it was looked for, because an earlier attempt may have reached the upstream.
pub(super) fn after_probing(attempt: Attempt, looked: Result<Verdict, Trouble>) -> Step {
    let unsettled_until = attempt.unsettled_until.unwrap_or(attempt.now);
    match looked {
        Ok(Verdict::Found(id)) => Step::Arrived(id),
        Ok(Verdict::Absent) if unsettled_until <= attempt.now => Step::Send,
        // It is not there yet. Looked for again until nothing can come any more, then sent.
        Ok(Verdict::Absent) => {
            let pause = backoff::pause(attempt.number, None, attempt.roll).min(unsettled_until - attempt.now);
            Step::Later { pause, unsettled_until: Some(unsettled_until), trouble: Trouble::NoAnswer }
        }
        Ok(Verdict::CannotTell) => Step::Park("whether it is there cannot be told from the list"),
        Err(Trouble::TurnedAway(404 | 405)) => Step::Park("there is no list in which it could be looked for"),
        Err(Trouble::Nonsense) if attempt.number >= limits::PROBE_ATTEMPTS => {
            Step::Park("the list in which it could be looked for is not understood")
        }
        Err(trouble) => attempt.later(trouble, Some(unsettled_until)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIRST: Attempt = Attempt { number: 1, now: 1_000_000, doubted: false, unsettled_until: Some(1_120_000), roll: u32::MAX };
    const DOUBTED: Attempt = Attempt { doubted: true, ..FIRST };

    fn refused(status: u16) -> Posted {
        Posted::Refused { status, outcome: Outcome::default(), message: None }
    }

    /// Whether it may be sent again without a look, what is noted of it, and when.
    fn later(step: Step) -> (Option<i64>, i64) {
        match step {
            Step::Later { pause, unsettled_until, .. } => (unsettled_until, pause),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn what_was_not_sent_is_sent_again_without_a_look() {
        for trouble in [Trouble::Unreachable, Trouble::TurnedAway(401), Trouble::Busy { retry_after: None }, Trouble::Crowded] {
            assert_eq!(later(after_sending(FIRST, Posted::NotSent(trouble))), (None, 999), "{trouble:?}");
        }
        assert_eq!(later(after_sending(FIRST, Posted::NotSent(Trouble::Busy { retry_after: Some(7) }))), (None, 7_000));
    }

    #[test]
    fn once_in_doubt_always_in_doubt() {
        assert_eq!(later(after_sending(DOUBTED, Posted::NotSent(Trouble::Unreachable))).0, Some(1_120_000));
    }

    #[test]
    fn an_unknown_outcome_is_looked_for_first() {
        assert_eq!(later(after_sending(FIRST, Posted::Unknown(Trouble::NoAnswer))).0, Some(1_120_000));
        let answered = Trouble::Failed { status: 500, retry_after: Some(3) };
        assert_eq!(later(after_sending(FIRST, Posted::Unknown(answered))), (Some(1_000_000), 3_000), "it is done with it");
    }

    #[test]
    fn a_refusal_counts_only_if_nothing_came_before() {
        assert!(matches!(after_sending(FIRST, refused(422)), Step::Refused { .. }));
        assert!(matches!(after_sending(DOUBTED, refused(409)), Step::Park(_)));
    }

    #[test]
    fn what_is_not_there_is_sent_once_nothing_can_come_any_more() {
        assert_eq!(later(after_probing(DOUBTED, Ok(Verdict::Absent))), (Some(1_120_000), 999));
        let quiet = Attempt { now: 1_120_000, ..DOUBTED };
        assert_eq!(after_probing(quiet, Ok(Verdict::Absent)), Step::Send);
        assert_eq!(after_probing(DOUBTED, Ok(Verdict::Found(None))), Step::Arrived(None));
    }

    #[test]
    fn what_nobody_can_tell_is_never_sent_again() {
        assert!(matches!(after_probing(DOUBTED, Ok(Verdict::CannotTell)), Step::Park(_)));
        assert!(matches!(after_probing(DOUBTED, Err(Trouble::TurnedAway(404))), Step::Park(_)));
        assert_eq!(later(after_probing(DOUBTED, Err(Trouble::Nonsense))).0, Some(1_120_000));
        let often = Attempt { number: limits::PROBE_ATTEMPTS, ..DOUBTED };
        assert!(matches!(after_probing(often, Err(Trouble::Nonsense)), Step::Park(_)));
        assert_eq!(later(after_probing(often, Err(Trouble::Unreachable))).0, Some(1_120_000), "a network that fails is waited for");
    }
}
