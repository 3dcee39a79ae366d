//! One mounted card: its state, its element, and what is under way for it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use leptos::prelude::{RwSignal, Update};
use web_sys::{AbortController, Element, HtmlElement, XmlHttpRequest};

use super::effects;
use super::extras::Extras;
use super::gateway::Gateway;
use super::upload::Running;
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
    uploads: RefCell<Vec<Running>>,
    gone: Cell<bool>,
}

impl Shell {
    pub(super) fn new(state: RwSignal<FormState>, host: HtmlElement, root: Element, gateway: Gateway, extras: Extras) -> Rc<Shell> {
        let (checks, uploads) = (RefCell::default(), RefCell::default());
        Rc::new(Shell { state, host, root, gateway, extras, pace: Cell::default(), checks, uploads, gone: Cell::new(false) })
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

    /// Says that a file is being sent from now on.
    pub(super) fn begin_upload(&self, field: usize, attempt: u32) {
        self.abort_upload(field);
        self.uploads.borrow_mut().push(Running { field, attempt, request: None });
    }

    /// Holds the request of a file that is being sent; `false` if it is not wanted any longer.
    pub(super) fn hold_upload(&self, field: usize, attempt: u32, request: &XmlHttpRequest) -> bool {
        let mut uploads = self.uploads.borrow_mut();
        let running = uploads.iter_mut().find(|running| running.field == field && running.attempt == attempt);
        running.map(|running| running.request = Some(request.clone())).is_some()
    }

    pub(super) fn is_uploading(&self, field: usize, attempt: u32) -> bool {
        self.uploads.borrow().iter().any(|running| running.field == field && running.attempt == attempt)
    }

    pub(super) fn abort_upload(&self, field: usize) {
        let position = self.uploads.borrow().iter().position(|running| running.field == field);
        let running = position.map(|position| self.uploads.borrow_mut().swap_remove(position));
        if let Some(running) = running {
            running.abort();
        }
    }

    /// Ends everything that is under way; nothing is heard from now on.
    pub(super) fn end(&self) {
        self.gone.set(true);
        for (_, controller) in self.checks.take() {
            controller.abort();
        }
        for running in self.uploads.take() {
            running.abort();
        }
    }
}
