//! Registrations changed and erased: what they no longer name comes free.

use regcard_protocol::validate::{Complaint, Fault};

use super::super::engine::{Sql, Step, values};
use super::super::{Change, Changing, Erasure, Notice, Record, Refusal, StoreError, WebhookEvent};
use super::records;
use super::registrations::{self, Held, Owner};
use super::{serials, uploads, webhooks};

pub(in crate::store) fn change(sql: &mut dyn Sql, change: &Change, now: i64) -> Result<Step<Changing>, StoreError> {
    let fields = serde_json::to_string(&change.fields).map_err(|_| StoreError::Content("fields"))?;
    let changed = sql.execute(
        "UPDATE registrations SET customer_name = ?4, customer_email = ?5, email_folded = ?6, product_name = ?7, purchase_date = ?8,
             fields = ?9, updated_at = ?10, version = version + 1
         WHERE merchant_id = ?1 AND id = ?2 AND version = ?3",
        values![
            &change.merchant,
            &change.id,
            change.version,
            &change.customer_name,
            &change.customer_email,
            records::folded(&change.customer_email),
            &change.product_name,
            &change.purchase_date,
            fields,
            now
        ],
    )?;
    if changed == 0 {
        return Ok(Step::Undo(Changing::Overtaken));
    }
    let mut refusals = Vec::new();
    let mut refuse = |key: &str, index, fault| {
        refusals.push(Refusal { position: 0, complaint: Complaint { key: key.to_owned(), index, fault } });
    };
    if let Some(typed) = &change.serial_numbers {
        let held = give_up_serials(sql, &change.merchant, &change.id)?;
        let owner = Owner { merchant: &change.merchant, id: &change.id, rules: change.rules };
        registrations::own_serials(sql, &owner, typed, &held, |index, fault| refuse("serialNumbers", Some(index), fault))?;
        release(sql, &change.merchant, &held)?;
    }
    let mut gone = Vec::new();
    for field in &change.without_receipts {
        gone.extend(uploads::detach(sql, &change.id, Some(field))?);
    }
    for receipts in &change.receipts {
        for (index, file) in receipts.files.iter().enumerate() {
            match uploads::attach(sql, &change.merchant, None, file)? {
                Some(upload) => registrations::add_receipt(sql, &change.id, receipts, index, &upload)?,
                None => refuse(&receipts.field, receipts.several.then_some(index), Fault::File),
            }
        }
    }
    if !refusals.is_empty() {
        return Ok(Step::Undo(Changing::Refused(refusals)));
    }
    let form = sql.row("SELECT form FROM registrations WHERE merchant_id = ?1 AND id = ?2", values![&change.merchant, &change.id])?;
    let form = form.map_or(Ok(String::new()), |row| row.text(0))?;
    webhooks::announce(sql, &change.merchant, &Notice::of_kept(WebhookEvent::Updated, &change.id, &form, now), now)?;
    Ok(Step::Keep(Changing::Changed(uploads::erase(sql, gone)?)))
}

pub(in crate::store) fn erase(sql: &mut dyn Sql, merchant: &str, id: &str, now: i64) -> Result<Step<Option<Vec<Erasure>>>, StoreError> {
    // Holds the row, so that nobody changes meanwhile what is erased.
    let held = sql.execute("UPDATE registrations SET version = version + 1 WHERE merchant_id = ?1 AND id = ?2", values![merchant, id])?;
    let found = if held == 1 { records::by_id(sql, merchant, id)? } else { None };
    let Some(record) = found else {
        return Ok(Step::Undo(None));
    };
    let serials = give_up_serials(sql, merchant, id)?;
    release(sql, merchant, &serials)?;
    let gone = uploads::detach(sql, id, None)?;
    let erased = uploads::erase(sql, gone)?;
    sql.execute("DELETE FROM registrations WHERE merchant_id = ?1 AND id = ?2", values![merchant, id])?;
    sql.execute(
        "INSERT INTO erased_registrations (id, merchant_id, hash, erased_at) VALUES (?1, ?2, ?3, ?4)",
        values![id, merchant, &hash(&record), now],
    )?;
    webhooks::announce(sql, merchant, &Notice::of_kept(WebhookEvent::Deleted, id, &record.form, now), now)?;
    Ok(Step::Keep(Some(erased)))
}

pub(in crate::store) fn owner(sql: &mut dyn Sql, id: &str) -> Result<Option<String>, StoreError> {
    let found = sql.row(
        "SELECT merchant_id FROM registrations WHERE id = ?1 UNION ALL SELECT merchant_id FROM erased_registrations WHERE id = ?1",
        values![id],
    )?;
    found.map(|row| row.text(0)).transpose()
}

/// What the registration had. All of it is held until the transaction is over.
fn give_up_serials(sql: &mut dyn Sql, merchant: &str, id: &str) -> Result<Vec<Held>, StoreError> {
    let mut held = records::held(sql, id)?;
    // In one order, whoever it is: two that wait for each other would wait for ever.
    held.sort_by(|one, other| one.folded.cmp(&other.folded));
    for number in &held {
        serials::mark_registered(sql, merchant, &number.folded)?;
    }
    sql.execute("DELETE FROM registration_serials WHERE registration_id = ?1", values![id])?;
    Ok(held)
}

fn release(sql: &mut dyn Sql, merchant: &str, held: &[Held]) -> Result<(), StoreError> {
    held.iter().try_for_each(|number| serials::release(sql, merchant, &number.folded))
}

/// By which an erased registration can be recognised if somebody shows it; nothing of it can be read from it.
fn hash(record: &Record) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    let texts = [
        Some(&record.id),
        Some(&record.form),
        record.customer_name.as_ref(),
        Some(&record.customer_email),
        record.product_name.as_ref(),
        record.purchase_date.as_ref(),
    ];
    for text in texts {
        hasher.update(text.map_or("", String::as_str).as_bytes()).update(b"\n");
    }
    for number in &record.serial_numbers {
        hasher.update(number.serial.as_bytes()).update(b"\n");
    }
    hasher.finalize().into()
}
