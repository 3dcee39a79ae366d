//! Files on their way, as events: what is chosen, what becomes of it, and what is sent with the form in the end.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "what a story is told with may fail as loudly as the story itself")]

use regcard::form::{Answers, CardEvent, Effect, Event, FileFacts, FormState, Given, Phase, Place, Way, update};
use regcard::text::Text;
use regcard_protocol::date::Day;
use regcard_protocol::form::Form;
use regcard_protocol::limits;
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::{Answer, Registered, RegistrationStatus};

const FORM: &str = r#"
[[field]]
key = "customerEmail"
kind = "email"
required = true
[[field]]
key = "invoice"
kind = "receipt"
required = true
[[field]]
key = "pictures"
kind = "receipt"
several = true
"#;

const INVOICE: usize = 1;
const PICTURES: usize = 2;

fn today() -> Day {
    Day::parse("2026-11-25").unwrap()
}

fn card() -> FormState {
    let form: Form = toml::from_str(FORM).unwrap();
    form.check().unwrap();
    FormState::new(form, "small", None, &Answers::default(), today())
}

/// The file of this number; files of the same number but of other ids are the same file of the customer's.
fn file(id: u32, number: u64) -> FileFacts {
    FileFacts { id, name: format!("{number}.jpg"), size: 1_000 + number, modified: 1 }
}

/// Chooses files by their ids, each another one.
fn pick(state: &mut FormState, field: usize, ids: &[u32]) -> Vec<Effect> {
    update(state, Event::FilesPicked(field, ids.iter().map(|id| file(*id, u64::from(*id))).collect()))
}

fn submit(state: &mut FormState, key: &str) -> Vec<Effect> {
    assert_eq!(update(state, Event::SubmitPressed), [Effect::Gather]);
    let mut answers = Answers::default();
    answers.push("customerEmail", Given::Text("mara@example.com".into()));
    update(state, Event::Gathered(answers, key.into(), today()))
}

/// The answer to a field in what is sent; `None` if nothing is.
fn sent(effects: &[Effect], key: &str) -> Option<Option<Answer>> {
    effects.iter().find_map(|effect| match effect {
        Effect::Send(_, body) => Some(body.registrations[0].extras.get(key).cloned()),
        _ => None,
    })
}

/// What a field's answer names, whether as one file or as a list.
fn names(answer: &Answer) -> (bool, Vec<&str>) {
    match answer {
        Answer::File(file) => (false, vec![file.upload_id.as_str()]),
        Answer::Files(files) => (true, files.iter().map(|file| file.upload_id.as_str()).collect()),
        other => panic!("no file: {other:?}"),
    }
}

fn ways(state: &FormState, field: usize) -> Vec<(u32, Way)> {
    state.fields[field].receipts().iter().map(|receipt| (receipt.file.id, receipt.way.clone())).collect()
}

fn message(state: &FormState, field: usize) -> Option<Text> {
    state.fields[field].message
}

fn told(word: &'static str) -> Effect {
    Effect::Emit(CardEvent::Upload(word))
}

/// With its invoice stored.
fn with_invoice() -> FormState {
    let mut state = card();
    pick(&mut state, INVOICE, &[1]);
    update(&mut state, Event::Uploaded(INVOICE, 1, "u1".into()));
    state
}

#[test]
fn a_receipt_is_sent_while_the_rest_is_filled_in() {
    let mut state = card();
    assert_eq!(state.fields[INVOICE].upload(), "none");
    assert_eq!(pick(&mut state, INVOICE, &[1]), [Effect::Upload(INVOICE, 1), Effect::HoldFiles(INVOICE), told("sending")]);
    assert_eq!(ways(&state, INVOICE), [(1, Way::Preparing)]);
    update(&mut state, Event::UploadMoved(INVOICE, 1, Some(40)));
    assert_eq!(ways(&state, INVOICE), [(1, Way::Sending(40))]);
    update(&mut state, Event::UploadMoved(INVOICE, 1, None));
    assert_eq!(ways(&state, INVOICE), [(1, Way::Waiting)]);
    assert_eq!(update(&mut state, Event::Uploaded(INVOICE, 1, "u1".into())), [told("stored")]);
    let effects = submit(&mut state, "key-1");
    assert_eq!(names(&sent(&effects, "invoice").unwrap().unwrap()), (false, vec!["u1"]));
}

