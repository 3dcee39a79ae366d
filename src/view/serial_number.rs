//! The serial numbers: a row each, with what the check says under it.

use leptos::prelude::*;
use regcard_protocol::form::Field as Definition;
use regcard_protocol::limits;

use super::element::{element, live, nothing};
use super::field::{complaint, frame, hint, hint_of, label_for};
use super::icon::Icon;
use super::input::{as_code, input};
use super::{Context, Shown, plain};
use crate::form::{Check, Event, FormState, Row};
use crate::text::Text;

/// Every row that can be there, and the button for another one where the form takes several.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    if context.plain() {
        return plain::rows(context, index, definition);
    }
    let several = context.peek(|state| state.form.serial_numbers.several);
    let highest = if several { limits::SERIAL_NUMBERS as u32 } else { 1 };
    // A place for each number that a row can have: what stands in one stays as it is when others come and go.
    let mut parts: Vec<AnyView> = (0..highest)
        .map(|id| {
            let there = move |state: &FormState| state.rows().iter().any(|row| row.id == id);
            let definition = definition.clone();
            context.part(
                move |state| Shown::Whether(there(state)),
                move || if context.peek(there) { row(context, index, id, &definition) } else { nothing() },
            )
        })
        .collect();
    if several {
        let more = element("button").with("type", "button").with("class", "link more").on_click(context, Event::RowAdded);
        let more = more.hidden(context, |state| state.rows().len() >= limits::SERIAL_NUMBERS);
        parts.push(more.text(context.say(Text::AddSerialNumber)).view());
    }
    element("div").children(parts).view()
}

/// The id of a row's control, or of another part of it. The first row has the field's own ids, so that its label and hint
/// read like any other field's.
pub(super) fn id(index: usize, row: u32, part: &str) -> String {
    if row == 0 { format!("f{index}{part}") } else { format!("f{index}r{row}{part}") }
}

/// One row.
pub(super) fn row(context: Context, index: usize, id: u32, definition: &Definition) -> AnyView {
    let name = move |part: &str| self::id(index, id, part);
    let hinted = hint_of(context, definition).is_some();
    let label = context.label(definition);
    let said = label.clone();
    let wrong = move || live(move || context.row(id, |row, _| row.message.map(|_| "true".to_owned())));
    let shown_label = live(move || {
        context.row(id, |_, position| match position {
            0 => Some(label.clone()),
            position => Some(context.say_with(Text::SerialNumberNth, "number", &(position + 1).to_string())),
        })
    });
    let wrong_with = move |state: &FormState| of_row(state, id).and_then(|row| row.message);
    let message = context.part(
        move |state| Shown::Message(wrong_with(state)),
        move || context.peek(wrong_with).map_or_else(nothing, |message| complaint(context, name("e"), message, &said)),
    );
    let described = live(move || {
        context.row(id, |row, _| {
            let hint = if hinted { format!("f{index}h ") } else { String::new() };
            let wrong = if row.message.is_some() { format!(" {}", name("e")) } else { String::new() };
            Some(format!("{hint}{}{wrong}", name("s")))
        })
    });
    let first = context.peek(|state| of_row(state, id).map(|row| row.text.clone()));
    // A language of its own, or a Turkish page would show a dotted capital I.
    let control = as_code(input(context, "text", move |text, _| Event::SerialTyped(id, text)))
        .with("id", name(""))
        .with("name", "serialNumber")
        .with("lang", "en")
        .with("autocomplete", "off")
        .with("autocapitalize", "characters")
        .with_if("value", first.filter(|text| !text.is_empty()))
        .with_if("data-url", definition.from_url.clone())
        .flag("required", definition.required && id == 0)
        .with("data-row", id.to_string())
        .with_live("data-check", live(move || context.row(id, |row, _| Some(row.check.word().to_owned()))))
        .with_live("aria-invalid", wrong())
        .with_live("aria-describedby", described)
        .on_blur(context, Event::SerialLeft(id));
    let field_frame = frame(wrong()).child(label_for(context, name(""), shown_label.into_any(), definition.required || id > 0));
    let field_frame = if id == 0 { field_frame.child(hint(context, index, definition)) } else { field_frame };
    let field_frame = if id == 0 { field_frame.child(place(context)) } else { field_frame };
    field_frame.child(message).child(control.view()).child(under(context, id, name("s"))).child(ways(context, id)).view()
}

/// Where the number stands on the product, in words and a picture of the merchant's.
fn place(context: Context) -> AnyView {
    let (words, picture) = context.peek(|state| (state.form.where_text.clone(), state.form.where_picture.clone()));
    if words.is_none() && picture.is_none() {
        return nothing();
    }
    let shown = |address: String| {
        element("img")
            .with("src", address)
            .with("alt", context.say(Text::WherePicture))
            .with("loading", "lazy")
            .with("referrerpolicy", "no-referrer")
            .with("part", "picture")
            .view()
    };
    unfolding(context.say(Text::Where), words, picture.map(shown))
}

/// Something more to read, folded until it is wanted. Works without any script.
fn unfolding(title: String, words: Option<String>, more: Option<AnyView>) -> AnyView {
    let words = words.map(|words| element("p").text(words).view());
    element("details").child(element("summary").text(title).view()).children(words.into_iter().chain(more)).view()
}

