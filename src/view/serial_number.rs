//! The serial numbers: a row each, with what the check says under it.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::limits;

use super::Context;
use super::field::{complaint, hint_of};
use super::icon::Icon;
use crate::form::{Check, Event};
use crate::text::Text;

/// All rows, and the button for another one where the form takes several.
pub(super) fn view(context: Context, index: usize, definition: Definition) -> impl IntoView {
    let several = context.state.with_untracked(|state| state.form.serial_numbers.several);
    let ids = context.memo(|state| state.rows().iter().map(|row| row.id).collect::<Vec<u32>>());
    let full = context.memo(|state| state.rows().len() >= limits::SERIAL_NUMBERS);
    let hint = hint_of(context, &definition);
    let label = context.label(&definition);
    let required = definition.required;
    let more = several.then(|| {
        view! {
            <button type={"button"} class={"link more"} hidden={move || full.get()} on:click=move |_| context.send(Event::RowAdded)>
                {context.say(Text::AddSerialNumber)}
            </button>
        }
    });
    view! {
        <For
            each={move || ids.get()}
            key={|id| *id}
            children={move |id| row(context, index, id, label.clone(), hint.clone(), required)}
        />
        {more}
    }
}

fn row(context: Context, index: usize, id: u32, label: String, hint: Option<String>, required: bool) -> impl IntoView {
    let memo = context.memo(move |state| state.rows().iter().find(|row| row.id == id).map(|row| (row.message, row.check.clone())));
    let position = context.memo(move |state| state.rows().iter().position(|row| row.id == id).unwrap_or_default());
    let only = context.memo(|state| state.rows().len() == 1);
    let first_text = context
        .state
        .with_untracked(|state| state.rows().iter().find(|row| row.id == id).map(|row| row.text.clone()))
        .filter(|text| !text.is_empty());
    let message = move || memo.get().and_then(|(message, _)| message);
    let check = move || memo.get().map_or(Check::None, |(_, check)| check);
    // The first row has the field's own ids, so that its label and hint read like any other field's.
    let name = move |part: &str| if id == 0 { format!("f{index}{part}") } else { format!("f{index}r{id}{part}") };
    let hinted = hint.is_some();
    let described = move || {
        let mut ids = vec![name("s")];
        if hinted {
            ids.insert(0, format!("f{index}h"));
        }
        if message().is_some() {
            ids.push(name("e"));
        }
        ids.join(" ")
    };
    let said = label.clone();
    let shown_label = move || match position.get() {
        0 => label.clone(),
        position => context.say_with(Text::SerialNumberNth, "number", &(position + 1).to_string()),
    };
    let optional = (!required && id == 0).then(|| view! { " " <span class={"optional"}>{context.say(Text::Optional)}</span> });
    let hint = hint.filter(|_| id == 0).map(|hint| view! { <p class={"hint"} id={format!("f{index}h")}>{hint}</p> });
    let remove = move || {
        (!only.get()).then(|| {
            let words = context.say_with(Text::RemoveSerialNumber, "number", &(position.get() + 1).to_string());
            view! {
                <button type={"button"} class={"link"} aria-label={words} on:click=move |_| context.send(Event::RowRemoved(id))>
                    {context.say(Text::Remove)}
                </button>
            }
        })
    };
    view! {
        <div class={move || if message().is_some() { "field wrong" } else { "field" }} part={"field"}>
            <label for={name("")}>{shown_label} {optional}</label>
            {hint}
            {move || message().map(|message| complaint(context, name("e"), message, &said))}
            <input id={name("")} class={"serial"} part={"input"} name={"serialNumber"} type={"text"} dir={"ltr"} lang={"en"} translate={"no"}
                autocomplete={"off"} autocapitalize={"characters"} spellcheck={"false"} required={required && id == 0} value={first_text}
                data-check={move || check().word()} data-row={id.to_string()} aria-invalid={move || message().map(|_| "true")} aria-describedby={described}
                on:input:target=move |event| context.send(Event::SerialTyped(id, event.target().value()))
                on:change:target=move |event| context.send(Event::SerialTyped(id, event.target().value()))
                on:blur=move |_| context.send(Event::SerialLeft(id)) />
            <div class={"under"}>
                <p class={move || status_class(&check())} id={name("s")} role={"status"}>{move || status(context, check())}</p>
                {remove}
            </div>
        </div>
    }
}

fn status_class(check: &Check) -> &'static str {
    match check {
        Check::Available(_) => "say good",
        Check::Registered | Check::Unknown => "say bad",
        Check::None | Check::Checking | Check::Failed => "say quiet",
    }
}

fn status(context: Context, check: Check) -> Option<AnyView> {
    let (icon, words) = match check {
        Check::None => return None,
        Check::Checking => (Icon::Ring, context.say(Text::Checking)),
        Check::Available(Some(product)) => (Icon::Tick, context.say_with(Text::FoundProduct, "product", &product)),
        Check::Available(None) => (Icon::Tick, context.say(Text::Found)),
        Check::Registered => (Icon::Exclamation, context.say(Text::Taken)),
        Check::Unknown => (Icon::Exclamation, context.say(Text::Unknown)),
        Check::Failed => (Icon::Exclamation, context.say(Text::CheckFailed)),
    };
    Some(view! { {icon.draw()} <span>{words}</span> }.into_any())
}
