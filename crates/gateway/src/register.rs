//! Registering: one submit, one transaction, one answer, whoever asks how often.

use std::sync::Arc;

use regcard_protocol::form::Form;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{Answer, NewRegistration as Typed, Registered, Registration, RegistrationStatus, UploadedFile};
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value};

use crate::app::App;
use crate::clock;
use crate::discreet;
use crate::extract::{IdempotencyKey, PageSession};
use crate::forms::LoadedForm;
use crate::limits;
use crate::measure;
use crate::problem::GatewayError;
use crate::registration_json;
use crate::secrets::hex;
use crate::server_json::{self, Sent};
use crate::store::{
    FileReference, Interface, Merchant, Mode, NewBatch, NewOutbox, NewReceipts, NewRegistration, NewSubmit, Record, Refusal, Registering,
    SerialRules, Submit, SubmitKey, SubmitState,
};
use crate::token::StatusClaim;
use crate::{forward, mail, record, test_keys, uploads};

/// What became of a submit, for the one who sent it.
#[derive(Clone, Debug)]
pub struct Done {
    /// In the order they were sent.
    pub registrations: Vec<Registered>,
    /// Reads their status.
    pub status_token: String,
    /// Whether this is the answer to an earlier submit with the same key.
    pub replayed: bool,
}

/// Who registers: a page of which merchant, with which form, and under which session its files came.
#[derive(Clone, Debug)]
pub struct Sender {
    /// The merchant, as it is now.
    pub merchant: Merchant,
    /// The form's name in URLs.
    pub form: String,
    /// The session, or what a hosted page has in its place.
    pub sid: String,
    /// The language that the customer reads, where it is known.
    pub language: Option<&'static str>,
}

/// Registers what a card sent.
///
/// # Errors
/// 422 for what is missing or wrong, 409 for a serial number that is taken (422 where checking is discreet), 403 for another form; what the store, or an
/// upstream, refuses.
pub async fn from_page(
    app: &Arc<App>,
    page: &PageSession,
    key: IdempotencyKey,
    body: Value,
    language: Option<&'static str>,
) -> Result<Done, GatewayError> {
    let sender = Sender { merchant: page.merchant.clone(), form: page.session.frm.clone(), sid: page.session.sid.clone(), language };
    let fingerprint = fingerprint(&sender.form, &body);
    // The first answer stands, also if the form has changed since.
    if let Some(earlier) = app.store.submit(submit_key(&sender.merchant, key)).await? {
        return replay(earlier, fingerprint);
    }
    let sent = read_page(body, &sender.form)?;
    from_sender(app, &sender, key, fingerprint, &sent).await
}

/// Registers what a page sent, once it has been read. `fingerprint` is of all that came, and tells whether the same comes
/// again under this key.
///
/// # Errors
/// As [`from_page`].
pub async fn from_sender(
    app: &Arc<App>,
    sender: &Sender,
    key: IdempotencyKey,
    fingerprint: [u8; 32],
    sent: &[Typed],
) -> Result<Done, GatewayError> {
    let submit = new_submit(app, &sender.merchant, Interface::Browser, key, fingerprint)?;
    let form = app.form(&sender.merchant, &sender.form).ok_or(GatewayError::FormNotAllowed)?;
    let accepted = accept(&form.form, sent, app)?;
    let done = match &sender.merchant.mode {
        Mode::Forward(upstream) => forward::register(app, sender, upstream, &form, submit, accepted).await.inspect(measure::registered),
        Mode::Test => {
            let named: Vec<_> = accepted.iter().cloned().map(|one| to_store(app, &sender.form, &form.form, one)).collect();
            uploads::look_at(app, &sender.merchant.id, Some(&sender.sid), named.iter().flat_map(|one| &one.receipts)).await?;
            test_keys::register(app, sender, &form.form, submit, accepted).await
        }
        Mode::Own => {
            let registrations: Vec<_> = accepted.into_iter().map(|one| to_store(app, &sender.form, &form.form, one)).collect();
            let sid = Some(sender.sid.clone());
            let mut outbox = confirmations(app, sender, &form, &registrations);
            outbox.extend(mail::notice(app, &sender.merchant, registrations.iter().map(|one| &one.id), form.words.language));
            let batch =
                NewBatch { merchant: sender.merchant.id.clone(), sid, submit: Some(submit), registrations, outbox, announced: true };
            uploads::look_at(app, &batch.merchant, batch.sid.as_deref(), batch.registrations.iter().flat_map(|one| &one.receipts)).await?;
            store(app, batch).await
        }
    };
    if form.form.serial_numbers.discreet { done.map_err(discreet::refusal) } else { done }
}

