//! One attempt to deliver a submit: look for what may be there, look serial numbers up, send, and note what came of it.

use std::mem;

use serde_json::Value;

use super::decide::{Attempt, Step, after_probing, after_sending, in_vain_after_probing, in_vain_after_sending};
use super::parcel::{InVain, Parcel, Waiting};
use super::probe::probe;
use super::{answered, check_serials, noted, quiet};
use crate::app::App;
use crate::clock;
use crate::discreet;
use crate::limits;
use crate::mail::{self, Arrived};
use crate::outbox::{Lane, backoff};
use crate::problem::GatewayError;
use crate::store::{
    Left, Merchant, Mode, NewOutbox, Notice, OutboxChange, OutboxRow, OutboxState, Outcome, Parked, Sending, StoreError, SubmitState,
    Upstream,
};
use crate::upstream::{Client, Trouble};

/// One attempt. `first`: the request that brought it makes it, and whoever sent it waits; nothing of it can be upstream.
///
/// # Errors
/// As the store cannot note it. Another attempt will find out then how far this one came.
pub(crate) async fn deliver(app: &App, row: OutboxRow, first: bool) -> Result<(), GatewayError> {
    let Some(merchant) = app.store.merchant(row.merchant.clone()).await? else {
        return Ok(());
    };
    let Some(parcel) = Parcel::read(&row.payload) else {
        return Ok(park(app, &row, "written by another version").await?);
    };
    let Mode::Forward(upstream) = &merchant.mode else {
        return Ok(park(app, &row, "the merchant has no upstream any more").await?);
    };
    // By a request's own first attempt nothing has been sent yet.
    let unsettled_until = row.unsettled_until;
    let mut delivery =
        Delivery { app, merchant: &merchant, upstream, parcel, first, unsettled_until, row, told: Vec::new(), mails: Vec::new() };
    match app.upstreams.client(&app.secrets, &merchant.id, upstream) {
        Ok(client) => delivery.run(&client).await?,
        Err(error) => {
            error.log();
            let pause = backoff::pause(delivery.row.attempt, None, clock::roll());
            let unsettled_until = unsettled_until.filter(|_| !first);
            delivery.later(pause, unsettled_until, Trouble::Unreachable).await?;
        }
    }
    Ok(())
}

/// A message that this gateway cannot send at all.
async fn park(app: &App, row: &OutboxRow, why: &str) -> Result<(), StoreError> {
    app.outbox.counted.parked();
    tracing::error!(merchant = row.merchant, message = row.id, why, "a registration waits for a person");
    let change = OutboxChange {
        id: row.id.clone(),
        attempt: row.attempt,
        state: OutboxState::Unknown,
        payload: row.payload.clone(),
        next_at: row.next_at,
        unsettled_until: row.unsettled_until,
        last_error: Some(why.to_owned()),
        submit: None,
        announced: Vec::new(),
        mails: Vec::new(),
    };
    app.store.outbox_change(change, app.clock.millis()).await.map(|_changed| ())
}

/// What a page may read of a refusal as long as its submit is remembered. The merchant is told why.
fn told_discreetly(outcome: Outcome) -> Outcome {
    Outcome { taken: false, errors: discreet::errors(outcome.errors), ..outcome }
}

struct Delivery<'a> {
    app: &'a App,
    merchant: &'a Merchant,
    upstream: &'a Upstream,
    row: OutboxRow,
    parcel: Parcel,
    /// The next thing that happens is the first attempt, by the request itself.
    first: bool,
    unsettled_until: Option<i64>,
    /// What has arrived, or was refused, and is to be told to the merchant's endpoints.
    told: Vec<Notice>,
    /// What is said of that by mail.
    mails: Vec<NewOutbox>,
}

