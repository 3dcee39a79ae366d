//! The rules a registration is checked against: each answer by its field, all of them by the form.
//!
//! The card runs this before it sends, the gateway on what came. Whether a serial number is known or free only the
//! store can tell; the fold that compares serial numbers is the gateway's.

mod answer;
mod fault;

use crate::by_key::ByKey;
use crate::contact::{EmailAddress, PersonName};
use crate::date::Day;
use crate::form::{Core, Field, FieldKind, Form, SerialNumberRules};
use crate::limits;
use crate::pattern::Pattern;
use crate::problem::{FieldError, Place};
use crate::registration::{NewRegistration, Registration};
use crate::serial_number::{SerialNumber, SerialNumberError};

pub use answer::{free_text, purchase_day};
pub use fault::Fault;

use answer::read;

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
        let values = |field: &Field| new.values(field);
        for field in self.fields.iter().filter(|field| field.kind.asks() && self.is_asked(field, &values)) {
            let key = field.key.as_str();
            match field.kind.core() {
                Some(Core::Name) => match read(field, new.customer_name.as_deref(), PersonName::parse) {
                    Ok(read) => customer_name = read,
                    Err(fault) => complain(key, None, fault),
                },
                Some(Core::Email) => match read(field, new.customer_email.as_deref(), EmailAddress::parse) {
                    Ok(read) => customer_email = read,
                    Err(fault) => complain(key, None, fault),
                },
                Some(Core::Product) => match read(field, new.product_name.as_deref(), |text| field.accept_product(text)) {
                    Ok(read) => product_name = read,
                    Err(fault) => complain(key, None, fault),
                },
                Some(Core::PurchaseDate) => match read(field, new.purchase_date.as_deref(), |text| purchase_day(text, today)) {
                    Ok(read) => purchase_date = read,
                    Err(fault) => complain(key, None, fault),
                },
                Some(Core::SerialNumber) => match self.accept_serial_numbers(field, &new.serial_numbers) {
                    Ok(read) => serial_numbers = read,
                    Err(found) => found.into_iter().for_each(|(index, fault)| complain("serialNumbers", index, fault)),
                },
                None => match field.accept_extra(self, new.extras.get(key)) {
                    Ok(Some(answer)) => extras.insert(key.to_owned(), answer),
                    Ok(None) => {}
                    Err(fault) => complain(key, None, fault),
                },
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
            if !self.fields.iter().any(|field| field.kind.asks() && field.kind.core().is_none() && field.key == *key) {
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
                Ok(serial) if !self.serial_numbers.looks_right(serial.as_str()) => faults.push((Some(index), Fault::SerialNumber)),
                Ok(serial) if !self.serial_numbers.adds_up(serial.as_str()) => faults.push((Some(index), Fault::CheckDigit)),
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

impl SerialNumberRules {
    /// Whether a number looks as the maker's numbers do. Dashes do not count: people leave them out.
    pub fn looks_right(&self, serial: &str) -> bool {
        self.pattern().is_none_or(|pattern| pattern.fits(&without_dashes(serial)))
    }

    /// Whether its check digit is right.
    pub fn adds_up(&self, serial: &str) -> bool {
        self.check_digit.is_none_or(|digit| digit.holds(serial))
    }

    /// What may have been meant by a number that does not look right, by the format alone.
    pub fn meant(&self, serial: &str) -> Vec<String> {
        let found = self.pattern().map(|pattern| pattern.meant(&without_dashes(serial), limits::SUGGESTIONS)).unwrap_or_default();
        found.into_iter().filter(|meant| self.adds_up(meant)).collect()
    }

    fn pattern(&self) -> Option<Pattern> {
        self.format.as_deref().and_then(|format| Pattern::parse(&without_dashes(format)))
    }
}

fn without_dashes(text: &str) -> String {
    text.chars().filter(|character| *character != '-').collect()
}

#[cfg(test)]
mod tests;
