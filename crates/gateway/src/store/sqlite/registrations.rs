//! Registrations: stored once, read back the newest first.

use std::collections::HashMap;

use regcard_protocol::validate::{Complaint, Fault};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{
    Address, FileReference, NewBatch, NewReceipts, NewRegistration, Outcome, Page, Query, Record, RecordReceipts, Refusal, Registering,
    StoreError, SubmitState,
};
use super::writer::Step;
use super::{serials, submits, uploads};
use crate::serial_fold::Folded;

pub(super) fn register(connection: &Connection, batch: &NewBatch, now: i64) -> Result<Step<Registering>, StoreError> {
    if let Some(submit) = &batch.submit {
        let ids = batch.registrations.iter().map(|registration| Some(registration.id.clone())).collect();
        let outcome = Outcome { ids, ..Outcome::default() };
        if let Some(earlier) = submits::begin(connection, submit, SubmitState::Registered, &outcome, now)? {
            let same = earlier.fingerprint == submit.fingerprint;
            return Ok(Step::Undo(if same { Registering::Replayed(earlier) } else { Registering::KeyReused }));
        }
    }
    let mut refusals = Vec::new();
    // One file may stand in several registrations of one submit.
    let mut attached = HashMap::new();
    for (position, registration) in batch.registrations.iter().enumerate() {
        insert(connection, &batch.merchant, registration, now)?;
        let mut refuse = |key: &str, index, fault| {
            refusals.push(Refusal { position, complaint: Complaint { key: key.to_owned(), index, fault } });
        };
        own_serials(connection, &batch.merchant, registration, |index, fault| refuse("serialNumbers", Some(index), fault))?;
        for NewReceipts { field, several, files } in &registration.receipts {
            for (index, file) in files.iter().enumerate() {
                match attach(connection, batch, file, &mut attached)? {
                    Some(upload) => {
                        connection
                            .prepare_cached(
                                "INSERT INTO registration_receipts (registration_id, field, position, several, upload_id)
                                 VALUES (?1, ?2, ?3, ?4, ?5)",
                            )?
                            .execute(params![registration.id, field, i64::try_from(index).unwrap_or(i64::MAX), several, upload])?;
                    }
                    None => refuse(field, several.then_some(index), Fault::File),
                }
            }
        }
    }
    // What was refused leaves nothing behind, the key neither: corrected, it may come again.
    Ok(if refusals.is_empty() { Step::Keep(Registering::Stored) } else { Step::Undo(Registering::Refused(refusals)) })
}

fn insert(connection: &Connection, merchant: &str, new: &NewRegistration, now: i64) -> Result<(), StoreError> {
    let fields = serde_json::to_string(&new.fields).map_err(|_| StoreError::Content("fields"))?;
    connection
        .prepare_cached(
            "INSERT INTO registrations (id, merchant_id, form, customer_name, customer_email, email_folded, product_name, purchase_date, fields, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)",
        )?
        .execute(params![
            new.id,
            merchant,
            new.form,
            new.customer_name,
            new.customer_email,
            new.customer_email.to_lowercase(),
            new.product_name,
            new.purchase_date,
            fields,
            now
        ])?;
    Ok(())
}

