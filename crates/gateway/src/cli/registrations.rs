//! `regcard registrations`: a merchant's registrations, from a file and into one, under the names that the registration API's own lists
//! have. Any other column is one of the merchant's fields.

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::Subcommand;
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value, json};

use super::files::{Reading, not_read, not_written, output};
use super::{CliError, data_folder, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::forms::{Forms, LoadedForm};
use crate::lists::{ListError, Writer};
use crate::store::{NewBatch, Record, Registering, Store};
use crate::{clock, record, register, server_json};

/// Registrations that are read at a time.
const ROWS: usize = 1_000;

/// The columns, in the order they are written; the merchant's fields follow.
const COLUMNS: [&str; 30] = [
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
];

/// Columns that are written for people and say nothing new when they are read.
const TOLD_ONLY: [&str; 4] = ["status", "customerTags", "updatedAt", "productSku"];

/// Registrations.
#[derive(Debug, Subcommand)]
pub(super) enum Registrations {
    /// Add those of a list with the columns productName, customerEmail and whatever else there is, as any spreadsheet writes it. A line
    /// that was added before is not added again, also if it was erased since.
    Import {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// The form of lines that name none in a column `type`; without it the merchant's first.
        #[arg(long)]
        form: Option<String>,
        /// The file; - for standard input.
        file: PathBuf,
    },
    /// Write them as such a list, the oldest first.
    Export {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// The file; standard output without one.
        file: Option<PathBuf>,
    },
}

impl Registrations {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = data_folder::open(settings)?;
        let forms = Forms::new(&settings.forms);
        match self {
            Registrations::Import { merchant, form, file } => import(&*store, &forms, merchant, form, file, json).await,
            Registrations::Export { merchant, file } => {
                let public_url = settings.public_url.as_ref().map_or_else(|| format!("http://{}", settings.listen), ToString::to_string);
                export(&*store, &forms, &public_url, merchant, file, json).await
            }
        }
    }
}

/// What became of a line.
enum Came {
    Now,
    Before,
}

async fn import(
    store: &dyn Store,
    forms: &Forms,
    merchant: String,
    form: Option<String>,
    file: PathBuf,
    json: bool,
) -> Result<(), CliError> {
    known(store, &merchant).await?;
    let offered = store.merchant(merchant.clone()).await?.map(|merchant| merchant.forms).unwrap_or_default();
    let form = form.or_else(|| offered.first().cloned()).unwrap_or_default();
    if !offered.contains(&form) || forms.get(&form).is_none() {
        return Err(CliError::Usage(format!("\"{form}\" is no form of the merchant's, or its file is not there")));
    }
    let mut reading = Reading::open(&file, column)?;
    let columns = reading.list.columns().to_vec();
    let twice = columns.iter().enumerate().find(|(position, name)| columns[..*position].contains(name)).map(|(_, name)| name.clone());
    let what = match (twice, columns.iter().any(|name| name == "customerEmail")) {
        (Some(name), _) => Some(format!("the column {name} is there twice")),
        (None, false) => Some("no column customerEmail".to_owned()),
        (None, true) => None,
    };
    if let Some(what) = what {
        return Err(not_read(&file, ListError::Columns { what, seen: columns }));
    }
    let (mut added, mut before) = (0_usize, 0_usize);
    while let Some(line) = reading.list.next_line().map_err(|source| not_read(&file, source))? {
        let came = match line.cells {
            Ok(cells) => add(store, forms, &offered, &merchant, &form, &columns, &cells).await?,
            Err(why) => Err(why),
        };
        match came {
            Ok(Came::Now) => added += 1,
            Ok(Came::Before) => before += 1,
            Err(why) => reading.leave_out(line.number, &why),
        }
    }
    let bad = reading.end();
    print(&if json {
        json!({ "added": added, "before": before, "bad": bad }).to_string()
    } else {
        format!("{added} registrations added, {before} were there before, {bad} lines left out")
    })
}

async fn add(
    store: &dyn Store,
    forms: &Forms,
    offered: &[String],
    merchant: &str,
    form: &str,
    columns: &[String],
    cells: &[String],
) -> Result<Result<Came, String>, CliError> {
    let cell = |name: &str| columns.iter().position(|column| column == name).map(|at| cells[at].as_str()).filter(|cell| !cell.is_empty());
    let slug = cell("type").unwrap_or(form);
    let Some(form) = forms.get(slug).filter(|_| offered.iter().any(|one| one == slug)) else {
        return Ok(Err(format!("\"{slug}\" is no form of the merchant's")));
    };
    // The number that it has, or one that the line itself gives: the same line is the same registration.
    let id = cell("id").and_then(|id| uuid::Uuid::parse_str(id).ok()).unwrap_or_else(|| of_line(merchant, slug, cells)).to_string();
    if store.registration_known(merchant.to_owned(), id.clone()).await? {
        return Ok(Ok(Came::Before));
    }
    let now = Clock::System.millis();
    let created = cell("createdAt").map_or(Some(now), clock::read);
    let Some(created) = created.filter(|created| *created <= now) else {
        return Ok(Err("createdAt is no instant that has been, as in 2026-11-24T11:00:00Z".to_owned()));
    };
    let new = match read(&form, columns, cells) {
        Ok(sent) => register::server_to_store(id, None, slug.to_owned(), &form.form, sent),
        Err(complaints) => return Ok(Err(told(complaints.iter()))),
    };
    // Whoever imports them has them already: no webhook tells of them.
    let batch =
        NewBatch { merchant: merchant.to_owned(), sid: None, submit: None, registrations: vec![new], outbox: Vec::new(), announced: false };
    Ok(match store.register(batch, created).await? {
        Registering::Stored => Ok(Came::Now),
        Registering::Refused(refusals) => Err(told(refusals.iter().map(|refusal| &refusal.complaint))),
        Registering::Replayed(_) | Registering::KeyReused => Ok(Came::Before),
    })
}

