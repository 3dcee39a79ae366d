//! The end: what was registered, and what follows from the form's rules.

use regcard_protocol::date::Day;
use regcard_protocol::form::WarrantyFrom;
use regcard_protocol::registration::{Registered, RegistrationStatus};

use super::{Answers, Attempt, CardEvent, Effect, Field, FormState, Phase, Place};
use regcard_protocol::form::{FieldKind, is_address_key};

/// The end.
#[derive(Clone, Debug, PartialEq)]
pub struct Done {
    /// The registration's number; none while it is queued upstream.
    pub number: Option<String>,
    /// Whether it is still on its way upstream.
    pub queued: bool,
    /// Whether what is stored is an earlier version of the form.
    pub earlier: bool,
    /// Whether a file was left out.
    pub without_receipt: bool,
    /// What was registered.
    pub product: Option<String>,
    /// Its serial numbers.
    pub serial_numbers: Vec<String>,
    /// When it was bought.
    pub purchase_date: Option<String>,
    /// The last day of the warranty, by the form's rule.
    pub warranty_until: Option<Day>,
    /// What has been copied, the number or the coupon.
    pub copied: Option<String>,
}

impl FormState {
    pub(super) fn done(&mut self, attempt: &Attempt, registered: Vec<Registered>, earlier: bool) -> Vec<Effect> {
        let sent = attempt.body.registrations.first();
        let purchase_date = sent.and_then(|one| one.purchase_date.clone());
        self.unsettled = None;
        self.notice = None;
        self.summary = false;
        self.phase = Phase::Done(Done {
            number: registered.first().and_then(|one| one.id.clone()),
            queued: registered.iter().any(|one| one.status == RegistrationStatus::Queued),
            earlier,
            without_receipt: self.without_receipt,
            product: sent.and_then(|one| one.product_name.clone()),
            serial_numbers: sent.map(|one| one.serial_numbers.clone()).unwrap_or_default(),
            warranty_until: self.warranty_until(purchase_date.as_deref()),
            purchase_date,
            copied: None,
        });
        vec![Effect::KeepKey(None), Effect::FocusDone, Effect::Emit(CardEvent::Registered(registered))]
    }

    fn warranty_until(&self, purchase_date: Option<&str>) -> Option<Day> {
        let from = match self.form.warranty_from {
            WarrantyFrom::Purchase => Day::parse(purchase_date?)?,
            WarrantyFrom::Registration => self.today,
        };
        Some(from.plus_months(self.form.warranty_months?))
    }

    /// The form from its start.
    pub(super) fn clear(&mut self) -> Vec<Effect> {
        let mut effects = self.leave();
        self.restart(|_, _| false);
        effects.push(Effect::Focus(Place::Field(0)));
        effects
    }

    /// The form once more, with what is known of the customer.
    pub(super) fn another(&mut self) -> Vec<Effect> {
        let mut effects = self.leave();
        self.restart(|kind, key| {
            matches!(kind, FieldKind::Name | FieldKind::Email | FieldKind::Phone | FieldKind::Country) || is_address_key(key)
        });
        let first = self.fields.iter().zip(&self.form.fields).position(|(field, definition)| {
            let given = definition.kind == FieldKind::Product && self.given_product.is_some();
            !given && definition.required && field.text().is_none_or(str::is_empty) && definition.kind != FieldKind::Hidden
        });
        effects.extend(first.map(|index| Effect::Focus(self.place_of(index))));
        effects
    }

    fn restart(&mut self, keeps: fn(FieldKind, &str) -> bool) {
        let nothing = Answers::default();
        for (definition, field) in self.form.fields.iter().zip(&mut self.fields) {
            if !keeps(definition.kind, &definition.key) {
                *field = Field::new(definition, &nothing, self.given_product.as_deref());
            }
            field.message = None;
        }
        self.phase = Phase::Filling;
        self.notice = None;
        self.summary = false;
        self.without_receipt = false;
        self.restored = false;
        self.drawn += 1;
    }

    /// Where the focus goes in a field.
    pub(super) fn place_of(&self, index: usize) -> Place {
        match self.fields.get(index).and_then(|field| field.rows()).and_then(<[_]>::first) {
            Some(row) => Place::Row(row.id),
            None => Place::Field(index),
        }
    }

    /// Ends what is under way for the files and numbers that are there.
    fn leave(&mut self) -> Vec<Effect> {
        let mut effects: Vec<Effect> = self.rows().iter().map(|row| Effect::AbortCheck(row.id)).collect();
        for index in 0..self.fields.len() {
            effects.extend(self.drop_all_files(index));
        }
        effects
    }
}
