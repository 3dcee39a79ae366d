//! Registrations as they are read back, the newest first: each with its serial numbers and receipts.

use std::collections::HashMap;

use super::super::engine::{Row, Sql, Value, values};
use super::super::{Address, Page, Query, Record, RecordReceipts, RecordSerial, StoreError};
use super::registrations::Held;
use crate::registration_json::composed;

/// Registrations whose numbers and receipts are looked for at once. A long list is one way to the database for so many, not for each.
const FEW: usize = 16;

/// An address as it is looked for: whatever letters it is written in, and however a keyboard puts those together.
pub(super) fn folded(email: &str) -> String {
    composed(email).to_lowercase()
}

pub(in crate::store) fn page(sql: &mut dyn Sql, query: &Query) -> Result<Page, StoreError> {
    let (counted, rows) = match query.email.as_deref().map(folded) {
        // Each its own statement: one that serves both uses no index.
        Some(email) => (
            sql.row(
                "SELECT count(*) FROM registrations WHERE merchant_id = ?1 AND email_folded = ?2 AND (?3 IS NULL OR form = ?3)",
                values![&query.merchant, &email, &query.form],
            )?,
            sql.rows(
                "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields, updated_at, version
                 FROM registrations WHERE merchant_id = ?1 AND email_folded = ?2 AND (?3 IS NULL OR form = ?3)
                 ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
                values![&query.merchant, &email, &query.form, query.limit, query.offset],
            )?,
        ),
        None => (
            sql.row(
                "SELECT count(*) FROM registrations WHERE merchant_id = ?1 AND (?2 IS NULL OR form = ?2)",
                values![&query.merchant, &query.form],
            )?,
            sql.rows(
                "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields, updated_at, version
                 FROM registrations WHERE merchant_id = ?1 AND (?2 IS NULL OR form = ?2)
                 ORDER BY created_at DESC, id DESC LIMIT ?3 OFFSET ?4",
                values![&query.merchant, &query.form, query.limit, query.offset],
            )?,
        ),
    };
    Ok(Page { records: records(sql, &rows)?, total: counted.map_or(Ok(0), |row| row.count(0))? })
}

pub(in crate::store) fn after(sql: &mut dyn Sql, merchant: &str, after: &(i64, String), limit: usize) -> Result<Vec<Record>, StoreError> {
    let rows = sql.rows(
        "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields, updated_at, version
         FROM registrations WHERE merchant_id = ?1 AND (created_at, id) > (?2, ?3) ORDER BY created_at, id LIMIT ?4",
        values![merchant, after.0, &after.1, limit],
    )?;
    records(sql, &rows)
}

pub(in crate::store) fn by_ids(sql: &mut dyn Sql, merchant: &str, ids: &[String]) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        records.extend(by_id(sql, merchant, id)?);
    }
    Ok(records)
}

pub(super) fn by_id(sql: &mut dyn Sql, merchant: &str, id: &str) -> Result<Option<Record>, StoreError> {
    let found = sql.row(
        "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields, updated_at, version
         FROM registrations WHERE merchant_id = ?1 AND id = ?2",
        values![merchant, id],
    )?;
    Ok(records(sql, found.as_slice())?.pop())
}

fn records(sql: &mut dyn Sql, rows: &[Row]) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::with_capacity(rows.len());
    for rows in rows.chunks(FEW) {
        let ids = rows.iter().map(|row| row.text(0)).collect::<Result<Vec<_>, _>>()?;
        let (mut held, mut receipts) = (held_by(sql, &ids)?, receipts(sql, &ids)?);
        for (row, id) in rows.iter().zip(ids) {
            let created_at = row.int(6)?;
            records.push(Record {
                form: row.text(1)?,
                customer_name: row.maybe_text(2)?,
                customer_email: row.text(3)?,
                product_name: row.maybe_text(4)?,
                purchase_date: row.maybe_text(5)?,
                serial_numbers: held.remove(&id).unwrap_or_default().into_iter().map(|held| held.about).collect(),
                fields: serde_json::from_str(&row.text(7)?).map_err(|_| StoreError::Content("fields"))?,
                receipts: receipts.remove(&id).unwrap_or_default(),
                created_at,
                updated_at: row.maybe_int(8)?.unwrap_or(created_at),
                version: row.int(9)?,
                id,
            });
        }
    }
    Ok(records)
}

