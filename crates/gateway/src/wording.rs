//! The merchant's own words over the form's and the card's: `[texts.de]` of a form's file.
//!
//! Pure: a form and a language in, the form and the texts in that language out. Where in the file a mistake stands, `forms` knows.

use regcard::text::{Text, Words, languages, placeholders, plurals};
use regcard_protocol::by_key::ByKey;
use regcard_protocol::form::{Form, FormError};
use thiserror::Error;

/// What is wrong with the languages of a form, for whoever wrote its file.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum WordingError {
    /// A language that the card does not speak.
    #[error("\"{0}\" is no language of the card; it speaks {all}", all = languages().join(", "))]
    Language(String),
    /// Words for nothing.
    #[error("\"{0}\" is no key of a text, and neither KEY.label, KEY.hint nor KEY.choice.VALUE of a field")]
    Key(String),
    /// Something that nobody fills in.
    #[error("nothing is filled in for {{{name}}} in \"{key}\"")]
    Placeholder {
        /// The key.
        key: String,
        /// What stands in braces.
        name: String,
    },
    /// Words that count, without a form for each plural category of the language.
    #[error("\"{key}\" counts, so it is written \"{pattern}\"")]
    Plural {
        /// The key.
        key: String,
        /// How it is written.
        pattern: String,
    },
    /// A form that makes no sense in this language.
    #[error(transparent)]
    Form(#[from] FormError),
}

/// A mistake, with the language, and the key if there is one, below which it stands.
#[derive(Debug, PartialEq, Eq)]
pub struct Mistake {
    /// As the file writes the language.
    pub language: String,
    /// As the file writes the key, or with points where the file has tables.
    pub key: Option<String>,
    /// What is wrong.
    pub error: WordingError,
}

/// A form in a language, and what the card says in it.
pub fn worded(form: &Form, language: &'static str) -> (Form, Words) {
    let (mut form, mut words) = (form.clone(), Words::of(language));
    let Some(own) = form.texts.get(language).cloned() else {
        return (form, words);
    };
    for (key, place) in places(&mut form) {
        if let Some(text) = own.get(&key) {
            *place = Some(text.clone());
        }
    }
    for text in Text::ALL {
        if let Some(said) = own.get(text.key()) {
            words.texts.insert(text.key().to_owned(), said.clone());
        }
    }
    (form, words)
}

/// Whether a form's languages and words make sense.
///
/// # Errors
/// The first thing that is wrong.
pub fn check(form: &Form) -> Result<(), Mistake> {
    let known = |language: &str| languages().into_iter().find(|known| *known == language);
    if let Some(language) = form.language.as_ref().filter(|language| known(language).is_none()) {
        return Err(Mistake { language: language.clone(), key: None, error: WordingError::Language(language.clone()) });
    }
    let ours = regcard::text::table("en");
    for (language, own) in form.texts.iter() {
        let mistake = |key, error| Err(Mistake { language: language.clone(), key, error });
        let Some(tag) = known(language) else {
            return mistake(None, WordingError::Language(language.clone()));
        };
        for (key, words) in own.iter() {
            if let Err(error) = check_words(form, &ours, tag, key, words) {
                return mistake(Some(key.clone()), error);
            }
        }
        if let Err(error) = worded(form, tag).0.check() {
            return mistake(None, error.into());
        }
    }
    Ok(())
}

fn check_words(form: &Form, ours: &ByKey<String>, language: &str, key: &str, words: &str) -> Result<(), WordingError> {
    let Some(ours) = ours.get(key) else {
        let known = places(&mut form.clone()).iter().any(|(place, _)| place == key);
        return if known { Ok(()) } else { Err(WordingError::Key(key.to_owned())) };
    };
    let filled = placeholders(ours);
    if let Some(name) = placeholders(words).into_iter().find(|name| !filled.contains(name)) {
        return Err(WordingError::Placeholder { key: key.to_owned(), name: name.to_owned() });
    }
    if !categories(ours).is_empty() && categories(words) != plurals(language) {
        return Err(WordingError::Plural { key: key.to_owned(), pattern: pattern(plurals(language)) });
    }
    Ok(())
}

/// The plural categories of words that count; none of words that do not.
fn categories(words: &str) -> Vec<&str> {
    words.split('|').filter_map(|part| part.split_once('=')).map(|(category, _)| category).collect()
}

fn pattern(categories: &[&str]) -> String {
    categories.iter().map(|category| format!("{category}=…")).collect::<Vec<_>>().join("|")
}

