//! The key of a submit whose outcome is not known yet, kept from one visit to the next. It says nothing about anybody.
//!
//! A page's storage may be switched off, full, or refuse when it is touched: the card then does without.

use web_sys::Storage;

use super::gateway::Gateway;

/// Keeps the key, or forgets it.
pub(super) fn put(gateway: &Gateway, key: Option<&str>) {
    let Some(storage) = storage() else { return };
    let done = match key {
        Some(key) => storage.set_item(&name(gateway), key),
        None => storage.remove_item(&name(gateway)),
    };
    drop(done);
}

/// The key that is kept.
pub(super) fn get(gateway: &Gateway) -> Option<String> {
    storage()?.get_item(&name(gateway)).ok().flatten()
}

fn name(gateway: &Gateway) -> String {
    format!("regcard:sent:{}", gateway.name())
}

fn storage() -> Option<Storage> {
    web_sys::window()?.local_storage().ok().flatten()
}
