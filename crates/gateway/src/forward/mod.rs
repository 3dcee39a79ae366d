//! Passing a registration on to another API, exactly once.
//!
//! That API knows no idempotency. So what was typed is on the disk, with a reference of ours, before it goes out; whoever sent it
//! waits for one attempt, and what that does not settle the outbox goes on with. What may have been stored is looked for by its
//! reference before it is sent again. Once it has arrived, nothing of it is kept here but its number.

mod decide;
mod deliver;
mod judge;
mod parcel;
mod probe;
mod seen;

use std::sync::Arc;

use regcard_protocol::registration::{Answer, Registration};
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::clock;
use crate::forms::LoadedForm;
use crate::limits;
use crate::mail;
use crate::outbox::Lane;
use crate::problem::GatewayError;
use crate::register::{Done, Sender, replay, settled};
use crate::store::{
    Merchant, NewOutbox, NewSubmit, OutboxKind, OutboxRow, OutboxState, Outcome, Sending, SubmitKey, SubmitState, Upstream,
};
use crate::upstream::{Client, REFERENCE, Trouble, reference};
use parcel::{InVain, Item, Parcel, Unchecked, Waiting};

pub(crate) use deliver::deliver;
pub(crate) use seen::seen;

/// Sends what a card registered to the merchant's upstream, or takes it on to be sent as soon as that can be.
///
/// # Errors
/// What the upstream refuses, field by field.
pub async fn register(
    app: &Arc<App>,
    sender: &Sender,
    upstream: &Upstream,
    form: &Arc<LoadedForm>,
    submit: NewSubmit,
    accepted: Vec<Registration>,
) -> Result<Done, GatewayError> {
    let merchant = &sender.merchant;
    // Where nobody answers, nobody waits for it twice.
    let mut reachable = app.outbox.lanes.open(&Lane::forward(&merchant.id), app.clock.millis()) && may_call(app, merchant).await;
    let mut items = Vec::with_capacity(accepted.len());
    let confirmed = mail::firsts(app, accepted.iter().map(|one| one.customer_email.as_str()));
    let language = sender.language.unwrap_or(form.words.language);
    for (position, registration) in accepted.iter().enumerate() {
        let mut unchecked = unchecked(form, registration);
        if let Some(rules) = unchecked.as_ref().filter(|_| reachable) {
            match looked_up(app, merchant, upstream, position, rules).await {
                Ok(found) => {
                    answered(app, merchant, upstream).await;
                    if let Err(refused) = found {
                        // What is registered there may be this very submit, which came twice at once: it has its key by now.
                        let earlier = app.store.submit(submit.key.clone()).await?;
                        return earlier.map_or(Err(refused), |earlier| replay(earlier, submit.fingerprint));
                    }
                    unchecked = None;
                }
                Err(trouble) => {
                    noted(app, merchant, upstream, trouble).await;
                    reachable = false;
                }
            }
        }
        let reference = reference(&clock::new_id(&app.clock));
        let body = body(app, sender, position, registration, &reference).await?;
        let language = confirmed.contains(&position).then(|| language.to_owned());
        let discreet = form.form.serial_numbers.discreet;
        items.push(Item::Waiting(Box::new(Waiting { reference, body, language, unchecked, discreet, in_vain: InVain::default() })));
    }
    let parcel = Parcel::new(&submit.key, items);
    let now = app.clock.millis();
    let sending = reachable.then_some(Sending { lease_until: now + limits::SENDING_LEASE_MILLIS, unsettled_until: now + quiet(app) });
    let id = clock::new_id(&app.clock);
    let new = NewOutbox {
        aggregate: id.clone(),
        id,
        merchant: merchant.id.clone(),
        kind: OutboxKind::Forward,
        endpoint: String::new(),
        seq: 0,
        payload: parcel.written(),
        next_at: now,
        sending,
    };
    if let Some(earlier) = app.store.begin_forward(submit.clone(), parcel.outcome(), new.clone(), now).await? {
        return replay(earlier, submit.fingerprint);
    }
    if let Some(sending) = sending {
        // A customer who goes away meanwhile does not stop it.
        let (app, row) = (Arc::clone(app), first_attempt(new, sending, now));
        drop(tokio::spawn(async move { deliver(&app, row, true).await }).await);
    }
    app.outbox.wake();
    let kept = app.store.submit(submit.key).await?.ok_or(GatewayError::OutcomeUnknown)?;
    match kept.state {
        // Whatever kept the attempt from being noted, the outbox has it.
        SubmitState::Sending => settled(crate::store::Submit { state: SubmitState::Queued, ..kept }),
        SubmitState::Registered | SubmitState::Queued | SubmitState::Refused | SubmitState::Unknown => settled(kept),
    }
}

