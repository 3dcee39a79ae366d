//! What concerns the form as a whole, with the code that the documentation explains.

use super::CallFault;
use crate::text::Text;

/// What concerns the form as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The gateway cannot be reached.
    Unreachable,
    /// It does not work right now.
    Unavailable,
    /// Too many at once.
    TooMany,
    /// Whether it arrived is not known.
    OutcomeUnknown,
    /// The page's origin is not one of the key's.
    NotAllowed,
    /// Refused for a reason that no field is to blame for.
    Refused,
    /// The browser has no network.
    Offline,
    /// The hosted page was open for so long that nothing is registered from it any longer.
    PageExpired,
    /// Something on the hosted page was filled in that nobody sees: a person sends it once more.
    OnceMore,
}

impl Notice {
    /// What is said.
    pub fn text(self) -> Text {
        match self {
            Notice::Unreachable => Text::Unreachable,
            Notice::Unavailable => Text::Unavailable,
            Notice::TooMany => Text::TooMany,
            Notice::OutcomeUnknown => Text::OutcomeUnknown,
            Notice::NotAllowed => Text::NotAllowed,
            Notice::Refused => Text::Refused,
            Notice::Offline => Text::Offline,
            Notice::PageExpired => Text::PageExpired,
            Notice::OnceMore => Text::OnceMore,
        }
    }

    /// The code that stands behind it.
    pub fn code(self) -> &'static str {
        match self {
            Notice::Unreachable => "RC-201",
            Notice::Unavailable => "RC-202",
            Notice::TooMany => "RC-203",
            Notice::OutcomeUnknown => "RC-204",
            Notice::NotAllowed => "RC-205",
            Notice::Refused => "RC-206",
            Notice::Offline => "RC-207",
            Notice::PageExpired => "RC-208",
            Notice::OnceMore => "RC-209",
        }
    }

    /// What a call's fault means for the form.
    pub(super) fn of(fault: &CallFault) -> Notice {
        match fault {
            CallFault::NoAnswer => Notice::Unreachable,
            CallFault::Nonsense => Notice::Refused,
            CallFault::Problem(_, code, _) if code == "outcome-unknown" => Notice::OutcomeUnknown,
            CallFault::Problem(403, _, _) => Notice::NotAllowed,
            CallFault::Problem(429, _, _) => Notice::TooMany,
            CallFault::Problem(401 | 408 | 500..=599, _, _) => Notice::Unavailable,
            CallFault::Problem(..) => Notice::Refused,
        }
    }
}
