//! Whole registrations against a form with every kind of field, and the edges of each rule.

use proptest::prelude::*;

use super::*;
use crate::form::{Choice, SerialNumberRules};
use crate::registration::{Answer, UploadedFile};

fn today() -> Day {
    Day::parse("2026-11-25").unwrap()
}

fn field(key: &str, kind: FieldKind, required: bool) -> Field {
    let choices =
        if kind == FieldKind::Choice { vec![Choice { value: "shop".into(), label: Some("In a shop".into()) }] } else { Vec::new() };
    Field { key: key.into(), kind, label: Some(format!("I say {key}")), required, choices, ..Field::default() }
}

fn form() -> Form {
    let form = Form {
        serial_numbers: SerialNumberRules { validate: true, one_time: true, several: true, ..SerialNumberRules::default() },
        fields: vec![
            field("customerName", FieldKind::Name, true),
            field("customerEmail", FieldKind::Email, true),
            field("productName", FieldKind::Product, true),
            field("serialNumber", FieldKind::SerialNumber, true),
            field("purchaseDate", FieldKind::PurchaseDate, true),
            field("receipt", FieldKind::Receipt, false),
            field("note", FieldKind::Text, false),
            field("boughtFrom", FieldKind::Choice, false),
            field("gift", FieldKind::Checkbox, false),
            field("news", FieldKind::Consent, false),
        ],
        ..Form::default()
    };
    form.check().unwrap();
    form
}

fn registration() -> NewRegistration {
    NewRegistration {
        form: None,
        customer_name: Some(" Tom Delong ".into()),
        customer_email: Some("tom@example.com".into()),
        product_name: Some("Espresso Duo".into()),
        serial_numbers: vec!["SN 1".into(), " ".into(), "SN2".into()],
        purchase_date: Some("2026-01-02".into()),
        extras: ByKey::new(),
    }
}

fn complaints(change: impl FnOnce(&mut NewRegistration)) -> Vec<(String, Option<usize>, Fault)> {
    let mut new = registration();
    change(&mut new);
    match form().accept(&new, today()) {
        Ok(_) => Vec::new(),
        Err(found) => found.into_iter().map(|complaint| (complaint.key, complaint.index, complaint.fault)).collect(),
    }
}

#[test]
fn a_whole_registration_is_read_into_its_types() {
    let mut new = registration();
    new.extras = ByKey::from_iter([
        ("receipt".into(), Answer::File(UploadedFile { upload_id: "u1".into() })),
        ("note".into(), Answer::Text(" hello ".into())),
        ("boughtFrom".into(), Answer::Text("shop".into())),
        ("gift".into(), Answer::Ticked(true)),
        ("news".into(), Answer::Ticked(true)),
    ]);
    let read = form().accept(&new, today()).unwrap();
    assert_eq!(read.customer_name.unwrap().as_str(), "Tom Delong");
    assert_eq!(read.serial_numbers.iter().map(SerialNumber::as_str).collect::<Vec<_>>(), ["SN1", "SN2"]);
    assert_eq!(read.purchase_date.unwrap().to_string(), "2026-01-02");
    assert_eq!(read.extras["note"], Answer::Text("hello".into()));
    assert_eq!(read.extras["news"], Answer::Text("I say news".into()), "a consent keeps its sentence");
}

#[test]
fn what_is_missing_is_told_field_by_field() {
    let found = form().accept(&NewRegistration::default(), today()).unwrap_err();
    let keys: Vec<_> = found.iter().map(|complaint| complaint.at(0).pointer).collect();
    assert_eq!(
        keys,
        [
            "/registrations/0/customerName",
            "/registrations/0/customerEmail",
            "/registrations/0/productName",
            "/registrations/0/serialNumbers/0",
            "/registrations/0/purchaseDate"
        ]
    );
    assert!(found.iter().all(|complaint| complaint.fault == Fault::Required));
}

#[test]
fn a_purchase_may_be_a_day_ahead_and_no_more() {
    assert_eq!(complaints(|new| new.purchase_date = Some("2026-11-26".into())), []);
    let at = |fault| vec![("purchaseDate".to_owned(), None, fault)];
    assert_eq!(complaints(|new| new.purchase_date = Some("2026-11-27".into())), at(Fault::DateInFuture));
    assert_eq!(complaints(|new| new.purchase_date = Some("2569-11-01".into())), at(Fault::DateInFuture));
    assert_eq!(complaints(|new| new.purchase_date = Some("1900-01-01".into())), []);
    assert_eq!(complaints(|new| new.purchase_date = Some("1899-12-31".into())), at(Fault::DateTooEarly));
    assert_eq!(complaints(|new| new.purchase_date = Some("02.01.2026".into())), at(Fault::Date));
}

#[test]
fn a_day_is_of_a_year_that_people_live_in() {
    let mut form = form();
    form.fields.push(field("installedOn", FieldKind::Date, false));
    let stored = |day: &str| {
        let mut new = registration();
        new.extras.insert("installedOn".into(), Answer::Text(day.into()));
        form.accept(&new, today()).map(|read| read.extras["installedOn"].clone()).map_err(|found| found[0].fault)
    };
    for day in ["1900-01-01", "2026-12-24", "2199-12-31"] {
        assert_eq!(stored(day), Ok(Answer::Text(day.into())));
    }
    for day in ["1899-12-31", "2200-01-01", "2569-11-01", "1448-05-20"] {
        assert_eq!(stored(day), Err(Fault::Date), "{day}");
    }
}