/// The mails that confirm what was registered.
fn confirmations(app: &App, sender: &Sender, form: &LoadedForm, registrations: &[NewRegistration]) -> Vec<NewOutbox> {
    let firsts = mail::firsts(app, registrations.iter().map(|one| one.customer_email.as_str()));
    let language = sender.language.unwrap_or(form.words.language);
    let confirmed = registrations.iter().enumerate().filter(|(position, _)| firsts.contains(position));
    confirmed.map(|(_, one)| mail::confirmation(app, &sender.merchant.id, &one.id, language)).collect()
}

/// What a page's submit is found by.
pub fn submit_key(merchant: &Merchant, key: IdempotencyKey) -> SubmitKey {
    // What a test key has done is not in the way of a live one, and not found by it.
    let key = match merchant.mode {
        Mode::Own | Mode::Forward(_) => key,
        Mode::Test => key.in_test(),
    };
    SubmitKey { merchant: merchant.id.clone(), interface: Interface::Browser, hash: key.0 }
}

/// Registers what a merchant's server sent, and gives it back as it is stored.
///
/// # Errors
/// As [`from_page`].
pub async fn from_server(app: &App, merchant: &Merchant, key: Option<IdempotencyKey>, body: Value) -> Result<Vec<Value>, GatewayError> {
    let submit = match key {
        Some(key) => Some(new_submit(app, merchant, Interface::Merchant, key, fingerprint("", &body))?),
        None => None,
    };
    let earlier = match &submit {
        Some(submit) => app.store.submit(submit.key.clone()).await?.map(|earlier| (earlier, submit.fingerprint)),
        None => None,
    };
    // The first answer stands, also if the form has changed since.
    let done = match earlier {
        Some((earlier, fingerprint)) => replay(earlier, fingerprint)?,
        None => store_from_server(app, merchant, submit, body).await?,
    };
    let ids: Vec<String> = done.registrations.into_iter().filter_map(|one| one.id).collect();
    let count = ids.len();
    let records: Vec<Record> = app.store.records(merchant.id.clone(), ids).await?;
    // The first answer cannot be given again without them.
    if records.len() < count {
        return Err(GatewayError::Erased);
    }
    Ok(records.into_iter().map(|one| record::json(app, one)).collect())
}

async fn store_from_server(app: &App, merchant: &Merchant, submit: Option<NewSubmit>, body: Value) -> Result<Done, GatewayError> {
    let list = registration_json::list(body)?;
    let mut registrations = Vec::new();
    let mut errors = Vec::new();
    for (position, members) in list.into_iter().enumerate() {
        let (slug, form) = form_of(app, merchant, position, &members)?;
        match server_json::new(position, members, &form.form, app.clock.today()) {
            Ok(new) => {
                errors.extend(among_others(&app.public_url, &new.extras).map(|key| one_among_others(key, position)));
                registrations.push(server_to_store(clock::new_id(&app.clock), Some(&app.public_url), slug, &form.form, new));
            }
            Err(found) => errors.extend(found),
        }
    }
    if !errors.is_empty() {
        return Err(GatewayError::Validation(errors));
    }
    let batch = NewBatch { merchant: merchant.id.clone(), sid: None, submit, registrations, outbox: Vec::new(), announced: true };
    // A server may name a file before it is there, so that one that cannot be seen now is no reason to refuse: a sweep looks again.
    let receipts = batch.registrations.iter().flat_map(|one| &one.receipts);
    uploads::look_at(app, &batch.merchant, None, receipts).await.unwrap_or_else(|error| error.log());
    store(app, batch).await
}

