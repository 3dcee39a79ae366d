//! Webhooks: a merchant's endpoints are told what happens to registrations, signed, as often as it takes, each endpoint by itself.
//!
//! What is to be told stands in the outbox, in the same transaction as what has happened (see `store::sql::webhooks`). Here it is made
//! into a body and sent. Whether an endpoint may be an address at all is decided in `destination`, when an attempt follows in `schedule`.

mod body;
mod destination;
mod schedule;
mod send;
mod signature;

use crate::app::App;
use crate::clock;
use crate::limits;
use crate::outbox::Lane;
use crate::problem::GatewayError;
use crate::secrets::Secrets;
use crate::store::{Notice, OutboxChange, OutboxRow, OutboxState, StoreError, WebhookEndpoint};
use crate::token::{TokenError, open_webhook_secret};

pub use body::trial;
pub use destination::{NoDestination, destination};
pub use schedule::Sent;
pub use send::Sender;
pub use signature::SigningSecret;

/// One attempt to tell an endpoint.
///
/// # Errors
/// As the store cannot note it. Another attempt follows then, under the same number.
pub(crate) async fn deliver(app: &App, row: OutboxRow) -> Result<(), GatewayError> {
    let Some(endpoint) = app.store.webhook(row.endpoint.clone()).await? else {
        return Ok(settle(app, &row, OutboxState::Discarded, String::new(), None).await?);
    };
    let Some(notice) = Notice::read(&row.payload) else {
        return Ok(give_up(app, &row, row.payload.clone(), "written by another version").await?);
    };
    if let Some((_, why)) = &endpoint.disabled {
        return Ok(give_up(app, &row, row.payload.clone(), &format!("the endpoint is switched off: {why}")).await?);
    }
    let Some(body) = body::body(app, &row.merchant, &notice).await? else {
        // It was erased before it was told, and what told of it with it.
        return Ok(settle(app, &row, OutboxState::Done, notice.received().written(), None).await?);
    };
    let sent = match secrets(&app.secrets, &endpoint, app.clock.millis()) {
        Ok(secrets) => app.webhooks.send(&endpoint.url, &row.id, app.clock.seconds(), &secrets, body).await,
        Err(error) => {
            tracing::error!(%error, endpoint = endpoint.id, "what signs an endpoint's webhooks cannot be read");
            Sent::Failed("what signs its webhooks cannot be read")
        }
    };
    Ok(note(app, &endpoint, &row, notice, &sent).await?)
}

/// What signs an endpoint's webhooks at this instant: its secret, and the one before while that is being replaced.
///
/// # Errors
/// If the gateway's own secret is another one.
pub fn secrets(secrets: &Secrets, endpoint: &WebhookEndpoint, now: i64) -> Result<Vec<SigningSecret>, TokenError> {
    let previous = endpoint.previous.as_ref().filter(|(_, until)| *until > now).map(|(sealed, _)| sealed);
    let read = |sealed: &String| {
        let opened = open_webhook_secret(secrets, &endpoint.id, sealed)?;
        SigningSecret::parse(secrecy::ExposeSecret::expose_secret(&opened)).ok_or(TokenError::Foreign)
    };
    std::iter::once(&endpoint.secret_sealed).chain(previous).map(read).collect()
}

async fn note(app: &App, endpoint: &WebhookEndpoint, row: &OutboxRow, notice: Notice, sent: &Sent) -> Result<(), StoreError> {
    let lane = Lane { kind: row.kind, merchant: row.merchant.clone(), endpoint: endpoint.id.clone() };
    let now = app.clock.millis();
    if let Sent::Received(_) = sent {
        app.outbox.lanes.worked(&lane);
        if endpoint.failing_since.is_some() {
            app.store.webhook_worked(endpoint.id.clone()).await?;
        }
        return settle(app, row, OutboxState::Done, notice.received().written(), None).await;
    }
    app.outbox.lanes.failed(&lane, sent.pause(), clock::roll(), now);
    let since = app.store.webhook_failed(endpoint.id.clone(), now).await?.unwrap_or(now);
    let why = match sent {
        Sent::Gone => Some(sent.told()),
        Sent::Answered(..) | Sent::Failed(_) if now - since >= limits::WEBHOOK_FAILING_MILLIS => {
            Some(format!("no attempt has succeeded for five days; the last one: {}", sent.told()))
        }
        Sent::Answered(..) | Sent::Failed(_) | Sent::Received(_) => None,
    };
    let tries = notice.tries.saturating_add(1);
    let payload = Notice { tries, ..notice }.written();
    if let Some(why) = why {
        if app.store.disable_webhook(endpoint.id.clone(), why.clone(), now).await? {
            tracing::error!(merchant = endpoint.merchant, endpoint = endpoint.id, why, "an endpoint is switched off");
        }
        return give_up(app, row, payload, &why).await;
    }
    let told = sent.told();
    match schedule::until_next(tries, sent.pause(), clock::roll()) {
        Some(pause) => {
            tracing::warn!(
                merchant = row.merchant,
                endpoint = endpoint.id,
                message = row.id,
                tries,
                told,
                pause,
                "a webhook is sent again later"
            );
            change(app, row, OutboxState::Waiting, payload, now + pause, Some(told)).await
        }
        None => give_up(app, row, payload, &told).await,
    }
}

/// It can be sent again by `regcard webhook replay`.
async fn give_up(app: &App, row: &OutboxRow, payload: String, why: &str) -> Result<(), StoreError> {
    tracing::warn!(merchant = row.merchant, endpoint = row.endpoint, message = row.id, why, "a webhook is given up");
    settle(app, row, OutboxState::Exhausted, payload, Some(why.to_owned())).await
}

async fn settle(app: &App, row: &OutboxRow, state: OutboxState, payload: String, why: Option<String>) -> Result<(), StoreError> {
    change(app, row, state, payload, row.next_at, why).await
}

async fn change(
    app: &App,
    row: &OutboxRow,
    state: OutboxState,
    payload: String,
    next_at: i64,
    last_error: Option<String>,
) -> Result<(), StoreError> {
    let change = OutboxChange {
        id: row.id.clone(),
        attempt: row.attempt,
        state,
        payload,
        next_at,
        unsettled_until: None,
        last_error,
        submit: None,
        announced: Vec::new(),
        mails: Vec::new(),
    };
    if !app.store.outbox_change(change, app.clock.millis()).await? {
        tracing::warn!(message = row.id, "another attempt has this message by now");
    }
    Ok(())
}
