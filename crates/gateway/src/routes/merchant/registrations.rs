//! Registrations: added, changed, erased, and looked up.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::app::App;
use crate::extract::{Access, IdempotencyKey, LiteralPairs, MerchantBody};
use crate::limits;
use crate::problem::GatewayError;
use crate::scopes::{RegistrationsRead, RegistrationsWrite};
use crate::store::Query;
use crate::{change, record, register};

pub(super) async fn register(
    State(app): State<Arc<App>>,
    key: Option<IdempotencyKey>,
    body: MerchantBody<RegistrationsWrite, { limits::JSON_BYTES }>,
) -> Result<(StatusCode, Json<Value>), GatewayError> {
    let records = register::from_server(&app, &body.merchant, key, body.value).await?;
    Ok((StatusCode::CREATED, Json(json!({ "data": records }))))
}

pub(super) async fn change(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    body: MerchantBody<RegistrationsWrite, { limits::JSON_BYTES }>,
) -> Result<Json<Value>, GatewayError> {
    let record = change::registration(&app, &body.merchant, number(&id)?, body.value).await?;
    Ok(Json(json!({ "data": record })))
}

pub(super) async fn erase(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
    access: Access<RegistrationsWrite>,
) -> Result<Json<Value>, GatewayError> {
    change::erase(&app, &access.merchant, number(&id)?.to_owned()).await?;
    Ok(Json(json!({ "message": "ok" })))
}

pub(super) async fn list(
    State(app): State<Arc<App>>,
    query: LiteralPairs,
    access: Access<RegistrationsRead>,
) -> Result<Json<Value>, GatewayError> {
    let count = |name: &str, otherwise: u32| query.first(name).and_then(|text| text.parse::<u32>().ok()).unwrap_or(otherwise);
    let given = |name: &str| query.first(name).map(str::trim).filter(|text| !text.is_empty()).map(str::to_owned);
    // Neither an address nor a form's name; and no text for every database.
    if [given("email"), given("formSlug")].into_iter().flatten().any(|text| text.contains(char::is_control)) {
        return Ok(Json(json!({ "data": [], "total": 0 })));
    }
    let limit = count("limit", limits::PAGE).clamp(1, limits::PAGE);
    let offset = (count("page", 1).max(1) - 1).saturating_mul(limit);
    let page = app
        .store
        .registrations(Query { merchant: access.merchant.id, email: given("email"), form: given("formSlug"), limit, offset })
        .await?;
    let data: Vec<Value> = page.records.into_iter().map(|one| record::json(&app, one)).collect();
    Ok(Json(json!({ "data": data, "total": page.total })))
}

/// What is no registration's number is asked for nowhere: a database may refuse the very text.
fn number(id: &str) -> Result<&str, GatewayError> {
    let good = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if good { Ok(id) } else { Err(GatewayError::NotFound) }
}
