//! Submits: what makes two requests one.

use regcard_protocol::problem::FieldError;
use serde::{Deserialize, Serialize};

/// Which interface a key came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// A page.
    Browser,
    /// A merchant's server.
    Merchant,
}

/// What a submit is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitKey {
    /// Whose.
    pub merchant: String,
    /// By which interface.
    pub interface: Interface,
    /// Of the idempotency key.
    pub hash: [u8; 32],
}

/// A submit as it begins.
#[derive(Clone, Debug)]
pub struct NewSubmit {
    /// What it is found by.
    pub key: SubmitKey,
    /// Of the body.
    pub fingerprint: [u8; 32],
    /// Reads its status; kept so that the same answer can be given again.
    pub status_token: String,
}

/// What became of a submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Of the body.
    pub fingerprint: [u8; 32],
    /// Where it is.
    pub state: SubmitState,
    /// How it ended.
    pub outcome: Outcome,
    /// Reads its status.
    pub status_token: String,
}

/// Where a submit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitState {
    /// Stored, here or upstream.
    Registered,
    /// On its way upstream; somebody waits for the answer.
    Sending,
    /// Taken on, and on its way upstream.
    Queued,
    /// The upstream said no, and stored nothing.
    Refused,
    /// Sent, but how it ended is not known.
    Unknown,
}

/// How a submit ended. No personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The registrations' numbers; `None` where an upstream gave none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Option<String>>,
    /// Whether it was a serial number that somebody has registered.
    #[serde(default)]
    pub taken: bool,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Said to be on its way for as long as it is remembered: a test key's.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub stays_queued: bool,
}
