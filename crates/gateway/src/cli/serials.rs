//! `regcard serials`: a merchant's serial numbers, from a file and into one.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Subcommand;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::free_text;
use serde_json::json;

use super::files::{Reading, not_read, not_written, output};
use super::{CliError, data_folder, keeps_here, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::limits;
use crate::lists::{ListError, Writer};
use crate::serial_fold::Folded;
use crate::store::{LoadedSerial, NewSerial, Store};

/// Rows of the file that are put in order together, some 20 MB: what lies together in the indexes is then written together.
const ROWS: usize = 50_000;

/// Rows that are written out at a time.
const PAGE: usize = 20_000;

/// The columns, in the order they are written.
const COLUMNS: [&str; 4] = ["serialNumber", "sku", "customerTags", "productName"];

/// Serial numbers.
#[derive(Debug, Subcommand)]
pub(super) enum Serials {
    /// Load them from a list with the columns serialNumber and, if wanted, sku, customerTags and productName, as any spreadsheet
    /// writes it. Running it again changes what has changed: an empty cell takes away what it held, a column that is not there leaves it.
    /// Lines that cannot be loaded are told and left out; the exit code is 3 then.
    Import {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// The file; - for standard input.
        file: PathBuf,
    },
    /// Write them as such a list.
    Export {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// The file; standard output without one.
        file: Option<PathBuf>,
    },
}

impl Serials {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = data_folder::open(settings)?;
        match self {
            Serials::Import { merchant, file } => import(&*store, merchant, file, json).await,
            Serials::Export { merchant, file } => export(&*store, merchant, file, json).await,
        }
    }
}

async fn import(store: &dyn Store, merchant: String, file: PathBuf, json: bool) -> Result<(), CliError> {
    keeps_here(store, &merchant).await?;
    let mut reading = Reading::open(&file, column)?;
    let columns = reading.list.columns().to_vec();
    let wrong = |what: String| Err(not_read(&file, ListError::Columns { what, seen: columns.clone() }));
    let place = |name: &str| columns.iter().position(|column| column == name);
    let Some(serial_number) = place("serialNumber") else {
        return wrong("no column serialNumber".to_owned());
    };
    for (position, name) in columns.iter().enumerate() {
        if !COLUMNS.contains(&name.as_str()) {
            return wrong(format!("\"{name}\" is no column of a list of serial numbers: {}", COLUMNS.join(", ")));
        }
        if place(name) != Some(position) {
            return wrong(format!("the column {name} is there twice"));
        }
    }
    let [_, sku, customer_tags, product_name] = COLUMNS.map(place);
    let (mut loading, mut waiting) = (Loading::new(store, merchant), Vec::with_capacity(ROWS));
    while let Some(line) = reading.list.next_line().map_err(|source| not_read(&file, source))? {
        let read = line.cells.and_then(|cells| {
            // Blanks are taken out of a number; two lines are no number with a blank in it, but a quote too many.
            if cells[serial_number].contains(['\n', '\r']) {
                return Err("a line ends within the serial number".to_owned());
            }
            let serial = SerialNumber::parse(&cells[serial_number]).map_err(|error| error.to_string())?;
            let note = |place: Option<usize>| place.map(|place| note(&cells[place])).transpose();
            Ok(NewSerial { serial, sku: note(sku)?, customer_tags: note(customer_tags)?, product_name: note(product_name)? })
        });
        match read {
            Ok(serial) => waiting.push(serial),
            Err(why) => reading.leave_out(line.number, &why),
        }
        if waiting.len() == ROWS {
            loading.load(std::mem::replace(&mut waiting, Vec::with_capacity(ROWS))).await?;
        }
    }
    loading.load(waiting).await?;
    let (loaded, left_out) = (loading.loaded, reading.end());
    print(&if json {
        left_out.json(json!({ "loaded": loaded }))
    } else {
        format!("{loaded} serial numbers loaded, {} lines left out", left_out.count)
    })?;
    left_out.whole()
}

