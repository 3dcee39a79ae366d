//! What follows from what an upstream did. Pure: outcomes in, the next step out.

use super::judge::Verdict;
use super::parcel::InVain;
use super::probe::Broken;
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
    /// It is not there yet, and may come still. To be looked for again.
    Wait {
        /// Milliseconds until then.
        pause: i64,
        /// Until when the upstream may be at work on it.
        unsettled_until: i64,
    },
    /// The upstream will not have it.
    Refused {
        /// What is wrong.
        outcome: Outcome,
        /// For the merchant.
        why: String,
    },
    /// Somebody has to look.
    Park {
        /// Why, in words that say nothing of a customer.
        why: &'static str,
        /// What the upstream said, for the merchant alone.
        said: Option<String>,
    },
}

impl Step {
    fn park(why: &'static str) -> Step {
        Step::Park { why, said: None }
    }
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
        Posted::Refused { status, message, .. } if attempt.doubted => {
            Step::Park { why: "refused after an attempt that may have been stored", said: Some(refusal(status, message)) }
        }
        Posted::Refused { status, outcome, message } => Step::Refused { outcome, why: refusal(status, message) },
        Posted::NotSent(trouble) => attempt.later(trouble, attempt.unsettled_until.filter(|_| attempt.doubted)),
        // It may be at work on it still, also where something has answered: a proxy in front of it gives up before it does.
        Posted::Unknown(trouble) => attempt.later(trouble, attempt.unsettled_until),
    }
}

fn refusal(status: u16, message: Option<String>) -> String {
    message.map_or_else(|| format!("refused with status {status}"), |said| format!("refused with status {status}: {said}"))
}

/// What has been tried in vain once this was the answer to sending it.
pub(super) fn in_vain_after_sending(before: InVain, posted: &Posted) -> InVain {
    let unclear = match posted {
        Posted::Unknown(Trouble::Nonsense) => before.unclear.saturating_add(1),
        // Once is enough: it would say so again.
        Posted::Unknown(Trouble::Contradiction) => u32::MAX,
        Posted::Unknown(_) | Posted::Registered(_) | Posted::Refused { .. } | Posted::NotSent(_) => before.unclear,
    };
    InVain { unclear, ..before }
}

/// What has been tried in vain once this came of looking for it.
pub(super) fn in_vain_after_probing(before: InVain, looked: &Result<Verdict, Broken>) -> InVain {
    let Err(Broken { trouble, begun }) = looked else {
        return InVain { endless: 0, unanswered: 0, ..before };
    };
    match trouble {
        // There is no network, no token, no call left: nothing was asked.
        Trouble::Unreachable | Trouble::TurnedAway(_) | Trouble::Crowded => before,
        Trouble::Nonsense | Trouble::Contradiction => InVain { endless: before.endless.saturating_add(1), ..before },
        Trouble::NoAnswer | Trouble::Busy { .. } | Trouble::Failed { .. } if *begun => {
            InVain { endless: before.endless.saturating_add(1), ..before }
        }
        Trouble::NoAnswer | Trouble::Busy { .. } | Trouble::Failed { .. } => {
            InVain { unanswered: before.unanswered.saturating_add(1), ..before }
        }
    }
}

