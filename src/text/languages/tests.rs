//! What every language keeps to. That none lacks a text, the compiler sees to.

use super::*;

/// Every text of every language but English, with the English one beside it.
fn all() -> impl Iterator<Item = (&'static Language, Text, &'static str, &'static str)> {
    let others = ALL.iter().filter(|language| language.tag != "en");
    others.flat_map(|language| Text::ALL.iter().map(move |text| (language, *text, (language.words)(*text), (ENGLISH.words)(*text))))
}

/// The categories of words that count, in their order; none for words that do not.
fn categories(words: &str) -> Vec<&str> {
    words.split('|').filter_map(|part| part.split_once('=')).map(|(category, _)| category).collect()
}

#[test]
fn nobody_is_left_with_english() {
    for (language, text, words, english) in all() {
        let listed = language.as_in_english.iter().find(|(listed, _)| *listed == text);
        assert_eq!(words == english, listed.is_some(), "{}: {text:?}: {words}", language.tag);
        assert!(listed.is_none_or(|(_, reason)| reason.len() > 10), "{}: {text:?} gives no reason", language.tag);
    }
}

#[test]
fn what_is_filled_in_is_the_same_in_every_language() {
    for (language, text, words, english) in all() {
        assert_eq!(placeholders(words), placeholders(english), "{}: {text:?}", language.tag);
        assert_eq!(words.matches('{').count(), words.matches('}').count(), "{}: {text:?}", language.tag);
    }
}

#[test]
fn words_that_count_have_a_form_for_each_category_of_their_language() {
    for language in &ALL {
        for text in Text::ALL {
            let counts = !categories((ENGLISH.words)(*text)).is_empty();
            let found = categories((language.words)(*text));
            assert_eq!(found, if counts { language.plurals } else { &[] }, "{}: {text:?}", language.tag);
        }
    }
}

/// Unicode CLDR 48, `supplemental/plurals.xml`.
#[test]
fn the_categories_are_those_that_browsers_choose_from() {
    let of = |tag| ALL.iter().find(|language| language.tag == tag).map(|language| language.plurals.join(" ")).unwrap_or_default();
    for tag in ["en", "de", "nl", "sv"] {
        assert_eq!(of(tag), "one other", "{tag}");
    }
    for tag in ["es", "fr", "it", "pt-BR"] {
        assert_eq!(of(tag), "one many other", "{tag}");
    }
    assert_eq!(of("pl"), "one few many other");
    assert_eq!(of("ar"), "zero one two few many other");
    assert_eq!((of("ja"), of("zh-Hans")), ("other".to_owned(), "other".to_owned()));
}

#[test]
fn sentences_end_as_they_do_in_english_in_the_marks_of_their_language() {
    for (language, text, words, english) in all() {
        let last = |words: &str| words.chars().next_back().unwrap_or(' ');
        let expected = match (last(english), language.tag) {
            ('.', "ja" | "zh-Hans") => Some('。'),
            ('?', "ja" | "zh-Hans") => Some('？'),
            (':', "ja" | "zh-Hans") => Some('：'),
            (')', "ja" | "zh-Hans") => Some('）'),
            ('?', "ar") => Some('؟'),
            (mark @ ('.' | '?' | ':' | ')'), _) => Some(mark),
            (_, _) => None,
        };
        match expected {
            Some(mark) => assert_eq!(last(words), mark, "{}: {text:?}: {words}", language.tag),
            None => assert!(!".?:。？：؟!！".contains(last(words)), "{}: {text:?}: {words}", language.tag),
        }
    }
}

