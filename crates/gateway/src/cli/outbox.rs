//! `regcard outbox`: what is still to be sent, and what waits for a person. What customers typed is shown by `show` alone.

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{CliError, data_folder, known, print, tell};
use crate::clock::{self, Clock};
use crate::config::Settings;
use crate::forward;
use crate::store::{OutboxQuery, OutboxRow, OutboxState, Store};

/// The outbox.
#[derive(Debug, Subcommand)]
pub(super) enum Outbox {
    /// What is not settled: what waits to be sent, and what is parked for a person.
    List {
        /// Of this merchant alone.
        #[arg(long)]
        merchant: Option<String>,
        /// In this state alone: waiting, rejected, unknown, exhausted, done or discarded.
        #[arg(long, value_parser = state)]
        state: Option<OutboxState>,
    },
    /// One message with everything that it holds, personal data too.
    Show {
        /// Its number.
        id: String,
    },
    /// Take up again what is parked or waits, now.
    Retry {
        #[command(flatten)]
        which: Which,
        /// It has been looked up and is not there: send it without looking for it.
        #[arg(long)]
        resend: bool,
    },
    /// Give up what is parked or waits. What it would have sent is erased.
    Discard {
        #[command(flatten)]
        which: Which,
        /// It has been looked up and is there already, under this number if one is given: whoever asks is told that it is registered.
        #[arg(long, num_args = 0..=1, default_missing_value = "", value_name = "NUMBER")]
        arrived: Option<String>,
    },
}

/// Which messages.
#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Which {
    /// Their numbers.
    ids: Vec<String>,
    /// All of a merchant that are parked.
    #[arg(long, value_name = "MERCHANT")]
    parked: Option<String>,
}

/// How many are read at a time.
const PAGE: u32 = 500;

impl Outbox {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = data_folder::open(settings)?;
        let now = Clock::System.millis();
        match self {
            Outbox::List { merchant, state } => {
                if let Some(merchant) = &merchant {
                    known(&*store, merchant).await?;
                }
                let mut query = OutboxQuery { merchant, state, after: None, limit: PAGE };
                loop {
                    let rows = store.outbox_list(query.clone()).await?;
                    for row in &rows {
                        print(&if json { about(row).to_string() } else { line(row) })?;
                    }
                    match rows.last() {
                        Some(last) => query.after = Some(last.id.clone()),
                        None => return Ok(()),
                    }
                }
            }
            Outbox::Show { id } => {
                let row = store.outbox_row(id.clone()).await?.ok_or_else(|| unknown(&id))?;
                let payload = serde_json::from_str::<Value>(&row.payload).unwrap_or(Value::Null);
                let mut whole = about(&row);
                whole.as_object_mut().into_iter().for_each(|members| drop(members.insert("payload".to_owned(), payload.clone())));
                print(&if json { whole.to_string() } else { format!("{whole:#}") })
            }
            Outbox::Retry { which, resend } => {
                let ids = which.ids(&*store).await?;
                let mut refused = Vec::new();
                for id in &ids {
                    if !store.outbox_retry(id.clone(), resend, now).await? {
                        let kept = store.outbox_row(id.clone()).await?.is_some();
                        refused.push((id.clone(), kept));
                    }
                }
                done(&ids, &refused, "taken up again", json)
            }
            Outbox::Discard { which, arrived } => {
                let arrived = arrived.map(|number| Some(number).filter(|number| !number.is_empty()));
                let ids = which.ids(&*store).await?;
                let mut refused = Vec::new();
                for id in &ids {
                    let Some(row) = store.outbox_row(id.clone()).await? else {
                        refused.push((id.clone(), false));
                        continue;
                    };
                    let told = forward::given_up(&row, arrived.clone());
                    if !store.outbox_discard(id.clone(), told, now).await? {
                        refused.push((id.clone(), true));
                    }
                }
                done(&ids, &refused, "given up", json)
            }
        }
    }
}

impl Which {
    async fn ids(self, store: &dyn Store) -> Result<Vec<String>, CliError> {
        let Some(merchant) = self.parked else {
            return Ok(self.ids);
        };
        known(store, &merchant).await?;
        let mut ids = Vec::new();
        for state in OutboxState::ALL.into_iter().filter(|state| state.is_parked()) {
            let mut query = OutboxQuery { merchant: Some(merchant.clone()), state: Some(state), after: None, limit: PAGE };
            while let Some(last) = {
                let rows = store.outbox_list(query.clone()).await?;
                let last = rows.last().map(|row| row.id.clone());
                ids.extend(rows.into_iter().map(|row| row.id));
                last
            } {
                query.after = Some(last);
            }
        }
        Ok(ids)
    }
}

/// `refused`: which, and whether there is such a message.
fn done(ids: &[String], refused: &[(String, bool)], what: &str, json: bool) -> Result<(), CliError> {
    if json {
        let ids_of = |there: bool| refused.iter().filter(|(_, kept)| *kept == there).map(|(id, _)| id.as_str()).collect::<Vec<_>>();
        let mut said = json!({ "done": ids.len() - refused.len(), "refused": ids_of(true) });
        if refused.iter().any(|(_, kept)| !kept) {
            said["unknown"] = ids_of(false).into();
        }
        print(&said.to_string())?;
    } else {
        print(&format!("{} {what}", ids.len() - refused.len()))?;
    }
    for (id, kept) in refused {
        tell(&if *kept { format!("{id} is settled, or being sent just now") } else { unknown(id).to_string() });
    }
    if refused.is_empty() { Ok(()) } else { Err(CliError::Usage("not all of them could be".to_owned())) }
}

/// A row without what it holds.
fn about(row: &OutboxRow) -> Value {
    json!({
        "id": row.id,
        "merchant": row.merchant,
        "kind": row.kind.word(),
        "state": row.state.word(),
        "attempt": row.attempt,
        "createdAt": clock::written(row.created_at),
        "nextAt": clock::written(row.next_at),
        "mayHaveArrived": row.unsettled_until.is_some(),
        "lastError": row.last_error,
    })
}

fn line(row: &OutboxRow) -> String {
    let columns = [
        row.id.as_str(),
        &row.merchant,
        row.kind.word(),
        row.state.word(),
        &format!("attempt {}", row.attempt),
        &clock::written(row.created_at),
        row.last_error.as_deref().unwrap_or("-"),
    ];
    columns.join("\t")
}

fn state(word: &str) -> Result<OutboxState, String> {
    OutboxState::parse(word).ok_or_else(|| format!("one of {}", OutboxState::ALL.map(OutboxState::word).join(", ")))
}

fn unknown(id: &str) -> CliError {
    CliError::Usage(format!("there is no message \"{id}\""))
}
