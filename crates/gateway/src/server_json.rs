//! Registrations as merchants' servers send them: any key within limits, in whichever of the ways the documentation has shown over
//! the years. Extra fields stand flat, or in `fields`, or in `extraFields`; the customer flat, as in the lists, or in a `customer`, as
//! in the webhook. Where one thing is said twice, the flat one counts.

use regcard_protocol::contact::{EmailAddress, PersonName};
use regcard_protocol::date::Day;
use regcard_protocol::form::{FieldKind, Form};
use regcard_protocol::limits;
use regcard_protocol::problem::{FieldError, Place};
use regcard_protocol::serial_number::{SerialNumber, SerialNumberError};
use regcard_protocol::validate::{Complaint, Fault, free_text, purchase_day};
use serde_json::{Map, Value};

use crate::record::STANDARD_KEYS;
use crate::registration_json::composed;

/// What was sent of a registration. `None` was not sent; an inner `None` is to be nothing.
#[derive(Clone, Debug, Default)]
pub struct Sent {
    /// Full name.
    pub customer_name: Option<Option<String>>,
    /// E-mail address.
    pub customer_email: Option<String>,
    /// What was bought.
    pub product_name: Option<Option<String>>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<Option<String>>,
    /// As they were sent.
    pub serial_numbers: Option<Vec<SerialNumber>>,
    /// Everything else; null is to be nothing.
    pub extras: Map<String, Value>,
}

/// Names that a stored registration has of its own; they cannot be set.
pub const OWN_KEYS: [&str; 7] = ["id", "status", "createdAt", "updatedAt", "fieldData", "accessToken", "customerTags"];

/// Days among the standard names.
const DAYS: [&str; 3] = ["warrantyStartDate", "warrantyEndDate", "lastServiceDate"];

/// Takes apart what may stand in objects of its own. `shown` is the registration as it was shown, if there is one: what is as it was
/// shown was not meant to change, so that a registration can be sent back whole with one thing changed in it, wherever it stands.
///
/// # Errors
/// What is no object and should be one, and what cannot be set.
pub fn flat(mut members: Map<String, Value>, form: &Form, shown: &Map<String, Value>) -> Result<Map<String, Value>, Vec<Complaint>> {
    let mut flat = Map::new();
    let mut complaints = Vec::new();
    let nothing = Map::new();
    let shown_in = |key: &str| shown.get(key).and_then(Value::as_object).unwrap_or(&nothing);
    let field_data = if shown.is_empty() { None } else { members.remove("fieldData").map(|value| ("fieldData", value)) };
    let groups = ["fields", "extraFields"].into_iter().filter_map(|key| members.remove(key).map(|value| (key, value)));
    for (key, group) in field_data.into_iter().chain(groups.collect::<Vec<_>>()) {
        let Some(group) = object(group) else {
            complaints.push(Complaint { key: key.to_owned(), index: None, fault: Fault::Kind });
            continue;
        };
        flat.extend(group.into_iter().filter(|(key, value)| shown_in("fieldData").get(key) != Some(value)));
    }
    if let Some(customer) = members.remove("customer") {
        match object(customer) {
            Some(customer) => {
                let changed = customer.into_iter().filter(|(key, value)| shown_in("customer").get(key) != Some(value));
                flat.extend(changed.map(|(key, value)| (name_of_customers(&key).to_owned(), value)));
            }
            None => complaints.push(Complaint { key: "customer".to_owned(), index: None, fault: Fault::Kind }),
        }
    }
    for (key, value) in members {
        let was = shown.get(&key).or_else(|| shown_in("fieldData").get(&key));
        if was == Some(&value) {
            continue;
        }
        // A form may have a field of that name.
        let own_field = form.fields.iter().any(|field| field.key == key);
        let name = if own_field { key.as_str() } else { name_of_lists(&key) };
        if OWN_KEYS.contains(&name) {
            complaints.push(Complaint { key, index: None, fault: Fault::UnknownField });
            continue;
        }
        flat.insert(name.to_owned(), value);
    }
    if complaints.is_empty() { Ok(flat) } else { Err(complaints) }
}

