//! State in, events out: what the card looks like.
//!
//! One signal holds the state; each field reads it through a memo of its own, so typing repaints one field. Controls
//! are not controlled: they get their first value and then belong to the person who types. Nothing here is fetched,
//! stored or timed.
//!
//! Elements are made one by one, by [`element`]: no subtree becomes a string of HTML, which Trusted Types would refuse.

/// The whole card.
pub mod card;
mod element;
mod field;
#[cfg(not(target_arch = "wasm32"))]
mod first;
mod icon;
mod input;
mod outcome;
mod receipt;
mod serial_number;

use std::rc::Rc;

use leptos::prelude::{GetValue, LocalStorage, Memo, RwSignal, StoredValue, With, WithValue};
use regcard_protocol::form::{Field as Definition, FieldKind};

#[cfg(not(target_arch = "wasm32"))]
pub use first::render;

use crate::form::{Event, Field, FormState, Message};
use crate::text::{Text, Texts};

/// Takes what happened.
pub type Dispatch = Rc<dyn Fn(Event)>;

/// What every part of the view is given: the state to read, the words, and where events go.
#[derive(Clone, Copy)]
struct Context {
    state: RwSignal<FormState>,
    texts: StoredValue<Texts>,
    dispatch: StoredValue<Dispatch, LocalStorage>,
}

impl Context {
    fn send(self, event: Event) {
        // A control that is being taken away may still tell of losing the focus.
        if let Some(dispatch) = self.dispatch.try_get_value() {
            dispatch(event);
        }
    }

    fn say(self, text: Text) -> String {
        self.texts.with_value(|texts| texts.get(text).to_owned())
    }

    fn say_with(self, text: Text, name: &str, value: &str) -> String {
        self.texts.with_value(|texts| texts.with(text, name, value))
    }

    /// A message about a field, with its label where the words ask for it.
    fn say_of(self, message: Message, label: &str) -> String {
        self.say_with(message, "label", label)
    }

    /// A field's state, passed on only when it differs.
    ///
    /// One type of memo for every field: each further type costs the customer three kilobytes.
    fn field(self, index: usize) -> Memo<Field> {
        Memo::new(move |_| self.state.with(|state| state.fields.get(index).cloned().unwrap_or_default()))
    }

    /// Whether something holds, passed on only when it changes.
    fn holds(self, read: fn(&FormState) -> bool) -> Memo<bool> {
        Memo::new(move |_| self.state.with(read))
    }

    fn label(self, definition: &Definition) -> String {
        definition.label.clone().unwrap_or_else(|| {
            self.say(match definition.kind {
                FieldKind::Name => Text::Name,
                FieldKind::Email => Text::Email,
                FieldKind::Product => Text::Product,
                FieldKind::SerialNumber => Text::SerialNumber,
                FieldKind::PurchaseDate => Text::PurchaseDate,
                FieldKind::Receipt => Text::Receipt,
                // These have a label of their own, or `Form::check` refuses the file.
                FieldKind::Text | FieldKind::Choice | FieldKind::Checkbox | FieldKind::Consent => return definition.key.clone(),
            })
        })
    }
}
