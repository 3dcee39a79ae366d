//! Sending the form: what is sent, when, and what becomes of it. One submit makes one registration, whatever is lost.
//!
//! A key and the body it stands for are one attempt. Without an answer the status is asked under the same key; only
//! where nothing is known of it is the same attempt sent again.

use regcard_protocol::by_key::ByKey;
use regcard_protocol::date::Day;
use regcard_protocol::form::FieldKind;
use regcard_protocol::problem::{FieldError, Place as Pointer};
use regcard_protocol::registration::{Answer, NewRegistration, NewRegistrations, Registered, RegistrationStatus, UploadedFile};
use regcard_protocol::validate::{Complaint, Fault};

use super::field::message;
use super::{Answers, CallFault, CardEvent, Effect, FieldAnswer, FormState, Place, Receipt, SendResult, StatusResult};
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

/// The end.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The registration's number; none while it is queued upstream.
    pub number: Option<String>,
    /// Whether it is still on its way upstream.
    pub queued: bool,
    /// Whether what is stored is an earlier version of the form.
    pub earlier: bool,
    /// What was registered.
    pub product: Option<String>,
    /// Its serial numbers.
    pub serial_numbers: Vec<String>,
    /// When it was bought.
    pub purchase_date: Option<String>,
    /// Whether the number has been copied.
    pub copied: bool,
}

/// What concerns the form as a whole, with the code that the documentation explains.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The gateway cannot be reached.
    Unreachable,
    /// It does not work right now.
    Unavailable,
    /// Too many at once.
    TooMany,
    /// Whether it arrived is not known.
    OutcomeUnknown,
    /// The page's origin is not one of the key's.
    NotAllowed,
    /// Refused for a reason that no field is to blame for.
    Refused,
}

/// The gateway's code for a key whose first request is still being worked on.
const IN_PROGRESS: &str = "idempotency-in-progress";

/// Sent again by itself this often; then the customer decides.
const SENDS: u8 = 2;

impl Notice {
    /// What is said.
    pub fn text(self) -> Text {
        match self {
            Notice::Unreachable => Text::Unreachable,
            Notice::Unavailable => Text::Unavailable,
            Notice::TooMany => Text::TooMany,
            Notice::OutcomeUnknown => Text::OutcomeUnknown,
            Notice::NotAllowed => Text::NotAllowed,
            Notice::Refused => Text::Refused,
        }
    }

    /// The code that stands behind it.
    pub fn code(self) -> &'static str {
        match self {
            Notice::Unreachable => "RC-201",
            Notice::Unavailable => "RC-202",
            Notice::TooMany => "RC-203",
            Notice::OutcomeUnknown => "RC-204",
            Notice::NotAllowed => "RC-205",
            Notice::Refused => "RC-206",
        }
    }

    fn of(fault: &CallFault) -> Notice {
        match fault {
            CallFault::NoAnswer => Notice::Unreachable,
            CallFault::Nonsense => Notice::Refused,
            CallFault::Problem(_, code, _) if code == "outcome-unknown" => Notice::OutcomeUnknown,
            CallFault::Problem(403, _, _) => Notice::NotAllowed,
            CallFault::Problem(429, _, _) => Notice::TooMany,
            CallFault::Problem(401 | 408 | 500..=599, _, _) => Notice::Unavailable,
            CallFault::Problem(..) => Notice::Refused,
        }
    }
}