fn read(form: &LoadedForm, columns: &[String], cells: &[String]) -> Result<server_json::Sent, Vec<Complaint>> {
    let mut members = Map::new();
    for (name, cell) in columns.iter().zip(cells).filter(|(_, cell)| !cell.is_empty()) {
        if TOLD_ONLY.contains(&name.as_str()) || matches!(name.as_str(), "id" | "type" | "createdAt") {
            continue;
        }
        let value = match name.as_str() {
            "serialNumbers" => several(cell),
            // What was more than a text is again.
            _ if cell.starts_with(['[', '{']) => serde_json::from_str(cell).unwrap_or_else(|_| cell.clone().into()),
            _ => cell.clone().into(),
        };
        members.insert(name.clone(), value);
    }
    let flat = server_json::flat(members, &form.form, &Map::new())?;
    let sent = server_json::read(flat, &form.form, Clock::System.today())?;
    let missing = |key: &str| Complaint { key: key.to_owned(), index: None, fault: Fault::Required };
    if sent.customer_email.is_none() {
        return Err(vec![missing("customerEmail")]);
    }
    if server_json::needs_serial(&form.form) && sent.serial_numbers.as_ref().is_none_or(Vec::is_empty) {
        return Err(vec![missing("serialNumbers")]);
    }
    Ok(sent)
}

/// Serial numbers in one cell.
fn several(cell: &str) -> Value {
    if let Ok(Value::Array(list)) = serde_json::from_str(cell) {
        return Value::Array(list);
    }
    cell.split([',', ';', '|', '\n']).map(str::trim).filter(|one| !one.is_empty()).map(Value::from).collect()
}

fn told<'a>(complaints: impl Iterator<Item = &'a Complaint>) -> String {
    complaints.map(|one| format!("{}: {}", one.key, one.fault.message())).collect::<Vec<_>>().join("; ")
}

/// A number that the same line has again.
fn of_line(merchant: &str, form: &str, cells: &[String]) -> uuid::Uuid {
    let mut hasher = blake3::Hasher::new();
    for part in [merchant, form].into_iter().chain(cells.iter().map(String::as_str)) {
        hasher.update(&part.len().to_be_bytes()).update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
}

/// A column by the names that the lists have for it.
fn column(name: &str) -> Option<&'static str> {
    let name = match name {
        "email" => "customerEmail",
        "name" => "customerName",
        "surname" => "lastName",
        "serialNumber" => "serialNumbers",
        other => other,
    };
    COLUMNS.into_iter().find(|column| *column == name)
}

async fn export(
    store: &dyn Store,
    forms: &Forms,
    public_url: &str,
    merchant: String,
    file: Option<PathBuf>,
    json: bool,
) -> Result<(), CliError> {
    known(store, &merchant).await?;
    // Which fields there are stands in the first line, so they are looked up first.
    let mut own = BTreeSet::new();
    let mut after = (i64::MIN, String::new());
    loop {
        let records = store.registrations_after(merchant.clone(), after, ROWS).await?;
        let Some(last) = records.last() else { break };
        after = (last.created_at, last.id.clone());
        for record in records {
            own.extend(record.fields.into_iter().map(|(key, _)| key).filter(|key| !COLUMNS.contains(&key.as_str())));
            own.extend(record.receipts.into_iter().map(|receipts| receipts.field));
        }
    }
    let columns: Vec<&str> = COLUMNS.into_iter().chain(own.iter().map(String::as_str)).collect();
    let (output, to_file) = output(file)?;
    let mut list = Writer::new(output, &columns).map_err(not_written)?;
    let (mut after, mut written) = ((i64::MIN, String::new()), 0_usize);
    loop {
        let records = store.registrations_after(merchant.clone(), after, ROWS).await?;
        let Some(last) = records.last() else { break };
        after = (last.created_at, last.id.clone());
        written += records.len();
        for record in records {
            let cells = cells(record::shown(public_url, forms, record.clone()), &record, &columns);
            list.line(cells.iter().map(String::as_str)).map_err(not_written)?;
        }
    }
    list.end().map_err(not_written)?;
    match (to_file, json) {
        (true, true) => print(&json!({ "written": written }).to_string()),
        (true, false) => print(&format!("{written} registrations written")),
        (false, _) => {
            tell(&format!("{written} registrations written"));
            Ok(())
        }
    }
}

fn cells(shown: Value, record: &Record, columns: &[&str]) -> Vec<String> {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => value.to_string(),
    };
    columns
        .iter()
        .map(|column| match *column {
            // A comma may be part of a number.
            "serialNumbers" if record.serial_numbers.iter().any(|one| one.serial.contains([',', ';', '|', '['])) => {
                text(&shown["serialNumbers"])
            }
            "serialNumbers" => record.serial_numbers.iter().map(|one| one.serial.as_str()).collect::<Vec<_>>().join(","),
            column if COLUMNS.contains(&column) => text(&shown[column]),
            column => text(&shown["fieldData"][column]),
        })
        .collect()
}
