//! Room for so many requests at once. More are told to come again, at once: whoever waits in a long line gives up before it is their turn.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderValue, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::cors;
use crate::app::App;
use crate::measure;
use crate::problem::GatewayError;

pub(super) async fn answer(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    // A preflight that is refused would keep a page from reading why.
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let Ok(_room) = app.room.try_acquire() else {
        measure::shed();
        let mut answer = GatewayError::Unavailable.into_response();
        // Any page may read that there is no room: whose page it is would have to be looked up.
        if cors::pages_read(request.uri().path()) {
            let headers = answer.headers_mut();
            headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
            headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("Retry-After, X-Request-Id"));
        }
        return answer;
    };
    let _counted = measure::request();
    next.run(request).await
}
