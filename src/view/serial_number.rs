//! The serial numbers: a row each, with what the check says under it.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::limits;

use super::Context;
use super::element::{element, live, nothing, part};
use super::field::{complaint, frame, hint, hint_of, label_for};
use super::icon::Icon;
use super::input::{as_code, input};
use crate::form::{Check, Event, Row};
use crate::text::Text;

/// Every row that can be there, and the button for another one where the form takes several.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    let several = context.state.with_untracked(|state| state.form.serial_numbers.several);
    let highest = if several { limits::SERIAL_NUMBERS as u32 } else { 1 };
    // A place for each number that a row can have: what stands in one stays as it is when others come and go.
    let mut parts: Vec<AnyView> = (0..highest)
        .map(|id| {
            let there = Memo::new(move |_| context.state.with(|state| state.rows().iter().any(|row| row.id == id)));
            let definition = definition.clone();
            part(move || if there.get() { row(context, index, id, &definition) } else { nothing() })
        })
        .collect();
    if several {
        let full = context.holds(|state| state.rows().len() >= limits::SERIAL_NUMBERS);
        let more = element("button").with("type", "button").with("class", "link more").hidden(full).on_click(context, Event::RowAdded);
        parts.push(more.text(context.say(Text::AddSerialNumber)).view());
    }
    element("div").children(parts).view()
}

fn row(context: Context, index: usize, id: u32, definition: &Definition) -> AnyView {
    let field = context.field(index);
    let with = move |read: &dyn Fn(&Row, usize) -> Option<String>| {
        field.with(|field| {
            let mut rows = field.rows().unwrap_or_default().iter().enumerate();
            rows.find(|(_, row)| row.id == id).and_then(|(position, row)| read(row, position))
        })
    };
    // The first row has the field's own ids, so that its label and hint read like any other field's.
    let name = move |part: &str| if id == 0 { format!("f{index}{part}") } else { format!("f{index}r{id}{part}") };
    let hinted = hint_of(context, definition).is_some();
    let label = context.label(definition);
    let said = label.clone();
    let wrong = move || live(move || with(&|row, _| row.message.map(|_| "true".to_owned())));
    let shown_label = live(move || {
        with(&|_, position| match position {
            0 => Some(label.clone()),
            position => Some(context.say_with(Text::SerialNumberNth, "number", &(position + 1).to_string())),
        })
    });
    let message = part(move || {
        let message = field.with(|field| field.rows().unwrap_or_default().iter().find(|row| row.id == id).and_then(|row| row.message));
        message.map_or_else(nothing, |message| complaint(context, name("e"), message, &said))
    });
    let described = live(move || {
        with(&|row, _| {
            let hint = if hinted { format!("f{index}h ") } else { String::new() };
            let wrong = if row.message.is_some() { format!(" {}", name("e")) } else { String::new() };
            Some(format!("{hint}{}{wrong}", name("s")))
        })
    });
    let first = context.state.with_untracked(|state| state.rows().iter().find(|row| row.id == id).map(|row| row.text.clone()));
    // A language of its own, or a Turkish page would show a dotted capital I.
    let control = as_code(input(context, "text", move |text, _| Event::SerialTyped(id, text)))
        .with("id", name(""))
        .with("name", "serialNumber")
        .with("lang", "en")
        .with("autocomplete", "off")
        .with("autocapitalize", "characters")
        .with_if("value", first.filter(|text| !text.is_empty()))
        .flag("required", definition.required && id == 0)
        .with("data-row", id.to_string())
        .with_live("data-check", live(move || with(&|row, _| Some(row.check.word().to_owned()))))
        .with_live("aria-invalid", wrong())
        .with_live("aria-describedby", described)
        .on_blur(context, Some(Event::SerialLeft(id)));
    let field_frame = frame(wrong()).child(label_for(context, name(""), shown_label.into_any(), definition.required || id > 0));
    let field_frame = if id == 0 { field_frame.child(hint(context, index, definition)) } else { field_frame };
    field_frame.child(message).child(control.view()).child(under(context, id, name("s"))).view()
}

/// What the check says, with room kept for it, and the way to be rid of the row.
fn under(context: Context, id: u32, status_id: String) -> AnyView {
    let several = context.holds(|state| state.rows().len() > 1);
    let check =
        move || context.state.with(|state| state.rows().iter().find(|row| row.id == id).map_or(Check::None, |row| row.check.clone()));
    let seen = Memo::new(move |_| check());
    let remove = part(move || {
        if !several.get() {
            return nothing();
        }
        let position = context.state.with_untracked(|state| state.rows().iter().position(|row| row.id == id).unwrap_or_default());
        let words = context.say_with(Text::RemoveSerialNumber, "number", &(position + 1).to_string());
        let button = element("button").with("type", "button").with("class", "link").with("aria-label", words);
        button.on_click(context, Event::RowRemoved(id)).text(context.say(Text::Remove)).view()
    });
    let said = element("p")
        .with_live("class", live(move || Some(seen.with(class_of).to_owned())))
        .with("id", status_id)
        .with("role", "status")
        .child(part(move || seen.with(|check| status(context, check))));
    element("div").with("class", "under").child(said.view()).child(remove).view()
}

fn class_of(check: &Check) -> &'static str {
    match check {
        Check::Available(_) => "say good",
        Check::Registered | Check::Unknown => "say bad",
        Check::None | Check::Checking | Check::Failed => "say quiet",
    }
}

fn status(context: Context, check: &Check) -> AnyView {
    let (icon, words) = match check {
        Check::None => return nothing(),
        Check::Checking => (Icon::Ring, context.say(Text::Checking)),
        Check::Available(Some(product)) => (Icon::Tick, context.say_with(Text::FoundProduct, "product", product)),
        Check::Available(None) => (Icon::Tick, context.say(Text::Found)),
        Check::Registered => (Icon::Exclamation, context.say(Text::Taken)),
        Check::Unknown => (Icon::Exclamation, context.say(Text::Unknown)),
        Check::Failed => (Icon::Exclamation, context.say(Text::CheckFailed)),
    };
    icon.beside(words).into_any()
}
