//! One labelled field. Its message stands beside it and is announced by moving the focus, not by a live region.

use leptos::prelude::*;
use regcard_protocol::form::{Field as Definition, FieldKind};

use super::icon::Icon;
use super::{Context, receipt, serial_number};
use crate::form::{Event, FieldAnswer, Message};
use crate::text::Text;

/// The field at this position of the form.
pub(super) fn view(context: Context, index: usize, definition: Definition) -> AnyView {
    match definition.kind {
        FieldKind::Product => product(context, index, definition),
        FieldKind::SerialNumber => serial_number::view(context, index, definition).into_any(),
        FieldKind::Receipt => receipt::view(context, index, definition).into_any(),
        FieldKind::Checkbox | FieldKind::Consent => checkbox(context, index, definition),
        FieldKind::Name | FieldKind::Email | FieldKind::PurchaseDate | FieldKind::Text | FieldKind::Choice => {
            labelled(context, index, &definition, control(context, index, &definition)).into_any()
        }
    }
}

/// A label, a hint, room for a message, and the control.
pub(super) fn labelled(context: Context, index: usize, definition: &Definition, control: AnyView) -> impl IntoView + use<> {
    let message = context.field(index, |field| field.message);
    let label = context.label(definition);
    let optional = (!definition.required).then(|| view! { " " <span class={"optional"}>{context.say(Text::Optional)}</span> });
    let hint = hint_of(context, definition).map(|hint| view! { <p class={"hint"} id={format!("f{index}h")}>{hint}</p> });
    let said = label.clone();
    view! {
        <div class={move || if message.get().is_some() { "field wrong" } else { "field" }} part={"field"}>
            <label for={format!("f{index}")}>{label} {optional}</label>
            {hint}
            {move || message.get().map(|message| complaint(context, format!("f{index}e"), message, &said))}
            {control}
        </div>
    }
}

/// What is wrong, beside the control, with its sign.
pub(super) fn complaint(context: Context, id: String, message: Message, label: &str) -> impl IntoView + use<> {
    let words = context.say_of(message, label);
    view! {
        <p class={"say bad"} id={id}>
            {Icon::Exclamation.draw()}
            <span><span class={"unseen"}>{context.say(Text::Error)} " "</span> {words}</span>
        </p>
    }
}

/// The ids of hint and message, as far as they are there.
pub(super) fn described_by(context: Context, index: usize, hint: bool) -> impl Fn() -> Option<String> + Send + Copy {
    let wrong = context.field(index, |field| field.message.is_some());
    move || match (hint, wrong.get()) {
        (false, false) => None,
        (true, false) => Some(format!("f{index}h")),
        (false, true) => Some(format!("f{index}e")),
        (true, true) => Some(format!("f{index}h f{index}e")),
    }
}

/// The merchant's hint, or the card's own where a kind has one.
pub(super) fn hint_of(context: Context, definition: &Definition) -> Option<String> {
    let own = match definition.kind {
        FieldKind::SerialNumber => Some(Text::SerialNumberHint),
        FieldKind::Name
        | FieldKind::Email
        | FieldKind::Product
        | FieldKind::PurchaseDate
        | FieldKind::Receipt
        | FieldKind::Text
        | FieldKind::Choice
        | FieldKind::Checkbox
        | FieldKind::Consent => None,
    };
    definition.hint.clone().or_else(|| own.map(|text| context.say(text)))
}

