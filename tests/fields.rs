//! Every kind of field of a merchant's form, as events and as what is then sent.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a story is told with may fail as loudly as the story itself")]

use regcard::form::{Answers, Check, Effect, Event, FormState, Given, Place, update};
use regcard::text::Text;
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;
use regcard_protocol::registration::{Answer, NewRegistration};
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, CheckedProduct};

/// The example that the documentation tells of, with every kind of field.
fn card() -> FormState {
    let form: Form = toml::from_str(include_str!("../forms/every-field.toml")).unwrap();
    let form = form.with_addresses();
    form.check().unwrap();
    FormState::new(form, "every-field", None, &Answers::default(), Day::parse("2026-11-25").unwrap())
}

fn at(state: &FormState, key: &str) -> usize {
    state.form.fields.iter().position(|field| field.key == key).unwrap()
}

fn typed(state: &mut FormState, key: &str, text: &str) {
    let index = at(state, key);
    update(state, Event::Typed(index, text.into()));
    update(state, Event::Left(index));
}

fn message(state: &FormState, key: &str) -> Option<Text> {
    state.fields[at(state, key)].message
}

/// What is sent once everything that is required is filled in, with these answers on top.
fn sent(state: &mut FormState, more: &[(&str, &str)]) -> NewRegistration {
    let mut answers = Answers::default();
    let required = [
        ("customerName", "Mara Lindqvist"),
        ("customerEmail", "mara@example.com"),
        ("productName", "Espresso Duo"),
        ("serialNumber", "ED5-2204-0817"),
        ("purchaseDate", "2026-11-14"),
        ("country", "DE"),
        ("address1", "Hauptstr. 1"),
        ("city", "Berlin"),
    ];
    for (name, text) in required.iter().chain(more) {
        answers.push(*name, Given::Text((*text).into()));
    }
    update(state, Event::SubmitPressed);
    let effects = update(state, Event::Gathered(answers, "key-1".into(), Day::parse("2026-11-25").unwrap()));
    let sent = effects.into_iter().find_map(|effect| if let Effect::Send(_, body) = effect { Some(body) } else { None });
    sent.unwrap_or_else(|| panic!("not sent: {:?}", state.faults())).registrations.remove(0)
}

#[test]
fn each_kind_of_field_says_what_is_wrong_with_it() {
    let mut state = card();
    let wrong = [
        ("phone", "12", Text::WrongPhone),
        ("cups", "many", Text::WrongNumber),
        ("cups", "-1", Text::NumberTooSmall),
        ("cups", "41", Text::NumberTooLarge),
        ("orderNumber", "12", Text::WrongPattern),
        ("installedOn", "2026-02-30", Text::WrongDate),
    ];
    for (key, text, words) in wrong {
        typed(&mut state, key, text);
        assert_eq!(message(&state, key), Some(words), "{key} {text}");
    }
    for (key, text) in [("phone", "+49 30 123456"), ("cups", "2,5"), ("orderNumber", "#1001"), ("installedOn", "2026-02-28")] {
        typed(&mut state, key, text);
        assert_eq!(message(&state, key), None, "{key} {text}");
    }
}

#[test]
fn a_field_is_asked_for_only_where_another_answer_says_so() {
    let mut state = card();
    let giver = at(&state, "giver");
    assert!(!state.is_asked(giver));
    typed(&mut state, "purchaseChannel", "gift");
    assert!(state.is_asked(giver));
    assert_eq!(sent(&mut state, &[("purchaseChannel", "gift"), ("giver", "Tom")]).extras.get("giver"), Some(&Answer::Text("Tom".into())));
    let mut other = card();
    let new = sent(&mut other, &[("purchaseChannel", "online"), ("giver", "Tom")]);
    assert_eq!(new.extras.get("giver"), None, "what was typed before the answer changed is not sent");
}

#[test]
fn an_address_has_the_fields_of_its_country() {
    let mut state = card();
    let (code, region) = (at(&state, "postCode"), at(&state, "state"));
    typed(&mut state, "country", "DE");
    assert!(state.is_asked(code) && !state.is_asked(region));
    for (country, has_code) in [("HK", false), ("AE", false), ("IE", true), ("GB", true), ("NL", true), ("XK", true)] {
        typed(&mut state, "country", country);
        assert_eq!((state.is_asked(code), state.is_asked(region)), (has_code, false), "{country}");
        assert_eq!(message(&state, "country"), None, "{country} can be chosen");
        // And none of them has to be known.
        let mut state = card();
        assert_eq!(sent(&mut state, &[("country", country)]).extras.get("postCode"), None, "{country}");
    }
    typed(&mut state, "country", "US");
    assert!(state.is_asked(code) && state.is_asked(region));
    let new = sent(&mut state, &[("postCode", " 02138 ")]);
    assert_eq!(new.extras.get("postCode"), Some(&Answer::Text("02138".into())));
}

