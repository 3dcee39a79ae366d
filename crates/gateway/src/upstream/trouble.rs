//! Why a call to an upstream brought nothing: what follows from it is decided by whoever called.

use thiserror::Error;

use crate::problem::GatewayError;

/// Why a call brought nothing. No word of the upstream's is in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum Trouble {
    /// Nothing was sent: no address, no connection.
    #[error("no connection")]
    Unreachable,
    /// It was sent, and no answer came, or none that was whole.
    #[error("no answer")]
    NoAnswer,
    /// It takes the access token for none, or has no such address.
    #[error("turned away with status {0}")]
    TurnedAway(u16),
    /// It wants to be asked less often.
    #[error("asked too often")]
    Busy {
        /// Seconds until it makes sense to come again, if it said so.
        retry_after: Option<u32>,
    },
    /// It failed.
    #[error("failed with status {status}")]
    Failed {
        /// With which status.
        status: u16,
        /// Seconds until it makes sense to come again, if it said so.
        retry_after: Option<u32>,
    },
    /// It said something that is not understood.
    #[error("an answer that is not understood")]
    Nonsense,
    /// It said that something was done and that it was not.
    #[error("a success with an error in it")]
    Contradiction,
    /// As many calls are under way as one upstream may have.
    #[error("too many calls at a time")]
    Crowded,
}

impl Trouble {
    pub(super) fn of(error: &reqwest::Error) -> Trouble {
        if error.is_connect() || error.is_builder() { Trouble::Unreachable } else { Trouble::NoAnswer }
    }

    pub(super) fn of_status(status: u16, retry_after: Option<u32>) -> Trouble {
        match status {
            401 | 403 | 404 | 405 => Trouble::TurnedAway(status),
            429 => Trouble::Busy { retry_after },
            500.. => Trouble::Failed { status, retry_after },
            _ => Trouble::Nonsense,
        }
    }

    /// Seconds until it makes sense to come again, if the upstream said so.
    pub fn retry_after(self) -> Option<u32> {
        match self {
            Trouble::Busy { retry_after } | Trouble::Failed { retry_after, .. } => retry_after,
            Trouble::Unreachable
            | Trouble::NoAnswer
            | Trouble::TurnedAway(_)
            | Trouble::Nonsense
            | Trouble::Contradiction
            | Trouble::Crowded => None,
        }
    }
}

/// What it means for a customer who waits.
impl From<Trouble> for GatewayError {
    fn from(trouble: Trouble) -> GatewayError {
        tracing::warn!(%trouble, "an upstream could not be asked");
        match trouble {
            Trouble::Nonsense | Trouble::Contradiction | Trouble::TurnedAway(404 | 405) => GatewayError::BadUpstreamResponse,
            Trouble::Unreachable
            | Trouble::NoAnswer
            | Trouble::TurnedAway(_)
            | Trouble::Busy { .. }
            | Trouble::Failed { .. }
            | Trouble::Crowded => GatewayError::UpstreamUnavailable,
        }
    }
}
