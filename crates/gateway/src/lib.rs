//! The gateway: it holds the merchant's secret, serves the card and keeps, or passes on, registrations.
//!
//! `routes` translate HTTP and nothing else; `register` and `forward` are the use cases; `store` keeps. No request is
//! answered with success before what it says is on the disk.

/// What a gateway holds, and how it is set up.
pub mod app;
/// The widget's files.
pub mod assets;
/// How much a session and an address may ask for.
pub mod budget;
/// What is made of a form: script, JSON, hosted page.
pub mod card;
/// The use case of changing and erasing.
pub mod change;
/// Checking one serial number.
pub mod check;
/// The command line.
pub mod cli;
/// Where a visitor is, if a proxy stands between.
pub mod client_address;
/// Time and randomness.
pub mod clock;
/// How a gateway is set up.
pub mod config;
/// What the gateway answers, as OpenAPI.
pub mod description;
/// What a form tells of serial numbers that tells as little as it can.
pub mod discreet;
/// What a merchant puts on a page.
pub mod embedding;
/// Who is asking, and for what.
pub mod extract;
/// The merchants' forms.
pub mod forms;
/// The use case of passing registrations on.
pub mod forward;
/// Whether the gateway can do its work now.
pub mod health;
/// The use case of registering from the hosted page, without scripts.
pub mod hosted;
/// The two keys a merchant is given.
pub mod keys;
/// Every limit that only the gateway knows.
pub mod limits;
/// The use case of a mail's private link.
pub mod link;
/// Takes connections.
pub mod listen;
/// Lists as spreadsheets write them.
pub mod lists;
/// Mails to customers.
pub mod mail;
/// What is counted.
pub mod measure;
/// Where a page comes from.
pub mod origin;
/// Sends what is to be sent.
pub mod outbox;
/// Faults of the program.
pub mod panics;
/// Everything that can go wrong for a caller.
pub mod problem;
/// Which addresses are called for somebody else.
pub mod public_address;
/// Receipts: on the local disk, or in a bucket.
pub mod receipts;
/// A registration as the API shows it.
pub mod record;
/// The use case of registering.
pub mod register;
/// Registrations as they are read from JSON.
pub mod registration_json;
/// HTTP in, HTTP out.
pub mod routes;
/// What an access token may do.
pub mod scopes;
/// The gateway's own secret.
pub mod secrets;
/// Which serial numbers are the same.
pub mod serial_fold;
/// Registrations as merchants' servers send them.
pub mod server_json;
/// Where everything is kept.
pub mod store;
/// What a test key finds: serial numbers of its own, and nothing that is kept for good.
pub mod test_keys;
/// Session, upload and status tokens.
pub mod token;
/// One after the other.
pub mod turns;
/// The use case of uploading.
pub mod uploads;
/// Calls to another registration API.
pub mod upstream;
/// What merchants are told of registrations.
pub mod webhooks;
/// The merchant's own words, language by language.
pub mod wording;
