//! Whole registrations as lists of events: what a person does, what the gateway answers, what the card then wants.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a story is told with may fail as loudly as the story itself")]

use regcard::form::{Answers, CallFault, CardEvent, Check, Effect, Event, FieldAnswer, FormState, Given, Notice, Phase, Place};
use regcard::text::Text;
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;
use regcard_protocol::limits;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{Answer, Registered, RegistrationStatus};
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, CheckedProduct};

const NAME: usize = 0;
const EMAIL: usize = 1;
const PRODUCT: usize = 2;

/// What is done, but for the keeping of keys from one visit to the next, of which `tests/visits.rs` tells.
fn update(state: &mut FormState, event: Event) -> Vec<Effect> {
    let effects = regcard::form::update(state, event);
    effects.into_iter().filter(|effect| !matches!(effect, Effect::KeepKey(_))).collect()
}

fn today() -> Day {
    Day::parse("2026-11-25").unwrap()
}

fn card() -> FormState {
    let form: Form = toml::from_str(include_str!("../forms/product-registration.toml")).unwrap();
    form.check().unwrap();
    FormState::new(form, "product-registration", Some("Espresso Duo".into()), &Answers::default(), today())
}

/// What the controls hold of somebody who has filled in what is required.
fn filled(serial: &str) -> Answers {
    let mut answers = Answers::default();
    let texts = [
        ("customerName", "Mara Lindqvist"),
        ("customerEmail", "mara@example.com"),
        ("productName", ""),
        ("serialNumber", serial),
        ("purchaseDate", "2026-11-14"),
    ];
    for (name, text) in texts {
        answers.push(name, Given::Text(text.into()));
    }
    answers
}

fn submit(state: &mut FormState, answers: Answers, key: &str) -> Vec<Effect> {
    assert_eq!(update(state, Event::SubmitPressed), [Effect::Gather]);
    update(state, Event::Gathered(answers, key.into(), today()))
}

fn registered(id: &str) -> Vec<Registered> {
    vec![Registered { id: Some(id.into()), status: RegistrationStatus::Registered }]
}

fn sent_key(effects: &[Effect]) -> &str {
    match effects {
        [Effect::Send(key, _)] => key,
        other => panic!("not sent: {other:?}"),
    }
}

fn available(serial: &str) -> Result<CheckAnswer, CallFault> {
    let product = Some(CheckedProduct { name: Some("Espresso Duo".into()), sku: None });
    Ok(CheckAnswer { status: CheckStatus::Available, serial_number: serial.into(), product, did_you_mean: Vec::new() })
}

fn done(state: &FormState) -> bool {
    matches!(state.phase, Phase::Done(_))
}

#[test]
fn what_the_controls_hold_is_what_is_sent() {
    let mut state = card();
    update(&mut state, Event::Typed(NAME, "somebody else".into()));
    let mut answers = filled("ED5-2204-0817");
    answers.push("PrivacyPolicy", Given::Ticked(true));
    answers.push("note", Given::Text(" hello ".into()));
    let effects = submit(&mut state, answers, "key-1");
    let [Effect::Send(key, body)] = effects.as_slice() else { panic!("{effects:?}") };
    let sent = &body.registrations[0];
    assert_eq!(key, "key-1");
    assert_eq!(sent.customer_name.as_deref(), Some("Mara Lindqvist"));
    assert_eq!(sent.product_name.as_deref(), Some("Espresso Duo"), "the page gives the product");
    assert_eq!(sent.serial_numbers, ["ED5-2204-0817"]);
    assert_eq!(sent.form.as_deref(), Some("product-registration"));
    assert_eq!(sent.extras["PrivacyPolicy"], Answer::Text("Tell me about new parts and recipes, about once a month".into()));
    assert_eq!(sent.extras["note"], Answer::Text("hello".into()));
    assert_eq!(
        update(&mut state, Event::Sent(Ok(registered("r1")))),
        [Effect::FocusDone, Effect::Emit(CardEvent::Registered(registered("r1")))]
    );
    assert!(done(&state));
}

#[test]
fn submit_cannot_be_pressed_twice() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    for _ in 0..4 {
        assert_eq!(update(&mut state, Event::SubmitPressed), []);
    }
    update(&mut state, Event::Sent(Ok(registered("r1"))));
    assert_eq!(update(&mut state, Event::SubmitPressed), []);
}

