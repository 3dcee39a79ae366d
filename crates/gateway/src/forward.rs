//! Passing a registration on to another API, once.
//!
//! That API knows no idempotency, so this gateway does: the key is on disk before the call goes out, and a key that went
//! out is never sent again. It gets the first answer, or is told that nobody knows it. Of the registration itself nothing
//! is kept here.

use std::sync::Arc;

use regcard_protocol::registration::{Answer, Registration};
use regcard_protocol::validate::{Complaint, Fault};
use serde_json::{Map, Value, json};

use crate::app::App;
use crate::forms::LoadedForm;
use crate::problem::GatewayError;
use crate::register::{Done, Sender, replay, settled};
use crate::store::{NewSubmit, Outcome, SubmitState, Upstream};
use crate::upstream::{Client, Posted};

/// Sends what a card registered to the merchant's upstream.
///
/// # Errors
/// What the upstream refuses, field by field; that it cannot be reached, when nothing was sent; that the outcome is not known.
pub async fn register(
    app: &Arc<App>,
    sender: &Sender,
    upstream: &Upstream,
    form: &Arc<LoadedForm>,
    submit: NewSubmit,
    accepted: Vec<Registration>,
) -> Result<Done, GatewayError> {
    let mut bodies = Vec::new();
    for (position, registration) in accepted.iter().enumerate() {
        let client = app.upstreams.client(&app.secrets, &sender.merchant.id, upstream)?;
        check_serials(&client, form, position, registration).await?;
        bodies.push(body(app, sender, position, registration).await?);
    }
    if let Some(earlier) = app.store.begin_submit(submit.clone(), app.clock.millis()).await? {
        return replay(earlier, submit.fingerprint);
    }
    // A customer who goes away meanwhile does not stop it: what was sent has to be noted.
    let (app, merchant, upstream) = (Arc::clone(app), sender.merchant.id.clone(), upstream.clone());
    let sending = tokio::spawn(async move { send(&app, &merchant, &upstream, submit, bodies).await });
    sending.await.unwrap_or(Err(GatewayError::OutcomeUnknown))
}

async fn send(app: &App, merchant: &str, upstream: &Upstream, submit: NewSubmit, bodies: Vec<Value>) -> Result<Done, GatewayError> {
    let posted = match app.upstreams.client(&app.secrets, merchant, upstream) {
        Ok(client) => client.register(bodies).await,
        Err(error) => Err(error),
    };
    let (state, outcome) = match posted {
        Ok(Posted::Registered(outcome)) => (SubmitState::Registered, outcome),
        Ok(Posted::Refused(outcome)) => (SubmitState::Refused, outcome),
        Ok(Posted::Unknown) => (SubmitState::Unknown, Outcome::default()),
        Err(error) => {
            app.store.free_submit(submit.key).await?;
            return Err(error);
        }
    };
    app.store.settle_submit(submit.key.clone(), state, outcome).await?;
    let kept = app.store.submit(submit.key).await?.ok_or(GatewayError::OutcomeUnknown)?;
    settled(kept)
}

/// The form's rules for serial numbers: the upstream's API may pass them over.
async fn check_serials(client: &Client<'_>, form: &LoadedForm, position: usize, registration: &Registration) -> Result<(), GatewayError> {
    let rules = &form.form.serial_numbers;
    if !rules.validate && !rules.one_time {
        return Ok(());
    }
    let (mut unknown, mut taken) = (Vec::new(), Vec::new());
    for (index, serial) in registration.serial_numbers.iter().enumerate() {
        let complaint = |fault| Complaint { key: "serialNumbers".to_owned(), index: Some(index), fault }.at(position);
        match client.serial_number(serial).await? {
            None if rules.validate => unknown.push(complaint(Fault::SerialNumberUnknown)),
            Some(known) if rules.one_time && known.registered => taken.push(complaint(Fault::SerialNumberRegistered)),
            None | Some(_) => {}
        }
    }
    if !unknown.is_empty() {
        unknown.extend(taken);
        Err(GatewayError::Validation(unknown))
    } else if taken.is_empty() {
        Ok(())
    } else {
        Err(GatewayError::SerialAlreadyRegistered(taken))
    }
}

/// One registration as the API takes it. A file is named by the address that the upstream gave for it.
async fn body(app: &App, sender: &Sender, position: usize, registration: &Registration) -> Result<Value, GatewayError> {
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
    Ok(Value::Object(members))
}

async fn receipt_url(app: &App, sender: &Sender, upload_id: &str) -> Result<Option<String>, GatewayError> {
    let upload = app.store.upload(upload_id.to_owned()).await?;
    let own = upload.filter(|upload| upload.about.merchant == sender.merchant.id && upload.about.sid.as_ref() == Some(&sender.sid));
    Ok(own.and_then(|upload| upload.about.upstream_url))
}
