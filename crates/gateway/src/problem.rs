//! Everything that can go wrong for a caller, and how it is answered: RFC 9457, with a code that programs can rely on.
//!
//! Two texts: what goes out says what the caller can do; what went wrong inside goes to the log with the request's id.

use std::future::ready;

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream;
use regcard_protocol::problem::{FieldError, Problem, ProblemCode};
use regcard_protocol::validate::Fault;
use thiserror::Error;

use crate::budget::Left;
use crate::clock::NoRandomness;
use crate::receipts::BucketError;
use crate::store::StoreError;
use crate::token::TokenError;

/// A request that is not answered as the caller hoped.
#[derive(Debug, Error)]
pub enum GatewayError {
    /// 400.
    #[error("the body is not JSON: {0}")]
    MalformedJson(String),
    /// 400.
    #[error("{0}")]
    BadRequest(&'static str),
    /// 400.
    #[error("send an Idempotency-Key header of 16 to 255 visible ASCII characters")]
    IdempotencyKeyMissing,
    /// 401.
    #[error("no credential, or one that is not good here")]
    Unauthorized,
    /// 401.
    #[error("the token has run out; renew the session")]
    TokenExpired,
    /// 403.
    #[error("this page's origin is not among the merchant's: add it with `regcard merchant put … --origin`")]
    OriginNotAllowed,
    /// 403.
    #[error("no such publishable key, or one that was switched off")]
    KeyDisabled,
    /// 403.
    #[error("a test token reads and writes nothing; make a live one with `regcard key create --kind access`")]
    TestToken,
    /// 403.
    #[error("the credential is not for this form")]
    FormNotAllowed,
    /// 403.
    #[error("this access token may do other things, not this: it lacks the scope {0}")]
    ScopeMissing(&'static str),
    /// 403.
    #[error("this upload address has run out or was never given; ask for a new one")]
    GrantInvalid,
    /// 404.
    #[error("nothing here")]
    NotFound,
    /// 404.
    #[error("there is no registration with this id")]
    NoRegistration,
    /// 405.
    #[error("not with this method")]
    MethodNotAllowed,
    /// 408.
    #[error("the body did not come in time")]
    RequestTimeout,
    /// 409.
    #[error("the first request with this key is still being worked on")]
    IdempotencyInProgress,
    /// 409.
    #[error("a serial number is registered already")]
    SerialAlreadyRegistered(Vec<FieldError>),
    /// 409.
    #[error("another file is there already; ask for a new upload address")]
    AlreadyUploaded,
    /// 409.
    #[error("the registration has changed since it was read; read it again, and send the change again")]
    Changed,
    /// 410.
    #[error("what was registered with this key, or some of it, has been erased since; to register it again, send it with a new key")]
    Erased,
    /// 411.
    #[error("an upload says how long it is in Content-Length")]
    LengthRequired,
    /// 413.
    #[error("the body is larger than is taken")]
    TooLarge,
    /// 413.
    #[error("the file is larger than is taken: at most 10 MiB")]
    FileTooLarge,
    /// 414.
    #[error("the address is longer than is taken: at most 2 KiB")]
    AddressTooLong,
    /// 415.
    #[error("send application/json")]
    UnsupportedMediaType,
    /// 415.
    #[error("this type of file is not taken: JPEG, PNG, WebP, HEIC or PDF")]
    TypeNotAllowed,
    /// 415.
    #[error("the bytes are not of the type that was signed")]
    ContentMismatch,
    /// 400.
    #[error("the body has another length than was signed")]
    LengthMismatch,
    /// 422.
    #[error("some fields are missing or wrong")]
    Validation(Vec<FieldError>),
    /// 422.
    #[error("this key came with another body before; use a new key")]
    IdempotencyKeyReused,
    /// 429.
    #[error("too many requests; come again later")]
    BudgetExhausted {
        /// Seconds until it makes sense.
        retry_after: u32,
        /// Of which budget, where it is one.
        left: Option<Left>,
    },
    /// 502.
    #[error("the registration API behind this gateway gave an answer that cannot be understood")]
    BadUpstreamResponse,
    /// 503.
    #[error("the registration API behind this gateway cannot be reached; nothing was sent")]
    UpstreamUnavailable,
    /// 504.
    #[error("sent, but whether it arrived is not known; it is not sent again")]
    OutcomeUnknown,
    /// 500.
    #[error("a test key was asked to fail")]
    TestFailure,
    /// No answer at all: the connection ends.
    #[error("a test key was asked to lose the answer")]
    TestLost,
    /// 503.
    #[error("not now; come again")]
    Unavailable,
    /// 503.
    #[error("not now; come again")]
    Bucket(#[source] BucketError),
    /// 500.
    #[error("a receipt is in a bucket, and none is set up")]
    NoBucket,
    /// 507.
    #[error("no room for the file")]
    InsufficientStorage(#[source] std::io::Error),
    /// 500.
    #[error("the gateway could not do it")]
    Panicked,
    /// 507.
    #[error("there is no room for files now; everything else goes on, also a registration without one")]
    NoRoomForFiles,
    /// 500, or 503 if the store is busy or away.
    #[error("the gateway could not do it")]
    Store(#[from] StoreError),
    /// 500.
    #[error("the gateway could not do it")]
    Token(TokenError),
    /// 500.
    #[error("the gateway could not do it")]
    Random(#[from] NoRandomness),
    /// 500.
    #[error("the gateway could not do it")]
    File(#[source] std::io::Error),
    /// 500.
    #[error("the gateway could not do it")]
    Json(#[from] serde_json::Error),
}

/// A token that could not be made is our fault; one that could not be read is the caller's, and says which.
impl From<TokenError> for GatewayError {
    fn from(error: TokenError) -> GatewayError {
        match error {
            TokenError::Foreign => GatewayError::Unauthorized,
            TokenError::Expired => GatewayError::TokenExpired,
            TokenError::NotMade => GatewayError::Token(error),
        }
    }
}

impl GatewayError {
    /// How many serial numbers a refusal says are not known, or are not accepted: each is an answer to a question, as a check would be.
    pub fn unknown_serials(&self) -> usize {
        match self {
            GatewayError::Validation(errors) => {
                let misses = [Fault::SerialNumberUnknown, Fault::SerialNumberNotAccepted].map(Fault::code);
                errors.iter().filter(|error| misses.contains(&error.code.as_str())).count()
            }
            _other => 0,
        }
    }

    /// What is wrong with one field.
    pub fn field(pointer: &str, code: &str, message: &str) -> GatewayError {
        GatewayError::Validation(vec![FieldError { pointer: pointer.into(), code: code.into(), message: message.into() }])
    }

    fn class(&self) -> (u16, ProblemCode, &'static str, bool) {
        use ProblemCode as Code;
        match self {
            GatewayError::MalformedJson(_) => (400, Code::MalformedJson, "Malformed JSON", false),
            GatewayError::BadRequest(_) | GatewayError::LengthMismatch => (400, Code::BadRequest, "Bad request", false),
            GatewayError::IdempotencyKeyMissing => (400, Code::IdempotencyKeyMissing, "No idempotency key", false),
            GatewayError::Unauthorized => (401, Code::Unauthorized, "Unauthorized", false),
            GatewayError::TokenExpired => (401, Code::TokenExpired, "Token expired", true),
            GatewayError::OriginNotAllowed => (403, Code::OriginNotAllowed, "Origin not allowed", false),
            GatewayError::KeyDisabled | GatewayError::TestToken => (403, Code::KeyDisabled, "Key disabled", false),
            GatewayError::FormNotAllowed => (403, Code::FormNotAllowed, "Form not allowed", false),
            GatewayError::ScopeMissing(_) => (403, Code::ScopeMissing, "Scope missing", false),
            GatewayError::GrantInvalid => (403, Code::GrantInvalid, "Upload address not valid", false),
            GatewayError::NotFound | GatewayError::NoRegistration => (404, Code::NotFound, "Not found", false),
            GatewayError::MethodNotAllowed => (405, Code::MethodNotAllowed, "Method not allowed", false),
            GatewayError::RequestTimeout => (408, Code::RequestTimeout, "Request timeout", true),
            GatewayError::IdempotencyInProgress => (409, Code::IdempotencyInProgress, "In progress", true),
            GatewayError::SerialAlreadyRegistered(_) => (409, Code::SerialAlreadyRegistered, "Serial number already registered", false),
            GatewayError::AlreadyUploaded => (409, Code::AlreadyUploaded, "Already uploaded", false),
            GatewayError::Changed => (409, Code::Changed, "Changed", false),
            GatewayError::Erased => (410, Code::Erased, "Erased", false),
            GatewayError::LengthRequired => (411, Code::LengthRequired, "Length required", false),
            GatewayError::TooLarge => (413, Code::TooLarge, "Too large", false),
            GatewayError::AddressTooLong => (414, Code::TooLarge, "Address too long", false),
            GatewayError::FileTooLarge => (413, Code::FileTooLarge, "File too large", false),
            GatewayError::UnsupportedMediaType => (415, Code::UnsupportedMediaType, "Unsupported media type", false),
            GatewayError::TypeNotAllowed => (415, Code::TypeNotAllowed, "Type not allowed", false),
            GatewayError::ContentMismatch => (415, Code::ContentMismatch, "Content mismatch", false),
            GatewayError::Validation(_) => (422, Code::Validation, "Validation failed", false),
            GatewayError::IdempotencyKeyReused => (422, Code::IdempotencyKeyReused, "Idempotency key reused", false),
            GatewayError::BudgetExhausted { .. } => (429, Code::BudgetExhausted, "Too many requests", true),
            GatewayError::BadUpstreamResponse => (502, Code::BadUpstreamResponse, "Bad upstream response", true),
            GatewayError::UpstreamUnavailable => (503, Code::UpstreamUnavailable, "Upstream unavailable", true),
            GatewayError::TestFailure => (500, Code::Internal, "Internal error", true),
            GatewayError::OutcomeUnknown | GatewayError::TestLost => (504, Code::OutcomeUnknown, "Outcome unknown", false),
            GatewayError::Unavailable | GatewayError::Bucket(_) | GatewayError::Store(StoreError::Busy | StoreError::Away(_)) => {
                (503, Code::Unavailable, "Unavailable", true)
            }
            GatewayError::InsufficientStorage(_) | GatewayError::NoRoomForFiles | GatewayError::Store(StoreError::Full) => {
                (507, Code::InsufficientStorage, "Insufficient storage", true)
            }
            GatewayError::Store(
                StoreError::Closed
                | StoreError::Panicked
                | StoreError::Postgres(_)
                | StoreError::Url(_)
                | StoreError::Forgetful
                | StoreError::Sqlite(_)
                | StoreError::Version(_)
                | StoreError::Folder(_)
                | StoreError::Damaged { .. }
                | StoreError::Content(_),
            )
            | GatewayError::Panicked
            | GatewayError::Token(_)
            | GatewayError::Random(_)
            | GatewayError::File(_)
            | GatewayError::NoBucket
            | GatewayError::Json(_) => (500, Code::Internal, "Internal error", true),
        }
    }
}

/// A problem on its way out, before the request's id is written into it.
#[derive(Clone, Debug)]
pub struct Unsigned(Problem);

impl Unsigned {
    /// The body, with the request's id.
    pub fn sign(mut self, request_id: &str) -> Problem {
        self.0.request_id = request_id.to_owned();
        self.0
    }
}

/// An answer that is a page for a person, which says itself what is wrong: no problem is made of it.
#[derive(Clone, Copy, Debug)]
pub struct ForPeople;

impl GatewayError {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        self.class().0
    }

    /// The code that programs can rely on.
    pub fn code(&self) -> ProblemCode {
        self.class().1
    }

    /// Seconds until it makes sense to come again, where that is known.
    pub fn retry_after(&self) -> Option<u32> {
        let (status, _, _, retryable) = self.class();
        match self {
            GatewayError::BudgetExhausted { retry_after, .. } => Some(*retry_after),
            GatewayError::UpstreamUnavailable | GatewayError::BadUpstreamResponse => Some(5),
            _ if retryable && (status == 409 || status == 503) => Some(1),
            _ => None,
        }
    }

    /// What is wrong with which field.
    pub fn into_errors(self) -> Vec<FieldError> {
        if let GatewayError::Validation(errors) | GatewayError::SerialAlreadyRegistered(errors) = self { errors } else { Vec::new() }
    }

    /// Tells the log, where it is not the caller's doing.
    pub fn log(&self) {
        let (status, code, _, _) = self.class();
        // What was asked for is nothing that somebody has to look after.
        let asked_for = matches!(self, GatewayError::TestFailure | GatewayError::TestLost);
        if status >= 500 && !asked_for {
            tracing::error!(code = code.as_str(), error = ?InsideOf(self), "request failed");
        }
    }
}

impl IntoResponse for GatewayError {
    fn into_response(self) -> Response {
        if matches!(self, GatewayError::TestLost) {
            // An answer begins, and then the connection ends.
            let cut = std::io::Error::other("a test key was asked to lose the answer");
            return Body::from_stream(stream::once(ready(Err::<Bytes, _>(cut)))).into_response();
        }
        let (status, code, title, retryable) = self.class();
        self.log();
        let detail = Some(self.to_string());
        let retry_after = self.retry_after();
        let left = if let GatewayError::BudgetExhausted { left, .. } = &self { *left } else { None };
        let errors = self.into_errors();
        let problem = Problem {
            kind: format!("urn:regcard:problem:{}", code.as_str()),
            title: title.to_owned(),
            status,
            detail,
            code: code.as_str().to_owned(),
            request_id: String::new(),
            retryable,
            errors,
        };
        let mut response = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR).into_response();
        if status == 401 {
            response.headers_mut().insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        if let Some(seconds) = retry_after {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if let Some(left) = left {
            left.note(response.headers_mut());
        }
        response.extensions_mut().insert(Unsigned(problem));
        response
    }
}

/// The cause for the log. Errors of the store and the file system hold no personal data; the others are their own words.
struct InsideOf<'a>(&'a GatewayError);

impl std::fmt::Debug for InsideOf<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)?;
        let mut cause = std::error::Error::source(self.0);
        while let Some(error) = cause {
            write!(formatter, ": {error}")?;
            cause = error.source();
        }
        Ok(())
    }
}