#[test]
fn what_is_missing_is_said_at_the_field_and_in_the_summary() {
    let mut state = card();
    assert_eq!(submit(&mut state, Answers::default(), "key-1"), [Effect::FocusSummary]);
    assert_eq!(state.phase, Phase::Filling);
    let faults = state.faults();
    assert_eq!(faults[0], (Place::Field(NAME), Text::EnterName));
    assert!(faults.contains(&(Place::Row(0), Text::EnterSerialNumber)));
    assert_eq!(update(&mut state, Event::SummaryPressed(Place::Row(0))), [Effect::Focus(Place::Row(0))]);
}

#[test]
fn nothing_is_complained_about_while_it_is_typed() {
    let mut state = card();
    update(&mut state, Event::Typed(EMAIL, "mara@".into()));
    assert_eq!(state.fields[EMAIL].message, None);
    update(&mut state, Event::Left(EMAIL));
    assert_eq!(state.fields[EMAIL].message, Some(Text::WrongEmail));
    update(&mut state, Event::Typed(EMAIL, "mara@example".into()));
    assert_eq!(state.fields[EMAIL].message, Some(Text::WrongEmail), "still wrong");
    update(&mut state, Event::Typed(EMAIL, "mara@example.com".into()));
    assert_eq!(state.fields[EMAIL].message, None, "mended");
}

#[test]
fn a_serial_number_is_asked_about_once_the_typing_pauses() {
    let mut state = card();
    assert_eq!(update(&mut state, Event::SerialTyped(0, "S".into())), [Effect::CheckLater(0, 1)]);
    assert_eq!(update(&mut state, Event::SerialTyped(0, "S1".into())), [Effect::CheckLater(0, 2)]);
    assert_eq!(update(&mut state, Event::CheckDue(0, 1)), [], "an older pause");
    let asked = [Effect::Check(0, 2, "S1".into()), Effect::Emit(CardEvent::Serial("checking"))];
    assert_eq!(update(&mut state, Event::CheckDue(0, 2)), asked);
    update(&mut state, Event::Checked(0, 2, available("S1")));
    assert_eq!(state.rows()[0].check, Check::Available(Some("Espresso Duo".into())));
    assert_eq!(update(&mut state, Event::SerialLeft(0)), [], "known already");
}

#[test]
fn a_discreet_answer_tells_no_more_than_whether() {
    for (status, check, word) in
        [(CheckStatus::Accepted, Check::Available(None), "available"), (CheckStatus::NotAccepted, Check::NotAccepted, "unknown")]
    {
        let mut state = card();
        update(&mut state, Event::SerialTyped(0, "S1".into()));
        update(&mut state, Event::SerialLeft(0));
        let answer = CheckAnswer { status, serial_number: "S1".into(), product: None, did_you_mean: Vec::new() };
        assert_eq!(update(&mut state, Event::Checked(0, 1, Ok(answer))), [Effect::Emit(CardEvent::Serial(word))]);
        assert_eq!((&state.rows()[0].check, state.rows()[0].check.word()), (&check, word));
    }
}

#[test]
fn an_answer_never_overtakes_a_newer_one() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "S1".into()));
    update(&mut state, Event::SerialLeft(0));
    assert_eq!(update(&mut state, Event::SerialTyped(0, "S12".into())), [Effect::AbortCheck(0), Effect::CheckLater(0, 2)]);
    assert_eq!(update(&mut state, Event::Checked(0, 1, available("S1"))), []);
    assert_eq!(state.rows()[0].check, Check::None);
}

#[test]
fn a_check_that_fails_keeps_nobody_from_sending() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "S1".into()));
    update(&mut state, Event::SerialLeft(0));
    update(&mut state, Event::Checked(0, 1, Err(CallFault::NoAnswer)));
    assert_eq!(state.rows()[0].check, Check::Failed);
    assert_eq!(sent_key(&submit(&mut state, filled("S1"), "key-1")), "key-1");
}

#[test]
fn rows_come_and_go_and_keep_their_answers() {
    let mut state = card();
    update(&mut state, Event::SerialTyped(0, "S1".into()));
    assert_eq!(update(&mut state, Event::RowAdded), [Effect::Focus(Place::Row(1))]);
    update(&mut state, Event::SerialTyped(1, "S2".into()));
    update(&mut state, Event::RowRemoved(0));
    assert_eq!(state.rows().iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["S2"]);
    assert_eq!(update(&mut state, Event::RowRemoved(1)), [], "the last one stays");
    for _ in 0..limits::SERIAL_NUMBERS + 3 {
        update(&mut state, Event::RowAdded);
    }
    assert_eq!(state.rows().len(), limits::SERIAL_NUMBERS);
}

