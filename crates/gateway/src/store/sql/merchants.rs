//! Merchants, their origins and forms.

use super::super::engine::{Row, Sql, values};
use super::super::{Merchant, MerchantSettings, Mode, StoreError, Upstream};
use crate::origin::Origin;

/// Writes what stands there already.
pub(in crate::store) fn touch(sql: &mut dyn Sql) -> Result<(), StoreError> {
    sql.execute("UPDATE merchants SET name = name WHERE id = (SELECT min(id) FROM merchants)", values![]).map(drop)
}

pub(in crate::store) fn put(sql: &mut dyn Sql, settings: &MerchantSettings, now: i64) -> Result<(), StoreError> {
    let id = &settings.id;
    sql.execute(
        "INSERT INTO merchants (id, name, created_at) VALUES (?1, coalesce(?2, ?1), ?3)
         ON CONFLICT (id) DO UPDATE SET name = coalesce(?2, merchants.name)",
        values![id, &settings.name, now],
    )?;
    if let Some(upstream) = &settings.upstream {
        sql.execute(
            "UPDATE merchants SET upstream_url = ?2, upstream_sealed = ?3, upstream_held_until = 0 WHERE id = ?1",
            values![id, &upstream.url, &upstream.sealed_token],
        )?;
    }
    if !settings.origins.is_empty() {
        sql.execute("DELETE FROM merchant_origins WHERE merchant_id = ?1", values![id])?;
        for origin in &settings.origins {
            sql.execute(
                "INSERT INTO merchant_origins (merchant_id, origin) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
                values![id, origin.as_str()],
            )?;
        }
    }
    if !settings.forms.is_empty() {
        sql.execute("DELETE FROM merchant_forms WHERE merchant_id = ?1", values![id])?;
        for (position, form) in settings.forms.iter().enumerate() {
            sql.execute(
                "INSERT INTO merchant_forms (merchant_id, position, slug) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING",
                values![id, position, form],
            )?;
        }
    }
    settings.upload_origins.iter().try_for_each(|origin| add_upload_origin(sql, id, origin))
}

pub(in crate::store) fn add_upload_origin(sql: &mut dyn Sql, merchant: &str, origin: &Origin) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO upload_origins (merchant_id, origin) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        values![merchant, origin.as_str()],
    )?;
    Ok(())
}

pub(in crate::store) fn hold(sql: &mut dyn Sql, id: &str, upstream: &Upstream, until: i64) -> Result<bool, StoreError> {
    // Of a token that has been replaced meanwhile nothing is known.
    let held = sql.execute(
        "UPDATE merchants SET upstream_held_until = ?3 WHERE id = ?1 AND upstream_sealed = ?2",
        values![id, &upstream.sealed_token, until],
    )?;
    Ok(held == 1)
}

pub(in crate::store) fn try_held(sql: &mut dyn Sql, id: &str, was: i64, until: i64) -> Result<bool, StoreError> {
    let taken =
        sql.execute("UPDATE merchants SET upstream_held_until = ?3 WHERE id = ?1 AND upstream_held_until = ?2", values![id, was, until])?;
    Ok(taken == 1)
}

pub(in crate::store) fn all(sql: &mut dyn Sql) -> Result<Vec<Merchant>, StoreError> {
    let rows = sql.rows("SELECT id, name, epoch, upstream_url, upstream_sealed, upstream_held_until FROM merchants ORDER BY id", &[])?;
    rows.iter().map(|row| merchant(sql, row)).collect()
}

pub(in crate::store) fn by_id(sql: &mut dyn Sql, id: &str) -> Result<Option<Merchant>, StoreError> {
    let found =
        sql.row("SELECT id, name, epoch, upstream_url, upstream_sealed, upstream_held_until FROM merchants WHERE id = ?1", values![id])?;
    found.map(|row| merchant(sql, &row)).transpose()
}

pub(in crate::store) fn origin_known(sql: &mut dyn Sql, origin: &Origin) -> Result<bool, StoreError> {
    sql.any("SELECT merchant_id FROM merchant_origins WHERE origin = ?1 LIMIT 1", values![origin.as_str()])
}

fn merchant(sql: &mut dyn Sql, row: &Row) -> Result<Merchant, StoreError> {
    let id = row.text(0)?;
    let mode = match (row.maybe_text(3)?, row.maybe_text(4)?) {
        (Some(url), Some(sealed_token)) => Mode::Forward(Upstream { url, sealed_token }),
        (_, _) => Mode::Own,
    };
    let allowed = sql.rows("SELECT origin FROM merchant_origins WHERE merchant_id = ?1 ORDER BY origin", values![&id])?;
    let uploads = sql.rows("SELECT origin FROM upload_origins WHERE merchant_id = ?1 ORDER BY origin", values![&id])?;
    let forms = sql.rows("SELECT slug FROM merchant_forms WHERE merchant_id = ?1 ORDER BY position", values![&id])?;
    Ok(Merchant {
        name: row.text(1)?,
        epoch: row.int(2)?,
        mode,
        origins: origins(&allowed)?,
        forms: forms.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?,
        upload_origins: origins(&uploads)?,
        held_until: row.int(5)?,
        id,
    })
}

fn origins(rows: &[Row]) -> Result<Vec<Origin>, StoreError> {
    let texts: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
    Ok(texts.iter().filter_map(|text| Origin::parse(text)).collect())
}
