//! Whether a form's file makes sense: said to whoever wrote it, in words.

use std::collections::BTreeSet;

use thiserror::Error;

use super::{ChoiceStyle, Core, Field, FieldKind, Form};
use crate::country;
use crate::limits;
use crate::pattern::Pattern;

/// Why a form's file cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FormError {
    /// Two answers would have one name.
    #[error("field \"{0}\" stands in the form twice")]
    Twice(String),
    /// No key, or one that is too long or not a line of text.
    #[error("\"{0}\" is no key: 1 to {limit} characters that can be seen", limit = limits::FIELD_KEY_CHARS)]
    Key(String),
    /// A name that means something else in the registration API.
    #[error("\"{0}\" has a meaning of its own in the registration API and cannot be a field's key")]
    Reserved(String),
    /// A kind that every registration has, under a name of its own.
    #[error("a field of kind \"{kind}\" has the key \"{expected}\", not \"{key}\"")]
    CoreKey {
        /// The kind, as the file writes it.
        kind: &'static str,
        /// The key it has to have.
        expected: &'static str,
        /// The key it has.
        key: String,
    },
    /// Nobody could be told that the registration arrived.
    #[error("a form needs a required field of kind \"email\"")]
    NoEmail,
    /// A field nobody would understand.
    #[error("field \"{0}\" needs a label")]
    NoLabel(String),
    /// Nothing to choose from.
    #[error("field \"{0}\" needs choices, each of them once and not empty")]
    Choices(String),
    /// A longer text than is ever stored.
    #[error("field \"{0}\": max_length is 1 to {limit}", limit = limits::ANSWER_CHARS)]
    MaxLength(String),
    /// A number that is no limit.
    #[error("field \"{0}\": min is above max")]
    MinMax(String),
    /// A pattern that cannot be read.
    #[error("\"{0}\" is no pattern: 9 stands for a digit, A for a letter, N for either, {{2,5}} for how many, anything else for itself")]
    Pattern(String),
    /// A condition on something that does not stand before it.
    #[error("field \"{0}\": show_if names the key of a field that stands before it, and `is` one of its choices")]
    ShowIf(String),
    /// A way to show choices that this kind has not.
    #[error("field \"{0}\" cannot be shown in that style")]
    Style(String),
    /// Not a country.
    #[error("\"{0}\" is no country: two capital letters, as ISO 3166-1 has them")]
    Country(String),
    /// What is not told could be worked out.
    #[error("serial_numbers: discreet needs validate, or every number that is refused is one that is registered")]
    Discreet,
    /// An address that a page must not lead to.
    #[error("{0} has to be an address that begins with https://")]
    Link(&'static str),
    /// More fields than a registration may carry.
    #[error("a form has at most {limit} fields besides those every registration has", limit = limits::EXTRA_FIELDS)]
    TooManyFields,
}

/// Names that the registration API gives a meaning of its own: a field called so would change what is registered.
pub const RESERVED_KEYS: [&str; 17] = [
    "accessToken",
    "type",
    "id",
    "status",
    "createdAt",
    "updatedAt",
    "customerTags",
    "serialNumbers",
    "fields",
    "fieldData",
    "customer",
    "warranty",
    "warrantyEndDate",
    "sendEmails",
    "registrations",
    "productSku",
    "__proto__",
];

impl Form {
    /// Whether the form makes sense: each key once, core keys where the API wants them, something to choose from.
    ///
    /// # Errors
    /// The first thing that is wrong, in words for whoever wrote the file.
    pub fn check(&self) -> Result<(), FormError> {
        let mut keys = BTreeSet::new();
        for (position, field) in self.fields.iter().enumerate() {
            field.check()?;
            if field.kind.asks() && !keys.insert(&field.key) {
                return Err(FormError::Twice(field.key.clone()));
            }
            self.check_condition(position, field)?;
        }
        if !self.fields.iter().any(|field| field.kind == FieldKind::Email && field.required && field.show_if.is_none()) {
            return Err(FormError::NoEmail);
        }
        if self.fields.iter().filter(|field| field.kind.asks() && field.kind.core().is_none()).count() > limits::EXTRA_FIELDS {
            return Err(FormError::TooManyFields);
        }
        if let Some(format) = &self.serial_numbers.format {
            Pattern::parse(format).ok_or_else(|| FormError::Pattern(format.clone()))?;
        }
        #[cfg(not(target_arch = "wasm32"))]
        if self.serial_numbers.discreet && !self.serial_numbers.validate {
            return Err(FormError::Discreet);
        }
        if let Some(country) = self.default_country.as_ref().filter(|code| !country::is_country(code)) {
            return Err(FormError::Country(country.clone()));
        }
        let links = [("end_link", &self.end_link), ("registered_link", &self.registered_link), ("where_picture", &self.where_picture)];
        match links.into_iter().find(|(_, link)| link.as_deref().is_some_and(|link| !is_link(link))) {
            Some((name, _)) => Err(FormError::Link(name)),
            None => Ok(()),
        }
    }