#[test]
fn a_serial_number_taken_meanwhile_is_said_at_its_row_and_the_rest_is_kept() {
    let mut state = card();
    update(&mut state, Event::RowAdded);
    let mut answers = filled("S1");
    answers.push("serialNumber", Given::Text("S2".into()));
    submit(&mut state, answers, "key-1");
    let error =
        FieldError { pointer: "/registrations/0/serialNumbers/1".into(), code: "serial-number-registered".into(), message: String::new() };
    let effects = update(&mut state, Event::Sent(Err(CallFault::Problem(409, "serial-already-registered".into(), vec![error]))));
    assert_eq!(effects, [Effect::FocusSummary]);
    assert_eq!(state.faults(), [(Place::Row(1), Text::Taken)]);
    assert_eq!(state.fields[NAME].answer, FieldAnswer::Text("Mara Lindqvist".into()));
    // Corrected, it is another submit, under another key.
    let mut answers = filled("S1");
    answers.push("serialNumber", Given::Text("S3".into()));
    assert_eq!(sent_key(&submit(&mut state, answers, "key-2")), "key-2");
}

#[test]
fn a_lost_answer_is_settled_by_asking() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    assert_eq!(update(&mut state, Event::Sent(Err(CallFault::NoAnswer))), [Effect::AskStatus("key-1".into())]);
    update(&mut state, Event::StatusKnown(Ok(Some(registered("r1")))));
    assert!(done(&state));
}

#[test]
fn what_is_not_known_is_sent_again_under_the_same_key() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    update(&mut state, Event::Sent(Err(CallFault::NoAnswer)));
    assert_eq!(sent_key(&update(&mut state, Event::StatusKnown(Ok(None)))), "key-1");
    // The second loss ends it; the customer decides, and the key stays the same.
    update(&mut state, Event::Sent(Err(CallFault::NoAnswer)));
    update(&mut state, Event::StatusKnown(Ok(None)));
    assert_eq!((&state.phase, state.notice), (&Phase::Filling, Some(Notice::Unreachable)));
    assert_eq!(sent_key(&submit(&mut state, filled("S1"), "key-2")), "key-1");
}

#[test]
fn a_gateway_that_is_down_costs_nothing_that_was_typed() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    update(&mut state, Event::Sent(Err(CallFault::NoAnswer)));
    let effects = update(&mut state, Event::StatusKnown(Err(CallFault::NoAnswer)));
    assert!(effects.contains(&Effect::Emit(CardEvent::Error("RC-201"))));
    assert_eq!(state.rows()[0].text, "S1");
    assert_eq!(state.unsettled.as_ref().map(|attempt| attempt.key.as_str()), Some("key-1"));
}

#[test]
fn a_correction_waits_for_what_was_sent_before() {
    for (earlier, stored) in [(Some(registered("r1")), true), (None, false)] {
        let mut state = card();
        submit(&mut state, filled("S1"), "key-1");
        update(&mut state, Event::Sent(Err(CallFault::NoAnswer)));
        update(&mut state, Event::StatusKnown(Err(CallFault::NoAnswer)));
        assert_eq!(submit(&mut state, filled("S2"), "key-2"), [Effect::AskStatus("key-1".into())]);
        let effects = update(&mut state, Event::StatusKnown(Ok(earlier)));
        if stored {
            let Phase::Done(end) = &state.phase else { panic!("{:?}", state.phase) };
            assert!(end.earlier && end.serial_numbers == ["S1"], "what is stored is what is shown");
        } else {
            assert_eq!(sent_key(&effects), "key-2");
        }
    }
}

#[test]
fn an_unknown_outcome_is_never_sent_again_as_something_else() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    update(&mut state, Event::Sent(Err(CallFault::Problem(504, "outcome-unknown".into(), Vec::new()))));
    assert_eq!(state.notice, Some(Notice::OutcomeUnknown));
    assert_eq!(submit(&mut state, filled("S2"), "key-2"), [Effect::AskStatus("key-1".into())]);
    update(&mut state, Event::StatusKnown(Err(CallFault::Problem(504, "outcome-unknown".into(), Vec::new()))));
    assert_eq!(state.phase, Phase::Filling);
    assert_eq!(state.unsettled.as_ref().map(|attempt| attempt.key.as_str()), Some("key-1"));
}

