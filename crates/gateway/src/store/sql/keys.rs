//! Keys: which merchant each of them opens what for.

use super::super::engine::{Sql, values};
use super::super::{AccessKey, Key, KeyKind, Merchant, StoreError};
use super::merchants;

pub(in crate::store) fn merchant(sql: &mut dyn Sql, key: &str) -> Result<Option<Merchant>, StoreError> {
    let found = sql.row("SELECT merchant_id FROM api_keys WHERE id = ?1 AND kind = 'publishable' AND disabled_at IS NULL", values![key])?;
    match found {
        Some(row) => merchants::by_id(sql, &row.text(0)?),
        None => Ok(None),
    }
}

pub(in crate::store) fn access(sql: &mut dyn Sql, id: &str) -> Result<Option<AccessKey>, StoreError> {
    let found = sql.row("SELECT merchant_id, hash FROM api_keys WHERE id = ?1 AND kind = 'access' AND disabled_at IS NULL", values![id])?;
    let Some(row) = found else {
        return Ok(None);
    };
    let hash = row.hash(1)?;
    Ok(merchants::by_id(sql, &row.text(0)?)?.map(|merchant| AccessKey { merchant, hash }))
}

pub(in crate::store) fn add(sql: &mut dyn Sql, key: &Key, now: i64) -> Result<(), StoreError> {
    let (kind, hash) = match &key.kind {
        KeyKind::Publishable => ("publishable", None),
        KeyKind::Access(hash) => ("access", Some(hash.to_vec())),
    };
    sql.execute(
        "INSERT INTO api_keys (id, merchant_id, kind, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![&key.id, &key.merchant, kind, hash, now],
    )?;
    Ok(())
}

pub(in crate::store) fn of_merchant(sql: &mut dyn Sql, merchant: &str) -> Result<Vec<Key>, StoreError> {
    let rows = sql.rows("SELECT id, kind, hash FROM api_keys WHERE merchant_id = ?1 ORDER BY created_at, id", values![merchant])?;
    rows.iter()
        .map(|row| {
            let kind = match row.text(1)?.as_str() {
                "publishable" => KeyKind::Publishable,
                "access" => KeyKind::Access(row.hash(2)?),
                _ => return Err(StoreError::Content("a key")),
            };
            Ok(Key { id: row.text(0)?, merchant: merchant.to_owned(), kind })
        })
        .collect()
}