fn object(value: Value) -> Option<Map<String, Value>> {
    match value {
        Value::Object(members) => Some(members),
        Value::Null => Some(Map::new()),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => None,
    }
}

/// The webhook's names of a customer.
fn name_of_customers(key: &str) -> &str {
    match key {
        "name" => "customerName",
        "email" => "customerEmail",
        "surname" => "lastName",
        other => other,
    }
}

/// The lists' other names.
fn name_of_lists(key: &str) -> &str {
    match key {
        "name" => "customerName",
        "email" => "customerEmail",
        "surname" => "lastName",
        "productSku" => "sku",
        "serialNumber" => "serialNumbers",
        other => other,
    }
}

/// Reads members that stand flat.
///
/// # Errors
/// What is of another kind, above a limit, or against the form's rules for serial numbers.
pub fn read(members: Map<String, Value>, form: &Form, today: Day) -> Result<Sent, Vec<Complaint>> {
    let mut sent = Sent::default();
    let mut complaints = Vec::new();
    for (key, value) in members {
        let read = match key.as_str() {
            "type" => Ok(()),
            "customerName" => text(value)
                .and_then(|text| optional(PersonName::parse(&composed(&text))))
                .map(|name| sent.customer_name = Some(name.map(|name| name.as_str().to_owned()))),
            "customerEmail" => {
                text(value).and_then(|text| EmailAddress::parse(&text)).map(|email| sent.customer_email = Some(email.as_str().to_owned()))
            }
            "productName" => text(value).and_then(|text| product(&text)).map(|name| sent.product_name = Some(name)),
            "purchaseDate" => text(value)
                .and_then(|text| optional(purchase_day(day_of(&text), today)))
                .map(|day| sent.purchase_date = Some(day.map(|day| day.to_string()))),
            "serialNumbers" => {
                match serials(value, form) {
                    Ok(serials) => sent.serial_numbers = Some(serials),
                    Err((index, fault)) => complaints.push(Complaint { key: "serialNumbers".to_owned(), index, fault }),
                }
                Ok(())
            }
            _ => extra(&key, value).map(|value| drop(sent.extras.insert(key.clone(), value))),
        };
        if let Err(fault) = read {
            complaints.push(Complaint { key, index: None, fault });
        }
    }
    if complaints.is_empty() { Ok(sent) } else { Err(complaints) }
}

/// Reads a registration that is to be added.
///
/// # Errors
/// As [`flat`] and [`read`], and what is missing.
pub fn new(position: usize, members: Map<String, Value>, form: &Form, today: Day) -> Result<Sent, Vec<FieldError>> {
    let at = |complaints: Vec<Complaint>| complaints.iter().map(|complaint| error(complaint, position)).collect::<Vec<_>>();
    let flat = flat(members, form, &Map::new()).map_err(at)?;
    let email_given = flat.contains_key("customerEmail");
    let mut complaints = Vec::new();
    let mut sent = read(flat, form, today).unwrap_or_else(|found| {
        complaints = found;
        Sent::default()
    });
    if !email_given {
        complaints.push(Complaint { key: "customerEmail".to_owned(), index: None, fault: Fault::Required });
    }
    let no_serial = sent.serial_numbers.as_ref().is_none_or(Vec::is_empty);
    if needs_serial(form) && no_serial && complaints.is_empty() {
        complaints.push(Complaint { key: "serialNumbers".to_owned(), index: Some(0), fault: Fault::Required });
    }
    sent.extras.retain(|_, value| !value.is_null());
    if sent.extras.len() > limits::EXTRA_FIELDS {
        return Err(vec![too_many(position)]);
    }
    if complaints.is_empty() { Ok(sent) } else { Err(at(complaints)) }
}

/// Whether a registration without a serial number is refused.
pub fn needs_serial(form: &Form) -> bool {
    form.serial_numbers.validate && form.field(FieldKind::SerialNumber).is_some_and(|field| field.required)
}

