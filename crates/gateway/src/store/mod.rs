//! Where everything is kept. Knows SQL and nothing of HTTP; who may ask is decided before.
//!
//! One trait, kept once for every database: `stored` makes jobs of its promises, `sql` has their statements, and each `engine` runs them.
//! `conformance` is the story each of them has to live up to.

#[cfg(test)]
mod conformance;
#[cfg(test)]
mod counting;
mod directory;
mod engine;
mod model;
mod outbox;
mod postgres;
mod sql;
mod sqlite;
mod stored;
mod webhooks;

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;

use secrecy::ExposeSecret;
use thiserror::Error;

use crate::config;
use crate::origin::Origin;
use crate::serial_fold::Folded;

pub use self::postgres::Postgres;
#[cfg(test)]
pub(crate) use counting::{Counting, Work};
pub use model::{
    AccessKey, Address, Change, Changing, Checked, Counted, Erasure, FileReference, InTurn, Interface, Keeping, KeptKey, Key, KeyKind,
    LateReceipt, LoadedSerial, Merchant, MerchantSettings, Mode, NewBatch, NewReceipts, NewRegistration, NewSerial, NewSubmit, NewUpload,
    Once, Outcome, Page, Query, Record, RecordReceipts, RecordSerial, Refusal, Registering, Serial, SerialRules, Spent, Stored, Submit,
    SubmitKey, SubmitState, Takes, Upload, UploadState, Upstream,
};
pub use outbox::{DueLane, Left, NewOutbox, OutboxChange, OutboxCount, OutboxKind, OutboxQuery, OutboxRow, OutboxState, Sending};
pub use sql::serials::LAST_LOT;
pub use sqlite::{Sqlite, copy_database};
pub use webhooks::{AddingEndpoint, Notice, Parked, Replay, WebhookCount, WebhookEndpoint, WebhookEvent};

