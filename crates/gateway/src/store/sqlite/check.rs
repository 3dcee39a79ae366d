//! Whether a database's file is whole, looked at before anything is written to it. One that is not is left as it is.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::thread;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::super::StoreError;
use crate::limits;

/// Looks at a file, for so long at most. What is left of a large one is looked at while the store is open already; the log is told of it then.
///
/// # Errors
/// [`StoreError::Damaged`]; whatever keeps the file from being read.
pub(super) fn look(path: &Path) -> Result<(), StoreError> {
    let Ok(about) = fs::metadata(path) else {
        // There is none yet.
        return Ok(());
    };
    if about.len() == 0 {
        // Once there is a secret there was a database: to begin with an empty one would be to lose it without a word.
        let begun = path.with_file_name("secrets").exists();
        return if begun { Err(damaged(path, "it is empty")) } else { Ok(()) };
    }
    if !of_whole_pages(path, about.len()).map_err(StoreError::Folder)? {
        return Err(damaged(path, "it is cut short"));
    }
    let (found, finding) = channel();
    let file = path.to_owned();
    let looking = move || {
        let outcome = whole(&file);
        if let Err(unheard) = found.send(outcome) {
            match unheard.0 {
                Ok(()) => tracing::info!("the database's file was looked at to its end, and is whole"),
                Err(error) => tracing::error!(%error, "found while the gateway runs: stop it before more is lost"),
            }
        }
    };
    thread::Builder::new().name("store-check".into()).spawn(looking).map_err(StoreError::Folder)?;
    match finding.recv_timeout(limits::STORE_CHECK) {
        Ok(outcome) => outcome,
        Err(RecvTimeoutError::Timeout) => {
            tracing::info!("the database's file is large; it is looked at to its end while the gateway runs");
            Ok(())
        }
        Err(RecvTimeoutError::Disconnected) => Err(StoreError::Panicked),
    }
}

/// SQLite reads what is missing of the last page as zeros. Beside what a process that was killed has left, half a page may be half a write.
fn of_whole_pages(path: &Path, length: u64) -> io::Result<bool> {
    let mut beside = path.as_os_str().to_owned();
    beside.push("-wal");
    if fs::metadata(beside).is_ok_and(|beside| beside.len() > 0) {
        return Ok(true);
    }
    let mut header = [0; 18];
    if length < header.len() as u64 {
        return Ok(false);
    }
    File::open(path)?.read_exact(&mut header)?;
    // As it is written there, 1 is 65,536; another number that is no power of two is rubbish, which SQLite tells.
    let page = u64::from(u16::from_be_bytes([header[16], header[17]]));
    Ok(!page.is_power_of_two() || length.is_multiple_of(if page == 1 { 65_536 } else { page }))
}

fn whole(path: &PathBuf) -> Result<(), StoreError> {
    let read = || -> rusqlite::Result<String> {
        let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        connection.busy_timeout(limits::BUSY)?;
        // What a process that was killed has left beside the file stays there until the file is known to be whole.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
        connection.execute_batch("PRAGMA query_only = ON; PRAGMA trusted_schema = OFF;")?;
        connection.query_row("PRAGMA quick_check(1)", [], |row| row.get(0))
    };
    match read() {
        Ok(said) if said == "ok" => Ok(()),
        Ok(said) => Err(damaged(path, said.lines().last().unwrap_or_default())),
        Err(error) => Err(of(path, error)),
    }
}

/// An error of SQLite's, which may be that the file is none of its own any longer.
pub(super) fn of(path: &Path, error: rusqlite::Error) -> StoreError {
    match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => damaged(path, &error.to_string()),
        _ => error.into(),
    }
}

fn damaged(path: &Path, what: &str) -> StoreError {
    StoreError::Damaged { file: path.display().to_string(), what: what.to_owned() }
}
