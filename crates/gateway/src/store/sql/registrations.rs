//! Registrations, stored once. How they are read back stands in `records.rs`.

use std::collections::HashMap;

use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value};

use super::super::engine::{Sql, Step, values};
use super::super::{
    FileReference, LateReceipt, NewBatch, NewReceipts, NewRegistration, Notice, Outcome, RecordSerial, Refusal, Registering, Serial,
    SerialRules, StoreError, SubmitState, WebhookEvent,
};
use super::{outbox, records, serials, submits, uploads, webhooks};
use crate::serial_fold::Folded;

/// Who is to have serial numbers, and by which rules.
pub(super) struct Owner<'a> {
    pub(super) merchant: &'a str,
    pub(super) id: &'a str,
    pub(super) rules: SerialRules,
}

/// A serial number that a registration has.
#[derive(Clone)]
pub(super) struct Held {
    pub(super) folded: String,
    /// Whether it was registered once only.
    pub(super) one_time: bool,
    pub(super) about: RecordSerial,
}

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
        let owner = Owner { merchant: &batch.merchant, id: &registration.id, rules: registration.rules };
        own_serials(sql, &owner, &registration.serial_numbers, &[], |index, fault| refuse("serialNumbers", Some(index), fault))?;
        for receipts in &registration.receipts {
            for (index, file) in receipts.files.iter().enumerate() {
                match attach(sql, batch, file, &mut attached)? {
                    Some(upload) => add_receipt(sql, &registration.id, receipts, index, &upload)?,
                    None => refuse(&receipts.field, receipts.several.then_some(index), Fault::File),
                }
            }
        }
    }
    for message in &batch.outbox {
        outbox::add(sql, message, now)?;
    }
    if refusals.is_empty() && batch.announced {
        for new in &batch.registrations {
            webhooks::announce(sql, &batch.merchant, &Notice::of_kept(WebhookEvent::Created, &new.id, &new.form, now), now)?;
        }
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
            records::folded(&new.customer_email),
            &new.product_name,
            &new.purchase_date,
            fields,
            now
        ],
    )?;
    Ok(())
}

pub(super) fn own_serials(
    sql: &mut dyn Sql,
    owner: &Owner<'_>,
    typed: &[SerialNumber],
    held: &[Held],
    mut refuse: impl FnMut(usize, Fault),
) -> Result<(), StoreError> {
    let mut seen = Vec::new();
    for (index, typed) in typed.iter().enumerate() {
        let folded = Folded::of(typed);
        let known = serials::known_as(sql, owner.merchant, &folded)?;
        let meant = known.as_ref().map_or(&folded.folded, |(meant, _)| meant);
        let one_time = owner.rules.one_time;
        let (number, kept) = match (held.iter().find(|held| held.folded == *meant), known) {
            // What it had already, it keeps as it was.
            (Some(held), _) => (held.clone(), true),
            (None, Some((folded, Serial { serial, customer_tags, sku, .. }))) => {
                (Held { folded, one_time, about: RecordSerial { serial, customer_tags, sku } }, false)
            }
            (None, None) if owner.rules.validate => {
                refuse(index, Fault::SerialNumberUnknown);
                continue;
            }
            (None, None) => {
                let about = RecordSerial { serial: typed.as_str().to_owned(), customer_tags: None, sku: None };
                (Held { folded: folded.folded, one_time, about }, false)
            }
        };
        if seen.contains(&number.folded) {
            refuse(index, Fault::SerialNumberTwice);
            continue;
        }
        if !own(sql, owner, index, &number, kept)? {
            refuse(index, Fault::SerialNumberRegistered);
        }
        seen.push(number.folded);
    }
    Ok(())
}

/// Writes down who has the number. False if it is to be registered once and any registration names it, by whichever form that came: the
/// database decides, not a look before. Of two at once that take it once the index lets one. One that takes it once and one that does not, neither
/// of which sees the other, are as if the first had been there first: it was free, and the other does not ask.
fn own(sql: &mut dyn Sql, owner: &Owner<'_>, index: usize, number: &Held, kept: bool) -> Result<bool, StoreError> {
    serials::mark_registered(sql, owner.merchant, &number.folded)?;
    let written = sql.execute(
        "INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time, customer_tags, sku)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8
         WHERE ?9 = 0 OR NOT EXISTS (SELECT 1 FROM registration_serials r WHERE r.merchant_id = ?3 AND r.folded = ?4)
         ON CONFLICT (merchant_id, folded) WHERE one_time = 1 DO NOTHING",
        values![
            owner.id,
            index,
            owner.merchant,
            &number.folded,
            &number.about.serial,
            number.one_time,
            &number.about.customer_tags,
            &number.about.sku,
            number.one_time && !kept
        ],
    )?;
    Ok(written == 1)
}

/// The files of one field of a registration.
pub(super) fn add_receipt(
    sql: &mut dyn Sql,
    registration: &str,
    receipts: &NewReceipts,
    index: usize,
    upload: &str,
) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO registration_receipts (registration_id, field, position, several, upload_id) VALUES (?1, ?2, ?3, ?4, ?5)",
        values![registration, &receipts.field, index, receipts.several, upload],
    )?;
    Ok(())
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

/// Gives a registration a file in a field that has none, and counts that as a change. Of two at once the database lets one.
pub(in crate::store) fn add_late_receipt(sql: &mut dyn Sql, late: &LateReceipt, now: i64) -> Result<Step<bool>, StoreError> {
    let changed = sql.rows(
        "UPDATE registrations SET version = version + 1, updated_at = ?3 WHERE merchant_id = ?1 AND id = ?2 RETURNING form, fields",
        values![&late.merchant, &late.registration, now],
    )?;
    let file = FileReference::Upload(late.upload.clone());
    let Some(changed) = changed.first() else {
        return Ok(Step::Undo(false));
    };
    // It may have been named by another address meanwhile.
    let fields: Map<String, Value> = serde_json::from_str(&changed.text(1)?).map_err(|_| StoreError::Content("a registration's fields"))?;
    if fields.contains_key(&late.field) {
        return Ok(Step::Undo(false));
    }
    if uploads::attach(sql, &late.merchant, Some(&late.sid), &file)?.is_none() {
        return Ok(Step::Undo(false));
    }
    let written = sql.execute(
        "INSERT INTO registration_receipts (registration_id, field, position, several, upload_id) VALUES (?1, ?2, 0, ?3, ?4)
         ON CONFLICT DO NOTHING",
        values![&late.registration, &late.field, late.several, &late.upload],
    )?;
    if written == 0 {
        return Ok(Step::Undo(false));
    }
    let notice = Notice::of_kept(WebhookEvent::Updated, &late.registration, &changed.text(0)?, now);
    webhooks::announce(sql, &late.merchant, &notice, now)?;
    Ok(Step::Keep(true))
}

/// Whose a number is: its owner's where it is one-time, else whoever named it last. Numbers of registrations sort by time.
pub(in crate::store) fn of_serial(sql: &mut dyn Sql, merchant: &str, serial: &Folded) -> Result<Option<String>, StoreError> {
    let folded = serials::known_as(sql, merchant, serial)?.map_or_else(|| serial.folded.clone(), |(folded, _)| folded);
    let found = sql.row(
        "SELECT registration_id FROM registration_serials WHERE merchant_id = ?1 AND folded = ?2
         ORDER BY one_time DESC, registration_id DESC LIMIT 1",
        values![merchant, folded],
    )?;
    found.map(|row| row.text(0)).transpose()
}
