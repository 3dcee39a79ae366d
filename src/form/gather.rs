//! From what the controls hold to what is sent, and from complaints back to the fields.

use regcard_protocol::by_key::ByKey;
use regcard_protocol::form::{Core, FieldKind};
use regcard_protocol::problem::{FieldError, Place as Pointer};
use regcard_protocol::registration::{Answer, NewRegistration, UploadedFile};
use regcard_protocol::validate::{Complaint, Fault};

use super::field::message;
use super::{Answers, Effect, FieldAnswer, FormState, Notice, Receipt, Way};

impl FormState {
    /// Takes over what the controls hold: password managers and scripts change them without an event.
    pub(super) fn take(&mut self, answers: &Answers) {
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
                FieldAnswer::Chosen(values) => *values = answers.texts(key).map(str::to_owned).collect(),
                FieldAnswer::SerialNumbers(rows) => {
                    for (row, held) in rows.iter_mut().zip(answers.texts(key)) {
                        // The gateway checks it now in any case; a check on the way would only tell of the old text.
                        drop(row.typed(held.to_owned()));
                    }
                }
                FieldAnswer::Receipts(_) | FieldAnswer::Nothing => {}
            }
        }
    }

    /// What is sent: the answers to what is asked. A receipt still on its way can stand in for one that is stored, to check the rest.
    pub(super) fn registration(&self, assume_receipts: bool) -> NewRegistration {
        let mut new = NewRegistration { form: Some(self.slug.clone()), ..NewRegistration::default() };
        let mut extras = ByKey::new();
        for (index, (definition, field)) in self.form.fields.iter().zip(&self.fields).enumerate() {
            if !self.is_asked(index) {
                continue;
            }
            let mut extra = |answer: Answer| extras.insert(definition.key.clone(), answer);
            match &field.answer {
                FieldAnswer::Text(text) => {
                    let text = Some(text.trim()).filter(|text| !text.is_empty()).map(str::to_owned);
                    match definition.kind.core() {
                        Some(Core::Name) => new.customer_name = text,
                        Some(Core::Email) => new.customer_email = text,
                        Some(Core::Product) => new.product_name = text,
                        Some(Core::PurchaseDate) => new.purchase_date = text,
                        Some(Core::SerialNumber) | None => {
                            if let Some(text) = text {
                                extra(Answer::Text(text));
                            }
                        }
                    }
                }
                // What was agreed to are the words that were shown, in whatever language.
                FieldAnswer::Ticked(true) if definition.kind == FieldKind::Consent => {
                    extra(Answer::Text(definition.label.clone().unwrap_or_default()));
                }
                FieldAnswer::Ticked(ticked) => extra(Answer::Ticked(*ticked)),
                FieldAnswer::Chosen(values) if values.is_empty() => {}
                FieldAnswer::Chosen(values) => extra(Answer::Several(values.clone())),
                FieldAnswer::SerialNumbers(rows) => {
                    new.serial_numbers = rows.iter().map(|row| row.text.trim().to_owned()).filter(|text| !text.is_empty()).collect();
                }
                FieldAnswer::Receipts(receipts) => {
                    let mut files: Vec<UploadedFile> = receipts.iter().filter_map(|receipt| named(receipt, assume_receipts)).collect();
                    if definition.several && !files.is_empty() {
                        extra(Answer::Files(files));
                    } else if let Some(file) = files.pop() {
                        extra(Answer::File(file));
                    }
                }
                FieldAnswer::Nothing => {}
            }
        }
        new.extras = extras;
        new
    }

    pub(super) fn complain(&mut self, complaints: &[Complaint]) -> Vec<Effect> {
        let mut effects = Vec::new();
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
            if complaint.fault == Fault::File {
                effects.extend(self.drop_all_files(index));
            }
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
                FieldAnswer::Text(_)
                | FieldAnswer::Ticked(_)
                | FieldAnswer::Chosen(_)
                | FieldAnswer::Receipts(_)
                | FieldAnswer::Nothing => {
                    self.fields[index].message = Some(words);
                }
            }
        }
        self.summary = true;
        effects.push(Effect::FocusSummary);
        effects
    }

    pub(super) fn clear_messages(&mut self) {
        self.summary = false;
        self.notice = None;
        for field in &mut self.fields {
            field.message = None;
            if let FieldAnswer::SerialNumbers(rows) = &mut field.answer {
                rows.iter_mut().for_each(|row| row.message = None);
            }
        }
    }
}

/// What a file is named by, if it is stored or taken for it.
fn named(receipt: &Receipt, assumed: bool) -> Option<UploadedFile> {
    let upload_id = match &receipt.way {
        Way::Stored(upload_id) => upload_id.clone(),
        Way::Preparing | Way::Sending(_) | Way::Waiting | Way::Failed if assumed => "on its way".to_owned(),
        Way::Preparing | Way::Sending(_) | Way::Waiting | Way::Failed => return None,
    };
    Some(UploadedFile { upload_id })
}

/// A fault that the gateway found, if it names one that the card knows.
pub(super) fn complaint(error: &FieldError) -> Option<Complaint> {
    let pointer = Pointer::parse(&error.pointer)?;
    Some(Complaint { key: pointer.key, index: pointer.index, fault: Fault::parse(&error.code)? })
}
