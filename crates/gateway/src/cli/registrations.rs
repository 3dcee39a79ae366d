//! `regcard registrations`: a merchant's registrations, from a file and into one, under the names that the registration API's own lists
//! have. Any other column is one of the merchant's fields.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;

use clap::Subcommand;
use regcard_protocol::validate::Complaint;
use serde_json::json;
use uuid::Uuid;

use super::files::{Reading, not_read, not_written, output};
use super::registration_lines::{COLUMNS, Cells, cells, column, own_columns};
use super::{CliError, data_folder, keeps_here, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::forms::Forms;
use crate::lists::{ListError, Writer};
use crate::store::{NewBatch, Registering, Store};
use crate::{clock, register, server_json};

/// Registrations that are read at a time.
const ROWS: usize = 1_000;

/// Registrations.
#[derive(Debug, Subcommand)]
pub(super) enum Registrations {
    /// Add those of a list with the columns productName, customerEmail and whatever else there is, as any spreadsheet writes it. A line
    /// that was added before is not added again, also if it was erased since; of two lines that are the same each is one. Lines that cannot
    /// be added are told and left out; the exit code is 3 then.
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
    let offered = keeps_here(store, &merchant).await?.forms;
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
    let (mut seen, mut told_only) = (HashMap::new(), BTreeSet::new());
    while let Some(line) = reading.list.next_line().map_err(|source| not_read(&file, source))? {
        let came = match line.cells {
            Ok(cells) => {
                let line = Cells { columns: &columns, cells: &cells };
                told_only.extend(line.not_read());
                add(store, forms, Import { merchant: &merchant, offered: &offered, form: &form }, line, &mut seen).await?
            }
            Err(why) => Err(why),
        };
        match came {
            Ok(Came::Now) => added += 1,
            Ok(Came::Before) => before += 1,
            Err(why) => reading.leave_out(line.number, &why),
        }
    }
    let left_out = reading.end();
    if !told_only.is_empty() {
        tell(&format!("not read, since they are worked out here: {}", told_only.into_iter().collect::<Vec<_>>().join(", ")));
    }
    print(&if json {
        left_out.json(json!({ "added": added, "before": before }))
    } else {
        format!("{added} registrations added, {before} were there before, {} lines left out", left_out.count)
    })?;
    left_out.whole()
}

/// Whose registrations come in, and by which forms.
#[derive(Clone, Copy)]
struct Import<'a> {
    merchant: &'a str,
    offered: &'a [String],
    /// Of lines that name none.
    form: &'a str,
}

async fn add(
    store: &dyn Store,
    forms: &Forms,
    import: Import<'_>,
    line: Cells<'_>,
    seen: &mut HashMap<Uuid, u64>,
) -> Result<Result<Came, String>, CliError> {
    let Import { merchant, offered, form } = import;
    let slug = line.get("type").unwrap_or(form);
    let Some(form) = forms.get(slug).filter(|_| offered.iter().any(|one| one == slug)) else {
        return Ok(Err(format!("\"{slug}\" is no form of the merchant's")));
    };
    // The number that it has, or one that the line itself gives: the same line is the same registration.
    let mut id = line.get("id").and_then(|id| Uuid::parse_str(id).ok()).unwrap_or_else(|| of_line(merchant, slug, line, seen));
    let mut owner = store.registration_owner(id.to_string()).await?;
    if owner.as_deref().is_some_and(|owner| owner != merchant) {
        // Another merchant here has it. What it is called is not for that one to say.
        id = number_of([merchant, "instead of", &id.to_string()].into_iter());
        owner = store.registration_owner(id.to_string()).await?;
    }
    if owner.is_some() {
        return Ok(Ok(Came::Before));
    }
    let now = Clock::System.millis();
    let created = line.get("createdAt").map_or(Some(now), clock::read);
    let Some(created) = created.filter(|created| *created <= now) else {
        return Ok(Err("createdAt is no instant that has been, as in 2026-11-24T11:00:00Z".to_owned()));
    };
    let new = match line.read(&form) {
        Ok(sent) => register::server_to_store(id.to_string(), None, slug.to_owned(), &form.form, sent),
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

fn told<'a>(complaints: impl Iterator<Item = &'a Complaint>) -> String {
    complaints.map(|one| format!("{}: {}", one.key, server_json::error(one, 0).message)).collect::<Vec<_>>().join("; ")
}

/// A number that the same line has again, in whatever order its columns stand. Whoever bought two has two lines that are the same: the second
/// one has another.
fn of_line(merchant: &str, form: &str, line: Cells<'_>, seen: &mut HashMap<Uuid, u64>) -> Uuid {
    let said = line.said();
    let said = said.iter().flat_map(|(column, cell)| [*column, cell.as_str()]);
    let first = number_of([merchant, form].into_iter().chain(said));
    let before = seen.entry(first).or_default();
    *before += 1;
    if *before == 1 { first } else { number_of([first.to_string().as_str(), &before.to_string()].into_iter()) }
}

/// A number that these give, and no others.
fn number_of<'a>(parts: impl Iterator<Item = &'a str>) -> Uuid {
    let mut hasher = blake3::Hasher::new();
    for part in parts {
        hasher.update(&part.len().to_be_bytes()).update(part.as_bytes());
    }
    let mut bytes = [0; 16];
    hasher.finalize_xof().fill(&mut bytes);
    uuid::Builder::from_custom_bytes(bytes).into_uuid()
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
        for record in &records {
            own_columns(record, &mut own);
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
            let cells = cells(public_url, forms, record, &columns);
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
