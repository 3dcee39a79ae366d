//! `regcard serials`: a merchant's serial numbers, from a file.

use std::path::PathBuf;

use clap::Subcommand;
use regcard_protocol::serial_number::SerialNumber;
use serde::Deserialize;
use serde_json::json;

use super::{CliError, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::store::{self, NewSerial};

/// 1,000 rows in one commit: some 50 ms on a slow disk, and little to do again after an interruption.
const ROWS: usize = 1_000;

/// Serial numbers.
#[derive(Debug, Subcommand)]
pub(super) enum Serials {
    /// Load them from a CSV file with the header serialNumber,sku,customerTags and, if wanted, productName. Running it
    /// again changes what has changed.
    Import {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// The file.
        file: PathBuf,
    },
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Row {
    serial_number: String,
    #[serde(default)]
    sku: Option<String>,
    #[serde(default)]
    customer_tags: Option<String>,
    #[serde(default)]
    product_name: Option<String>,
}

impl Serials {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let Serials::Import { merchant, file } = self;
        let store = store::open(&settings.store, &settings.data)?;
        known(&*store, &merchant).await?;
        let fault = |source| CliError::Csv { path: file.display().to_string(), source };
        let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).flexible(true).from_path(&file).map_err(fault)?;
        let headers = reader.headers().map_err(fault)?.clone();
        if !headers.iter().any(|name| name == "serialNumber") {
            let seen = headers.iter().collect::<Vec<_>>().join(", ");
            return Err(CliError::Usage(format!("{}: no column serialNumber; the columns are: {seen}", file.display())));
        }
        let (mut loaded, mut bad, mut waiting) = (0_usize, 0_usize, Vec::new());
        for row in reader.deserialize::<Row>() {
            match row.map_err(|error| error.to_string()).and_then(read) {
                Ok(serial) => waiting.push(serial),
                Err(why) => {
                    bad += 1;
                    tell(&format!("line {}: {why}", loaded + waiting.len() + bad + 1));
                }
            }
            if waiting.len() == ROWS {
                loaded += waiting.len();
                store.put_serials(merchant.clone(), std::mem::take(&mut waiting), Clock::System.millis()).await?;
            }
        }
        loaded += waiting.len();
        store.put_serials(merchant, waiting, Clock::System.millis()).await?;
        if json {
            print(&json!({ "loaded": loaded, "bad": bad }).to_string())
        } else {
            print(&format!("{loaded} serial numbers loaded, {bad} lines left out"))
        }
    }
}

fn read(row: Row) -> Result<NewSerial, String> {
    let serial = SerialNumber::parse(&row.serial_number).map_err(|error| error.to_string())?;
    let given = |text: Option<String>| text.filter(|text| !text.is_empty());
    Ok(NewSerial { serial, sku: given(row.sku), customer_tags: given(row.customer_tags), product_name: given(row.product_name) })
}