#[test]
fn marks_are_those_of_the_language() {
    for language in &ALL {
        for text in Text::ALL {
            let words = (language.words)(*text);
            let about = format!("{}: {text:?}: {words}", language.tag);
            assert!(!words.contains("..."), "{about}");
            assert_eq!(words.trim(), words, "{about}");
            assert!(!words.contains("  ") && !words.contains(['<', '>', '\n', '\t']), "{about}");
            match language.tag {
                // An address such as name@example.com has a point; a sentence has none.
                "ja" | "zh-Hans" => assert!(!words.replace("example.com", "").contains(['.', '?', ':', ';', '!', '(', ')']), "{about}"),
                "ar" => assert!(!words.contains(['?', ';', ',']), "{about}"),
                "fr" => {
                    let before = |mark| words.split(mark).rev().skip(1).all(|piece: &str| piece.ends_with('\u{a0}'));
                    assert!(before(':') && before('?') && before('!'), "{about}");
                }
                _ => {}
            }
        }
    }
}

#[test]
fn each_language_is_written_in_its_own_letters() {
    let of = |tag: &str, letter: fn(char) -> bool| {
        for (language, text, words, _) in all().filter(|(language, ..)| language.tag == tag) {
            assert!(words.chars().any(letter), "{}: {text:?}: {words}", language.tag);
        }
    };
    let han = |letter| ('\u{4E00}'..='\u{9FFF}').contains(&letter);
    of("ar", |letter| ('\u{0620}'..='\u{064A}').contains(&letter));
    of("ja", |letter| ('\u{3041}'..='\u{30FF}').contains(&letter) || ('\u{4E00}'..='\u{9FFF}').contains(&letter));
    of("zh-Hans", han);
    // Characters that only Taiwan and Hong Kong, or Japan, write.
    for (.., words, _) in all().filter(|(language, ..)| language.tag == "zh-Hans") {
        assert!(!words.contains(['請', '號', '產', '購', '確', '認', '輸', '選', '録', '関', 'の']), "{words}");
    }
}

/// U+2066 to U+2068 open an isolate, U+2069 closes it: one that stays open turns the rest of the page.
#[test]
fn every_isolate_is_closed() {
    for (language, text, words, _) in all() {
        let opened = words.matches(['\u{2066}', '\u{2067}', '\u{2068}']).count();
        assert_eq!(opened, words.matches('\u{2069}').count(), "{}: {text:?}", language.tag);
        let turns = |letter| ('\u{202A}'..='\u{202E}').contains(&letter);
        assert!(!words.contains(turns), "{}: {text:?}", language.tag);
    }
}

/// A button of three lines is no button. What stands on one may be half as long again as in English, and a little.
#[test]
fn buttons_stay_short() {
    let buttons = [
        Text::AddSerialNumber,
        Text::ChooseFile,
        Text::Register,
        Text::Cancel,
        Text::Remove,
        Text::TryAgain,
        Text::Copy,
        Text::Copied,
        Text::Camera,
        Text::AddFile,
        Text::SendWithout,
        Text::Clear,
        Text::Calendar,
        Text::Print,
        Text::Another,
        Text::Open,
        Text::Close,
    ];
    for (language, text, words, english) in all().filter(|(_, text, ..)| buttons.contains(text)) {
        let (length, most) = (words.chars().count(), english.chars().count() * 3 / 2 + 12);
        assert!(length <= most, "{}: {text:?}: {length} characters, {most} at most: {words}", language.tag);
    }
}

#[test]
fn every_country_has_a_name_in_every_language() {
    for language in languages() {
        let mut codes: Vec<&str> = countries(language).map(|(code, _)| code).collect();
        codes.sort_unstable();
        assert!(codes.into_iter().eq(regcard_protocol::country::codes()), "{language}");
        assert!(countries(language).all(|(code, name)| !name.is_empty() && name != code && name.trim() == name), "{language}");
    }
    let named = |language, wanted| countries(language).find(|(code, _)| *code == wanted).map(|(_, name)| name);
    assert_eq!((named("de", "DE"), named("ja", "JP"), named("en-XA", "DE")), (Some("Deutschland"), Some("日本"), Some("Germany")));
}

