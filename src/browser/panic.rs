//! What becomes of a panic: the loader hears of it, and starts everything anew with another instance. This one has ended, and with it
//! every card of the page.

use std::cell::RefCell;
use std::panic;

use js_sys::{Function, Reflect};
use wasm_bindgen::{JsCast, JsValue};

thread_local! {
    static ENDED: RefCell<Option<Function>> = const { RefCell::new(None) };
}

/// Has the loader told of a panic, by the function that it gives. It is told the place in the code alone: a message may quote what was
/// typed.
pub(super) fn tell(options: &JsValue) {
    let ended = Reflect::get(options, &"ended".into()).ok().and_then(|ended| ended.dyn_into().ok());
    if ENDED.replace(ended).is_none() {
        panic::set_hook(Box::new(|panic| {
            if let (Some(ended), Some(place)) = (ENDED.take(), panic.location()) {
                drop(ended.call2(&JsValue::NULL, &place.file().into(), &place.line().into()));
            }
        }));
    }
}
