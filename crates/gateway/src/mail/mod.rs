//! Mails to customers: what is sent, and what becomes of an attempt. They wait in the outbox, and are made when they are sent, from the
//! registration as it is then: until it is sent, a mail holds nothing of the customer.
//!
//! A mail is sent at least once: whether a server that broke off has taken it nobody can tell, and a second one with the same
//! `Message-ID` does less harm than none.

mod compose;
mod smtp;
pub(crate) mod words;

use lettre::Address;
use regcard::text::languages;
use regcard_protocol::date::Day;
use regcard_protocol::form::{FieldKind, Form, WarrantyFrom};
use regcard_protocol::serial_number::SerialNumber;
use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clock;
use crate::limits;
use crate::outbox::{Lane, backoff};
use crate::problem::GatewayError;
use crate::secrets::hex;
use crate::serial_fold::Folded;
use crate::store::{Merchant, Mode, NewOutbox, OutboxChange, OutboxKind, OutboxRow, OutboxState, Record};
use crate::token::Link;
use compose::{Envelope, Letter, compose};
use smtp::Unsent;

pub use smtp::{MailError, Mailer};

/// What a mail in the outbox is about.
#[derive(Debug, Serialize, Deserialize)]
struct Parcel {
    /// The registration.
    registration: String,
    /// In which language.
    language: String,
}

/// A confirmation that is to be sent, of one registration.
pub fn confirmation(app: &App, merchant: &str, registration: &str, language: &str) -> NewOutbox {
    let now = app.clock.millis();
    let parcel = Parcel { registration: registration.to_owned(), language: language.to_owned() };
    NewOutbox {
        id: clock::new_id(&app.clock),
        merchant: merchant.to_owned(),
        kind: OutboxKind::Mail,
        endpoint: String::new(),
        aggregate: registration.to_owned(),
        seq: now,
        payload: serde_json::to_string(&parcel).unwrap_or_default(),
        next_at: now,
        sending: None,
    }
}

/// The last day of a registration's warranty, by its form.
pub(crate) fn warranty_until(form: &Form, record: &Record) -> Option<Day> {
    let from = match form.warranty_from {
        WarrantyFrom::Purchase => record.purchase_date.clone()?,
        WarrantyFrom::Registration => clock::written(record.created_at).get(..10)?.to_owned(),
    };
    Some(Day::parse(&from)?.plus_months(form.warranty_months?))
}

/// The field of a form that takes a receipt: its key, and whether it takes several.
pub(crate) fn receipt_field(form: &Form) -> Option<(&str, bool)> {
    form.fields.iter().find(|field| field.kind == FieldKind::Receipt).map(|field| (field.key.as_str(), field.several))
}

/// One attempt to send a mail.
///
/// # Errors
/// If what became of it cannot be noted.
pub(crate) async fn deliver(app: &App, row: OutboxRow) -> Result<(), GatewayError> {
    let lane = Lane { kind: OutboxKind::Mail, merchant: row.merchant.clone(), endpoint: row.endpoint.clone() };
    let (state, pause, why) = match attempt(app, &row).await? {
        Ok(()) => {
            app.outbox.lanes.worked(&lane);
            app.outbox.counted.delivered();
            (OutboxState::Done, 0, None)
        }
        Err(Unsent::Never(why)) => {
            // Somebody was there to say so.
            app.outbox.lanes.worked(&lane);
            (OutboxState::Rejected, 0, Some(why))
        }
        Err(Unsent::Later(why)) => {
            let now = app.clock.millis();
            app.outbox.lanes.failed(&lane, None, clock::roll(), now);
            let late = now - row.created_at > limits::MAIL_MILLIS;
            let pause = backoff::pause(row.attempt, None, clock::roll());
            (if late { OutboxState::Exhausted } else { OutboxState::Waiting }, pause, Some(why))
        }
    };
    if let Some(why) = &why {
        tracing::warn!(merchant = row.merchant, message = row.id, attempt = row.attempt, state = state.word(), why, "a mail was not sent");
    }
    if state.is_parked() {
        app.outbox.counted.parked();
    }
    let now = app.clock.millis();
    let change = OutboxChange {
        id: row.id,
        attempt: row.attempt,
        state,
        payload: if state == OutboxState::Done { String::new() } else { row.payload },
        next_at: now + pause,
        unsettled_until: None,
        last_error: why,
        submit: None,
        announced: Vec::new(),
    };
    app.store.outbox_change(change, now).await?;
    Ok(())
}

