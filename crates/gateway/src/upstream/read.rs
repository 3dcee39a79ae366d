//! Reading an upstream's answers, in every shape that has been seen or is likely. What it says beyond that is not passed on.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use regcard_protocol::problem::{FieldError, Place};
use regcard_protocol::validate::Fault;
use serde_json::Value;

use crate::store::Outcome;
use crate::upstream::is_reference;
use crate::upstream::success::denial;

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

/// A list of registrations, as far as it is understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Listed {
    /// In their order.
    pub entries: Vec<Entry>,
    /// How many there are in all, if it says so.
    pub total: Option<usize>,
}

/// A registration in a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Entry {
    /// Its number.
    pub id: Option<String>,
    /// References of ours that stand anywhere in it.
    pub references: Vec<String>,
    /// Its serial numbers.
    pub serial_numbers: Vec<String>,
    /// What was bought.
    pub product_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// Full name.
    pub customer_name: Option<String>,
    /// When it was stored, in milliseconds since 1970.
    pub created_at: Option<i64>,
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

/// The names under which a registration's number has been seen.
const NUMBERS: [&str; 3] = ["id", "_id", "registrationId"];

pub(super) fn number(entry: &Value) -> Option<String> {
    NUMBERS.iter().find_map(|name| entry.get(name).and_then(word))
}

/// A list of registrations, with something around it or without. What holds none, not even an empty one, or an error too, is not understood.
pub(super) fn listed(text: &str) -> Option<Listed> {
    let answer = serde_json::from_str::<Value>(text).ok().filter(|answer| denial(answer).is_none())?;
    let list = entries(&answer)?;
    // A registration is an object; a list of anything else is none of registrations.
    let entries = list.iter().map(|entry| entry.is_object().then(|| self::entry(entry))).collect::<Option<Vec<Entry>>>()?;
    let number = |value: &Value| value.as_u64().or_else(|| value.as_str()?.parse().ok());
    let beside = |name: &str| answer.get(name).or_else(|| answer.get("meta")?.get(name)).and_then(number);
    let total = beside("total").and_then(|total| usize::try_from(total).ok());
    Some(Listed { entries, total })
}

/// What stands under `data` or `registrations`, in one or the other order, or alone: several, or one.
pub(super) fn entries(answer: &Value) -> Option<&[Value]> {
    let within = |value: &'_ Value| ["data", "registrations", "registration", "items"].into_iter().find(|name| value.get(name).is_some());
    let mut list = answer;
    // `{"data":{"registrations":[…]}}` is the deepest that is likely.
    for _ in 0..2 {
        list = within(list).and_then(|name| list.get(name)).unwrap_or(list);
    }
    match list {
        Value::Array(entries) => Some(entries),
        Value::Object(members) if NUMBERS.iter().any(|name| members.contains_key(*name)) => Some(std::slice::from_ref(list)),
        Value::Object(_) | Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    }
}

fn entry(value: &Value) -> Entry {
    let text = |names: &[&str]| names.iter().find_map(|name| value.get(name).and_then(word));
    let mut references = Vec::new();
    find_references(value, &mut references);
    Entry {
        id: number(value),
        references,
        serial_numbers: ["serialNumbers", "serialNumber"].iter().find_map(|name| value.get(name)).map(words).unwrap_or_default(),
        product_name: text(&["productName"]),
        purchase_date: text(&["purchaseDate"]).map(|date| date.chars().take("YYYY-MM-DD".len()).collect()),
        customer_name: text(&["customerName"]),
        created_at: text(&["createdAt", "created_at"]).and_then(|written| instant(&written)),
    }
}

