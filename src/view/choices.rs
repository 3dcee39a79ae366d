//! Choices that are all seen at once: radio buttons for one of them, boxes for any. A group with a name of its own.

use leptos::prelude::*;
use regcard_protocol::form::{Field as Definition, FieldKind};

use super::Context;
use super::element::element;
use super::field::{asked, complaint_of, described_by, frame, hint, hint_of, optional, wrong};
use super::input::input;
use crate::form::Event;

/// The group of the field at this position.
pub(super) fn view(context: Context, index: usize, definition: &Definition) -> AnyView {
    let any = definition.kind == FieldKind::Choices;
    let label = context.label(definition);
    let chosen = context.peek(|state| state.fields.get(index).map(crate::form::Field::values).unwrap_or_default());
    let options = definition.choices.iter().enumerate().map(|(nth, choice)| {
        let value = choice.value.clone();
        let is_chosen = chosen.contains(&value);
        let id = if nth == 0 { format!("f{index}") } else { format!("f{index}o{nth}") };
        let control = input(context, if any { "checkbox" } else { "radio" }, move |text, ticked| {
            if any { Event::Chose(index, text, ticked) } else { Event::Typed(index, text) }
        });
        let control = control
            .with("id", id.clone())
            .with("name", definition.key.clone())
            .with_if("data-url", definition.from_url.clone())
            .with("value", value)
            .flag("checked", is_chosen)
            .flag("required", definition.required && !any);
        let words = element("label").with("for", id).text(choice.shown());
        element("div").with("class", "check").child(control.view()).child(words.view()).view()
    });
    let legend = optional(context, element("legend").text(label.clone()), definition.required);
    let hinted = hint_of(context, definition).is_some();
    let group = element("fieldset")
        .with("part", "group")
        .with_live("aria-describedby", described_by(context, index, hinted))
        .child(legend)
        .child(hint(context, index, definition))
        .child(complaint_of(context, index, label))
        .children(options);
    asked(context, index, definition, frame(wrong(context, index)).child(group.view()))
}