/// The store could not do it.
#[derive(Debug, Error)]
pub enum StoreError {
    /// Somebody else is writing, or too many are waiting.
    #[error("the store is busy")]
    Busy,
    /// No room on the disk.
    #[error("the disk is full")]
    Full,
    /// The gateway is stopping.
    #[error("the store is closed")]
    Closed,
    /// A fault of the program in the middle of a job. Nothing of it was stored.
    #[error("the program failed in the middle of it")]
    Panicked,
    /// SQLite said no.
    #[error("SQLite: {0}")]
    Sqlite(#[source] rusqlite::Error),
    /// PostgreSQL said no, or cannot be reached.
    #[error("PostgreSQL: {}", told(.0))]
    Postgres(#[source] ::postgres::Error),
    /// PostgreSQL is not there now, or went away in the middle. Whether something was stored by then is found out with the same key.
    #[error("PostgreSQL cannot be reached: {}", told(.0))]
    Away(#[source] ::postgres::Error),
    /// No address of a database.
    #[error("no address of a PostgreSQL database, as in postgres://USER@HOST/DATABASE: {0}")]
    Url(#[source] ::postgres::Error),
    /// A PostgreSQL that can lose what it has confirmed.
    #[error("PostgreSQL runs with fsync or synchronous_commit off and can lose what it has confirmed; set both to on")]
    Forgetful,
    /// A SQLite that can lose committed rows.
    #[error("SQLite {0} can lose committed rows (fixed in 3.51.3); build with the bundled one")]
    Version(&'static str),
    /// The data folder.
    #[error("{0}")]
    Folder(#[source] std::io::Error),
    /// SQLite's file is not what it was.
    #[error(
        "{file} is damaged ({what}). It was left as it is. Put a copy in its place that `regcard backup` made; docs/operating.md, \"Backup\", \
         says how"
    )]
    Damaged {
        /// Which file.
        file: String,
        /// What SQLite found.
        what: String,
    },
    /// A row holds what this version does not write.
    #[error("the store holds {0} that this version cannot read")]
    Content(&'static str),
}

/// Opens the store that a configuration names; SQLite's in the data folder.
///
/// # Errors
/// As [`Sqlite::open`] and [`Postgres::open`].
pub fn open(wanted: &config::Store, data: &Path) -> Result<Arc<dyn Store>, StoreError> {
    Ok(match wanted {
        config::Store::Sqlite => Arc::new(Sqlite::open(data)?),
        config::Store::Postgres(url) => Arc::new(Postgres::open(url.expose_secret())?),
    })
}

/// What PostgreSQL says, without the values that were sent along.
fn told(error: &::postgres::Error) -> String {
    match error.as_db_error() {
        Some(said) => format!("{} {}", said.code().code(), said.message()),
        // Why a connection failed stands one level below.
        None => std::error::Error::source(error).map_or_else(|| error.to_string(), |cause| format!("{error}: {cause}")),
    }
}

/// What the store answers, once it has.
pub type Answer<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// Everything that is kept. What writes has reached the disk when it answers.
pub trait Store: Send + Sync + std::fmt::Debug {
    /// Writes and changes nothing: whether it could.
    fn probe(&self) -> Answer<'_, ()>;
    /// Creates a merchant or changes it. Given origins and forms replace the old ones.
    fn put_merchant(&self, settings: MerchantSettings, now: i64) -> Answer<'_, ()>;
    /// Who is told of a merchant's new registrations by mail from now on, if anybody is. False if there is no such merchant.
    fn notify(&self, merchant: String, address: Option<String>) -> Answer<'_, bool>;
    /// Every merchant, by name.
    fn merchants(&self) -> Answer<'_, Vec<Merchant>>;
    /// One merchant.
    fn merchant(&self, id: String) -> Answer<'_, Option<Merchant>>;
    /// The merchant of a publishable key that has not ended.
    fn merchant_of_key(&self, key: String, now: i64) -> Answer<'_, Option<Merchant>>;
    /// Adds a key.
    fn add_key(&self, key: Key, now: i64) -> Answer<'_, ()>;
    /// A merchant's keys, the oldest first.
    fn keys(&self, merchant: String) -> Answer<'_, Vec<KeptKey>>;
    /// One key, also one that has ended.
    fn key(&self, id: String) -> Answer<'_, Option<KeptKey>>;
    /// Ends a key at this instant, which may lie ahead. An earlier end stays.
    fn end_key(&self, id: String, at: i64) -> Answer<'_, ()>;
    /// The merchant of an access token that has not ended, what it may do, and its hash, by the part it is found by.
    fn access_key(&self, id: String, now: i64) -> Answer<'_, Option<AccessKey>>;
    /// Whether any merchant has this origin.
    fn origin_known(&self, origin: Origin) -> Answer<'_, bool>;
    /// Remembers where an upstream's uploads go.
    fn add_upload_origin(&self, merchant: String, origin: Origin) -> Answer<'_, ()>;

    /// Adds serial numbers, or changes what is known of them.
    fn put_serials(&self, merchant: String, serials: Vec<NewSerial>, now: i64) -> Answer<'_, Vec<Serial>>;
    /// The same for a piece of a long list, of which nothing is answered.
    fn load_serials(&self, merchant: String, serials: Vec<LoadedSerial>, now: i64) -> Answer<'_, ()>;
    /// Serial numbers in the order of their folded form, after this one.
    fn serials(&self, merchant: String, after: String, limit: usize) -> Answer<'_, Vec<Serial>>;
    /// The first serial number after this lot that nobody has registered, from the start again behind the last.
    fn free_serial(&self, merchant: String, lot: i64) -> Answer<'_, Option<Serial>>;
    /// The serial number that this one means: the same, or the only one that differs in dashes alone.
    fn serial(&self, merchant: String, serial: Folded) -> Answer<'_, Option<Serial>>;
    /// The same for a check, which is told a few that look alike if there is none.
    fn check_serial(&self, merchant: String, serial: Folded, few: usize) -> Answer<'_, Checked>;

    /// Registers, all of it or nothing, in one transaction: the submit's key, the registrations, who owns the serial
    /// numbers, the receipts.
    fn register(&self, batch: NewBatch, now: i64) -> Answer<'_, Registering>;
    /// Registrations by their numbers, in that order.
    fn records(&self, merchant: String, ids: Vec<String>) -> Answer<'_, Vec<Record>>;
    /// Changes a registration, all of it or nothing, if it still is what it was read as.
    fn change_registration(&self, change: Change, now: i64) -> Answer<'_, Changing>;
    /// Erases a registration, and leaves a tombstone. The receipts whose files are to be erased; `None` if it is not there.
    fn erase_registration(&self, merchant: String, id: String, now: i64) -> Answer<'_, Option<Vec<Erasure>>>;
    /// Whose registration has, or had, this number. No two have one, whosever they are.
    fn registration_owner(&self, id: String) -> Answer<'_, Option<String>>;
    /// Registrations, the oldest first, after this instant and number.
    fn registrations_after(&self, merchant: String, after: (i64, String), limit: usize) -> Answer<'_, Vec<Record>>;
    /// Registrations, the newest first.
    fn registrations(&self, query: Query) -> Answer<'_, Page>;

    /// What became of a submit.
    fn submit(&self, key: SubmitKey) -> Answer<'_, Option<Submit>>;
    /// What became of the submits with this key, by merchant. Browsers' keys alone.
    fn submits_of_key(&self, hash: [u8; 32]) -> Answer<'_, Vec<(String, Submit)>>;
    /// Gives a registration a file in a field that has none yet. False if it has one, or if there is no such registration or file.
    fn add_receipt(&self, late: LateReceipt, now: i64) -> Answer<'_, bool>;
    /// The registration that owns a serial number, else the newest that names it.
    fn registration_of_serial(&self, merchant: String, serial: Folded) -> Answer<'_, Option<String>>;
    /// Adds a mail about a registration, unless there were so many since an instant, or the registration is gone.
    fn add_mail(&self, mail: NewOutbox, most: u64, since: i64, now: i64) -> Answer<'_, bool>;
    /// Notes how a submit has ended of which nothing else is kept, until an instant. `None` if it is new; else the one that has this key.
    fn note_submit(&self, submit: NewSubmit, state: SubmitState, outcome: Outcome, now: i64, until: i64) -> Answer<'_, Option<Submit>>;
    /// Notes a submit that goes to an upstream, and the row of the outbox that sends it, in one transaction. `None` if it may go;
    /// else the one that has this key.
    fn begin_forward(&self, submit: NewSubmit, outcome: Outcome, row: NewOutbox, now: i64) -> Answer<'_, Option<Submit>>;
    /// The upstream refuses this token: it is not called until then. False if it has another one by now.
    fn hold_upstream(&self, merchant: String, upstream: Upstream, until: i64) -> Answer<'_, bool>;
    /// Takes the one call by which it is found out whether a token is good again; `was` is until when it was held. False if somebody
    /// else has it.
    fn try_held_upstream(&self, merchant: String, was: i64, until: i64) -> Answer<'_, bool>;

    /// Who has messages that are due.
    fn outbox_due(&self, now: i64) -> Answer<'_, Vec<DueLane>>;
    /// Claims as many messages of one receiver as `lane.due` says, because their sending begins now. Of one endpoint's about the
    /// same thing only the first.
    fn outbox_claim(&self, lane: DueLane, now: i64, lease_until: i64) -> Answer<'_, Vec<OutboxRow>>;
    /// Notes that an attempt is about to send, what is left to be sent, and what the merchant's endpoints are told of what was sent before.
    /// False if the message is another attempt's by now.
    fn outbox_sending(&self, id: String, attempt: u32, left: Left, sending: Sending, now: i64) -> Answer<'_, bool>;
    /// Notes what became of an attempt. False if the message is another attempt's by now.
    fn outbox_change(&self, change: OutboxChange, now: i64) -> Answer<'_, bool>;
    /// One message.
    fn outbox_row(&self, id: String) -> Answer<'_, Option<OutboxRow>>;
    /// Messages, the oldest first.
    fn outbox_list(&self, query: OutboxQuery) -> Answer<'_, Vec<OutboxRow>>;
    /// Takes up a message again, now. `afresh`: a person says that nothing of it has arrived. False if it is settled, or being sent.
    fn outbox_retry(&self, id: String, afresh: bool, now: i64) -> Answer<'_, bool>;
    /// Gives a message up and forgets what it would have sent. False if it is settled, or being sent.
    fn outbox_discard(&self, id: String, submit: Option<(SubmitKey, SubmitState, Outcome)>, now: i64) -> Answer<'_, bool>;
    /// How many messages are not settled.
    fn outbox_counts(&self) -> Answer<'_, Vec<OutboxCount>>;

    /// Adds an endpoint, if the merchant may have one more.
    fn add_webhook(&self, new: WebhookEndpoint) -> Answer<'_, AddingEndpoint>;
    /// Endpoints, of one merchant or of all.
    fn webhooks(&self, merchant: Option<String>) -> Answer<'_, Vec<WebhookEndpoint>>;
    /// One endpoint.
    fn webhook(&self, id: String) -> Answer<'_, Option<WebhookEndpoint>>;
    /// Takes an endpoint away, and gives up what it was to be told. False if there is none.
    fn remove_webhook(&self, id: String, now: i64) -> Answer<'_, bool>;
    /// From now on this sealed secret signs; the one before signs as well until then. False if there is no such endpoint.
    fn rotate_webhook_secret(&self, id: String, sealed: String, until: i64) -> Answer<'_, bool>;
    /// An attempt succeeded.
    fn webhook_worked(&self, id: String) -> Answer<'_, ()>;
    /// An attempt failed. Since when none has succeeded.
    fn webhook_failed(&self, id: String, now: i64) -> Answer<'_, Option<i64>>;
    /// Nothing is sent to an endpoint any more. False if that was so before.
    fn disable_webhook(&self, id: String, why: String, now: i64) -> Answer<'_, bool>;
    /// An endpoint is told again of what happens from now on. False if there is none.
    fn enable_webhook(&self, id: String) -> Answer<'_, bool>;
    /// Sends messages of an endpoint again; how many.
    fn replay_webhooks(&self, endpoint: String, which: Replay, now: i64) -> Answer<'_, u64>;
    /// Tells a merchant's endpoints of what has happened where there is no transaction to be in: at an upstream.
    fn announce(&self, merchant: String, notice: Notice, now: i64) -> Answer<'_, ()>;
    /// How many messages of each endpoint wait, and how many were given up.
    fn webhook_counts(&self) -> Answer<'_, Vec<WebhookCount>>;

    /// Notes a file that may be uploaded.
    fn add_upload(&self, upload: NewUpload, now: i64) -> Answer<'_, ()>;
    /// An upload, by its number.
    fn upload(&self, id: String) -> Answer<'_, Option<Upload>>;
    /// An upload, by its receipt's address.
    fn receipt(&self, receipt: String) -> Answer<'_, Option<Upload>>;
    /// Takes something of each of these budgets, one after the other, up to one that has none left. Each is known by a hash, and ends then. Seconds.
    fn spend_each(&self, of: Vec<(Counted, Takes)>, now: i64) -> Answer<'_, InTurn>;
    /// Counts something in each of these budgets, or in none; what has been counted before and has not ended costs nothing. Seconds.
    fn spend_once(&self, once: Counted, of: Vec<Counted>, now: i64) -> Answer<'_, Once>;
    /// How much of a budget is used.
    fn spent(&self, name: [u8; 32]) -> Answer<'_, Option<Spent>>;
    /// Files the widget's files of this version, and forgets those that were last in use before then.
    fn file_assets(&self, assets: Vec<(String, Vec<u8>)>, now: i64, before: i64) -> Answer<'_, ()>;
    /// A file of the widget's, of this version or an earlier one.
    fn asset(&self, name: String) -> Answer<'_, Option<Vec<u8>>>;
    /// The file is on the disk, or in the bucket for good. False if it was before.
    fn upload_stored(&self, id: String, stored: Stored) -> Answer<'_, bool>;
    /// Uploads since then that a registration names and of which nobody has said that they came.
    fn named_before_they_came(&self, since: i64) -> Answer<'_, Vec<Upload>>;
    /// Forgets what is out of date: uploads that no registration names, submits. The receipts to erase, also those of earlier times that
    /// were not erased yet; some of them if there are many.
    fn sweep(&self, uploads_before: i64, now: i64) -> Answer<'_, Vec<Erasure>>;
    /// These receipts are erased.
    fn erased(&self, receipts: Vec<String>) -> Answer<'_, ()>;
}
