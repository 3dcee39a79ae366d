//! A file's way in: an address for it, then its bytes.

use std::sync::Arc;

use axum::Json;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use regcard_protocol::receipt::{UploadAnswer, UploadRequest};

use crate::app::App;
use crate::extract::{JsonBody, PageSession, Peer, decode};
use crate::limits;
use crate::measure;
use crate::problem::GatewayError;
use crate::token::Operation;
use crate::uploads::{self, Taken};

pub(super) async fn grant(
    State(app): State<Arc<App>>,
    peer: Peer,
    page: PageSession,
    JsonBody(body): JsonBody<{ limits::JSON_BYTES }>,
) -> Result<Response, GatewayError> {
    page.allow(Operation::Upload)?;
    let asked: UploadRequest = decode(body)?;
    let left = app.budgets.upload(&page.session.sid, peer.into(), app.clock.seconds()).await?;
    let granted = uploads::grant(&app, &page.merchant, Some(page.session.sid.clone()), &asked).await;
    Ok(left.beside(granted.map(|granted| (StatusCode::CREATED, Json(UploadAnswer::from(granted))))))
}

pub(super) async fn take(
    State(app): State<Arc<App>>,
    Path(grant): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode, GatewayError> {
    let put = uploads::put(&app, &grant, &headers, body).await;
    measure::uploaded(put.is_ok());
    Ok(match put? {
        Taken::Now => StatusCode::CREATED,
        Taken::Before => StatusCode::OK,
    })
}