#[test]
fn a_request_still_worked_on_is_asked_about_later() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    let busy = || CallFault::Problem(409, "idempotency-in-progress".into(), Vec::new());
    assert_eq!(update(&mut state, Event::Sent(Err(busy()))), [Effect::AskStatusLater("key-1".into())]);
    assert_eq!(update(&mut state, Event::StatusKnown(Err(busy()))), [Effect::AskStatusLater("key-1".into())]);
    update(&mut state, Event::StatusKnown(Ok(Some(registered("r1")))));
    assert!(done(&state));
}

#[test]
fn each_refusal_has_a_sentence_and_a_code() {
    for (status, notice) in
        [(401, Notice::Unavailable), (403, Notice::NotAllowed), (413, Notice::Refused), (429, Notice::TooMany), (503, Notice::Unavailable)]
    {
        let mut state = card();
        submit(&mut state, filled("S1"), "key-1");
        update(&mut state, Event::Sent(Err(CallFault::Problem(status, String::new(), Vec::new()))));
        assert_eq!((state.notice, &state.phase), (Some(notice), &Phase::Filling), "{status}");
    }
}

#[test]
fn a_page_that_may_not_use_the_card_is_told_so_before_anything_is_filled_in() {
    let mut state = card();
    update(&mut state, Event::SessionFailed(CallFault::Problem(403, "origin-not-allowed".into(), Vec::new())));
    assert_eq!(state.notice, Some(Notice::NotAllowed));
}

#[test]
fn a_page_can_withhold_a_submit() {
    let mut state = card();
    update(&mut state, Event::SubmitPressed);
    update(&mut state, Event::SubmitWithheld);
    assert_eq!(state.phase, Phase::Filling);
}

#[test]
fn a_page_that_turns_to_another_product_has_that_one_registered() {
    let mut state = card();
    assert_eq!(update(&mut state, Event::Typed(PRODUCT, "Grinder".into())), []);
    assert_eq!((state.product(), state.given_product.as_deref()), (Some("Grinder"), Some("Grinder")));
    let mut without = state.clone();
    let effects = submit(&mut state, filled("ED5-2204-0817"), "k1");
    let sent = effects.iter().find_map(|effect| if let Effect::Send(_, body) = effect { Some(body) } else { None });
    assert_eq!(sent.unwrap().registrations[0].product_name.as_deref(), Some("Grinder"));

    update(&mut without, Event::Typed(PRODUCT, String::new()));
    assert_eq!((without.product(), without.given_product.as_deref()), (None, None));
    assert_eq!(submit(&mut without, filled("ED5-2204-0817"), "k2"), [Effect::FocusSummary], "now it is asked for");
}

#[test]
fn the_number_says_that_it_was_copied() {
    let mut state = card();
    submit(&mut state, filled("S1"), "key-1");
    update(&mut state, Event::Sent(Ok(registered("r1"))));
    assert_eq!(update(&mut state, Event::CopyPressed("r1".into())), [Effect::Copy("r1".into())]);
    update(&mut state, Event::Copied("r1".into()));
    assert!(matches!(&state.phase, Phase::Done(done) if done.copied.as_deref() == Some("r1")));
}

#[test]
fn what_was_painted_is_taken_over_with_all_its_rows() {
    let mut answers = filled("S1");
    answers.push("serialNumber", Given::Text("S2".into()));
    answers.push("PrivacyPolicy", Given::Ticked(true));
    let state = FormState::new(card().form, "product-registration", None, &answers, today());
    assert_eq!(state.rows().iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["S1", "S2"]);
    assert_eq!(state.fields[9].answer, FieldAnswer::Ticked(true));
    assert_eq!(state.fields[EMAIL].text(), Some("mara@example.com"));
}

#[test]
fn the_confirmation_of_a_registered_number_is_asked_for_once_until_the_number_changes() {
    let mut state = card();
    let row = state.rows()[0].id;
    update(&mut state, Event::SerialTyped(row, "SN-1".into()));
    assert_eq!(update(&mut state, Event::ConfirmAgain(row)), [Effect::ConfirmAgain("SN-1".into())]);
    assert!(state.rows()[0].confirmed_again);
    update(&mut state, Event::SerialTyped(row, "SN-2".into()));
    assert!(!state.rows()[0].confirmed_again, "another number, another confirmation");
}