/// What became of an earlier submit with this key.
///
/// # Errors
/// 422 if it had another body; what was answered then, if it was refused; that it is on its way, or lost.
pub fn replay(earlier: Submit, fingerprint: [u8; 32]) -> Result<Done, GatewayError> {
    if earlier.fingerprint != fingerprint {
        return Err(GatewayError::IdempotencyKeyReused);
    }
    settled(earlier).map(|done| Done { replayed: true, ..done })
}

/// What became of a submit.
///
/// # Errors
/// As [`replay`], whatever the body was.
pub fn settled(submit: Submit) -> Result<Done, GatewayError> {
    match submit.state {
        SubmitState::Registered => {
            let status = if submit.outcome.stays_queued { RegistrationStatus::Queued } else { RegistrationStatus::Registered };
            let registered = |id| Registered { id, status };
            let registrations = submit.outcome.ids.into_iter().map(registered).collect();
            Ok(Done { registrations, status_token: submit.status_token, replayed: false })
        }
        SubmitState::Queued => {
            // What has a number has arrived; what has none is on its way.
            let status = |id: &Option<String>| if id.is_some() { RegistrationStatus::Registered } else { RegistrationStatus::Queued };
            let registrations = submit.outcome.ids.into_iter().map(|id| Registered { status: status(&id), id }).collect();
            Ok(Done { registrations, status_token: submit.status_token, replayed: false })
        }
        SubmitState::Sending => Err(GatewayError::IdempotencyInProgress),
        SubmitState::Refused if submit.outcome.taken => Err(GatewayError::SerialAlreadyRegistered(submit.outcome.errors)),
        SubmitState::Refused => Err(GatewayError::Validation(submit.outcome.errors)),
        SubmitState::Unknown => Err(GatewayError::OutcomeUnknown),
    }
}

async fn store(app: &App, batch: NewBatch) -> Result<Done, GatewayError> {
    let registered = |one: &NewRegistration| Registered { id: Some(one.id.clone()), status: RegistrationStatus::Registered };
    let registrations = batch.registrations.iter().map(registered).collect();
    let status_token = batch.submit.as_ref().map(|submit| submit.status_token.clone()).unwrap_or_default();
    match app.store.register(batch, app.clock.millis()).await? {
        Registering::Stored => {
            // The customer, and the merchant's endpoints, may be told now.
            app.outbox.wake();
            let done = Done { registrations, status_token, replayed: false };
            measure::registered(&done);
            Ok(done)
        }
        Registering::Replayed(earlier) => settled(earlier).map(|done| Done { replayed: true, ..done }),
        Registering::KeyReused => Err(GatewayError::IdempotencyKeyReused),
        Registering::Refused(refusals) => Err(refused(&refusals)),
    }
}

/// A taken serial number alone is a conflict; together with anything else it is one of several mistakes.
pub fn refused(refusals: &[Refusal]) -> GatewayError {
    let errors = refusals.iter().map(|refusal| refusal.complaint.at(refusal.position)).collect();
    if refusals.iter().all(|refusal| refusal.complaint.fault == Fault::SerialNumberRegistered) {
        GatewayError::SerialAlreadyRegistered(errors)
    } else {
        GatewayError::Validation(errors)
    }
}