/// Every place of a form that takes the merchant's words, by its key: that of the member in the file, or of the field.
fn places(form: &mut Form) -> Vec<(String, &mut Option<String>)> {
    let of_form = [
        ("title", &mut form.title),
        ("intro", &mut form.intro),
        ("end_message", &mut form.end_message),
        ("end_link", &mut form.end_link),
        ("end_link_label", &mut form.end_link_label),
        ("end_coupon", &mut form.end_coupon),
        ("registered_text", &mut form.registered_text),
        ("registered_link", &mut form.registered_link),
        ("where_text", &mut form.where_text),
        ("where_picture", &mut form.where_picture),
    ];
    let mut places: Vec<(String, &mut Option<String>)> = of_form.into_iter().map(|(key, place)| (key.to_owned(), place)).collect();
    // A heading or a paragraph may have a key, for its words in other languages.
    for field in form.fields.iter_mut().filter(|field| !field.key.is_empty()) {
        places.push((format!("{}.label", field.key), &mut field.label));
        places.push((format!("{}.hint", field.key), &mut field.hint));
        for choice in &mut field.choices {
            places.push((format!("{}.choice.{}", field.key, choice.value), &mut choice.label));
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use regcard_protocol::form::{Field, FieldKind};

    use super::*;

    const FILE: &str = "
title = 'Register'
end_link = 'https://shop.example/manual'
field = [
    { key = 'customerEmail', kind = 'email', required = true },
    { key = 'shop', kind = 'choice', label = 'Bought from', choices = [{ value = 'our shop', label = 'Our shop' }, { value = 'gift' }] },
    { key = 'care', kind = 'heading', label = 'Care' },
    { key = 'news', kind = 'consent', label = 'Write to me' },
]
";

    fn form(texts: &str) -> Form {
        toml::from_str(&format!("{FILE}{texts}")).unwrap()
    }

    fn mistake(texts: &str) -> (Option<String>, String) {
        let mistake = check(&form(texts)).unwrap_err();
        (mistake.key, mistake.error.to_string())
    }

    #[test]
    fn a_form_says_what_the_merchant_says_in_each_language() {
        let form = form(
            "
[texts.de]
title = 'Registrieren'
register = 'Los'
end_link = 'https://shop.example/anleitung'
customerEmail.label = 'Ihre Mail'
customerEmail.hint = 'Für die Bestätigung'
shop.label = 'Gekauft bei'
shop.choice.'our shop' = 'Unser Laden'
shop.choice.gift = 'Geschenk'
'care.label' = 'Pflege'
news.label = 'Schreiben Sie mir'
",
        );
        assert_eq!(check(&form), Ok(()));
        let (german, words) = worded(&form, "de");
        assert_eq!((german.title.as_deref(), german.end_link.as_deref()), (Some("Registrieren"), Some("https://shop.example/anleitung")));
        assert_eq!((words.texts["register"].as_str(), words.texts["cancel"].as_str()), ("Los", "Abbrechen"));
        let labels: Vec<&str> = german.fields.iter().filter_map(|field| field.label.as_deref()).collect();
        assert_eq!(labels, ["Ihre Mail", "Gekauft bei", "Pflege", "Schreiben Sie mir"]);
        assert_eq!(german.fields[0].hint.as_deref(), Some("Für die Bestätigung"));
        let choices: Vec<(&str, &str)> = german.fields[1].choices.iter().map(|choice| (choice.value.as_str(), choice.shown())).collect();
        assert_eq!(choices, [("our shop", "Unser Laden"), ("gift", "Geschenk")]);

        let (french, words) = worded(&form, "fr");
        assert_eq!(french, form, "where the merchant says nothing, the file's own words stand");
        assert_eq!(words, Words::of("fr"));
    }

    #[test]
    fn an_address_is_worded_part_by_part_and_its_heading_by_its_own_key() {
        let mut form = form("[texts.de]\naddress.label = 'Standort'\ncity.label = 'Wohnort'\ncountry.hint = 'Wo sie steht'\n");
        form.fields.push(Field { key: "address".into(), kind: FieldKind::Address, label: Some("Place".into()), ..Field::default() });
        let form = form.with_addresses();
        assert_eq!(check(&form), Ok(()));
        let (german, _) = worded(&form, "de");
        let label = |key: &str| german.fields.iter().find(|field| field.key == key).and_then(|field| field.label.as_deref());
        assert_eq!((label("address"), label("city"), label("address1")), (Some("Standort"), Some("Wohnort"), None));
    }

    #[test]
    fn every_language_and_every_text_can_be_given() {
        for language in languages() {
            let texts = regcard::text::table(language);
            let table: String = texts.iter().map(|(key, words)| format!("{key} = \"{words}\"\n")).collect();
            assert_eq!(check(&form(&format!("[texts.{language}]\n{table}"))), Ok(()), "{language}");
        }
    }

    #[test]
    fn a_mistake_is_told_in_words_and_by_its_key() {
        let (key, error) = mistake("[texts.dk]\ntitle = 'x'");
        assert!(key.is_none() && error.starts_with("\"dk\" is no language of the card; it speaks en, es,"), "{error}");
        for key in ["titel", "shop.choice.shop", "shop.value", "customerName.label", "care", "end-link", ".label"] {
            let (place, error) = mistake(&format!("[texts.de]\n'{key}' = 'x'"));
            assert!(place.as_deref() == Some(key) && error.starts_with(&format!("\"{key}\" is no key")), "{error}");
        }
        let (_, error) = mistake("[texts.de]\ndone-product = 'Fertig: {produkt}'");
        assert_eq!(error, "nothing is filled in for {produkt} in \"done-product\"");
        for words in ["Fehler", "one=Ein Fehler", "one=1|few=2|other=3", "other=Fehler|one=Fehler"] {
            let (_, error) = mistake(&format!("[texts.de]\nproblem = '{words}'"));
            assert_eq!(error, "\"problem\" counts, so it is written \"one=…|other=…\"", "{words}");
        }
        let (_, error) = mistake("[texts.de]\nend_link = 'javascript:alert(1)'");
        assert!(error.contains("end_link has to be an address"), "{error}");
        let (_, error) = mistake("[texts.de]\nnews.label = ' '");
        assert!(error.contains("field \"news\" needs a label"), "{error}");
    }

    #[test]
    fn a_forms_own_language_is_one_of_the_cards() {
        for language in languages() {
            assert_eq!(check(&Form { language: Some(language.to_owned()), ..form("") }), Ok(()));
        }
        for language in ["", "dk", "de-AT", "DE", "en-XA"] {
            let fault = check(&Form { language: Some(language.to_owned()), ..form("") }).unwrap_err();
            assert_eq!(fault.error, WordingError::Language(language.to_owned()));
        }
    }
}
