//! Registrations as they come in from a page: JSON read into the protocol's types, with a pointer at whatever does not fit. What a
//! merchant's server sends is read elsewhere: it may send more.

use regcard_protocol::limits;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{Answer, NewRegistration, UploadedFile};
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::problem::GatewayError;
use crate::uploads;

/// The list's name in the body.
const LIST: &str = "registrations";

/// The list of registrations in a page's body.
///
/// # Errors
/// 422 if there is none, it is empty or too long, or something else stands beside it.
pub fn list_alone(value: Value) -> Result<Vec<Map<String, Value>>, GatewayError> {
    let beside = value.as_object().and_then(|body| body.keys().find(|key| *key != LIST));
    if let Some(other) = beside {
        return Err(GatewayError::field(
            &format!("/{}", other.replace('~', "~0").replace('/', "~1")),
            "unknown-field",
            "is not known here",
        ));
    }
    list(value)
}

/// The list of registrations in a body, whatever stands beside it.
///
/// # Errors
/// 422 if there is none, it is empty or too long.
pub fn list(value: Value) -> Result<Vec<Map<String, Value>>, GatewayError> {
    let Value::Object(mut body) = value else {
        return Err(GatewayError::field("", "kind", "is not an object"));
    };
    let Some(Value::Array(list)) = body.remove(LIST) else {
        return Err(GatewayError::field("/registrations", "required", "is a list of registrations"));
    };
    if list.is_empty() || list.len() > limits::REGISTRATIONS {
        return Err(GatewayError::field("/registrations", "too-long", "holds 1 to 20 registrations"));
    }
    list.into_iter()
        .enumerate()
        .map(|(position, one)| match one {
            Value::Object(one) => Ok(one),
            _other => Err(GatewayError::field(&format!("/registrations/{position}"), "kind", "is not an object")),
        })
        .collect()
}

/// Reads what a page sent. Whether its values are any good the form decides.
///
/// # Errors
/// What is of another kind than its name says.
pub fn from_page(position: usize, members: Map<String, Value>) -> Result<NewRegistration, Vec<FieldError>> {
    let mut new = NewRegistration::default();
    let mut errors = Vec::new();
    for (key, value) in members {
        let mut wrong = || errors.push(Complaint { key: key.clone(), index: None, fault: Fault::Kind }.at(position));
        let slot = match key.as_str() {
            "type" => &mut new.form,
            "customerName" => &mut new.customer_name,
            "customerEmail" => &mut new.customer_email,
            "productName" => &mut new.product_name,
            "purchaseDate" => &mut new.purchase_date,
            "serialNumbers" => {
                match texts(value) {
                    Some(serials) => new.serial_numbers = serials,
                    None => wrong(),
                }
                continue;
            }
            _ => {
                match answer(value) {
                    Some(answer) => new.extras.insert(key, answer),
                    None => wrong(),
                }
                continue;
            }
        };
        match value {
            Value::String(text) => *slot = Some(text),
            _other => wrong(),
        }
    }
    if errors.is_empty() { Ok(new) } else { Err(errors) }
}

/// A name as every keyboard would have it: some put an é together of two characters, and whoever looks for it types one (Unicode's
/// form NFC).
pub fn composed(name: &str) -> String {
    name.nfc().collect()
}

fn texts(value: Value) -> Option<Vec<String>> {
    let Value::Array(list) = value else {
        return None;
    };
    list.into_iter()
        .map(|one| match one {
            Value::String(text) => Some(text),
            _other => None,
        })
        .collect()
}

fn answer(value: Value) -> Option<Answer> {
    match value {
        Value::Bool(ticked) => Some(Answer::Ticked(ticked)),
        Value::String(text) => Some(Answer::Text(text)),
        Value::Object(members) => file(members).map(Answer::File),
        // An empty list says the same for choices and for files: nothing.
        Value::Array(list) => match list.first() {
            Some(Value::Object(_)) => list
                .into_iter()
                .map(|one| if let Value::Object(members) = one { file(members) } else { None })
                .collect::<Option<_>>()
                .map(Answer::Files),
            Some(_) | None => texts(Value::Array(list)).map(Answer::Several),
        },
        Value::Null | Value::Number(_) => None,
    }
}

fn file(mut members: Map<String, Value>) -> Option<UploadedFile> {
    match members.remove("uploadId") {
        Some(Value::String(upload_id)) if members.is_empty() && uploads::can_be_number(&upload_id) => Some(UploadedFile { upload_id }),
        Some(_) | None => None,
    }
}
