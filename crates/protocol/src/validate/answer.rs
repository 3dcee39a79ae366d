//! One answer against its field: what it has to be, and what becomes of it.

use super::Fault;
use crate::contact::{EmailAddress, PersonName, digit, is_torn, is_turning, line, phone};
use crate::country;
use crate::date::Day;
use crate::form::{Core, Field, FieldKind, Form};
use crate::limits;
use crate::pattern::Pattern;
use crate::registration::{Answer, NewRegistration};
use crate::serial_number::{SerialNumber, SerialNumberError};

impl NewRegistration {
    /// What was answered to a field, as conditions compare it: a text, the values of choices, `true` for a box that is ticked.
    pub fn values(&self, field: &Field) -> Vec<String> {
        let core = match field.kind.core() {
            Some(Core::Name) => &self.customer_name,
            Some(Core::Email) => &self.customer_email,
            Some(Core::Product) => &self.product_name,
            Some(Core::PurchaseDate) => &self.purchase_date,
            Some(Core::SerialNumber) => return self.serial_numbers.clone(),
            None => {
                return match self.extras.get(&field.key) {
                    Some(Answer::Text(text)) if field.kind == FieldKind::Consent && !text.is_empty() => vec!["true".to_owned()],
                    Some(Answer::Text(text)) => vec![text.clone()],
                    Some(Answer::Several(values)) => values.clone(),
                    Some(Answer::Ticked(true)) => vec!["true".to_owned()],
                    Some(Answer::File(file)) => vec![file.upload_id.clone()],
                    Some(Answer::Files(files)) => files.iter().map(|file| file.upload_id.clone()).collect(),
                    Some(Answer::Ticked(false)) | None => Vec::new(),
                };
            }
        };
        core.iter().cloned().collect()
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
            FieldKind::Product => self.accept_product(text).map(drop),
            FieldKind::PurchaseDate => purchase_day(text, today).map(drop),
            FieldKind::SerialNumber => match SerialNumber::parse(text) {
                Ok(_) | Err(SerialNumberError::Empty) => Ok(()),
                Err(SerialNumberError::TooLong { .. }) => Err(Fault::TooLong),
                Err(SerialNumberError::Character(_) | SerialNumberError::DotsOnly) => Err(Fault::SerialNumber),
            },
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Phone
            | FieldKind::Number
            | FieldKind::Date
            | FieldKind::Choice
            | FieldKind::Country
            | FieldKind::Hidden => self.accept_text(text).map(drop),
            FieldKind::Receipt
            | FieldKind::Choices
            | FieldKind::Address
            | FieldKind::Checkbox
            | FieldKind::Consent
            | FieldKind::Heading
            | FieldKind::Help => Ok(()),
        }
    }

    /// Characters its text may have at most, for a control's `maxlength`.
    pub fn longest(&self) -> usize {
        match self.kind {
            FieldKind::Name => limits::NAME_CHARS,
            FieldKind::Email => limits::EMAIL_CHARS,
            FieldKind::Product => limits::PRODUCT_NAME_CHARS,
            FieldKind::Phone => limits::PHONE_CHARS,
            FieldKind::SerialNumber | FieldKind::PurchaseDate | FieldKind::Date | FieldKind::Country => limits::ANSWER_CHARS,
            FieldKind::Text
            | FieldKind::LongText
            | FieldKind::Number
            | FieldKind::Choice
            | FieldKind::Choices
            | FieldKind::Address
            | FieldKind::Checkbox
            | FieldKind::Consent
            | FieldKind::Hidden
            | FieldKind::Heading
            | FieldKind::Help
            | FieldKind::Receipt => self.max_length.unwrap_or(limits::ANSWER_CHARS),
        }
    }

    /// A product's name: any line of text. A list helps to find it, and keeps nobody out whose product is not on it.
    pub(super) fn accept_product(&self, text: &str) -> Result<String, Fault> {
        line(text, limits::PRODUCT_NAME_CHARS)
    }

    /// `form` is the one the field belongs to.
    pub(super) fn accept_extra(&self, form: &Form, answer: Option<&Answer>) -> Result<Option<Answer>, Fault> {
        let missing = if self.required { Err(Fault::Required) } else { Ok(None) };
        match (self.kind, answer) {
            (_, None) => missing,
            (FieldKind::Receipt, Some(Answer::File(file))) if file.upload_id.is_empty() => missing,
            (FieldKind::Receipt, Some(Answer::File(file))) => Ok(Some(Answer::File(file.clone()))),
            (FieldKind::Receipt, Some(Answer::Several(none))) if none.is_empty() => missing,
            (FieldKind::Receipt, Some(Answer::Files(files))) if self.several => {
                if files.len() > limits::FILES {
                    Err(Fault::TooManyFiles)
                } else if files.iter().any(|file| file.upload_id.is_empty()) {
                    Err(Fault::File)
                } else {
                    Ok(Some(Answer::Files(files.clone())))
                }
            }
            (FieldKind::Choices, Some(Answer::Several(values))) => {
                if values.is_empty() {
                    missing
                } else if values.iter().all(|value| self.has_choice(value)) {
                    Ok(Some(Answer::Several(values.clone())))
                } else {
                    Err(Fault::NotAChoice)
                }
            }
            (FieldKind::Checkbox | FieldKind::Consent, Some(Answer::Ticked(false))) if self.required => missing,
            (FieldKind::Checkbox, Some(Answer::Ticked(ticked))) => Ok(Some(Answer::Ticked(*ticked))),
            (FieldKind::Consent, Some(Answer::Ticked(ticked))) => {
                Ok(Some(Answer::Text(self.label.clone().filter(|_| *ticked).unwrap_or_default())))
            }
            (FieldKind::Consent, Some(Answer::Text(sentence))) if sentence.is_empty() => missing,
            // The sentence itself says in which language it was shown. What the form never showed, nobody has agreed to.
            (FieldKind::Consent, Some(Answer::Text(sentence))) if form.has_sentence(self, sentence) => {
                Ok(Some(Answer::Text(sentence.clone())))
            }
            (
                FieldKind::Text
                | FieldKind::LongText
                | FieldKind::Phone
                | FieldKind::Number
                | FieldKind::Date
                | FieldKind::Choice
                | FieldKind::Country
                | FieldKind::Hidden,
                Some(Answer::Text(text)),
            ) => {
                if text.trim().is_empty() {
                    missing
                } else {
                    self.accept_text(text).map(|text| Some(Answer::Text(text)))
                }
            }
            (_, Some(Answer::Ticked(_) | Answer::Text(_) | Answer::Several(_) | Answer::File(_) | Answer::Files(_))) => Err(Fault::Kind),
        }
    }

    /// A text that is not blank, by the rule of the kind.
    fn accept_text(&self, text: &str) -> Result<String, Fault> {
        let read = match self.kind {
            FieldKind::LongText => {
                let text = text.trim();
                if text.chars().count() > self.longest() {
                    return Err(Fault::TooLong);
                }
                free_text(text)?;
                text.to_owned()
            }
            FieldKind::Phone => phone(text)?,
            FieldKind::Number => return self.number(text),
            FieldKind::Date => {
                let day = Day::parse(text).filter(|day| (limits::FIRST_YEAR..=limits::LAST_YEAR).contains(&day.year()));
                return day.map(|_| text.trim().to_owned()).ok_or(Fault::Date);
            }
            FieldKind::Country => return if country::is_country(text) { Ok(text.to_owned()) } else { Err(Fault::NotAChoice) },
            FieldKind::Choice => return if self.has_choice(text) { Ok(text.to_owned()) } else { Err(Fault::NotAChoice) },
            FieldKind::Name
            | FieldKind::Email
            | FieldKind::Product
            | FieldKind::SerialNumber
            | FieldKind::PurchaseDate
            | FieldKind::Receipt
            | FieldKind::Text
            | FieldKind::Choices
            | FieldKind::Address
            | FieldKind::Checkbox
            | FieldKind::Consent
            | FieldKind::Hidden
            | FieldKind::Heading
            | FieldKind::Help => line(text, self.longest())?,
        };
        match self.pattern.as_deref().and_then(Pattern::parse) {
            Some(pattern) if !pattern.fits(&read) => Err(Fault::Pattern),
            Some(_) | None => Ok(read),
        }
    }

    fn has_choice(&self, value: &str) -> bool {
        self.choices.iter().any(|choice| choice.value == value)
    }

    /// A number, as JSON writes it: a comma becomes a point, the digits of other scripts become ours.
    fn number(&self, text: &str) -> Result<String, Fault> {
        let mut written = String::new();
        for character in text.trim().chars() {
            written.push(match character {
                ',' | '\u{066B}' | '\u{FF0E}' | '\u{FF0C}' => '.',
                '\u{2212}' | '\u{FF0D}' => '-',
                other => digit(other).unwrap_or(other),
            });
        }
        let (negative, digits) = written.strip_prefix('-').map_or((false, written.as_str()), |digits| (true, digits));
        let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
        let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if !all_digits(whole) || !all_digits(part) || digits.len() > limits::NUMBER_DIGITS + 1 {
            return Err(Fault::Number);
        }
        let whole: i64 = whole.parse().map_err(|_| Fault::Number)?;
        // In thousandths, so that 2.5 is above 2 without any arithmetic of fractions.
        let thousandths: i64 = format!("{part:0<3}").get(..3).and_then(|part| part.parse().ok()).unwrap_or_default();
        let value = (whole.saturating_mul(1000) + thousandths) * if negative { -1 } else { 1 };
        if self.min.is_some_and(|min| value < i64::from(min) * 1000) {
            Err(Fault::TooSmall)
        } else if self.max.is_some_and(|max| value > i64::from(max) * 1000) {
            Err(Fault::TooLarge)
        } else {
            Ok(written)
        }
    }
}

