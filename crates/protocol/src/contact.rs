//! A person's name, e-mail address and telephone number: any script, no guesses, nothing "corrected".

use std::fmt;

use serde::Serialize;

use crate::limits;
use crate::validate::Fault;

/// A full name: one line of any script, trimmed, 1 to [`limits::NAME_CHARS`] characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct PersonName(String);

/// An e-mail address: something before the @, a domain with a dot behind it, at most [`limits::EMAIL_CHARS`] bytes.
/// Kept as typed but for blanks around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct EmailAddress(String);

impl PersonName {
    /// Reads a name as it was typed.
    ///
    /// # Errors
    /// [`Fault::Required`] for blanks alone, [`Fault::TooLong`], [`Fault::Characters`] for control characters and the
    /// marks that turn the reading direction.
    pub fn parse(text: &str) -> Result<PersonName, Fault> {
        line(text, limits::NAME_CHARS).map(PersonName)
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl EmailAddress {
    /// Reads an address as it was typed. Permissive on purpose: only a mail can tell whether an address is right.
    ///
    /// # Errors
    /// [`Fault::Required`] for blanks alone, [`Fault::TooLong`], [`Fault::Email`] for what cannot be an address.
    pub fn parse(text: &str) -> Result<EmailAddress, Fault> {
        let address = line(text, limits::EMAIL_CHARS)?;
        if address.len() > limits::EMAIL_CHARS {
            return Err(Fault::TooLong);
        }
        let Some((local, domain)) = address.rsplit_once('@') else {
            return Err(Fault::Email);
        };
        let mut labels = domain.split('.');
        let blank_or_quote = |character: char| {
            character.is_whitespace() || matches!(character, '"' | '<' | '>' | ',' | ';' | ':' | '(' | ')' | '[' | ']' | '\\')
        };
        let good = !local.is_empty()
            && !local.contains('@')
            && !address.contains(blank_or_quote)
            && domain.contains('.')
            && labels.all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'))
            && domain.chars().all(|character| character.is_ascii_alphanumeric() || !character.is_ascii() || matches!(character, '.' | '-'))
            && domain.rsplit('.').next().is_some_and(|top| top.chars().any(|character| !character.is_ascii_digit()));
        if good { Ok(EmailAddress(address)) } else { Err(Fault::Email) }
    }

    /// The address as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PersonName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Display for EmailAddress {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A telephone number as people write it, with the marks taken out that come along from an address book.
///
/// # Errors
/// [`Fault::Required`] for blanks alone, [`Fault::TooLong`], [`Fault::Phone`] for fewer than three digits. Never for a range that
/// nobody here knows: those change.
pub(crate) fn phone(text: &str) -> Result<String, Fault> {
    let seen: String = text.chars().filter(|character| !is_turning(*character) && !matches!(character, '\u{200E}' | '\u{200F}')).collect();
    let number = line(&seen, limits::PHONE_CHARS)?;
    if number.chars().filter(|character| digit(*character).is_some()).count() < 3 { Err(Fault::Phone) } else { Ok(number) }
}

/// A digit, also of another script, as one of ours: Arabic-Indic, Persian, full-width.
pub(crate) fn digit(character: char) -> Option<char> {
    let start = match character {
        '0'..='9' => return Some(character),
        '\u{0660}'..='\u{0669}' => 0x0660,
        '\u{06F0}'..='\u{06F9}' => 0x06F0,
        '\u{FF10}'..='\u{FF19}' => 0xFF10,
        _ => return None,
    };
    char::from_digit(u32::from(character) - start, 10)
}

/// One line of text: trimmed, something in it, no control characters, no marks that turn the reading direction.
///
/// # Errors
/// [`Fault::Required`], [`Fault::TooLong`] above `limit` characters, [`Fault::Characters`].
pub(crate) fn line(text: &str, limit: usize) -> Result<String, Fault> {
    let trimmed = text.trim();
    if trimmed.is_empty() {
        return Err(Fault::Required);
    }
    if trimmed.chars().count() > limit {
        return Err(Fault::TooLong);
    }
    if trimmed.chars().any(|character| character.is_control() || is_turning(character) || is_torn(character)) {
        return Err(Fault::Characters);
    }
    Ok(trimmed.to_owned())
}

/// What is left of a character that somebody cut in half: a sign that was two units of UTF-16, of which one is gone.
pub(crate) fn is_torn(character: char) -> bool {
    character == char::REPLACEMENT_CHARACTER
}

/// Bidirectional embeddings, overrides and isolates: they make one text look like another.
pub(crate) fn is_turning(character: char) -> bool {
    matches!(character, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn telephone_numbers_are_taken_as_people_write_them() {
        for good in ["+1 640-555-0100", "057 1234567", "+383 44 000 000", "06-00000000", "(030) 000 00 ext. 12", "0039 06 0000", "112"] {
            assert_eq!(phone(good), Ok(good.to_owned()));
        }
        assert_eq!(phone("\u{202A}+49 30 000000\u{202C}"), Ok("+49 30 000000".to_owned()));
        assert_eq!(phone("12"), Err(Fault::Phone));
        assert_eq!(phone(&"1".repeat(41)), Err(Fault::TooLong));
        assert!(phone(&"1".repeat(40)).is_ok());
    }

    #[test]
    fn one_letter_is_a_name_and_so_is_null() {
        for name in include_str!("../tests/names.txt").lines() {
            assert_eq!(PersonName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(PersonName::parse("  Tom ").unwrap().as_str(), "Tom");
        assert_eq!(PersonName::parse("  "), Err(Fault::Required));
        assert_eq!(PersonName::parse("Tom\u{202E}"), Err(Fault::Characters));
        assert_eq!(PersonName::parse("Zoë \u{FFFD}"), Err(Fault::Characters), "half a fox");
    }

    #[test]
    fn a_name_has_two_hundred_characters_at_most() {
        assert!(PersonName::parse(&"é".repeat(limits::NAME_CHARS)).is_ok());
        assert_eq!(PersonName::parse(&"é".repeat(limits::NAME_CHARS + 1)), Err(Fault::TooLong));
    }

    #[test]
    fn addresses_that_people_have_are_taken() {
        for address in [
            "ann+box@example.com",
            "o'hara@example.com",
            "a_b-c@example.photography",
            "x@a.example.co.uk",
            "1@example.com",
            "user%tag@example.com",
            "ANN@EXAMPLE.COM",
            "müller@bücher.example",
        ] {
            assert_eq!(EmailAddress::parse(address).unwrap().as_str(), address);
        }
        assert_eq!(EmailAddress::parse(" ann@example.com ").unwrap().as_str(), "ann@example.com");
    }

    #[test]
    fn what_cannot_be_an_address_is_told() {
        for address in [
            "ann",
            "ann@example",
            "ann@@example.com",
            "ann@exam ple.com",
            "ann@.com",
            "@example.com",
            "ann@example.",
            "ann@ex_ample.com",
            "a<b@example.com",
            "ann@1.2.3.4",
        ] {
            assert_eq!(EmailAddress::parse(address), Err(Fault::Email), "{address}");
        }
    }

    #[test]
    fn the_part_before_the_at_has_no_limit_of_its_own() {
        for local in [64, 65, 100, 254 - "@example.com".len()] {
            assert!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(local))).is_ok(), "{local}");
        }
        assert_eq!(EmailAddress::parse(&format!("{}@example.com", "a".repeat(255 - "@example.com".len()))), Err(Fault::TooLong));
    }
}
