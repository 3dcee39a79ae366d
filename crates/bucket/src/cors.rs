//! Which pages may talk to the bucket: the rule that `docs/receipts.md` has ready to copy, for every origin.
//! Not one header more than the card needs, so that a test shows what it needs.

use hyper::header::{self, HeaderValue};
use hyper::{HeaderMap, Method, Request, Response, StatusCode};
use s3s::Body;

/// What a page may send along.
const HEADERS: &str = "content-type, if-none-match";

/// The answer to a preflight; `None` if it is none.
pub(crate) fn preflight<B>(request: &Request<B>) -> Option<Response<Body>> {
    let asked = request.headers().get(header::ACCESS_CONTROL_REQUEST_METHOD)?;
    if request.method() != Method::OPTIONS {
        return None;
    }
    let mut answer = Response::new(Body::empty());
    if asked != Method::PUT.as_str() {
        *answer.status_mut() = StatusCode::FORBIDDEN;
        return Some(answer);
    }
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let headers = answer.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("PUT"));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(HEADERS));
    headers.insert(header::ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    Some(answer)
}

/// Lets the page that asked read the answer, whatever it says.
pub(crate) fn readable(origin: Option<HeaderValue>, headers: &mut HeaderMap) {
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.append(header::VARY, HeaderValue::from_static("origin"));
    }
}
