//! The rules a registration is checked against: each answer by its field, all of them by the form.
//!
//! The card runs this before it sends, the gateway on what came. Whether a serial number is known or free only the
//! store can tell; the fold that compares serial numbers is the gateway's.

use crate::by_key::ByKey;
use crate::contact::{EmailAddress, PersonName, is_turning, line};
use crate::date::Day;
use crate::form::{Field, FieldKind, Form};
use crate::limits;
use crate::problem::{FieldError, Place};
use crate::registration::{Answer, NewRegistration, Registration};
use crate::serial_number::{SerialNumber, SerialNumberError};

/// What can be wrong with one answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Nothing was answered to a required field.
    Required,
    /// Longer than is stored.
    TooLong,
    /// Control characters or marks that turn the reading direction.
    Characters,
    /// Not an e-mail address.
    Email,
    /// Not a day of the calendar.
    Date,
    /// A day that has not come.
    DateInFuture,
    /// A day before [`limits::FIRST_YEAR`].
    DateTooEarly,
    /// Not one of the choices.
    NotAChoice,
    /// Not a serial number.
    SerialNumber,
    /// The same serial number twice, or more than fit.
    SerialNumberTwice,
    /// More serial numbers than the form takes.
    TooManySerialNumbers,
    /// A serial number that the merchant does not know.
    SerialNumberUnknown,
    /// A serial number that is registered already.
    SerialNumberRegistered,
    /// A file that did not arrive, or not with this session.
    File,
    /// Another kind of value than the field takes.
    Kind,
    /// A field that the form does not have.
    UnknownField,
}

/// A fault, and where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Complaint {
    /// The field's name in the registration API (`serialNumbers` for the serial numbers).
    pub key: String,
    /// Position among several values.
    pub index: Option<usize>,
    /// What is wrong.
    pub fault: Fault,
}

impl Fault {
    const ALL: [Fault; 16] = [
        Fault::Required,
        Fault::TooLong,
        Fault::Characters,
        Fault::Email,
        Fault::Date,
        Fault::DateInFuture,
        Fault::DateTooEarly,
        Fault::NotAChoice,
        Fault::SerialNumber,
        Fault::SerialNumberTwice,
        Fault::TooManySerialNumbers,
        Fault::SerialNumberUnknown,
        Fault::SerialNumberRegistered,
        Fault::File,
        Fault::Kind,
        Fault::UnknownField,
    ];

    /// The code in a problem's `errors`.
    pub fn code(self) -> &'static str {
        match self {
            Fault::Required => "required",
            Fault::TooLong => "too-long",
            Fault::Characters => "characters",
            Fault::Email => "email",
            Fault::Date => "date",
            Fault::DateInFuture => "date-in-future",
            Fault::DateTooEarly => "date-too-early",
            Fault::NotAChoice => "not-a-choice",
            Fault::SerialNumber => "serial-number",
            Fault::SerialNumberTwice => "serial-number-twice",
            Fault::TooManySerialNumbers => "too-many-serial-numbers",
            Fault::SerialNumberUnknown => "serial-number-unknown",
            Fault::SerialNumberRegistered => "serial-number-registered",
            Fault::File => "file",
            Fault::Kind => "kind",
            Fault::UnknownField => "unknown-field",
        }
    }

    /// Reads a code.
    pub fn parse(code: &str) -> Option<Fault> {
        Fault::ALL.into_iter().find(|fault| fault.code() == code)
    }

    /// One sentence for the merchant and the log. The card has its own words, in the customer's language.
    pub fn message(self) -> &'static str {
        match self {
            Fault::Required => "is required",
            Fault::TooLong => "is longer than allowed",
            Fault::Characters => "holds characters that cannot be shown",
            Fault::Email => "is not an e-mail address",
            Fault::Date => "is not a date; dates are written YYYY-MM-DD",
            Fault::DateInFuture => "lies in the future",
            Fault::DateTooEarly => "lies too far in the past",
            Fault::NotAChoice => "is not one of the choices",
            Fault::SerialNumber => "is not a serial number: 1 to 64 characters that can be printed",
            Fault::SerialNumberTwice => "stands there twice",
            Fault::TooManySerialNumbers => "is one serial number more than is taken",
            Fault::SerialNumberUnknown => "is not a known serial number",
            Fault::SerialNumberRegistered => "is registered already",
            Fault::File => "is not a file that was uploaded in this session",
            Fault::Kind => "is another kind of value than this field takes",
            Fault::UnknownField => "is not a field of this form",
        }
    }
}

impl Complaint {
    /// The complaint as a problem's `errors` write it, for the registration at this position of the request.
    pub fn at(&self, registration: usize) -> FieldError {
        let place = Place { registration, key: self.key.clone(), index: self.index };
        FieldError { pointer: place.pointer(), code: self.fault.code().to_owned(), message: self.fault.message().to_owned() }
    }
}