#[test]
fn several_choices_are_sent_as_a_list() {
    let mut state = card();
    let uses = at(&state, "uses");
    for (value, chosen) in [("office", true), ("home", true), ("office", false)] {
        update(&mut state, Event::Chose(uses, value.into(), chosen));
    }
    assert_eq!(state.fields[uses].values(), ["home"]);
    let new = sent(&mut state, &[("uses", "home"), ("uses", "office")]);
    assert_eq!(new.extras.get("uses"), Some(&Answer::Several(vec!["home".into(), "office".into()])));
}

#[test]
fn what_the_page_gives_is_sent_though_nobody_sees_it() {
    let mut state = card();
    assert_eq!(sent(&mut state, &[("campaign", "a=b&c,d")]).extras.get("campaign"), Some(&Answer::Text("a=b&c,d".into())));
}

#[test]
fn a_known_serial_number_fills_in_the_product() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "ED5-2204-0817".into()));
    update(&mut state, Event::SerialLeft(0));
    let product = Some(CheckedProduct { name: Some("espresso duo".into()), sku: None });
    let answer = CheckAnswer { status: CheckStatus::Available, serial_number: "ED5-2204-0817".into(), product, did_you_mean: Vec::new() };
    let generation = state.rows()[0].generation;
    let effects = update(&mut state, Event::Checked(0, generation, Ok(answer)));
    let product = at(&state, "productName");
    assert!(effects.contains(&Effect::Fill(Place::Field(product), "Espresso Duo".into())), "{effects:?}");
    assert_eq!(state.product(), Some("Espresso Duo"));
}

#[test]
fn a_suggestion_is_taken_into_the_control_and_checked() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "ED5-22O4-O817".into()));
    update(&mut state, Event::SerialLeft(0));
    let did_you_mean = vec!["ED5-2204-0817".to_owned()];
    let answer = CheckAnswer { status: CheckStatus::Unknown, serial_number: "ED5-22O4-O817".into(), product: None, did_you_mean };
    let generation = state.rows()[0].generation;
    update(&mut state, Event::Checked(0, generation, Ok(answer)));
    assert_eq!(state.rows()[0].check, Check::Unknown(vec!["ED5-2204-0817".into()]));
    let effects = update(&mut state, Event::Suggested(0, "ED5-2204-0817".into()));
    assert!(effects.contains(&Effect::Fill(Place::Row(0), "ED5-2204-0817".into())));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Check(0, _, text) if text == "ED5-2204-0817")), "{effects:?}");
}

#[test]
fn a_column_that_is_pasted_becomes_a_row_for_each_number() {
    let mut state = card();
    let numbers: Vec<String> = (1..=5).map(|number| format!("SN{number}")).collect();
    let effects = update(&mut state, Event::SerialsPasted(0, numbers.clone()));
    assert_eq!(state.rows().iter().map(|row| row.text.clone()).collect::<Vec<_>>(), numbers);
    assert_eq!(effects.iter().filter(|effect| matches!(effect, Effect::Check(..))).count(), 5);
    let many: Vec<String> = (1..=30).map(|number| format!("X{number}")).collect();
    update(&mut state, Event::SerialsPasted(0, many));
    assert_eq!(state.rows().len(), regcard_protocol::limits::SERIAL_NUMBERS);
}

#[test]
fn a_scanners_enter_checks_at_once_and_sends_nothing_while_fields_are_empty() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "SN12345678".into()));
    let effects = update(&mut state, Event::SerialEntered(0));
    assert!(matches!(effects[0], Effect::Check(0, _, _)), "{effects:?}");
    let next = at(&state, "productName");
    assert!(effects.contains(&Effect::Focus(Place::Field(next))) && !effects.contains(&Effect::Gather), "{effects:?}");
    // A form that takes one number has no further row for a scanner either.
    let mut state = card();
    state.form.serial_numbers.several = false;
    update(&mut state, Event::SerialTyped(0, "SN12345678".into()));
    let effects = update(&mut state, Event::SerialScanned(0));
    assert!(effects.contains(&Effect::Focus(Place::Field(next))) && !effects.contains(&Effect::Gather), "{effects:?}");
    assert_eq!(state.rows().len(), 1);
}

#[test]
fn five_numbers_scanned_in_a_row_are_five_rows() {
    let mut state = card();
    let mut row = 0;
    for number in 1..=5 {
        update(&mut state, Event::SerialTyped(row, format!("SN{number}")));
        let effects = update(&mut state, Event::SerialScanned(row));
        let next = effects.iter().find_map(|effect| if let Effect::Focus(Place::Row(next)) = effect { Some(*next) } else { None });
        row = next.unwrap_or_else(|| panic!("no next row after {number}: {effects:?}"));
    }
    assert_eq!(state.rows().iter().filter(|row| !row.text.is_empty()).count(), 5);
}
