//! Keys that are no person's, or not meant for the form: scanners, input methods, and the caret that must stay where it is.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::lacks_input;
use crate::card::NAME;
use crate::visit::{EMAIL, OTHER_SERIAL, SERIAL, Visit};
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn a_scanners_enter_checks_at_once_and_sends_nothing() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    // The first number comes before wasm is there, its Enter too.
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    card.click("[name=serialNumber]").await;
    visit.scans(SERIAL).await;
    gate.open();
    card.serial_is("available").await;
    until_true("the focus is in the next row", async || {
        card.serial_numbers().await == json!([SERIAL, ""]) && card.focus().await.0 == "serialNumber"
    })
    .await;
    card.is_left_in_peace(&visit).await;

    // Without a pause for more keys.
    visit.scans(OTHER_SERIAL).await;
    until_true("both are available", async || card.read("[...root.querySelectorAll('[data-check=available]')].length").await == 2).await;
    card.is_left_in_peace(&visit).await;
    let checks = visit.gateway.proxy.seen("POST", "/v1/serial_numbers/check");
    let of_the_second = checks.iter().filter(|one| one.request.json()["serialNumber"] == OTHER_SERIAL).count();
    assert_eq!(of_the_second, 1, "it is asked for once");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_numbers_scanned_in_a_row_are_registered_together() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_the_product_page().await;
    let numbers: Vec<String> = (1..=5).map(|number| format!("SN1234567{number}")).collect();
    visit.gateway.load(numbers.iter().cloned());
    let card = visit.card();
    card.click("[name=serialNumber]").await;
    card.becomes_live().await;
    for (nth, number) in numbers.iter().enumerate() {
        visit.scans(number).await;
        until_true("the next row waits", async || {
            let rows = card.serial_numbers().await;
            let rows = rows.as_array().unwrap();
            rows.len() == nth + 2
                && rows[nth] == number.as_str()
                && card.read("root.activeElement.value === '' && root.activeElement.name").await == "serialNumber"
        })
        .await;
    }
    card.is_left_in_peace(&visit).await;
    // What is still to be filled in; the row behind the last number stays empty.
    card.type_into("customerName", NAME).await;
    card.type_into("customerEmail", EMAIL).await;
    card.type_date().await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    assert_eq!(visit.gateway.merchant.registrations_of(EMAIL).await[0]["serialNumbers"], json!(numbers));
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scanners_tab_and_a_persons_enter_lead_to_the_next_field() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.click("[name=serialNumber]").await;
    card.becomes_live().await;
    for key in SERIAL.chars() {
        visit.presses(&key.to_string()).await;
    }
    visit.presses("Tab").await;
    card.serial_is("available").await;
    assert_ne!(card.focus().await.0, "serialNumber");
    card.is_left_in_peace(&visit).await;

    // Too little for a scanner.
    card.type_into("serialNumber", "\u{E003}7").await;
    visit.presses("Enter").await;
    until_true("the date is asked for", async || card.focus().await.0 == "purchaseDate").await;
    assert_eq!(card.serial_numbers().await, json!([SERIAL]));
    card.is_left_in_peace(&visit).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_caret_stays_where_it_is_typed() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.type_into("serialNumber", "ED5-0817").await;
    card.serial_is("unknown").await;
    card.read("void root.querySelector('[name=serialNumber]').setSelectionRange(4, 4)").await;
    // Every key waits for what the check of the one before has to say.
    for (typed, key) in ["2", "2", "0", "4", "-"].into_iter().enumerate() {
        visit.presses(key).await;
        assert_eq!(card.focus().await, ("serialNumber".to_owned(), Some(5 + typed as u64)));
        card.until("it was checked", "/unknown|available/.test(root.querySelector('[data-check]').dataset.check)").await;
        assert_eq!(card.focus().await, ("serialNumber".to_owned(), Some(5 + typed as u64)));
    }
    assert_eq!(card.value_of("serialNumber").await, SERIAL);
    card.serial_is("available").await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_enter_that_confirms_japanese_sends_nothing() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.click("[name=customerName]").await;
    card.becomes_live().await;
    card.read("void (window.control = root.querySelector('[name=customerName]'))").await;
    // As Chromium has it, and then as some that press the key in the middle of it.
    for while_composing in [false, true] {
        visit.composes("やまだ").await;
        // What changes meanwhile leaves the control alone.
        visit.browser.js("dispatchEvent(new Event('offline')); dispatchEvent(new Event('online'))", vec![]).await;
        visit.confirms("山田", while_composing).await;
        card.is_left_in_peace(&visit).await;
    }
    // As Safari has it: the composition has ended by then, and a number tells.
    let safari = "(() => { const key = new KeyboardEvent('keydown', { key: 'Enter', keyCode: 229, bubbles: true, composed: true, cancelable: true });
        control.dispatchEvent(new CompositionEvent('compositionstart', { bubbles: true, composed: true }));
        control.dispatchEvent(new CompositionEvent('compositionend', { bubbles: true, composed: true }));
        return control.dispatchEvent(key); })()";
    assert_eq!(card.read(safari).await, false, "the key is taken for one that sends");
    card.is_left_in_peace(&visit).await;
    assert_eq!(card.read("[window.control === root.activeElement, window.control.value]").await, json!([true, "山田山田"]));

    // The same in a serial number, where Enter is a scanner's.
    card.click("[name=serialNumber]").await;
    visit.composes("ed5").await;
    visit.confirms("ED5", true).await;
    card.is_left_in_peace(&visit).await;
    assert_eq!((card.focus().await.0, card.serial_numbers().await), ("serialNumber".to_owned(), json!(["ED5"])));

    // And a plain Enter afterwards sends.
    card.type_into("serialNumber", "-2204-0817").await;
    card.type_into("customerEmail", EMAIL).await;
    card.type_date().await;
    card.click("[name=customerName]").await;
    visit.presses("Enter").await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    assert_eq!(visit.gateway.merchant.registrations_of(EMAIL).await[0]["customerName"], "山田山田");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wasm_that_arrives_in_the_middle_of_a_composition_waits_for_its_end() {
    if lacks_input() {
        return;
    }
    let visit = Visit::to_a_page_that_notes_wasm().await;
    let card = visit.card();
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    card.click("[name=customerName]").await;
    visit.is_watched().await;
    visit.composes("やま").await;
    gate.open();
    visit.is_not_taken_over().await;
    visit.composes("やまだ").await;
    visit.confirms("山田", false).await;
    card.becomes_live().await;
    assert_eq!(card.value_of("customerName").await, "山田", "neither lost nor doubled");
    card.is_left_in_peace(&visit).await;
    visit.browser.console_is_silent().await;
}

impl Visit {
    /// What a handheld scanner does: 3 ms a key, and Enter, however long the driver takes for it.
    async fn scans(&self, number: &str) {
        let begun = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
        let keys = number.chars().map(String::from).chain(["Enter".to_owned()]);
        for (nth, key) in (0_u8..).zip(keys) {
            self.presses_at(&key, Some(begun + 0.003 * f64::from(nth))).await;
        }
    }

    /// What an input method shows while it is worked with.
    async fn composes(&self, text: &str) {
        let caret = text.chars().count();
        self.browser.command("Input.imeSetComposition", json!({ "text": text, "selectionStart": caret, "selectionEnd": caret })).await;
    }

    /// Enter takes what the input method shows. The key itself is the input method's, unless it arrives in the middle of it.
    async fn confirms(&self, text: &str, while_composing: bool) {
        if while_composing {
            self.presses("Enter").await;
        } else {
            let key = json!({ "type": "rawKeyDown", "key": "Process", "code": "Enter", "windowsVirtualKeyCode": 229 });
            self.browser.command("Input.dispatchKeyEvent", key).await;
        }
        self.inserts(text).await;
        let key = json!({ "type": "keyUp", "key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13 });
        self.browser.command("Input.dispatchKeyEvent", key).await;
    }
}
