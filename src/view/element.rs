//! An element, built by a few words instead of a macro's type.
//!
//! Each `view!` makes a type of its own, with its own code to build, change and remove it: 1 to 2 KB for every element
//! that looks different. With one type for all of them the card is a quarter smaller, which is what a phone waits for.
//! Leptos still does the work: this is its own element, with its attributes and children in lists.

use leptos::attr::any_attribute::{AnyAttribute, IntoAnyAttribute};
use leptos::attr::custom::custom_attribute;
use leptos::ev::{Custom, Event as DomEvent};
use leptos::prelude::{AddAnyAttr, AnyView, ElementChild, IntoAny};
use leptos::tachys::html::event::on;

use super::Context;
use crate::form::{Event, FormState};

/// An attribute or a text that follows the state.
pub(super) type Live = Box<dyn FnMut() -> Option<String> + Send>;

/// A part that follows the state.
pub(super) type Part = Box<dyn FnMut() -> AnyView + Send>;

/// What is done when something is heard.
type Hear = Box<dyn FnMut(DomEvent)>;

/// An element on the way.
pub(super) struct Element {
    tag: &'static str,
    attributes: Vec<AnyAttribute>,
    children: Vec<AnyView>,
}

/// Something whose words follow the state.
pub(super) fn live(read: impl FnMut() -> Option<String> + Send + 'static) -> Live {
    Box::new(read)
}

/// A part of the card that is another one from state to state, see [`Context::part`].
pub(super) fn part(draw: Part) -> AnyView {
    draw.into_any()
}

/// Nothing.
pub(super) fn nothing() -> AnyView {
    ().into_any()
}

/// An element without anything yet.
pub(super) fn element(tag: &'static str) -> Element {
    Element { tag, attributes: Vec::new(), children: Vec::new() }
}

impl Element {
    /// An attribute that stays as it is.
    pub(super) fn with(mut self, name: &'static str, value: impl Into<String>) -> Element {
        let value: String = value.into();
        self.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// An attribute that is there or not.
    pub(super) fn with_if(self, name: &'static str, value: Option<impl Into<String>>) -> Element {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// An attribute without a value, such as `required`.
    pub(super) fn flag(self, name: &'static str, set: bool) -> Element {
        if set { self.with(name, "") } else { self }
    }

    /// An attribute that follows the state.
    pub(super) fn with_live(mut self, name: &'static str, value: Live) -> Element {
        self.attributes.push(custom_attribute(name, value).into_any_attr());
        self
    }

    /// Hidden while this holds.
    pub(super) fn hidden(self, context: Context, hidden: fn(&FormState) -> bool) -> Element {
        self.with_live("hidden", live(move || context.read(hidden).then(String::new)))
    }

    /// A child.
    pub(super) fn child(mut self, child: AnyView) -> Element {
        self.children.push(child);
        self
    }

    /// Several children.
    pub(super) fn children(mut self, children: impl IntoIterator<Item = AnyView>) -> Element {
        self.children.extend(children);
        self
    }

    /// Words.
    pub(super) fn text(self, words: impl Into<String>) -> Element {
        let words: String = words.into();
        self.child(words.into_any())
    }

    /// Words that follow the state.
    pub(super) fn live_text(self, words: Live) -> Element {
        self.child(words.into_any())
    }

    /// What a click means.
    pub(super) fn on_click(self, context: Context, event: Event) -> Element {
        self.on("click", Box::new(move |_| context.send(event.clone())))
    }

    /// What submitting means. The browser itself sends nothing.
    pub(super) fn on_submit(self, context: Context, event: Event) -> Element {
        let hear = move |submit: DomEvent| {
            submit.prevent_default();
            context.send(event.clone());
        };
        self.on("submit", Box::new(hear))
    }

    /// What emptying the form means. The browser's own way would bring back what stood there at first.
    pub(super) fn on_reset(self, context: Context, event: Event) -> Element {
        let hear = move |reset: DomEvent| {
            reset.prevent_default();
            context.send(event.clone());
        };
        self.on("reset", Box::new(hear))
    }

    /// Heard with each key.
    pub(super) fn on_input(self, hear: Hear) -> Element {
        self.on("input", hear)
    }

    /// Heard when a script, a picker or a person has changed it.
    pub(super) fn on_change(self, hear: Hear) -> Element {
        self.on("change", hear)
    }

    /// What losing the focus means.
    pub(super) fn on_blur(self, context: Context, event: Event) -> Element {
        self.on("blur", Box::new(move |_| context.send(event.clone())))
    }

    /// Heard at this element itself. Leptos' own events of these names are heard at the document and looked up from
    /// there: more code, and a host page's listeners would come first.
    fn on(mut self, name: &'static str, hear: Hear) -> Element {
        self.attributes.push(on(Custom::<DomEvent>::new(name), hear).into_any_attr());
        self
    }

    /// The element.
    pub(super) fn view(self) -> AnyView {
        leptos::html::custom(self.tag).add_any_attr(self.attributes).child(self.children).into_any()
    }
}
