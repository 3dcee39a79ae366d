//! Serial numbers that merchants have loaded.

use regcard_protocol::serial_number::SerialNumber;

use super::super::engine::{Sql, values};
use super::super::{NewSerial, Serial, StoreError};
use crate::serial_fold::Folded;

pub(in crate::store) fn put(sql: &mut dyn Sql, merchant: &str, new: &[NewSerial], now: i64) -> Result<Vec<Serial>, StoreError> {
    let mut answer = Vec::with_capacity(new.len());
    for one in new {
        let folded = Folded::of(&one.serial);
        sql.execute(
            "INSERT INTO serials (merchant_id, folded, dashless, look, serial, sku, customer_tags, product_name, added_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
             ON CONFLICT (merchant_id, folded) DO UPDATE SET serial = ?5, sku = coalesce(?6, serials.sku),
                 customer_tags = coalesce(?7, serials.customer_tags), product_name = coalesce(?8, serials.product_name)",
            values![
                merchant,
                &folded.folded,
                &folded.dashless,
                &folded.look,
                one.serial.as_str(),
                &one.sku,
                &one.customer_tags,
                &one.product_name,
                now
            ],
        )?;
        answer.extend(exactly(sql, merchant, &folded.folded)?);
    }
    Ok(answer)
}

pub(in crate::store) fn find(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<Serial>, StoreError> {
    match known_as(sql, merchant, serial)? {
        Some(folded) => exactly(sql, merchant, &folded),
        None => Ok(None),
    }
}

/// The folded form of the loaded number that this one means: the same, or the only one that differs in dashes alone.
pub(super) fn known_as(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<String>, StoreError> {
    if sql.any("SELECT folded FROM serials WHERE merchant_id = ?1 AND folded = ?2", values![merchant, &serial.folded])? {
        return Ok(Some(serial.folded.clone()));
    }
    if serial.dashless.is_empty() {
        return Ok(None);
    }
    let others =
        sql.rows("SELECT folded FROM serials WHERE merchant_id = ?1 AND dashless = ?2 LIMIT 2", values![merchant, &serial.dashless])?;
    match others.as_slice() {
        [only] => only.text(0).map(Some),
        [] | [..] => Ok(None),
    }
}

pub(super) fn exactly(sql: &mut dyn Sql, merchant: &str, folded: &str) -> Result<Option<Serial>, StoreError> {
    let found = sql.row(
        "SELECT s.serial, s.sku, s.customer_tags, s.product_name,
             EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2),
             EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2 AND r.one_time = 1)
         FROM serials s WHERE s.merchant_id = ?1 AND s.folded = ?2",
        values![merchant, folded],
    )?;
    let read = |row: super::super::engine::Row| {
        Ok(Serial {
            serial: row.text(0)?,
            sku: row.maybe_text(1)?,
            customer_tags: row.maybe_text(2)?,
            product_name: row.maybe_text(3)?,
            registered: row.flag(4)?,
            owned: row.flag(5)?,
        })
    };
    found.map(read).transpose()
}

pub(in crate::store) fn alike(sql: &mut dyn Sql, merchant: &str, looks: &[String], limit: usize) -> Result<Vec<SerialNumber>, StoreError> {
    let mut found = Vec::new();
    for look in looks {
        let rows = sql.rows(
            "SELECT serial FROM serials WHERE merchant_id = ?1 AND look = ?2 ORDER BY folded LIMIT ?3",
            values![merchant, look, limit],
        )?;
        for row in rows {
            found.extend(SerialNumber::parse(&row.text(0)?).ok());
        }
    }
    found.truncate(limit);
    Ok(found)
}
