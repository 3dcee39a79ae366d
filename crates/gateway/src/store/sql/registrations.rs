//! Registrations: stored once, read back the newest first.

use std::collections::HashMap;

use regcard_protocol::validate::{Complaint, Fault};

use super::super::engine::{Row, Sql, Step, values};
use super::super::{
    Address, FileReference, NewBatch, NewReceipts, NewRegistration, Outcome, Page, Query, Record, RecordReceipts, Refusal, Registering,
    StoreError, SubmitState,
};
use super::{outbox, serials, submits, uploads};
use crate::serial_fold::Folded;

pub(in crate::store) fn register(sql: &mut dyn Sql, batch: &NewBatch, now: i64) -> Result<Step<Registering>, StoreError> {
    if let Some(submit) = &batch.submit {
        let ids = batch.registrations.iter().map(|registration| Some(registration.id.clone())).collect();
        let outcome = Outcome { ids, ..Outcome::default() };
        if let Some(earlier) = submits::begin(sql, submit, SubmitState::Registered, &outcome, now)? {
            let same = earlier.fingerprint == submit.fingerprint;
            return Ok(Step::Undo(if same { Registering::Replayed(earlier) } else { Registering::KeyReused }));
        }
    }
    let mut refusals = Vec::new();
    // One file may stand in several registrations of one submit.
    let mut attached = HashMap::new();
    for (position, registration) in batch.registrations.iter().enumerate() {
        insert(sql, &batch.merchant, registration, now)?;
        let mut refuse = |key: &str, index, fault| {
            refusals.push(Refusal { position, complaint: Complaint { key: key.to_owned(), index, fault } });
        };
        own_serials(sql, &batch.merchant, registration, |index, fault| refuse("serialNumbers", Some(index), fault))?;
        for NewReceipts { field, several, files } in &registration.receipts {
            for (index, file) in files.iter().enumerate() {
                match attach(sql, batch, file, &mut attached)? {
                    Some(upload) => {
                        sql.execute(
                            "INSERT INTO registration_receipts (registration_id, field, position, several, upload_id)
                             VALUES (?1, ?2, ?3, ?4, ?5)",
                            values![&registration.id, field, index, *several, upload],
                        )?;
                    }
                    None => refuse(field, several.then_some(index), Fault::File),
                }
            }
        }
    }
    for message in &batch.outbox {
        outbox::add(sql, message, now)?;
    }
    // What was refused leaves nothing behind, the key neither: corrected, it may come again.
    Ok(if refusals.is_empty() { Step::Keep(Registering::Stored) } else { Step::Undo(Registering::Refused(refusals)) })
}

fn insert(sql: &mut dyn Sql, merchant: &str, new: &NewRegistration, now: i64) -> Result<(), StoreError> {
    let fields = serde_json::to_string(&new.fields).map_err(|_| StoreError::Content("fields"))?;
    sql.execute(
        "INSERT INTO registrations (id, merchant_id, form, customer_name, customer_email, email_folded, product_name, purchase_date, fields, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        values![
            &new.id,
            merchant,
            &new.form,
            &new.customer_name,
            &new.customer_email,
            new.customer_email.to_lowercase(),
            &new.product_name,
            &new.purchase_date,
            fields,
            now
        ],
    )?;
    Ok(())
}

fn own_serials(sql: &mut dyn Sql, merchant: &str, new: &NewRegistration, mut refuse: impl FnMut(usize, Fault)) -> Result<(), StoreError> {
    let mut seen = Vec::new();
    for (index, typed) in new.serial_numbers.iter().enumerate() {
        let folded = Folded::of(typed);
        let (folded, serial) = match serials::known_as(sql, merchant, &folded)? {
            Some(known) => {
                let loaded = serials::exactly(sql, merchant, &known)?.map(|serial| serial.serial);
                (known, loaded.unwrap_or_else(|| typed.as_str().to_owned()))
            }
            None if new.rules.validate => {
                refuse(index, Fault::SerialNumberUnknown);
                continue;
            }
            None => (folded.folded, typed.as_str().to_owned()),
        };
        if seen.contains(&folded) {
            refuse(index, Fault::SerialNumberTwice);
            continue;
        }
        if !own(sql, merchant, new, index, &folded, &serial)? {
            refuse(index, Fault::SerialNumberRegistered);
        }
        seen.push(folded);
    }
    Ok(())
}

