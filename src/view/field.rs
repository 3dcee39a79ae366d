//! One labelled field. Its message stands beside it and is announced by moving the focus, not by a live region.

use leptos::prelude::*;
use regcard_protocol::form::{ChoiceStyle, Field as Definition, FieldKind};

use super::element::{Element, Live, element, live, nothing};
use super::icon::Icon;
use super::input::input;
use super::{Context, Shown, choices, control, plain, receipt, serial_number};
use crate::form::{Event, FieldAnswer, FormState, Message};
use crate::text::Text;

/// The field at this position of the form.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    match definition.kind {
        FieldKind::Product => product(context, index, definition),
        FieldKind::SerialNumber => serial_number::view(context, index, definition),
        FieldKind::Receipt => labelled(context, index, definition, receipt::view(context, index, definition)),
        FieldKind::Checkbox | FieldKind::Consent => checkbox(context, index, definition),
        FieldKind::Choices => choices::view(context, index, definition),
        FieldKind::Choice if definition.style == Some(ChoiceStyle::Radio) => choices::view(context, index, definition),
        FieldKind::Name
        | FieldKind::Email
        | FieldKind::PurchaseDate
        | FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Phone
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Country
        | FieldKind::Choice => labelled(context, index, definition, control::view(context, index, definition)),
        FieldKind::Address | FieldKind::Hidden => control::unseen(context, index, definition),
        FieldKind::Heading => between(context, index, definition, element("h3").with("class", "between")),
        FieldKind::Help => between(context, index, definition, element("p").with("class", "between")),
    }
}

/// A heading or a paragraph between the fields.
fn between(context: Context, index: usize, definition: &Definition, words: Element) -> AnyView {
    asked(context, index, definition, words.text(context.label(definition)))
}

/// An element of a field that may not be asked for: hidden as long as that is so.
pub(super) fn asked(context: Context, index: usize, definition: &Definition, element: Element) -> AnyView {
    if definition.show_if.is_none() {
        return element.view();
    }
    if context.plain() {
        return element.with_if("data-unasked", plain::unasked(context, index)).view();
    }
    element.with_live("hidden", live(move || context.read(|state| !state.is_asked(index)).then(String::new))).view()
}

/// A label, a hint, room for a message, and the control.
fn labelled(context: Context, index: usize, definition: &Definition, control: AnyView) -> AnyView {
    let label = context.label(definition);
    let field = frame(wrong(context, index))
        .child(label_for(context, format!("f{index}"), label.clone().into_any(), definition.required))
        .child(hint(context, index, definition))
        .child(complaint_of(context, index, label))
        .child(control);
    asked(context, index, definition, field)
}

/// The frame of a field: its class tells whether something is wrong.
pub(super) fn frame(mut wrong: Live) -> Element {
    let class = live(move || Some(if wrong().is_some() { "field wrong" } else { "field" }.to_owned()));
    element("div").with_live("class", class).with("part", "field")
}

/// `aria-invalid` of a field's control.
pub(super) fn wrong(context: Context, index: usize) -> Live {
    live(move || context.field(index, |field| field.message.map(|_| "true".to_owned())))
}

/// A label, with a word behind it if the field may stay empty.
pub(super) fn label_for(context: Context, id: String, words: AnyView, required: bool) -> AnyView {
    optional(context, element("label").with("for", id).child(words), required)
}

/// A label or legend, with a word behind it if the field may stay empty.
pub(super) fn optional(context: Context, label: Element, required: bool) -> AnyView {
    if required {
        return label.view();
    }
    label.text(" ").child(element("span").with("class", "optional").text(context.say(Text::Optional)).view()).view()
}

/// The hint under a label, if there is one.
pub(super) fn hint(context: Context, index: usize, definition: &Definition) -> AnyView {
    match hint_of(context, definition) {
        Some(hint) => element("p").with("class", "hint").with("id", format!("f{index}h")).text(hint).view(),
        None => nothing(),
    }
}

pub(super) fn complaint_of(context: Context, index: usize, label: String) -> AnyView {
    let message = move |state: &FormState| state.fields.get(index).and_then(|field| field.message);
    context.part(
        move |state| Shown::Message(message(state)),
        move || match context.peek(message) {
            Some(message) => complaint(context, format!("f{index}e"), message, &label),
            None => nothing(),
        },
    )
}

/// What is wrong, beside the control, with its sign.
pub(super) fn complaint(context: Context, id: String, message: Message, label: &str) -> AnyView {
    let unseen = element("span").with("class", "unseen").text(context.say(Text::Error));
    let words = element("span").child(unseen.view()).text(" ").text(context.say_of(message, label));
    element("p").with("class", "say bad").with("id", id).child(Icon::Exclamation.draw()).child(words.view()).view()
}

/// The ids of hint and message, as far as they are there.
pub(super) fn described_by(context: Context, index: usize, hint: bool) -> Live {
    live(move || match (hint, context.field(index, |field| field.message.is_some())) {
        (false, false) => None,
        (true, false) => Some(format!("f{index}h")),
        (false, true) => Some(format!("f{index}e")),
        (true, true) => Some(format!("f{index}h f{index}e")),
    })
}

/// The merchant's hint, or the card's own where a kind has one.
pub(super) fn hint_of(context: Context, definition: &Definition) -> Option<String> {
    let own = if definition.kind == FieldKind::SerialNumber {
        Some(Text::SerialNumberHint)
    } else if definition.kind == FieldKind::Product && definition.style == Some(ChoiceStyle::Search) {
        Some(Text::Search)
    } else {
        None
    };
    definition.hint.clone().or_else(|| own.map(|text| context.say(text)))
}

/// What every field's control has: its id, its name, and what is said of it.
pub(super) fn named(context: Context, index: usize, definition: &Definition, control: Element) -> Element {
    control
        .with("id", format!("f{index}"))
        .with("name", definition.key.clone())
        .with_if("data-url", definition.from_url.clone())
        .flag("required", definition.required)
        .with_live("aria-invalid", wrong(context, index))
        .with_live("aria-describedby", described_by(context, index, hint_of(context, definition).is_some()))
}

/// The product: a line of text where the page gives it, else a field. Both stand in the document, so that the loader can
/// show the one or the other.
fn product(context: Context, index: usize, definition: &Definition) -> AnyView {
    let name = live(move || Some(context.read(|state| state.given_product.clone()).unwrap_or_default()));
    let line = element("div").with("class", "product").with("part", "product").with("data-given", "");
    let line = line.hidden(context, |state| state.given_product.is_none());
    let field = labelled(context, index, definition, control::view(context, index, definition));
    element("div")
        .child(line.child(element("b").live_text(name).view()).view())
        .child(element("div").with("data-ask", "").hidden(context, |state| state.given_product.is_some()).child(field).view())
        .view()
}

/// A box to tick, with its sentence beside it.
fn checkbox(context: Context, index: usize, definition: &Definition) -> AnyView {
    let ticked = context.peek(|state| state.fields.get(index).is_some_and(|field| field.answer == FieldAnswer::Ticked(true)));
    let label = context.label(definition);
    let tick = input(context, "checkbox", move |_, ticked| Event::Ticked(index, ticked)).with("value", "true").flag("checked", ticked);
    let check = element("div").with("class", "check").child(named(context, index, definition, tick).view()).child(label_for(
        context,
        format!("f{index}"),
        label.clone().into_any(),
        definition.required,
    ));
    let field =
        frame(wrong(context, index)).child(complaint_of(context, index, label)).child(hint(context, index, definition)).child(check.view());
    asked(context, index, definition, field)
}