fn own_serials(
    connection: &Connection,
    merchant: &str,
    new: &NewRegistration,
    mut refuse: impl FnMut(usize, Fault),
) -> Result<(), StoreError> {
    let mut seen = Vec::new();
    for (index, typed) in new.serial_numbers.iter().enumerate() {
        let folded = Folded::of(typed);
        let (folded, serial) = match serials::known_as(connection, merchant, &folded)? {
            Some(known) => {
                let loaded = serials::exactly(connection, merchant, &known)?.map(|serial| serial.serial);
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
        if !own(connection, merchant, new, index, &folded, &serial)? {
            refuse(index, Fault::SerialNumberRegistered);
        }
        seen.push(folded);
    }
    Ok(())
}

/// Writes down who has the number. False if somebody else owns it: the database decides, not a look before.
fn own(
    connection: &Connection,
    merchant: &str,
    new: &NewRegistration,
    index: usize,
    folded: &str,
    serial: &str,
) -> Result<bool, StoreError> {
    let written = connection
        .prepare_cached(
            "INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (merchant_id, folded) WHERE one_time = 1 DO NOTHING",
        )?
        .execute(params![new.id, i64::try_from(index).unwrap_or(i64::MAX), merchant, folded, serial, new.rules.one_time])?;
    Ok(written == 1)
}

fn attach(
    connection: &Connection,
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
    let upload = uploads::attach(connection, &batch.merchant, batch.sid.as_deref(), file)?;
    if let Some(upload) = &upload {
        attached.insert(name.clone(), upload.clone());
    }
    Ok(upload)
}

pub(super) fn page(connection: &Connection, query: &Query) -> Result<Page, StoreError> {
    let email = query.email.as_deref().map(str::to_lowercase);
    let total: i64 = connection
        .prepare_cached(
            "SELECT count(*) FROM registrations WHERE merchant_id = ?1 AND (?2 IS NULL OR email_folded = ?2) AND (?3 IS NULL OR form = ?3)",
        )?
        .query_row(params![query.merchant, email, query.form], |row| row.get(0))?;
    let rows: Vec<(Record, String)> = connection
        .prepare_cached(
            "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields FROM registrations
             WHERE merchant_id = ?1 AND (?2 IS NULL OR email_folded = ?2) AND (?3 IS NULL OR form = ?3)
             ORDER BY created_at DESC, id DESC LIMIT ?4 OFFSET ?5",
        )?
        .query_map(params![query.merchant, email, query.form, query.limit, query.offset], record)?
        .collect::<Result<_, _>>()?;
    let records = rows.into_iter().map(|row| complete(connection, row)).collect::<Result<_, _>>()?;
    Ok(Page { records, total: u64::try_from(total).unwrap_or_default() })
}

pub(super) fn by_ids(connection: &Connection, merchant: &str, ids: &[String]) -> Result<Vec<Record>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT id, form, customer_name, customer_email, product_name, purchase_date, created_at, fields FROM registrations
         WHERE merchant_id = ?1 AND id = ?2",
    )?;
    let mut records = Vec::with_capacity(ids.len());
    for id in ids {
        if let Some(row) = statement.query_row(params![merchant, id], record).optional()? {
            records.push(complete(connection, row)?);
        }
    }
    Ok(records)
}

fn complete(connection: &Connection, (mut record, fields): (Record, String)) -> Result<Record, StoreError> {
    record.fields = serde_json::from_str(&fields).map_err(|_| StoreError::Content("fields"))?;
    record.serial_numbers = connection
        .prepare_cached("SELECT serial FROM registration_serials WHERE registration_id = ?1 ORDER BY position")?
        .query_map([&record.id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    record.receipts = receipts(connection, &record.id)?;
    Ok(record)
}

fn receipts(connection: &Connection, registration: &str) -> Result<Vec<RecordReceipts>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT r.field, r.several, u.receipt, u.upstream_url FROM registration_receipts r JOIN uploads u ON u.id = r.upload_id
         WHERE r.registration_id = ?1 ORDER BY r.field, r.position",
    )?;
    let mut fields: Vec<RecordReceipts> = Vec::new();
    let mut rows = statement.query([registration])?;
    while let Some(row) = rows.next()? {
        let field: String = row.get(0)?;
        let address = row.get::<_, Option<String>>(3)?.map_or(Address::Here(row.get(2)?), Address::Upstream);
        match fields.last_mut().filter(|last| last.field == field) {
            Some(last) => last.addresses.push(address),
            None => fields.push(RecordReceipts { field, several: row.get(1)?, addresses: vec![address] }),
        }
    }
    Ok(fields)
}

fn record(row: &Row<'_>) -> rusqlite::Result<(Record, String)> {
    let record = Record {
        id: row.get(0)?,
        form: row.get(1)?,
        customer_name: row.get(2)?,
        customer_email: row.get(3)?,
        product_name: row.get(4)?,
        purchase_date: row.get(5)?,
        serial_numbers: Vec::<String>::new(),
        fields: serde_json::Map::new(),
        receipts: Vec::new(),
        created_at: row.get(6)?,
    };
    Ok((record, row.get(7)?))
}
