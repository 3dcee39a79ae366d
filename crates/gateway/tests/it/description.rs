//! The description as OpenAPI is of the gateway that there is: every route, nothing else, and the file in `docs` is the newest.

use std::fs;
use std::path::PathBuf;

use regcard_gateway::{description, routes};
use serde_json::{Map, Value};

use crate::gateway::Gateway;

/// Names the environment variable with which the file is written anew.
const WRITE: &str = "REGCARD_WRITE_API";

#[test]
fn the_description_in_the_docs_is_the_newest() {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/api.json");
    if std::env::var_os(WRITE).is_some() {
        fs::write(&file, description::text()).unwrap();
    }
    // Read, since the order of members is no one's promise.
    let written: Value = serde_json::from_str(&fs::read_to_string(&file).unwrap_or_default()).unwrap_or_default();
    assert!(written == description::document(), "docs/api.json is out of date: run this test with {WRITE}=1");
}

#[test]
fn every_route_is_described_and_nothing_else_is() {
    let mut served: Vec<String> = routes::all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let document = description::document();
    let operations = |(path, item): (&String, &Value)| {
        let methods = item.as_object().into_iter().flat_map(Map::keys);
        methods.map(|method| format!("{} {path}", method.to_uppercase())).collect::<Vec<_>>()
    };
    let mut described: Vec<String> = document["paths"].as_object().into_iter().flatten().flat_map(operations).collect();
    served.sort();
    described.sort();
    assert_eq!(described, served);
}

#[test]
fn what_is_referred_to_is_there_and_nothing_lies_around() {
    let document = description::document();
    let mut named = Vec::new();
    references(&document, &mut named);
    for reference in &named {
        let pointer = reference.trim_start_matches('#');
        assert!(document.pointer(pointer).is_some(), "{reference}");
    }
    for kind in ["schemas", "responses", "headers"] {
        for name in document["components"][kind].as_object().into_iter().flat_map(Map::keys) {
            let reference = format!("#/components/{kind}/{name}");
            assert!(named.contains(&reference), "nothing refers to {reference}");
        }
    }
}

fn references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|value| references(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| references(value, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[tokio::test]
async fn the_description_is_served_to_everybody() {
    let gateway = Gateway::start().await;
    let answer = gateway.get("/v1/openapi.json").await;
    assert_eq!(answer.good(200), description::document());
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=3600");
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}
