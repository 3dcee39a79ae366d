//! What the operator's own machines ask: is it alive, can it work, what has it done. On a listener of its own; nobody is asked who they are,
//! and nothing here says anything about a merchant or a customer.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use super::table::{Route, Table};
use crate::app::App;
use crate::health;
use crate::limits;
use crate::measure;

/// Prometheus' own text format.
const PROMETHEUS: HeaderValue = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");

#[derive(Clone, Debug)]
struct Operator {
    app: Arc<App>,
    measures: Option<PrometheusHandle>,
}

/// The operator's routes. Without measures `/metrics` is not there.
pub fn router(app: Arc<App>, measures: Option<PrometheusHandle>) -> Router {
    table().router().with_state(Operator { app, measures })
}

/// Their names.
pub(super) fn routes() -> Vec<Route> {
    table().routes()
}

fn table() -> Table<Operator> {
    Table::new().get("/healthz", alive).get("/readyz", ready).get("/metrics", metrics)
}

/// The process answers. What it needs is not looked at: to be started again would not bring it back.
async fn alive() -> Json<Value> {
    Json(json!({ "status": "alive" }))
}

async fn ready(State(operator): State<Operator>) -> Response {
    let found = health::look(&operator.app).await;
    let all = found.iter().all(|(_, state)| state.is_ok());
    let checks: Map<String, Value> =
        found.into_iter().map(|(name, state)| (name.to_owned(), state.map_or_else(Value::from, |()| Value::from("ok")))).collect();
    let (status, word) = if all { (StatusCode::OK, "ready") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    (status, Json(json!({ "status": word, "checks": checks }))).into_response()
}

async fn metrics(State(operator): State<Operator>) -> Response {
    match operator.measures {
        Some(measures) => {
            look_into_the_outbox(&operator.app).await;
            ([(header::CONTENT_TYPE, PROMETHEUS)], measures.render()).into_response()
        }
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// What waits is counted when somebody asks.
async fn look_into_the_outbox(app: &App) {
    let held = timeout(limits::READY_WITHIN, app.store.outbox_counts()).await;
    let held = held.ok().and_then(|held| held.inspect_err(|error| tracing::warn!(%error, "the outbox could not be counted")).ok());
    measure::outbox(held.as_deref(), app.clock.millis(), app.outbox.counted.now());
}
