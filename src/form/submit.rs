//! Sending the form: what is sent, when, and what becomes of it. One submit makes one registration, whatever is lost.
//!
//! A key and the body it stands for are one attempt. Without an answer the status is asked under the same key; only
//! where nothing is known of it is the same attempt sent again.

use regcard_protocol::date::Day;
use regcard_protocol::registration::NewRegistrations;
use regcard_protocol::validate::Complaint;

use super::gather::complaint;
use super::{Answers, CallFault, CardEvent, Done, Effect, FormState, Notice, Place, Receipt, SendResult, StatusResult};
use crate::text::Text;

/// Where the form is on its way.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Being filled in.
    Filling,
    /// Submit was pressed; the controls are being read.
    Gathering,
    /// Ready to be sent, but for a receipt that is still on its way. Holds the key.
    AwaitingReceipt(String),
    /// Sent, or its status asked for.
    Sending(Attempt),
    /// What came before has to be settled first; then this is sent.
    Settling {
        /// What came before.
        earlier: Attempt,
        /// What is to be sent.
        next: Attempt,
    },
    /// Registered.
    Done(Done),
}

/// A key and what is sent under it.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Makes two submits one.
    pub key: String,
    /// What is sent.
    pub body: NewRegistrations,
    /// How often it was sent.
    pub sent: u8,
}

/// The gateway's code for a key whose first request is still being worked on.
const IN_PROGRESS: &str = "idempotency-in-progress";

/// Sent again by itself this often; then the customer decides.
const SENDS: u8 = 2;

impl FormState {
    /// Takes what the controls hold, and sends it if it is good.
    pub(super) fn gathered(&mut self, answers: &Answers, key: String, today: Day) -> Vec<Effect> {
        self.today = today;
        self.take(answers);
        self.submitted(key)
    }

    /// Sends what the fields hold if it is good.
    pub(super) fn submitted(&mut self, key: String) -> Vec<Effect> {
        self.phase = Phase::Filling;
        self.clear_messages();
        if let Err(complaints) = self.form.accept(&self.registration(true), self.today) {
            return self.complain(&complaints);
        }
        if let Some(index) = self.fields.iter().position(|field| field.receipts().iter().any(Receipt::has_failed)) {
            self.fields[index].message = Some(Text::UploadFailed);
            self.summary = true;
            return vec![Effect::FocusSummary];
        }
        if self.awaits_receipts() {
            self.phase = Phase::AwaitingReceipt(key);
            return Vec::new();
        }
        self.send(key)
    }

    /// Sends what is there, or settles first what was sent before.
    pub(super) fn send(&mut self, key: String) -> Vec<Effect> {
        self.notice = None;
        let body = NewRegistrations { registrations: vec![self.registration(false)] };
        match self.unsettled.take() {
            // The same again is the same submit: it keeps its key, whatever became of it.
            Some(earlier) if earlier.body == body => self.send_attempt(Attempt { sent: 0, ..earlier }),
            Some(earlier) => {
                let ask = Effect::AskStatus(earlier.key.clone());
                self.phase = Phase::Settling { earlier, next: Attempt { key, body, sent: 0 } };
                vec![ask]
            }
            None => self.send_attempt(Attempt { key, body, sent: 0 }),
        }
    }

    /// Takes the answer to a registration.
    pub(super) fn sent(&mut self, result: SendResult) -> Vec<Effect> {
        let Phase::Sending(attempt) = std::mem::replace(&mut self.phase, Phase::Filling) else {
            return Vec::new();
        };
        match result {
            Ok(registered) => self.done(&attempt, registered, false),
            Err(CallFault::NoAnswer) => self.ask(attempt, Effect::AskStatus),
            Err(CallFault::Problem(_, code, _)) if code == IN_PROGRESS => self.ask(attempt, Effect::AskStatusLater),
            Err(CallFault::Problem(409 | 422, _, errors)) if !errors.is_empty() => {
                let complaints: Vec<Complaint> = errors.iter().filter_map(complaint).collect();
                // A refusal that names no field of this form has to be said all the same.
                if complaints.is_empty() {
                    return self.stop(attempt, &CallFault::Nonsense);
                }
                let mut effects = self.complain(&complaints);
                effects.push(Effect::KeepKey(None));
                effects
            }
            Err(fault) => self.stop(attempt, &fault),
        }
    }

