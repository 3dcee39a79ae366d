//! Registrations as they come in: JSON read into the protocol's types, with a pointer at whatever does not fit.
//!
//! A page may send what its form defines; a merchant's server any key within limits.

use regcard_protocol::contact::{EmailAddress, PersonName};
use regcard_protocol::date::Day;
use regcard_protocol::form::{FieldKind, Form};
use regcard_protocol::limits;
use regcard_protocol::problem::{FieldError, Place};
use regcard_protocol::registration::{Answer, NewRegistration, UploadedFile};
use regcard_protocol::serial_number::{SerialNumber, SerialNumberError};
use regcard_protocol::validate::{Complaint, Fault, free_text, purchase_day};
use serde_json::{Map, Value};
use unicode_normalization::UnicodeNormalization;

use crate::problem::GatewayError;

/// A registration that a merchant's server sends, read into its types.
#[derive(Clone, Debug)]
pub struct ServerRegistration {
    /// Full name.
    pub customer_name: Option<String>,
    /// E-mail address.
    pub customer_email: String,
    /// What was bought.
    pub product_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// As they were sent.
    pub serial_numbers: Vec<SerialNumber>,
    /// Everything else.
    pub extras: Map<String, Value>,
}

/// Names that a stored registration has of its own; they cannot be set.
const OWN_KEYS: [&str; 6] = ["id", "status", "createdAt", "updatedAt", "fieldData", "accessToken"];

/// The list of registrations in a body.
///
/// # Errors
/// 422 if there is none, it is empty or too long, or something else stands beside it.
pub fn list(value: Value) -> Result<Vec<Map<String, Value>>, GatewayError> {
    let Value::Object(mut body) = value else {
        return Err(GatewayError::field("", "kind", "is not an object"));
    };
    let list = body.remove("registrations");
    if let Some(other) = body.keys().next() {
        return Err(GatewayError::field(
            &format!("/{}", other.replace('~', "~0").replace('/', "~1")),
            "unknown-field",
            "is not known here",
        ));
    }
    let Some(Value::Array(list)) = list else {
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

/// Reads what a merchant's server sent.
///
/// # Errors
/// What is missing, of another kind, or above a limit.
pub fn from_server(position: usize, members: Map<String, Value>, form: &Form, today: Day) -> Result<ServerRegistration, Vec<FieldError>> {
    let mut new = ServerRegistration {
        customer_name: None,
        customer_email: String::new(),
        product_name: None,
        purchase_date: None,
        serial_numbers: Vec::new(),
        extras: Map::new(),
    };
    let mut complaints = Vec::new();
    for (key, value) in members {
        let read = match key.as_str() {
            "type" => Ok(()),
            "customerName" => text(value)
                .and_then(|text| optional(PersonName::parse(&composed(&text))))
                .map(|name| new.customer_name = name.map(|name| name.as_str().to_owned())),
            "customerEmail" => {
                text(value).and_then(|text| EmailAddress::parse(&text)).map(|email| email.as_str().clone_into(&mut new.customer_email))
            }
            "productName" => text(value).and_then(|text| product(&text)).map(|name| new.product_name = name),
            "purchaseDate" => text(value)
                .and_then(|text| optional(purchase_day(&text, today)))
                .map(|day| new.purchase_date = day.map(|day| day.to_string())),
            "serialNumber" | "serialNumbers" => {
                match serials(value) {
                    Ok(serials) => new.serial_numbers.extend(serials),
                    Err((index, fault)) => complaints.push(Complaint { key: "serialNumbers".to_owned(), index, fault }),
                }
                Ok(())
            }
            own if OWN_KEYS.contains(&own) => Err(Fault::UnknownField),
            _ => extra(&key, &value).map(|()| drop(new.extras.insert(key.clone(), value))),
        };
        if let Err(fault) = read {
            complaints.push(Complaint { key, index: None, fault });
        }
    }
    let complaint = |key: &str, fault| Complaint { key: key.to_owned(), index: None, fault };
    if new.customer_email.is_empty() && !complaints.iter().any(|one| one.key == "customerEmail") {
        complaints.push(complaint("customerEmail", Fault::Required));
    }
    let needs_serial = form.serial_numbers.validate && form.field(FieldKind::SerialNumber).is_some_and(|field| field.required);
    if needs_serial && new.serial_numbers.is_empty() && complaints.is_empty() {
        complaints.push(Complaint { key: "serialNumbers".to_owned(), index: Some(0), fault: Fault::Required });
    }
    if new.serial_numbers.len() > limits::SERIAL_NUMBERS {
        complaints.push(complaint("serialNumbers", Fault::TooManySerialNumbers));
    }
    if new.extras.len() > limits::EXTRA_FIELDS {
        let place = Place { registration: position, key: String::new(), index: None };
        let pointer = place.pointer().trim_end_matches('/').to_owned();
        return Err(vec![FieldError { pointer, code: "too-long".into(), message: "has more than 64 fields of its own".into() }]);
    }
    if complaints.is_empty() { Ok(new) } else { Err(complaints.iter().map(|complaint| complaint.at(position)).collect()) }
}

/// A name as every keyboard would have it: some put an é together of two characters, and whoever looks for it types one (Unicode's
/// form NFC).
pub fn composed(name: &str) -> String {
    name.nfc().collect()
}

/// A text, or a number that stands for one. Nothing counts as an empty text.
fn text(value: Value) -> Result<String, Fault> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _other => Err(Fault::Kind),
    }
}

fn optional<T>(read: Result<T, Fault>) -> Result<Option<T>, Fault> {
    match read {
        Ok(value) => Ok(Some(value)),
        Err(Fault::Required) => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn product(text: &str) -> Result<Option<String>, Fault> {
    let trimmed = text.trim();
    free_text(trimmed)?;
    if trimmed.chars().count() > limits::PRODUCT_NAME_CHARS {
        return Err(Fault::TooLong);
    }
    Ok(Some(trimmed.to_owned()).filter(|name| !name.is_empty()))
}

/// Serial numbers as makers' lists hold them: texts or numbers, one or several; blank ones do not count.
fn serials(value: Value) -> Result<Vec<SerialNumber>, (Option<usize>, Fault)> {
    let list = match value {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let mut read = Vec::new();
    for (index, one) in list.into_iter().enumerate() {
        let text = text(one).map_err(|fault| (Some(index), fault))?;
        match SerialNumber::parse(&text) {
            Ok(serial) => read.push(serial),
            Err(SerialNumberError::Empty) => {}
            Err(SerialNumberError::TooLong { .. }) => return Err((Some(index), Fault::TooLong)),
            Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => return Err((Some(index), Fault::SerialNumber)),
        }
    }
    Ok(read)
}

fn extra(key: &str, value: &Value) -> Result<(), Fault> {
    let length = key.chars().count();
    if length == 0 || length > limits::FIELD_KEY_CHARS || key.chars().any(char::is_control) {
        return Err(Fault::UnknownField);
    }
    within_limits(value)
}

fn within_limits(value: &Value) -> Result<(), Fault> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => free_text(text),
        Value::Array(list) => list.iter().try_for_each(within_limits),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| free_text(key).and_then(|()| within_limits(value))),
    }
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
        Some(Value::String(upload_id)) if members.is_empty() => Some(UploadedFile { upload_id }),
        Some(_) | None => None,
    }
}