#[test]
fn a_tag_finds_the_nearest_language() {
    for (tag, language) in [
        ("de", "de"),
        ("DE", "de"),
        ("de-AT", "de"),
        ("de_CH", "de"),
        ("de-Latn-DE-1996", "de"),
        ("es-419", "es"),
        ("pt", "pt-BR"),
        ("pt-PT", "pt-BR"),
        ("pt-br", "pt-BR"),
        ("ar-EG", "ar"),
        ("ja-JP", "ja"),
        ("zh", "zh-Hans"),
        ("zh-CN", "zh-Hans"),
        ("zh-SG", "zh-Hans"),
        ("zh-Hans", "zh-Hans"),
        ("zh-hans-cn", "zh-Hans"),
        // Not theirs, but nearer than English.
        ("zh-TW", "zh-Hans"),
        ("zh-Hant-HK", "zh-Hans"),
        ("en-GB", "en"),
    ] {
        assert_eq!(nearest(tag), Some(language), "{tag}");
    }
    for tag in languages() {
        assert_eq!((nearest(tag), asked(tag)), (Some(tag), Some(tag)));
    }
    for none in ["tlh", "de1", "d", "", "*", "-", "../../de", "\u{FB00}-\u{0}", "xx-de"] {
        assert_eq!((nearest(none), asked(none)), (None, None), "{none}");
    }
}

#[test]
fn only_arabic_begins_at_the_right() {
    let right: Vec<&str> = languages().into_iter().filter(|tag| direction(tag) == Direction::RightToLeft).collect();
    assert_eq!(right, ["ar"]);
    assert_eq!((direction("ar-XB").attribute(), direction("en-XA").attribute()), ("rtl", "ltr"));
}

#[test]
fn languages_that_nobody_speaks_are_given_to_those_who_ask_for_them_by_name_alone() {
    for (tag, spoken) in [("en-XA", "en"), ("ar-XB", "ar")] {
        assert_eq!((asked(tag), asked(&tag.to_lowercase())), (Some(tag), Some(tag)));
        assert_eq!(nearest(tag), Some(spoken));
        assert!(!languages().contains(&tag));
        assert_eq!((choice(tag), choice(spoken)), (vec![tag], languages().to_vec()));
    }
    assert_eq!((asked("en-XB"), asked("ar"), asked("en-XA-x")), (Some("en"), Some("ar"), Some("en")));
}

#[test]
fn the_long_language_stands_in_brackets_and_is_two_fifths_longer() {
    let (long, english) = (table("en-XA"), table("en"));
    assert_eq!(long["done-product"], "[Ýöûŕ {product} îš ŕéĝîšţéŕéđ öñé ţŵö ţĥŕé]");
    let forms: Vec<&str> = long["problem"].split('|').filter_map(|form| form.split_once('=')).map(|(_, words)| words).collect();
    assert!(forms.len() == 2 && forms.iter().all(|words| words.starts_with('[') && words.ends_with(']')), "{forms:?}");
    for (key, words) in english.iter().filter(|(key, _)| *key != "problem") {
        assert!(long[key].starts_with('[') && long[key].ends_with(']'), "{key}");
        assert!(long[key].chars().count() * 10 >= words.chars().count() * 14, "{key}: {}", long[key]);
        assert_eq!(placeholders(&long[key]), placeholders(words), "{key}");
    }
}

#[test]
fn the_turned_language_has_the_english_words_from_right_to_left() {
    let (turned, english) = (table("ar-XB"), table("en"));
    assert_eq!(turned["copied"], "\u{202E}Copied\u{202C}");
    assert_eq!(turned["done-product"], "\u{202E}Your\u{202C} {product} \u{202E}is\u{202C} \u{202E}registered\u{202C}");
    assert_eq!(categories(&turned["problem"]), plurals("ar"));
    for (key, words) in english.iter() {
        assert_eq!(placeholders(&turned[key]), placeholders(words), "{key}");
    }
}