#[test]
fn submit_waits_for_a_receipt_on_its_way() {
    let mut state = card();
    pick(&mut state, INVOICE, &[1]);
    assert_eq!(submit(&mut state, "key-1"), []);
    assert_eq!(state.phase, Phase::AwaitingReceipt("key-1".into()));
    let effects = update(&mut state, Event::Uploaded(INVOICE, 1, "u1".into()));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Send(key, _) if key == "key-1")));
}

#[test]
fn submit_waits_for_every_file_of_every_field() {
    let mut state = card();
    pick(&mut state, INVOICE, &[1]);
    pick(&mut state, PICTURES, &[2, 3]);
    submit(&mut state, "key-1");
    assert!(sent(&update(&mut state, Event::Uploaded(PICTURES, 3, "u3".into())), "invoice").is_none());
    assert!(sent(&update(&mut state, Event::Uploaded(INVOICE, 1, "u1".into())), "invoice").is_none());
    let effects = update(&mut state, Event::Uploaded(PICTURES, 2, "u2".into()));
    assert_eq!(names(&sent(&effects, "pictures").unwrap().unwrap()), (true, vec!["u2", "u3"]), "in the order they were chosen");
}

#[test]
fn a_receipt_that_cannot_be_sent_is_never_left_out_in_silence() {
    let mut state = card();
    pick(&mut state, INVOICE, &[1]);
    submit(&mut state, "key-1");
    let effects = update(&mut state, Event::UploadFailed(INVOICE, 1, 0));
    assert_eq!(effects, [told("failed"), Effect::FocusSummary]);
    assert_eq!(state.faults(), [(Place::Field(INVOICE), Text::UploadFailed)]);
    assert_eq!(submit(&mut state, "key-2"), [Effect::FocusSummary], "not without being told to");
}

#[test]
fn a_form_is_sent_without_the_file_that_does_not_arrive_and_the_end_says_so() {
    for failed in [false, true] {
        let mut state = with_invoice();
        pick(&mut state, PICTURES, &[2, 3]);
        update(&mut state, Event::Uploaded(PICTURES, 2, "u2".into()));
        let effects = if failed {
            update(&mut state, Event::UploadFailed(PICTURES, 3, 0));
            update(&mut state, Event::SendWithout)
        } else {
            submit(&mut state, "key-1");
            update(&mut state, Event::SendWithout)
        };
        assert_eq!(effects[..3], [Effect::ForgetFile(3), Effect::HoldFiles(PICTURES), told("stored")], "what is stored stays");
        let effects = if failed { gathered(&mut state) } else { effects };
        assert_eq!(names(&sent(&effects, "pictures").unwrap().unwrap()), (true, vec!["u2"]));
        update(&mut state, Event::Sent(Ok(vec![Registered { id: Some("r1".into()), status: RegistrationStatus::Registered }])));
        assert!(matches!(&state.phase, Phase::Done(done) if done.without_receipt), "{:?}", state.phase);
    }
}

/// The rest of a submit whose controls are being read.
fn gathered(state: &mut FormState) -> Vec<Effect> {
    let mut answers = Answers::default();
    answers.push("customerEmail", Given::Text("mara@example.com".into()));
    update(state, Event::Gathered(answers, "key-2".into(), today()))
}

#[test]
fn news_of_a_removed_file_never_meets_the_next_one() {
    let mut state = card();
    pick(&mut state, INVOICE, &[1]);
    let effects = update(&mut state, Event::FileRemoved(INVOICE, 0));
    assert_eq!(
        effects,
        [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), told("none"), Effect::Focus(Place::Field(INVOICE))],
        "it can be chosen again"
    );
    let again = update(&mut state, Event::FilesPicked(INVOICE, vec![file(2, 1)]));
    assert_eq!(again[0], Effect::Upload(INVOICE, 2), "the same file again is a new upload");
    for late in [
        Event::Uploaded(INVOICE, 1, "old".into()),
        Event::UploadFailed(INVOICE, 1, 0),
        Event::UploadFailed(INVOICE, 1, 415),
        Event::UploadMoved(INVOICE, 1, Some(99)),
    ] {
        assert_eq!(update(&mut state, late), []);
    }
    assert_eq!(ways(&state, INVOICE), [(2, Way::Preparing)]);
}