fn read_page(body: Value, slug: &str) -> Result<Vec<Typed>, GatewayError> {
    let mut sent = Vec::new();
    let mut errors: Vec<FieldError> = Vec::new();
    for (position, members) in registration_json::list_alone(body)?.into_iter().enumerate() {
        match registration_json::from_page(position, members) {
            Ok(new) if new.form.as_deref().is_some_and(|form| form != slug) => return Err(GatewayError::FormNotAllowed),
            Ok(new) => sent.push(new),
            Err(found) => errors.extend(found),
        }
    }
    if errors.is_empty() { Ok(sent) } else { Err(GatewayError::Validation(errors)) }
}

fn accept(form: &Form, sent: &[Typed], app: &App) -> Result<Vec<Registration>, GatewayError> {
    let mut accepted = Vec::new();
    let mut errors = Vec::new();
    for (position, new) in sent.iter().enumerate() {
        let new = Typed { customer_name: new.customer_name.as_deref().map(registration_json::composed), ..new.clone() };
        match form.accept(&new, app.clock.today()) {
            Ok(registration) => accepted.push(registration),
            Err(complaints) => errors.extend(complaints.iter().map(|complaint| complaint.at(position))),
        }
    }
    if errors.is_empty() { Ok(accepted) } else { Err(GatewayError::Validation(errors)) }
}

/// A form's rules, as far as the store keeps them.
pub fn rules(form: &Form) -> SerialRules {
    SerialRules { validate: form.serial_numbers.validate, one_time: form.serial_numbers.one_time }
}

fn to_store(app: &App, slug: &str, form: &Form, accepted: Registration) -> NewRegistration {
    let mut fields = Map::new();
    let mut receipts = Vec::new();
    for (key, answer) in accepted.extras {
        match answer {
            Answer::Ticked(ticked) => drop(fields.insert(key, Value::Bool(ticked))),
            Answer::Text(text) => drop(fields.insert(key, Value::String(text))),
            Answer::Several(values) => drop(fields.insert(key, Value::from(values))),
            Answer::File(file) => receipts.push(from_card(key, false, vec![file])),
            Answer::Files(files) => receipts.push(from_card(key, true, files)),
        }
    }
    NewRegistration {
        id: clock::new_id(&app.clock),
        form: slug.to_owned(),
        rules: rules(form),
        customer_name: accepted.customer_name.map(|name| name.as_str().to_owned()),
        customer_email: accepted.customer_email.as_str().to_owned(),
        product_name: accepted.product_name,
        purchase_date: accepted.purchase_date.map(|day| day.to_string()),
        serial_numbers: accepted.serial_numbers,
        fields,
        receipts,
    }
}

/// What a merchant's server sent, as it is stored. Files are known by the gateway's own address; without it addresses stay texts.
pub fn server_to_store(id: String, public_url: Option<&str>, slug: String, form: &Form, sent: Sent) -> NewRegistration {
    let mut fields = Map::new();
    let mut receipts = Vec::new();
    for (key, value) in sent.extras {
        match public_url.and_then(|url| own_files(url, &value)) {
            Some(files) => receipts.push(NewReceipts { field: key, several: value.is_array(), files }),
            None => drop(fields.insert(key, value)),
        }
    }
    NewRegistration {
        id,
        form: slug,
        rules: rules(form),
        customer_name: sent.customer_name.flatten().or_else(|| server_json::full_name(&fields)),
        customer_email: sent.customer_email.unwrap_or_default(),
        product_name: sent.product_name.flatten(),
        purchase_date: sent.purchase_date.flatten(),
        serial_numbers: sent.serial_numbers.unwrap_or_default(),
        fields,
        receipts,
    }
}

fn from_card(field: String, several: bool, files: Vec<UploadedFile>) -> NewReceipts {
    NewReceipts { field, several, files: files.into_iter().map(|file| FileReference::Upload(file.upload_id)).collect() }
}

/// The files that a merchant's server means by an address of our own, or by a list of nothing else. They are kept as files, so that
/// their addresses are right wherever the gateway is reached later.
pub fn own_files(public_url: &str, value: &Value) -> Option<Vec<FileReference>> {
    let own = |value: &Value| own_file(public_url, value);
    match value {
        Value::Array(list) if !list.is_empty() => list.iter().map(own).collect(),
        one => own(one).map(|file| vec![file]),
    }
}

