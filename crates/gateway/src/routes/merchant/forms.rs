//! The merchant's forms, by name.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use serde_json::{Value, json};

use crate::app::App;
use crate::extract::Access;
use crate::problem::GatewayError;
use crate::scopes::RegistrationsRead;

pub(super) async fn list(State(app): State<Arc<App>>, access: Access<RegistrationsRead>) -> Result<Json<Value>, GatewayError> {
    let shown = |slug: &String| {
        let form = app.forms.get(slug)?;
        let name = form.form.title.clone().unwrap_or_else(|| slug.clone());
        Some(json!({ "name": name, "slug": slug, "description": form.form.intro }))
    };
    let data: Vec<Value> = access.merchant.forms.iter().filter_map(shown).collect();
    Ok(Json(json!({ "data": data })))
}
