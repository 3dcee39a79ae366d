//! What is heard beside the controls' own events: several serial numbers in one paste, Enter in a serial number, files that are
//! chosen, dropped or pasted, the network that goes and comes back. Nothing is heard any longer once the card is taken away.

use std::rc::{Rc, Weak};

use leptos::prelude::WithUntracked;
use regcard_protocol::form::FieldKind;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use web_sys::{
    AbortController, AddEventListenerOptions, ClipboardEvent, DataTransfer, DragEvent, Element, Event as DomEvent, EventTarget,
    HtmlInputElement, KeyboardEvent,
};

use super::shell::Shell;
use super::{controls, upload};
use crate::form::{Event, FormState};

/// What stands for an Enter that ended a composition, in browsers that tell so in no other way (UI Events, 4.3.3).
const COMPOSING: u32 = 229;

/// 4 keys: what is shorter anybody types quickly.
const SCANNED_KEYS: u32 = 4;

/// 40 ms for each key: scanners take 1 to 20, the fastest typists 60 and more.
const SCANNED_KEY_MS: f64 = 40.0;

/// Half a second without a key: what comes then is another number, or another person.
const PAUSE_MS: f64 = 500.0;

/// Listeners, and what ends them.
pub(super) struct Heard {
    controller: Option<AbortController>,
    _listeners: Vec<Closure<dyn FnMut(DomEvent)>>,
}

impl Heard {
    pub(super) fn listen(shell: &Rc<Shell>) -> Heard {
        let mut heard = Heard { controller: AbortController::new().ok(), _listeners: Vec::new() };
        let card: &EventTarget = shell.root.as_ref();
        heard.on(shell, card, "keydown", entered);
        heard.on(shell, card, "paste", pasted);
        for name in ["click", "change", "cancel"] {
            heard.on(shell, card, name, chosen);
        }
        for name in ["dragover", "drop"] {
            heard.on(shell, card, name, dragged);
        }
        if let Some(window) = web_sys::window() {
            heard.on(shell, window.as_ref(), "online", |shell, _| shell.dispatch(Event::Network(true)));
            heard.on(shell, window.as_ref(), "offline", |shell, _| shell.dispatch(Event::Network(false)));
        }
        heard
    }

    fn on(&mut self, shell: &Rc<Shell>, target: &EventTarget, name: &str, hear: fn(&Rc<Shell>, &DomEvent)) {
        let weak = Rc::downgrade(shell);
        let listener = Closure::<dyn FnMut(DomEvent)>::new(move |event: DomEvent| {
            if let Some(shell) = Weak::upgrade(&weak) {
                hear(&shell, &event);
            }
        });
        let options = AddEventListenerOptions::new();
        if let Some(controller) = &self.controller {
            options.set_signal(&controller.signal());
        }
        let function = listener.as_ref().unchecked_ref();
        drop(target.add_event_listener_with_callback_and_add_event_listener_options(name, function, &options));
        self._listeners.push(listener);
    }

    pub(super) fn end(&self) {
        if let Some(controller) = &self.controller {
            controller.abort();
        }
    }
}

/// Enter that ends a composition sends nothing; Enter in a serial number is a scanner's, or a person's who wants it checked.
fn entered(shell: &Rc<Shell>, event: &DomEvent) {
    let Some(key) = event.dyn_ref::<KeyboardEvent>() else { return };
    let Some(row) = row_of(event) else {
        if key.key() == "Enter" && is_composing(key) {
            event.prevent_default();
        }
        return;
    };
    let (first, last, keys) = shell.pace.get();
    let now = event.time_stamp();
    let goes_on = now - last < PAUSE_MS;
    match key.key().as_str() {
        "Enter" => {}
        "Tab" => return shell.pace.set((0.0, 0.0, 0)),
        _ => return shell.pace.set(if goes_on { (first, now, keys + 1) } else { (now, now, 1) }),
    }
    event.prevent_default();
    if is_composing(key) || key.repeat() {
        return;
    }
    shell.pace.set((0.0, 0.0, 0));
    let scanned = goes_on && keys >= SCANNED_KEYS && now - first < SCANNED_KEY_MS * f64::from(keys);
    shell.dispatch(if scanned { Event::SerialScanned(row) } else { Event::SerialEntered(row) });
}

fn is_composing(key: &KeyboardEvent) -> bool {
    key.is_composing() || key.key_code() == COMPOSING
}

/// Files that were pasted, or several numbers that come with one paste, each on a line or in a cell of its own.
fn pasted(shell: &Rc<Shell>, event: &DomEvent) {
    let Some(data) = event.dyn_ref::<ClipboardEvent>().and_then(ClipboardEvent::clipboard_data) else { return };
    let text = data.get_data("text").unwrap_or_default();
    // Cells of a table come with a picture of themselves: where text can stand, it is what was meant.
    let takes_text = event.target().and_then(|target| target.dyn_into().ok()).is_some_and(|target: Element| target.has_attribute("name"));
    if (text.is_empty() || !takes_text || file_control(event).is_some()) && take(shell, event, &data) {
        return event.prevent_default();
    }
    let Some(row) = row_of(event) else { return };
    let several: Vec<String> =
        text.split(['\n', '\r', '\t', ',', ';']).map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect();
    if several.len() > 1 {
        event.prevent_default();
        shell.dispatch(Event::SerialsPasted(row, several));
    }
}

/// A file control that is opened, has got files, or was closed again.
fn chosen(shell: &Rc<Shell>, event: &DomEvent) {
    let Some((input, field)) = file_control(event) else { return };
    match (event.type_().as_str(), controls::files(&input)) {
        // A control that holds a file says nothing if the same one is chosen again.
        ("click", _) => {
            input.set_value("");
            shell.dispatch(Event::PickerOpened(field));
        }
        ("change", Some(files)) => upload::pick(shell, field, &files),
        (_, _) => shell.dispatch(Event::PickerClosed(field)),
    }
}

/// Files over the card, or dropped on it. Left to the browser they would open in the page's place, and in a shadow root Chromium gives
/// none to the control below them.
fn dragged(shell: &Rc<Shell>, event: &DomEvent) {
    let Some(data) = event.dyn_ref::<DragEvent>().and_then(DragEvent::data_transfer) else { return };
    if data.types().includes(&"Files".into(), 0) {
        event.prevent_default();
        // There are none yet while they are dragged.
        take(shell, event, &data);
    }
}

/// Takes the files that come with an event, for the field they landed in or the first that asks for some. Whether there were any.
fn take(shell: &Rc<Shell>, event: &DomEvent, data: &DataTransfer) -> bool {
    let Some(files) = data.files().filter(|files| files.length() > 0) else { return false };
    let asks = |state: &FormState| {
        state.form.fields.iter().enumerate().position(|(index, field)| field.kind == FieldKind::Receipt && state.is_asked(index))
    };
    let field = file_control(event).map(|(_, field)| field).or_else(|| shell.state.with_untracked(asks));
    if let Some(field) = field {
        upload::pick(shell, field, &files);
    }
    field.is_some()
}

/// The file control in which it happened, and the field it belongs to.
fn file_control(event: &DomEvent) -> Option<(HtmlInputElement, usize)> {
    let input: HtmlInputElement = event.target()?.dyn_into().ok()?;
    let field = input.id().strip_prefix('f').and_then(|index| index.parse::<u32>().ok())?;
    (input.type_() == "file").then_some((input, field as usize))
}

/// The row of serial numbers in which it happened.
fn row_of(event: &DomEvent) -> Option<u32> {
    event.target()?.dyn_into::<Element>().ok()?.get_attribute("data-row")?.parse().ok()
}