/// What can be done about a number that is not known, or registered already.
fn ways(context: Context, id: u32) -> AnyView {
    let check = move |state: &FormState| of_row(state, id).map_or(Check::None, |row| row.check.clone());
    context.part(
        move |state| Shown::Check(check(state)),
        move || match context.peek(|state| Some(check(state))) {
            // Nobody has checked it on a page without scripts, but it was sent, and refused.
            _ if context.plain() && context.peek(|state| of_row(state, id).and_then(|row| row.message)) == Some(Text::Taken) => {
                registered(context, id)
            }
            Some(Check::Unknown(alike)) if !alike.is_empty() => suggestions(context, id, alike),
            Some(Check::Registered) => registered(context, id),
            Some(Check::Unknown(_) | Check::None | Check::Checking | Check::Available(_) | Check::NotAccepted | Check::Failed) | None => {
                nothing()
            }
        },
    )
}

/// Numbers that look like the one that was typed, the difference in bold.
fn suggestions(context: Context, id: u32, alike: Vec<String>) -> AnyView {
    let typed = context.peek(|state| of_row(state, id).map(|row| row.text.clone())).unwrap_or_default();
    let typed: Vec<char> = typed.chars().filter(|character| !character.is_whitespace()).collect();
    let buttons = alike.into_iter().map(|number| {
        let letters = number.chars().enumerate().map(|(position, letter)| {
            let same = typed.get(position).is_some_and(|typed| typed.eq_ignore_ascii_case(&letter));
            element(if same { "span" } else { "b" }).text(letter).view()
        });
        let button = element("button").with("type", "button").with("class", "btn serial").with("dir", "ltr").with("translate", "no");
        button.on_click(context, Event::Suggested(id, number.clone())).children(letters).view()
    });
    element("div").with("class", "ways").child(element("span").text(context.say(Text::DidYouMean)).view()).children(buttons).view()
}

/// Two ways on from a number that is registered: nothing to do, or the merchant's own way for second-hand owners.
fn registered(context: Context, id: u32) -> AnyView {
    let (words, link) = context.peek(|state| (state.form.registered_text.clone(), state.form.registered_link.clone()));
    let words = words.unwrap_or_else(|| context.say(Text::TakenSecondHandThen));
    let link = link.map(|link| {
        let way = element("a").with("href", link).with("target", "_blank").with("rel", "noopener").text(context.say(Text::TakenLink));
        element("p").child(way.view()).view()
    });
    let mail = context.peek(|state| state.form.mail);
    let mut mine = context.say(Text::TakenMineThen);
    if mail {
        mine.push(' ');
        mine.push_str(&context.say(Text::TakenMineMail));
    }
    // Without a script nothing can be asked for here.
    let again = (mail && !context.plain()).then(|| confirmation(context, id));
    element("div")
        .child(unfolding(context.say(Text::TakenMine), Some(mine), again))
        .child(unfolding(context.say(Text::TakenSecondHand), Some(words), link))
        .view()
}

/// Has the confirmation sent once more, to the address that nobody here is told.
fn confirmation(context: Context, id: u32) -> AnyView {
    let asked = move |state: &FormState| of_row(state, id).is_some_and(|row| row.confirmed_again);
    let part = context.part(
        move |state| Shown::Whether(asked(state)),
        move || {
            if context.peek(asked) {
                return element("span").text(context.say(Text::ConfirmedAgain)).view();
            }
            let button = element("button").with("type", "button").with("class", "link");
            button.on_click(context, Event::ConfirmAgain(id)).text(context.say(Text::ConfirmAgain)).view()
        },
    );
    element("p").with("role", "status").child(part).view()
}

/// What the check says, with room kept for it, and the way to be rid of the row.
fn under(context: Context, id: u32, status_id: String) -> AnyView {
    // Without a script a row is emptied to be rid of it.
    let removable = !context.plain();
    let several = move |state: &FormState| removable && state.rows().len() > 1;
    let remove = context.part(
        move |state| Shown::Whether(several(state)),
        move || {
            if !context.peek(several) {
                return nothing();
            }
            let position = context.peek(|state| state.rows().iter().position(|row| row.id == id).unwrap_or_default());
            let words = context.say_with(Text::RemoveSerialNumber, "number", &(position + 1).to_string());
            let button = element("button").with("type", "button").with("class", "link").with("aria-label", words);
            button.on_click(context, Event::RowRemoved(id)).text(context.say(Text::Remove)).view()
        },
    );
    let check = move |state: &FormState| of_row(state, id).map_or(Check::None, |row| row.check.clone());
    let answer = context.part(
        move |state| Shown::Check(check(state)),
        move || status(context, &context.peek(|state| Some(check(state))).unwrap_or(Check::None)),
    );
    let said = element("p")
        .with_live("class", live(move || context.row(id, |row, _| Some(class_of(&row.check).to_owned()))))
        .with("id", status_id)
        .with("role", "status")
        .child(answer);
    element("div").with("class", "under").child(said.view()).child(remove).view()
}

fn of_row(state: &FormState, id: u32) -> Option<&Row> {
    state.row(id).map(|(_, row)| row)
}

fn class_of(check: &Check) -> &'static str {
    match check {
        Check::Available(_) => "say good",
        Check::Registered | Check::Unknown(_) | Check::NotAccepted => "say bad",
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
        Check::Unknown(_) => (Icon::Exclamation, context.say(Text::Unknown)),
        Check::NotAccepted => (Icon::Exclamation, context.say(Text::NotAccepted)),
        Check::Failed => (Icon::Exclamation, context.say(Text::CheckFailed)),
    };
    icon.beside(words).into_any()
}
