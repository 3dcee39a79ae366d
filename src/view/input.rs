//! The `<input>`, once for every kind of it: what it holds at first is an attribute, afterwards it belongs to the person
//! who types, and is written to no more.

use std::sync::Arc;

use leptos::prelude::{event_target_checked, event_target_value};

use super::Context;
use super::element::{Element, element};
use crate::form::Event;

/// An input of this kind (its `type`), and what its text, and whether it is ticked, mean. Heard with each key, and when
/// a script, a password manager or a picker changes it.
pub(super) fn input(context: Context, kind: &'static str, changed: impl Fn(String, bool) -> Event + Send + Sync + 'static) -> Element {
    let changed: Arc<dyn Fn(String, bool) -> Event + Send + Sync> = Arc::new(changed);
    let input = element("input").with("part", "input").with("type", kind);
    let heard = move |changed: &Arc<dyn Fn(String, bool) -> Event + Send + Sync>| -> Box<dyn FnMut(leptos::ev::Event)> {
        let changed = changed.clone();
        Box::new(move |event| context.send(changed(event_target_value(&event), event_target_checked(&event))))
    };
    // A file control tells of one choice twice.
    input.on_input(heard(&changed)).on_change(heard(&changed))
}

/// What is no prose of any language: from left to right, not to be translated or spelled.
pub(super) fn as_code(input: Element) -> Element {
    input.with("dir", "ltr").with("translate", "no").with("spellcheck", "false")
}
