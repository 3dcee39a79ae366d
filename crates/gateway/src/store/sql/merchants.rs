//! Merchants, their origins and forms.

use std::collections::HashMap;

use super::super::engine::{Row, Sql, values};
use super::super::{Keeping, Merchant, MerchantSettings, Mode, StoreError, Upstream};
use super::directory;
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
    let elsewhere = match &settings.keeping {
        Keeping::AsBefore => None,
        Keeping::Here => Some((None, None)),
        Keeping::At(upstream) => Some((Some(upstream.url.clone()), Some(upstream.sealed_token.clone()))),
    };
    if let Some((url, sealed)) = elsewhere {
        sql.execute(
            "UPDATE merchants SET upstream_url = ?2, upstream_sealed = ?3, upstream_held_until = 0 WHERE id = ?1",
            values![id, &url, &sealed],
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
    settings.upload_origins.iter().try_for_each(|origin| add_upload_origin(sql, id, origin))?;
    directory::changed(sql)
}

pub(in crate::store) fn add_upload_origin(sql: &mut dyn Sql, merchant: &str, origin: &Origin) -> Result<(), StoreError> {
    let added = sql.execute(
        "INSERT INTO upload_origins (merchant_id, origin) VALUES (?1, ?2) ON CONFLICT DO NOTHING",
        values![merchant, origin.as_str()],
    )?;
    if added == 0 { Ok(()) } else { directory::changed(sql) }
}

pub(in crate::store) fn hold(sql: &mut dyn Sql, id: &str, upstream: &Upstream, until: i64) -> Result<bool, StoreError> {
    // Of a token that has been replaced meanwhile nothing is known.
    let held = sql.execute(
        "UPDATE merchants SET upstream_held_until = ?3 WHERE id = ?1 AND upstream_sealed = ?2",
        values![id, &upstream.sealed_token, until],
    )?;
    if held == 1 {
        directory::changed(sql)?;
    }
    Ok(held == 1)
}

pub(in crate::store) fn try_held(sql: &mut dyn Sql, id: &str, was: i64, until: i64) -> Result<bool, StoreError> {
    let taken =
        sql.execute("UPDATE merchants SET upstream_held_until = ?3 WHERE id = ?1 AND upstream_held_until = ?2", values![id, was, until])?;
    if taken == 1 {
        directory::changed(sql)?;
    }
    Ok(taken == 1)
}

/// Who is told of new registrations by mail from now on. False if there is no such merchant.
pub(in crate::store) fn notify(sql: &mut dyn Sql, id: &str, address: &Option<String>) -> Result<bool, StoreError> {
    let known = sql.execute("UPDATE merchants SET notice_to = ?2 WHERE id = ?1", values![id, address])? == 1;
    directory::changed(sql)?;
    Ok(known)
}

pub(in crate::store) fn all(sql: &mut dyn Sql) -> Result<Vec<Merchant>, StoreError> {
    let mut allowed = of_each(sql, "SELECT merchant_id, origin FROM merchant_origins ORDER BY merchant_id, origin")?;
    let mut uploads = of_each(sql, "SELECT merchant_id, origin FROM upload_origins ORDER BY merchant_id, origin")?;
    let mut forms = of_each(sql, "SELECT merchant_id, slug FROM merchant_forms ORDER BY merchant_id, position")?;
    let rows =
        sql.rows("SELECT id, name, epoch, upstream_url, upstream_sealed, upstream_held_until, notice_to FROM merchants ORDER BY id", &[])?;
    let mut of = |row: &Row| {
        let id = row.text(0)?;
        let of_this = |all: &mut HashMap<String, Vec<String>>| all.remove(&id).unwrap_or_default();
        let lists = Lists { origins: of_this(&mut allowed), uploads: of_this(&mut uploads), forms: of_this(&mut forms) };
        merchant(row, lists)
    };
    rows.iter().map(&mut of).collect()
}

pub(in crate::store) fn by_id(sql: &mut dyn Sql, id: &str) -> Result<Option<Merchant>, StoreError> {
    let found = sql.row(
        "SELECT id, name, epoch, upstream_url, upstream_sealed, upstream_held_until, notice_to FROM merchants WHERE id = ?1",
        values![id],
    )?;
    let Some(row) = found else {
        return Ok(None);
    };
    let mut list = |statement| sql.rows(statement, values![id])?.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>();
    let lists = Lists {
        origins: list("SELECT origin FROM merchant_origins WHERE merchant_id = ?1 ORDER BY origin")?,
        uploads: list("SELECT origin FROM upload_origins WHERE merchant_id = ?1 ORDER BY origin")?,
        forms: list("SELECT slug FROM merchant_forms WHERE merchant_id = ?1 ORDER BY position")?,
    };
    merchant(&row, lists).map(Some)
}

/// What a merchant has several of, as texts.
struct Lists {
    origins: Vec<String>,
    uploads: Vec<String>,
    forms: Vec<String>,
}

/// The second column of each merchant, which is the first.
fn of_each(sql: &mut dyn Sql, statement: &'static str) -> Result<HashMap<String, Vec<String>>, StoreError> {
    let mut each: HashMap<String, Vec<String>> = HashMap::new();
    for row in sql.rows(statement, &[])? {
        each.entry(row.text(0)?).or_default().push(row.text(1)?);
    }
    Ok(each)
}

fn merchant(row: &Row, lists: Lists) -> Result<Merchant, StoreError> {
    let mode = match (row.maybe_text(3)?, row.maybe_text(4)?) {
        (Some(url), Some(sealed_token)) => Mode::Forward(Upstream { url, sealed_token }),
        (_, _) => Mode::Own,
    };
    Ok(Merchant {
        id: row.text(0)?,
        name: row.text(1)?,
        epoch: row.int(2)?,
        mode,
        origins: origins(&lists.origins),
        forms: lists.forms,
        upload_origins: origins(&lists.uploads),
        held_until: row.int(5)?,
        notice_to: row.maybe_text(6)?,
    })
}

fn origins(texts: &[String]) -> Vec<Origin> {
    texts.iter().filter_map(|text| Origin::parse(text)).collect()
}
