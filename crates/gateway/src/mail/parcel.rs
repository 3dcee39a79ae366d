//! What stands in the outbox of a mail: numbers and a language. Where the store has a registration, nothing of a customer waits with the mail.

use serde::{Deserialize, Serialize};

use crate::app::App;
use crate::clock;
use crate::store::{Merchant, NewOutbox, OutboxKind, OutboxRow};

/// The receiver of mails to a merchant, by which they have a lane of their own; mails to customers have none.
const MERCHANT: &str = "merchant";

/// What a mail in the outbox is about.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    /// The registration.
    pub(super) registration: String,
    /// Others of the same submit, of which a merchant is told with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) more: Vec<String>,
    /// In which language.
    pub(super) language: String,
}

impl Parcel {
    /// What it was written as; nothing if it is not this version's.
    pub(super) fn read(row: &OutboxRow) -> Option<Parcel> {
        serde_json::from_str(&row.payload).ok()
    }
}

/// Whether a mail is for the merchant, and not for a customer.
pub(super) fn is_for_merchant(row: &OutboxRow) -> bool {
    row.endpoint == MERCHANT
}

/// A confirmation that is to be sent, of one registration.
pub fn confirmation(app: &App, merchant: &str, registration: &str, language: &str) -> NewOutbox {
    let parcel = Parcel { registration: registration.to_owned(), more: Vec::new(), language: language.to_owned() };
    mail(app, merchant, "", &parcel)
}

/// The notice of a submit's registrations, where the merchant wants one.
pub fn notice<'a>(app: &App, merchant: &Merchant, mut ids: impl Iterator<Item = &'a String>, language: &str) -> Option<NewOutbox> {
    if app.mail.is_none() || merchant.notice_to.is_none() {
        return None;
    }
    let parcel = Parcel { registration: ids.next()?.clone(), more: ids.cloned().collect(), language: language.to_owned() };
    Some(mail(app, &merchant.id, MERCHANT, &parcel))
}

fn mail(app: &App, merchant: &str, endpoint: &str, parcel: &Parcel) -> NewOutbox {
    let now = app.clock.millis();
    NewOutbox {
        id: clock::new_id(&app.clock),
        merchant: merchant.to_owned(),
        kind: OutboxKind::Mail,
        endpoint: endpoint.to_owned(),
        aggregate: parcel.registration.clone(),
        seq: now,
        payload: serde_json::to_string(parcel).unwrap_or_default(),
        next_at: now,
        sending: None,
    }
}
