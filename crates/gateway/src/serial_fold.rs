//! Which serial numbers are the same: without case, whatever dash was typed, full-width or not. The one place that knows.

use regcard_protocol::serial_number::SerialNumber;
use unicode_normalization::UnicodeNormalization;

/// A serial number as it is looked up.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Folded {
    /// The same for every way of writing it.
    pub folded: String,
    /// The same without dashes.
    pub dashless: String,
    /// The same for what looks alike, for suggestions alone.
    pub look: String,
}

impl Folded {
    /// Folds a serial number.
    pub fn of(serial: &SerialNumber) -> Folded {
        let folded = fold(serial.as_str());
        let dashless: String = folded.chars().filter(|character| *character != '-').collect();
        let look = look(&dashless);
        Folded { folded, dashless, look }
    }

    /// What it may have been meant to look like: itself, and what stands behind a label that was copied along (`S/N:`).
    pub fn looks(&self) -> Vec<String> {
        let behind = self.folded.rsplit_once(':').map(|(_, rest)| look(&rest.replace('-', ""))).filter(|rest| !rest.is_empty());
        std::iter::once(self.look.clone()).filter(|look| !look.is_empty()).chain(behind).collect()
    }
}

fn fold(text: &str) -> String {
    let plain = text.chars().map(|character| match character {
        // Full-width forms of ASCII, as East Asian keyboards write them.
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(character as u32 - 0xFEE0).unwrap_or(character),
        other => other,
    });
    let cased: String = plain.nfc().map(|character| if is_dash(character) { '-' } else { lower(character) }).collect();
    cased.nfc().collect()
}

/// One character to one, whatever the language: `İ`, whose small form has two, stays what it is.
fn lower(character: char) -> char {
    let mut small = character.to_lowercase();
    match (small.next(), small.next()) {
        (Some(one), None) => one,
        (_, _) => character,
    }
}

/// What phones, word processors and PDFs make of a hyphen.
fn is_dash(character: char) -> bool {
    matches!(
        character,
        '-' | '\u{2010}'..='\u{2015}' | '\u{2043}' | '\u{2212}' | '\u{2E3A}' | '\u{2E3B}' | '\u{FE58}' | '\u{FE63}' | '\u{02D7}'
    )
}

fn look(dashless: &str) -> String {
    let mut alike = String::with_capacity(dashless.len());
    for character in dashless.chars() {
        match character {
            'o' | 'q' | 'ö' => alike.push('0'),
            'i' | 'l' | 'ı' | 'İ' | '|' => alike.push('1'),
            'z' => alike.push('2'),
            's' => alike.push('5'),
            'ß' => alike.push_str("55"),
            'b' => alike.push('8'),
            'g' => alike.push('6'),
            other => alike.push(other),
        }
    }
    let short = alike.trim_start_matches('0');
    if short.is_empty() { alike } else { short.to_owned() }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn folded(text: &str) -> Folded {
        Folded::of(&SerialNumber::parse(text).unwrap())
    }

    #[test]
    fn every_way_of_writing_a_serial_number_is_the_same() {
        for (written, loaded) in [
            ("sn-123", "SN-123"),
            ("SN–123", "SN-123"),
            ("SN—123", "SN-123"),
            ("SN‑123", "SN-123"),
            ("SN−123", "SN-123"),
            ("ＳＮ－１２３", "SN-123"),
            ("S N - 1 2 3", "SN-123"),
            ("ti1234i", "TI1234I"),
            ("Ä-1", "a\u{308}-1"),
            ("ΣΑΣ", "σασ"),
            ("\u{212A}1", "k1"),
            ("ж7", "Ж7"),
        ] {
            assert_eq!(folded(written).folded, folded(loaded).folded, "{written}");
        }
    }

    #[test]
    fn what_only_looks_alike_is_another_number() {
        for (one, other) in
            [("STRASSE1", "straße1"), ("I1", "ı1"), ("I1", "İ1"), ("O1", "01"), ("000123", "123"), ("0123", "123"), ("A1", "Á1")]
        {
            assert_ne!(folded(one).folded, folded(other).folded, "{one}");
        }
        for (one, other) in
            [("STRASSE1", "straße1"), ("I1", "ı1"), ("I1", "İ1"), ("O1", "01"), ("000123", "0123"), ("SN0O", "snoo"), ("S/N:B8", "S/N:88")]
        {
            assert_eq!(folded(one).look, folded(other).look, "{one}");
        }
        assert!(folded("S/N: SN12345678").looks().contains(&folded("SN12345678").look));
    }

    #[test]
    fn dashes_can_be_left_out() {
        assert_eq!(folded("SN-12-3").dashless, folded("sn123").dashless);
        assert!(folded("\u{2E3A}").looks().is_empty());
    }

    proptest! {
        #[test]
        fn folding_what_is_folded_changes_nothing(text in "\\PC{1,64}") {
            if let Ok(serial) = SerialNumber::parse(&text) {
                let once = fold(serial.as_str());
                prop_assert_eq!(fold(&once), once);
            }
        }
    }
}
