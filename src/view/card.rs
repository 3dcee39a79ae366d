//! The whole card: the form with its summary and its button, or the end.

use leptos::prelude::*;
use regcard_protocol::form::{Field as Definition, FieldKind};

use super::icon::Icon;
use super::{Context, Dispatch, field, outcome};
use crate::form::{Event, FormState, Phase, Place};
use crate::text::{Text, Texts};

/// The registration card.
///
/// `action` is the hosted page, to which the form goes by itself where WebAssembly is refused. Keyboard: every control is
/// reached by Tab in the order it is read; Enter in a field submits. A screen reader hears a heading, labelled fields with
/// their hints and messages, and after a submit with faults the summary, which gets the focus.
#[component]
pub(crate) fn Card(state: RwSignal<FormState>, texts: Texts, action: String, dispatch: Dispatch) -> impl IntoView {
    let context = Context { state, texts: StoredValue::new(texts), dispatch: StoredValue::new_local(dispatch) };
    let done = context.memo(|state| match &state.phase {
        Phase::Done(done) => Some(done.clone()),
        Phase::Filling | Phase::Gathering | Phase::AwaitingReceipt(_) | Phase::Sending(_) | Phase::Settling { .. } => None,
    });
    move || match done.get() {
        Some(done) => outcome::view(context, done).into_any(),
        None => form(context, &action).into_any(),
    }
}

fn form(context: Context, action: &str) -> impl IntoView + use<> {
    let (definition, title, intro) = context.state.with_untracked(|state| {
        let own = |text: &Option<String>, standard| text.clone().unwrap_or_else(|| context.say(standard));
        (state.form.clone(), own(&state.form.title, Text::Title), own(&state.form.intro, Text::Intro))
    });
    let sending = context.memo(|state| match state.phase {
        Phase::Filling | Phase::Done(_) => None,
        Phase::Gathering | Phase::Sending(_) | Phase::Settling { .. } => Some(Text::Sending),
        Phase::AwaitingReceipt(_) => Some(Text::SendingReceipt),
    });
    view! {
        <form
            class={"card"}
            part={"card"}
            method={"post"}
            action={action.to_owned()}
            novalidate={true}
            data-state={move || if sending.get().is_some() { "sending" } else { "filling" }}
            on:submit=move |event| {
                event.prevent_default();
                context.send(Event::SubmitPressed);
            }
        >
            <div class={"head"}>
                <h2 part={"title"}>{title}</h2>
                <p>{intro}</p>
            </div>
            {summary(context)}
            {rows_of(&definition.fields).into_iter().map(|row| fields(context, &definition.fields, row)).collect_view()}
            <button type={"submit"} class={"btn main"} part={"submit"} aria-busy={move || sending.get().is_some().then_some("true")}>
                {move || context.say(sending.get().unwrap_or(Text::Register))}
            </button>
            <p class={"foot"}>{context.say(Text::Foot)}</p>
        </form>
    }
}

/// Two short fields that follow each other share a row, where the card is wide enough.
fn rows_of(fields: &[Definition]) -> Vec<Vec<usize>> {
    let short = |index: usize| fields.get(index).is_some_and(|field| matches!(field.kind, FieldKind::PurchaseDate | FieldKind::Choice));
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
    let together = row.len() > 1;
    let views = row.into_iter().map(|index| field::view(context, index, definitions[index].clone())).collect_view();
    if together { view! { <div class={"pair"}>{views}</div> }.into_any() } else { views.into_any() }
}

/// What concerns the form as a whole, and every fault with the way to its field. It gets the focus when it appears.
fn summary(context: Context) -> impl IntoView {
    let notice = context.memo(|state| state.notice);
    let faults = context.memo(|state| if state.summary { state.faults() } else { Vec::new() });
    move || {
        let (notice, faults) = (notice.get(), faults.get());
        if let Some(notice) = notice {
            let words = context.say(notice.text());
            let code = notice.code();
            return view! {
                <div class={"note"} tabindex={"-1"} data-summary={""}>
                    {Icon::Exclamation.draw()}
                    <p role={"alert"}>{words} " " <small>{code}</small></p>
                </div>
            }
            .into_any();
        }
        if faults.is_empty() {
            return ().into_any();
        }
        let lines = faults
            .into_iter()
            .map(|(place, message)| {
                let words = context.say_of(message, &label_of(context, place));
                view! {
                    <li>
                        <button type={"button"} class={"link"} on:click=move |_| context.send(Event::SummaryPressed(place))>{words}</button>
                    </li>
                }
            })
            .collect_view();
        view! {
            <div class={"summary"} tabindex={"-1"} data-summary={""}>
                <div role={"alert"}>
                    <h3>{context.say(Text::Problem)}</h3>
                    <ul>{lines}</ul>
                </div>
            </div>
        }
        .into_any()
    }
}

fn label_of(context: Context, place: Place) -> String {
    context.state.with_untracked(|state| match place {
        Place::Field(index) => state.form.fields.get(index).map(|field| context.label(field)).unwrap_or_default(),
        Place::Row(_) => context.say(Text::SerialNumber),
    })
}