/// A complaint as `errors` has it. Any field is taken here, so that one that is not has another reason than on a page.
pub fn error(complaint: &Complaint, position: usize) -> FieldError {
    let own = OWN_KEYS.contains(&complaint.key.as_str());
    let error = complaint.at(position);
    match complaint.fault {
        Fault::UnknownField if own => FieldError { message: "cannot be set".into(), ..error },
        Fault::UnknownField => FieldError { message: "is no name for a field: 1 to 64 characters".into(), ..error },
        _other => error,
    }
}

/// More fields of its own than a registration may have.
pub fn too_many(position: usize) -> FieldError {
    let place = Place { registration: position, key: String::new(), index: None };
    let pointer = place.pointer().trim_end_matches('/').to_owned();
    FieldError { pointer, code: "too-long".into(), message: "has more than 64 fields of its own".into() }
}

/// Who is known by first and last name alone has a full name all the same.
pub fn full_name(fields: &Map<String, Value>) -> Option<String> {
    let part = |key: &str| fields.get(key).and_then(Value::as_str).map(str::trim).filter(|part| !part.is_empty());
    let parts: Vec<&str> = [part("firstName"), part("lastName")].into_iter().flatten().collect();
    PersonName::parse(&composed(&parts.join(" "))).ok().map(|name| name.as_str().to_owned())
}

/// A text, or a whole number that stands for one: of a fraction nobody knows how it was written. Nothing counts as an empty text.
fn text(value: Value) -> Result<String, Fault> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text),
        Value::Number(number) if !number.is_f64() => Ok(number.to_string()),
        _other => Err(Fault::Kind),
    }
}

/// The day of an instant as scripts write it, `2026-11-14T00:00:00.000Z`: the day that stands there, whatever the zone.
fn day_of(text: &str) -> &str {
    match text.trim().split_once('T') {
        Some((day, time)) if time.starts_with(|first: char| first.is_ascii_digit()) => day,
        Some(_) | None => text,
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
fn serials(value: Value, form: &Form) -> Result<Vec<SerialNumber>, (Option<usize>, Fault)> {
    let list = match value {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        one => vec![one],
    };
    let rules = &form.serial_numbers;
    let most = if rules.several { limits::SERIAL_NUMBERS } else { 1 };
    let mut read = Vec::new();
    for (index, one) in list.into_iter().enumerate() {
        let fault = |fault| (Some(index), fault);
        let text = text(one).map_err(fault)?;
        match SerialNumber::parse(&text) {
            Err(SerialNumberError::Empty) => {}
            Err(SerialNumberError::TooLong { .. }) => return Err(fault(Fault::TooLong)),
            Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => return Err(fault(Fault::SerialNumber)),
            Ok(serial) if !rules.looks_right(serial.as_str()) => return Err(fault(Fault::SerialNumber)),
            Ok(serial) if !rules.adds_up(serial.as_str()) => return Err(fault(Fault::CheckDigit)),
            Ok(_) if read.len() == most => return Err((None, Fault::TooManySerialNumbers)),
            Ok(serial) => read.push(serial),
        }
    }
    Ok(read)
}

fn extra(key: &str, value: Value) -> Result<Value, Fault> {
    let length = key.chars().count();
    if length == 0 || length > limits::FIELD_KEY_CHARS || key.chars().any(char::is_control) {
        return Err(Fault::UnknownField);
    }
    within_limits(&value)?;
    if STANDARD_KEYS.contains(&key) && matches!(value, Value::Array(_) | Value::Object(_) | Value::Bool(_)) {
        return Err(Fault::Kind);
    }
    if DAYS.contains(&key) && !value.is_null() {
        let text = text(value)?;
        return if text.trim().is_empty() {
            Ok(Value::Null)
        } else {
            Day::parse(day_of(&text)).map(|day| Value::String(day.to_string())).ok_or(Fault::Date)
        };
    }
    Ok(value)
}

fn within_limits(value: &Value) -> Result<(), Fault> {
    match value {
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        Value::String(text) => free_text(text),
        Value::Array(list) => list.iter().try_for_each(within_limits),
        Value::Object(members) => members.iter().try_for_each(|(key, value)| free_text(key).and_then(|()| within_limits(value))),
    }
}
