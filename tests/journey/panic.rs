//! WebAssembly that ends in the middle of it: every card of the page starts anew, and what was typed is there.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::card::NAME;
use crate::visit::{EMAIL, OTHER_SERIAL, SERIAL, Visit};
use crate::wait::until_true;

/// A page that reaches into the card's memory: whatever is called next ends there.
const SPOILS: &str = "<script>
    window.instances = []; window.told = [];
    const instantiate = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...all) => { const made = await instantiate(...all); instances.push(made.instance); return made; };
    window.spoil = () => { const memory = Object.values(instances.at(-1).exports).find(one => one instanceof WebAssembly.Memory);
        new Uint8Array(memory.buffer).fill(255, 1048576); };
    addEventListener('regcard:error', event => told.push(event.detail.code));</script>";

impl Visit {
    async fn shows_two_cards_that_can_be_spoilt(&self) {
        let element = self.gateway.element();
        self.goes_to(SPOILS, &format!("{}{element}{element}", self.gateway.script())).await;
    }

    async fn is_live_again(&self, times: u64) {
        until_true("it is live again", async || {
            self.browser.js("return performance.getEntriesByName('regcard:live').length", vec![]).await == json!(times)
        })
        .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_card_of_the_page_starts_anew_with_what_was_typed_and_can_be_sent() {
    let visit = Visit::begin().await;
    visit.shows_two_cards_that_can_be_spoilt().await;
    let (one, other) = (visit.card_at(0), visit.card_at(1));
    let (receipt, _) = visit.folder().receipt();
    one.fill(EMAIL, SERIAL).await;
    one.choose(&receipt).await;
    one.receipt_is("stored").await;
    other.type_into("customerName", "Ann").await;
    visit.is_live_again(2).await;
    one.type_into("note", "hell").await;

    visit.browser.js("spoil()", vec![]).await;
    let since = Instant::now();
    visit.browser.keys("o").await;
    visit.is_live_again(4).await;
    assert!(since.elapsed() < Duration::from_secs(3), "{:?} on a machine that tests run on", since.elapsed());
    assert_eq!(one.focus().await.0, "note", "the focus is where it was");
    visit.browser.keys("!").await;
    assert_eq!(one.value_of("note").await, "hello!");
    assert_eq!((one.value_of("customerName").await, other.value_of("customerName").await), (NAME.to_owned(), "Ann".to_owned()));
    assert_eq!(visit.browser.js("return told", vec![]).await, json!(["RC-900", "RC-900"]));
    one.receipt_is("stored").await;
    one.serial_is("available").await;
    one.submit().await;
    let number = one.done().await;
    visit.is_registered_once(&number).await;
    other.type_into("serialNumber", OTHER_SERIAL).await;
    other.serial_is("available").await;
    visit.browser.console_says(&["RC-900", "unreachable"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_ends_again_and_again_leaves_the_painted_form_which_goes_to_the_hosted_page() {
    let visit = Visit::begin().await;
    visit.shows_two_cards_that_can_be_spoilt().await;
    let card = visit.card();
    card.type_into("customerName", "a").await;
    for (live, key) in [(1, "b"), (2, "c"), (3, "d")] {
        visit.is_live_again(live).await;
        visit.browser.js("spoil()", vec![]).await;
        visit.browser.keys(key).await;
        until_true("it has ended", async || visit.browser.js("return told.length", vec![]).await.as_u64() >= Some(live)).await;
    }
    card.until("the link is shown", "!!root.querySelector('slot')").await;
    visit.browser.keys("e").await;
    assert_eq!(card.value_of("customerName").await, "abcde");
    card.submit().await;
    until_true("the hosted page opens", async || visit.browser.url().await.starts_with(&visit.gateway.hosted_page())).await;
    assert_eq!(card.value_of("customerName").await, "abcde");
}
