//! How much is left of a budget, as a page is told: `RateLimit-Policy` and `RateLimit`, as draft-ietf-httpapi-ratelimit-headers-10
//! writes them.

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};

/// What there is in all.
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
/// What is left of it.
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");

/// How a budget stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Left {
    pub(super) budget: &'static str,
    /// How much there is in all.
    pub(super) quota: u64,
    /// For how long that has to last.
    pub(super) seconds: i64,
    pub(super) left: u64,
    /// In how many seconds it begins anew.
    pub(super) anew: i64,
}

impl Left {
    /// Says in an answer's headers how it stands.
    pub fn note(self, headers: &mut HeaderMap) {
        let Left { budget, left, anew, .. } = self;
        put(headers, POLICY, self.policy());
        put(headers, LIMIT, format!("\"{budget}\";r={left};t={}", anew.max(0)));
    }

    /// An answer, or a refusal that came after the budget was spent of, with how it stands.
    pub fn beside(self, answered: impl IntoResponse) -> Response {
        let mut answer = answered.into_response();
        self.note(answer.headers_mut());
        answer
    }

    /// Says in an answer's headers what there is in all.
    pub fn note_policies(all: &[Left], headers: &mut HeaderMap) {
        put(headers, POLICY, all.iter().map(|one| one.policy()).collect::<Vec<_>>().join(", "));
    }

    fn policy(self) -> String {
        let Left { budget, quota, seconds, .. } = self;
        format!("\"{budget}\";q={quota};w={seconds}")
    }
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: String) {
    if let Ok(value) = HeaderValue::try_from(value) {
        headers.insert(name, value);
    }
}
