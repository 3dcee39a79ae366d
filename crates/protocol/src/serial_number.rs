//! Serial numbers as makers print them: what is taken out of the text, what is refused, how one stands in a URL.
//!
//! Comparing two of them (case, dashes, full-width forms) is not done here: the fold lives in the gateway alone.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits;

/// A serial number: 1 to [`limits::SERIAL_NUMBER_CHARS`] characters of any script, without blanks and without the
/// marks that cannot be seen. Leading zeros, case and punctuation are kept as they were typed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(transparent)]
pub struct SerialNumber(String);

/// Why a text is no serial number.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SerialNumberError {
    /// Nothing is left once blanks are taken out, or a dash, which people put where they have none.
    #[error("a serial number has at least one character that can be seen and is no dash")]
    Empty,
    /// More characters than a label has room for.
    #[error("serial number has {length} characters, at most {limit} are allowed")]
    TooLong {
        /// Characters that were given, blanks not counted.
        length: usize,
        /// Characters that are allowed.
        limit: usize,
    },
    /// A character that no maker can print.
    #[error("serial number holds the character U+{:04X}, which cannot be printed", *.0 as u32)]
    Character(char),
    /// A name that means a folder, not a thing, wherever a URL is read.
    #[error("a serial number cannot be made of dots alone")]
    DotsOnly,
}

impl SerialNumber {
    /// Reads a serial number as it was typed, pasted or scanned.
    ///
    /// Blanks of every kind, zero-width and bidirectional marks are taken out: they come along when people copy from
    /// mails and PDFs, and cannot be seen.
    ///
    /// # Errors
    /// [`SerialNumberError::Empty`] if nothing or a dash is left, [`SerialNumberError::TooLong`] above
    /// [`limits::SERIAL_NUMBER_CHARS`], [`SerialNumberError::Character`] for the first control, private-use or
    /// non-character, [`SerialNumberError::DotsOnly`] for `.`, `..` and their kind.
    pub fn parse(text: &str) -> Result<SerialNumber, SerialNumberError> {
        let mut kept = String::with_capacity(text.len().min(256));
        let mut length = 0;
        for character in text.chars().filter(|character| !is_unseen(*character)) {
            if !is_printable(character) {
                return Err(SerialNumberError::Character(character));
            }
            length += 1;
            if length <= limits::SERIAL_NUMBER_CHARS {
                kept.push(character);
            }
        }
        if length > limits::SERIAL_NUMBER_CHARS {
            return Err(SerialNumberError::TooLong { length, limit: limits::SERIAL_NUMBER_CHARS });
        }
        if kept.chars().all(is_dash) {
            return Err(SerialNumberError::Empty);
        }
        if kept.chars().all(|character| matches!(character, '.' | '\u{FF0E}' | '\u{2024}')) {
            return Err(SerialNumberError::DotsOnly);
        }
        Ok(SerialNumber(kept))
    }

    /// The characters, as they were given.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The serial number as one segment of a URL's path: every byte outside RFC 3986's unreserved set is
    /// percent-encoded, `/` included, so that no serial number can name another route.
    pub fn path_segment(&self) -> String {
        let mut segment = String::with_capacity(self.0.len());
        for byte in self.0.bytes() {
            if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'~') {
                segment.push(char::from(byte));
            } else {
                // A dot is unreserved, but encoding it keeps every reader from seeing a relative path.
                segment.push('%');
                segment.push(hexadecimal(byte >> 4));
                segment.push(hexadecimal(byte & 15));
            }
        }
        segment
    }
}

impl fmt::Display for SerialNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// `POST /v1/serial_numbers/check` takes this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct CheckRequest {
    /// As it was typed.
    pub serial_number: String,
}

/// What `POST /v1/serial_numbers/check` answers. Nothing about owner, tags or dates.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckAnswer {
    /// Whether it can be registered.
    pub status: CheckStatus,
    /// The serial number as the merchant loaded it, or as it was asked where none is known.
    pub serial_number: String,
    /// What the number belongs to, where the merchant said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<CheckedProduct>,
    /// Numbers that look alike, at most [`limits::SUGGESTIONS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub did_you_mean: Vec<String>,
}

/// Whether a serial number can be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// Known and free.
    Available,
    /// Known and taken.
    Registered,
    /// Not known.
    Unknown,
    /// It can be registered. This and the next one are said where the form is set to discreet checking.
    Accepted,
    /// It cannot, and why is not told.
    NotAccepted,
}

/// What a serial number belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckedProduct {
    /// The product's name, where the merchant gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The product's stock-keeping unit, where the merchant gave one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sku: Option<String>,
}

