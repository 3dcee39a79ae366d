//! The form as the merchant's file describes it, which is also how the card receives it.
//!
//! What an answer has to be like stands in [`crate::validate`]; how a field looks is the view's.
//!
//! A member that nobody knows is a mistake in a merchant's file, which only the gateway reads. The card is given what the
//! gateway made of it, and saves the code that would tell. Members stand side by side instead of in tables of their own for
//! the same reason: each table costs the customer a kilobyte.

mod address;
mod check;
mod field;
#[cfg(not(target_arch = "wasm32"))]
mod wording;

use serde::{Deserialize, Serialize};

pub use check::{FormError, RESERVED_KEYS, is_address_key, is_core_key};
pub use field::{Choice, ChoiceStyle, Core, Field, FieldKind};

/// A merchant's registration form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Form {
    /// The language of the words in the file, as a tag such as `de`: what who names no language is given. English without it. Read by
    /// the gateway.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip_serializing)]
    pub language: Option<String>,
    /// The heading, instead of the card's own "Register your product".
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The sentence under the heading, instead of the card's own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub intro: Option<String>,
    /// How serial numbers are treated.
    #[serde(alias = "serial_numbers")]
    pub serial_numbers: SerialNumberRules,
    /// The country that a field of countries has at first, as ISO 3166-1 writes it: `DE`.
    #[serde(alias = "default_country", skip_serializing_if = "Option::is_none")]
    pub default_country: Option<String>,
    /// Whether a registration is confirmed by mail. The gateway says so; no file can.
    #[serde(skip_serializing_if = "is_default")]
    #[cfg_attr(not(target_arch = "wasm32"), serde(skip_deserializing))]
    pub mail: bool,
    /// Months of warranty, which the end tells of.
    #[serde(alias = "warranty_months", skip_serializing_if = "Option::is_none")]
    pub warranty_months: Option<u16>,
    /// From which day these months count.
    #[serde(alias = "warranty_from", skip_serializing_if = "is_default")]
    pub warranty_from: WarrantyFrom,
    /// What the merchant says at the end.
    #[serde(alias = "end_message", skip_serializing_if = "Option::is_none")]
    pub end_message: Option<String>,
    /// Where the end's button leads: a manual, a download.
    #[serde(alias = "end_link", skip_serializing_if = "Option::is_none")]
    pub end_link: Option<String>,
    /// What stands on that button.
    #[serde(alias = "end_link_label", skip_serializing_if = "Option::is_none")]
    pub end_link_label: Option<String>,
    /// A coupon that the end shows, to be copied.
    #[serde(alias = "end_coupon", skip_serializing_if = "Option::is_none")]
    pub end_coupon: Option<String>,
    /// What someone is told who has a product that is registered already, instead of the card's own words.
    #[serde(alias = "registered_text", skip_serializing_if = "Option::is_none")]
    pub registered_text: Option<String>,
    /// Where that leads: the shop's help, or a form for second-hand owners.
    #[serde(alias = "registered_link", skip_serializing_if = "Option::is_none")]
    pub registered_link: Option<String>,
    /// Where the serial number is found, in words.
    #[serde(alias = "where_text", skip_serializing_if = "Option::is_none")]
    pub where_text: Option<String>,
    /// And in a picture's address.
    #[serde(alias = "where_picture", skip_serializing_if = "Option::is_none")]
    pub where_picture: Option<String>,
    /// How long what was typed is kept for the same browser.
    #[serde(skip_serializing_if = "is_default")]
    pub draft: DraftKept,
    /// The fields, in the order they are shown.
    #[serde(alias = "field")]
    pub fields: Vec<Field>,
    /// The merchant's own wording: by language, then by the key of a text, or `KEY.label`, `KEY.hint` and `KEY.choice.VALUE` of a
    /// field. Read by the gateway, which sends each card the words of its language.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip_serializing, deserialize_with = "wording::by_language")]
    pub texts: crate::by_key::ByKey<crate::by_key::ByKey<String>>,
}

/// How a form treats serial numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct SerialNumberRules {
    /// Only numbers that the merchant has loaded can be registered.
    pub validate: bool,
    /// A number can be registered once.
    #[serde(alias = "one_time")]
    pub one_time: bool,
    /// Several numbers fit into one registration.
    pub several: bool,
    /// Whoever asks is not told why a number cannot be registered. Read by the gateway; the card knows it by what it is answered.
    #[cfg(not(target_arch = "wasm32"))]
    #[serde(skip_serializing)]
    pub discreet: bool,
    /// What every number looks like, see [`crate::pattern::Pattern`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// How the last character is worked out from the others.
    #[serde(alias = "check_digit", skip_serializing_if = "Option::is_none")]
    pub check_digit: Option<CheckDigit>,
}

/// Ways to work out a check digit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckDigit {
    /// ISO/IEC 7812-1, annex B, "Luhn": over the digits, whatever stands between them.
    Luhn,
    /// GS1 general specifications, 7.9.1: weights 3 and 1 from the right.
    Gs1,
}

/// From which day a warranty counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum WarrantyFrom {
    /// The day it was bought.
    #[default]
    Purchase,
    /// The day it is registered.
    Registration,
}

/// How long what was typed is kept in the browser.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DraftKept {
    /// As long as the tab is open.
    #[default]
    Tab,
    /// Seven days, on this device. Safari keeps nothing longer either.
    Week,
    /// Not at all.
    Off,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

impl Form {
    /// The field of a kind, if the form has one.
    pub fn field(&self, kind: FieldKind) -> Option<&Field> {
        self.fields.iter().find(|field| field.kind == kind)
    }

    /// Whether a field is asked for, by what others were answered. `values` gives the answers to the field of a key: a text,
    /// the values of choices, `true` for a box that is ticked.
    ///
    /// A field that hangs on another one, which itself is not asked for, is not asked for either.
    pub fn is_asked(&self, field: &Field, values: &dyn Fn(&Field) -> Vec<String>) -> bool {
        let Some(key) = &field.show_if else { return true };
        // Only an earlier field counts, as `check` makes sure, so this comes to an end.
        let Some(other) = self.fields.iter().take_while(|other| !std::ptr::eq(*other, field)).find(|other| other.key == *key) else {
            return true;
        };
        let answered: Vec<String> = values(other).into_iter().filter(|value| !value.trim().is_empty()).collect();
        let fits = |wanted: &[String]| answered.iter().any(|value| wanted.contains(value));
        (if field.is.is_empty() { !answered.is_empty() || !field.is_not.is_empty() } else { fits(&field.is) })
            && !fits(&field.is_not)
            && self.is_asked(other, values)
    }

    /// Whether this is the sentence of a field, in any language that the form has. A card's form has that of the card alone.
    pub(crate) fn has_sentence(&self, field: &Field, sentence: &str) -> bool {
        #[cfg(not(target_arch = "wasm32"))]
        {
            let key = format!("{}.label", field.key);
            if self.texts.values().any(|words| words.get(&key).is_some_and(|words| words == sentence)) {
                return true;
            }
        }
        field.label.as_deref() == Some(sentence)
    }
}