impl Delivery<'_> {
    async fn run(&mut self, client: &Client<'_>) -> Result<(), StoreError> {
        let whose = self.first;
        while let Some((position, waiting)) = self.parcel.next().map(|(position, waiting)| (position, waiting.clone())) {
            match self.step(client, position, &waiting).await? {
                Some(Step::Arrived(id)) => {
                    self.app.outbox.lanes.worked(&Lane::forward(&self.merchant.id));
                    answered(self.app, self.merchant, self.upstream).await;
                    self.mails.extend(mail::of_forwarded(self.app, self.merchant, &arrived(&waiting, id.as_deref())));
                    self.told.push(Notice::of_forwarded(id.clone(), self.app.clock.millis(), waiting.body));
                    self.parcel.arrived(position, id);
                    (self.unsettled_until, self.first) = (None, false);
                }
                Some(Step::Later { pause, unsettled_until, trouble }) => {
                    noted(self.app, self.merchant, self.upstream, trouble).await;
                    return self.later(pause, unsettled_until, trouble).await;
                }
                Some(Step::Wait { pause, unsettled_until }) => {
                    answered(self.app, self.merchant, self.upstream).await;
                    let (until, last_error) = (Some(unsettled_until), self.row.last_error.clone());
                    return self.change(OutboxState::Waiting, pause, until, last_error, SubmitState::Queued).await;
                }
                Some(Step::Refused { outcome, why }) => {
                    self.app.outbox.lanes.worked(&Lane::forward(&self.merchant.id));
                    answered(self.app, self.merchant, self.upstream).await;
                    let outcome = if waiting.discreet { told_discreetly(outcome) } else { outcome };
                    return self.refused(outcome, why, whose).await;
                }
                Some(Step::Park { why, said }) => {
                    self.app.outbox.counted.parked();
                    tracing::error!(merchant = self.merchant.id, message = self.row.id, why, "a registration waits for a person");
                    let last_error = said.map_or_else(|| why.to_owned(), |said| format!("{why}: {said}"));
                    // Whoever takes it up again begins anew.
                    self.parcel.tried(position, InVain::default());
                    return self.change(OutboxState::Unknown, 0, self.unsettled_until, Some(last_error), SubmitState::Queued).await;
                }
                // Another one has it by now.
                Some(Step::Send) | None => return Ok(()),
            }
        }
        self.app.outbox.counted.delivered();
        tracing::info!(
            merchant = self.merchant.id,
            message = self.row.id,
            attempt = self.row.attempt,
            "a registration has arrived upstream"
        );
        self.change(OutboxState::Done, 0, None, None, SubmitState::Registered).await
    }

    /// What to do with one registration; nothing if it is another attempt's by now.
    async fn step(&mut self, client: &Client<'_>, position: usize, waiting: &Waiting) -> Result<Option<Step>, StoreError> {
        let doubted = !self.first && self.unsettled_until.is_some();
        let mut in_vain = waiting.in_vain;
        if doubted {
            let looked = probe(client, waiting, self.row.created_at).await;
            in_vain = in_vain_after_probing(in_vain, &looked);
            self.parcel.tried(position, in_vain);
            match after_probing(self.at(), in_vain, looked) {
                Step::Send => {}
                decided @ (Step::Arrived(_) | Step::Later { .. } | Step::Wait { .. } | Step::Refused { .. } | Step::Park { .. }) => {
                    return Ok(Some(decided));
                }
            }
        } else if let Some(rules) = waiting.unchecked.as_ref().filter(|_| !self.first) {
            match check_serials(client, position, rules).await {
                Ok(Ok(())) => self.parcel.checked(position),
                Ok(Err(error)) => {
                    let taken = matches!(error, GatewayError::SerialAlreadyRegistered(_));
                    let why = if taken { "the serial number is registered already" } else { "the serial number is not known" };
                    let outcome = Outcome { taken, errors: error.into_errors(), ..Outcome::default() };
                    return Ok(Some(Step::Refused { outcome, why: why.to_owned() }));
                }
                Err(trouble) => {
                    let at = self.at();
                    let pause = backoff::pause(at.number, trouble.retry_after(), at.roll);
                    return Ok(Some(Step::Later { pause, unsettled_until: None, trouble }));
                }
            }
        }
        if !self.first {
            let now = self.app.clock.millis();
            let sending = Sending { lease_until: now + limits::SENDING_LEASE_MILLIS, unsettled_until: now + quiet(self.app) };
            // With what is left, what has arrived is told: nothing of that is kept in the parcel.
            let left = Left { payload: self.parcel.written(), announced: mem::take(&mut self.told), mails: mem::take(&mut self.mails) };
            let id = self.row.id.clone();
            if !self.app.store.outbox_sending(id, self.row.attempt, left, sending, now).await? {
                return Ok(None);
            }
            self.unsettled_until = Some(sending.unsettled_until);
        }
        let posted = client.register(&waiting.body).await;
        self.parcel.tried(position, in_vain_after_sending(in_vain, &posted));
        Ok(Some(after_sending(Attempt { doubted, ..self.at() }, posted)))
    }

    fn at(&self) -> Attempt {
        Attempt {
            number: self.row.attempt,
            now: self.app.clock.millis(),
            doubted: !self.first && self.unsettled_until.is_some(),
            unsettled_until: self.unsettled_until,
            roll: clock::roll(),
        }
    }

    async fn later(&self, pause: i64, unsettled_until: Option<i64>, trouble: Trouble) -> Result<(), StoreError> {
        tracing::warn!(merchant = self.merchant.id, message = self.row.id, attempt = self.row.attempt, %trouble, pause, "a registration is tried again later");
        self.change(OutboxState::Waiting, pause, unsettled_until, Some(trouble.to_string()), SubmitState::Queued).await
    }

    /// Whoever waits for it is told, and nothing is kept. What was taken on before is parked, for the merchant to see; so is the rest of
    /// what has arrived in part, since it must not be sent again as a whole.
    async fn refused(&mut self, outcome: Outcome, why: String, waited_for: bool) -> Result<(), StoreError> {
        let state = if waited_for && !self.parcel.has_begun() { OutboxState::Discarded } else { OutboxState::Rejected };
        if state == OutboxState::Rejected {
            self.app.outbox.counted.parked();
            tracing::error!(merchant = self.merchant.id, message = self.row.id, "the upstream refused a registration that was taken on");
            let now = self.app.clock.millis();
            let rejected = |waiting: &Waiting| {
                let form = waiting.body.get("type").and_then(Value::as_str).unwrap_or_default();
                let parked = Parked { message: self.row.id.clone(), reference: waiting.reference.clone() };
                Notice::of_rejected(form, now, parked)
            };
            self.told.extend(self.parcel.waiting().map(rejected));
        }
        let (told, outcome) =
            if self.parcel.has_begun() { (SubmitState::Queued, self.parcel.outcome()) } else { (SubmitState::Refused, outcome) };
        self.note(state, 0, None, Some(why), (told, outcome)).await
    }

    async fn change(
        &self,
        state: OutboxState,
        pause: i64,
        unsettled_until: Option<i64>,
        last_error: Option<String>,
        told: SubmitState,
    ) -> Result<(), StoreError> {
        self.note(state, pause, unsettled_until, last_error, (told, self.parcel.outcome())).await
    }

    async fn note(
        &self,
        state: OutboxState,
        pause: i64,
        unsettled_until: Option<i64>,
        last_error: Option<String>,
        (told, outcome): (SubmitState, Outcome),
    ) -> Result<(), StoreError> {
        let now = self.app.clock.millis();
        let settled = matches!(state, OutboxState::Done | OutboxState::Discarded);
        let change = OutboxChange {
            id: self.row.id.clone(),
            attempt: self.row.attempt,
            state,
            payload: if settled { String::new() } else { self.parcel.written() },
            next_at: now + pause,
            unsettled_until,
            last_error: last_error.filter(|_| !settled),
            submit: self.parcel.submit(&self.row.merchant).map(|key| (key, told, outcome)),
            announced: self.told.clone(),
            mails: self.mails.clone(),
        };
        if !self.app.store.outbox_change(change, now).await? {
            tracing::warn!(message = self.row.id, "another attempt has this message by now");
        } else if !(self.told.is_empty() && self.mails.is_empty()) {
            self.app.outbox.wake();
        }
        Ok(())
    }
}

/// What mails say of a registration that is upstream now.
fn arrived<'a>(waiting: &'a Waiting, id: Option<&'a str>) -> Arrived<'a> {
    Arrived { id, reference: &waiting.reference, sent: &waiting.body, language: waiting.language.as_deref() }
}
