//! One mounted card: its state, its element, and what is under way for it.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use leptos::prelude::{RwSignal, Update};
use web_sys::{AbortController, Element, HtmlElement};

use super::effects;
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
    checks: RefCell<BTreeMap<u32, AbortController>>,
    uploads: RefCell<BTreeMap<usize, Running>>,
    gone: Cell<bool>,
}

impl Shell {
    pub(super) fn new(state: RwSignal<FormState>, host: HtmlElement, root: Element, gateway: Gateway) -> Rc<Shell> {
        let (checks, uploads) = (RefCell::default(), RefCell::default());
        Rc::new(Shell { state, host, root, gateway, checks, uploads, gone: Cell::new(false) })
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
        if let Some(older) = self.checks.borrow_mut().insert(row, controller) {
            older.abort();
        }
    }

    pub(super) fn abort_check(&self, row: u32) {
        if let Some(controller) = self.checks.borrow_mut().remove(&row) {
            controller.abort();
        }
    }

    /// Says that a file is being sent from now on.
    pub(super) fn begin_upload(&self, field: usize, attempt: u32) {
        let older = self.uploads.borrow_mut().insert(field, Running::begun(attempt));
        if let Some(older) = older {
            older.abort();
        }
    }

    /// Holds the request of a file that is being sent; `false` if it is not wanted any longer.
    pub(super) fn hold_upload(&self, field: usize, running: Running) -> bool {
        let wanted = self.is_uploading(field, running.attempt);
        if wanted {
            self.uploads.borrow_mut().insert(field, running);
        }
        wanted
    }

    pub(super) fn is_uploading(&self, field: usize, attempt: u32) -> bool {
        self.uploads.borrow().get(&field).is_some_and(|running| running.attempt == attempt)
    }

    pub(super) fn abort_upload(&self, field: usize) {
        let running = self.uploads.borrow_mut().remove(&field);
        if let Some(running) = running {
            running.abort();
        }
    }

    /// Ends everything that is under way; nothing is heard from now on.
    pub(super) fn end(&self) {
        self.gone.set(true);
        for controller in self.checks.take().into_values() {
            controller.abort();
        }
        for running in self.uploads.take().into_values() {
            running.abort();
        }
    }
}
