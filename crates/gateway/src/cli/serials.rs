//! `regcard serials`: a merchant's serial numbers, from a file and into one.

use std::path::PathBuf;
use std::time::Duration;

use clap::Subcommand;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::free_text;
use serde_json::json;

use super::files::{Reading, not_read, not_written, output};
use super::{CliError, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::limits;
use crate::lists::{ListError, Writer};
use crate::serial_fold::Folded;
use crate::store::{self, NewSerial, Store};

/// 20,000 rows in one commit: half a second in which a gateway that runs waits. Fewer would write the same pages more often.
const ROWS: usize = 20_000;

/// Between two commits, so that a gateway that waits comes to its turn: SQLite looks every 100 milliseconds.
const PAUSE: Duration = Duration::from_millis(120);

/// The columns, in the order they are written.
const COLUMNS: [&str; 4] = ["serialNumber", "sku", "customerTags", "productName"];

/// Serial numbers.
#[derive(Debug, Subcommand)]
pub(super) enum Serials {
    /// Load them from a list with the columns serialNumber and, if wanted, sku, customerTags and productName, as any spreadsheet
    /// writes it. Running it again changes what has changed.
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
        let store = store::open(&settings.store, &settings.data)?;
        match self {
            Serials::Import { merchant, file } => import(&*store, merchant, file, json).await,
            Serials::Export { merchant, file } => export(&*store, merchant, file, json).await,
        }
    }
}

async fn import(store: &dyn Store, merchant: String, file: PathBuf, json: bool) -> Result<(), CliError> {
    known(store, &merchant).await?;
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
    let (mut loaded, mut waiting) = (0_usize, Vec::with_capacity(ROWS));
    while let Some(line) = reading.list.next_line().map_err(|source| not_read(&file, source))? {
        let read = line.cells.and_then(|cells| {
            let serial = SerialNumber::parse(&cells[serial_number]).map_err(|error| error.to_string())?;
            let note = |place: Option<usize>| note(place.map_or("", |place| &cells[place]));
            Ok(NewSerial { serial, sku: note(sku)?, customer_tags: note(customer_tags)?, product_name: note(product_name)? })
        });
        match read {
            Ok(serial) => waiting.push(serial),
            Err(why) => reading.leave_out(line.number, &why),
        }
        if waiting.len() == ROWS {
            loaded += waiting.len();
            store.load_serials(merchant.clone(), std::mem::replace(&mut waiting, Vec::with_capacity(ROWS)), Clock::System.millis()).await?;
            tokio::time::sleep(PAUSE).await;
        }
    }
    loaded += waiting.len();
    store.load_serials(merchant, waiting, Clock::System.millis()).await?;
    let bad = reading.end();
    print(&if json {
        json!({ "loaded": loaded, "bad": bad }).to_string()
    } else {
        format!("{loaded} serial numbers loaded, {bad} lines left out")
    })
}

async fn export(store: &dyn Store, merchant: String, file: Option<PathBuf>, json: bool) -> Result<(), CliError> {
    known(store, &merchant).await?;
    let (output, to_file) = output(file)?;
    let mut list = Writer::new(output, &COLUMNS).map_err(not_written)?;
    let (mut after, mut written) = (String::new(), 0_usize);
    loop {
        let serials = store.serials(merchant.clone(), after, ROWS).await?;
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

fn note(text: &str) -> Result<Option<String>, String> {
    free_text(text).map_err(|fault| fault.message().to_owned())?;
    if text.chars().count() > limits::SERIAL_NOTE_CHARS {
        return Err(format!("a cell has more than {} characters", limits::SERIAL_NOTE_CHARS));
    }
    Ok(Some(text.to_owned()).filter(|text| !text.is_empty()))
}
