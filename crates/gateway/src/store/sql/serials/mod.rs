//! Serial numbers that merchants have loaded.

use regcard_protocol::serial_number::SerialNumber;

use super::super::engine::{Row, Sql, values};
use super::super::{NewSerial, Serial, StoreError};
use crate::limits;
use crate::serial_fold::Folded;

/// The statement that looks a merchant's number up by one of its forms.
macro_rules! looked_up {
    ($by:literal) => {
        concat!(
            "SELECT s.serial, s.sku, s.customer_tags, s.product_name,
                 EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = s.folded),
                 EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = s.folded AND r.one_time = 1)
             FROM serials s WHERE s.merchant_id = ?1 AND ",
            $by
        )
    };
}

/// The last place by lot; a random one is not above it.
pub const LAST_LOT: i64 = (1 << 53) - 1;

pub(in crate::store) fn put(sql: &mut dyn Sql, merchant: &str, new: &[NewSerial], now: i64) -> Result<Vec<Serial>, StoreError> {
    let mut answer = Vec::with_capacity(new.len());
    for one in new {
        let folded = Folded::of(&one.serial);
        put_one(sql, merchant, one, &folded, now)?;
        answer.extend(exactly(sql, merchant, &folded.folded)?);
    }
    Ok(answer)
}

pub(in crate::store) fn load(sql: &mut dyn Sql, merchant: &str, new: &[NewSerial], now: i64) -> Result<(), StoreError> {
    let mut all: Vec<(Folded, &NewSerial)> = new.iter().map(|one| (Folded::of(&one.serial), one)).collect();
    // In the order of the indexes: neighbours lie on one page. Of one that is there twice the last counts, as it came.
    all.sort_by(|(one, _), (other, _)| one.folded.cmp(&other.folded));
    all.iter().try_for_each(|(folded, one)| put_one(sql, merchant, one, folded, now))
}

/// A number that was registered before it was loaded is no free one.
fn put_one(sql: &mut dyn Sql, merchant: &str, new: &NewSerial, folded: &Folded, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO serials (merchant_id, folded, dashless, look, serial, sku, customer_tags, product_name, added_at, lot, registered)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
             CASE WHEN EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2) THEN 1 ELSE 0 END)
         ON CONFLICT (merchant_id, folded) DO UPDATE SET serial = ?5, sku = coalesce(?6, serials.sku),
             customer_tags = coalesce(?7, serials.customer_tags), product_name = coalesce(?8, serials.product_name)",
        values![
            merchant,
            &folded.folded,
            &folded.dashless,
            &folded.look,
            new.serial.as_str(),
            &new.sku,
            &new.customer_tags,
            &new.product_name,
            now,
            lot(merchant, &folded.folded)
        ],
    )?;
    Ok(())
}

/// Where a number stands in the order by lot: anywhere, but always there. 53 bits, as every reader of JSON keeps exactly.
fn lot(merchant: &str, folded: &str) -> i64 {
    let mut hasher = blake3::Hasher::new();
    hasher.update(merchant.as_bytes()).update(b"\n").update(folded.as_bytes());
    let mut bytes = [0; 8];
    hasher.finalize_xof().fill(&mut bytes);
    i64::from_be_bytes(bytes) & LAST_LOT
}

pub(in crate::store) fn free(sql: &mut dyn Sql, merchant: &str, lot: i64) -> Result<Option<Serial>, StoreError> {
    // The flag makes it quick; who has which number is written elsewhere, and that counts.
    let behind = sql.row(
        "SELECT s.folded FROM serials s WHERE s.merchant_id = ?1 AND s.registered = 0 AND s.lot >= ?2
             AND NOT EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = s.merchant_id AND r.folded = s.folded)
         ORDER BY s.lot LIMIT 1",
        values![merchant, lot],
    )?;
    let found = match behind {
        Some(row) => Some(row),
        None => sql.row(
            "SELECT s.folded FROM serials s WHERE s.merchant_id = ?1 AND s.registered = 0 AND s.lot < ?2
                 AND NOT EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = s.merchant_id AND r.folded = s.folded)
             ORDER BY s.lot LIMIT 1",
            values![merchant, lot],
        )?,
    };
    match found {
        Some(row) => exactly(sql, merchant, &row.text(0)?),
        None => Ok(None),
    }
}

pub(in crate::store) fn after(sql: &mut dyn Sql, merchant: &str, after: &str, limit: usize) -> Result<Vec<Serial>, StoreError> {
    let rows = sql.rows(
        "SELECT serial, sku, customer_tags, product_name, registered FROM serials WHERE merchant_id = ?1 AND folded > ?2
         ORDER BY folded LIMIT ?3",
        values![merchant, after, limit],
    )?;
    let read = |row: &Row| {
        Ok(Serial {
            serial: row.text(0)?,
            sku: row.maybe_text(1)?,
            customer_tags: row.maybe_text(2)?,
            product_name: row.maybe_text(3)?,
            registered: row.flag(4)?,
            owned: row.flag(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// Whoever takes or frees a number holds its row first, so that two of them come one after the other.
pub(super) fn mark_registered(sql: &mut dyn Sql, merchant: &str, folded: &str) -> Result<(), StoreError> {
    sql.execute("UPDATE serials SET registered = 1 WHERE merchant_id = ?1 AND folded = ?2", values![merchant, folded])?;
    Ok(())
}

/// A number comes free if no registration names it any more.
pub(super) fn release(sql: &mut dyn Sql, merchant: &str, folded: &str) -> Result<(), StoreError> {
    sql.execute(
        "UPDATE serials SET registered = 0 WHERE merchant_id = ?1 AND folded = ?2
             AND NOT EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2)",
        values![merchant, folded],
    )?;
    Ok(())
}

/// A look at the number itself and, if there is none, one at those that differ in dashes alone: one row for each.
pub(in crate::store) fn find(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<Serial>, StoreError> {
    let found = exactly(sql, merchant, &serial.folded)?;
    if found.is_some() || serial.dashless.is_empty() {
        return Ok(found);
    }
    match sql.rows(looked_up!("s.dashless = ?2 LIMIT 2"), values![merchant, &serial.dashless])?.as_slice() {
        [only] => looked_up(only).map(Some),
        [] | [..] => Ok(None),
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
    sql.row(looked_up!("s.folded = ?2"), values![merchant, folded])?.as_ref().map(looked_up).transpose()
}

fn looked_up(row: &Row) -> Result<Serial, StoreError> {
    Ok(Serial {
        serial: row.text(0)?,
        sku: row.maybe_text(1)?,
        customer_tags: row.maybe_text(2)?,
        product_name: row.maybe_text(3)?,
        registered: row.flag(4)?,
        owned: row.flag(5)?,
    })
}

pub(in crate::store) fn alike(sql: &mut dyn Sql, merchant: &str, looks: &[String], limit: usize) -> Result<Vec<SerialNumber>, StoreError> {
    let mut found = Vec::new();
    for look in looks {
        // Put in order from outside: told to order all of them, SQLite goes through everything that the merchant has, by the numbers' own index.
        let rows = sql.rows(
            "SELECT a.serial FROM (SELECT serial, folded FROM serials WHERE merchant_id = ?1 AND look = ?2 LIMIT ?4) a
             ORDER BY a.folded LIMIT ?3",
            values![merchant, look, limit, limits::LOOKED_THROUGH],
        )?;
        for row in rows {
            found.extend(SerialNumber::parse(&row.text(0)?).ok());
        }
    }
    found.truncate(limit);
    Ok(found)
}

#[cfg(test)]
mod tests;
