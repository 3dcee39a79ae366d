//! What the gateway answers, as OpenAPI 3.1: made of the same routes, limits and names that the answers are made of.
//!
//! Written out in `docs/api.json`, served at `/v1/openapi.json`. What the registration API reads loosely is described as it is best sent.

mod operation;
mod operations;
mod problems;
mod schemas;

use serde_json::{Map, Value, json};

/// The version of OpenAPI.
const OPENAPI: &str = "3.1.0";

/// The description.
pub fn document() -> Value {
    let mut paths = Map::new();
    for operation in operations::all() {
        let method = operation.method;
        let item = paths.entry(operation.path).or_insert_with(|| Value::Object(Map::new()));
        item[method] = operation.described();
    }
    json!({
        "openapi": OPENAPI,
        "info": {
            "title": "regcard gateway",
            "version": env!("CARGO_PKG_VERSION"),
            "summary": "Registration cards: what pages call, and the registration API for merchants' servers.",
            "license": { "name": "MIT OR Apache-2.0", "identifier": "MIT OR Apache-2.0" },
        },
        // Wherever this is served.
        "servers": [{ "url": "/" }],
        "tags": [
            { "name": "card", "description": "What a page loads. Nobody is asked who they are." },
            { "name": "page", "description": "What a card does on a page, with a session that was opened from one of the merchant's origins." },
            { "name": "merchant", "description": "The registration API, with an access token that stays on the merchant's server. No page may read its answers." },
            { "name": "operator", "description": "On a listener of its own, for the operator's machines." },
        ],
        "paths": paths,
        "components": {
            "securitySchemes": {
                "session": { "type": "http", "scheme": "bearer", "description": "A session's token, from `POST /v1/sessions`. It is good from its own origin alone." },
                "status": { "type": "http", "scheme": "bearer", "description": "The status token that came with a registration." },
                "access": { "type": "http", "scheme": "bearer", "description": "An access token, `sk_live_…`. It may stand as `accessToken` in a body of JSON instead." },
                "idempotencyKey": { "type": "apiKey", "in": "header", "name": "Idempotency-Key", "description": "The key that a registration was sent with." },
            },
            "headers": problems::headers(),
            "responses": problems::responses(),
            "schemas": schemas::all(),
        },
    })
}

/// The same as text, as it is written out and served.
pub fn text() -> String {
    format!("{:#}\n", document())
}