/// Writes down who has the number. False if somebody else owns it: the database decides, not a look before.
fn own(sql: &mut dyn Sql, merchant: &str, new: &NewRegistration, index: usize, folded: &str, serial: &str) -> Result<bool, StoreError> {
    let written = sql.execute(
        "INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (merchant_id, folded) WHERE one_time = 1 DO NOTHING",
        values![&new.id, index, merchant, folded, serial, new.rules.one_time],
    )?;
    Ok(written == 1)
}

fn attach(
    sql: &mut dyn Sql,
    batch: &NewBatch,
    file: &FileReference,
    attached: &mut HashMap<String, String>,
) -> Result<Option<String>, StoreError> {
    let name = match file {
        FileReference::Upload(name) | FileReference::Receipt(name) => name,
    };
    if let Some(upload) = attached.get(name) {
        return Ok(Some(upload.clone()));
    }
    let upload = uploads::attach(sql, &batch.merchant, batch.sid.as_deref(), file)?;
    if let Some(upload) = &upload {
        attached.insert(name.clone(), upload.clone());
    }
    Ok(upload)
}

pub(in crate::store) fn page(sql: &mut dyn Sql, query: &Query) -> Result<Page, StoreError> {
    let email = query.email.as_deref().map(str::to_lowercase);
    let counted = sql.row(
        "SELECT count(*) FROM registrations WHERE merchant_id = ?1 AND (?2 IS NULL OR email_folded = ?2) AND (?3 IS NULL OR form = ?3)",
        values![&query.merchant, &email, &query.form],
    )?;
    let rows = sql.rows(
        "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields FROM registrations
         WHERE merchant_id = ?1 AND (?2 IS NULL OR email_folded = ?2) AND (?3 IS NULL OR form = ?3)
         ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        values![&query.merchant, &email, &query.form, query.limit, query.offset],
    )?;
    let records = rows.iter().map(|row| record(sql, row)).collect::<Result<_, _>>()?;
    Ok(Page { records, total: counted.map_or(Ok(0), |row| row.count(0))? })
}

pub(in crate::store) fn by_ids(sql: &mut dyn Sql, merchant: &str, ids: &[String]) -> Result<Vec<Record>, StoreError> {
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        let found = sql.row(
            "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields FROM registrations
             WHERE merchant_id = ?1 AND id = ?2",
            values![merchant, id],
        )?;
        if let Some(row) = found {
            records.push(record(sql, &row)?);
        }
    }
    Ok(records)
}

fn record(sql: &mut dyn Sql, row: &Row) -> Result<Record, StoreError> {
    let id = row.text(0)?;
    let serials = sql.rows("SELECT serial FROM registration_serials WHERE registration_id = ?1 ORDER BY position", values![&id])?;
    Ok(Record {
        form: row.text(1)?,
        customer_name: row.maybe_text(2)?,
        customer_email: row.text(3)?,
        product_name: row.maybe_text(4)?,
        purchase_date: row.maybe_text(5)?,
        serial_numbers: serials.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?,
        fields: serde_json::from_str(&row.text(7)?).map_err(|_| StoreError::Content("fields"))?,
        receipts: receipts(sql, &id)?,
        created_at: row.int(6)?,
        id,
    })
}

fn receipts(sql: &mut dyn Sql, registration: &str) -> Result<Vec<RecordReceipts>, StoreError> {
    let rows = sql.rows(
        "SELECT r.field, r.several, u.receipt, u.upstream_url FROM registration_receipts r JOIN uploads u ON u.id = r.upload_id
         WHERE r.registration_id = ?1 ORDER BY r.field, r.position",
        values![registration],
    )?;
    let mut fields: Vec<RecordReceipts> = Vec::new();
    for row in rows {
        let field = row.text(0)?;
        let address = row.maybe_text(3)?.map_or(Address::Here(row.text(2)?), Address::Upstream);
        match fields.last_mut().filter(|last| last.field == field) {
            Some(last) => last.addresses.push(address),
            None => fields.push(RecordReceipts { field, several: row.flag(1)?, addresses: vec![address] }),
        }
    }
    Ok(fields)
}
