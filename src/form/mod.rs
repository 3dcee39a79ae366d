//! The card's state, as plain data, and what happens to it: `update(state, event) -> effects`.
//!
//! No browser, no clock, no randomness, no signals: whatever comes from there arrives inside an event.

mod answers;
mod event;
mod field;
mod gather;
mod notice;
mod outcome;
mod posted;
mod receipt;
mod receipts;
mod serial_number;
mod serials;
mod submit;
mod update;

use regcard_protocol::date::Day;
use regcard_protocol::form::{Field as Definition, FieldKind, Form};

pub use answers::{Answers, Given};
pub use event::{CallFault, CardEvent, Effect, Event, Place, SendResult, StatusResult};
pub use field::{Field, FieldAnswer, Message};
pub use notice::Notice;
pub use outcome::Done;
pub use posted::{NONCE, TRAP, kept_name, without_name};
pub use receipt::{FileFacts, Receipt, Way};
pub use serial_number::{Check, Row};
pub use submit::{Attempt, Phase};
pub use update::update;

/// Everything a card knows.
#[derive(Clone, Debug, PartialEq)]
pub struct FormState {
    /// The form as the merchant wrote it.
    pub form: Form,
    /// Its name in URLs.
    pub slug: String,
    /// The product the page is about, which then is not asked for.
    pub given_product: Option<String>,
    /// The fields, in the form's order.
    pub fields: Vec<Field>,
    /// Where the form is on its way.
    pub phase: Phase,
    /// What concerns the form as a whole.
    pub notice: Option<Notice>,
    /// Whether the last submit found faults, so that the summary is shown.
    pub summary: bool,
    /// A submit whose outcome is not known.
    pub unsettled: Option<Attempt>,
    /// The day it is at the customer's place.
    pub today: Day,
    /// Whether the browser has a network, as far as it knows.
    pub online: bool,
    /// The field whose picker is open, as far as is known, and whether it has been for so long that nothing may come of it: the
    /// pickers of some apps' own browsers neither bring a file nor say that they were closed.
    pub picker: Option<(usize, bool)>,
    /// Whether a file was left out to be able to send.
    pub without_receipt: bool,
    /// Whether what was typed on an earlier visit stands in the form again.
    pub restored: bool,
    /// How often the form was begun anew.
    pub drawn: u32,
}

impl FormState {
    /// A form as it is first shown, with what has been answered before.
    pub fn new(form: Form, slug: &str, given_product: Option<String>, answers: &Answers, today: Day) -> FormState {
        let fields = form.fields.iter().map(|field| Field::new(field, answers, given_product.as_deref())).collect();
        FormState {
            form,
            slug: slug.to_owned(),
            given_product: given_product.filter(|product| !product.trim().is_empty()),
            fields,
            phase: Phase::Filling,
            notice: None,
            summary: false,
            unsettled: None,
            today,
            online: true,
            picker: None,
            without_receipt: false,
            restored: false,
            drawn: 0,
        }
    }

    /// Whether the field at this position is asked for, by what others were answered.
    pub fn is_asked(&self, index: usize) -> bool {
        let Some(definition) = self.form.fields.get(index) else { return false };
        let values = |other: &Definition| {
            let position = self.form.fields.iter().position(|field| field.key == other.key);
            position.and_then(|position| self.fields.get(position)).map(Field::values).unwrap_or_default()
        };
        definition.show_if.is_none() || self.form.is_asked(definition, &values)
    }

    /// The row of serial numbers with this id, and its position.
    pub fn row(&self, id: u32) -> Option<(usize, &Row)> {
        self.rows().iter().enumerate().find(|(_, row)| row.id == id)
    }

    /// The rows of serial numbers; none if the form does not ask for any.
    pub fn rows(&self) -> &[Row] {
        self.fields.iter().find_map(|field| field.rows()).unwrap_or_default()
    }

    /// What is wrong, place by place, in the order of the form.
    pub fn faults(&self) -> Vec<(Place, Message)> {
        let mut found = Vec::new();
        for (index, field) in self.fields.iter().enumerate().filter(|(index, _)| self.is_asked(*index)) {
            if let Some(message) = field.message {
                found.push((Place::Field(index), message));
            }
            for row in field.rows().unwrap_or_default() {
                if let Some(message) = row.message {
                    found.push((Place::Row(row.id), message));
                }
            }
        }
        found
    }

    /// The product by name, as it will be sent.
    pub fn product(&self) -> Option<&str> {
        let index = self.form.fields.iter().position(|field| field.kind == FieldKind::Product)?;
        self.fields.get(index)?.text().map(str::trim).filter(|name| !name.is_empty())
    }

    fn rows_mut(&mut self) -> Option<&mut Vec<Row>> {
        self.fields.iter_mut().find_map(|field| match &mut field.answer {
            FieldAnswer::SerialNumbers(rows) => Some(rows),
            FieldAnswer::Text(_) | FieldAnswer::Ticked(_) | FieldAnswer::Chosen(_) | FieldAnswer::Receipts(_) | FieldAnswer::Nothing => {
                None
            }
        })
    }

    fn row_mut(&mut self, id: u32) -> Option<&mut Row> {
        self.rows_mut()?.iter_mut().find(|row| row.id == id)
    }
}
