//! State in, events out: what the card looks like.
//!
//! One signal holds the state; each field reads it through a memo of its own, so typing repaints one field. Controls
//! are not controlled: they get their first value and then belong to the person who types. Nothing here is fetched,
//! stored or timed.
//!
//! No subtree is fully static: Leptos would make such a one through `innerHTML`, which Trusted Types refuse. Words in
//! braces keep an element from becoming one.

pub(crate) mod card;
mod field;
#[cfg(not(target_arch = "wasm32"))]
mod first;
mod icon;
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

    /// What a part shows, recomputed with every change, passed on only when it differs.
    fn memo<T: PartialEq + Send + Sync + 'static>(self, read: impl Fn(&FormState) -> T + Send + Sync + 'static) -> Memo<T> {
        Memo::new(move |_| self.state.with(|state| read(state)))
    }

    fn field<T: PartialEq + Default + Send + Sync + 'static>(
        self,
        index: usize,
        read: impl Fn(&Field) -> T + Send + Sync + 'static,
    ) -> Memo<T> {
        self.memo(move |state| state.fields.get(index).map(&read).unwrap_or_default())
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