/// Writes a long list commit by commit, each short enough for a gateway that runs meanwhile.
struct Loading<'a> {
    store: &'a dyn Store,
    merchant: String,
    /// Rows of the next commit.
    rows: usize,
    loaded: usize,
}

impl<'a> Loading<'a> {
    fn new(store: &'a dyn Store, merchant: String) -> Loading<'a> {
        Loading { store, merchant, rows: limits::IMPORT_ROWS_FEWEST, loaded: 0 }
    }

    async fn load(&mut self, new: Vec<NewSerial>) -> Result<(), CliError> {
        let mut new = LoadedSerial::in_order(new);
        while !new.is_empty() {
            let rest = new.split_off(self.rows.min(new.len()));
            let (count, begun) = (new.len(), Instant::now());
            self.store.load_serials(self.merchant.clone(), new, Clock::System.millis()).await?;
            self.rows = next_rows(count, begun.elapsed());
            self.loaded += count;
            new = rest;
            tokio::time::sleep(limits::IMPORT_PAUSE).await;
        }
        Ok(())
    }
}

/// How many rows the next commit has, after one of so many took so long. It grows slowly and shrinks at once.
fn next_rows(count: usize, took: Duration) -> usize {
    let within = limits::IMPORT_COMMIT.as_micros().saturating_mul(count as u128) / took.as_micros().max(1);
    usize::try_from(within).unwrap_or(usize::MAX).min(count.saturating_mul(2)).clamp(limits::IMPORT_ROWS_FEWEST, ROWS)
}

async fn export(store: &dyn Store, merchant: String, file: Option<PathBuf>, json: bool) -> Result<(), CliError> {
    known(store, &merchant).await?;
    let (output, to_file) = output(file)?;
    let mut list = Writer::new(output, &COLUMNS).map_err(not_written)?;
    let (mut after, mut written) = (String::new(), 0_usize);
    loop {
        let serials = store.serials(merchant.clone(), after, PAGE).await?;
        let Some(last) = serials.last().and_then(|last| SerialNumber::parse(&last.serial).ok()) else {
            break;
        };
        after = Folded::of(&last).folded;
        for serial in &serials {
            let text = |text: &Option<String>| text.clone().unwrap_or_default();
            let notes = [text(&serial.sku), text(&serial.customer_tags), text(&serial.product_name)];
            list.line(std::iter::once(serial.serial.as_str()).chain(notes.iter().map(String::as_str))).map_err(not_written)?;
        }
        written += serials.len();
    }
    list.end().map_err(not_written)?;
    // What stands in the list's own way is not told there.
    match (to_file, json) {
        (true, true) => print(&json!({ "written": written }).to_string()),
        (true, false) => print(&format!("{written} serial numbers written")),
        (false, _) => {
            tell(&format!("{written} serial numbers written"));
            Ok(())
        }
    }
}

/// A column by any way in which people write its name.
fn column(name: &str) -> Option<&'static str> {
    let plain = |name: &str| {
        name.chars().filter(|character| !matches!(character, ' ' | '_' | '-')).flat_map(char::to_lowercase).collect::<String>()
    };
    COLUMNS.into_iter().find(|column| plain(column) == plain(name))
}

fn note(text: &str) -> Result<String, String> {
    free_text(text).map_err(|fault| fault.message().to_owned())?;
    if text.chars().count() > limits::SERIAL_NOTE_CHARS {
        return Err(format!("a cell has more than {} characters", limits::SERIAL_NOTE_CHARS));
    }
    Ok(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_that_took_too_long_is_followed_by_a_shorter_one() {
        let took = |count, millis| next_rows(count, Duration::from_millis(millis));
        assert_eq!(took(8_000, 300), 4_000, "twice as long as wanted");
        assert_eq!((took(8_000, 120), took(8_000, 1)), (10_000, 16_000), "a disk that was quick once may be slow at the next one");
        assert_eq!((took(2_000, 60_000), took(ROWS, 0)), (limits::IMPORT_ROWS_FEWEST, ROWS));
    }
}
