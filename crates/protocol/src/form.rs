//! The form as the merchant's file describes it, which is also how the card receives it.
//!
//! What an answer has to be like stands in [`crate::validate`]; how a field looks is the view's.
//!
//! A member that nobody knows is a mistake in a merchant's file, which only the gateway reads. The card is given what the
//! gateway made of it, and saves the code that would tell.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits;

/// A merchant's registration form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Form {
    /// The heading, instead of the card's own "Register your product".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The sentence under the heading, instead of the card's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
    /// How serial numbers are treated.
    #[serde(default, alias = "serial_numbers")]
    pub serial_numbers: SerialNumberRules,
    /// The fields, in the order they are shown.
    #[serde(alias = "field")]
    pub fields: Vec<Field>,
}

/// How a form treats serial numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct SerialNumberRules {
    /// Only numbers that the merchant has loaded can be registered.
    #[serde(default)]
    pub validate: bool,
    /// A number can be registered once.
    #[serde(default, alias = "one_time")]
    pub one_time: bool,
    /// Several numbers fit into one registration.
    #[serde(default)]
    pub several: bool,
}

/// One field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Field {
    /// The name its answer has in the registration API.
    pub key: String,
    /// What is asked for.
    pub kind: FieldKind,
    /// The label, or the sentence that is agreed to. The kinds that every registration has bring their own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A hint under the label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the form can be sent without it.
    #[serde(default)]
    pub required: bool,
    /// What can be chosen. Of a product field without choices the name is typed.
    #[serde(default, alias = "choice", skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// Characters at most, for a text.
    #[serde(default, alias = "max_length", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
}

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FieldKind {
    /// The customer's full name; its key is `customerName`.
    Name,
    /// The customer's e-mail address; its key is `customerEmail`.
    Email,
    /// What was bought; its key is `productName`.
    Product,
    /// The serial number or numbers; its key is `serialNumber`.
    SerialNumber,
    /// When it was bought; its key is `purchaseDate`.
    PurchaseDate,
    /// A picture or PDF of the receipt.
    Receipt,
    /// A line of text.
    Text,
    /// One of several choices.
    Choice,
    /// Yes or no.
    Checkbox,
    /// A sentence that is agreed to, or not. Its text is stored, not a yes.
    Consent,
}

/// One choice of a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Choice {
    /// What is stored.
    pub value: String,
    /// What is shown, where it differs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
}

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
    /// More fields than a registration may carry.
    #[error("a form has at most {limit} fields besides those every registration has", limit = limits::EXTRA_FIELDS)]
    TooManyFields,
}

impl FieldKind {
    /// The key that a field of this kind has in the registration API, where the API fixes it.
    pub fn core_key(self) -> Option<&'static str> {
        match self {
            FieldKind::Name => Some("customerName"),
            FieldKind::Email => Some("customerEmail"),
            FieldKind::Product => Some("productName"),
            FieldKind::SerialNumber => Some("serialNumber"),
            FieldKind::PurchaseDate => Some("purchaseDate"),
            FieldKind::Receipt | FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox | FieldKind::Consent => None,
        }
    }

    fn word(self) -> &'static str {
        match self {
            FieldKind::Name => "name",
            FieldKind::Email => "email",
            FieldKind::Product => "product",
            FieldKind::SerialNumber => "serial-number",
            FieldKind::PurchaseDate => "purchase-date",
            FieldKind::Receipt => "receipt",
            FieldKind::Text => "text",
            FieldKind::Choice => "choice",
            FieldKind::Checkbox => "checkbox",
            FieldKind::Consent => "consent",
        }
    }
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
    /// The field of a kind, if the form has one.
    pub fn field(&self, kind: FieldKind) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == kind)
    }

    /// Whether the form makes sense: each key once, core keys where the API wants them, something to choose from.
    ///
    /// # Errors
    /// The first thing that is wrong, in words for whoever wrote the file.
    pub fn check(&self) -> Result<(), FormError> {
        let mut keys = BTreeSet::new();
        for field in &self.fields {
            field.check()?;
            if !keys.insert(&field.key) {
                return Err(FormError::Twice(field.key.clone()));
            }
        }
        if !self.fields.iter().any(|field| field.kind == FieldKind::Email && field.required) {
            return Err(FormError::NoEmail);
        }
        if self.fields.iter().filter(|field| field.kind.core_key().is_none()).count() > limits::EXTRA_FIELDS {
            return Err(FormError::TooManyFields);
        }
        Ok(())
    }
}

impl Field {
    fn check(&self) -> Result<(), FormError> {
        let length = self.key.chars().count();
        if length == 0
            || length > limits::FIELD_KEY_CHARS
            || self.key.chars().any(|character| character.is_control() || character.is_whitespace())
        {
            return Err(FormError::Key(self.key.clone()));
        }
        match self.kind.core_key() {
            Some(expected) if self.key != expected => {
                return Err(FormError::CoreKey { kind: self.kind.word(), expected, key: self.key.clone() });
            }
            Some(_) => {}
            None if RESERVED_KEYS.contains(&self.key.as_str()) || is_core_key(&self.key) => {
                return Err(FormError::Reserved(self.key.clone()));
            }
            None if self.kind != FieldKind::Receipt && self.label.as_deref().is_none_or(|label| label.trim().is_empty()) => {
                return Err(FormError::NoLabel(self.key.clone()));
            }
            None => {}
        }
        let values: BTreeSet<&str> = self.choices.iter().map(|choice| choice.value.as_str()).collect();
        let chooses = self.kind == FieldKind::Choice;
        if chooses && values.is_empty() || values.len() != self.choices.len() || values.contains("") {
            return Err(FormError::Choices(self.key.clone()));
        }
        if self.max_length.is_some_and(|limit| limit == 0 || limit > limits::ANSWER_CHARS) {
            return Err(FormError::MaxLength(self.key.clone()));
        }
        Ok(())
    }
}

impl Choice {
    /// What is shown for it.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}

/// Whether the registration API gives this name to an answer that every registration has.
pub fn is_core_key(key: &str) -> bool {
    matches!(key, "customerName" | "customerEmail" | "productName" | "serialNumber" | "purchaseDate")
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn field(key: &str, kind: FieldKind) -> Field {
        let choices = if kind == FieldKind::Choice { vec![Choice { value: "a".into(), label: None }] } else { Vec::new() };
        Field {
            key: key.into(),
            kind,
            label: Some("Label".into()),
            hint: None,
            required: kind == FieldKind::Email,
            choices,
            max_length: None,
        }
    }

    fn form(extra: Field) -> Form {
        Form {
            title: None,
            intro: None,
            serial_numbers: SerialNumberRules::default(),
            fields: vec![field("customerEmail", FieldKind::Email), extra],
        }
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
    fn a_form_has_sixty_four_fields_of_its_own_at_most() {
        let mut many = form(field("f0", FieldKind::Text));
        many.fields.extend((1..limits::EXTRA_FIELDS).map(|number| field(&format!("f{number}"), FieldKind::Text)));
        assert_eq!(many.check(), Ok(()));
        many.fields.push(field("one-more", FieldKind::Text));
        assert_eq!(many.check(), Err(FormError::TooManyFields));
    }
}
