//! The whole card: the form with its summary and its button, or the end.

use leptos::prelude::*;
use regcard_protocol::form::{ChoiceStyle, Field as Definition, FieldKind};

use super::element::{Element, element, live, nothing};
use super::icon::Icon;
use super::{Context, Dispatch, Given, Local, Shown, field, outcome, plain};
use crate::form::{Done, Event, FormState, Message, Notice, Phase, Place, Receipt};
use crate::text::{Text, Texts};

/// The registration card.
///
/// `action` is the hosted page, to which the form goes by itself where WebAssembly is refused. Keyboard: every control is
/// reached by Tab in the order it is read; Enter in a field submits. A screen reader hears a heading, labelled fields with
/// their hints and messages, and after a submit with faults the summary, which gets the focus.
#[component]
pub fn Card(state: RwSignal<FormState>, texts: Texts, local: Local, action: String, dispatch: Dispatch) -> impl IntoView {
    whole(Context { state, given: StoredValue::new_local(Given { texts, local, dispatch, plain: None }) }, action)
}

/// The form, or the end.
pub(super) fn whole(context: Context, action: String) -> AnyView {
    context.part(
        |state| done(state).map_or(Shown::Times(state.drawn), |done| Shown::Done(done.clone())),
        move || match context.peek(|state| done(state).cloned()) {
            Some(done) => outcome::view(context, done),
            None => form(context, action.clone()),
        },
    )
}

fn done(state: &FormState) -> Option<&Done> {
    match &state.phase {
        Phase::Done(done) => Some(done),
        Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Sending(_) | Phase::Settling { .. } => None,
    }
}

fn form(context: Context, action: String) -> AnyView {
    let (definitions, title, intro) = context.peek(|state| (state.form.fields.clone(), state.form.title.clone(), state.form.intro.clone()));
    let title = title.unwrap_or_else(|| context.say(Text::Title));
    let intro = intro.unwrap_or_else(|| context.say(Text::Intro));
    let sending = move || context.read(|state| sending(&state.phase));
    let body = rows_of(&definitions).into_iter().map(|row| fields(context, &definitions, row)).collect::<Vec<_>>();
    let head = element("div")
        .with("class", "head")
        .children([element("h2").with("part", "title").text(title).view(), element("p").text(intro).view()]);
    let button = element("button")
        .with("type", "submit")
        .with("class", "btn main")
        .with("part", "submit")
        .with_live("aria-busy", live(move || sending().map(|_| "true".to_owned())))
        .live_text(live(move || Some(context.say(sending().unwrap_or(Text::Register)))));
    // Files cannot be kept, so nobody is left to think that theirs was.
    let restored = context.peek(|state| state.restored.then_some(state.form.field(FieldKind::Receipt).is_some())).map(|file| {
        let again = if file { context.say(Text::DraftFiles) } else { String::new() };
        let words = element("p").with("class", "say quiet").with("role", "status").text(context.say(Text::DraftBack));
        words.text(" ").text(again).view()
    });
    let clear = if context.plain() {
        plain::again(context, "link", Text::Clear)
    } else {
        element("button").with("type", "reset").with("class", "link").text(context.say(Text::Clear)).view()
    };
    element("form")
        .with("class", "card")
        .with("part", "card")
        .with("method", "post")
        .with("action", action)
        .with_if("enctype", plain::encoding(context))
        .flag("novalidate", true)
        .with_live("data-state", live(move || Some(if sending().is_some() { "sending" } else { "filling" }.to_owned())))
        .on_submit(context, Event::SubmitPressed)
        .on_reset(context, Event::Cleared)
        .child(plain::nonce(context))
        .child(head.view())
        .child(summary(context))
        .children(restored)
        .children(body)
        .child(button.view())
        .child(without(context))
        .child(plain::trap(context))
        .child(element("p").with("class", "foot").text(context.say(Text::Foot)).text(" ").child(clear).view())
        .view()
}

