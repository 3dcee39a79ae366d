//! Which form of a word a number takes, for pages that are made without a browser: the cardinal rules of Unicode CLDR for
//! whole numbers below a million, for the languages that the card speaks. In the browser `Intl` knows.

/// The plural category of a number, by its name in CLDR.
pub fn plural(language: &str, count: usize) -> &'static str {
    let (tens, units) = (count % 100, count % 10);
    match language.split('-').next().unwrap_or_default() {
        "ja" | "zh" => "other",
        "ar" => match (count, tens) {
            (0, _) => "zero",
            (1, _) => "one",
            (2, _) => "two",
            (_, 3..=10) => "few",
            (_, 11..=99) => "many",
            (_, _) => "other",
        },
        "pl" => match (count, tens, units) {
            (1, _, _) => "one",
            (_, 12..=14, _) => "many",
            (_, _, 2..=4) => "few",
            (_, _, _) => "many",
        },
        "fr" | "pt" if count == 0 => "one",
        _ if count == 1 => "one",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::{languages, plurals};

    #[test]
    fn every_form_is_one_that_the_language_has() {
        for language in languages() {
            for count in 0..200 {
                assert!(plurals(language).contains(&plural(language, count)), "{count} in {language}");
            }
        }
    }

    #[test]
    fn numbers_take_the_form_that_their_language_gives_them() {
        for (language, forms) in [
            ("en", [(0, "other"), (1, "one"), (2, "other"), (21, "other")]),
            ("fr", [(0, "one"), (1, "one"), (2, "other"), (21, "other")]),
            ("pl", [(1, "one"), (2, "few"), (5, "many"), (22, "few")]),
            ("pl", [(0, "many"), (12, "many"), (21, "many"), (112, "many")]),
            ("ar", [(0, "zero"), (2, "two"), (3, "few"), (11, "many")]),
            ("ar", [(1, "one"), (100, "other"), (103, "few"), (111, "many")]),
            ("zh-Hans", [(0, "other"), (1, "other"), (2, "other"), (21, "other")]),
        ] {
            for (count, form) in forms {
                assert_eq!(plural(language, count), form, "{count} in {language}");
            }
        }
    }
}