/// References of ours, wherever an upstream has put the field: beside the others, under `fieldData`, in a list of names and values.
fn find_references(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if is_reference(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| find_references(one, found)),
        Value::Object(members) => members.values().for_each(|one| find_references(one, found)),
        Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// An instant in any of the ways in which APIs write one: with an offset, without one (then it is UTC's), as milliseconds or seconds.
fn instant(written: &str) -> Option<i64> {
    if let Ok(number) = written.parse::<i64>() {
        // Seconds have ten digits until the year 2286, milliseconds thirteen.
        return Some(if number < 100_000_000_000 { number * 1_000 } else { number });
    }
    let with_offset = written.parse::<Timestamp>().ok();
    let without = || written.parse::<DateTime>().ok().and_then(|time| TimeZone::UTC.to_timestamp(time).ok());
    with_offset.or_else(without).map(Timestamp::as_millisecond)
}

/// What a refusal says: faults by field where it names them as we do, else the likeliest place.
pub(super) fn refusal(status: u16, text: &str) -> Outcome {
    let answer = serde_json::from_str::<Value>(text).unwrap_or_default();
    let named = answer.get("errors").and_then(Value::as_array).into_iter().flatten().filter_map(fault);
    let mut errors: Vec<FieldError> = named.collect();
    let said = message(text).unwrap_or_default().to_lowercase();
    let of_serial = said.contains("serial");
    let taken = status == 409 || errors.is_empty() && of_serial && ["already", "registered", "used"].iter().any(|word| said.contains(word));
    if errors.is_empty() {
        let at_serial = |fault: Fault| (Place { registration: 0, key: "serialNumbers".to_owned(), index: Some(0) }.pointer(), fault);
        let (pointer, fault) = match (taken, of_serial) {
            (true, _) => at_serial(Fault::SerialNumberRegistered),
            (false, true) => at_serial(Fault::SerialNumberUnknown),
            (false, false) => ("/registrations/0".to_owned(), Fault::Kind),
        };
        errors.push(FieldError { pointer, code: fault.code().to_owned(), message: "was refused upstream".to_owned() });
    }
    Outcome { taken, errors, ..Outcome::default() }
}

/// The message of an error, wherever it stands: `message`, `error.message`, `error`, the first of `errors`, or the text itself.
pub(super) fn message(text: &str) -> Option<String> {
    let Ok(answer) = serde_json::from_str::<Value>(text) else {
        // A page for people is no message.
        return Some(text.trim().to_owned()).filter(|text| !text.is_empty() && !text.starts_with('<'));
    };
    let at = |pointer: &str| answer.pointer(pointer).and_then(word);
    ["/message", "/error/message", "/error", "/errors/0/message", "/errors/0", "/detail"].into_iter().find_map(at).or_else(|| word(&answer))
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

/// One text or several.
fn words(value: &Value) -> Vec<String> {
    match value {
        Value::Array(list) => list.iter().filter_map(word).collect(),
        one => word(one).into_iter().collect(),
    }
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
    fn a_refusal_names_fields_or_the_likeliest_place() {
        let errors = |status, text: &str| {
            let outcome = refusal(status, text);
            (outcome.taken, outcome.errors.into_iter().map(|error| (error.pointer, error.code)).collect::<Vec<_>>())
        };
        let at = |pointer: &str, code: &str| vec![(pointer.to_owned(), code.to_owned())];
        let ours = r#"{"errors":[{"pointer":"/registrations/0/customerEmail","code":"email","message":"<b>secret</b>"}]}"#;
        assert_eq!(errors(422, ours), (false, at("/registrations/0/customerEmail", "email")));
        assert_eq!(errors(409, r#"{"message":"used"}"#), (true, at("/registrations/0/serialNumbers/0", "serial-number-registered")));
        assert_eq!(errors(422, "<html>"), (false, at("/registrations/0", "kind")));
    }

    #[test]
    fn a_refusal_in_words_is_said_at_the_serial_number_if_it_is_about_that() {
        let said = |status, text: &str| {
            let outcome = refusal(status, text);
            (outcome.taken, outcome.errors[0].pointer.clone(), outcome.errors[0].code.clone())
        };
        let at = |taken, code: &str| (taken, "/registrations/0/serialNumbers/0".to_owned(), code.to_owned());
        assert_eq!(said(422, r#"{"message":"Serial number is already used"}"#), at(true, "serial-number-registered"));
        assert_eq!(said(400, r#"{"error":{"message":"Invalid serial number","status_code":400}}"#), at(false, "serial-number-unknown"));
    }

    #[test]
    fn an_errors_message_is_found_wherever_it_stands() {
        for text in [
            r#"{"message":"No such form"}"#,
            r#"{"error":{"message":"No such form","status_code":422}}"#,
            r#"{"error":"No such form"}"#,
            r#"{"errors":[{"message":"No such form"},{"message":"other"}]}"#,
            r#"{"errors":["No such form"]}"#,
            r#""No such form""#,
            " No such form\n",
        ] {
            assert_eq!(message(text).as_deref(), Some("No such form"), "{text}");
        }
        assert_eq!(message(r#"{"message":"first","error":"second"}"#).as_deref(), Some("first"));
        for nothing in ["", "<html>No such form", "{}", r#"{"message":""}"#, "[]"] {
            assert_eq!(message(nothing), None, "{nothing}");
        }
    }

    #[test]
    fn a_list_is_read_in_every_shape() {
        let entries = r#"[{"id":7,"serialNumbers":["S1"],"createdAt":"2026-11-24T11:00:00.000Z"},{"id":"r2","serialNumber":"S2"}]"#;
        for (text, total) in [
            (format!(r#"{{"data":{entries},"total":2}}"#), Some(2)),
            (format!(r#"{{"data":{entries},"meta":{{"total":"2"}}}}"#), Some(2)),
            (format!(r#"{{"registrations":{entries}}}"#), None),
            (format!(r#"{{"data":{{"registrations":{entries}}}}}"#), None),
            (entries.to_owned(), None),
        ] {
            let read = listed(&text).unwrap();
            assert_eq!(read.total, total, "{text}");
            let ids: Vec<_> = read.entries.iter().map(|entry| entry.id.as_deref().unwrap()).collect();
            let serials: Vec<_> = read.entries.iter().map(|entry| entry.serial_numbers.concat()).collect();
            assert_eq!((ids, serials), (vec!["7", "r2"], vec!["S1".to_owned(), "S2".to_owned()]), "{text}");
            assert_eq!(read.entries[0].created_at, Some(1_795_518_000_000));
        }
        for empty in [r#"{"data":[],"total":0}"#, r#"{"registrations":[]}"#, "[]"] {
            assert!(listed(empty).unwrap().entries.is_empty(), "{empty}");
        }
        for nonsense in [
            "",
            " ",
            "null",
            r#"{"data":null}"#,
            r#"{"data":[],"success":false}"#,
            "<html>",
            "{",
            "7",
            r#"{"message":"x"}"#,
            r#"["x"]"#,
            r#"{"data":"x"}"#,
        ] {
            assert_eq!(listed(nonsense), None, "{nonsense}");
        }
    }

    #[test]
    fn a_reference_is_found_wherever_it_was_put() {
        let reference = "regcard-0193d8a0-0000-7000-8000-000000000001";
        for text in [
            json!([{ "regcardReference": reference }]),
            json!([{ "fieldData": { "regcardReference": reference, "note": "x" } }]),
            json!([{ "extraFields": [{ "name": "regcardreference", "type": "text", "value": reference }] }]),
        ] {
            assert_eq!(listed(&text.to_string()).unwrap().entries[0].references, [reference], "{text}");
        }
        assert!(listed(r#"[{"note":"regcard-"}]"#).unwrap().entries[0].references.is_empty());
    }

    #[test]
    fn instants_are_read_as_apis_write_them() {
        for written in ["2026-11-24T11:00:00Z", "2026-11-24T12:00:00+01:00", "2026-11-24 11:00:00", "1795518000", "1795518000000"] {
            assert_eq!(instant(written), Some(1_795_518_000_000), "{written}");
        }
        assert_eq!(instant("yesterday"), None);
    }
}
