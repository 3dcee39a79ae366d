//! Registrations: as they are to be stored, and as they are kept.

use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::Complaint;
use serde_json::{Map, Value};

use super::super::outbox::NewOutbox;
use super::{Erasure, NewSubmit, SerialRules, Submit};

/// What is registered in one transaction.
#[derive(Clone, Debug)]
pub struct NewBatch {
    /// Whose.
    pub merchant: String,
    /// The session it comes from; none for a merchant's server.
    pub sid: Option<String>,
    /// The key it came with; a merchant's server need not send one.
    pub submit: Option<NewSubmit>,
    /// All of them or none.
    pub registrations: Vec<NewRegistration>,
    /// What is to be sent once they are stored.
    pub outbox: Vec<NewOutbox>,
    /// Whether the merchant's endpoints are told. Of what a merchant loads from a list of its own they are not.
    pub announced: bool,
}

/// One registration to be stored.
#[derive(Clone, Debug)]
pub struct NewRegistration {
    /// Its number.
    pub id: String,
    /// The form's name in URLs.
    pub form: String,
    /// The form's rules.
    pub rules: SerialRules,
    /// Full name.
    pub customer_name: Option<String>,
    /// E-mail address, as typed.
    pub customer_email: String,
    /// What was bought.
    pub product_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// As they were typed.
    pub serial_numbers: Vec<SerialNumber>,
    /// The merchant's own fields.
    pub fields: Map<String, Value>,
    /// The files of each field that has some.
    pub receipts: Vec<NewReceipts>,
}

/// The files of one field of a registration.
#[derive(Clone, Debug)]
pub struct NewReceipts {
    /// The field they answer.
    pub field: String,
    /// Whether it takes several: one file is then still a list.
    pub several: bool,
    /// In their order.
    pub files: Vec<FileReference>,
}

/// How a registration names a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileReference {
    /// A page's, by the upload's number; it has to be of the same session.
    Upload(String),
    /// A merchant's server's, by the receipt's address.
    Receipt(String),
}

/// How registering went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Registering {
    /// Stored, now.
    Stored,
    /// The key was here before with the same body; this became of it.
    Replayed(Submit),
    /// The key was here before with another body.
    KeyReused,
    /// Nothing was stored; position of the registration, and what is wrong with it.
    Refused(Vec<Refusal>),
}

/// What is wrong with which registration of a batch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Position in the batch.
    pub position: usize,
    /// What is wrong.
    pub complaint: Complaint,
}

/// A registration as it is to be from now on.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose.
    pub merchant: String,
    /// Its number.
    pub id: String,
    /// What it was read as: if it has been changed since, nothing happens.
    pub version: i64,
    /// The form's rules.
    pub rules: SerialRules,
    /// Full name.
    pub customer_name: Option<String>,
    /// E-mail address, as typed.
    pub customer_email: String,
    /// What was bought.
    pub product_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// The merchant's own fields.
    pub fields: Map<String, Value>,
    /// All of them, if any of them changes; those that go come free.
    pub serial_numbers: Option<Vec<SerialNumber>>,
    /// Fields whose files go.
    pub without_receipts: Vec<String>,
    /// Files that come.
    pub receipts: Vec<NewReceipts>,
}

/// How a change went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changing {
    /// Stored; these receipts are named by no registration any more, and their files are to be erased.
    Changed(Vec<Erasure>),
    /// Somebody was faster: it has been changed since it was read, or erased.
    Overtaken,
    /// Nothing was changed.
    Refused(Vec<Refusal>),
}

/// Which registrations.
#[derive(Clone, Debug)]
pub struct Query {
    /// Whose.
    pub merchant: String,
    /// Of this customer alone.
    pub email: Option<String>,
    /// Of this form alone.
    pub form: Option<String>,
    /// How many.
    pub limit: u32,
    /// From which on.
    pub offset: u32,
}

/// Some registrations, and how many there are in all.
#[derive(Clone, Debug)]
pub struct Page {
    /// The newest first.
    pub records: Vec<Record>,
    /// In all.
    pub total: u64,
}

/// A registration as it is kept.
#[derive(Clone, Debug, Default)]
pub struct Record {
    /// Its number.
    pub id: String,
    /// The form's name in URLs.
    pub form: String,
    /// Full name.
    pub customer_name: Option<String>,
    /// E-mail address.
    pub customer_email: String,
    /// What was bought.
    pub product_name: Option<String>,
    /// `YYYY-MM-DD`.
    pub purchase_date: Option<String>,
    /// As the merchant loaded them.
    pub serial_numbers: Vec<RecordSerial>,
    /// The merchant's own fields.
    pub fields: Map<String, Value>,
    /// Receipts, field by field.
    pub receipts: Vec<RecordReceipts>,
    /// When it was stored.
    pub created_at: i64,
    /// When it was last changed, or stored.
    pub updated_at: i64,
    /// Counted up by each change.
    pub version: i64,
}

/// A serial number of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordSerial {
    /// As the merchant loaded it, or as it was typed.
    pub serial: String,
    /// The tags that its customer was given, separated by commas.
    pub customer_tags: Option<String>,
    /// Stock-keeping unit.
    pub sku: Option<String>,
}

/// A file that a registration is given later, in a field that has none.
#[derive(Clone, Debug)]
pub struct LateReceipt {
    /// Whose.
    pub merchant: String,
    /// Which registration.
    pub registration: String,
    /// The field.
    pub field: String,
    /// Whether it takes several: one file is then still a list.
    pub several: bool,
    /// The upload's number.
    pub upload: String,
    /// What it was uploaded under.
    pub sid: String,
}

/// The receipts of one field of a registration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordReceipts {
    /// The field they answer.
    pub field: String,
    /// Whether it takes several.
    pub several: bool,
    /// Where they can be read, in their order.
    pub addresses: Vec<Address>,
}

/// Where a receipt can be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// Here, under `/r/`.
    Here(String),
    /// At an upstream.
    Upstream(String),
}
