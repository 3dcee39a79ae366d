//! Serial numbers that merchants have loaded.

use regcard_protocol::serial_number::SerialNumber;
use rusqlite::{Connection, OptionalExtension, params};

use super::super::{NewSerial, Serial, StoreError};
use crate::serial_fold::Folded;

pub(super) fn put(connection: &Connection, merchant: &str, new: &[NewSerial], now: i64) -> Result<Vec<Serial>, StoreError> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO serials (merchant_id, folded, dashless, look, serial, sku, customer_tags, product_name, added_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
         ON CONFLICT (merchant_id, folded) DO UPDATE SET serial = ?5, sku = coalesce(?6, sku),
             customer_tags = coalesce(?7, customer_tags), product_name = coalesce(?8, product_name)",
    )?;
    let mut answer = Vec::with_capacity(new.len());
    for one in new {
        let folded = Folded::of(&one.serial);
        statement.execute(params![
            merchant,
            folded.folded,
            folded.dashless,
            folded.look,
            one.serial.as_str(),
            one.sku,
            one.customer_tags,
            one.product_name,
            now
        ])?;
        answer.extend(exactly(connection, merchant, &folded.folded)?);
    }
    Ok(answer)
}

pub(super) fn find(connection: &Connection, merchant: &str, serial: &Folded) -> Result<Option<Serial>, StoreError> {
    let folded = known_as(connection, merchant, serial)?;
    folded.map_or(Ok(None), |folded| exactly(connection, merchant, &folded))
}

/// The folded form of the loaded number that this one means: the same, or the only one that differs in dashes alone.
pub(super) fn known_as(connection: &Connection, merchant: &str, serial: &Folded) -> Result<Option<String>, StoreError> {
    let same = connection
        .prepare_cached("SELECT 1 FROM serials WHERE merchant_id = ?1 AND folded = ?2")?
        .exists(params![merchant, serial.folded])?;
    if same {
        return Ok(Some(serial.folded.clone()));
    }
    if serial.dashless.is_empty() {
        return Ok(None);
    }
    let mut statement = connection.prepare_cached("SELECT folded FROM serials WHERE merchant_id = ?1 AND dashless = ?2 LIMIT 2")?;
    let mut others: Vec<String> = statement.query_map(params![merchant, serial.dashless], |row| row.get(0))?.collect::<Result<_, _>>()?;
    Ok(if others.len() == 1 { others.pop() } else { None })
}

pub(super) fn exactly(connection: &Connection, merchant: &str, folded: &str) -> Result<Option<Serial>, StoreError> {
    Ok(connection
        .prepare_cached(
            "SELECT s.serial, s.sku, s.customer_tags, s.product_name,
                 EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2),
                 EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2 AND r.one_time = 1)
             FROM serials s WHERE s.merchant_id = ?1 AND s.folded = ?2",
        )?
        .query_row(params![merchant, folded], |row| {
            Ok(Serial {
                serial: row.get(0)?,
                sku: row.get(1)?,
                customer_tags: row.get(2)?,
                product_name: row.get(3)?,
                registered: row.get(4)?,
                owned: row.get(5)?,
            })
        })
        .optional()?)
}

pub(super) fn alike(connection: &Connection, merchant: &str, looks: &[String], limit: usize) -> Result<Vec<SerialNumber>, StoreError> {
    let mut statement =
        connection.prepare_cached("SELECT serial FROM serials WHERE merchant_id = ?1 AND look = ?2 ORDER BY folded LIMIT ?3")?;
    let mut found = Vec::new();
    for look in looks {
        let some = i64::try_from(limit).unwrap_or(i64::MAX);
        let rows: Vec<String> = statement.query_map(params![merchant, look, some], |row| row.get(0))?.collect::<Result<_, _>>()?;
        found.extend(rows.iter().filter_map(|text| SerialNumber::parse(text).ok()));
    }
    found.truncate(limit);
    Ok(found)
}