    fn check_condition(&self, position: usize, field: &Field) -> Result<(), FormError> {
        let Some(key) = &field.show_if else {
            return if field.is.is_empty() && field.is_not.is_empty() { Ok(()) } else { Err(FormError::ShowIf(field.key.clone())) };
        };
        let other = self.fields.iter().take(position).find(|other| other.key == *key && other.kind.asks());
        let chosen = |other: &Field, value: &String| other.choices.is_empty() || other.choices.iter().any(|choice| choice.value == *value);
        match other {
            Some(other) if field.is.iter().chain(&field.is_not).all(|value| chosen(other, value)) => Ok(()),
            Some(_) | None => Err(FormError::ShowIf(field.key.clone())),
        }
    }
}

fn is_link(text: &str) -> bool {
    // A page that is being tried out is served from the same machine.
    ["https://", "http://127.0.0.1", "http://localhost"].iter().any(|start| text.starts_with(start))
}

impl Field {
    fn check(&self) -> Result<(), FormError> {
        if !self.kind.asks() {
            return if self.label.as_deref().is_none_or(|label| label.trim().is_empty()) {
                Err(FormError::NoLabel(format!("{:?}", self.kind).to_lowercase()))
            } else {
                Ok(())
            };
        }
        let length = self.key.chars().count();
        if length == 0
            || length > limits::FIELD_KEY_CHARS
            || self.key.chars().any(|character| character.is_control() || character.is_whitespace())
        {
            return Err(FormError::Key(self.key.clone()));
        }
        match self.kind.core().map(Core::key) {
            Some(expected) if self.key != expected => {
                return Err(FormError::CoreKey { kind: expected_kind(expected), expected, key: self.key.clone() });
            }
            Some(_) => {}
            None if RESERVED_KEYS.contains(&self.key.as_str()) || is_core_key(&self.key) => {
                return Err(FormError::Reserved(self.key.clone()));
            }
            None if self.kind.needs_label()
                && !is_address_key(&self.key)
                && self.label.as_deref().is_none_or(|label| label.trim().is_empty()) =>
            {
                return Err(FormError::NoLabel(self.key.clone()));
            }
            None => {}
        }
        let values: BTreeSet<&str> = self.choices.iter().map(|choice| choice.value.as_str()).collect();
        let chooses = matches!(self.kind, FieldKind::Choice | FieldKind::Choices);
        if chooses && values.is_empty() || values.len() != self.choices.len() || values.contains("") {
            return Err(FormError::Choices(self.key.clone()));
        }
        if self.max_length.is_some_and(|limit| limit == 0 || limit > limits::ANSWER_CHARS) {
            return Err(FormError::MaxLength(self.key.clone()));
        }
        if let (Some(min), Some(max)) = (self.min, self.max)
            && min > max
        {
            return Err(FormError::MinMax(self.key.clone()));
        }
        if let Some(pattern) = &self.pattern {
            Pattern::parse(pattern).ok_or_else(|| FormError::Pattern(pattern.clone()))?;
        }
        match (self.style, self.kind) {
            (None, _)
            | (Some(ChoiceStyle::List | ChoiceStyle::Radio), FieldKind::Choice)
            | (Some(ChoiceStyle::List | ChoiceStyle::Search), FieldKind::Product) => Ok(()),
            (Some(_), _) => Err(FormError::Style(self.key.clone())),
        }
    }
}

