//! Public bug reports about other people's forms, as far as only a browser can show that this one has none of them. All of them, with
//! the tests that show each, are in `docs/reports.md`.

mod days;
mod given;
mod keys;
mod people;

use serde_json::json;

use crate::browser::Kind;
use crate::card::Card;
use crate::gateway::root;
use crate::visit::Visit;

/// Chromium's own protocol types as input methods and scanners do.
const NO_INPUT_METHOD: &str = "its driver has no input methods and no scanners";

/// Whether this is a browser that cannot be told to type so.
fn lacks_input() -> bool {
    Kind::of_this_run().lacks(NO_INPUT_METHOD)
}

impl Visit {
    /// The product page, with the merchant's form changed before.
    async fn with_form(change: impl FnOnce(String) -> String) -> Visit {
        let visit = Visit::begin().await;
        let file = root().join("forms/product-registration.toml");
        std::fs::write(visit.gateway.form_file(), change(std::fs::read_to_string(file).unwrap())).unwrap();
        visit.shows_the_card().await;
        visit
    }

    /// The product page with the README's snippet, from its start.
    async fn shows_the_card(&self) {
        self.goes_to("", &format!("{}{}", self.gateway.script(), self.gateway.element())).await;
    }

    /// Puts a text where the caret is, at once and of any characters, as a paste or an input method does.
    async fn inserts(&self, text: &str) {
        self.browser.command("Input.insertText", json!({ "text": text })).await;
    }

    /// Presses a key that types something, or Enter or Tab, and lets go of it, without any pause.
    async fn presses(&self, key: &str) {
        self.presses_at(key, None).await;
    }

    /// The same, as at this instant (in seconds since 1970) if one is given, and not when the key comes out of the driver.
    async fn presses_at(&self, key: &str, instant: Option<f64>) {
        let (code, text) = match key {
            "Enter" => (13, "\r"),
            "Tab" => (9, ""),
            other => (u32::from(other.chars().next().unwrap().to_ascii_uppercase()), other),
        };
        let down = if text.is_empty() { "rawKeyDown" } else { "keyDown" };
        let event = |kind: &str| {
            let mut event = json!({ "type": kind, "key": key, "code": key, "windowsVirtualKeyCode": code, "text": text });
            if let Some(instant) = instant {
                event["timestamp"] = json!(instant);
            }
            event
        };
        self.browser.command("Input.dispatchKeyEvent", event(down)).await;
        self.browser.command("Input.dispatchKeyEvent", event("keyUp")).await;
    }
}

impl Card<'_> {
    /// Nothing was sent, nothing is complained about.
    async fn is_left_in_peace(self, visit: &Visit) {
        self.browser.breathe().await;
        assert_eq!(visit.submits(), 0);
        assert_eq!(self.read("!!root.querySelector('[data-summary], .wrong')").await, false, "{}", self.text().await);
    }

    /// What every serial number's control holds.
    async fn serial_numbers(self) -> serde_json::Value {
        self.read("[...root.querySelectorAll('[name=serialNumber]')].map(control => control.value)").await
    }
}
