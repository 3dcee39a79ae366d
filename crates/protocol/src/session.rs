//! Opening and renewing a session: what is sent, what comes back. How a token is made and read is the gateway's.

use serde::{Deserialize, Serialize};

/// `POST /v1/sessions` takes this. To renew, the old token comes along as `Authorization: Bearer`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRequest {
    /// The merchant's publishable key, `pk_live_…` or `pk_test_…`.
    pub key: String,
    /// The form's name in URLs.
    pub form: String,
}

/// What `POST /v1/sessions` answers, with 201.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SessionAnswer {
    /// Bearer token for the three things a card may do.
    pub token: String,
    /// Seconds the token lives.
    pub expires_in: u32,
    /// What the session may do in all.
    pub limits: SessionLimits,
}

/// What one session may do in all, over all its renewals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionLimits {
    /// Serial numbers checked.
    pub checks: u32,
    /// Uploads signed.
    pub uploads: u32,
    /// Registrations sent.
    pub registrations: u32,
}
