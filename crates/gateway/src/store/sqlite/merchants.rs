//! Merchants, their origins and forms, and their keys.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{AccessKey, Key, KeyKind, Merchant, MerchantSettings, Mode, StoreError, Upstream};
use crate::origin::Origin;

pub(super) fn put(connection: &Connection, settings: &MerchantSettings, now: i64) -> Result<(), StoreError> {
    let id = &settings.id;
    connection.execute(
        "INSERT INTO merchants (id, name, created_at) VALUES (?1, coalesce(?2, ?1), ?3)
         ON CONFLICT (id) DO UPDATE SET name = coalesce(?2, name)",
        params![id, settings.name, now],
    )?;
    if let Some(upstream) = &settings.upstream {
        connection.execute(
            "UPDATE merchants SET upstream_url = ?2, upstream_sealed = ?3 WHERE id = ?1",
            params![id, upstream.url, upstream.sealed_token],
        )?;
    }
    if !settings.origins.is_empty() {
        connection.execute("DELETE FROM merchant_origins WHERE merchant_id = ?1", [id])?;
        for origin in &settings.origins {
            connection
                .execute("INSERT OR IGNORE INTO merchant_origins (merchant_id, origin) VALUES (?1, ?2)", params![id, origin.as_str()])?;
        }
    }
    if !settings.forms.is_empty() {
        connection.execute("DELETE FROM merchant_forms WHERE merchant_id = ?1", [id])?;
        for (position, form) in settings.forms.iter().enumerate() {
            connection.execute(
                "INSERT OR IGNORE INTO merchant_forms (merchant_id, position, slug) VALUES (?1, ?2, ?3)",
                params![id, i64::try_from(position).unwrap_or(i64::MAX), form],
            )?;
        }
    }
    settings.upload_origins.iter().try_for_each(|origin| add_upload_origin(connection, id, origin))
}

pub(super) fn add_upload_origin(connection: &Connection, merchant: &str, origin: &Origin) -> Result<(), StoreError> {
    connection.execute("INSERT OR IGNORE INTO upload_origins (merchant_id, origin) VALUES (?1, ?2)", params![merchant, origin.as_str()])?;
    Ok(())
}

pub(super) fn all(connection: &Connection) -> Result<Vec<Merchant>, StoreError> {
    let ids: Vec<String> =
        connection.prepare_cached("SELECT id FROM merchants ORDER BY id")?.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
    ids.iter().filter_map(|id| by_id(connection, id).transpose()).collect()
}

pub(super) fn by_id(connection: &Connection, id: &str) -> Result<Option<Merchant>, StoreError> {
    let found = connection
        .prepare_cached("SELECT id, name, epoch, upstream_url, upstream_sealed FROM merchants WHERE id = ?1")?
        .query_row([id], merchant)
        .optional()?;
    found.map(|merchant| complete(connection, merchant)).transpose()
}

pub(super) fn by_key(connection: &Connection, key: &str) -> Result<Option<Merchant>, StoreError> {
    let found = connection
        .prepare_cached(
            "SELECT m.id, m.name, m.epoch, m.upstream_url, m.upstream_sealed FROM api_keys k JOIN merchants m ON m.id = k.merchant_id
             WHERE k.id = ?1 AND k.kind = 'publishable' AND k.disabled_at IS NULL",
        )?
        .query_row([key], merchant)
        .optional()?;
    found.map(|merchant| complete(connection, merchant)).transpose()
}

pub(super) fn access_key(connection: &Connection, id: &str) -> Result<Option<AccessKey>, StoreError> {
    let found: Option<(String, Vec<u8>)> = connection
        .prepare_cached("SELECT merchant_id, hash FROM api_keys WHERE id = ?1 AND kind = 'access' AND disabled_at IS NULL")?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    let Some((merchant, hash)) = found else {
        return Ok(None);
    };
    Ok(by_id(connection, &merchant)?.map(|merchant| AccessKey { merchant, hash }))
}

pub(super) fn add_key(connection: &Connection, key: &Key, now: i64) -> Result<(), StoreError> {
    let (kind, hash) = match &key.kind {
        KeyKind::Publishable => ("publishable", None),
        KeyKind::Access(hash) => ("access", Some(hash.as_slice())),
    };
    connection.execute(
        "INSERT INTO api_keys (id, merchant_id, kind, hash, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![key.id, key.merchant, kind, hash, now],
    )?;
    Ok(())
}

pub(super) fn keys(connection: &Connection, merchant: &str) -> Result<Vec<Key>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT id, kind, hash FROM api_keys WHERE merchant_id = ?1 ORDER BY created_at, rowid")?;
    let rows: Vec<(String, String, Option<Vec<u8>>)> =
        statement.query_map([merchant], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect::<Result<_, _>>()?;
    rows.into_iter()
        .map(|(id, kind, hash)| {
            let kind = match (kind.as_str(), hash.map(<[u8; 32]>::try_from)) {
                ("publishable", None) => KeyKind::Publishable,
                ("access", Some(Ok(hash))) => KeyKind::Access(hash),
                (_, _) => return Err(StoreError::Content("a key")),
            };
            Ok(Key { id, merchant: merchant.to_owned(), kind })
        })
        .collect()
}

pub(super) fn origin_known(connection: &Connection, origin: &Origin) -> Result<bool, StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM merchant_origins WHERE origin = ?1 LIMIT 1")?.exists([origin.as_str()])?)
}

fn merchant(row: &Row<'_>) -> rusqlite::Result<Merchant> {
    let mode = match (row.get(3)?, row.get(4)?) {
        (Some(url), Some(sealed_token)) => Mode::Forward(Upstream { url, sealed_token }),
        (_, _) => Mode::Own,
    };
    Ok(Merchant {
        id: row.get(0)?,
        name: row.get(1)?,
        epoch: row.get(2)?,
        mode,
        origins: Vec::new(),
        forms: Vec::new(),
        upload_origins: Vec::new(),
    })
}

fn complete(connection: &Connection, mut merchant: Merchant) -> Result<Merchant, StoreError> {
    let origins = |sql: &str| -> Result<Vec<Origin>, StoreError> {
        let mut statement = connection.prepare_cached(sql)?;
        let texts: Vec<String> = statement.query_map([&merchant.id], |row| row.get(0))?.collect::<Result<_, _>>()?;
        Ok(texts.iter().filter_map(|text| Origin::parse(text)).collect())
    };
    let allowed = origins("SELECT origin FROM merchant_origins WHERE merchant_id = ?1 ORDER BY origin")?;
    let uploads = origins("SELECT origin FROM upload_origins WHERE merchant_id = ?1 ORDER BY origin")?;
    merchant.forms = connection
        .prepare_cached("SELECT slug FROM merchant_forms WHERE merchant_id = ?1 ORDER BY position")?
        .query_map([&merchant.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    merchant.origins = allowed;
    merchant.upload_origins = uploads;
    Ok(merchant)
}
