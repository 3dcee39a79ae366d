//! The outbox's worker: sends what is due, each receiver by itself, until it is told to end.
//!
//! Several gateways may work on one store. Each message is claimed with a lease when its sending begins; whoever has lost the lease
//! changes nothing any more. How a kind of message is sent is decided where it comes from.

pub mod backoff;
mod counted;
mod lanes;

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;

use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::app::App;
use crate::forward;
use crate::limits;
use crate::mail;
use crate::panics;
use crate::store::{DueLane, OutboxKind, OutboxRow, StoreError};
use crate::webhooks;

pub use counted::{Counted, Counts};
pub use lanes::{Lane, Lanes};

/// What this process knows of its outbox.
#[derive(Debug, Default)]
pub struct Outbox {
    /// Who receives, and how that goes.
    pub lanes: Lanes,
    /// What has happened, for whoever watches.
    pub counted: Counted,
    added: Notify,
}

impl Outbox {
    /// There is something to send now.
    pub fn wake(&self) {
        self.added.notify_one();
    }
}

/// Sends what is due, again and again, until it is told to end; then it waits for what it has begun.
pub async fn run(app: Arc<App>, ended: impl Future<Output = ()>) {
    let mut ended = pin!(ended);
    let mut sending = JoinSet::new();
    loop {
        match panics::contain_all(pass(&app, &mut sending)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the outbox could not be looked into; it is tried again"),
            Err(panics::Panicked) => tracing::error!("the outbox could not be looked into; it is tried again"),
        }
        while sending.try_join_next().is_some() {}
        tokio::select! {
            () = app.outbox.added.notified() => {}
            () = sleep(limits::OUTBOX_EVERY) => {}
            () = &mut ended => break,
        }
    }
    let finishing = async { while sending.join_next().await.is_some() {} };
    if timeout(limits::OUTBOX_ENDING, finishing).await.is_err() {
        tracing::warn!("some messages were still being sent; whether they arrived is found out later");
    }
}

/// Begins to send what is due, as far as there are slots.
async fn pass(app: &Arc<App>, sending: &mut JoinSet<()>) -> Result<(), StoreError> {
    for due in app.store.outbox_due(app.clock.millis()).await? {
        let may = may_receive(app, &due).await?;
        if may > 0 {
            begin(app, DueLane { due: may, ..due }, sending).await?;
        }
    }
    Ok(())
}

/// How many of what is due the receiver may get now: one, where that has to show whether it takes anything.
async fn may_receive(app: &App, due: &DueLane) -> Result<usize, StoreError> {
    match due.kind {
        OutboxKind::Forward => {
            let lane = Lane::forward(&due.merchant);
            let Some(merchant) = app.store.merchant(due.merchant.clone()).await? else {
                return Ok(0);
            };
            // Before the one call that a held upstream may get is taken, there has to be a slot for it.
            if !app.outbox.lanes.open(&lane, app.clock.millis()) || !forward::may_call(app, &merchant).await {
                return Ok(0);
            }
            Ok(if merchant.held_until == 0 { due.due } else { 1 })
        }
        OutboxKind::Webhook => Ok(due.due),
        // Without a server mails wait for one; a gateway beside this one may have it.
        OutboxKind::Mail => Ok(if app.mail.is_some() { due.due } else { 0 }),
    }
}

async fn begin(app: &Arc<App>, due: DueLane, sending: &mut JoinSet<()>) -> Result<(), StoreError> {
    let lane = Lane { kind: due.kind, merchant: due.merchant.clone(), endpoint: due.endpoint.clone() };
    let now = app.clock.millis();
    let slots = app.outbox.lanes.take(&lane, due.due, now);
    if slots == 0 {
        return Ok(());
    }
    let claimed = app.store.outbox_claim(DueLane { due: slots, ..due }, now, now + limits::CLAIM_LEASE_MILLIS).await;
    let rows = claimed.inspect_err(|_| app.outbox.lanes.free(&lane, slots))?;
    app.outbox.lanes.free(&lane, slots - rows.len().min(slots));
    for row in rows {
        let (app, lane) = (Arc::clone(app), lane.clone());
        sending.spawn(async move {
            let id = row.id.clone();
            if panics::contain_all(send(&app, row)).await.is_err() {
                tracing::error!(message = id, "a message was not sent to its end; its lease runs out, and it is looked for");
            }
            app.outbox.lanes.free(&lane, 1);
            // The slot is free for the next one.
            app.outbox.wake();
        });
    }
    Ok(())
}

async fn send(app: &App, row: OutboxRow) {
    let id = row.id.clone();
    let sent = match row.kind {
        OutboxKind::Forward => forward::deliver(app, row, false).await,
        OutboxKind::Webhook => webhooks::deliver(app, row).await,
        OutboxKind::Mail => mail::deliver(app, row).await,
    };
    if let Err(error) = sent {
        tracing::error!(message = id, %error, "what became of a message could not be noted; it is found out later");
    }
}
