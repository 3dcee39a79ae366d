//! A receipt, for whoever was given its address: to be saved, never to be run or shown as a page. From a bucket browsers save it
//! themselves, by an address that is good for a minute.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regcard_protocol::receipt::FileType;

use crate::app::App;
use crate::problem::GatewayError;
use crate::receipts::{Reading, pieces};
use crate::register::is_receipt;
use crate::store::UploadState;

pub(super) async fn read(State(app): State<Arc<App>>, Path(receipt): Path<String>) -> Result<Response, GatewayError> {
    if !is_receipt(&receipt) {
        return Err(GatewayError::NotFound);
    }
    let find = async || app.store.receipt(receipt.clone()).await?.ok_or(GatewayError::NotFound);
    let mut upload = find().await?;
    if upload.state == UploadState::Granted {
        // What a script puts into a bucket nobody tells the gateway of.
        app.receipts.look(app.store.as_ref(), &upload).await?;
        upload = find().await?;
    }
    if upload.state == UploadState::Granted {
        return Err(GatewayError::NotFound);
    }
    // The type is the one that the content was judged to be when it came.
    let file_type = FileType::parse(&upload.about.file_type).ok_or(GatewayError::NotFound)?;
    let file = match app.receipts.read(&upload, file_type).await? {
        Reading::Here(file) => file,
        Reading::There(url) => {
            let mut answer = StatusCode::FOUND.into_response();
            let url = HeaderValue::try_from(url.as_str()).map_err(|_| GatewayError::NotFound)?;
            answer.headers_mut().insert(header::LOCATION, url);
            return Ok(answer);
        }
    };
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
