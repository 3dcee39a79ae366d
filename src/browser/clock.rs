//! Time, days and randomness, as the browser has them.

use js_sys::{Date, Promise};
use regcard_protocol::date::Day;
use wasm_bindgen_futures::JsFuture;

/// Lets this many milliseconds pass. 0 lets the view catch up first.
pub(super) async fn pause(ms: i32) {
    let promise = Promise::new(&mut |resolve, _| {
        // Without a window there is nothing to wait for; the promise then never resolves.
        if let Some(window) = web_sys::window() {
            drop(window.set_timeout_with_callback_and_timeout_and_arguments_0(&resolve, ms));
        }
    });
    drop(JsFuture::from(promise).await);
}

/// The day it is at the customer's place.
pub(super) fn today() -> Day {
    let now = Date::new_0();
    let part = |number: u32| u8::try_from(number).unwrap_or(1);
    u16::try_from(now.get_full_year())
        .ok()
        .and_then(|year| Day::new(year, part(now.get_month() + 1), part(now.get_date())))
        .unwrap_or_default()
}

/// A new idempotency key: 16 random bytes in hexadecimal. `randomUUID` is missing on pages without https.
pub(super) fn new_key() -> Option<String> {
    let mut bytes = [0u8; 16];
    web_sys::window()?.crypto().ok()?.get_random_values_with_u8_array(&mut bytes).ok()?;
    let digit = |value: u8| char::from(if value < 10 { b'0' + value } else { b'a' + value - 10 });
    Some(bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect())
}
