//! Keys: whose they are, what for, and until when.

use super::super::engine::{Row, Sql, values};
use super::super::{KeptKey, Key, KeyKind, StoreError};
use super::directory;
use crate::scopes::Scopes;

pub(in crate::store) fn add(sql: &mut dyn Sql, key: &Key, now: i64) -> Result<(), StoreError> {
    let (kind, hash) = match &key.kind {
        KeyKind::Publishable => ("publishable", None),
        KeyKind::Access(hash) => ("access", Some(hash.to_vec())),
    };
    sql.execute(
        "INSERT INTO api_keys (id, merchant_id, kind, hash, created_at, scopes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![&key.id, &key.merchant, kind, hash, now, key.scopes.bits()],
    )?;
    directory::changed(sql)
}

pub(super) fn all(sql: &mut dyn Sql) -> Result<Vec<KeptKey>, StoreError> {
    sql.rows("SELECT id, merchant_id, kind, hash, scopes, created_at, disabled_at FROM api_keys", values![])?.iter().map(kept).collect()
}

pub(in crate::store) fn of_merchant(sql: &mut dyn Sql, merchant: &str) -> Result<Vec<KeptKey>, StoreError> {
    let rows = sql.rows(
        "SELECT id, merchant_id, kind, hash, scopes, created_at, disabled_at FROM api_keys WHERE merchant_id = ?1 ORDER BY created_at, id",
        values![merchant],
    )?;
    rows.iter().map(kept).collect()
}

pub(in crate::store) fn by_id(sql: &mut dyn Sql, id: &str) -> Result<Option<KeptKey>, StoreError> {
    let found = sql.row("SELECT id, merchant_id, kind, hash, scopes, created_at, disabled_at FROM api_keys WHERE id = ?1", values![id])?;
    found.map(|row| kept(&row)).transpose()
}

/// An end that was set is never put off.
pub(in crate::store) fn end(sql: &mut dyn Sql, id: &str, at: i64) -> Result<(), StoreError> {
    let ended =
        sql.execute("UPDATE api_keys SET disabled_at = ?2 WHERE id = ?1 AND (disabled_at IS NULL OR disabled_at > ?2)", values![id, at])?;
    if ended == 0 { Ok(()) } else { directory::changed(sql) }
}

fn kept(row: &Row) -> Result<KeptKey, StoreError> {
    let kind = match row.text(2)?.as_str() {
        "publishable" => KeyKind::Publishable,
        "access" => KeyKind::Access(row.hash(3)?),
        _ => return Err(StoreError::Content("a key")),
    };
    let key = Key { id: row.text(0)?, merchant: row.text(1)?, kind, scopes: Scopes::of_bits(row.int(4)?) };
    Ok(KeptKey { key, created_at: row.int(5)?, ends_at: row.maybe_int(6)? })
}
