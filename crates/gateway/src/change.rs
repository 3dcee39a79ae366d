//! Changing and erasing a registration: only what is sent changes, and what it no longer names comes free.

use regcard_protocol::limits as shared;
use regcard_protocol::problem::FieldError;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value};

use crate::app::App;
use crate::clock;
use crate::limits;
use crate::problem::GatewayError;
use crate::record;
use crate::register::{among_others, one_among_others, own_files, refused, rules};
use crate::serial_fold::Folded;
use crate::server_json::{self, Sent};
use crate::store::{Change, Changing, Erasure, Merchant, NewReceipts, Record};
use crate::uploads;

/// Where a registration that is shown says when it was last changed.
const UPDATED_AT: &str = "updatedAt";

/// Changes a registration as a merchant's server says, and gives it back as it is then.
///
/// # Errors
/// 404 if there is none, 422 for what is wrong, 409 for a serial number that another registration has, or if the registration was changed
/// since what is sent was read. Nothing is changed then.
pub async fn registration(app: &App, merchant: &Merchant, id: &str, body: Value) -> Result<Value, GatewayError> {
    let sent = sent(body)?;
    for _try in 0..limits::CHANGE_TRIES {
        let record = one(app, merchant, id).await?;
        let Some(change) = changed(app, merchant, &record, sent.clone())? else {
            return Ok(record::json(app, record));
        };
        uploads::look_at(app, &merchant.id, None, &change.receipts).await.unwrap_or_else(|error| error.log());
        match app.store.change_registration(change, app.clock.millis()).await? {
            Changing::Changed(erased) => {
                app.outbox.wake();
                erase_files(app, erased).await;
                return Ok(record::json(app, one(app, merchant, id).await?));
            }
            Changing::Overtaken => {}
            Changing::Refused(refusals) => return Err(of_one(refused(&refusals))),
        }
    }
    Err(GatewayError::Unavailable)
}

/// Erases a registration, its receipts too. Its serial numbers come free.
///
/// # Errors
/// 404 if there is none, or there was one.
pub async fn erase(app: &App, merchant: &Merchant, id: String) -> Result<(), GatewayError> {
    let erased = app.store.erase_registration(merchant.id.clone(), id, app.clock.millis()).await?;
    erase_files(app, erased.ok_or(GatewayError::NoRegistration)?).await;
    app.outbox.wake();
    Ok(())
}

async fn one(app: &App, merchant: &Merchant, id: &str) -> Result<Record, GatewayError> {
    app.store.records(merchant.id.clone(), vec![id.to_owned()]).await?.pop().ok_or(GatewayError::NoRegistration)
}

/// No registration names them any more. What cannot be erased now, the next sweep erases.
async fn erase_files(app: &App, erasures: Vec<Erasure>) {
    app.receipts.erase_all(app.store.as_ref(), erasures).await.map(drop).unwrap_or_else(|error| error.log());
}

fn sent(body: Value) -> Result<Map<String, Value>, GatewayError> {
    let Value::Object(mut body) = body else {
        return Err(GatewayError::field("", "kind", "is not an object"));
    };
    // What stands beside it is for others: scripts send what another gateway's forms do.
    match body.remove("registration") {
        Some(Value::Object(members)) => Ok(members),
        Some(_) => Err(GatewayError::field("/registration", "kind", "is not an object")),
        None => Err(GatewayError::field("/registration", "required", "is what the registration is to be")),
    }
}

