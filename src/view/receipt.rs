//! The receipt: a place to drop a file on, and what becomes of it.
//!
//! The file input lies over the whole place, unseen but real: a click, a drop and the keyboard reach it before any script
//! is there, and it is the one that holds the file.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::receipt::FileType;

use super::Context;
use super::field::{described_by, hint_of, labelled};
use crate::form::{Event, Receipt};
use crate::text::Text;

/// The field at this position.
pub(super) fn view(context: Context, index: usize, definition: Definition) -> impl IntoView {
    let word = context.field(index, |field| field.receipt().map_or("none", Receipt::word));
    let wrong = context.field(index, |field| field.message.is_some());
    let described = described_by(context, index, hint_of(context, &definition).is_some());
    let panel = move || match word.get() {
        "none" => prompt(context).into_any(),
        "sending" => sending(context, index).into_any(),
        "failed" => failed(context, index).into_any(),
        _ => stored(context, index).into_any(),
    };
    let control = view! {
        <div class={"drop"} part={"receipt"}>
            <input id={format!("f{index}")} type={"file"} name={definition.key.clone()} accept={FileType::ACCEPT} required={definition.required}
                data-upload={move || word.get()} aria-invalid={move || wrong.get().then_some("true")} aria-describedby={described}
                on:change=move |_| context.send(Event::FilePicked(index)) />
            {panel}
        </div>
    };
    labelled(context, index, &definition, control.into_any())
}

fn prompt(context: Context) -> impl IntoView {
    view! {
        <p><b>{context.say(Text::ReceiptPrompt)}</b> {context.say(Text::ReceiptLimits)}</p>
        <span class={"btn"} aria-hidden={"true"}>{context.say(Text::ChooseFile)}</span>
    }
}

fn sending(context: Context, index: usize) -> impl IntoView {
    let percent = context.field(index, |field| match field.receipt() {
        Some(Receipt::Sending { file, sent, .. }) => (sent * 100).checked_div(file.size).unwrap_or(0).min(100),
        Some(Receipt::None | Receipt::Stored { .. } | Receipt::Failed { .. }) | None => 0,
    });
    view! {
        {name(context, index)}
        {button(context, index, Text::Cancel, Event::FileRemoved)}
        <progress max={"100"} value={move || percent.get().to_string()}></progress>
        <span class={"hint"}>{move || context.say_with(Text::UploadPercent, "percent", &percent.get().to_string())}</span>
    }
}

fn stored(context: Context, index: usize) -> impl IntoView {
    view! {
        {name(context, index)}
        {button(context, index, Text::Remove, Event::FileRemoved)}
        <span class={"say good"}>{super::icon::Icon::Tick.draw()} <span>{context.say(Text::UploadStored)}</span></span>
    }
}

fn failed(context: Context, index: usize) -> impl IntoView {
    view! {
        {name(context, index)}
        {button(context, index, Text::TryAgain, Event::UploadRetried)}
        {button(context, index, Text::Remove, Event::FileRemoved)}
    }
}

fn name(context: Context, index: usize) -> impl IntoView {
    let name = context.field(index, |field| field.receipt().and_then(Receipt::file).map(|file| file.name.clone()).unwrap_or_default());
    view! { <span class={"name"} dir={"auto"}>{move || name.get()}</span> }
}

fn button(context: Context, index: usize, text: Text, event: fn(usize) -> Event) -> impl IntoView {
    view! { <button type={"button"} class={"link"} on:click=move |_| context.send(event(index))>{context.say(text)}</button> }
}