/// A text within limits that any key of the merchant's API may carry: no control characters but line breaks and tabs, nothing torn.
///
/// # Errors
/// [`Fault::TooLong`], [`Fault::Characters`].
pub fn free_text(text: &str) -> Result<(), Fault> {
    if text.chars().count() > limits::ANSWER_CHARS {
        return Err(Fault::TooLong);
    }
    let unfit =
        |character: char| character.is_control() && !matches!(character, '\n' | '\r' | '\t') || is_turning(character) || is_torn(character);
    if text.chars().any(unfit) { Err(Fault::Characters) } else { Ok(()) }
}

pub(super) fn read<T>(field: &Field, text: Option<&str>, parse: impl FnOnce(&str) -> Result<T, Fault>) -> Result<Option<T>, Fault> {
    match parse(text.unwrap_or_default()) {
        Ok(read) => Ok(Some(read)),
        Err(Fault::Required) if !field.required => Ok(None),
        Err(fault) => Err(fault),
    }
}

/// The day of a purchase. `today` is the day at the checker's place; elsewhere it may be one later.
///
/// # Errors
/// [`Fault::Required`] for blanks alone, [`Fault::Date`], [`Fault::DateInFuture`] (years of the Buddhist era are that),
/// [`Fault::DateTooEarly`] before [`limits::FIRST_YEAR`] (as those of the Hijra are).
pub fn purchase_day(text: &str, today: Day) -> Result<Day, Fault> {
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
