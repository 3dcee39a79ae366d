//! What few people need: modules that the loader fetches when one is called, by its name.

use js_sys::{Array, Function, Promise, Reflect};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::task::spawn;

/// The loader's way to its modules; none on a page without the loader.
pub(super) struct Extras(Option<Function>);

impl Extras {
    /// From what the loader gives.
    pub(super) fn of(options: &JsValue) -> Extras {
        Extras(Reflect::get(options, &"extra".into()).ok().and_then(|extra| extra.dyn_into().ok()))
    }

    /// Calls a module, and forgets it. One that cannot be had leaves the card as it is.
    pub(super) fn call(&self, name: &str, given: &[JsValue]) {
        let promise = self.ask(name, given);
        spawn(async move {
            if let Some(promise) = promise {
                drop(JsFuture::from(promise).await);
            }
        });
    }

    /// The way itself, for a module that calls another.
    pub(super) fn function(&self) -> JsValue {
        self.0.clone().into()
    }

    /// Calls a module for its answer. That is a promise by what it does: pages replace the class.
    pub(super) fn ask(&self, name: &str, given: &[JsValue]) -> Option<Promise> {
        let arguments: Array = std::iter::once(JsValue::from_str(name)).chain(given.iter().cloned()).collect();
        self.0.as_ref()?.apply(&JsValue::NULL, &arguments).ok().map(JsCast::unchecked_into)
    }
}