/// After it was looked for, because an earlier attempt may have reached the upstream. `in_vain`: with this look.
pub(super) fn after_probing(attempt: Attempt, in_vain: InVain, looked: Result<Verdict, Broken>) -> Step {
    let unsettled_until = attempt.unsettled_until.unwrap_or(attempt.now);
    match looked {
        Ok(Verdict::Found(id)) => Step::Arrived(id),
        // Looked for again until nothing can come any more, then sent.
        Ok(Verdict::Absent) if unsettled_until > attempt.now => {
            let pause = backoff::pause(attempt.number, None, attempt.roll).min(unsettled_until - attempt.now);
            Step::Wait { pause, unsettled_until }
        }
        Ok(Verdict::Absent) if in_vain.unclear == u32::MAX => {
            Step::park("it was answered with success and an error at once, and is not there")
        }
        Ok(Verdict::Absent) if in_vain.unclear >= limits::SENDS_UNCLEAR => {
            Step::park("its answers are not understood, and it is not there")
        }
        Ok(Verdict::Absent) => Step::Send,
        Ok(Verdict::CannotTell) => Step::park("whether it is there cannot be told from the list"),
        Err(Broken { trouble: Trouble::TurnedAway(404 | 405), .. }) => Step::park("there is no list in which it could be looked for"),
        Err(broken) if in_vain.endless >= limits::PROBE_ENDLESS => Step::park(match broken.trouble {
            Trouble::Nonsense | Trouble::Contradiction => "the list in which it could be looked for is not understood",
            Trouble::Unreachable
            | Trouble::NoAnswer
            | Trouble::TurnedAway(_)
            | Trouble::Busy { .. }
            | Trouble::Failed { .. }
            | Trouble::Crowded => "looking for it came to no end: too many pages, too slow, or asked too often",
        }),
        Err(_) if in_vain.unanswered >= limits::PROBE_UNANSWERED => Step::park("looking for it was not answered, for about a day"),
        Err(broken) => attempt.later(broken.trouble, Some(unsettled_until)),
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

    const NOTHING: InVain = InVain { endless: 0, unanswered: 0, unclear: 0 };

    fn broken(trouble: Trouble, begun: bool) -> Result<Verdict, Broken> {
        Err(Broken { trouble, begun })
    }

    /// Whether it may be sent again without a look, what is noted of it, and when.
    fn later(step: Step) -> (Option<i64>, i64) {
        match step {
            Step::Later { pause, unsettled_until, .. } => (unsettled_until, pause),
            Step::Wait { pause, unsettled_until } => (Some(unsettled_until), pause),
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
    fn an_unknown_outcome_is_looked_for_until_nothing_can_come_any_more_whoever_has_answered() {
        for trouble in [Trouble::NoAnswer, Trouble::Nonsense, Trouble::Contradiction, Trouble::Failed { status: 504, retry_after: None }] {
            assert_eq!(later(after_sending(FIRST, Posted::Unknown(trouble))).0, Some(1_120_000), "{trouble:?}");
        }
        let asked = Trouble::Failed { status: 500, retry_after: Some(3) };
        assert_eq!(later(after_sending(FIRST, Posted::Unknown(asked))), (Some(1_120_000), 3_000));
    }

    #[test]
    fn a_refusal_counts_only_if_nothing_came_before() {
        assert!(matches!(after_sending(FIRST, refused(422)), Step::Refused { .. }));
        assert!(matches!(after_sending(DOUBTED, refused(409)), Step::Park { .. }));
    }

    #[test]
    fn what_is_not_there_is_sent_once_nothing_can_come_any_more() {
        assert_eq!(later(after_probing(DOUBTED, NOTHING, Ok(Verdict::Absent))), (Some(1_120_000), 999));
        let quiet = Attempt { now: 1_120_000, ..DOUBTED };
        assert_eq!(after_probing(quiet, NOTHING, Ok(Verdict::Absent)), Step::Send);
        assert_eq!(after_probing(DOUBTED, NOTHING, Ok(Verdict::Found(None))), Step::Arrived(None));
    }

    #[test]
    fn what_is_not_there_after_answers_that_are_none_is_sent_a_few_times_only() {
        let quiet = Attempt { now: 1_120_000, ..DOUBTED };
        let mut in_vain = NOTHING;
        for _ in 1..limits::SENDS_UNCLEAR {
            in_vain = in_vain_after_sending(in_vain, &Posted::Unknown(Trouble::Nonsense));
            assert_eq!(after_probing(quiet, in_vain, Ok(Verdict::Absent)), Step::Send);
        }
        in_vain = in_vain_after_sending(in_vain, &Posted::Unknown(Trouble::Nonsense));
        assert!(matches!(after_probing(quiet, in_vain, Ok(Verdict::Absent)), Step::Park { .. }));
        let denied = in_vain_after_sending(NOTHING, &Posted::Unknown(Trouble::Contradiction));
        assert_eq!(later(after_probing(DOUBTED, denied, Ok(Verdict::Absent))).0, Some(1_120_000), "it may come still");
        assert!(matches!(after_probing(quiet, denied, Ok(Verdict::Absent)), Step::Park { .. }));
        assert_eq!(in_vain_after_sending(NOTHING, &Posted::Unknown(Trouble::NoAnswer)), NOTHING);
    }

    #[test]
    fn what_nobody_can_tell_is_never_sent_again() {
        assert!(matches!(after_probing(DOUBTED, NOTHING, Ok(Verdict::CannotTell)), Step::Park { .. }));
        assert!(matches!(after_probing(DOUBTED, NOTHING, broken(Trouble::TurnedAway(404), false)), Step::Park { .. }));
    }

    /// How many looks like this one there are before a person has to look.
    fn looks(trouble: Trouble, begun: bool) -> Option<u32> {
        let mut in_vain = NOTHING;
        (1..=2 * limits::PROBE_UNANSWERED).find(|_| {
            in_vain = in_vain_after_probing(in_vain, &broken(trouble, begun));
            match after_probing(DOUBTED, in_vain, broken(trouble, begun)) {
                Step::Park { .. } => true,
                step => later(step).0 != Some(1_120_000),
            }
        })
    }

    #[test]
    fn a_look_that_comes_to_no_end_is_not_taken_for_ever() {
        let busy = Trouble::Busy { retry_after: None };
        let failed = Trouble::Failed { status: 503, retry_after: None };
        for trouble in [Trouble::NoAnswer, busy, failed] {
            assert_eq!(looks(trouble, true), Some(limits::PROBE_ENDLESS), "{trouble:?}");
            assert_eq!(looks(trouble, false), Some(limits::PROBE_UNANSWERED), "{trouble:?}");
        }
        assert_eq!(looks(Trouble::Nonsense, false), Some(limits::PROBE_ENDLESS));
        for trouble in [Trouble::Unreachable, Trouble::TurnedAway(401), Trouble::Crowded] {
            assert_eq!((looks(trouble, false), looks(trouble, true)), (None, None), "what was not asked is waited for: {trouble:?}");
        }
        let often = InVain { endless: 7, unanswered: 599, unclear: 1 };
        assert_eq!(in_vain_after_probing(often, &Ok(Verdict::Absent)), InVain { unclear: 1, ..NOTHING }, "a whole look counts anew");
    }
}