impl Form {
    /// Reads a registration into its types by this form's rules.
    ///
    /// `today` is the day at the checker's place; a purchase date may lie one day after it, since a day begins up to
    /// 26 hours earlier elsewhere.
    ///
    /// # Errors
    /// Every complaint, in the order of the form's fields; unknown fields come last.
    pub fn accept(&self, new: &NewRegistration, today: Day) -> Result<Registration, Vec<Complaint>> {
        let mut complaints = Vec::new();
        let mut complain = |key: &str, index, fault| complaints.push(Complaint { key: key.to_owned(), index, fault });

        let (mut customer_name, mut customer_email, mut product_name, mut purchase_date) = (None, None, None, None);
        let mut serial_numbers = Vec::new();
        let mut extras = ByKey::new();
        for field in &self.fields {
            let key = field.key.as_str();
            match field.kind {
                FieldKind::Name => match read(field, new.customer_name.as_deref(), PersonName::parse) {
                    Ok(read) => customer_name = read,
                    Err(fault) => complain(key, None, fault),
                },
                FieldKind::Email => match read(field, new.customer_email.as_deref(), EmailAddress::parse) {
                    Ok(read) => customer_email = read,
                    Err(fault) => complain(key, None, fault),
                },
                FieldKind::Product => match read(field, new.product_name.as_deref(), |text| line(text, limits::PRODUCT_NAME_CHARS)) {
                    Ok(read) => product_name = read,
                    Err(fault) => complain(key, None, fault),
                },
                FieldKind::PurchaseDate => match read(field, new.purchase_date.as_deref(), |text| purchase_day(text, today)) {
                    Ok(read) => purchase_date = read,
                    Err(fault) => complain(key, None, fault),
                },
                FieldKind::SerialNumber => match self.accept_serial_numbers(field, &new.serial_numbers) {
                    Ok(read) => serial_numbers = read,
                    Err(found) => found.into_iter().for_each(|(index, fault)| complain("serialNumbers", index, fault)),
                },
                FieldKind::Receipt | FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox | FieldKind::Consent => {
                    match field.accept_extra(new.extras.get(key)) {
                        Ok(Some(answer)) => extras.insert(key.to_owned(), answer),
                        Ok(None) => {}
                        Err(fault) => complain(key, None, fault),
                    }
                }
            }
        }
        let core = [
            ("customerName", FieldKind::Name, new.customer_name.is_some()),
            ("productName", FieldKind::Product, new.product_name.is_some()),
            ("serialNumbers", FieldKind::SerialNumber, !new.serial_numbers.is_empty()),
            ("purchaseDate", FieldKind::PurchaseDate, new.purchase_date.is_some()),
        ];
        for (key, kind, given) in core {
            if given && self.field(kind).is_none() {
                complain(key, None, Fault::UnknownField);
            }
        }
        for key in new.extras.keys() {
            if !self.fields.iter().any(|field| field.kind.core_key().is_none() && field.key == *key) {
                complain(key, None, Fault::UnknownField);
            }
        }
        match customer_email {
            Some(customer_email) if complaints.is_empty() => {
                Ok(Registration { customer_name, customer_email, product_name, serial_numbers, purchase_date, extras })
            }
            Some(_) => Err(complaints),
            None => {
                // A form without the field at all, which `Form::check` refuses, still stores nothing without an address.
                if complaints.is_empty() {
                    complaints.push(Complaint { key: "customerEmail".to_owned(), index: None, fault: Fault::Required });
                }
                Err(complaints)
            }
        }
    }

    fn accept_serial_numbers(&self, field: &Field, typed: &[String]) -> Result<Vec<SerialNumber>, Vec<(Option<usize>, Fault)>> {
        let mut read: Vec<SerialNumber> = Vec::new();
        let mut faults = Vec::new();
        let most = if self.serial_numbers.several { limits::SERIAL_NUMBERS } else { 1 };
        for (index, text) in typed.iter().enumerate() {
            match SerialNumber::parse(text) {
                Err(SerialNumberError::Empty) => {}
                Err(SerialNumberError::TooLong { .. }) => faults.push((Some(index), Fault::TooLong)),
                Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => faults.push((Some(index), Fault::SerialNumber)),
                Ok(serial) if read.contains(&serial) => faults.push((Some(index), Fault::SerialNumberTwice)),
                Ok(_) if read.len() == most => {
                    faults.push((Some(index), Fault::TooManySerialNumbers));
                    break;
                }
                Ok(serial) => read.push(serial),
            }
        }
        if read.is_empty() && faults.is_empty() && field.required {
            faults.push((Some(0), Fault::Required));
        }
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }
}