/// What is to be stored of it, if anything is.
fn changed(app: &App, merchant: &Merchant, record: &Record, mut sent: Map<String, Value>) -> Result<Option<Change>, GatewayError> {
    // A form whose file is gone has no rules left; what is registered can be put right all the same.
    let form = app.forms.get(&record.form).map(|form| form.form.clone()).unwrap_or_default();
    let shown = match record::json(app, record.clone()) {
        Value::Object(shown) => shown,
        _other => Map::new(),
    };
    let wrong =
        |complaints: Vec<Complaint>| of_one(GatewayError::Validation(complaints.iter().map(|one| server_json::error(one, 0)).collect()));
    let one = |key: &str, index, fault| wrong(vec![Complaint { key: key.to_owned(), index, fault }]);
    if !form.fields.iter().any(|field| field.key == UPDATED_AT) {
        as_it_was_read(record, &mut sent)?;
    }
    let flat = server_json::flat(sent, &form, &shown).map_err(wrong)?;
    if flat.contains_key("type") {
        return Err(GatewayError::field("/registration/type", "unknown-form", "cannot be changed: another form asks for other things"));
    }
    let sent = server_json::read(flat, &form, app.clock.today()).map_err(wrong)?;
    let no_serial = sent.serial_numbers.as_ref().is_some_and(Vec::is_empty);
    if no_serial && server_json::needs_serial(&form) {
        return Err(one("serialNumbers", Some(0), Fault::Required));
    }
    if let Some(key) = among_others(&app.public_url, &sent.extras).next() {
        return Err(of_one(GatewayError::Validation(vec![one_among_others(key, 0)])));
    }
    let change = merged(app, merchant, record.clone(), sent, rules(&form));
    if change.fields.len() + change.receipts.len() > shared::EXTRA_FIELDS {
        return Err(of_one(GatewayError::Validation(vec![server_json::too_many(0)])));
    }
    Ok(Some(change).filter(|change| differs(record, change)))
}

/// Whoever sends a registration back whole says with it what it was read as. If it is not that any more, the rest of what is sent would undo
/// what somebody else has changed.
fn as_it_was_read(record: &Record, sent: &mut Map<String, Value>) -> Result<(), GatewayError> {
    let Some(read) = sent.get(UPDATED_AT).and_then(Value::as_str).and_then(clock::read) else {
        return Ok(());
    };
    sent.remove(UPDATED_AT);
    if read == record.updated_at { Ok(()) } else { Err(GatewayError::Changed) }
}

/// Whether anything is to be stored. What is as it was is told to nobody.
fn differs(record: &Record, change: &Change) -> bool {
    let folded = |serial: &SerialNumber| Folded::of(serial).folded;
    let held = || record.serial_numbers.iter().map(|one| SerialNumber::parse(&one.serial).as_ref().map(folded).unwrap_or_default());
    (&record.customer_name, &record.customer_email) != (&change.customer_name, &change.customer_email)
        || (&record.product_name, &record.purchase_date) != (&change.product_name, &change.purchase_date)
        || record.fields != change.fields
        || change.serial_numbers.as_ref().is_some_and(|serials| !serials.iter().map(folded).eq(held()))
        || !(change.without_receipts.is_empty() && change.receipts.is_empty())
}

fn merged(app: &App, merchant: &Merchant, record: Record, sent: Sent, rules: crate::store::SerialRules) -> Change {
    let named_by_parts = record.customer_name == server_json::full_name(&record.fields);
    let mut fields = record.fields;
    let (mut without_receipts, mut receipts) = (Vec::new(), Vec::new());
    for (key, value) in sent.extras {
        if record.receipts.iter().any(|receipts| receipts.field == key) {
            without_receipts.push(key.clone());
        }
        match own_files(&app.public_url, &value) {
            Some(files) => {
                fields.remove(&key);
                receipts.push(NewReceipts { field: key, several: value.is_array(), files });
            }
            None if value.is_null() => drop(fields.remove(&key)),
            None => drop(fields.insert(key, value)),
        }
    }
    let customer_name = match sent.customer_name {
        Some(name) => name,
        None if named_by_parts => server_json::full_name(&fields),
        None => record.customer_name,
    };
    Change {
        merchant: merchant.id.clone(),
        id: record.id,
        version: record.version,
        rules,
        customer_name,
        customer_email: sent.customer_email.unwrap_or(record.customer_email),
        product_name: sent.product_name.unwrap_or(record.product_name),
        purchase_date: sent.purchase_date.unwrap_or(record.purchase_date),
        fields,
        serial_numbers: sent.serial_numbers,
        without_receipts,
        receipts,
    }
}

/// What is wrong with the one registration that was sent.
fn of_one(error: GatewayError) -> GatewayError {
    let one = |errors: Vec<FieldError>| -> Vec<FieldError> {
        let pointer = |pointer: &str| pointer.strip_prefix("/registrations/0").map(|rest| format!("/registration{rest}"));
        errors.into_iter().map(|error| FieldError { pointer: pointer(&error.pointer).unwrap_or(error.pointer), ..error }).collect()
    };
    match error {
        GatewayError::Validation(errors) => GatewayError::Validation(one(errors)),
        GatewayError::SerialAlreadyRegistered(errors) => GatewayError::SerialAlreadyRegistered(one(errors)),
        other => other,
    }
}
