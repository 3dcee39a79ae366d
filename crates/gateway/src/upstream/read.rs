//! Reading an upstream's answers, in every shape that has been seen or is likely. What it says beyond that is not passed on.

use regcard_protocol::problem::{FieldError, Place};
use regcard_protocol::validate::Fault;
use serde_json::Value;

use crate::store::Outcome;

/// What an upstream knows of a serial number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownSerial {
    /// As it was loaded, if it says so.
    pub serial: Option<String>,
    /// Whether it is registered.
    pub registered: bool,
    /// The product's name.
    pub product_name: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
}

/// How sending registrations went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Stored, with these numbers.
    Registered(Outcome),
    /// Nothing was stored.
    Refused(Outcome),
    /// Perhaps stored.
    Unknown,
}

/// A serial number's entry, with `data` around it or without.
pub(super) fn serial(answer: &Value) -> Option<KnownSerial> {
    let entry = inner(answer).as_object()?;
    let text = |name: &str| entry.get(name).and_then(word);
    let flag = |name: &str| entry.get(name).and_then(Value::as_bool).unwrap_or(false);
    let set = |name: &str| entry.get(name).is_some_and(|value| !value.is_null());
    let status = text("status").is_some_and(|status| matches!(status.as_str(), "registered" | "used"));
    let registered = ["registered", "used", "isRegistered"].into_iter().any(flag) || set("registeredAt") || set("registrationId") || status;
    Some(KnownSerial { serial: text("serialNumber"), registered, product_name: text("productName"), sku: text("sku") })
}

/// Where to send a file, and where it can be read then.
pub(super) fn upload(answer: &Value) -> Option<(String, String)> {
    let entry = inner(answer);
    let text = |name: &str| entry.get(name).and_then(Value::as_str).map(str::to_owned);
    Some((text("signedRequest")?, text("url")?))
}

/// What a success says. An empty one is a success without numbers; one that is no JSON tells nothing at all.
pub(super) fn posted(text: &str, count: usize) -> Posted {
    if text.trim().is_empty() {
        return Posted::Registered(Outcome { ids: vec![None; count], ..Outcome::default() });
    }
    let Ok(answer) = serde_json::from_str::<Value>(text) else {
        return Posted::Unknown;
    };
    let list = answer.get("data").or_else(|| answer.get("registrations")).unwrap_or(&answer);
    let entries = list.as_array().map_or_else(|| std::slice::from_ref(list), Vec::as_slice);
    let mut ids: Vec<Option<String>> = entries.iter().map(|entry| entry.get("id").and_then(word)).collect();
    ids.resize(count, None);
    Posted::Registered(Outcome { ids, ..Outcome::default() })
}

/// What a refusal says: faults by field where it names them as we do, else the likeliest place.
pub(super) fn refusal(status: u16, text: &str) -> Posted {
    let answer = serde_json::from_str::<Value>(text).unwrap_or_default();
    let named = answer.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(fault);
    let mut errors: Vec<FieldError> = named.collect();
    let taken = status == 409;
    if errors.is_empty() {
        let (key, index, fault) = if taken { ("serialNumbers", Some(0), Fault::SerialNumberRegistered) } else { ("", None, Fault::Kind) };
        let pointer = if taken { Place { registration: 0, key: key.to_owned(), index }.pointer() } else { "/registrations/0".to_owned() };
        errors.push(FieldError { pointer, code: fault.code().to_owned(), message: "was refused upstream".to_owned() });
    }
    Posted::Refused(Outcome { ids: Vec::new(), taken, errors })
}

fn fault(error: &Value) -> Option<FieldError> {
    let text = |name: &str| error.get(name).and_then(Value::as_str);
    let place = Place::parse(text("pointer")?)?;
    let fault = Fault::parse(text("code")?)?;
    Some(FieldError { pointer: place.pointer(), code: fault.code().to_owned(), message: fault.message().to_owned() })
}

fn inner(answer: &Value) -> &Value {
    answer.get("data").unwrap_or(answer)
}

/// A text, or a number as text.
fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.is_empty() => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_serial_number_is_read_in_every_shape() {
        let known = |registered| KnownSerial { serial: Some("S1".to_owned()), registered, product_name: None, sku: Some("42".to_owned()) };
        assert_eq!(serial(&json!({ "data": { "serialNumber": "S1", "sku": 42, "registered": false } })), Some(known(false)));
        for used in [
            json!({ "registered": true }),
            json!({ "used": true }),
            json!({ "isRegistered": true }),
            json!({ "registeredAt": 1 }),
            json!({ "status": "used" }),
        ] {
            let mut entry = json!({ "serialNumber": "S1", "sku": "42" });
            entry.as_object_mut().unwrap().extend(used.as_object().unwrap().clone());
            assert_eq!(serial(&entry), Some(known(true)), "{used}");
        }
        assert_eq!(serial(&json!("S1")), None);
    }

    #[test]
    fn numbers_are_found_wherever_they_stand() {
        let ids = |text: &str| match posted(text, 1) {
            Posted::Registered(outcome) => outcome.ids,
            other => panic!("{other:?}"),
        };
        for text in [r#"{"data":[{"id":"r1"}]}"#, r#"{"registrations":[{"id":"r1"}]}"#, r#"[{"id":"r1"}]"#, r#"{"id":"r1"}"#] {
            assert_eq!(ids(text), [Some("r1".to_owned())], "{text}");
        }
        assert_eq!(ids(r#"{"data":[{"id":7}]}"#), [Some("7".to_owned())]);
        assert_eq!(ids(""), [None]);
        assert_eq!(posted("<html>", 1), Posted::Unknown);
    }

    #[test]
    fn a_refusal_names_fields_or_the_likeliest_place() {
        let errors = |status, text: &str| match refusal(status, text) {
            Posted::Refused(outcome) => {
                (outcome.taken, outcome.errors.into_iter().map(|error| (error.pointer, error.code)).collect::<Vec<_>>())
            }
            other => panic!("{other:?}"),
        };
        let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        let ours = r#"{"errors":[{"pointer":"/registrations/0/customerEmail","code":"email","message":"<b>secret</b>"}]}"#;
        assert_eq!(errors(422, ours), (false, at("/registrations/0/customerEmail", "email")));
        assert_eq!(errors(409, r#"{"message":"used"}"#), (true, at("/registrations/0/serialNumbers/0", "serial-number-registered")));
        assert_eq!(errors(422, "<html>"), (false, at("/registrations/0", "kind")));
    }
}
