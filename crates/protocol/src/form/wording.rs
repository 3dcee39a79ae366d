//! The merchant's own wording, as a form's file writes it. Only the gateway reads this; which key means what, it knows as well.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use crate::by_key::ByKey;

/// Reads the wording by language. TOML takes the point in `note.label = "…"` for a table in a table; here it is one key again,
/// as it is with quotes.
pub(super) fn by_language<'de, D: Deserializer<'de>>(deserializer: D) -> Result<ByKey<ByKey<String>>, D::Error> {
    let languages: ByKey<Wording> = ByKey::deserialize(deserializer)?;
    let flat = |(language, wording)| match wording {
        Wording::Words(_) => Err(D::Error::custom(format_args!("texts.{language} is a table of words by their keys"))),
        Wording::Table(table) => {
            let mut words = ByKey::new();
            gather(table, "", &mut words);
            Ok((language, words))
        }
    };
    languages.into_iter().map(flat).collect()
}

enum Wording {
    Words(String),
    Table(ByKey<Wording>),
}

fn gather(table: ByKey<Wording>, before: &str, words: &mut ByKey<String>) {
    for (key, wording) in table {
        let key = format!("{before}{key}");
        match wording {
            Wording::Words(text) => words.insert(key, text),
            Wording::Table(inner) => gather(inner, &format!("{key}."), words),
        }
    }
}

impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Wording, D::Error> {
        deserializer.deserialize_any(WordingVisitor)
    }
}

struct WordingVisitor;

impl<'de> Visitor<'de> for WordingVisitor {
    type Value = Wording;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("words in quotes")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Wording, E> {
        Ok(Wording::Words(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Wording, A::Error> {
        let mut table = ByKey::new();
        while let Some((key, value)) = map.next_entry()? {
            table.insert(key, value);
        }
        Ok(Wording::Table(table))
    }
}

#[cfg(test)]
mod tests {
    use super::super::Form;

    fn read(json: &str) -> Result<Form, serde_json::Error> {
        serde_json::from_str(json)
    }

    #[test]
    fn a_point_in_a_key_is_a_point_with_quotes_and_without() {
        let quoted = read(r#"{"texts": {"de": {"title": "Titel", "note.label": "Notiz", "shop.choice.online": "Im Netz"}}}"#).unwrap();
        let tables =
            read(r#"{"texts": {"de": {"title": "Titel", "note": {"label": "Notiz"}, "shop": {"choice": {"online": "Im Netz"}}}}}"#);
        assert_eq!(quoted, tables.unwrap());
        assert_eq!(quoted.texts["de"]["note.label"], "Notiz");
        assert_eq!(quoted.texts["de"].len(), 3);
    }

    #[test]
    fn what_is_no_table_of_words_is_refused() {
        let fault = |json| read(json).unwrap_err().to_string();
        assert!(fault(r#"{"texts": {"title": "Titel"}}"#).contains("texts.title is a table of words by their keys"));
        assert!(fault(r#"{"texts": {"de": {"title": 7}}}"#).contains("expected words in quotes"));
        assert!(fault(r#"{"texts": "de"}"#).contains("expected a table"));
    }

    #[test]
    fn the_card_is_sent_no_language_but_its_own() {
        let form = read(r#"{"language": "de", "texts": {"fr": {"title": "Titre"}}}"#).unwrap();
        let sent = serde_json::to_string(&form).unwrap();
        assert!(!sent.contains("texts") && !sent.contains("language") && !sent.contains("Titre"), "{sent}");
    }
}
