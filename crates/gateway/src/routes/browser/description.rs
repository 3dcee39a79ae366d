//! The description of everything that is served, for whoever writes a program that calls it.

use std::sync::LazyLock;

use axum::http::header;
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::description;

/// It changes with the program alone.
static TEXT: LazyLock<Bytes> = LazyLock::new(|| description::text().into());

pub(super) async fn read() -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, TEXT.clone()).into_response()
}
