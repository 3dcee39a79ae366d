//! A copy of the database while gateways use it: everything that was committed when it began, as one file.

use std::fs::File;
use std::path::Path;

use rusqlite::{Connection, OpenFlags};

use super::super::StoreError;
use super::check;
use crate::limits;

/// Writes a copy of a data folder's database into another folder, and waits until it is on the disk.
///
/// # Errors
/// If there is no database, or a copy already, or no room.
pub fn copy_database(data: &Path, folder: &Path) -> Result<(), StoreError> {
    let source = data.join(super::FILE);
    let connection = Connection::open_with_flags(&source, OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    connection.busy_timeout(limits::BUSY)?;
    let target = folder.join(super::FILE);
    connection.execute("VACUUM INTO ?1", [target.display().to_string()]).map_err(|error| check::of(&source, error))?;
    File::open(&target).and_then(|file| file.sync_all()).map_err(StoreError::Folder)?;
    let copy = Connection::open_with_flags(&target, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
    let sound: String = copy.query_row("PRAGMA quick_check", [], |row| row.get(0))?;
    if sound == "ok" { Ok(()) } else { Err(StoreError::Content("a copy that is not sound")) }
}