/// White space, and what takes no room: soft hyphen, zero-width, bidirectional and other format characters
/// (Unicode 16, general category Cf, and the fillers that render as nothing).
fn is_unseen(character: char) -> bool {
    character.is_whitespace()
        || matches!(character,
            '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}' | '\u{1160}' | '\u{17B4}' | '\u{17B5}' | '\u{180B}'..='\u{180F}'
            | '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}'
            | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}' | '\u{FFA0}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
}

/// A hyphen, and what phones and word processors make of one.
fn is_dash(character: char) -> bool {
    matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// No control character, nothing from the private-use areas, no non-character, no replacement character.
fn is_printable(character: char) -> bool {
    !(character.is_control()
        || matches!(character, '\u{E000}'..='\u{F8FF}' | '\u{FDD0}'..='\u{FDEF}' | '\u{FFFD}' | '\u{F0000}'..='\u{10FFFF}')
        || (character as u32) & 0xFFFE == 0xFFFE)
}

fn hexadecimal(digit: u8) -> char {
    char::from(if digit < 10 { b'0' + digit } else { b'A' + digit - 10 })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn parsed(text: &str) -> String {
        SerialNumber::parse(text).unwrap().as_str().to_owned()
    }

    #[test]
    fn what_makers_print_is_kept_as_it_is() {
        for printed in ["SN12345678", "000123", "#1*2:3+4&5(6)", "№7", "ÄÖ-9", "ａｂ", "李-1", "a/b", "..x", "'\"<>", "1.2"] {
            assert_eq!(parsed(printed), printed);
        }
    }

    #[test]
    fn what_cannot_be_seen_is_taken_out() {
        for pasted in [
            " SN12345678",
            "SN12345678 ",
            "SN12 3456 78",
            "SN12345678\t",
            "SN12345678\r\n",
            "\u{A0}SN12345678",
            "SN1234\u{200B}5678",
            "\u{FEFF}SN12345678",
            "SN12345678\u{202C}",
            "SN1234\u{AD}5678",
            "\u{3000}SN12345678",
        ] {
            assert_eq!(parsed(pasted), "SN12345678", "{pasted:?}");
        }
    }

    #[test]
    fn nothing_is_no_serial_number() {
        for nothing in ["", " ", "\u{200B}", "\t\r\n", "\u{2060}\u{FEFF}", "-", " – ", "---"] {
            assert_eq!(SerialNumber::parse(nothing), Err(SerialNumberError::Empty), "{nothing:?}");
        }
    }

    #[test]
    fn sixty_four_characters_are_taken_and_sixty_five_are_not() {
        assert_eq!(parsed(&"é".repeat(64)).chars().count(), 64);
        assert_eq!(SerialNumber::parse(&"é".repeat(65)), Err(SerialNumberError::TooLong { length: 65, limit: 64 }));
        assert_eq!(parsed(&format!("{}{}", " ".repeat(100), "x".repeat(64))).len(), 64);
    }

    #[test]
    fn what_no_maker_can_print_is_refused() {
        for character in ['\0', '\u{1B}', '\u{7F}', '\u{E000}', '\u{FFFF}', '\u{FFFD}', '\u{10FFFF}'] {
            assert_eq!(SerialNumber::parse(&format!("a{character}")), Err(SerialNumberError::Character(character)));
        }
        for dots in [".", "..", "...", "．．"] {
            assert_eq!(SerialNumber::parse(dots), Err(SerialNumberError::DotsOnly));
        }
    }

    proptest! {
        #[test]
        fn parsing_what_was_parsed_changes_nothing(text in any::<String>()) {
            if let Ok(serial) = SerialNumber::parse(&text) {
                prop_assert_eq!(SerialNumber::parse(serial.as_str()), Ok(serial));
            }
        }

        #[test]
        fn a_path_segment_holds_unreserved_bytes_alone_and_reads_back(text in "\\PC{1,80}|[./\\\\%2eE;?#]{1,12}") {
            if let Ok(serial) = SerialNumber::parse(&text) {
                let segment = serial.path_segment();
                prop_assert!(segment.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_~%".contains(&byte)));
                prop_assert_eq!(decoded(&segment), serial.as_str());
            }
        }
    }

    /// An independent reading of percent-encoding, as a URL's reader does it.
    fn decoded(segment: &str) -> String {
        let mut bytes = Vec::new();
        let mut rest = segment.bytes();
        while let Some(byte) = rest.next() {
            bytes.push(if byte == b'%' {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            } else {
                byte
            });
        }
        String::from_utf8(bytes).unwrap()
    }
}