/// What whoever gives a message up says about its submit: that it has arrived after all, under this number, or that nobody knows.
pub(crate) fn given_up(row: &OutboxRow, arrived: Option<Option<String>>) -> Option<(SubmitKey, SubmitState, Outcome)> {
    if row.kind != OutboxKind::Forward || row.state == OutboxState::Rejected && arrived.is_none() {
        return None;
    }
    let mut parcel = Parcel::read(&row.payload)?;
    let state = if arrived.is_some() { SubmitState::Registered } else { SubmitState::Unknown };
    while let Some((position, _)) = arrived.as_ref().and_then(|_| parcel.next()) {
        parcel.arrived(position, arrived.clone().flatten());
    }
    Some((parcel.submit(&row.merchant)?, state, parcel.outcome()))
}

/// A registration that waits in a message for a person because the upstream refused it, as it was sent. Nothing if that has been settled.
pub(crate) fn refused(row: &OutboxRow, reference: &str) -> Option<Value> {
    let parcel = Parcel::read(&row.payload).filter(|_| row.state == OutboxState::Rejected)?;
    parcel.waiting().find(|waiting| waiting.reference == reference).map(|waiting| waiting.body.clone())
}

/// Whether the merchant's upstream may be called now. Where it has refused the access token, one call after a while finds out for
/// all, whichever gateway makes it.
pub(crate) async fn may_call(app: &App, merchant: &Merchant) -> bool {
    let now = app.clock.millis();
    match merchant.held_until {
        0 => true,
        until if until > now => false,
        was => {
            let next = now + limits::UPSTREAM_HOLD_MILLIS;
            app.store.try_held_upstream(merchant.id.clone(), was, next).await.unwrap_or(false)
        }
    }
}

/// The upstream has taken the access token.
pub(crate) async fn answered(app: &App, merchant: &Merchant, upstream: &Upstream) {
    if merchant.held_until != 0
        && let Err(error) = app.store.hold_upstream(merchant.id.clone(), upstream.clone(), 0).await
    {
        tracing::warn!(%error, "an upstream is held for longer than it has to be");
    }
}

/// Milliseconds for which an upstream may go on working on something without an answer.
fn quiet(app: &App) -> i64 {
    i64::try_from(app.upstream_quiet.as_millis()).unwrap_or(i64::MAX)
}

/// A call that a customer waited for brought nothing. What that says about the calls after it is noted; what it means for the customer is told.
pub(crate) async fn unanswered(app: &App, merchant: &Merchant, upstream: &Upstream, trouble: Trouble) -> GatewayError {
    if matches!(trouble, Trouble::TurnedAway(401 | 403) | Trouble::Busy { .. }) {
        noted(app, merchant, upstream, trouble).await;
    }
    trouble.into()
}

/// The way to a merchant's upstream, unless it is not to be called for now.
pub(crate) async fn client<'a>(app: &'a App, merchant: &Merchant, upstream: &Upstream) -> Result<Client<'a>, GatewayError> {
    if !may_call(app, merchant).await {
        return Err(GatewayError::UpstreamUnavailable);
    }
    app.upstreams.client(&app.secrets, &merchant.id, upstream)
}

/// What follows from a call that brought nothing for the calls after it.
async fn noted(app: &App, merchant: &Merchant, upstream: &Upstream, trouble: Trouble) {
    let now = app.clock.millis();
    match trouble {
        Trouble::TurnedAway(401 | 403) => {
            // Whoever may not do it now is not told so again and again.
            let held = app.store.hold_upstream(merchant.id.clone(), upstream.clone(), now + limits::UPSTREAM_HOLD_MILLIS).await;
            app.outbox.counted.credentials_refused();
            tracing::error!(
                merchant = merchant.id,
                held = held.is_ok_and(|held| held),
                "the upstream refuses the access token; give the merchant a new one"
            );
        }
        // The gateway's own doing.
        Trouble::Crowded => {}
        Trouble::Unreachable
        | Trouble::NoAnswer
        | Trouble::TurnedAway(_)
        | Trouble::Busy { .. }
        | Trouble::Failed { .. }
        | Trouble::Nonsense
        | Trouble::Contradiction => {
            app.outbox.lanes.failed(&Lane::forward(&merchant.id), trouble.retry_after(), clock::roll(), now);
        }
    }
}

