//! Where merchants are told what happens to registrations, and what they are told, as plain data.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What happened to a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WebhookEvent {
    /// It was registered.
    Created,
    /// It was changed.
    Updated,
    /// It was erased.
    Deleted,
    /// An upstream refused it after it had been taken on, and it waits for a person.
    Rejected,
}

impl WebhookEvent {
    /// Every event.
    pub const ALL: [WebhookEvent; 4] = [WebhookEvent::Created, WebhookEvent::Updated, WebhookEvent::Deleted, WebhookEvent::Rejected];

    /// As it is stored, shown and sent.
    pub fn word(self) -> &'static str {
        match self {
            WebhookEvent::Created => "created",
            WebhookEvent::Updated => "updated",
            WebhookEvent::Deleted => "deleted",
            WebhookEvent::Rejected => "rejected",
        }
    }

    /// Reads what [`WebhookEvent::word`] says.
    pub fn parse(word: &str) -> Option<WebhookEvent> {
        WebhookEvent::ALL.into_iter().find(|event| event.word() == word)
    }
}

/// An endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebhookEndpoint {
    /// Its number.
    pub id: String,
    /// Whose.
    pub merchant: String,
    /// Where it is. May hold a secret of the merchant's, so it stands in no log.
    pub url: String,
    /// What it is told of.
    pub events: Vec<WebhookEvent>,
    /// What signs, sealed.
    pub secret_sealed: String,
    /// What signed before, sealed, and until when it signs as well.
    pub previous: Option<(String, i64)>,
    /// Since when nothing is sent there, and why.
    pub disabled: Option<(i64, String)>,
    /// Since when no attempt has succeeded.
    pub failing_since: Option<i64>,
    /// When it was added.
    pub created_at: i64,
}

/// How adding an endpoint went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AddingEndpoint {
    /// It is there.
    Added,
    /// The merchant has one with this address.
    Known,
    /// The merchant has as many as are allowed.
    TooMany,
}

/// What an endpoint is told of, as it stands in the outbox. What a customer typed is no part of it where the store has the registration:
/// it is read there when it is sent; of what is parked, in the outbox. Where an upstream keeps it, it is carried along, and gone once it was
/// received.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Notice {
    /// What happened.
    pub event: WebhookEvent,
    /// The registration's number, if it is known.
    pub registration: Option<String>,
    /// Its form.
    pub form: String,
    /// When it happened.
    pub at: i64,
    /// How often it was sent without success.
    #[serde(default)]
    pub tries: u32,
    /// Whether an upstream has the registration, and not the store.
    #[serde(default)]
    pub forwarded: bool,
    /// The registration as it was sent upstream.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carried: Option<Value>,
    /// Where it waits for a person, if it does: what is told of it is read there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parked: Option<Parked>,
}

/// A registration in a message that is parked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parked {
    /// The message.
    pub message: String,
    /// By which the registration is known in it.
    pub reference: String,
}

impl Notice {
    /// Of a registration that the store has.
    pub fn of_kept(event: WebhookEvent, registration: &str, form: &str, at: i64) -> Notice {
        Notice {
            event,
            registration: Some(registration.to_owned()),
            form: form.to_owned(),
            at,
            tries: 0,
            forwarded: false,
            carried: None,
            parked: None,
        }
    }

    /// Of a registration that an upstream has, as it was sent there.
    pub fn of_forwarded(registration: Option<String>, at: i64, sent: Value) -> Notice {
        let form = sent.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
        Notice { event: WebhookEvent::Created, registration, form, at, tries: 0, forwarded: true, carried: Some(sent), parked: None }
    }

    /// Of a registration that an upstream refused when nobody waited any more. It has no number.
    pub fn of_rejected(form: &str, at: i64, parked: Parked) -> Notice {
        let parked = Some(parked);
        Notice {
            event: WebhookEvent::Rejected,
            registration: None,
            form: form.to_owned(),
            at,
            tries: 0,
            forwarded: false,
            carried: None,
            parked,
        }
    }

    /// What it was written as; nothing if it is not this version's.
    pub fn read(text: &str) -> Option<Notice> {
        serde_json::from_str(text).ok()
    }

    /// As it stands in the outbox.
    pub fn written(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// Without anything a customer typed.
    #[must_use]
    pub fn received(self) -> Notice {
        Notice { carried: None, ..self }
    }

    /// Whether there is anything left to send.
    pub fn can_be_sent(&self) -> bool {
        !self.forwarded || self.carried.is_some()
    }
}

/// Which messages of an endpoint are sent again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// Those that were given up.
    Failed,
    /// Every one since this instant, received or not.
    Since(i64),
    /// This one, received or not.
    One(String),
}

/// How many messages an endpoint has.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WebhookCount {
    /// Of which endpoint.
    pub endpoint: String,
    /// To be sent.
    pub waiting: u64,
    /// Given up after the last attempt.
    pub failed: u64,
}