/// What is wrong with such a field.
pub fn one_among_others(key: &str, position: usize) -> FieldError {
    let complaint = Complaint { key: key.to_owned(), index: None, fault: Fault::File };
    let message = "holds the address of an uploaded file among other things; such an address stands alone, or in a list of nothing else";
    FieldError { message: message.to_owned(), ..server_json::error(&complaint, position) }
}

fn own_file(public_url: &str, value: &Value) -> Option<FileReference> {
    let receipt = value.as_str()?.trim().strip_prefix(public_url)?.strip_prefix("/r/")?;
    is_receipt(receipt).then(|| FileReference::Receipt(receipt.to_owned()))
}

/// Fields in which an address of our own stands among something else. Kept as what it is, it would name a file that is erased, since nothing
/// else would.
pub fn among_others<'a>(public_url: &'a str, extras: &'a Map<String, Value>) -> impl Iterator<Item = &'a str> {
    fn holds(public_url: &str, value: &Value) -> bool {
        match value {
            Value::Array(list) => list.iter().any(|one| holds(public_url, one)),
            Value::Object(members) => members.values().any(|one| holds(public_url, one)),
            Value::String(_) => own_file(public_url, value).is_some(),
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }
    let among = move |value: &Value| own_files(public_url, value).is_none() && holds(public_url, value);
    extras.iter().filter(move |(_, value)| among(value)).map(|(key, _)| key.as_str())
}

/// Whether this is what the address of a receipt ends in: 128 bits in hexadecimal.
pub fn is_receipt(text: &str) -> bool {
    text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

fn form_of(
    app: &App,
    merchant: &Merchant,
    position: usize,
    members: &Map<String, Value>,
) -> Result<(String, Arc<LoadedForm>), GatewayError> {
    let unknown = || GatewayError::field(&format!("/registrations/{position}/type"), "unknown-form", "is not a form of this merchant");
    let slug = match members.get("type") {
        None | Some(Value::Null) => merchant.forms.first().cloned(),
        Some(Value::String(slug)) => Some(slug.clone()).filter(|slug| merchant.forms.contains(slug)),
        Some(_) => None,
    };
    let slug = slug.ok_or_else(unknown)?;
    let form = app.forms.get(&slug).ok_or_else(unknown)?;
    Ok((slug, form))
}

fn new_submit(
    app: &App,
    merchant: &Merchant,
    interface: Interface,
    key: IdempotencyKey,
    fingerprint: [u8; 32],
) -> Result<NewSubmit, GatewayError> {
    let key = match interface {
        Interface::Browser => submit_key(merchant, key),
        Interface::Merchant => SubmitKey { merchant: merchant.id.clone(), interface, hash: key.0 },
    };
    let claim = StatusClaim { v: 1, mid: merchant.id.clone(), key: hex(&key.hash), exp: app.clock.seconds() + limits::STATUS_SECONDS };
    let status_token = match interface {
        Interface::Browser => app.tokens.seal_status(&claim)?,
        Interface::Merchant => String::new(),
    };
    Ok(NewSubmit { key, fingerprint, status_token })
}

/// What a submit is counted by: its key and its body.
pub fn attempt(form: &str, key: IdempotencyKey, body: &Value) -> [u8; 32] {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&key.0).update(&fingerprint(form, body));
    hasher.finalize().into()
}

/// The same body gives the same fingerprint, whatever the order of its members.
pub fn fingerprint(form: &str, body: &Value) -> [u8; 32] {
    // Whether objects keep the order they came in is a switch of serde_json's that any other crate may set.
    let mut body = body.clone();
    body.sort_all_objects();
    let mut hasher = blake3::Hasher::new();
    hasher.update(form.as_bytes()).update(b"\n").update(body.to_string().as_bytes());
    hasher.finalize().into()
}
