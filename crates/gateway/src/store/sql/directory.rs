//! Everything that is known of merchants, read whole, and the row by which a gateway sees that it has changed.

use std::sync::Arc;

use super::super::StoreError;
use super::super::directory::Directory;
use super::super::engine::{Sql, values};
use super::{keys, merchants};

/// Whatever changes a merchant, an origin, a form or a key says so here, in the same transaction.
pub(super) fn changed(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("UPDATE directory SET version = version + 1 WHERE one = 1", values![]).map(drop)
}

/// The directory, which may be the one that is known already. The version is read first: what changes meanwhile is seen at the next look.
pub(in crate::store) fn look(sql: &mut dyn Sql, known: Option<&Arc<Directory>>) -> Result<Arc<Directory>, StoreError> {
    let row = sql.row("SELECT version FROM directory WHERE one = 1", values![])?;
    let version = row.ok_or(StoreError::Content("no version of the directory"))?.int(0)?;
    match known {
        Some(known) if known.version == version => Ok(Arc::clone(known)),
        Some(_) | None => Ok(Arc::new(Directory::new(version, merchants::all(sql)?, keys::all(sql)?))),
    }
}
