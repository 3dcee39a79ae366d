//! What the form has on a page that works without scripts: the page's nonce, a way to further serial numbers, receipts
//! that came with an earlier post, links instead of buttons that only a script would hear.
//!
//! Natively alone: in the browser the card is live, and [`Context::plain`] is never so.

use leptos::prelude::*;
use regcard_protocol::form::{Field as Definition, FieldKind};

use super::element::{element, nothing};
use super::icon::Icon;
use super::{Context, serial_number};
use crate::form::{FormState, NONCE, Place, TRAP, Way, kept_name, without_name};
use crate::text::Text;

/// What such a page is given.
#[derive(Clone, Debug, Default)]
pub struct Plain {
    /// The page's nonce.
    pub nonce: String,
    /// Whether it has a control that nobody sees.
    pub trap: bool,
    /// The address of an empty form.
    pub again: String,
}

/// How a form has to be encoded so that files travel; `None` where a script sends them.
pub(super) fn encoding(context: Context) -> Option<&'static str> {
    context.plain().then_some("multipart/form-data")
}

/// The nonce. It stands before all other controls, so that it is known when a file comes.
pub(super) fn nonce(context: Context) -> AnyView {
    if !context.plain() {
        return nothing();
    }
    element("input").with("type", "hidden").with("name", NONCE).with("value", context.of_plain(|plain| plain.nonce.clone())).view()
}

/// A control that nobody sees, hears or reaches with a key, whatever becomes of the style sheet. No autofill has anything for its name.
pub(super) fn trap(context: Context) -> AnyView {
    if !context.plain() || !context.of_plain(|plain| plain.trap) {
        return nothing();
    }
    let control = element("input").with("type", "text").with("name", TRAP).with("autocomplete", "off").with("tabindex", "-1");
    element("div").with("hidden", "").with("aria-hidden", "true").child(control.view()).view()
}

/// Whether a field is not asked for, as things stand. No script will show it when that changes, so the page's style sheet
/// hides it only where one may.
pub(super) fn unasked(context: Context, index: usize) -> Option<&'static str> {
    context.peek(|state| (!state.is_asked(index)).then_some(""))
}

/// A line of the summary that leads to its field by itself.
pub(super) fn line(context: Context, place: Place, words: String) -> AnyView {
    element("a").with("class", "link").with("href", format!("#{}", context.peek(|state| id_of(state, place)))).text(words).view()
}

/// The serial numbers that are there, then one row after the other behind a place to press, which needs no script.
pub(super) fn rows(context: Context, index: usize, definition: &Definition) -> AnyView {
    let (there, spare) = context.peek(|state| {
        let rows = state.rows();
        let filled = rows.iter().rposition(|row| !row.text.trim().is_empty() || row.message.is_some());
        let ids: Vec<u32> = rows.iter().map(|row| row.id).collect();
        let (there, spare) = ids.split_at((filled.unwrap_or_default() + 1).min(ids.len()));
        (there.to_vec(), spare.to_vec())
    });
    let further = spare.into_iter().rev().fold(None, |further: Option<AnyView>, id| {
        let summary = element("summary").with("class", "link more").text(context.say(Text::AddSerialNumber));
        let details =
            element("details").with("class", "spare").child(summary.view()).child(serial_number::row(context, index, id, definition));
        Some(details.children(further).view())
    });
    let there = there.into_iter().map(|id| serial_number::row(context, index, id, definition)).collect::<Vec<_>>();
    element("div").children(there).children(further).view()
}

/// A file that is here since this post or an earlier one, and the box that takes it out again. Where a field takes one file, another
/// takes its place.
pub(super) fn kept(context: Context, index: usize, nth: usize) -> AnyView {
    let (key, file) = context.peek(|state| {
        let key = state.form.fields.get(index).map(|definition| definition.key.clone());
        let receipt = state.fields.get(index).and_then(|field| field.receipts().get(nth));
        (key.unwrap_or_default(), receipt.map(|receipt| (receipt.file.name.clone(), receipt.way.clone())))
    });
    let Some((name, Way::Stored(upload_id))) = file else { return nothing() };
    let received = element("span").with("class", "say good").children(Icon::Tick.beside(context.say(Text::UploadStored)));
    let without = element("input").with("type", "checkbox").with("name", without_name(&key)).with("value", upload_id.clone());
    let without = element("label").with("class", "without").child(without.view()).text(" ").text(context.say(Text::Remove));
    vec![
        element("input").with("type", "hidden").with("name", kept_name(&key)).with("value", upload_id).view(),
        element("span").with("class", "name").with("dir", "auto").text(name).view(),
        without.view(),
        received.view(),
    ]
    .into_any()
}

/// The way to an empty form.
pub(super) fn again(context: Context, class: &'static str, words: Text) -> AnyView {
    element("a").with("class", class).with("href", context.of_plain(|plain| plain.again.clone())).text(context.say(words)).view()
}

/// The id of the control at a place.
fn id_of(state: &FormState, place: Place) -> String {
    match place {
        Place::Field(index) => format!("f{index}"),
        Place::Row(id) => {
            let index = state.form.fields.iter().position(|field| field.kind == FieldKind::SerialNumber).unwrap_or_default();
            serial_number::id(index, id, "")
        }
    }
}