/// The kind that has this key, as the file writes it.
fn expected_kind(key: &str) -> &'static str {
    match key {
        "customerName" => "name",
        "customerEmail" => "email",
        "productName" => "product",
        "serialNumber" => "serial-number",
        _ => "purchase-date",
    }
}

/// Whether the registration API gives this name to an answer that every registration has.
pub fn is_core_key(key: &str) -> bool {
    matches!(key, "customerName" | "customerEmail" | "productName" | "serialNumber" | "purchaseDate")
}

/// Whether this is a line of an address, which has a label of the card's own.
pub fn is_address_key(key: &str) -> bool {
    matches!(key, "address1" | "address2" | "postCode" | "city" | "state")
}

#[cfg(test)]
mod tests {
    use super::super::Choice;
    use super::*;

    pub(crate) fn field(key: &str, kind: FieldKind) -> Field {
        let choices = if matches!(kind, FieldKind::Choice) { vec![Choice { value: "a".into(), label: None }] } else { Vec::new() };
        Field { key: key.into(), kind, label: Some("Label".into()), required: kind == FieldKind::Email, choices, ..Field::default() }
    }

    fn form(extra: Field) -> Form {
        Form { fields: vec![field("customerEmail", FieldKind::Email), extra], ..Form::default() }
    }

    #[test]
    fn a_form_whose_keys_are_clear_is_taken() {
        for key in ["Age", "where-did-you-purchase-this-product-from-", "InvoiceUpload", "Größe"] {
            assert_eq!(form(field(key, FieldKind::Text)).check(), Ok(()));
        }
        assert_eq!(form(field("customerName", FieldKind::Name)).check(), Ok(()));
    }

    #[test]
    fn each_mistake_in_a_file_has_its_own_words() {
        assert_eq!(form(field("customerEmail", FieldKind::Email)).check(), Err(FormError::Twice("customerEmail".into())));
        assert_eq!(form(field("", FieldKind::Text)).check(), Err(FormError::Key(String::new())));
        assert_eq!(form(field(&"k".repeat(65), FieldKind::Text)).check(), Err(FormError::Key("k".repeat(65))));
        assert!(form(field(&"k".repeat(64), FieldKind::Text)).check().is_ok());
        for reserved in ["status", "accessToken", "productName"] {
            assert_eq!(form(field(reserved, FieldKind::Text)).check(), Err(FormError::Reserved(reserved.into())));
        }
        assert_eq!(
            form(field("name", FieldKind::Name)).check(),
            Err(FormError::CoreKey { kind: "name", expected: "customerName", key: "name".into() })
        );
        assert_eq!(form(Field { label: None, ..field("Age", FieldKind::Text) }).check(), Err(FormError::NoLabel("Age".into())));
        assert_eq!(form(Field { choices: Vec::new(), ..field("Shop", FieldKind::Choice) }).check(), Err(FormError::Choices("Shop".into())));
        assert_eq!(
            form(Field { max_length: Some(limits::ANSWER_CHARS + 1), ..field("Age", FieldKind::Text) }).check(),
            Err(FormError::MaxLength("Age".into()))
        );
        assert!(form(Field { max_length: Some(limits::ANSWER_CHARS), ..field("Age", FieldKind::Text) }).check().is_ok());
        let mut without = form(field("Age", FieldKind::Text));
        without.fields[0].required = false;
        assert_eq!(without.check(), Err(FormError::NoEmail));
    }

    #[test]
    fn discretion_needs_numbers_that_are_looked_for() {
        let mut form = form(field("serialNumber", FieldKind::SerialNumber));
        (form.serial_numbers.discreet, form.serial_numbers.one_time) = (true, true);
        assert_eq!(form.check(), Err(FormError::Discreet));
        form.serial_numbers.validate = true;
        assert_eq!(form.check(), Ok(()));
    }

    #[test]
    fn a_form_has_sixty_four_fields_of_its_own_at_most() {
        let mut many = form(field("f0", FieldKind::Text));
        many.fields.extend((1..limits::EXTRA_FIELDS).map(|number| field(&format!("f{number}"), FieldKind::Text)));
        assert_eq!(many.check(), Ok(()));
        many.fields.push(field("one-more", FieldKind::Text));
        assert_eq!(many.check(), Err(FormError::TooManyFields));
    }
}
