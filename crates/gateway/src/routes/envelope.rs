//! What every answer has: an id to find it in the log by, headers that keep browsers from guessing, problems as JSON.

use std::time::Instant;

use crate::limits;
use crate::measure;
use crate::panics;
use crate::problem::{ForPeople, GatewayError, Unsigned};
use axum::body::Body;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use regcard_protocol::problem::Problem;

/// The id's header.
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

pub(super) async fn wrap(request: Request, next: Next) -> Response {
    let id = uuid::Uuid::new_v4().simple().to_string();
    let api = request.uri().path().starts_with("/api");
    let method = request.method().clone();
    // The pattern, not the address: addresses hold keys, grants and serial numbers.
    let route = request.extensions().get::<MatchedPath>().map_or("-", MatchedPath::as_str).to_owned();
    let span = tracing::info_span!("request", %id);
    let begun = Instant::now();
    let answer = if request.uri().path_and_query().is_some_and(|all| all.as_str().len() > limits::URL_BYTES) {
        GatewayError::AddressTooLong.into_response()
    } else {
        tracing::Instrument::instrument(contained(request, next), span.clone()).await
    };
    let mut answer = problem(answer, &id, api);
    measure::answered(&route, &method, answer.status().as_u16(), begun.elapsed());
    tracing::info!(parent: &span, %method, route, status = answer.status().as_u16(), "answered");
    let headers = answer.headers_mut();
    if let Ok(id) = HeaderValue::from_str(&id) {
        headers.insert(REQUEST_ID, id);
    }
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    for (name, value) in [
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (header::REFERRER_POLICY, "no-referrer"),
    ] {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
    answer
}

/// A fault of the program is the end of one request, and of nothing else.
pub(super) async fn contained(request: Request, next: Next) -> Response {
    panics::contain_all(next.run(request)).await.unwrap_or_else(|panics::Panicked| GatewayError::Panicked.into_response())
}

/// Gives a problem its body. Refusals that the framework made itself become problems too.
fn problem(mut answer: Response, id: &str, api: bool) -> Response {
    let status = answer.status();
    let failed = status.is_client_error() || status.is_server_error();
    if !failed || answer.extensions_mut().remove::<ForPeople>().is_some() {
        return answer;
    }
    let unsigned = match answer.extensions_mut().remove::<Unsigned>() {
        Some(unsigned) => unsigned,
        None => {
            let error = match status {
                StatusCode::NOT_FOUND => GatewayError::NotFound,
                StatusCode::METHOD_NOT_ALLOWED => GatewayError::MethodNotAllowed,
                StatusCode::PAYLOAD_TOO_LARGE => GatewayError::TooLarge,
                _ if status.is_client_error() => GatewayError::BadRequest("the request cannot be understood"),
                _ => GatewayError::Unavailable,
            };
            let mut own = error.into_response();
            match own.extensions_mut().remove::<Unsigned>() {
                Some(unsigned) => unsigned,
                None => return answer,
            }
        }
    };
    let problem = unsigned.sign(id);
    *answer.status_mut() = StatusCode::from_u16(problem.status).unwrap_or(status);
    let mut body = serde_json::to_value(&problem).unwrap_or_default();
    if let (true, Some(members)) = (api, body.as_object_mut()) {
        // Scripts written for the registration API read the reason here.
        members.insert("message".to_owned(), reason(problem).into());
    }
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
    answer.headers_mut().remove(header::CONTENT_LENGTH);
    *answer.body_mut() = Body::from(body.to_string());
    answer
}

/// What is wrong, in one sentence: of several fields the first one.
fn reason(problem: Problem) -> Option<String> {
    let Some(first) = problem.errors.first() else {
        return problem.detail;
    };
    let more = problem.errors.len() - 1;
    let said = format!("{}: {}", place(&first.pointer), first.message);
    Some(if more == 0 { said } else { format!("{said} (and {more} more)") })
}

/// A pointer as programs write it, `registrations[0].serialNumbers[1]`.
fn place(pointer: &str) -> String {
    let mut place = String::new();
    for part in pointer.split('/').skip(1).map(|part| part.replace("~1", "/").replace("~0", "~")) {
        if !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()) {
            place.push_str(&format!("[{part}]"));
        } else if !part.is_empty() && part.chars().all(|one| one.is_alphanumeric() || matches!(one, '_' | '-')) {
            place.push_str(if place.is_empty() { "" } else { "." });
            place.push_str(&part);
        } else {
            place.push_str(&format!("[{part:?}]"));
        }
    }
    if place.is_empty() { "the body".to_owned() } else { place }
}
