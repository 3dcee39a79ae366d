//! Keys: which merchant each of them opens what for.

use super::super::engine::{Row, Sql, values};
use super::super::{AccessKey, KeptKey, Key, KeyKind, Merchant, StoreError};
use super::merchants;
use crate::scopes::Scopes;

/// The merchant of a publishable key that has not ended.
pub(in crate::store) fn merchant(sql: &mut dyn Sql, key: &str, now: i64) -> Result<Option<Merchant>, StoreError> {
    let found = sql.row(
        "SELECT merchant_id FROM api_keys WHERE id = ?1 AND kind = 'publishable' AND (disabled_at IS NULL OR disabled_at > ?2)",
        values![key, now],
    )?;
    match found {
        Some(row) => merchants::by_id(sql, &row.text(0)?),
        None => Ok(None),
    }
}

pub(in crate::store) fn access(sql: &mut dyn Sql, id: &str, now: i64) -> Result<Option<AccessKey>, StoreError> {
    let found = sql.row(
        "SELECT merchant_id, hash, scopes FROM api_keys WHERE id = ?1 AND kind = 'access' AND (disabled_at IS NULL OR disabled_at > ?2)",
        values![id, now],
    )?;
    let Some(row) = found else {
        return Ok(None);
    };
    let (hash, scopes) = (row.hash(1)?, Scopes::of_bits(row.int(2)?));
    Ok(merchants::by_id(sql, &row.text(0)?)?.map(|merchant| AccessKey { merchant, hash, scopes }))
}

pub(in crate::store) fn add(sql: &mut dyn Sql, key: &Key, now: i64) -> Result<(), StoreError> {
    let (kind, hash) = match &key.kind {
        KeyKind::Publishable => ("publishable", None),
        KeyKind::Access(hash) => ("access", Some(hash.to_vec())),
    };
    sql.execute(
        "INSERT INTO api_keys (id, merchant_id, kind, hash, created_at, scopes) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
        values![&key.id, &key.merchant, kind, hash, now, key.scopes.bits()],
    )?;
    Ok(())
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
    sql.execute("UPDATE api_keys SET disabled_at = ?2 WHERE id = ?1 AND (disabled_at IS NULL OR disabled_at > ?2)", values![id, at])?;
    Ok(())
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
