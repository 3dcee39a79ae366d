//! One field: what it holds and what is wrong with it.

use regcard_protocol::form::{Field as Definition, FieldKind};
use regcard_protocol::limits;
use regcard_protocol::validate::Fault;

use super::{Answers, Receipt, Row};
use crate::text::Text;

/// One field's state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Field {
    /// What it holds.
    pub answer: FieldAnswer,
    /// What is wrong with it.
    pub message: Option<Message>,
}

/// What a field holds.
#[derive(Clone, Debug, PartialEq)]
pub enum FieldAnswer {
    /// A text, a date or a choice's value.
    Text(String),
    /// A box, ticked or not.
    Ticked(bool),
    /// Serial numbers, a row each.
    SerialNumbers(Vec<Row>),
    /// The values of the choices that were chosen.
    Chosen(Vec<String>),
    /// Files; one at most unless the field takes several.
    Receipts(Vec<Receipt>),
    /// Nothing is asked.
    Nothing,
}

/// Rows are numbered below this; more of them are not sent.
const MOST_ROWS: u32 = limits::SERIAL_NUMBERS as u32;

/// What is wrong, as it is said at the field and in the summary.
pub type Message = Text;

impl Default for FieldAnswer {
    fn default() -> FieldAnswer {
        FieldAnswer::Text(String::new())
    }
}

impl Field {
    /// The field as it is first shown, with what has been answered before.
    pub fn new(definition: &Definition, answers: &Answers, given_product: Option<&str>) -> Field {
        let key = definition.key.as_str();
        let first = || definition.value.as_deref().unwrap_or_default();
        let answer = match definition.kind {
            FieldKind::Product => FieldAnswer::Text(given_product.or_else(|| answers.text(key)).unwrap_or_default().to_owned()),
            FieldKind::Name
            | FieldKind::Email
            | FieldKind::PurchaseDate
            | FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Country
            | FieldKind::Hidden => FieldAnswer::Text(answers.text(key).unwrap_or_else(first).to_owned()),
            FieldKind::Choices => FieldAnswer::Chosen(answers.texts(key).map(str::to_owned).collect()),
            FieldKind::Checkbox | FieldKind::Consent => FieldAnswer::Ticked(answers.ticked(key).unwrap_or(false)),
            FieldKind::Receipt => FieldAnswer::Receipts(Vec::new()),
            FieldKind::SerialNumber => {
                let mut rows: Vec<Row> = (0..MOST_ROWS).zip(answers.texts(key)).map(|(id, text)| Row::new(id, text)).collect();
                if rows.is_empty() {
                    rows.push(Row::new(0, ""));
                }
                FieldAnswer::SerialNumbers(rows)
            }
            FieldKind::Address | FieldKind::Heading | FieldKind::Help => FieldAnswer::Nothing,
        };
        Field { answer, message: None }
    }

    /// What is typed, of a field that holds text.
    pub fn text(&self) -> Option<&str> {
        match &self.answer {
            FieldAnswer::Text(text) => Some(text),
            FieldAnswer::Ticked(_)
            | FieldAnswer::Chosen(_)
            | FieldAnswer::SerialNumbers(_)
            | FieldAnswer::Receipts(_)
            | FieldAnswer::Nothing => None,
        }
    }

    /// What it holds, as conditions compare it: a text, the values of choices, `true` for a box that is ticked.
    pub fn values(&self) -> Vec<String> {
        match &self.answer {
            FieldAnswer::Text(text) => vec![text.clone()],
            FieldAnswer::Ticked(ticked) => ticked.then(|| "true".to_owned()).into_iter().collect(),
            FieldAnswer::Chosen(values) => values.clone(),
            FieldAnswer::SerialNumbers(rows) => rows.iter().map(|row| row.text.clone()).collect(),
            FieldAnswer::Receipts(receipts) => receipts.iter().map(|receipt| receipt.file.name.clone()).collect(),
            FieldAnswer::Nothing => Vec::new(),
        }
    }

    /// The serial numbers, of the field that holds them.
    pub fn rows(&self) -> Option<&[Row]> {
        match &self.answer {
            FieldAnswer::SerialNumbers(rows) => Some(rows),
            FieldAnswer::Text(_) | FieldAnswer::Ticked(_) | FieldAnswer::Chosen(_) | FieldAnswer::Receipts(_) | FieldAnswer::Nothing => {
                None
            }
        }
    }
}

/// The words for a fault in a field of this kind.
pub(super) fn message(kind: FieldKind, fault: Fault) -> Message {
    match fault {
        Fault::Required => match kind {
            FieldKind::Name => Text::EnterName,
            FieldKind::Email => Text::EnterEmail,
            FieldKind::Product => Text::EnterProduct,
            FieldKind::SerialNumber => Text::EnterSerialNumber,
            FieldKind::PurchaseDate => Text::EnterDate,
            FieldKind::Receipt => Text::ChooseReceipt,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Country
            | FieldKind::Address
            | FieldKind::Hidden
            | FieldKind::Heading
            | FieldKind::Help => Text::EnterAnswer,
            FieldKind::Choice | FieldKind::Choices => Text::ChooseAnswer,
            FieldKind::Checkbox | FieldKind::Consent => Text::TickBox,
        },
        Fault::TooLong if kind == FieldKind::SerialNumber => Text::WrongSerialNumber,
        Fault::TooLong => Text::TooLong,
        Fault::Phone => Text::WrongPhone,
        Fault::Number => Text::WrongNumber,
        Fault::TooSmall => Text::NumberTooSmall,
        Fault::TooLarge => Text::NumberTooLarge,
        Fault::Pattern => Text::WrongPattern,
        Fault::CheckDigit => Text::WrongCheckDigit,
        Fault::TooManyFiles => Text::TooManyFiles,
        Fault::Characters => Text::WrongCharacters,
        Fault::Email => Text::WrongEmail,
        Fault::Date => Text::WrongDate,
        Fault::DateInFuture => Text::DateInFuture,
        Fault::DateTooEarly => Text::DateTooEarly,
        Fault::NotAChoice | Fault::Kind | Fault::UnknownField => Text::WrongAnswer,
        Fault::SerialNumber => Text::WrongSerialNumber,
        Fault::SerialNumberTwice => Text::SerialNumberTwice,
        Fault::TooManySerialNumbers => Text::TooManySerialNumbers,
        Fault::SerialNumberUnknown => Text::Unknown,
        Fault::SerialNumberRegistered => Text::Taken,
        Fault::SerialNumberNotAccepted => Text::NotAccepted,
        Fault::File => Text::ReceiptLost,
    }
}