#[test]
fn another_file_takes_the_place_of_the_one_that_was_there() {
    let mut state = with_invoice();
    let effects = pick(&mut state, INVOICE, &[2]);
    assert_eq!(
        effects,
        [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), Effect::Upload(INVOICE, 2), Effect::HoldFiles(INVOICE), told("sending")]
    );
    assert_eq!(ways(&state, INVOICE), [(2, Way::Preparing)]);
}

#[test]
fn an_empty_file_is_refused_before_anybody_is_asked_about_it() {
    let mut state = card();
    let empty = FileFacts { size: 0, ..file(1, 1) };
    let effects = update(&mut state, Event::FilesPicked(INVOICE, vec![empty]));
    assert_eq!(effects, [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), told("none")]);
    assert_eq!(message(&state, INVOICE), Some(Text::FileEmpty));
    pick(&mut state, INVOICE, &[2]);
    assert_eq!(message(&state, INVOICE), None);
}

#[test]
fn a_file_that_is_not_taken_goes_with_a_sentence_that_says_why() {
    for (status, words) in [(404, Text::FileUnreadable), (413, Text::FileTooLarge), (415, Text::FileType), (422, Text::FileType)] {
        let mut state = card();
        pick(&mut state, INVOICE, &[1]);
        let effects = update(&mut state, Event::UploadFailed(INVOICE, 1, status));
        assert_eq!(effects, [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), told("none")], "{status}");
        assert_eq!((message(&state, INVOICE), ways(&state, INVOICE)), (Some(words), vec![]), "{status}");
    }
    for status in [0, 403, 429, 500, 503] {
        let mut state = card();
        pick(&mut state, INVOICE, &[1]);
        assert_eq!(update(&mut state, Event::UploadFailed(INVOICE, 1, status)), [told("failed")], "{status}");
        assert_eq!((message(&state, INVOICE), ways(&state, INVOICE)), (Some(Text::UploadFailed), vec![(1, Way::Failed)]), "{status}");
    }
}

#[test]
fn what_is_said_of_a_refused_file_stays_while_the_others_arrive() {
    let mut state = card();
    pick(&mut state, PICTURES, &[1, 2]);
    update(&mut state, Event::UploadFailed(PICTURES, 1, 415));
    update(&mut state, Event::Uploaded(PICTURES, 2, "u2".into()));
    assert_eq!(message(&state, PICTURES), Some(Text::FileType));
    assert_eq!(state.fields[PICTURES].upload(), "stored");
}

#[test]
fn a_failed_receipt_can_be_tried_again() {
    let mut state = card();
    pick(&mut state, PICTURES, &[1, 2]);
    update(&mut state, Event::UploadFailed(PICTURES, 1, 0));
    assert_eq!(state.fields[PICTURES].upload(), "sending", "the other one still is");
    update(&mut state, Event::UploadFailed(PICTURES, 2, 0));
    assert_eq!(state.fields[PICTURES].upload(), "failed");
    assert_eq!(update(&mut state, Event::UploadRetried(PICTURES, 1)), [Effect::Upload(PICTURES, 2), told("sending")]);
    assert_eq!(message(&state, PICTURES), Some(Text::UploadFailed), "the first one still is");
    assert_eq!(update(&mut state, Event::UploadRetried(PICTURES, 1)), [], "it is on its way");
    update(&mut state, Event::FileRemoved(PICTURES, 0));
    assert_eq!((message(&state, PICTURES), ways(&state, PICTURES)), (None, vec![(2, Way::Preparing)]));
}

#[test]
fn what_failed_is_tried_again_when_the_network_is_back() {
    let mut state = with_invoice();
    pick(&mut state, PICTURES, &[2, 3]);
    update(&mut state, Event::UploadFailed(PICTURES, 2, 0));
    update(&mut state, Event::Network(false));
    assert_eq!(update(&mut state, Event::Network(true)), [Effect::Upload(PICTURES, 2), told("sending")]);
    assert_eq!(ways(&state, PICTURES), [(2, Way::Preparing), (3, Way::Preparing)]);
}

