//! Checking a serial number while it is typed: when to ask, what to make of the answer.
//!
//! Asking is an effect. Each change of a row makes a new generation, and an answer to an older one is not heard, so an
//! answer never overtakes a newer one.

use regcard_protocol::form::FieldKind;
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, SerialNumber, SerialNumberError};
use regcard_protocol::validate::Fault;

use super::field::message;
use super::{CallFault, CardEvent, Effect, Message};

/// One serial number as it is typed.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Stays with the row when others are removed.
    pub id: u32,
    /// As it is typed.
    pub text: String,
    /// How its check stands.
    pub check: Check,
    /// What is wrong with it.
    pub message: Option<Message>,
    /// Counts the changes.
    pub generation: u32,
    /// Its confirmation was asked for once more.
    pub confirmed_again: bool,
}

/// How a serial number's check stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Check {
    /// Nothing to ask, or not yet.
    None,
    /// Asked.
    Checking,
    /// Known and free; the product's name, where the merchant gave one.
    Available(Option<String>),
    /// Registered already.
    Registered,
    /// Not known; numbers that look like it and are.
    Unknown(Vec<String>),
    /// It cannot be registered, and the gateway does not tell why.
    NotAccepted,
    /// It could not be found out.
    Failed,
}

impl Check {
    /// As the control's `data-check` says it.
    pub fn word(&self) -> &'static str {
        match self {
            Check::None => "none",
            Check::Checking => "checking",
            Check::Available(_) => "available",
            Check::Registered => "registered",
            // Of the words that pages know, this one claims least.
            Check::Unknown(_) | Check::NotAccepted => "unknown",
            Check::Failed => "failed",
        }
    }
}

impl Row {
    /// A row that nobody has checked.
    pub fn new(id: u32, text: &str) -> Row {
        Row { id, text: text.to_owned(), check: Check::None, message: None, generation: 0, confirmed_again: false }
    }

    /// Takes a change; asks once the typing pauses.
    pub(super) fn typed(&mut self, text: String) -> Vec<Effect> {
        if self.text == text {
            return Vec::new();
        }
        self.text = text;
        self.message = None;
        self.confirmed_again = false;
        self.generation += 1;
        let mut effects = Vec::new();
        if self.check == Check::Checking {
            effects.push(Effect::AbortCheck(self.id));
        }
        self.check = Check::None;
        if SerialNumber::parse(&self.text).is_ok() {
            effects.push(Effect::CheckLater(self.id, self.generation));
        }
        effects
    }

    /// Asks now, if there is anything to ask that is not known yet.
    pub(super) fn check_now(&mut self) -> Vec<Effect> {
        match SerialNumber::parse(&self.text) {
            Ok(_) if matches!(self.check, Check::None | Check::Failed) => {
                self.check = Check::Checking;
                vec![Effect::Check(self.id, self.generation, self.text.clone()), Effect::Emit(CardEvent::Serial(self.check.word()))]
            }
            Ok(_) | Err(SerialNumberError::Empty) => Vec::new(),
            Err(SerialNumberError::TooLong { .. }) => self.wrong(Fault::TooLong),
            Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => self.wrong(Fault::SerialNumber),
        }
    }

    /// Takes an answer, unless the row has changed since it was asked for.
    pub(super) fn checked(&mut self, generation: u32, answer: Result<CheckAnswer, CallFault>) -> Vec<Effect> {
        if generation != self.generation || self.check != Check::Checking {
            return Vec::new();
        }
        self.check = match answer {
            Ok(answer) => match answer.status {
                CheckStatus::Available | CheckStatus::Accepted => Check::Available(answer.product.and_then(|product| product.name)),
                CheckStatus::Registered => Check::Registered,
                CheckStatus::Unknown => Check::Unknown(answer.did_you_mean),
                CheckStatus::NotAccepted => Check::NotAccepted,
            },
            Err(CallFault::Problem(422, _, _)) => Check::Unknown(Vec::new()),
            Err(CallFault::NoAnswer | CallFault::Problem(..) | CallFault::Nonsense) => Check::Failed,
        };
        vec![Effect::Emit(CardEvent::Serial(self.check.word()))]
    }

    /// Has the confirmation of this number sent once more.
    pub(super) fn confirm_again(&mut self) -> Vec<Effect> {
        self.confirmed_again = true;
        vec![Effect::ConfirmAgain(self.text.clone())]
    }

    fn wrong(&mut self, fault: Fault) -> Vec<Effect> {
        self.message = Some(message(FieldKind::SerialNumber, fault));
        Vec::new()
    }
}