#[test]
fn serial_numbers_are_counted_and_each_stands_once() {
    let at = |index, fault| vec![("serialNumbers".to_owned(), Some(index), fault)];
    let many = |count: usize| (0..count).map(|number| format!("S{number}")).collect::<Vec<_>>();
    assert_eq!(complaints(|new| new.serial_numbers = many(limits::SERIAL_NUMBERS)), []);
    assert_eq!(
        complaints(|new| new.serial_numbers = many(limits::SERIAL_NUMBERS + 1)),
        at(limits::SERIAL_NUMBERS, Fault::TooManySerialNumbers)
    );
    assert_eq!(complaints(|new| new.serial_numbers = vec!["A1".into(), "A 1".into()]), at(1, Fault::SerialNumberTwice));
    assert_eq!(complaints(|new| new.serial_numbers = vec!["..".into()]), at(0, Fault::SerialNumber));
    let mut single = form();
    single.serial_numbers.several = false;
    assert_eq!(single.accept(&registration(), today()).unwrap_err()[0].fault, Fault::TooManySerialNumbers);
    single.fields[3].required = false;
    let without = NewRegistration { serial_numbers: vec![" ".into()], ..registration() };
    assert_eq!(single.accept(&without, today()).unwrap().serial_numbers, []);
}

#[test]
fn what_the_form_does_not_have_is_refused() {
    let extra = |key: &str, answer| {
        let key = key.to_owned();
        complaints(move |new| new.extras.insert(key, answer))
    };
    assert_eq!(extra("status", Answer::Text("x".into())), [("status".to_owned(), None, Fault::UnknownField)]);
    assert_eq!(extra("serialNumber", Answer::Text("x".into())), [("serialNumber".to_owned(), None, Fault::UnknownField)]);
    assert_eq!(extra("note", Answer::Ticked(true)), [("note".to_owned(), None, Fault::Kind)]);
    assert_eq!(extra("receipt", Answer::Text("https://a.example".into())), [("receipt".to_owned(), None, Fault::Kind)]);
    assert_eq!(extra("boughtFrom", Answer::Text("In a shop".into())), [("boughtFrom".to_owned(), None, Fault::NotAChoice)]);
    let mut short = form();
    short.fields.retain(|field| field.kind != FieldKind::PurchaseDate);
    assert_eq!(short.accept(&registration(), today()).unwrap_err()[0].fault, Fault::UnknownField);
}

#[test]
fn a_text_is_as_long_as_its_field_allows() {
    let text = |length: usize| complaints(move |new| new.extras.insert("note".into(), Answer::Text("é".repeat(length))));
    assert_eq!(text(limits::ANSWER_CHARS), []);
    assert_eq!(text(limits::ANSWER_CHARS + 1), [("note".to_owned(), None, Fault::TooLong)]);
    let product = |length: usize| complaints(move |new| new.product_name = Some("é".repeat(length)));
    assert_eq!(product(limits::PRODUCT_NAME_CHARS), []);
    assert_eq!(product(limits::PRODUCT_NAME_CHARS + 1), [("productName".to_owned(), None, Fault::TooLong)]);
    assert!(free_text(&"é".repeat(limits::ANSWER_CHARS)).is_ok());
    assert_eq!(free_text(&"é".repeat(limits::ANSWER_CHARS + 1)), Err(Fault::TooLong));
}

#[test]
fn an_unticked_box_is_an_answer_unless_it_is_required() {
    assert_eq!(complaints(|new| new.extras.insert("gift".into(), Answer::Ticked(false))), []);
    let mut strict = form();
    strict.fields[8].required = true;
    let mut new = registration();
    new.extras.insert("gift".into(), Answer::Ticked(false));
    assert_eq!(strict.accept(&new, today()).unwrap_err()[0].fault, Fault::Required);
}

#[test]
fn a_consent_is_stored_in_the_words_that_were_shown_and_no_others() {
    let mut form = form();
    form.texts.insert("de".into(), ByKey::from_iter([("news.label".into(), "Ich sage ja".into()), ("note.label".into(), "Notiz".into())]));
    let agreed = |answer: Answer| {
        let mut new = registration();
        new.extras.insert("news".into(), answer);
        form.accept(&new, today()).map(|read| read.extras.get("news").cloned()).map_err(|complaints| complaints[0].fault)
    };
    let text = |text: &str| Answer::Text(text.into());
    assert_eq!(agreed(text("Ich sage ja")), Ok(Some(text("Ich sage ja"))));
    assert_eq!(agreed(text("I say news")), Ok(Some(text("I say news"))));
    assert_eq!(agreed(Answer::Ticked(true)), Ok(Some(text("I say news"))));
    assert_eq!(agreed(text("")), Ok(None));
    for never_shown in ["Notiz", "ich sage ja", "Ich sage ja ", "true", "on", " "] {
        assert_eq!(agreed(text(never_shown)), Err(Fault::Kind), "{never_shown}");
    }
    form.fields[9].required = true;
    let mut new = registration();
    new.extras.insert("news".into(), text(""));
    assert_eq!(form.accept(&new, today()).unwrap_err()[0].fault, Fault::Required);
}

#[test]
fn every_code_reads_back() {
    for fault in Fault::ALL {
        assert_eq!(Fault::parse(fault.code()), Some(fault));
    }
}

proptest! {
    #[test]
    fn whatever_is_typed_is_accepted_or_complained_about(name in any::<String>(), email in any::<String>(), serial in any::<String>(), date in any::<String>()) {
        let new = NewRegistration { customer_name: Some(name), customer_email: Some(email), serial_numbers: vec![serial], purchase_date: Some(date), ..registration() };
        match form().accept(&new, today()) {
            Ok(read) => prop_assert!(read.customer_email.as_str().contains('@') && !read.serial_numbers.is_empty()),
            Err(found) => prop_assert!(!found.is_empty()),
        }
    }
}