impl Field {
    /// Checks what was typed into a control that holds text, while the form is being filled in.
    ///
    /// # Errors
    /// What is wrong with it. Whether it is required counts only once the form is sent: blanks pass.
    pub fn check_text(&self, text: &str, today: Day) -> Result<(), Fault> {
        if text.trim().is_empty() {
            return Ok(());
        }
        match self.kind {
            FieldKind::Name => PersonName::parse(text).map(drop),
            FieldKind::Email => EmailAddress::parse(text).map(drop),
            FieldKind::Product => line(text, limits::PRODUCT_NAME_CHARS).map(drop),
            FieldKind::PurchaseDate => purchase_day(text, today).map(drop),
            FieldKind::SerialNumber => match SerialNumber::parse(text) {
                Ok(_) | Err(SerialNumberError::Empty) => Ok(()),
                Err(SerialNumberError::TooLong { .. }) => Err(Fault::TooLong),
                Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => Err(Fault::SerialNumber),
            },
            FieldKind::Text | FieldKind::Choice => self.accept_extra(Some(&Answer::Text(text.to_owned()))).map(drop),
            FieldKind::Receipt | FieldKind::Checkbox | FieldKind::Consent => Ok(()),
        }
    }

    /// Characters its text may have at most, for a control's `maxlength`.
    pub fn longest(&self) -> usize {
        match self.kind {
            FieldKind::Name => limits::NAME_CHARS,
            FieldKind::Email => limits::EMAIL_CHARS,
            FieldKind::Product => limits::PRODUCT_NAME_CHARS,
            FieldKind::SerialNumber | FieldKind::PurchaseDate => limits::ANSWER_CHARS,
            FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox | FieldKind::Consent | FieldKind::Receipt => {
                self.max_length.unwrap_or(limits::ANSWER_CHARS)
            }
        }
    }

    fn accept_extra(&self, answer: Option<&Answer>) -> Result<Option<Answer>, Fault> {
        let missing = if self.required { Err(Fault::Required) } else { Ok(None) };
        match (self.kind, answer) {
            (_, None) => missing,
            (FieldKind::Receipt, Some(Answer::File(file))) => {
                if file.upload_id.is_empty() {
                    missing
                } else {
                    Ok(Some(Answer::File(file.clone())))
                }
            }
            (FieldKind::Checkbox, Some(Answer::Ticked(ticked))) => {
                if self.required && !ticked {
                    missing
                } else {
                    Ok(Some(Answer::Ticked(*ticked)))
                }
            }
            (FieldKind::Consent, Some(Answer::Ticked(true))) => Ok(Some(Answer::Text(self.label.clone().unwrap_or_default()))),
            (FieldKind::Consent, Some(Answer::Ticked(false))) => {
                if self.required {
                    missing
                } else {
                    Ok(Some(Answer::Text(String::new())))
                }
            }
            (FieldKind::Text | FieldKind::Choice, Some(Answer::Text(text))) if text.trim().is_empty() => missing,
            (FieldKind::Text, Some(Answer::Text(text))) => line(text, self.longest()).map(|text| Some(Answer::Text(text))),
            (FieldKind::Choice, Some(Answer::Text(text))) => {
                if self.choices.iter().any(|choice| choice.value == *text) {
                    Ok(Some(Answer::Text(text.clone())))
                } else {
                    Err(Fault::NotAChoice)
                }
            }
            (_, Some(Answer::Ticked(_) | Answer::Text(_) | Answer::File(_))) => Err(Fault::Kind),
        }
    }
}

/// A text within limits that any key of the merchant's API may carry: no control characters but line breaks and tabs.
///
/// # Errors
/// [`Fault::TooLong`], [`Fault::Characters`].
pub fn free_text(text: &str) -> Result<(), Fault> {
    if text.chars().count() > limits::ANSWER_CHARS {
        return Err(Fault::TooLong);
    }
    if text.chars().any(|character| character.is_control() && !matches!(character, '\n' | '\r' | '\t') || is_turning(character)) {
        return Err(Fault::Characters);
    }
    Ok(())
}

fn read<T>(field: &Field, text: Option<&str>, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    match parse(text.unwrap_or_default()) {
        Ok(read) => Ok(Some(read)),
        Err(Fault::Required) if !field.required => Ok(None),
        Err(fault) => Err(fault),
    }
}

fn purchase_day(text: &str, today: Day) -> Result<Day, Fault> {
    if text.trim().is_empty() {
        return Err(Fault::Required);
    }
    let day = Day::parse(text).ok_or(Fault::Date)?;
    if day > today.next() {
        Err(Fault::DateInFuture)
    } else if day.year() < limits::FIRST_YEAR {
        Err(Fault::DateTooEarly)
    } else {
        Ok(day)
    }
}

#[cfg(test)]
mod tests;
