//! One field of a form: what it asks for, and how.

use serde::{Deserialize, Serialize};

/// One field of a form.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
#[cfg_attr(not(target_arch = "wasm32"), serde(deny_unknown_fields))]
pub struct Field {
    /// The name its answer has in the registration API. Headings and paragraphs need none.
    pub key: String,
    /// What is asked for.
    pub kind: FieldKind,
    /// The label, or the sentence that is agreed to. The kinds that every registration has bring their own.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// A hint under the label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
    /// Whether the form can be sent without it.
    #[serde(skip_serializing_if = "super::is_default")]
    pub required: bool,
    /// What can be chosen. Of a product field without choices the name is typed.
    #[serde(alias = "choice", skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
    /// How the choices are shown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub style: Option<ChoiceStyle>,
    /// Several files instead of one.
    #[serde(skip_serializing_if = "super::is_default")]
    pub several: bool,
    /// Characters at most, for a text.
    #[serde(alias = "max_length", skip_serializing_if = "Option::is_none")]
    pub max_length: Option<usize>,
    /// What a text has to look like, see [`crate::pattern::Pattern`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// The smallest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub min: Option<i32>,
    /// The largest number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max: Option<i32>,
    /// What the field holds at first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// The parameter of the page's address from which it is filled in.
    #[serde(alias = "from_url", skip_serializing_if = "Option::is_none")]
    pub from_url: Option<String>,
    /// The key of an earlier field, on whose answer it hangs whether this one is asked for.
    #[serde(alias = "show_if", skip_serializing_if = "Option::is_none")]
    pub show_if: Option<String>,
    /// The answers with which it is; any answer if there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub is: Vec<String>,
    /// The answers with which it is not.
    #[serde(alias = "is_not", skip_serializing_if = "Vec::is_empty")]
    pub is_not: Vec<String>,
}

/// How choices are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChoiceStyle {
    /// A list that opens.
    List,
    /// All of them, one under the other.
    Radio,
    /// A line in which typing finds them: for long lists of products.
    Search,
}

/// What a field asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// A picture or PDF of the receipt, or another file.
    Receipt,
    /// A line of text.
    #[default]
    Text,
    /// Several lines of text.
    LongText,
    /// A telephone number, as people write them.
    Phone,
    /// A number, whole or with a decimal point.
    Number,
    /// A day.
    Date,
    /// One of several choices.
    Choice,
    /// Any of several choices.
    Choices,
    /// A country.
    Country,
    /// A postal address: in the file one field, which becomes several, see [`Form::with_addresses`](super::Form::with_addresses).
    Address,
    /// Yes or no.
    Checkbox,
    /// A sentence that is agreed to, or not. Its text is stored, not a yes.
    Consent,
    /// Given by the page, seen by nobody.
    Hidden,
    /// A heading between fields; asks for nothing.
    Heading,
    /// A paragraph between fields; asks for nothing.
    Help,
}

/// What every registration API knows of a registration, whatever else a merchant asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Core {
    /// The customer's full name.
    Name,
    /// The customer's e-mail address.
    Email,
    /// What was bought.
    Product,
    /// The serial number or numbers.
    SerialNumber,
    /// When it was bought.
    PurchaseDate,
}

impl Core {
    /// Its key, as a form's control carries it.
    pub fn key(self) -> &'static str {
        match self {
            Core::Name => "customerName",
            Core::Email => "customerEmail",
            Core::Product => "productName",
            Core::SerialNumber => "serialNumber",
            Core::PurchaseDate => "purchaseDate",
        }
    }
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

impl FieldKind {
    /// What the registration API has a key of its own for; none for what a merchant asks beyond that.
    pub fn core(self) -> Option<Core> {
        match self {
            FieldKind::Name => Some(Core::Name),
            FieldKind::Email => Some(Core::Email),
            FieldKind::Product => Some(Core::Product),
            FieldKind::SerialNumber => Some(Core::SerialNumber),
            FieldKind::PurchaseDate => Some(Core::PurchaseDate),
            FieldKind::Receipt
            | FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Country
            | FieldKind::Address
            | FieldKind::Checkbox
            | FieldKind::Consent
            | FieldKind::Hidden
            | FieldKind::Heading
            | FieldKind::Help => None,
        }
    }

    /// Whether a field of this kind has no label of the card's own.
    pub fn needs_label(self) -> bool {
        match self {
            FieldKind::Name
            | FieldKind::Email
            | FieldKind::Product
            | FieldKind::SerialNumber
            | FieldKind::PurchaseDate
            | FieldKind::Receipt
            | FieldKind::Phone
            | FieldKind::Country
            | FieldKind::Address
            | FieldKind::Hidden => false,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Checkbox
            | FieldKind::Consent
            | FieldKind::Heading
            | FieldKind::Help => true,
        }
    }

    /// Whether a field of this kind has an answer. Headings and paragraphs have none.
    pub fn asks(self) -> bool {
        !matches!(self, FieldKind::Heading | FieldKind::Help)
    }
}

impl Choice {
    /// What is shown for it.
    pub fn shown(&self) -> &str {
        self.label.as_deref().unwrap_or(&self.value)
    }
}
