//! State in, events out: what the card looks like.
//!
//! One signal holds the state. Words and attributes read it and are written where they differ; a part that comes and goes
//! is drawn anew when what it shows has changed. Controls
//! are not controlled: they get their first value and then belong to the person who types. Nothing here is fetched,
//! stored or timed.
//!
//! Elements are made one by one, by [`element`]: no subtree becomes a string of HTML, which Trusted Types would refuse.

/// The whole card.
pub mod card;
mod choices;
mod control;
mod element;
mod field;
#[cfg(not(target_arch = "wasm32"))]
mod first;
mod icon;
mod input;
mod outcome;
mod plain;
mod receipt;
mod serial_number;

use std::rc::Rc;

use leptos::prelude::{AnyView, LocalStorage, Memo, RwSignal, StoredValue, With, WithUntracked, WithValue};
use regcard_protocol::form::{Field as Definition, FieldKind};

#[cfg(not(target_arch = "wasm32"))]
pub use first::{render, render_plain};
pub use plain::Plain;

use crate::form::{Check, Done, Event, Field, FormState, Message, Notice, Place, Row};
use crate::text::{Text, Texts};

/// Takes what happened.
pub type Dispatch = Rc<dyn Fn(Event)>;

/// What the language of the card has rules for that no table of words holds. The browser knows them all (`Intl`).
pub struct Local {
    /// A day, `2026-11-25`, as people read it.
    pub date: Box<dyn Fn(&str) -> String>,
    /// The plural category of a number, by the names of Unicode CLDR.
    pub plural: Box<dyn Fn(usize) -> String>,
    /// Every country by code and name, in the order of the names.
    pub countries: Box<dyn Fn() -> Vec<(String, String)>>,
}

impl std::fmt::Debug for Local {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Local")
    }
}

/// What a card is given once.
struct Given {
    texts: Texts,
    local: Local,
    dispatch: Dispatch,
    plain: Option<Plain>,
}

/// What every part of the view is given: the state to read, the words, and where events go.
#[derive(Clone, Copy)]
struct Context {
    state: RwSignal<FormState>,
    given: StoredValue<Given, LocalStorage>,
}

/// What a part of the card shows, to tell whether it has to be drawn anew.
#[derive(Clone, Debug, Default, PartialEq)]
enum Shown {
    #[default]
    Nothing,
    Whether(bool),
    Message(Option<Message>),
    Summary(Option<Notice>, Vec<(Place, Message)>),
    Check(Check),
    Done(Done),
    Times(u32),
}

/// The value that a reader makes while somebody shows it the state.
fn taken<T: Default>(read: impl FnOnce(&FormState) -> T, show: impl FnOnce(&mut dyn FnMut(&FormState))) -> T {
    let mut read = Some(read);
    let mut value = T::default();
    show(&mut |state| {
        if let Some(read) = read.take() {
            value = read(state);
        }
    });
    value
}

impl Context {
    fn send(self, event: Event) {
        // A control that is being taken away may still tell of losing the focus.
        if let Some(dispatch) = self.given.try_with_value(|given| given.dispatch.clone()) {
            dispatch(event);
        }
    }

    fn say(self, text: Text) -> String {
        self.given.with_value(|given| given.texts.get(text).to_owned())
    }

    fn say_with(self, text: Text, name: &str, value: &str) -> String {
        self.given.with_value(|given| given.texts.with(text, name, value))
    }

    /// A day as people read it.
    fn day(self, day: &str) -> String {
        self.given.with_value(|given| (given.local.date)(day))
    }

    /// The words for so many of something.
    fn count(self, text: Text, count: usize) -> String {
        self.given.with_value(|given| given.texts.count(text, &(given.local.plural)(count), count))
    }

    fn countries(self) -> Vec<(String, String)> {
        self.given.with_value(|given| (given.local.countries)())
    }

    /// A message about a field, with its label where the words ask for it.
    fn say_of(self, message: Message, label: &str) -> String {
        self.say_with(message, "label", label)
    }

    /// Reads the state, and again when it changes.
    fn read<T: Default>(self, read: impl FnOnce(&FormState) -> T) -> T {
        taken(read, |look| self.look(look))
    }

    /// Reads the state as it is now.
    fn peek<T: Default>(self, read: impl FnOnce(&FormState) -> T) -> T {
        taken(read, |look| self.glance(look))
    }

    /// Whether the form has to work without scripts. Never in the browser, where nothing of that is compiled in.
    fn plain(self) -> bool {
        !cfg!(target_arch = "wasm32") && self.given.with_value(|given| given.plain.is_some())
    }

    /// Reads what a page without scripts is given.
    fn of_plain<T: Default>(self, read: impl FnOnce(&Plain) -> T) -> T {
        self.given.with_value(|given| given.plain.as_ref().map(read).unwrap_or_default())
    }

    /// Reads a field.
    fn field<T: Default>(self, index: usize, read: impl FnOnce(&Field) -> T) -> T {
        self.read(|state| state.fields.get(index).map(read).unwrap_or_default())
    }

    /// Reads a row of serial numbers and its position.
    fn row<T: Default>(self, id: u32, read: impl FnOnce(&Row, usize) -> T) -> T {
        self.read(|state| state.row(id).map(|(position, row)| read(row, position)).unwrap_or_default())
    }

    /// A part of the card that is drawn anew when what it shows has changed.
    ///
    /// One type of memo for all of them: each further type costs the customer three kilobytes. For the same reason the
    /// two ways to the state are not generic.
    fn part(self, shown: impl Fn(&FormState) -> Shown + Send + Sync + 'static, draw: impl FnMut() -> AnyView + Send + 'static) -> AnyView {
        self.boxed_part(Box::new(shown), Box::new(draw))
    }

    fn boxed_part(self, shown: Box<dyn Fn(&FormState) -> Shown + Send + Sync>, mut draw: element::Part) -> AnyView {
        let memo = Memo::new(move |_| self.read(&shown));
        element::part(Box::new(move || {
            // Read, not only tracked: a memo that nobody reads is never made, and then hears of nothing.
            memo.with(|_| ());
            draw()
        }))
    }

    fn look(self, read: &mut dyn FnMut(&FormState)) {
        self.state.with(read);
    }

    fn glance(self, read: &mut dyn FnMut(&FormState)) {
        self.state.with_untracked(read);
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
                FieldKind::Phone => Text::Phone,
                FieldKind::Country => Text::Country,
                FieldKind::Text
                | FieldKind::LongText
                | FieldKind::Number
                | FieldKind::Date
                | FieldKind::Choice
                | FieldKind::Choices
                | FieldKind::Address
                | FieldKind::Checkbox
                | FieldKind::Consent
                | FieldKind::Hidden
                | FieldKind::Heading
                | FieldKind::Help => match definition.key.as_str() {
                    "address1" => Text::Address1,
                    "address2" => Text::Address2,
                    "postCode" => Text::PostCode,
                    "city" => Text::City,
                    "state" => Text::State,
                    // These have a label of their own, or `Form::check` refuses the file.
                    key => return key.to_owned(),
                },
            })
        })
    }
}
