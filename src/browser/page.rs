//! What the page around the card is told: events on the element, lines in the console. No personal data.

use serde::Serialize;
use wasm_bindgen::JsValue;
use web_sys::{CustomEvent, CustomEventInit, HtmlElement};

use regcard_protocol::registration::Registered;

use crate::form::CardEvent;

#[derive(Serialize)]
struct State {
    state: &'static str,
}

#[derive(Serialize)]
struct Code {
    code: &'static str,
}

#[derive(Serialize)]
struct Registrations<'a> {
    registrations: &'a [Registered],
}

/// Tells of what happened.
pub(super) fn tell(host: &HtmlElement, event: &CardEvent) {
    match event {
        CardEvent::Serial(state) => dispatch(host, "regcard:serial", &State { state }),
        CardEvent::Upload(state) => dispatch(host, "regcard:upload", &State { state }),
        CardEvent::Registered(registrations) => dispatch(host, "regcard:registered", &Registrations { registrations }),
        CardEvent::Error(code) => dispatch(host, "regcard:error", &Code { code }),
    };
}

/// `regcard:ready`: the form works in full.
pub(super) fn ready(host: &HtmlElement) {
    dispatch(host, "regcard:ready", &());
}

/// `regcard:submit`: whether the page lets the form go.
pub(super) fn may_submit(host: &HtmlElement) -> bool {
    dispatch(host, "regcard:submit", &())
}

/// Says once, for whoever looks after the page, which setting is missing.
pub(super) fn origin_refused(gateway: &str) {
    let origin = web_sys::window().and_then(|window| window.location().origin().ok()).unwrap_or_default();
    web_sys::console::error_1(&JsValue::from_str(&format!(
        "regcard: {gateway} refuses this page's origin, {origin}. Add it to the merchant's origins (regcard merchant put … --origin {origin}). RC-205"
    )));
}

fn dispatch(host: &HtmlElement, name: &str, detail: &impl Serialize) -> bool {
    let options = CustomEventInit::new();
    options.set_bubbles(true);
    options.set_composed(true);
    options.set_cancelable(true);
    options.set_detail(&serde_wasm_bindgen::to_value(detail).unwrap_or(JsValue::NULL));
    // An event that cannot be made or sent stops nobody.
    CustomEvent::new_with_event_init_dict(name, &options).and_then(|event| host.dispatch_event(&event)).unwrap_or(true)
}
