//! A receipt, for whoever was given its address: to be saved, never to be run or shown as a page.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use regcard_protocol::receipt::FileType;

use crate::app::App;
use crate::problem::GatewayError;
use crate::receipts::pieces;
use crate::register::is_receipt;
use crate::store::UploadState;

pub(super) async fn read(State(app): State<Arc<App>>, Path(receipt): Path<String>) -> Result<Response, GatewayError> {
    if !is_receipt(&receipt) {
        return Err(GatewayError::NotFound);
    }
    let upload = app.store.receipt(receipt.clone()).await?.filter(|upload| upload.state != UploadState::Granted);
    let upload = upload.ok_or(GatewayError::NotFound)?;
    // The type is the one that the content was judged to be when it came.
    let file_type = FileType::parse(&upload.about.file_type).ok_or(GatewayError::NotFound)?;
    let file = app.receipts.read(&receipt).await.map_err(GatewayError::File)?;
    let mut headers = HeaderMap::new();
    for (name, value) in [
        (header::CONTENT_TYPE, file_type.media_type().to_owned()),
        (header::CONTENT_LENGTH, upload.about.file_size.to_string()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"receipt.{}\"", file_type.ending())),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox".to_owned()),
        (header::CACHE_CONTROL, "private, no-cache".to_owned()),
    ] {
        headers.insert(name, HeaderValue::try_from(value).map_err(|_| GatewayError::NotFound)?);
    }
    headers.insert("cross-origin-resource-policy", HeaderValue::from_static("same-site"));
    Ok((headers, Body::from_stream(pieces(file))).into_response())
}
