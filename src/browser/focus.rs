//! Where the focus is, and putting it there again: a control by its name and position, with its selection.

use wasm_bindgen::JsCast;
use web_sys::{Element, FocusOptions, HtmlElement, HtmlInputElement, HtmlTextAreaElement};

use super::controls;

/// Where the focus was within a form.
pub(super) struct Held {
    name: Option<String>,
    nth: usize,
    selection: Option<(u32, u32, String)>,
}

impl Held {
    /// The focus within this form, if it is there.
    pub(super) fn within(root: &Element, active: Option<Element>) -> Option<Held> {
        let active = active.filter(|active| root.contains(Some(active)))?;
        let name = active.get_attribute("name");
        let nth = controls::named(root).iter().filter(|one| one.get_attribute("name") == name).position(|one| *one == active).unwrap_or(0);
        let selection = if let Some(input) = active.dyn_ref::<HtmlInputElement>() {
            selection(
                input.selection_start().ok().flatten(),
                input.selection_end().ok().flatten(),
                input.selection_direction().ok().flatten(),
            )
        } else if let Some(text) = active.dyn_ref::<HtmlTextAreaElement>() {
            selection(text.selection_start().ok().flatten(), text.selection_end().ok().flatten(), text.selection_direction().ok().flatten())
        } else {
            None
        };
        Some(Held { name, nth, selection })
    }

    /// Whether it is in a control of this name.
    pub(super) fn is_in(&self, name: &str, nth: usize) -> bool {
        self.name.as_deref() == Some(name) && self.nth == nth
    }

    /// Puts it into the same control of another form. What has no name is the submit button.
    pub(super) fn restore(&self, root: &Element) {
        let target = match &self.name {
            Some(name) => controls::named(root).into_iter().filter(|one| one.get_attribute("name").as_deref() == Some(name)).nth(self.nth),
            None => root.query_selector("button[type=submit]").ok().flatten(),
        };
        let Some(target) = target else { return };
        to(&target, false);
        let Some((start, end, direction)) = &self.selection else { return };
        // Controls without a selection (a date, a box) refuse, and have none to lose.
        if let Some(input) = target.dyn_ref::<HtmlInputElement>() {
            drop(input.set_selection_range_with_direction(*start, *end, direction));
        } else if let Some(text) = target.dyn_ref::<HtmlTextAreaElement>() {
            drop(text.set_selection_range_with_direction(*start, *end, direction));
        }
    }
}

/// Moves the focus to an element, and the page to it if that is wanted.
pub(super) fn to(element: &Element, scroll: bool) {
    if let Some(element) = element.dyn_ref::<HtmlElement>() {
        let options = FocusOptions::new();
        options.set_prevent_scroll(!scroll);
        drop(element.focus_with_options(&options));
    }
}

fn selection(start: Option<u32>, end: Option<u32>, direction: Option<String>) -> Option<(u32, u32, String)> {
    Some((start?, end?, direction.unwrap_or_else(|| "none".to_owned())))
}
