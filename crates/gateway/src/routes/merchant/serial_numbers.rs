//! Serial numbers: loaded, and looked up.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use regcard_protocol::problem::FieldError;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::{Fault, free_text};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::clock;
use crate::extract::{Access, MerchantBody};
use crate::limits;
use crate::problem::GatewayError;
use crate::scopes::{SerialNumbersRead, SerialNumbersWrite};
use crate::serial_fold::Folded;
use crate::store::{LAST_LOT, NewSerial, Serial};

/// The list's name in the body. No copy of the documentation shows it; this is the likeliest, the other one is read too.
const LIST: [&str; 2] = ["serialNumbers", "serial_numbers"];

pub(super) async fn add(
    State(app): State<Arc<App>>,
    body: MerchantBody<SerialNumbersWrite, { limits::BULK_JSON_BYTES }>,
) -> Result<(StatusCode, Json<Value>), GatewayError> {
    let list = match body.value {
        Value::Array(list) => list,
        // One alone, as it would stand in the list.
        Value::Object(members) if members.contains_key("serialNumber") => vec![Value::Object(members)],
        Value::Object(mut members) => match LIST.iter().find_map(|name| members.remove(*name)) {
            Some(Value::Array(list)) => list,
            Some(_) | None => return Err(GatewayError::field("/serialNumbers", "required", "is a list of serial numbers")),
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
            return Err(GatewayError::field("", "kind", "is not an object"));
        }
    };
    if list.len() > limits::BULK_SERIAL_NUMBERS {
        return Err(GatewayError::field("/serialNumbers", "too-long", "holds more than 1000 serial numbers; send several lists"));
    }
    let mut new = Vec::with_capacity(list.len());
    let mut errors = Vec::new();
    for (index, one) in list.into_iter().enumerate() {
        match read_one(one) {
            Ok(serial) => new.push(serial),
            Err((member, fault)) => errors.push(FieldError {
                pointer: format!("/serialNumbers/{index}{member}"),
                code: fault.code().to_owned(),
                message: fault.message().to_owned(),
            }),
        }
    }
    if !errors.is_empty() {
        return Err(GatewayError::Validation(errors));
    }
    let stored = app.store.put_serials(body.merchant.id, new, app.clock.millis()).await?;
    Ok((StatusCode::CREATED, Json(json!({ "data": stored.iter().map(shown).collect::<Vec<_>>() }))))
}

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path(serial): Path<String>,
    access: Access<SerialNumbersRead>,
) -> Result<Response, GatewayError> {
    // What is no serial number is none that anybody loaded.
    let Ok(serial) = SerialNumber::parse(&serial) else {
        return Ok(StatusCode::NO_CONTENT.into_response());
    };
    Ok(match app.store.serial(access.merchant.id, Folded::of(&serial)).await? {
        Some(known) => Json(json!({ "data": shown(&known) })).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

/// A random one that nobody has registered. Two who ask at once may be given the same: it belongs to whoever registers it.
pub(super) async fn random(State(app): State<Arc<App>>, access: Access<SerialNumbersRead>) -> Result<Response, GatewayError> {
    let lot = i64::from_be_bytes(clock::random()?) & LAST_LOT;
    Ok(match app.store.free_serial(access.merchant.id, lot).await? {
        Some(free) => Json(json!({ "data": shown(&free) })).into_response(),
        None => StatusCode::NO_CONTENT.into_response(),
    })
}

fn shown(serial: &Serial) -> Value {
    let mut shown = json!({
        "serialNumber": serial.serial,
        "sku": serial.sku,
        "customerTags": serial.customer_tags,
        "registered": serial.registered,
    });
    if let (Some(name), Some(members)) = (&serial.product_name, shown.as_object_mut()) {
        members.insert("productName".to_owned(), name.clone().into());
    }
    shown
}

fn read_one(value: Value) -> Result<NewSerial, (&'static str, Fault)> {
    let mut members = match value {
        Value::Object(members) => members,
        bare @ (Value::String(_) | Value::Number(_)) => Map::from_iter([("serialNumber".to_owned(), bare)]),
        Value::Null | Value::Bool(_) | Value::Array(_) => return Err(("", Fault::Kind)),
    };
    let text = match members.remove("serialNumber") {
        Some(Value::String(text)) => text,
        Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
        Some(_) => return Err(("/serialNumber", Fault::Kind)),
        None => return Err(("/serialNumber", Fault::Required)),
    };
    let serial = SerialNumber::parse(&text).map_err(|_| ("/serialNumber", Fault::SerialNumber))?;
    Ok(NewSerial {
        serial,
        sku: note(&mut members, "sku").map_err(|fault| ("/sku", fault))?,
        customer_tags: note(&mut members, "customerTags").map_err(|fault| ("/customerTags", fault))?,
        product_name: note(&mut members, "productName").map_err(|fault| ("/productName", fault))?,
    })
}

/// What is not named stays as it was; nothing, named, takes it away.
fn note(members: &mut Map<String, Value>, key: &str) -> Result<Option<String>, Fault> {
    let text = match members.remove(key) {
        None => return Ok(None),
        Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.trim().to_owned(),
        Some(Value::Number(number)) if !number.is_f64() => number.to_string(),
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => {
            list.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
        }
        Some(Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => return Err(Fault::Kind),
    };
    free_text(&text)?;
    if text.chars().count() > limits::SERIAL_NOTE_CHARS {
        return Err(Fault::TooLong);
    }
    Ok(Some(text))
}
