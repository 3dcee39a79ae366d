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
    let count = |name: &str| query.first(name).and_then(|text| text.trim().parse::<u64>().ok()).map(capped);
    let (email, form) = (asked(&query, "email"), asked(&query, "formSlug"));
    if matches!(email, Asked::Nobody) || matches!(form, Asked::Nobody) {
        return Ok(Json(json!({ "data": [], "total": 0 })));
    }
    let (email, form) = (email.text(), form.text());
    // Who asks for a customer's asks for all of them.
    let usual = if email.is_some() { limits::PAGE_MOST } else { limits::PAGE };
    let limit = count("limit").unwrap_or(usual).clamp(1, limits::PAGE_MOST);
    let offset = (count("page").unwrap_or(1).max(1) - 1).saturating_mul(limit);
    let page = app.store.registrations(Query { merchant: access.merchant.id, email, form, limit, offset }).await?;
    let data: Vec<Value> = page.records.into_iter().map(|one| record::json(&app, one)).collect();
    Ok(Json(json!({ "data": data, "total": page.total })))
}

/// Of whom, or of what, registrations are asked for.
enum Asked {
    /// It was not said.
    All,
    /// This one.
    Of(String),
    /// It was said, and there is no such one: nothing or blanks, as a script sends whose variable is empty, and what no database takes.
    Nobody,
}

impl Asked {
    fn text(self) -> Option<String> {
        match self {
            Asked::Of(text) => Some(text),
            Asked::All | Asked::Nobody => None,
        }
    }
}

fn asked(query: &LiteralPairs, name: &str) -> Asked {
    match query.first(name).map(str::trim) {
        None => Asked::All,
        Some(text) if text.is_empty() || text.contains(char::is_control) => Asked::Nobody,
        Some(text) => Asked::Of(text.to_owned()),
    }
}

/// No page has more than a number of 32 bits can count.
fn capped(number: u64) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What is no registration's number is asked for nowhere: a database may refuse the very text.
fn number(id: &str) -> Result<&str, GatewayError> {
    let good = (1..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if good { Ok(id) } else { Err(GatewayError::NoRegistration) }
}
