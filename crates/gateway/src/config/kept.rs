//! The settings of what lies outside the gateway: database, bucket, mail server. Read into types here; who uses them is elsewhere.

use secrecy::{ExposeSecret, SecretString};
use url::Url;

use super::read::Reader;
use crate::origin::Origin;

/// What holds the registrations.
#[derive(Clone, Debug)]
pub enum Store {
    /// A file in the data folder.
    Sqlite,
    /// A PostgreSQL; its address may hold a password.
    Postgres(SecretString),
}

/// What holds the receipts.
#[derive(Clone, Debug)]
pub enum Receipts {
    /// The data folder.
    Local,
    /// An S3-compatible bucket.
    S3(Bucket),
}

/// An S3-compatible bucket.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// Where it is called, by the gateway and by browsers alike.
    pub endpoint: Origin,
    /// Its region; many stores do not care.
    pub region: String,
    /// Its name.
    pub bucket: String,
    /// Whether the bucket's name stands in the path, not in the host.
    pub path_style: bool,
    /// The key's name. It stands in every address that is signed.
    pub access_key: SecretString,
    /// The key.
    pub secret_key: SecretString,
}

/// By what mail goes out.
#[derive(Clone, Debug)]
pub struct Mail {
    /// The server's address; it may hold a password.
    pub smtp: SecretString,
    /// From whom.
    pub from: String,
    /// Who answers are for, if it is somebody else.
    pub reply_to: Option<String>,
}

pub(super) fn store(from: &mut Reader) -> Store {
    let wanted = from.any("store");
    let Some(url) = key(from, wanted, "store.postgres", "store.postgres_file", holds_no_password) else {
        return Store::Sqlite;
    };
    let setting = if from.has("store.postgres") { "store.postgres" } else { "store.postgres_file" };
    // The address is not repeated in the fault: it may hold a password.
    if Url::parse(url.expose_secret()).is_ok_and(|url| matches!(url.scheme(), "postgres" | "postgresql") && url.path().len() > 1) {
        return Store::Postgres(url);
    }
    from.fault(setting, "is no address of a PostgreSQL database", "as in postgres://regcard@db.example:5432/regcard");
    Store::Sqlite
}

pub(super) fn receipts(from: &mut Reader) -> Receipts {
    let wanted = from.any("receipts.s3");
    let nothing_open = |_: &str| false;
    let endpoint = {
        let hint = "scheme, host and port alone, as in https://s3.eu-central-1.amazonaws.com";
        let endpoint = from.parsed("receipts.s3.endpoint", Origin::parse, "no address of an object store", hint);
        if wanted { from.required("receipts.s3.endpoint", endpoint, "where the bucket is called") } else { endpoint }
    };
    let region = from.text("receipts.s3.region").unwrap_or_else(|| "us-east-1".to_owned());
    let hint = "3 to 63 small letters, digits, dashes and points";
    let bucket = from.parsed("receipts.s3.bucket", |text| is_bucket(text).then(|| text.to_owned()), "no name of a bucket", hint);
    let bucket = if wanted { from.required("receipts.s3.bucket", bucket, "the bucket's name") } else { bucket };
    let path_style = from.truth("receipts.s3.path_style").unwrap_or(false);
    let access_key = key(from, wanted, "receipts.s3.access_key", "receipts.s3.access_key_file", nothing_open);
    let secret_key = key(from, wanted, "receipts.s3.secret_key", "receipts.s3.secret_key_file", nothing_open);
    match (endpoint, bucket, access_key, secret_key) {
        (Some(endpoint), Some(bucket), Some(access_key), Some(secret_key)) => {
            Receipts::S3(Bucket { endpoint, region, bucket, path_style, access_key, secret_key })
        }
        (_, _, _, _) => Receipts::Local,
    }
}

fn key(from: &mut Reader, wanted: bool, setting: &'static str, file: &'static str, open: impl Fn(&str) -> bool) -> Option<SecretString> {
    let key = from.secret(setting, file, open);
    if wanted && key.is_none() && !from.has(setting) && !from.has(file) {
        let hint = format!("name a file that holds it by {file}, or set {}", super::variable(setting));
        from.fault(setting, "is missing", hint);
    }
    key
}

pub(super) fn mail(from: &mut Reader) -> Option<Mail> {
    let wanted = from.any("mail");
    let smtp = key(from, wanted, "mail.smtp", "mail.smtp_file", holds_no_password);
    let setting = if from.has("mail.smtp_file") { "mail.smtp_file" } else { "mail.smtp" };
    let good = smtp
        .as_ref()
        .is_none_or(|url| Url::parse(url.expose_secret()).is_ok_and(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host()));
    if !good {
        from.fault(setting, "is no address of a mail server", "as in smtps://mail.example.com or smtp://127.0.0.1:1025");
    }
    let sender = |text: &str| is_sender(text).then(|| text.to_owned());
    let sender = from.parsed("mail.from", sender, "no sender", "as in \"register@shop.example\" or \"Shop <register@shop.example>\"");
    let reply_to = |text: &str| is_sender(text).then(|| text.to_owned());
    let reply_to = from.parsed("mail.reply_to", reply_to, "no address", "as in \"help@shop.example\"");
    let sender = if wanted { from.required("mail.from", sender, "the address that mails come from") } else { sender };
    Some(Mail { smtp: smtp.filter(|_| good)?, from: sender?, reply_to })
}

fn holds_no_password(text: &str) -> bool {
    // A text that is no address is judged as one afterwards; until then it is not repeated.
    Url::parse(text).map_or(!text.contains('@'), |url| url.password().is_none() && !url.query_pairs().any(|(name, _)| name == "password"))
}

fn is_bucket(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-' || byte == b'.';
    (3..=63).contains(&text.len()) && text.bytes().all(good) && !text.starts_with(['-', '.']) && !text.ends_with(['-', '.'])
}

fn is_sender(text: &str) -> bool {
    let address = match text.split_once('<') {
        Some((_, rest)) => match rest.strip_suffix('>') {
            Some(address) => address,
            None => return false,
        },
        None => text,
    };
    !text.chars().any(char::is_control) && regcard_protocol::contact::EmailAddress::parse(address).is_ok()
}