/// The serial numbers that a registration has.
pub(super) fn held(sql: &mut dyn Sql, registration: &str) -> Result<Vec<Held>, StoreError> {
    Ok(held_by(sql, &[registration.to_owned()])?.remove(registration).unwrap_or_default())
}

fn held_by(sql: &mut dyn Sql, registrations: &[String]) -> Result<HashMap<String, Vec<Held>>, StoreError> {
    let mut held: HashMap<String, Vec<Held>> = HashMap::new();
    for row in sql.rows(
        "SELECT registration_id, folded, serial, customer_tags, sku, one_time FROM registration_serials
         WHERE registration_id IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ORDER BY registration_id, position",
        &few(registrations),
    )? {
        let about = RecordSerial { serial: row.text(2)?, customer_tags: row.maybe_text(3)?, sku: row.maybe_text(4)? };
        held.entry(row.text(0)?).or_default().push(Held { folded: row.text(1)?, one_time: row.flag(5)?, about });
    }
    Ok(held)
}

fn receipts(sql: &mut dyn Sql, registrations: &[String]) -> Result<HashMap<String, Vec<RecordReceipts>>, StoreError> {
    let mut receipts: HashMap<String, Vec<RecordReceipts>> = HashMap::new();
    for row in sql.rows(
        "SELECT r.registration_id, r.field, r.several, u.receipt, u.upstream_url
         FROM registration_receipts r JOIN uploads u ON u.id = r.upload_id
         WHERE r.registration_id IN (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)
         ORDER BY r.registration_id, r.field, r.position",
        &few(registrations),
    )? {
        let fields = receipts.entry(row.text(0)?).or_default();
        let field = row.text(1)?;
        let address = row.maybe_text(4)?.map_or(Address::Here(row.text(3)?), Address::Upstream);
        match fields.last_mut().filter(|last| last.field == field) {
            Some(last) => last.addresses.push(address),
            None => fields.push(RecordReceipts { field, several: row.flag(2)?, addresses: vec![address] }),
        }
    }
    Ok(receipts)
}

/// As many values as the statements have places for; where there are fewer, none stands in the others.
fn few(ids: &[String]) -> Vec<Value> {
    (0..FEW).map(|place| Value::Text(ids.get(place).cloned())).collect()
}

#[cfg(test)]
mod tests {
    use regcard_protocol::serial_number::SerialNumber;
    use serde_json::Map;

    use super::super::super::counting::Counting;
    use super::super::super::sqlite::Sqlite;
    use super::super::super::{MerchantSettings, NewBatch, NewRegistration, SerialRules, Store};
    use super::*;

    fn numbered(number: usize) -> NewRegistration {
        NewRegistration {
            id: format!("r{number:03}"),
            form: "f".into(),
            rules: SerialRules { validate: false, one_time: true },
            customer_name: None,
            customer_email: "mara@example.com".into(),
            product_name: None,
            purchase_date: None,
            serial_numbers: (0..number % 3).map(|row| SerialNumber::parse(&format!("SN-{number}-{row}")).unwrap()).collect(),
            fields: Map::new(),
            receipts: Vec::new(),
        }
    }

    #[tokio::test]
    async fn a_long_list_is_read_sixteen_at_a_time_and_each_has_its_own_numbers() {
        let folder = tempfile::tempdir().unwrap();
        let store = Counting::new(Sqlite::open(folder.path()).unwrap());
        store.put_merchant(MerchantSettings { id: "shop".into(), ..MerchantSettings::default() }, 1).await.unwrap();
        let registrations = (0..40).map(numbered).collect();
        let batch = NewBatch { merchant: "shop".into(), sid: None, submit: None, registrations, outbox: Vec::new(), announced: false };
        store.register(batch, 1).await.unwrap();
        store.work();
        let query = Query { merchant: "shop".into(), email: Some("mara@example.com".into()), form: None, limit: 100, offset: 0 };
        let page = store.registrations(query).await.unwrap();
        assert_eq!((page.total, page.records.len()), (40, 40));
        assert_eq!(store.work().statements, 2 + 2 * 40_usize.div_ceil(FEW));
        for (record, number) in page.records.iter().zip((0..40).rev()) {
            let expected: Vec<String> = (0..number % 3).map(|row| format!("SN-{number}-{row}")).collect();
            assert_eq!(record.id, format!("r{number:03}"));
            assert_eq!(record.serial_numbers.iter().map(|held| held.serial.clone()).collect::<Vec<_>>(), expected);
        }
    }
}
