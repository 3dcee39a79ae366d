//! The control of a field that holds text: a line, several lines, a date, a list. What it holds at first is an attribute.

use leptos::prelude::*;
use regcard_protocol::form::{ChoiceStyle, Field as Definition, FieldKind};

use super::Context;
use super::element::{Element, element, nothing};
use super::field::named;
use super::input::{as_code, input};
use crate::form::Event;
use crate::text::Text;

/// The control of the field at this position, and what belongs to it.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    let searched = definition.style == Some(ChoiceStyle::Search);
    let listed = definition.kind == FieldKind::Country || !definition.choices.is_empty() && !searched;
    let control = if definition.kind == FieldKind::LongText {
        several_lines(context, index, definition)
    } else if listed {
        list(context, index, definition)
    } else {
        line(context, index, definition)
    };
    let control = match definition.kind {
        FieldKind::Name => control.with("autocomplete", "name"),
        // Not type=email: the caret of such an input can be neither read nor set when the card takes over.
        FieldKind::Email => as_code(control).with("inputmode", "email").with("autocomplete", "email").with("autocapitalize", "none"),
        FieldKind::Phone => control.with("dir", "ltr").with("autocomplete", "tel"),
        FieldKind::PurchaseDate | FieldKind::Date => control.with("dir", "ltr"),
        FieldKind::Number => control.with("dir", "ltr").with("inputmode", "decimal"),
        FieldKind::Country => control.with("autocomplete", "country"),
        FieldKind::Product
        | FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Choice
        | FieldKind::Choices
        | FieldKind::Address
        | FieldKind::SerialNumber
        | FieldKind::Receipt
        | FieldKind::Checkbox
        | FieldKind::Consent
        | FieldKind::Hidden
        | FieldKind::Heading
        | FieldKind::Help => control.with_if("autocomplete", autocomplete(&definition.key)),
    };
    let control = control.with_if("list", searched.then(|| format!("f{index}l")));
    let control = named(context, index, definition, control).on_blur(context, Event::Left(index)).view();
    if searched {
        let options = definition.choices.iter().map(|choice| element("option").with("value", choice.value.clone()).view());
        let list = element("datalist").with("id", format!("f{index}l")).children(options).view();
        return element("div").child(control).child(list).view();
    }
    control
}

fn line(context: Context, index: usize, definition: &Definition) -> Element {
    let kind = match definition.kind {
        FieldKind::PurchaseDate | FieldKind::Date => "date",
        FieldKind::Phone => "tel",
        FieldKind::Name
        | FieldKind::Email
        | FieldKind::Product
        | FieldKind::SerialNumber
        | FieldKind::Receipt
        | FieldKind::Text
        | FieldKind::LongText
        | FieldKind::Number
        | FieldKind::Choice
        | FieldKind::Choices
        | FieldKind::Country
        | FieldKind::Address
        | FieldKind::Checkbox
        | FieldKind::Consent
        | FieldKind::Hidden
        | FieldKind::Heading
        | FieldKind::Help => "text",
    };
    let held = Some(held(context, index)).filter(|text| !text.is_empty());
    let length = (kind != "date").then(|| definition.longest().to_string());
    input(context, kind, move |text, _| Event::Typed(index, text)).with_if("value", held).with_if("maxlength", length)
}

fn several_lines(context: Context, index: usize, definition: &Definition) -> Element {
    let changed: Box<dyn FnMut(leptos::ev::Event)> = Box::new(move |event| context.send(Event::Typed(index, event_target_value(&event))));
    element("textarea")
        .with("part", "input")
        .with("rows", "3")
        .with("maxlength", definition.longest().to_string())
        .on_input(changed)
        .text(held(context, index))
}

fn list(context: Context, index: usize, definition: &Definition) -> Element {
    let changed: Box<dyn FnMut(leptos::ev::Event)> = Box::new(move |event| context.send(Event::Typed(index, event_target_value(&event))));
    element("select").with("part", "input").on_change(changed).children(options(context, index, definition))
}

fn options(context: Context, index: usize, definition: &Definition) -> Vec<AnyView> {
    let first = held(context, index);
    let option = |value: &str, shown: String| element("option").with("value", value).flag("selected", value == first).text(shown).view();
    let mut options = vec![option("", context.say(Text::Choose))];
    if definition.kind == FieldKind::Country {
        options.extend(context.countries().into_iter().map(|(code, name)| option(&code, name)));
    } else {
        options.extend(definition.choices.iter().map(|choice| option(&choice.value, choice.shown().to_owned())));
    }
    options
}

/// A control that nobody sees, for what the page gives.
pub(super) fn unseen(context: Context, index: usize, definition: &Definition) -> AnyView {
    if definition.kind != FieldKind::Hidden {
        return nothing();
    }
    let control = element("input").with("type", "hidden").with("id", format!("f{index}")).with("name", definition.key.clone());
    control.with_if("data-url", definition.from_url.clone()).with("value", held(context, index)).view()
}

/// What a field of text holds at first.
fn held(context: Context, index: usize) -> String {
    context.peek(|state| state.fields.get(index).and_then(|field| field.text().map(str::to_owned))).unwrap_or_default()
}

/// What a browser knows of a line of an address, by its key in the registration API.
fn autocomplete(key: &str) -> Option<&'static str> {
    Some(match key {
        "address1" => "address-line1",
        "address2" => "address-line2",
        "postCode" => "postal-code",
        "city" => "address-level2",
        "state" => "address-level1",
        _ => return None,
    })
}
