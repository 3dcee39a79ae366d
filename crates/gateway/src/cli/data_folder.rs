//! The data folder as commands find it: the store in it, opened with a sentence where it cannot be, and the lock of the one gateway that
//! serves it. Commands take no lock: they work beside a gateway.

use std::fs::{self, File, TryLockError};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use secrecy::ExposeSecret;
use tokio::time::{Instant, sleep};
use url::Url;

use super::CliError;
use crate::config::{self, Settings};
use crate::limits;
use crate::store::{self, Store, StoreError};

/// Held by a gateway for as long as it serves. The system lets go of it with the process, however that ends.
#[derive(Debug)]
pub(super) struct Alone(#[expect(dead_code, reason = "held, and closed with the process")] File);

impl Alone {
    /// Makes the data folder this gateway's. One that was killed a moment ago may still be on its way out.
    ///
    /// # Errors
    /// If another gateway has it, or if it cannot be made or written in.
    pub(super) async fn on(data: &Path) -> Result<Alone, CliError> {
        made(data)?;
        let path = data.join("lock");
        let fault = |source| CliError::Io { what: format!("{} cannot be locked", path.display()), source };
        let file = fs::OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).map_err(fault)?;
        let begun = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Alone(file)),
                Err(TryLockError::WouldBlock) if begun.elapsed() < limits::LOCK_PATIENCE => sleep(limits::BUSY_EVERY).await,
                Err(TryLockError::WouldBlock) => {
                    return Err(CliError::Usage(format!(
                        "another gateway serves the data folder {}; a second one would erase the files that are on their way to it. Give it \
                         a data folder of its own (--data), or end the other one first",
                        data.display()
                    )));
                }
                Err(TryLockError::Error(source)) => return Err(fault(source)),
            }
        }
    }
}

/// Whether anything has been kept yet.
pub(super) fn is_there(settings: &Settings) -> bool {
    match settings.store {
        config::Store::Sqlite => settings.data.join("regcard.sqlite3").exists(),
        config::Store::Postgres(_) => settings.data.exists(),
    }
}

/// Opens the store that is there. A command that reads is not to find an empty one where `--data` names the wrong folder.
pub(super) fn open(settings: &Settings) -> Result<Arc<dyn Store>, CliError> {
    let database = settings.data.join("regcard.sqlite3");
    if matches!(settings.store, config::Store::Sqlite) && !database.try_exists().unwrap_or(true) {
        return Err(nothing_kept(&database));
    }
    opened(settings)
}

/// There is no database.
pub(super) fn nothing_kept(database: &Path) -> CliError {
    CliError::Usage(format!("there is no {}: nothing has been kept yet, or --data is to name another folder", database.display()))
}

/// Opens the store, made where there is none.
pub(super) fn open_or_make(settings: &Settings) -> Result<Arc<dyn Store>, CliError> {
    if matches!(settings.store, config::Store::Sqlite) {
        made(&settings.data)?;
    }
    opened(settings)
}

fn opened(settings: &Settings) -> Result<Arc<dyn Store>, CliError> {
    store::open(&settings.store, &settings.data).map_err(|error| told(settings, error))
}

fn made(data: &Path) -> Result<(), CliError> {
    fs::create_dir_all(data).map_err(|source| CliError::Io {
        what: format!(
            "the data folder {} can be neither made nor used (--data names another, and its user has to be the gateway's)",
            data.display()
        ),
        source,
    })
}

/// Where it failed, and what to do about it.
fn told(settings: &Settings, error: StoreError) -> CliError {
    let place = match &settings.store {
        config::Store::Sqlite => settings.data.join("regcard.sqlite3").display().to_string(),
        config::Store::Postgres(url) => server(url.expose_secret()),
    };
    let what = match &error {
        StoreError::Sqlite(_) | StoreError::Folder(_) => {
            "the gateway's user has to be able to read and to write it, the files beside it and their folder"
        }
        StoreError::Away(_) => "is it running, and does store.postgres name it?",
        StoreError::Postgres(_) => "look at the user, the password and the rights that store.postgres means",
        StoreError::Busy => "another process is writing; try again",
        StoreError::Content(_) => "it is a newer regcard's: use that one",
        // What these say is enough.
        StoreError::Full
        | StoreError::Closed
        | StoreError::Panicked
        | StoreError::Url(_)
        | StoreError::Forgetful
        | StoreError::Version(_)
        | StoreError::Damaged { .. } => return error.into(),
    };
    CliError::Usage(format!("{place}: {error}; {what}"))
}

/// Where a PostgreSQL is, without who asks it.
fn server(url: &str) -> String {
    Url::parse(url).ok().map_or_else(
        || "PostgreSQL".to_owned(),
        |url| {
            let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("PostgreSQL at {}{port}{}", url.host_str().unwrap_or_default(), url.path())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_is_named_without_a_password() {
        assert_eq!(server("postgres://user:WORD@db.example:5433/regcard?password=WORD"), "PostgreSQL at db.example:5433/regcard");
        assert_eq!(server("postgres://[::1]/regcard"), "PostgreSQL at [::1]/regcard");
    }

    #[test]
    fn a_database_that_may_not_be_written_is_named_with_what_to_do() {
        let settings = config::of_text("data = 'kept'").unwrap();
        let readonly = rusqlite::Error::SqliteFailure(rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_READONLY), None);
        let said = told(&settings, StoreError::Sqlite(readonly)).to_string();
        assert!(said.starts_with("kept/regcard.sqlite3: ") && said.contains("to write it"), "{said}");
    }
}
