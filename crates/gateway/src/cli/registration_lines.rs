//! A registration as a line of a list, and a line as a registration. A cell holds a text; whatever else a field may hold stands in a column of
//! its own, as JSON, so that it comes back as what it was.

use std::collections::{BTreeMap, BTreeSet};

use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value};

use crate::clock::Clock;
use crate::extract::parse_exactly;
use crate::forms::{Forms, LoadedForm};
use crate::lists;
use crate::record;
use crate::server_json;
use crate::store::Record;

/// The fields of a line that its other cells cannot hold, as a JSON object. What it names counts, whatever stands in a column of that name.
const FIELD_DATA: &str = "fieldData";

/// The columns, in the order they are written; the merchant's fields follow.
pub(super) const COLUMNS: [&str; 33] = [
    "id",
    "type",
    "createdAt",
    "status",
    "productName",
    "productId",
    "sku",
    "variantId",
    "customerName",
    "customerEmail",
    "firstName",
    "lastName",
    "phone",
    "address1",
    "address2",
    "city",
    "state",
    "country",
    "postCode",
    "serialNumbers",
    "purchaseDate",
    "warranty",
    "warrantyStartDate",
    "warrantyEndDate",
    "lastServiceDate",
    "orderId",
    "orderNumber",
    "customerTags",
    "updatedAt",
    "productSku",
    "formWarranty",
    "formWarrantyEndDate",
    FIELD_DATA,
];

/// Columns that are written for people: they are worked out, and are again where they are read.
const TOLD_ONLY: [&str; 5] = ["customerTags", "updatedAt", "productSku", "formWarranty", "formWarrantyEndDate"];

/// What every registration is here.
const ACTIVE: &str = "active";

/// A column by the names that the lists have for it.
pub(super) fn column(name: &str) -> Option<&'static str> {
    let name = match name {
        "email" => "customerEmail",
        "name" => "customerName",
        "surname" => "lastName",
        "serialNumber" => "serialNumbers",
        other => other,
    };
    COLUMNS.into_iter().find(|column| *column == name)
}

/// A line, and what its columns are called.
#[derive(Clone, Copy)]
pub(super) struct Cells<'a> {
    pub(super) columns: &'a [String],
    pub(super) cells: &'a [String],
}

impl<'a> Cells<'a> {
    /// What stands in a column, if anything does.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.columns.iter().position(|column| column == name).map(|at| self.cells[at].as_str()).filter(|cell| !cell.is_empty())
    }

    /// What it says, by column: the same whatever the order of the columns, and whether those that say nothing are there. The form is not
    /// among it, since a line may leave it to whoever loads it.
    pub(super) fn said(self) -> BTreeMap<&'a str, String> {
        let named = self.columns.iter().map(String::as_str).zip(self.cells);
        let said = named.filter(|(name, cell)| *name != "type" && !TOLD_ONLY.contains(name) && !cell.trim().is_empty());
        // Whatever letters an address is written in, it is the same.
        said.map(|(name, cell)| (name, if name == "customerEmail" { cell.trim().to_lowercase() } else { cell.trim().to_owned() })).collect()
    }

    /// Columns with something in them that is not read.
    pub(super) fn not_read(self) -> impl Iterator<Item = &'static str> {
        TOLD_ONLY.into_iter().filter(move |name| self.get(name).is_some() && !self.is_read(name))
    }

    /// Of two columns that say the same the first.
    fn is_read(self, name: &str) -> bool {
        let only = |name: &str| name == "productSku" && !self.columns.iter().any(|column| column == "sku");
        !TOLD_ONLY.contains(&name) || only(name)
    }

    /// Reads a registration that is to be added.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn read(self, form: &LoadedForm) -> Result<server_json::Sent, Vec<Complaint>> {
        let wrong = |key: &str, fault| vec![Complaint { key: key.to_owned(), index: None, fault }];
        let mut fields = match self.get(FIELD_DATA).map(|cell| parse_exactly(cell.as_bytes())) {
            None => Map::new(),
            Some(Ok(Value::Object(fields))) => fields,
            Some(_) => return Err(wrong(FIELD_DATA, Fault::Kind)),
        };
        let mut members = Map::new();
        for (name, cell) in self.columns.iter().map(String::as_str).zip(self.cells).filter(|(_, cell)| !cell.is_empty()) {
            match name {
                "type" | "createdAt" | FIELD_DATA => continue,
                // What another shop called it is kept; here it has a number of its own, and one state.
                "id" if uuid::Uuid::parse_str(cell).is_err() => drop(fields.entry(name).or_insert_with(|| cell.clone().into())),
                "status" if cell != ACTIVE => drop(fields.entry(name).or_insert_with(|| cell.clone().into())),
                "id" | "status" => continue,
                _ if fields.contains_key(name) || !self.is_read(name) => continue,
                "serialNumbers" => drop(members.insert(name.to_owned(), several(cell))),
                _ => drop(members.insert(name.to_owned(), value(name, cell))),
            }
        }
        members.insert("fields".to_owned(), fields.into());
        let flat = server_json::flat(members, &form.form, &Map::new())?;
        let sent = server_json::read(flat, &form.form, Clock::System.today())?;
        if sent.customer_email.is_none() {
            return Err(wrong("customerEmail", Fault::Required));
        }
        if server_json::needs_serial(&form.form) && sent.serial_numbers.as_ref().is_none_or(Vec::is_empty) {
            return Err(wrong("serialNumbers", Fault::Required));
        }
        Ok(sent)
    }
}

