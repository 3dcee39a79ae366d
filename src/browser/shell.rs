//! One mounted card: its state, its element, and what is under way for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::{RwSignal, Update};
use web_sys::{AbortController, AbortSignal, DataTransferItemList, Element, File, HtmlElement};

use super::effects;
use super::extras::Extras;
use super::gateway::Gateway;
use crate::form::{Event, FormState, update};

/// What the shell keeps for a card while it stands.
pub(super) struct Shell {
    pub(super) state: RwSignal<FormState>,
    /// The element on the page, which is told of what happens.
    pub(super) host: HtmlElement,
    /// The wrapper in the shadow root, in which the controls are.
    pub(super) root: Element,
    pub(super) gateway: Gateway,
    pub(super) extras: Extras,
    /// How quickly a serial number is typed: when the first and the last key were pressed, and how many there were.
    pub(super) pace: Cell<(f64, f64, u32)>,
    checks: RefCell<Vec<(u32, AbortController)>>,
    files: RefCell<Vec<Held>>,
    /// How many files there were.
    chosen: Cell<u32>,
    gone: Cell<bool>,
}

/// A file that was chosen. Its bytes stay with the browser.
struct Held {
    id: u32,
    field: usize,
    file: File,
    /// Ends its way, while it is on it.
    sending: Option<AbortController>,
}

impl Shell {
    pub(super) fn new(state: RwSignal<FormState>, host: HtmlElement, root: Element, gateway: Gateway, extras: Extras) -> Rc<Shell> {
        let (checks, files, chosen) = (RefCell::default(), RefCell::default(), Cell::default());
        Rc::new(Shell { state, host, root, gateway, extras, pace: Cell::default(), checks, files, chosen, gone: Cell::new(false) })
    }

    /// Takes an event and does what comes of it. A card that is gone hears nothing.
    pub(super) fn dispatch(self: &Rc<Self>, event: Event) {
        if self.gone.get() {
            return;
        }
        let Some(effects) = self.state.try_update(|state| update(state, event)) else { return };
        for effect in effects {
            effects::run(self, effect);
        }
    }

    /// Holds what ends a check that is under way; an older one is ended.
    pub(super) fn hold_check(&self, row: u32, controller: AbortController) {
        self.abort_check(row);
        self.checks.borrow_mut().push((row, controller));
    }

    /// It is taken out before it is ended: a page that hears of that may type into the card, and so come back here.
    pub(super) fn abort_check(&self, row: u32) {
        for (of, controller) in self.checks.take() {
            if of == row {
                controller.abort();
            } else {
                self.checks.borrow_mut().push((of, controller));
            }
        }
    }

    /// Holds a file for a field; answers what it is called here.
    pub(super) fn hold_file(&self, field: usize, file: File) -> u32 {
        let id = self.chosen.get() + 1;
        self.chosen.set(id);
        self.files.borrow_mut().push(Held { id, field, file, sending: None });
        id
    }

    /// A file that is sent from now on, and what ends that.
    pub(super) fn begin_upload(&self, id: u32) -> Option<(File, AbortSignal)> {
        let controller = AbortController::new().ok()?;
        let mut files = self.files.borrow_mut();
        let held = files.iter_mut().find(|held| held.id == id)?;
        let signal = controller.signal();
        held.sending = Some(controller);
        Some((held.file.clone(), signal))
    }

    /// Lets go of a file, and of sending it. Taken out before it is ended, as a check is.
    pub(super) fn forget_file(&self, id: u32) {
        let position = self.files.borrow().iter().position(|held| held.id == id);
        let held = position.map(|position| self.files.borrow_mut().remove(position));
        if let Some(held) = held {
            held.abort();
        }
    }

    /// Puts the files of a field where they are to be.
    pub(super) fn give_files(&self, field: usize, to: &DataTransferItemList) {
        for held in self.files.borrow().iter().filter(|held| held.field == field) {
            drop(to.add_with_file(&held.file));
        }
    }

    /// Ends everything that is under way; nothing is heard from now on.
    pub(super) fn end(&self) {
        self.gone.set(true);
        for (_, controller) in self.checks.take() {
            controller.abort();
        }
        for held in self.files.take() {
            held.abort();
        }
    }
}

impl Held {
    fn abort(&self) {
        if let Some(sending) = &self.sending {
            sending.abort();
        }
    }
}