async fn attempt(app: &App, row: &OutboxRow) -> Result<Result<(), Unsent>, GatewayError> {
    let Some(mailer) = &app.mail else {
        return Ok(Err(Unsent::Later("no mail server is set up".to_owned())));
    };
    let Ok(parcel) = serde_json::from_str::<Parcel>(&row.payload) else {
        return Ok(Err(Unsent::Never("written by another version".to_owned())));
    };
    let records = app.store.records(row.merchant.clone(), vec![parcel.registration]).await?;
    let (Some(merchant), Some(record)) = (app.store.merchant(row.merchant.clone()).await?, records.into_iter().next()) else {
        // Erased meanwhile: there is nothing to confirm.
        return Ok(Ok(()));
    };
    let Ok(to) = record.customer_email.parse::<Address>() else {
        return Ok(Err(Unsent::Never("no address that a mail can be sent to".to_owned())));
    };
    let language = languages().into_iter().find(|language| *language == parcel.language).unwrap_or("en");
    let link = link(app, &merchant, &record, language)?;
    let form = app.forms.get(&record.form);
    let form = form.as_ref().map(|form| &form.form);
    let serials: Vec<String> = record.serial_numbers.iter().map(|number| number.serial.clone()).collect();
    let letter = Letter {
        language,
        merchant: &merchant.name,
        name: record.customer_name.as_deref(),
        number: &record.id,
        product: record.product_name.as_deref(),
        serials: &serials,
        bought: record.purchase_date.as_deref(),
        warranty_until: form.and_then(|form| warranty_until(form, &record)).map(|day| day.to_string()),
        link: &link,
        receipt: form.and_then(receipt_field).is_some_and(|(key, _)| record.receipts.iter().all(|receipts| receipts.field != key)),
    };
    let host = app.origin.as_str().split("//").nth(1).unwrap_or_default().replace([':', '[', ']'], ".");
    let envelope = Envelope { from: &mailer.from, reply_to: mailer.reply_to.as_ref(), to, id: format!("<{}@{host}>", row.id) };
    match compose(&letter, envelope) {
        Ok(message) => Ok(mailer.send(message).await),
        Err(error) => {
            tracing::error!(message = row.id, %error, "a mail cannot be written");
            Ok(Err(Unsent::Never("it cannot be written as a mail".to_owned())))
        }
    }
}

/// The private link to a registration's status.
fn link(app: &App, merchant: &Merchant, record: &Record, language: &str) -> Result<String, GatewayError> {
    let link = Link {
        v: 1,
        mid: merchant.id.clone(),
        rid: record.id.clone(),
        jti: hex(&clock::random::<16>()?),
        exp: app.clock.seconds() + limits::LINK_SECONDS,
    };
    Ok(format!("{}/s/{}?lang={language}", app.public_url, app.tokens.seal_link(&link)?))
}

/// Sends the confirmation of whatever registration has a serial number once more, if there is one and it was not sent too often.
///
/// # Errors
/// If the store cannot do it.
pub(crate) async fn confirm_again(
    app: &App,
    merchant: &Merchant,
    serial: &SerialNumber,
    language: &'static str,
) -> Result<(), GatewayError> {
    if app.mail.is_none() || merchant.mode != Mode::Own {
        return Ok(());
    }
    let (folded, now) = (Folded::of(serial), app.clock.millis());
    let Some(registration) = app.store.registration_of_serial(merchant.id.clone(), folded).await? else {
        return Ok(());
    };
    let mail = confirmation(app, &merchant.id, &registration, language);
    if app.store.add_mail(mail, limits::CONFIRMATIONS_HOUR, now - limits::CONFIRMATIONS_MILLIS, now).await? {
        app.outbox.wake();
    }
    Ok(())
}
