//! What is wrong, as RFC 9457 writes it: `application/problem+json` with a code that programs can rely on.

use serde::{Deserialize, Serialize};

/// The body of an error's answer. Members that only a log would need are left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// A stable address for this kind of problem.
    #[serde(rename = "type")]
    pub kind: String,
    /// What this kind of problem is called.
    pub title: String,
    /// The HTTP status, repeated.
    pub status: u16,
    /// What happened this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// The kind in one word.
    pub code: String,
    /// To find the request in the log.
    pub request_id: String,
    /// Whether the same request can succeed later.
    pub retryable: bool,
    /// What is wrong with which field.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
}

/// What is wrong with one field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldError {
    /// JSON pointer (RFC 6901) into the request's body.
    pub pointer: String,
    /// One of [`crate::validate::Fault`]'s codes.
    pub code: String,
    /// For the log and the merchant; the card has its own words.
    pub message: String,
}

/// Where a fault is: in which registration of a request, in which field, in which of several values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Position in the request's `registrations`.
    pub registration: usize,
    /// The field's name in the registration API (`serialNumbers` for the serial numbers).
    pub key: String,
    /// Position among several values.
    pub index: Option<usize>,
}

impl Place {
    /// The place as a JSON pointer, e.g. `/registrations/0/serialNumbers/1`.
    pub fn pointer(&self) -> String {
        let key = self.key.replace('~', "~0").replace('/', "~1");
        match self.index {
            Some(index) => format!("/registrations/{}/{key}/{index}", self.registration),
            None => format!("/registrations/{}/{key}", self.registration),
        }
    }

    /// Reads a JSON pointer that [`Place::pointer`] wrote.
    pub fn parse(pointer: &str) -> Option<Place> {
        let mut parts = pointer.strip_prefix("/registrations/")?.split('/');
        let registration = parts.next()?.parse().ok()?;
        let key = unescaped(parts.next()?);
        let index = match parts.next() {
            Some(index) => Some(index.parse().ok()?),
            None => None,
        };
        parts.next().is_none().then_some(Place { registration, key, index })
    }
}

/// A pointer's token as text. A `~` that stands for nothing stays.
fn unescaped(token: &str) -> String {
    let mut pieces = token.split('~');
    let mut text = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let rest = match piece.as_bytes().first() {
            Some(b'0') => ("~", &piece[1..]),
            Some(b'1') => ("/", &piece[1..]),
            Some(_) | None => ("~", piece),
        };
        text.push_str(rest.0);
        text.push_str(rest.1);
    }
    text
}

/// Every kind of problem that a gateway answers with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemCode {
    /// 400: the body is not what its type says.
    MalformedJson,
    /// 400: the request cannot be understood.
    BadRequest,
    /// 400: registrations need an `Idempotency-Key`.
    IdempotencyKeyMissing,
    /// 401: no credential, or one that is not good here.
    Unauthorized,
    /// 401: a session that has run out; it can be renewed.
    TokenExpired,
    /// 403: the page's origin is not one of the key's.
    OriginNotAllowed,
    /// 403: no such publishable key, or one that was switched off.
    KeyDisabled,
    /// 403: another form than the credential is for.
    FormNotAllowed,
    /// 403: a token that may do other things.
    ScopeMissing,
    /// 403: an upload address that has run out or was never given.
    GrantInvalid,
    /// 404: nothing here.
    NotFound,
    /// 405: not with this method.
    MethodNotAllowed,
    /// 408: the body did not come.
    RequestTimeout,
    /// 409: the first request with this key is still being worked on.
    IdempotencyInProgress,
    /// 409: somebody has registered this serial number.
    SerialAlreadyRegistered,
    /// 409: the file is there already.
    AlreadyUploaded,
    /// 409: it is not what it was when it was read.
    Changed,
    /// 410: what came of it is there no more.
    Erased,
    /// 411: an upload says how long it is.
    LengthRequired,
    /// 413: more than is taken.
    TooLarge,
    /// 413: the file is larger than is taken.
    FileTooLarge,
    /// 415: another media type is needed.
    UnsupportedMediaType,
    /// 415: the file's type is not allowed.
    TypeNotAllowed,
    /// 415: the bytes are not what was signed.
    ContentMismatch,
    /// 422: fields are wrong; `errors` says which.
    Validation,
    /// 422: the key came with another body before.
    IdempotencyKeyReused,
    /// 429: too many of them.
    BudgetExhausted,
    /// 500: our fault.
    Internal,
    /// 502: the registration API behind this gateway cannot be understood.
    BadUpstreamResponse,
    /// 503: the registration API behind this gateway cannot be reached; nothing was sent.
    UpstreamUnavailable,
    /// 504: sent, but whether it arrived is not known. Never sent again under this key.
    OutcomeUnknown,
    /// 503: not now.
    Unavailable,
    /// 507: no room.
    InsufficientStorage,
}

impl ProblemCode {
    /// The code as it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            ProblemCode::MalformedJson => "malformed-json",
            ProblemCode::BadRequest => "bad-request",
            ProblemCode::IdempotencyKeyMissing => "idempotency-key-missing",
            ProblemCode::Unauthorized => "unauthorized",
            ProblemCode::TokenExpired => "token-expired",
            ProblemCode::OriginNotAllowed => "origin-not-allowed",
            ProblemCode::KeyDisabled => "key-disabled",
            ProblemCode::FormNotAllowed => "form-not-allowed",
            ProblemCode::ScopeMissing => "scope-missing",
            ProblemCode::GrantInvalid => "grant-invalid",
            ProblemCode::NotFound => "not-found",
            ProblemCode::MethodNotAllowed => "method-not-allowed",
            ProblemCode::RequestTimeout => "request-timeout",
            ProblemCode::IdempotencyInProgress => "idempotency-in-progress",
            ProblemCode::SerialAlreadyRegistered => "serial-already-registered",
            ProblemCode::AlreadyUploaded => "already-uploaded",
            ProblemCode::Changed => "changed",
            ProblemCode::Erased => "erased",
            ProblemCode::LengthRequired => "length-required",
            ProblemCode::TooLarge => "too-large",
            ProblemCode::FileTooLarge => "file-too-large",
            ProblemCode::UnsupportedMediaType => "unsupported-media-type",
            ProblemCode::TypeNotAllowed => "type-not-allowed",
            ProblemCode::ContentMismatch => "content-mismatch",
            ProblemCode::Validation => "validation",
            ProblemCode::IdempotencyKeyReused => "idempotency-key-reused",
            ProblemCode::BudgetExhausted => "budget-exhausted",
            ProblemCode::Internal => "internal",
            ProblemCode::BadUpstreamResponse => "bad-upstream-response",
            ProblemCode::UpstreamUnavailable => "upstream-unavailable",
            ProblemCode::OutcomeUnknown => "outcome-unknown",
            ProblemCode::Unavailable => "unavailable",
            ProblemCode::InsufficientStorage => "insufficient-storage",
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_place_reads_back_from_its_pointer(registration in 0usize..99, key in "[^\\p{Cc}]{1,12}", index in proptest::option::of(0usize..99)) {
            let place = Place { registration, key, index };
            prop_assert_eq!(Place::parse(&place.pointer()), Some(place));
        }
    }

    #[test]
    fn other_pointers_name_no_place() {
        for pointer in ["", "/", "/registrations", "/registrations/x/key", "/registrations/0/key/x", "/registrations/0/key/1/2", "/key"] {
            assert_eq!(Place::parse(pointer), None, "{pointer}");
        }
    }
}