/// The way on where a file does not arrive.
fn without(context: Context) -> AnyView {
    let late = |state: &FormState| {
        matches!(state.phase, Phase::AwaitingReceipt(_))
            || state.fields.iter().any(|field| field.receipts().iter().any(Receipt::has_failed))
    };
    context.part(
        move |state| Shown::Whether(late(state)),
        move || {
            if !context.peek(late) {
                return nothing();
            }
            let button = element("button").with("type", "button").with("class", "btn wide").on_click(context, Event::SendWithout);
            button.text(context.say(Text::SendWithout)).view()
        },
    )
}

/// What the button says while the form is on its way.
fn sending(phase: &Phase) -> Option<Text> {
    match phase {
        Phase::Filling | Phase::Done(_) => None,
        Phase::Gathering | Phase::Sending(_) | Phase::Settling { .. } => Some(Text::Sending),
        Phase::AwaitingReceipt(_) => Some(Text::SendingReceipt),
    }
}

/// Two short fields that follow each other share a row, where the card is wide enough.
fn rows_of(fields: &[Definition]) -> Vec<Vec<usize>> {
    let short = |index: usize| {
        fields.get(index).is_some_and(|field| {
            let short = matches!(field.kind, FieldKind::PurchaseDate | FieldKind::Date | FieldKind::Number | FieldKind::Choice);
            short && field.show_if.is_none() && field.style != Some(ChoiceStyle::Radio)
        })
    };
    let mut rows = Vec::new();
    let mut index = 0;
    while index < fields.len() {
        let together = if short(index) && short(index + 1) { 2 } else { 1 };
        rows.push((index..index + together).collect());
        index += together;
    }
    rows
}

fn fields(context: Context, definitions: &[Definition], row: Vec<usize>) -> AnyView {
    let class = if row.len() > 1 { "pair" } else { "one" };
    element("div").with("class", class).children(row.into_iter().map(|index| field::view(context, index, &definitions[index]))).view()
}

/// What concerns the form as a whole, and every fault with the way to its field. It gets the focus when it appears.
fn summary(context: Context) -> AnyView {
    context.part(
        |state| Shown::Summary(state.notice, said(state)),
        move || {
            let (notice, faults) = context.peek(|state| (state.notice, said(state)));
            match notice {
                Some(notice) => notice_view(context, notice),
                None if faults.is_empty() => nothing(),
                None => faults_view(context, faults),
            }
        },
    )
}

/// The faults that the summary tells of.
fn said(state: &FormState) -> Vec<(Place, Message)> {
    if state.summary { state.faults() } else { Vec::new() }
}

fn notice_view(context: Context, notice: Notice) -> AnyView {
    let words =
        element("p").with("role", "alert").text(context.say(notice.text())).text(" ").child(element("small").text(notice.code()).view());
    frame(context, "note").child(Icon::Exclamation.draw()).child(words.view()).view()
}

fn faults_view(context: Context, faults: Vec<(Place, Message)>) -> AnyView {
    let count = faults.len();
    let lines = faults.into_iter().map(|(place, message)| {
        let words = context.say_of(message, &label_of(context, place));
        let way = if context.plain() { plain::line(context, place, words) } else { way(context, place, words) };
        element("li").child(way).view()
    });
    let alert = element("div")
        .with("role", "alert")
        .children([element("h3").text(context.count(Text::Problem, count)).view(), element("ul").children(lines).view()]);
    frame(context, "summary").child(alert.view()).view()
}

fn way(context: Context, place: Place, words: String) -> AnyView {
    element("button").with("type", "button").with("class", "link").on_click(context, Event::SummaryPressed(place)).text(words).view()
}

fn frame(context: Context, class: &'static str) -> Element {
    // Without a script the browser itself moves the focus there.
    element("div").with("class", class).with("tabindex", "-1").with("data-summary", "").flag("autofocus", context.plain())
}

fn label_of(context: Context, place: Place) -> String {
    match place {
        Place::Field(index) => context.peek(|state| state.form.fields.get(index).map(|field| context.label(field)).unwrap_or_default()),
        Place::Row(_) => context.say(Text::SerialNumber),
    }
}
