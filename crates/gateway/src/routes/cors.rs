//! Which pages may read which answers. No cookies are used anywhere, so none are ever allowed along.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::app::App;
use crate::extract::origin_of;

/// Two hours, the longest that Chromium keeps a preflight's answer. Seconds.
const MAX_AGE: HeaderValue = HeaderValue::from_static("7200");

/// What else than the usual may be read of an answer's head.
const EXPOSED: HeaderValue = HeaderValue::from_static("Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id");

/// Who may read an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Readers {
    /// Everybody: it is public, or the address itself is the permission.
    All,
    /// Whichever page asks, so that a refusal can say why.
    Asking,
    /// Pages of any merchant. Which merchant's the token decides; a preflight carries none.
    Merchants,
    /// No other page.
    Nobody,
}

fn readers(path: &str) -> (Readers, &'static str) {
    match path {
        "/v1/sessions" => (Readers::Asking, "POST"),
        "/v1/serial_numbers/check" | "/v1/upload_file" | "/v1/registrations" | "/v1/registrations/confirmation" => {
            (Readers::Merchants, "POST")
        }
        "/v1/registrations/status" => (Readers::Merchants, "GET"),
        path if path.starts_with("/v1/uploads/") => (Readers::All, "PUT"),
        "/v1/openapi.json" => (Readers::All, "GET"),
        path if path.starts_with("/v1/assets/") => (Readers::All, "GET"),
        // Segment by segment: a form, or a serial number, may be called "card".
        path => match path.split('/').collect::<Vec<_>>()[..] {
            ["", "v1", _, "regcard.js"] | ["", "v1", "forms", _, _, "card"] => (Readers::All, "GET"),
            _ => (Readers::Nobody, ""),
        },
    }
}

/// Whether pages read what is answered here at all.
pub(super) fn pages_read(path: &str) -> bool {
    readers(path).0 != Readers::Nobody
}

pub(super) async fn answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let (readers, methods) = readers(request.uri().path());
    let allowed = allowed_origin(&app, readers, request.headers()).await;
    let preflight = request.method() == Method::OPTIONS && request.headers().contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
    let mut answer = if preflight && readers != Readers::Nobody {
        let mut answer = StatusCode::NO_CONTENT.into_response();
        if allowed.is_some() {
            let headers = answer.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(methods));
            headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("authorization, content-type, idempotency-key"));
            headers.insert(header::ACCESS_CONTROL_MAX_AGE, MAX_AGE);
        }
        answer
    } else {
        next.run(request).await
    };
    let headers = answer.headers_mut();
    if matches!(readers, Readers::Asking | Readers::Merchants) {
        headers.append(header::VARY, HeaderValue::from_static("Origin"));
    }
    if preflight {
        headers.append(header::VARY, HeaderValue::from_static("Access-Control-Request-Method, Access-Control-Request-Headers"));
    }
    if let Some(allowed) = allowed {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, allowed);
        if !preflight {
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, EXPOSED);
        }
    }
    answer
}

async fn allowed_origin(app: &App, readers: Readers, headers: &HeaderMap) -> Option<HeaderValue> {
    let everybody = HeaderValue::from_static("*");
    match readers {
        Readers::All => Some(everybody),
        Readers::Asking => Some(origin_of(headers).and_then(|origin| HeaderValue::from_str(origin.as_str()).ok()).unwrap_or(everybody)),
        Readers::Nobody => None,
        Readers::Merchants => {
            let origin = origin_of(headers)?;
            // A store that cannot be asked lets no page read; the request itself is answered as it can be.
            let known = origin == app.origin || app.store.origin_known(origin.clone()).await.unwrap_or(false);
            if known { HeaderValue::from_str(origin.as_str()).ok() } else { None }
        }
    }
}
