//! What stands in the outbox of a mail. Where the store has a registration: its number and a language. Where another API has it, as much of
//! it as the mail says, and nothing once it is sent.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::app::App;
use crate::clock;
use crate::store::{Merchant, NewOutbox, OutboxKind, OutboxRow, Record, RecordSerial};
use crate::token::Away;

/// The receiver of mails to a merchant, by which they have a lane of their own; mails to customers have none.
const MERCHANT: &str = "merchant";

/// What a mail in the outbox is about.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Parcel {
    /// The registration; empty where an upstream gave no number.
    pub(super) registration: String,
    /// Others of the same submit, of which a merchant is told with it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) more: Vec<String>,
    /// In which language.
    pub(super) language: String,
    /// What is said of it, where the store does not have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) carried: Option<Carried>,
}

/// A registration that an upstream has. In a notice nothing of it is the customer's.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Carried {
    form: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    customer: Option<Customer>,
    product: Option<String>,
    serials: Vec<String>,
    bought: Option<String>,
    at: i64,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Customer {
    address: String,
    name: Option<String>,
    /// By which the registration is known there.
    reference: String,
}

/// A registration that has arrived upstream.
#[derive(Clone, Copy, Debug)]
pub struct Arrived<'a> {
    /// Its number, if it was told.
    pub id: Option<&'a str>,
    /// By which it is known there.
    pub reference: &'a str,
    /// As it was sent.
    pub sent: &'a Value,
    /// In which language its customer is sent a confirmation, if one is.
    pub language: Option<&'a str>,
}

impl Parcel {
    /// What it was written as; nothing if it is not this version's.
    pub(super) fn read(row: &OutboxRow) -> Option<Parcel> {
        serde_json::from_str(&row.payload).ok()
    }
}

impl Carried {
    fn of(sent: &Value, customer: Option<Customer>, at: i64) -> Carried {
        let serials = sent.get("serialNumbers").and_then(Value::as_array);
        Carried {
            form: text(sent, "type").unwrap_or_default(),
            customer,
            product: text(sent, "productName"),
            serials: serials.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
            bought: text(sent, "purchaseDate"),
            at,
        }
    }

    /// As if it had been kept here.
    pub(super) fn record(&self, id: &str) -> Record {
        let customer = self.customer.clone();
        let (address, name) = customer.map_or_else(Default::default, |customer| (customer.address, customer.name));
        let serial = |serial: &String| RecordSerial { serial: serial.clone(), customer_tags: None, sku: None };
        Record {
            id: id.to_owned(),
            form: self.form.clone(),
            customer_name: name,
            customer_email: address,
            product_name: self.product.clone(),
            purchase_date: self.bought.clone(),
            serial_numbers: self.serials.iter().map(serial).collect(),
            created_at: self.at,
            updated_at: self.at,
            ..Record::default()
        }
    }

    /// By what it is found there, for the customer's link.
    pub(super) fn away(&self) -> Option<Away> {
        let customer = self.customer.as_ref()?;
        Some(Away { eml: customer.address.clone(), frm: self.form.clone(), reference: customer.reference.clone(), at: self.at })
    }
}

/// Whether a mail is for the merchant, and not for a customer.
pub(super) fn is_for_merchant(row: &OutboxRow) -> bool {
    row.endpoint == MERCHANT
}

/// Which of a submit's registrations are confirmed, by their positions: one for each address, so that nobody is sent twenty by one of them.
pub fn firsts<'a>(app: &App, addresses: impl Iterator<Item = &'a str>) -> HashSet<usize> {
    let mut seen = HashSet::new();
    let firsts = addresses.enumerate().filter(|(_, address)| app.mail.is_some() && seen.insert(address.to_lowercase()));
    firsts.map(|(position, _)| position).collect()
}

/// A confirmation that is to be sent, of one registration.
pub fn confirmation(app: &App, merchant: &str, registration: &str, language: &str) -> NewOutbox {
    let (registration, language) = (registration.to_owned(), language.to_owned());
    mail(app, merchant, "", &Parcel { registration, more: Vec::new(), language, carried: None })
}

/// The notice of a submit's registrations, where the merchant wants one.
pub fn notice<'a>(app: &App, merchant: &Merchant, mut ids: impl Iterator<Item = &'a String>, language: &str) -> Option<NewOutbox> {
    if !is_wanted(app, merchant) {
        return None;
    }
    let (registration, language) = (ids.next()?.clone(), language.to_owned());
    Some(mail(app, &merchant.id, MERCHANT, &Parcel { registration, more: ids.cloned().collect(), language, carried: None }))
}

/// The mails about a registration that has arrived upstream.
pub fn of_forwarded(app: &App, merchant: &Merchant, arrived: &Arrived<'_>) -> Vec<NewOutbox> {
    let (sent, now) = (arrived.sent, app.clock.millis());
    let parcel = |language: &str, carried| Parcel {
        registration: arrived.id.unwrap_or_default().to_owned(),
        more: Vec::new(),
        language: language.to_owned(),
        carried: Some(carried),
    };
    let mut mails = Vec::new();
    if let Some((language, address)) = arrived.language.filter(|_| app.mail.is_some()).zip(text(sent, "customerEmail")) {
        let customer = Customer { address, name: text(sent, "customerName"), reference: arrived.reference.to_owned() };
        mails.push(mail(app, &merchant.id, "", &parcel(language, Carried::of(sent, Some(customer), now))));
    }
    if is_wanted(app, merchant) {
        let carried = Carried::of(sent, None, now);
        let language = app.forms.get(&carried.form).map_or("en", |form| form.words.language);
        mails.push(mail(app, &merchant.id, MERCHANT, &parcel(language, carried)));
    }
    mails
}

fn is_wanted(app: &App, merchant: &Merchant) -> bool {
    app.mail.is_some() && merchant.notice_to.is_some()
}

fn text(sent: &Value, key: &str) -> Option<String> {
    sent.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn mail(app: &App, merchant: &str, endpoint: &str, parcel: &Parcel) -> NewOutbox {
    let (id, now) = (clock::new_id(&app.clock), app.clock.millis());
    NewOutbox {
        // What has no number is about nothing else.
        aggregate: Some(&parcel.registration).filter(|id| !id.is_empty()).unwrap_or(&id).clone(),
        id,
        merchant: merchant.to_owned(),
        kind: OutboxKind::Mail,
        endpoint: endpoint.to_owned(),
        seq: now,
        payload: serde_json::to_string(parcel).unwrap_or_default(),
        next_at: now,
        sending: None,
    }
}
