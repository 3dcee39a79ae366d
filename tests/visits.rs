//! One visit after another: a submit whose outcome nobody knows is settled by its key, which is all that is kept of it.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "what a story is told with may fail as loudly as the story itself")]

use regcard::form::{Answers, CallFault, Effect, Event, FormState, Given, Notice, Phase, update};
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{Registered, RegistrationStatus};

fn card(file: &str) -> FormState {
    let form: Form = toml::from_str(file).unwrap();
    FormState::new(form, "small", None, &Answers::default(), Day::parse("2026-11-25").unwrap())
}

const SMALL: &str = r#"
warranty_months = 24
[[field]]
key = "customerName"
kind = "name"
[[field]]
key = "customerEmail"
kind = "email"
required = true
[[field]]
key = "purchaseDate"
kind = "purchase-date"
[[field]]
key = "note"
kind = "text"
label = "Note"
"#;

fn submit(state: &mut FormState, email: &str, key: &str) -> Vec<Effect> {
    let mut answers = Answers::default();
    for (name, text) in [("customerName", "Ann"), ("customerEmail", email), ("purchaseDate", "2026-03-31"), ("note", "hello")] {
        answers.push(name, Given::Text(text.into()));
    }
    update(state, Event::SubmitPressed);
    update(state, Event::Gathered(answers, key.into(), Day::parse("2026-11-25").unwrap()))
}

fn registered() -> Vec<Registered> {
    vec![Registered { id: Some("r1".into()), status: RegistrationStatus::Registered }]
}

fn kept(effects: &[Effect]) -> Vec<Option<&str>> {
    effects.iter().filter_map(|effect| if let Effect::KeepKey(key) = effect { Some(key.as_deref()) } else { None }).collect()
}

#[test]
fn a_key_is_kept_from_the_sending_to_the_answer() {
    let mut state = card(SMALL);
    assert_eq!(kept(&submit(&mut state, "ann@example.com", "key-1")), [Some("key-1")]);
    assert_eq!(kept(&update(&mut state, Event::Sent(Ok(registered())))), [None]);
}

#[test]
fn a_refusal_leaves_nothing_to_be_settled() {
    let mut state = card(SMALL);
    submit(&mut state, "ann@example.com", "key-1");
    let errors = vec![FieldError { pointer: "/registrations/0/note".into(), code: "too-long".into(), message: String::new() }];
    assert_eq!(kept(&update(&mut state, Event::Sent(Err(CallFault::Problem(422, "validation".into(), errors))))), [None]);
    submit(&mut state, "ann@example.com", "key-2");
    assert_eq!(kept(&update(&mut state, Event::Sent(Err(CallFault::Problem(403, String::new(), Vec::new()))))), [None]);
}

#[test]
fn a_submit_of_an_earlier_visit_that_had_arrived_ends_this_one() {
    let mut state = card(SMALL);
    assert_eq!(update(&mut state, Event::KeyFound("key-1".into())), [Effect::AskEarlier("key-1".into())]);
    let effects = update(&mut state, Event::EarlierKnown(Ok(Some(registered()))));
    assert!(matches!(&state.phase, Phase::Done(done) if done.number.as_deref() == Some("r1") && !done.earlier));
    assert_eq!(kept(&effects), [None]);
}

#[test]
fn a_submit_of_an_earlier_visit_that_never_arrived_is_forgotten() {
    let mut state = card(SMALL);
    update(&mut state, Event::KeyFound("key-1".into()));
    assert_eq!(update(&mut state, Event::EarlierKnown(Ok(None))), [Effect::KeepKey(None)]);
    assert_eq!(state.unsettled, None);
}

#[test]
fn nothing_new_is_sent_before_the_earlier_visit_is_settled() {
    let mut state = card(SMALL);
    update(&mut state, Event::KeyFound("key-1".into()));
    update(&mut state, Event::EarlierKnown(Err(CallFault::NoAnswer)));
    assert_eq!(submit(&mut state, "ann@example.com", "key-2"), [Effect::AskStatus("key-1".into())]);
    let effects = update(&mut state, Event::StatusKnown(Ok(None)));
    assert!(
        matches!(&effects[..], [Effect::KeepKey(Some(key)), Effect::Send(sent, _)] if key == "key-2" && sent == "key-2"),
        "{effects:?}"
    );
}

#[test]
fn without_a_network_the_form_says_so_and_goes_on_when_it_is_back() {
    let mut state = card(SMALL);
    update(&mut state, Event::Network(false));
    assert_eq!(state.notice, Some(Notice::Offline));
    update(&mut state, Event::Network(true));
    assert_eq!(state.notice, None);
    update(&mut state, Event::Network(false));
    submit(&mut state, "ann@example.com", "key-1");
    update(&mut state, Event::Sent(Err(CallFault::NoAnswer)));
    update(&mut state, Event::StatusKnown(Err(CallFault::NoAnswer)));
    assert_eq!(state.notice, Some(Notice::Offline));
    assert!(state.unsettled.is_some());
}

#[test]
fn the_warranty_ends_on_the_same_day_of_the_month() {
    let mut state = card(SMALL);
    submit(&mut state, "ann@example.com", "key-1");
    update(&mut state, Event::Sent(Ok(registered())));
    let Phase::Done(done) = &state.phase else { panic!("not registered") };
    assert_eq!(done.warranty_until.map(|day| day.to_string()).as_deref(), Some("2028-03-31"));
    assert_eq!(
        update(&mut state, Event::CalendarPressed("Warranty ends".into())),
        [Effect::Calendar("Warranty ends".into(), "2028-03-31".into())]
    );
}

#[test]
fn a_warranty_can_count_from_the_registration_and_a_form_may_have_none() {
    let end = |file: &str| {
        let mut state = card(file);
        submit(&mut state, "ann@example.com", "key-1");
        update(&mut state, Event::Sent(Ok(registered())));
        let Phase::Done(done) = state.phase else { panic!("not registered") };
        done.warranty_until.map(|day| day.to_string())
    };
    assert_eq!(end(&format!("warranty_from = \"registration\"\n{SMALL}")).as_deref(), Some("2028-11-25"));
    assert_eq!(end(&SMALL.replacen("warranty_months = 24", "", 1)), None);
}

#[test]
fn another_product_keeps_the_customer_and_nothing_else() {
    let mut state = card(SMALL);
    submit(&mut state, "ann@example.com", "key-1");
    update(&mut state, Event::Sent(Ok(registered())));
    update(&mut state, Event::AnotherPressed);
    let texts: Vec<_> = state.fields.iter().map(|field| field.text().unwrap_or_default()).collect();
    assert_eq!(texts, ["Ann", "ann@example.com", "", ""]);
    assert_eq!(state.phase, Phase::Filling);
}

#[test]
fn an_emptied_form_is_the_form_from_its_start() {
    let mut state = card(SMALL);
    update(&mut state, Event::Typed(0, "Ann".into()));
    update(&mut state, Event::SubmitPressed);
    update(&mut state, Event::Gathered(Answers::default(), "key-1".into(), Day::parse("2026-11-25").unwrap()));
    assert!(state.summary);
    update(&mut state, Event::Cleared);
    assert!(!state.summary && state.faults().is_empty() && state.fields.iter().all(|field| field.text() == Some("")));
}