#[test]
fn a_field_takes_as_many_files_as_it_says_and_no_more() {
    let mut state = card();
    let most = u32::try_from(limits::FILES).unwrap();
    pick(&mut state, PICTURES, &(0..most).collect::<Vec<_>>());
    assert_eq!((ways(&state, PICTURES).len(), message(&state, PICTURES)), (limits::FILES, None));
    assert_eq!(pick(&mut state, PICTURES, &[77])[0], Effect::ForgetFile(77));
    assert_eq!((ways(&state, PICTURES).len(), message(&state, PICTURES)), (limits::FILES, Some(Text::TooManyFiles)));

    pick(&mut state, INVOICE, &[78, 79]);
    assert_eq!((ways(&state, INVOICE), message(&state, INVOICE)), (vec![(78, Way::Preparing)], Some(Text::TooManyFiles)));
}

#[test]
fn a_control_that_names_its_earlier_files_once_more_adds_none_of_them() {
    let mut state = card();
    pick(&mut state, PICTURES, &[1, 2]);
    update(&mut state, Event::UploadFailed(PICTURES, 2, 0));
    let both = vec![file(3, 1), file(4, 2), file(5, 5)];
    let effects = update(&mut state, Event::FilesPicked(PICTURES, both));
    assert_eq!(ways(&state, PICTURES), [(1, Way::Preparing), (4, Way::Preparing), (5, Way::Preparing)], "what failed is sent anew");
    assert!(effects.contains(&Effect::ForgetFile(3)) && effects.contains(&Effect::ForgetFile(2)), "{effects:?}");
    let edited = FileFacts { modified: 2, ..file(6, 1) };
    update(&mut state, Event::FilesPicked(PICTURES, vec![edited]));
    assert_eq!(ways(&state, PICTURES).len(), 4, "an edited file is another one");
}

#[test]
fn a_receipt_that_the_gateway_knows_no_longer_has_to_be_chosen_again() {
    let mut state = with_invoice();
    submit(&mut state, "key-1");
    let error = FieldError { pointer: "/registrations/0/invoice".into(), code: "file".into(), message: String::new() };
    let fault = regcard::form::CallFault::Problem(422, "validation".into(), vec![error]);
    let effects = update(&mut state, Event::Sent(Err(fault)));
    assert_eq!(effects[..3], [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), told("none")]);
    assert_eq!((message(&state, INVOICE), ways(&state, INVOICE)), (Some(Text::ReceiptLost), vec![]));
}

#[test]
fn an_emptied_form_lets_go_of_its_files() {
    let mut state = with_invoice();
    pick(&mut state, PICTURES, &[2]);
    let effects = update(&mut state, Event::Cleared);
    for effect in [Effect::ForgetFile(1), Effect::HoldFiles(INVOICE), Effect::ForgetFile(2), Effect::HoldFiles(PICTURES)] {
        assert!(effects.contains(&effect), "{effect:?} is not in {effects:?}");
    }
    assert_eq!((ways(&state, INVOICE), ways(&state, PICTURES)), (vec![], vec![]));
}

#[test]
fn a_picture_is_taken_by_the_camera_of_the_field() {
    assert_eq!(update(&mut card(), Event::CameraPressed(PICTURES)), [Effect::OpenCamera(PICTURES)]);
}

#[test]
fn a_picker_that_brings_nothing_for_long_is_answered_with_another_way() {
    let mut state = card();
    let mut open = || {
        assert_eq!(update(&mut state, Event::PickerOpened(INVOICE)), [Effect::AwaitFiles(INVOICE)]);
        assert_eq!(state.picker, Some((INVOICE, false)));
        state.clone()
    };
    let silent = |mut state: FormState| {
        update(&mut state, Event::PickerSilent(INVOICE));
        state.picker
    };
    assert_eq!(silent(open()), Some((INVOICE, true)));
    let mut chosen = open();
    pick(&mut chosen, INVOICE, &[1]);
    assert_eq!(silent(chosen), None, "something came");
    let mut closed = open();
    assert_eq!(update(&mut closed, Event::PickerClosed(INVOICE)), [Effect::HoldFiles(INVOICE)], "what was there before stays");
    assert_eq!(silent(closed), None);
    let mut late = open();
    update(&mut late, Event::PickerSilent(INVOICE));
    pick(&mut late, INVOICE, &[1]);
    assert_eq!(late.picker, None, "it came after all");
}