/// What a cell of another list holds: a list or an object where it looks like one.
fn value(name: &str, cell: &str) -> Value {
    let guessed = !COLUMNS.contains(&name) && cell.starts_with(['[', '{']);
    let read = guessed.then(|| parse_exactly(cell.as_bytes()).ok()).flatten();
    read.unwrap_or_else(|| cell.into())
}

/// Serial numbers in one cell.
fn several(cell: &str) -> Value {
    if let Ok(list @ Value::Array(_)) = parse_exactly(cell.as_bytes()) {
        return list;
    }
    cell.split([',', ';', '|', '\n']).map(str::trim).filter(|one| !one.is_empty()).map(Value::from).collect()
}

/// Which columns a registration's fields need beside those that every list has.
pub(super) fn own_columns(record: &Record, into: &mut BTreeSet<String>) {
    let keys = record.fields.keys().chain(record.receipts.iter().map(|receipts| &receipts.field));
    into.extend(keys.filter(|key| is_column(key)).cloned());
}

/// Whether a field of this name can have a column of its own.
fn is_column(key: &str) -> bool {
    column(key).is_none() && lists::keeps(key)
}

/// A registration's line.
pub(super) fn cells(public_url: &str, forms: &Forms, record: Record, columns: &[&str]) -> Vec<String> {
    let serials: Vec<String> = record.serial_numbers.iter().map(|one| one.serial.clone()).collect();
    let shown = record::shown(public_url, forms, record);
    let nothing = Map::new();
    let fields = shown[FIELD_DATA].as_object().unwrap_or(&nothing);
    let apart = |key: &str, value: &Value| match value {
        Value::String(text) => {
            !lists::keeps(text) || text.starts_with(['[', '{']) || !(is_column(key) || record::STANDARD_KEYS.contains(&key))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    };
    let field_data: Map<String, Value> =
        fields.iter().filter(|(key, value)| apart(key, value)).map(|(key, value)| (key.clone(), value.clone())).collect();
    let cell = |column: &str| match column {
        // A comma may be part of a number.
        "serialNumbers" if serials.iter().any(|serial| serial.contains([',', ';', '|', '['])) => text(&serials.clone().into()),
        "serialNumbers" => serials.join(","),
        FIELD_DATA if field_data.is_empty() => String::new(),
        FIELD_DATA => text(&field_data.clone().into()),
        // What the form says of it is not what was given.
        "warranty" | "warrantyEndDate" => text(fields.get(column).unwrap_or(&Value::Null)),
        "formWarranty" => text(if fields.contains_key("warranty") { &Value::Null } else { &shown["warranty"] }),
        "formWarrantyEndDate" => text(if fields.contains_key("warrantyEndDate") { &Value::Null } else { &shown["warrantyEndDate"] }),
        column if COLUMNS.contains(&column) => text(&shown[column]),
        column => text(fields.get(column).unwrap_or(&Value::Null)),
    };
    columns.iter().map(|column| cell(column)).collect()
}

fn text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    }
}
