//! What the page around the card is told: events on the element, lines in the console. No personal data.

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use regcard_protocol::registration::{Registered, RegistrationStatus};

use crate::form::CardEvent;

/// Tells of what happened.
pub(super) fn tell(host: &HtmlElement, event: &CardEvent) {
    match event {
        CardEvent::Serial(state) => dispatch(host, "regcard:serial", "state", &(*state).into()),
        CardEvent::Upload(state) => dispatch(host, "regcard:upload", "state", &(*state).into()),
        CardEvent::Registered(registrations) => {
            let list: Array = registrations.iter().map(registered).collect();
            dispatch(host, "regcard:registered", "registrations", &list)
        }
        CardEvent::Error(code) => dispatch(host, "regcard:error", "code", &(*code).into()),
    };
}

/// A registration, as the gateway's answer writes it.
fn registered(one: &Registered) -> Object {
    let status = match one.status {
        RegistrationStatus::Registered => "registered",
        RegistrationStatus::Queued => "queued",
    };
    let object = with("status", &status.into());
    if let Some(id) = &one.id {
        drop(Reflect::set(&object, &"id".into(), &id.into()));
    }
    object
}

/// An object with this member.
fn with(name: &str, value: &JsValue) -> Object {
    let object = Object::new();
    drop(Reflect::set(&object, &name.into(), value));
    object
}

/// `regcard:ready`: the form works in full.
pub(super) fn ready(host: &HtmlElement) {
    dispatch(host, "regcard:ready", "", &JsValue::NULL);
}

/// `regcard:submit`: whether the page lets the form go.
pub(super) fn may_submit(host: &HtmlElement) -> bool {
    dispatch(host, "regcard:submit", "", &JsValue::NULL)
}

/// Says once, for whoever looks after the page, which setting is missing.
pub(super) fn origin_refused(gateway: &str) {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    web_sys::console::error_1(&JsValue::from_str(&format!(
        "regcard: {gateway} refuses this page's origin, {origin}. Add it to the merchant's origins (regcard merchant put … --origin {origin}). RC-205"
    )));
}

/// Sends an event with this one member in its detail, or without any.
fn dispatch(host: &HtmlElement, name: &str, member: &str, value: &JsValue) -> bool {
    let options = CustomEventInit::new();
    options.set_bubbles(true);
    options.set_composed(true);
    options.set_cancelable(true);
    if !member.is_empty() {
        options.set_detail(&with(member, value));
    }
    // An event that cannot be made or sent stops nobody.
    CustomEvent::new_with_event_init_dict(name, &options).and_then(|event| host.dispatch_event(&event)).unwrap_or(true)
}
