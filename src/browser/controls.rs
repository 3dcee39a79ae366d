//! The controls of a form in the document, painted or live: what they hold, by their names.

use wasm_bindgen::JsCast;
use web_sys::{Element, FileList, HtmlInputElement, HtmlSelectElement, HtmlTextAreaElement, NodeList};

use crate::form::{Answers, Given, Place};

/// The values of a box that stands alone: the card's own, and what a box has that is given none (HTML, 4.10.5.3).
const BOX: [&str; 2] = ["true", "on"];

/// What every control holds, files aside.
pub(super) fn answers(root: &Element) -> Answers {
    let mut answers = Answers::default();
    for control in named(root) {
        let Some(name) = control.get_attribute("name") else { continue };
        if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
            match input.type_().as_str() {
                // A box that stands alone has this value; of several choices each has its own.
                "checkbox" if BOX.contains(&input.value().as_str()) => answers.push(name, Given::Ticked(input.checked())),
                "checkbox" | "radio" if !input.checked() => {}
                "file" => {}
                _ => answers.push(name, Given::Text(input.value())),
            }
        } else if let Some(select) = control.dyn_ref::<HtmlSelectElement>() {
            answers.push(name, Given::Text(select.value()));
        } else if let Some(text) = control.dyn_ref::<HtmlTextAreaElement>() {
            answers.push(name, Given::Text(text.value()));
        }
    }
    answers
}

/// Puts a text into a control.
pub(super) fn fill(control: &Element, text: &str) {
    if let Some(input) = control.dyn_ref::<HtmlInputElement>() {
        input.set_value(text);
    } else if let Some(select) = control.dyn_ref::<HtmlSelectElement>() {
        select.set_value(text);
    } else if let Some(area) = control.dyn_ref::<HtmlTextAreaElement>() {
        area.set_value(text);
    }
}

/// Every control that has a name, but for the hosted page's rows for further serial numbers that nobody has opened.
pub(super) fn named(root: &Element) -> Vec<Element> {
    root.query_selector_all("[name]").map(|list| elements(&list)).unwrap_or_default().into_iter().filter(|one| !is_spare(one)).collect()
}

fn is_spare(control: &Element) -> bool {
    let blank = control.dyn_ref::<HtmlInputElement>().is_some_and(|input| input.value().is_empty());
    blank && control.closest("details:not([open])").ok().flatten().is_some()
}

/// The file controls.
pub(super) fn file_inputs(root: &Element) -> Vec<HtmlInputElement> {
    named(root)
        .into_iter()
        .filter_map(|control| control.dyn_into::<HtmlInputElement>().ok())
        .filter(|input| input.type_() == "file")
        .collect()
}

/// The files of a control that holds some.
pub(super) fn files(input: &HtmlInputElement) -> Option<FileList> {
    input.files().filter(|files| files.length() > 0)
}

/// The control of a field or row.
pub(super) fn at(root: &Element, place: Place) -> Option<Element> {
    let selector = match place {
        Place::Field(index) => format!("#f{index}"),
        Place::Row(id) => format!("[data-row=\"{id}\"]"),
    };
    root.query_selector(&selector).ok()?
}

fn elements(list: &NodeList) -> Vec<Element> {
    (0..list.length()).filter_map(|index| list.item(index)).filter_map(|node| node.dyn_into().ok()).collect()
}