fn first_attempt(new: NewOutbox, sending: Sending, now: i64) -> OutboxRow {
    OutboxRow {
        id: new.id,
        merchant: new.merchant,
        kind: new.kind,
        endpoint: new.endpoint,
        aggregate: new.aggregate,
        seq: new.seq,
        payload: new.payload,
        attempt: 1,
        next_at: new.next_at,
        unsettled_until: Some(sending.unsettled_until),
        state: OutboxState::Waiting,
        last_error: None,
        created_at: now,
        lease_until: sending.lease_until,
    }
}

/// The form's rules for serial numbers: the upstream's API may pass them over.
fn unchecked(form: &LoadedForm, registration: &Registration) -> Option<Unchecked> {
    let rules = &form.form.serial_numbers;
    let any = (rules.validate || rules.one_time) && !registration.serial_numbers.is_empty();
    any.then(|| Unchecked {
        validate: rules.validate,
        one_time: rules.one_time,
        serial_numbers: registration.serial_numbers.iter().map(|serial| serial.as_str().to_owned()).collect(),
    })
}

async fn looked_up(
    app: &App,
    merchant: &Merchant,
    upstream: &Upstream,
    position: usize,
    rules: &Unchecked,
) -> Result<Result<(), GatewayError>, Trouble> {
    let client = app.upstreams.client(&app.secrets, &merchant.id, upstream).map_err(|_| Trouble::Unreachable)?;
    check_serials(&client, position, rules).await
}

/// What is wrong with the serial numbers; outside, why that cannot be told.
async fn check_serials(client: &Client<'_>, position: usize, rules: &Unchecked) -> Result<Result<(), GatewayError>, Trouble> {
    let (mut unknown, mut taken) = (Vec::new(), Vec::new());
    for (index, serial) in rules.serial_numbers.iter().enumerate() {
        let complaint = |fault| Complaint { key: "serialNumbers".to_owned(), index: Some(index), fault }.at(position);
        // It was one when it was written down.
        let Ok(serial) = SerialNumber::parse(serial) else {
            continue;
        };
        match client.serial_number(&serial).await? {
            None if rules.validate => unknown.push(complaint(Fault::SerialNumberUnknown)),
            Some(known) if rules.one_time && known.registered => taken.push(complaint(Fault::SerialNumberRegistered)),
            None | Some(_) => {}
        }
    }
    Ok(if !unknown.is_empty() {
        unknown.extend(taken);
        Err(GatewayError::Validation(unknown))
    } else if taken.is_empty() {
        Ok(())
    } else {
        Err(GatewayError::SerialAlreadyRegistered(taken))
    })
}

/// One registration as the API takes it. A file is named by the address that the upstream gave for it.
async fn body(app: &App, sender: &Sender, position: usize, registration: &Registration, reference: &str) -> Result<Value, GatewayError> {
    let mut members = Map::new();
    members.insert("type".to_owned(), json!(sender.form));
    members.insert("customerEmail".to_owned(), json!(registration.customer_email));
    members.insert("serialNumbers".to_owned(), json!(registration.serial_numbers));
    let core = [
        ("customerName", registration.customer_name.as_ref().map(|name| json!(name))),
        ("productName", registration.product_name.as_ref().map(|name| json!(name))),
        ("purchaseDate", registration.purchase_date.map(|day| json!(day))),
    ];
    members.extend(core.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
    for (key, answer) in registration.extras.iter() {
        let lost = || GatewayError::Validation(vec![Complaint { key: key.clone(), index: None, fault: Fault::File }.at(position)]);
        let value = match answer {
            Answer::Ticked(ticked) => json!(ticked),
            Answer::Text(text) => json!(text),
            Answer::Several(values) => json!(values),
            Answer::File(file) => json!(receipt_url(app, sender, &file.upload_id).await?.ok_or_else(lost)?),
            Answer::Files(files) => {
                let mut urls = Vec::with_capacity(files.len());
                for file in files {
                    urls.push(receipt_url(app, sender, &file.upload_id).await?.ok_or_else(lost)?);
                }
                json!(urls)
            }
        };
        members.insert(key.clone(), value);
    }
    members.insert(REFERENCE.to_owned(), json!(reference));
    Ok(Value::Object(members))
}

async fn receipt_url(app: &App, sender: &Sender, upload_id: &str) -> Result<Option<String>, GatewayError> {
    let upload = app.store.upload(upload_id.to_owned()).await?;
    let own = upload.filter(|upload| upload.about.merchant == sender.merchant.id && upload.about.sid.as_ref() == Some(&sender.sid));
    Ok(own.and_then(|upload| upload.about.upstream_url))
}
