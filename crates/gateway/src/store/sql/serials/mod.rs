//! Serial numbers that merchants have loaded.

use regcard_protocol::serial_number::SerialNumber;

use super::super::engine::{Row, Sql, values};
use super::super::{Checked, LoadedSerial, NewSerial, Serial, StoreError};
use crate::limits;
use crate::serial_fold::Folded;

/// What is read of a merchant's number.
macro_rules! looked_up {
    ($by:literal) => {
        concat!(
            "SELECT s.serial, s.sku, s.customer_tags, s.product_name,
                 EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = s.folded),
                 s.folded
             FROM serials s WHERE s.merchant_id = ?1 AND ",
            $by
        )
    };
}

/// The number itself or, if there is none, up to two that differ in dashes alone.
pub(in crate::store) const MEANT: &str = concat!(
    looked_up!("s.folded = ?2"),
    " UNION ALL ",
    looked_up!("s.dashless = ?3 AND ?3 <> '' AND NOT EXISTS (SELECT 1 FROM serials same WHERE same.merchant_id = ?1 AND same.folded = ?2)"),
    " LIMIT 2"
);

/// A few numbers that look like the first of two, and then like the second. Put in order from outside: told to order all of them, SQLite goes
/// through everything that the merchant has, by the numbers' own index.
pub(in crate::store) const ALIKE: &str = "SELECT a.serial FROM (
         SELECT b.serial, b.folded, 1 AS turn FROM (SELECT serial, folded FROM serials WHERE merchant_id = ?1 AND look = ?2 LIMIT ?5) b
         UNION ALL
         SELECT c.serial, c.folded, 2 AS turn FROM (SELECT serial, folded FROM serials WHERE merchant_id = ?1 AND look = ?3 LIMIT ?5) c
     ) a ORDER BY a.turn, a.folded LIMIT ?4";

/// The next number by lot that nobody has registered. The flag makes it quick; who has which number is written elsewhere, and that counts.
pub(in crate::store) const FREE: &str = "SELECT s.folded FROM serials s WHERE s.merchant_id = ?1 AND s.registered = 0 AND s.lot >= ?2
         AND NOT EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = s.merchant_id AND r.folded = s.folded)
     ORDER BY s.lot LIMIT 1";

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

pub(in crate::store) fn load(sql: &mut dyn Sql, merchant: &str, new: &[LoadedSerial], now: i64) -> Result<(), StoreError> {
    new.iter().try_for_each(|one| put_one(sql, merchant, &one.new, &one.folded, now))
}

/// A number that was registered before it was loaded is no free one.
fn put_one(sql: &mut dyn Sql, merchant: &str, new: &NewSerial, folded: &Folded, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO serials (merchant_id, folded, dashless, look, serial, sku, customer_tags, product_name, added_at, lot, registered)
         VALUES (?1, ?2, ?3, ?4, ?5, nullif(?6, ''), nullif(?7, ''), nullif(?8, ''), ?9, ?10,
             CASE WHEN EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?1 AND r.folded = ?2) THEN 1 ELSE 0 END)
         ON CONFLICT (merchant_id, folded) DO UPDATE SET serial = ?5, sku = nullif(coalesce(?6, serials.sku), ''),
             customer_tags = nullif(coalesce(?7, serials.customer_tags), ''), product_name = nullif(coalesce(?8, serials.product_name), '')",
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
    let behind = sql.row(FREE, values![merchant, lot])?;
    // Behind the last one it goes on with the first.
    let found = if behind.is_none() { sql.row(FREE, values![merchant, 0_i64])? } else { behind };
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

/// The loaded number that this one means: the same, or the only one that differs in dashes alone.
pub(in crate::store) fn find(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<Serial>, StoreError> {
    meant(sql, merchant, serial)?.as_ref().map(looked_up).transpose()
}

/// The same in its folded form, and what is known of it.
pub(super) fn known_as(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<(String, Serial)>, StoreError> {
    meant(sql, merchant, serial)?.map(|row| Ok((row.text(5)?, looked_up(&row)?))).transpose()
}

fn meant(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<Row>, StoreError> {
    let mut rows = sql.rows(MEANT, values![merchant, &serial.folded, &serial.dashless])?;
    Ok(if rows.len() == 1 { rows.pop() } else { None })
}

/// Whether a number is known, and if not, a few that it may have been meant as: one look for each.
pub(in crate::store) fn checked(sql: &mut dyn Sql, merchant: &str, serial: &Folded, few: usize) -> Result<Checked, StoreError> {
    Ok(match find(sql, merchant, serial)? {
        Some(known) => Checked::Known(known),
        None if few == 0 => Checked::Unknown(Vec::new()),
        None => Checked::Unknown(alike(sql, merchant, &serial.looks(), few)?),
    })
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
    })
}

fn alike(sql: &mut dyn Sql, merchant: &str, looks: &[String], few: usize) -> Result<Vec<SerialNumber>, StoreError> {
    let Some(first) = looks.first() else {
        return Ok(Vec::new());
    };
    let second = looks.get(1).map(String::as_str);
    let rows = sql.rows(ALIKE, values![merchant, first, second, few, limits::LOOKED_THROUGH])?;
    let serials = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
    Ok(serials.iter().filter_map(|text| SerialNumber::parse(text).ok()).collect())
}

#[cfg(test)]
mod tests;