impl FormState {
    /// Takes what the controls hold, and sends it if it is good.
    pub(super) fn gathered(&mut self, answers: &Answers, key: String, today: Day) -> Vec<Effect> {
        self.phase = Phase::Filling;
        self.today = today;
        self.take(answers);
        self.clear_messages();
        if let Err(complaints) = self.form.accept(&self.registration(true), today) {
            return self.complain(&complaints);
        }
        if let Some(index) = self.fields.iter().position(|field| matches!(field.answer, FieldAnswer::Receipt(Receipt::Failed { .. }))) {
            self.fields[index].message = Some(Text::UploadFailed);
            self.summary = true;
            return vec![Effect::FocusSummary];
        }
        if self.fields.iter().any(|field| matches!(field.answer, FieldAnswer::Receipt(Receipt::Sending { .. }))) {
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
                if complaints.is_empty() { self.stop(attempt, &CallFault::Nonsense) } else { self.complain(&complaints) }
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
        let effect = Effect::Send(attempt.key.clone(), attempt.body.clone());
        self.phase = Phase::Sending(Attempt { sent: attempt.sent + 1, ..attempt });
        vec![effect]
    }

    fn ask(&mut self, attempt: Attempt, effect: fn(String) -> Effect) -> Vec<Effect> {
        let effects = vec![effect(attempt.key.clone())];
        self.phase = Phase::Sending(attempt);
        effects
    }

    /// Gives the form back to the customer. What may have arrived stays to be settled.
    fn stop(&mut self, attempt: Attempt, fault: &CallFault) -> Vec<Effect> {
        let notice = Notice::of(fault);
        self.phase = Phase::Filling;
        self.unsettled = match notice {
            Notice::Refused | Notice::NotAllowed => None,
            Notice::Unreachable | Notice::Unavailable | Notice::TooMany | Notice::OutcomeUnknown => Some(attempt),
        };
        self.notice = Some(notice);
        vec![Effect::FocusSummary, Effect::Emit(CardEvent::Error(notice.code()))]
    }

    fn done(&mut self, attempt: &Attempt, registered: Vec<Registered>, earlier: bool) -> Vec<Effect> {
        let sent = attempt.body.registrations.first();
        self.unsettled = None;
        self.notice = None;
        self.summary = false;
        self.phase = Phase::Done(Done {
            number: registered.first().and_then(|one| one.id.clone()),
            queued: registered.iter().any(|one| one.status == RegistrationStatus::Queued),
            earlier,
            product: sent.and_then(|one| one.product_name.clone()),
            serial_numbers: sent.map(|one| one.serial_numbers.clone()).unwrap_or_default(),
            purchase_date: sent.and_then(|one| one.purchase_date.clone()),
            copied: false,
        });
        vec![Effect::FocusDone, Effect::Emit(CardEvent::Registered(registered))]
    }

    fn complain(&mut self, complaints: &[Complaint]) -> Vec<Effect> {
        for complaint in complaints {
            let serials = complaint.key == "serialNumbers";
            let Some(index) = self
                .form
                .fields
                .iter()
                .position(|field| if serials { field.kind == FieldKind::SerialNumber } else { field.key == complaint.key })
            else {
                self.notice = Some(Notice::Refused);
                continue;
            };
            let words = message(self.form.fields[index].kind, complaint.fault);
            match &mut self.fields[index].answer {
                FieldAnswer::SerialNumbers(rows) => {
                    // Blank rows are not sent, so positions count the others.
                    let position = complaint.index.unwrap_or(0);
                    let filled =
                        rows.iter().enumerate().filter(|(_, row)| !row.text.trim().is_empty()).nth(position).map_or(0, |(at, _)| at);
                    if let Some(row) = rows.get_mut(filled) {
                        row.message = Some(words);
                    }
                }
                FieldAnswer::Receipt(receipt) => {
                    if complaint.fault == Fault::File {
                        *receipt = Receipt::None;
                    }
                    self.fields[index].message = Some(words);
                }
                FieldAnswer::Text(_) | FieldAnswer::Ticked(_) => self.fields[index].message = Some(words),
            }
        }
        self.summary = true;
        vec![Effect::FocusSummary]
    }

    fn clear_messages(&mut self) {
        self.summary = false;
        self.notice = None;
        for field in &mut self.fields {
            field.message = None;
            if let FieldAnswer::SerialNumbers(rows) = &mut field.answer {
                rows.iter_mut().for_each(|row| row.message = None);
            }
        }
    }

    /// Takes over what the controls hold: password managers and scripts change them without an event.
    fn take(&mut self, answers: &Answers) {
        for (definition, field) in self.form.fields.iter().zip(&mut self.fields) {
            let key = definition.key.as_str();
            match &mut field.answer {
                // A product that the page gives stands in no control.
                FieldAnswer::Text(_) if definition.kind == FieldKind::Product && self.given_product.is_some() => {}
                FieldAnswer::Text(text) => {
                    if let Some(held) = answers.text(key) {
                        held.clone_into(text);
                    }
                }
                FieldAnswer::Ticked(ticked) => *ticked = answers.ticked(key).unwrap_or(*ticked),
                FieldAnswer::SerialNumbers(rows) => {
                    for (row, held) in rows.iter_mut().zip(answers.texts(key)) {
                        // The gateway checks it now in any case; a check on the way would only tell of the old text.
                        drop(row.typed(held.to_owned()));
                    }
                }
                FieldAnswer::Receipt(_) => {}
            }
        }
    }

    /// What is sent. A receipt still on its way can stand in for one that is stored, to check the rest.
    fn registration(&self, assume_receipts: bool) -> NewRegistration {
        let mut new = NewRegistration { form: Some(self.slug.clone()), ..NewRegistration::default() };
        let mut extras = ByKey::new();
        for (definition, field) in self.form.fields.iter().zip(&self.fields) {
            match &field.answer {
                FieldAnswer::Text(text) => {
                    let text = Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
                    match definition.kind {
                        FieldKind::Name => new.customer_name = text,
                        FieldKind::Email => new.customer_email = text,
                        FieldKind::Product => new.product_name = text,
                        FieldKind::PurchaseDate => new.purchase_date = text,
                        FieldKind::Text
                        | FieldKind::Choice
                        | FieldKind::Receipt
                        | FieldKind::Checkbox
                        | FieldKind::Consent
                        | FieldKind::SerialNumber => {
                            if let Some(text) = text {
                                extras.insert(definition.key.clone(), Answer::Text(text));
                            }
                        }
                    }
                }
                FieldAnswer::Ticked(ticked) => extras.insert(definition.key.clone(), Answer::Ticked(*ticked)),
                FieldAnswer::SerialNumbers(rows) => {
                    new.serial_numbers = rows.iter().map(|row| row.text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
                }
                FieldAnswer::Receipt(receipt) => {
                    let upload_id = match receipt {
                        Receipt::Stored { upload_id, .. } => Some(upload_id.clone()),
                        Receipt::Sending { .. } | Receipt::Failed { .. } if assume_receipts => Some("on its way".to_owned()),
                        Receipt::None | Receipt::Sending { .. } | Receipt::Failed { .. } => None,
                    };
                    if let Some(upload_id) = upload_id {
                        extras.insert(definition.key.clone(), Answer::File(UploadedFile { upload_id }));
                    }
                }
            }
        }
        new.extras = extras;
        new
    }

    /// Goes on once no receipt is on its way any longer.
    pub(super) fn receipt_settled(&mut self, index: usize) -> Vec<Effect> {
        let Phase::AwaitingReceipt(key) = &self.phase else {
            return Vec::new();
        };
        let key = key.clone();
        if matches!(self.fields[index].answer, FieldAnswer::Receipt(Receipt::Failed { .. })) {
            self.phase = Phase::Filling;
            self.summary = true;
            return vec![Effect::FocusSummary];
        }
        if self.fields.iter().any(|field| matches!(field.answer, FieldAnswer::Receipt(Receipt::Sending { .. }))) {
            return Vec::new();
        }
        self.send(key)
    }

    /// The control that a line of the summary leads to.
    pub(super) fn reachable(&self, place: Place) -> bool {
        match place {
            Place::Field(index) => index < self.fields.len(),
            Place::Row(id) => self.rows().iter().any(|row| row.id == id),
        }
    }
}

fn complaint(error: &FieldError) -> Option<Complaint> {
    let pointer = Pointer::parse(&error.pointer)?;
    Some(Complaint { key: pointer.key, index: pointer.index, fault: Fault::parse(&error.code)? })
}