    /// Takes the answer to a question for the status.
    pub(super) fn status_known(&mut self, result: StatusResult) -> Vec<Effect> {
        match std::mem::replace(&mut self.phase, Phase::Filling) {
            Phase::Sending(attempt) => match result {
                Ok(Some(registered)) => self.done(&attempt, registered, false),
                Ok(None) if attempt.sent < SENDS => self.send_attempt(attempt),
                Ok(None) => self.stop(attempt, &CallFault::NoAnswer),
                Err(CallFault::Problem(_, code, _)) if code == IN_PROGRESS => self.ask(attempt, Effect::AskStatusLater),
                Err(fault) => self.stop(attempt, &fault),
            },
            Phase::Settling { earlier, next } => match result {
                Ok(Some(registered)) => self.done(&earlier, registered, true),
                Ok(None) => self.send_attempt(next),
                Err(fault) => self.stop(earlier, &fault),
            },
            other @ (Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Done(_)) => {
                self.phase = other;
                Vec::new()
            }
        }
    }

    fn send_attempt(&mut self, attempt: Attempt) -> Vec<Effect> {
        let effects = vec![Effect::KeepKey(Some(attempt.key.clone())), Effect::Send(attempt.key.clone(), attempt.body.clone())];
        self.phase = Phase::Sending(Attempt { sent: attempt.sent + 1, ..attempt });
        effects
    }

    fn ask(&mut self, attempt: Attempt, effect: fn(String) -> Effect) -> Vec<Effect> {
        let effects = vec![effect(attempt.key.clone())];
        self.phase = Phase::Sending(attempt);
        effects
    }

    /// Gives the form back to the customer. What may have arrived stays to be settled.
    fn stop(&mut self, attempt: Attempt, fault: &CallFault) -> Vec<Effect> {
        let notice = match Notice::of(fault) {
            Notice::Unreachable if !self.online => Notice::Offline,
            notice => notice,
        };
        self.phase = Phase::Filling;
        self.unsettled = match notice {
            Notice::Refused | Notice::NotAllowed | Notice::PageExpired | Notice::OnceMore => None,
            Notice::Unreachable | Notice::Unavailable | Notice::TooMany | Notice::OutcomeUnknown | Notice::Offline => Some(attempt),
        };
        self.notice = Some(notice);
        let mut effects = vec![Effect::FocusSummary, Effect::Emit(CardEvent::Error(notice.code()))];
        if self.unsettled.is_none() {
            effects.push(Effect::KeepKey(None));
        }
        effects
    }

    /// Sends what is there without the files that are not.
    pub(super) fn send_without(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        for index in 0..self.fields.len() {
            effects.extend(self.leave_files_behind(index));
        }
        match &self.phase {
            Phase::AwaitingReceipt(key) => {
                let key = key.clone();
                effects.extend(self.send(key));
            }
            Phase::Filling => {
                self.phase = Phase::Gathering;
                effects.push(Effect::Gather);
            }
            Phase::Gathering | Phase::Sending(_) | Phase::Settling { .. } | Phase::Done(_) => {}
        }
        effects
    }

    /// A key of an earlier visit: its outcome is asked for, and has to be known before anything else is sent.
    pub(super) fn key_found(&mut self, key: String) -> Vec<Effect> {
        self.unsettled = Some(Attempt { key: key.clone(), body: NewRegistrations { registrations: Vec::new() }, sent: 0 });
        vec![Effect::AskEarlier(key)]
    }

    /// How it stands with the submit of an earlier visit. Whoever has begun to fill in the form again is told at the next submit.
    pub(super) fn earlier_known(&mut self, result: StatusResult) -> Vec<Effect> {
        if self.phase != Phase::Filling {
            return Vec::new();
        }
        let Some(earlier) = self.unsettled.take().filter(|attempt| attempt.body.registrations.is_empty()) else {
            return Vec::new();
        };
        match result {
            Ok(Some(registered)) => self.done(&earlier, registered, false),
            Ok(None) => vec![Effect::KeepKey(None)],
            Err(_) => {
                self.unsettled = Some(earlier);
                Vec::new()
            }
        }
    }

    /// The control that a line of the summary leads to.
    pub(super) fn reachable(&self, place: Place) -> bool {
        match place {
            Place::Field(index) => index < self.fields.len(),
            Place::Row(id) => self.rows().iter().any(|row| row.id == id),
        }
    }
}
