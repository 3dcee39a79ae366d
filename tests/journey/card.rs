//! A card on a page, as a customer meets it: by its controls' names and by what it shows.

use serde_json::{Value, json};
use thirtyfour::action_chain::ActionChain;
use thirtyfour::prelude::*;

use crate::browser::{Browser, Kind, is_stale};
use crate::wait::{in_time, until, until_true};

/// The nth card of a page.
#[derive(Clone, Copy)]
pub(crate) struct Card<'a> {
    pub(crate) browser: &'a Browser,
    pub(crate) nth: usize,
}

/// What a customer types.
pub(crate) const NAME: &str = "Tom Delong";
/// The day of purchase, whose keys [`Card::type_date`] presses.
pub(crate) const DATE: &str = "2026-01-02";

impl Card<'_> {
    /// Evaluates an expression with `root`, the card's shadow root; null if there is none yet.
    pub(crate) async fn read(self, expression: &str) -> Value {
        self.read_with(expression, Value::Null).await
    }

    /// The same, with something given as `given`.
    pub(crate) async fn read_with(self, expression: &str, given: Value) -> Value {
        let script = format!("{ROOT} return root ? ({expression}) : null;");
        self.browser.js(&script, vec![json!(self.nth), given]).await
    }

    /// Waits until an expression holds.
    pub(crate) async fn until(self, what: &str, expression: &str) {
        until_true(what, async || self.read(expression).await == Value::Bool(true)).await;
    }

    /// The element of this selector, once it is there.
    pub(crate) async fn find(self, selector: &str) -> WebElement {
        let script = format!("{ROOT} return root && root.querySelector(arguments[1]);");
        let arguments = || vec![json!(self.nth), json!(selector)];
        until(selector, async || self.browser.element(&script, arguments()).await).await
    }

    pub(crate) async fn control(self, name: &str) -> WebElement {
        self.find(&named(name)).await
    }

    /// Clicks with the mouse. What is replaced at that moment is clicked again.
    pub(crate) async fn click(self, selector: &str) {
        until_true(selector, async || {
            let element = self.find(selector).await;
            match self.browser.kind {
                Kind::Chromium | Kind::Firefox => element.click().await.is_ok(),
                Kind::WebKit => {
                    // Its mouse goes nowhere that is not on the screen.
                    drop(element.scroll_into_view().await);
                    self.point_at(&element).click().perform().await.is_ok()
                }
            }
        })
        .await;
    }

    /// A mouse that has been moved to the middle of an element.
    pub(crate) fn point_at(self, element: &WebElement) -> ActionChain {
        self.browser.driver().action_chain().move_to_element_center(element)
    }

    /// Clicks into a control and presses keys.
    pub(crate) async fn type_into(self, name: &str, keys: &str) {
        self.click(&named(name)).await;
        self.browser.keys(keys).await;
    }

    /// What a control holds.
    pub(crate) async fn value_of(self, name: &str) -> String {
        let value = self.read_with("root.querySelector(given).value", json!(named(name))).await;
        value.as_str().unwrap_or_default().to_owned()
    }

    /// Fills in what every registration has, key by key.
    pub(crate) async fn fill(self, email: &str, serial_number: &str) {
        self.type_into("customerName", NAME).await;
        self.type_into("customerEmail", email).await;
        self.type_into("serialNumber", serial_number).await;
        self.type_date().await;
    }

    /// Types the date of purchase.
    pub(crate) async fn type_date(self) {
        self.type_into("purchaseDate", &self.browser.kind.date_keys().concat()).await;
    }

    /// Sets a file, as a picker does.
    pub(crate) async fn choose(self, file: &std::path::Path) {
        self.choose_all(&[file.to_owned()]).await;
    }

    /// Sets several files at once. A control that is replaced at that moment has got none; then the new one gets them.
    pub(crate) async fn choose_all(self, files: &[std::path::PathBuf]) {
        let paths: Vec<_> = files.iter().map(|file| file.to_string_lossy()).collect();
        let paths = paths.join("\n");
        until_true("the files are chosen", async || match self.control("InvoiceUpload").await.send_keys(&paths).await {
            Ok(()) => true,
            Err(error) if is_stale(&error) => false,
            Err(error) => panic!("{error}: {paths}"),
        })
        .await;
    }

    /// Clicks on the file control. The picker itself stays closed: no test could press its buttons.
    pub(crate) async fn open_picker(self) {
        self.browser.command("Page.setInterceptFileChooserDialog", json!({ "enabled": true })).await;
        self.point_at(&self.find("[type=file]").await).click().perform().await.unwrap();
    }

    pub(crate) async fn submit(self) {
        self.click(SUBMIT).await;
    }

    /// Whether wasm has taken over.
    pub(crate) async fn is_live(self) -> bool {
        self.browser.js("return performance.getEntriesByName('regcard:live').length > arguments[0];", vec![json!(self.nth)]).await == true
    }

    pub(crate) async fn is_painted(self) {
        self.find("form").await;
    }

    pub(crate) async fn becomes_live(self) {
        until_true("wasm takes over", async || self.is_live().await).await;
    }

    pub(crate) async fn serial_is(self, word: &str) {
        self.until(&format!("data-check={word}"), &format!("root.querySelector('[data-check]')?.dataset.check === '{word}'")).await;
    }

    pub(crate) async fn receipt_is(self, word: &str) {
        self.until(&format!("data-upload={word}"), &format!("root.querySelector('[data-upload]')?.dataset.upload === '{word}'")).await;
    }

    /// Waits for the end; answers the registration's number.
    pub(crate) async fn done(self) -> String {
        let number = async || self.read("root.querySelector('[data-state=done] bdi')?.textContent").await.as_str().map(str::to_owned);
        match in_time(number).await {
            Some(number) => number,
            None => panic!("the form is not done; the card says {}", self.text().await),
        }
    }

    /// What the focused control is called, and where its caret stands.
    pub(crate) async fn focus(self) -> (String, Option<u64>) {
        let focus = self.read("[root.activeElement?.name ?? '', root.activeElement?.selectionStart ?? null]").await;
        (focus[0].as_str().unwrap_or_default().to_owned(), focus[1].as_u64())
    }

    /// All that can be read in the card.
    pub(crate) async fn text(self) -> String {
        self.read("root.querySelector('.regcard').innerText").await.as_str().unwrap_or_default().to_owned()
    }

    /// Waits until these words can be read.
    pub(crate) async fn says(self, words: &str) {
        until_true(words, async || self.text().await.contains(words)).await;
    }
}

/// The submit button.
pub(crate) const SUBMIT: &str = "button[type=submit]";

const ROOT: &str = "const root = document.querySelectorAll('reg-card')[arguments[0]]?.shadowRoot, given = arguments[1];";

fn named(name: &str) -> String {
    format!("[name=\"{name}\"]")
}
