//! What is kept, as plain data.

use regcard_protocol::problem::FieldError;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::Complaint;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::outbox::NewOutbox;
use crate::origin::Origin;

/// A merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merchant {
    /// Its name in commands and in the store.
    pub id: String,
    /// Its name for people.
    pub name: String,
    /// Raising it ends every session.
    pub epoch: i64,
    /// Who holds the registrations.
    pub mode: Mode,
    /// Where its card may stand.
    pub origins: Vec<Origin>,
    /// Its forms; the first is the default.
    pub forms: Vec<String>,
    /// Where an upstream's uploads go, as far as is known.
    pub upload_origins: Vec<Origin>,
    /// Until when the upstream is not called, because it refuses the access token. A new token lifts it.
    pub held_until: i64,
}

/// Who holds a merchant's registrations.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mode {
    /// This gateway.
    Own,
    /// Another registration API.
    Forward(Upstream),
}

/// Another registration API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Upstream {
    /// Its base address, which ends in `/api` or the like.
    pub url: String,
    /// Its access token, sealed.
    pub sealed_token: String,
}

/// What a merchant is created or changed with. `None` and empty lists leave what is there.
#[derive(Clone, Debug, Default)]
pub struct MerchantSettings {
    /// See [`Merchant::id`].
    pub id: String,
    /// See [`Merchant::name`]; the id if a new merchant is given none.
    pub name: Option<String>,
    /// Replace the old ones.
    pub origins: Vec<Origin>,
    /// Replace the old ones.
    pub forms: Vec<String>,
    /// Replaces the old one.
    pub upstream: Option<Upstream>,
    /// Are added.
    pub upload_origins: Vec<Origin>,
}

/// A key of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The publishable key, or the part of an access token by which it is found.
    pub id: String,
    /// Whose it is.
    pub merchant: String,
    /// Which kind.
    pub kind: KeyKind,
}

/// The kinds of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// For pages.
    Publishable,
    /// For servers; the hash of the token.
    Access([u8; 32]),
}

/// An access token's owner and hash.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// Whose it is.
    pub merchant: Merchant,
    /// The token's hash.
    pub hash: [u8; 32],
}

/// A serial number that a merchant loads.
#[derive(Clone, Debug)]
pub struct NewSerial {
    /// As it is printed.
    pub serial: SerialNumber,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Tags for the customer who registers it, separated by commas.
    pub customer_tags: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
}

/// A serial number that a merchant has loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Serial {
    /// As it was loaded.
    pub serial: String,
    /// Stock-keeping unit.
    pub sku: Option<String>,
    /// Tags for the customer who registers it.
    pub customer_tags: Option<String>,
    /// The product's name.
    pub product_name: Option<String>,
    /// Whether any registration names it.
    pub registered: bool,
    /// Whether a registration owns it alone.
    pub owned: bool,
}

/// A form's rules for serial numbers, as far as the store has to keep them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SerialRules {
    /// Only loaded ones.
    pub validate: bool,
    /// Once each.
    pub one_time: bool,
}

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

/// Which interface a key came by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interface {
    /// A page.
    Browser,
    /// A merchant's server.
    Merchant,
}

/// What a submit is found by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubmitKey {
    /// Whose.
    pub merchant: String,
    /// By which interface.
    pub interface: Interface,
    /// Of the idempotency key.
    pub hash: [u8; 32],
}

/// A submit as it begins.
#[derive(Clone, Debug)]
pub struct NewSubmit {
    /// What it is found by.
    pub key: SubmitKey,
    /// Of the body.
    pub fingerprint: [u8; 32],
    /// Reads its status; kept so that the same answer can be given again.
    pub status_token: String,
}

/// What became of a submit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submit {
    /// Of the body.
    pub fingerprint: [u8; 32],
    /// Where it is.
    pub state: SubmitState,
    /// How it ended.
    pub outcome: Outcome,
    /// Reads its status.
    pub status_token: String,
}

/// Where a submit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SubmitState {
    /// Stored, here or upstream.
    Registered,
    /// On its way upstream; somebody waits for the answer.
    Sending,
    /// Taken on, and on its way upstream.
    Queued,
    /// The upstream said no, and stored nothing.
    Refused,
    /// Sent, but how it ended is not known.
    Unknown,
}

/// How a submit ended. No personal data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// The registrations' numbers; `None` where an upstream gave none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub ids: Vec<Option<String>>,
    /// Whether it was a serial number that somebody has registered.
    #[serde(default)]
    pub taken: bool,
    /// What was wrong.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
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
#[derive(Clone, Debug)]
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
    pub serial_numbers: Vec<String>,
    /// The merchant's own fields.
    pub fields: Map<String, Value>,
    /// Receipts, field by field.
    pub receipts: Vec<RecordReceipts>,
    /// When it was stored.
    pub created_at: i64,
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

/// A file that may be uploaded.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// Its number.
    pub id: String,
    /// Its receipt's address: 128 random bits.
    pub receipt: String,
    /// Whose.
    pub merchant: String,
    /// The session it belongs to.
    pub sid: Option<String>,
    /// What it is called.
    pub file_name: String,
    /// Media type.
    pub file_type: String,
    /// Bytes.
    pub file_size: u64,
    /// Where an upstream keeps it.
    pub upstream_url: Option<String>,
}

/// A file that was, or may be, uploaded.
#[derive(Clone, Debug)]
pub struct Upload {
    /// As it was noted.
    pub about: NewUpload,
    /// How far it is.
    pub state: UploadState,
    /// Of its bytes, once they are here.
    pub hash: Option<Vec<u8>>,
}

/// How far an upload is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadState {
    /// It may come.
    Granted,
    /// It is here.
    Stored,
    /// A registration names it.
    Attached,
}