/// The input or select of a field that holds text. What it holds at first is an attribute: afterwards it belongs to the
/// person who types, and is written to no more.
fn control(context: Context, index: usize, definition: &Definition) -> AnyView {
    let first =
        context.state.with_untracked(|state| state.fields.get(index).and_then(|field| field.text().map(str::to_owned))).unwrap_or_default();
    let wrong = context.field(index, |field| field.message.is_some());
    let invalid = move || wrong.get().then_some("true");
    let described = described_by(context, index, hint_of(context, definition).is_some());
    let (id, key, required) = (format!("f{index}"), definition.key.clone(), definition.required);
    let listed = !definition.choices.is_empty();
    if definition.kind == FieldKind::Choice || definition.kind == FieldKind::Product && listed {
        let none = first.is_empty();
        let options = definition
            .choices
            .iter()
            .map(|choice| {
                let chosen = choice.value == first;
                view! { <option value={choice.value.clone()} selected={chosen}>{choice.shown().to_owned()}</option> }
            })
            .collect_view();
        return view! {
            <select id={id} name={key} part={"input"} required={required} aria-invalid={invalid} aria-describedby={described}
                on:change:target=move |event| context.send(Event::Typed(index, event.target().value()))
                on:blur=move |_| context.send(Event::Left(index))>
                <option value={""} selected={none}>{context.say(Text::Choose)}</option>
                {options}
            </select>
        }
        .into_any();
    }
    let kind = Kind::of(definition.kind);
    let longest = definition.longest().to_string();
    view! {
        <input id={id} name={key} part={"input"} type={kind.control} inputmode={kind.keyboard} autocomplete={kind.autocomplete} dir={kind.direction}
            autocapitalize={kind.capitals} spellcheck={kind.spelling} maxlength={kind.counted.then_some(longest)} required={required}
            value={(!first.is_empty()).then_some(first)} aria-invalid={invalid} aria-describedby={described}
            on:input:target=move |event| context.send(Event::Typed(index, event.target().value()))
            on:change:target=move |event| context.send(Event::Typed(index, event.target().value()))
            on:blur=move |_| context.send(Event::Left(index)) />
    }
    .into_any()
}

/// How the control of a kind behaves.
struct Kind {
    control: &'static str,
    keyboard: Option<&'static str>,
    autocomplete: Option<&'static str>,
    direction: Option<&'static str>,
    capitals: Option<&'static str>,
    spelling: Option<&'static str>,
    counted: bool,
}

impl Kind {
    fn of(kind: FieldKind) -> Kind {
        let plain =
            Kind { control: "text", keyboard: None, autocomplete: None, direction: None, capitals: None, spelling: None, counted: true };
        match kind {
            FieldKind::Name => Kind { autocomplete: Some("name"), spelling: Some("false"), ..plain },
            // Not type=email: the caret of such an input can be neither read nor set when the card takes over.
            FieldKind::Email => Kind {
                keyboard: Some("email"),
                autocomplete: Some("email"),
                direction: Some("ltr"),
                capitals: Some("none"),
                spelling: Some("false"),
                ..plain
            },
            FieldKind::PurchaseDate => Kind { control: "date", direction: Some("ltr"), counted: false, ..plain },
            FieldKind::Product
            | FieldKind::Text
            | FieldKind::Choice
            | FieldKind::SerialNumber
            | FieldKind::Receipt
            | FieldKind::Checkbox
            | FieldKind::Consent => plain,
        }
    }
}

/// The product: a line of text where the page gives it, else a field. Both stand in the document, so that the loader can
/// show the one or the other.
fn product(context: Context, index: usize, definition: Definition) -> AnyView {
    let given = context.memo(|state| state.given_product.clone());
    let control = control(context, index, &definition);
    view! {
        <div class={"product"} part={"product"} data-given={""} hidden={move || given.get().is_none()}>
            <b>{move || given.get().unwrap_or_default()}</b>
        </div>
        <div data-ask={""} hidden={move || given.get().is_some()}>{labelled(context, index, &definition, control)}</div>
    }
    .into_any()
}

/// A box to tick, with its sentence beside it.
fn checkbox(context: Context, index: usize, definition: Definition) -> AnyView {
    let ticked =
        context.state.with_untracked(|state| state.fields.get(index).is_some_and(|field| field.answer == FieldAnswer::Ticked(true)));
    let message = context.field(index, |field| field.message);
    let described = described_by(context, index, false);
    let label = context.label(&definition);
    let said = label.clone();
    let optional = (!definition.required).then(|| view! { " " <span class={"optional"}>{context.say(Text::Optional)}</span> });
    view! {
        <div class={move || if message.get().is_some() { "field wrong" } else { "field" }} part={"field"}>
            {move || message.get().map(|message| complaint(context, format!("f{index}e"), message, &said))}
            <div class={"check"}>
                <input id={format!("f{index}")} type={"checkbox"} name={definition.key.clone()} value={"true"} required={definition.required} checked={ticked}
                    aria-invalid={move || message.get().map(|_| "true")} aria-describedby={described}
                    on:change:target=move |event| context.send(Event::Ticked(index, event.target().checked())) />
                <label for={format!("f{index}")}>{label} {optional}</label>
            </div>
        </div>
    }
    .into_any()
}
