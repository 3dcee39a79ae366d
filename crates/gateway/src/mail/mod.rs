//! Mails, to customers and to merchants: what is sent, and what becomes of an attempt. They wait in the outbox, and are made when they are
//! sent, from the registration as it is then: until it is sent, a mail holds nothing of the customer. Where an upstream has the registration
//! and the store has not, what a mail says waits with it.
//!
//! A mail is sent at least once: whether a server that broke off has taken it nobody can tell, and a second one with the same
//! `Message-ID` does less harm than none.

mod compose;
mod html;
mod letters;
mod parcel;
mod recipient;
mod smtp;
pub(crate) mod words;

use regcard::text::languages;
use regcard_protocol::date::Day;
use regcard_protocol::form::{FieldKind, Form, WarrantyFrom};
use regcard_protocol::serial_number::SerialNumber;

use crate::app::App;
use crate::clock;
use crate::limits;
use crate::outbox::{Lane, backoff};
use crate::problem::GatewayError;
use crate::secrets::hex;
use crate::serial_fold::Folded;
use crate::store::{Merchant, Mode, OutboxChange, OutboxKind, OutboxRow, OutboxState, Record};
use crate::token::{Away, Link};
use compose::{Envelope, Letter, compose};
use parcel::{Carried, Parcel, is_for_merchant};
use recipient::recipient;
use smtp::Unsent;

pub use parcel::{Arrived, confirmation, firsts, notice, of_forwarded};
pub use smtp::{MailError, Mailer};

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
        mails: Vec::new(),
    };
    app.store.outbox_change(change, now).await?;
    Ok(())
}

async fn attempt(app: &App, row: &OutboxRow) -> Result<Result<(), Unsent>, GatewayError> {
    let Some(mailer) = &app.mail else {
        return Ok(Err(Unsent::Later("no mail server is set up".to_owned())));
    };
    let Some(parcel) = Parcel::read(row) else {
        return Ok(Err(Unsent::Never("written by another version".to_owned())));
    };
    let language = languages().into_iter().find(|language| *language == parcel.language).unwrap_or("en");
    let away = parcel.carried.as_ref().and_then(Carried::away);
    let records = match parcel.carried {
        Some(carried) => vec![carried.record(&parcel.registration)],
        None => {
            let ids = std::iter::once(parcel.registration).chain(parcel.more).collect();
            app.store.records(row.merchant.clone(), ids).await?
        }
    };
    let (Some(merchant), Some(record)) = (app.store.merchant(row.merchant.clone()).await?, records.first()) else {
        // Erased meanwhile: there is nothing to tell.
        return Ok(Ok(()));
    };
    if !is_for_merchant(row) {
        let link = link(app, &merchant, record, away, language)?;
        let letter = letters::confirmation(app, &merchant, record, language, &link);
        return Ok(send(app, mailer, row, &record.customer_email, &letter).await);
    }
    match &merchant.notice_to {
        Some(address) => Ok(send(app, mailer, row, address, &letters::notice(&merchant, &records, language)).await),
        // Nobody is to be told any more.
        None => Ok(Ok(())),
    }
}

async fn send(app: &App, mailer: &Mailer, row: &OutboxRow, to: &str, letter: &Letter<'_>) -> Result<(), Unsent> {
    let Some(to) = recipient(to) else {
        return Err(Unsent::Never("no address that a mail can be sent to".to_owned()));
    };
    let host = app.origin.as_str().split("//").nth(1).unwrap_or_default().replace([':', '[', ']'], ".");
    let envelope = Envelope { from: &mailer.from, reply_to: mailer.reply_to.as_ref(), to, id: format!("<{}@{host}>", row.id) };
    match compose(letter, envelope) {
        Ok(message) => mailer.send(message).await,
        Err(error) => {
            tracing::error!(message = row.id, %error, "a mail cannot be written");
            Err(Unsent::Never("it cannot be written as a mail".to_owned()))
        }
    }
}

/// The private link to a registration's status.
fn link(app: &App, merchant: &Merchant, record: &Record, up: Option<Away>, language: &str) -> Result<String, GatewayError> {
    let link = Link {
        v: 1,
        mid: merchant.id.clone(),
        rid: record.id.clone(),
        jti: hex(&clock::random::<16>()?),
        exp: app.clock.seconds() + limits::LINK_SECONDS,
        up,
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
