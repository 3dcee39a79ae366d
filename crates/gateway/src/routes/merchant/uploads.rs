//! An address for a file that a merchant's server uploads.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use regcard_protocol::receipt::UploadRequest;
use serde_json::{Value, json};

use crate::app::App;
use crate::extract::{Access, Pairs};
use crate::problem::GatewayError;
use crate::scopes::UploadsWrite;
use crate::uploads;

pub(super) async fn grant(State(app): State<Arc<App>>, query: Pairs, access: Access<UploadsWrite>) -> Result<Json<Value>, GatewayError> {
    let given = |name: &str| query.first(name).map(str::to_owned).unwrap_or_default();
    let file_size = given("fileSize").parse().map_err(|_| GatewayError::field("/fileSize", "required", "is the file's size in bytes"))?;
    // A media type's plus, sent bare, arrives as a blank.
    let asked = UploadRequest { file_name: given("fileName"), file_type: given("fileType").replace(' ', "+"), file_size };
    let granted = uploads::grant(&app, &access.merchant, None, &asked).await?;
    Ok(Json(json!({ "signedRequest": granted.signed_request, "url": granted.url })))
}
