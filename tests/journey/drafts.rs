//! What was typed is kept: in the tab, for a week, or not at all, as the page or the form wants it; and forgotten when it is done with.

use serde_json::json;

use crate::card::{DATE, NAME};
use crate::gateway::EVERY_FIELD;
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

impl Visit {
    async fn shows_a_card(&self, attributes: &str) {
        self.goes_to("", &format!("{}<reg-card product=\"Espresso Duo\" {attributes}></reg-card>", self.gateway.script())).await;
        self.card().is_painted().await;
    }

    /// All that the page's storages hold.
    async fn stored(&self) -> String {
        self.browser.js("return JSON.stringify([localStorage, sessionStorage])", vec![]).await.as_str().unwrap().to_owned()
    }

    async fn keeps(&self, text: &str) {
        until_true(&format!("{text} is kept"), async || self.stored().await.contains(text)).await;
    }

    async fn reloads(&self) {
        self.browser.reloads().await;
        self.card().is_painted().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_outlives_a_reload_and_is_forgotten_when_it_is_registered() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.read("(root.querySelector('[name=boughtFrom]').value = 'store', root.querySelector('[name=boughtFrom]').dispatchEvent(new Event('change', { bubbles: true })))").await;
    card.click("[name=newParts]").await;
    card.becomes_live().await;
    visit.reloads().await;
    assert!(!card.is_live().await, "nothing is fetched for it");
    let values = ["customerName", "customerEmail", "serialNumber", "purchaseDate", "boughtFrom"];
    let mut restored = Vec::new();
    for name in values {
        restored.push(card.value_of(name).await);
    }
    assert_eq!(restored, [NAME, EMAIL, SERIAL, DATE, "store"]);
    assert_eq!(
        card.read("['newParts', 'PrivacyPolicy'].map(name => root.querySelector(`[name=${name}]`).checked)").await,
        json!([true, false])
    );
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.reloads().await;
    assert_eq!(card.value_of("customerName").await, "");
    assert!(!visit.stored().await.contains(EMAIL), "nothing of it is left");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_before_the_wasm_came_is_kept_as_well_and_files_never_are() {
    let visit = Visit::begin().await;
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    visit.shows_a_card("").await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.choose(&receipt).await;
    card.type_into("customerName", NAME).await;
    visit.keeps("Tom+Delong").await;
    assert!(!visit.stored().await.contains("InvoiceUpload"));
    drop(gate);
    visit.reloads().await;
    assert_eq!(card.value_of("customerName").await, NAME);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_can_have_it_kept_for_a_week_or_not_at_all() {
    let visit = Visit::begin().await;
    let card = visit.card();
    visit.shows_a_card("draft=\"week\"").await;
    card.type_into("customerName", NAME).await;
    visit.keeps("Tom+Delong").await;
    assert_eq!(visit.browser.js("return sessionStorage.length", vec![]).await, 0);
    // Another tab, six days later, and one eight days later.
    let age = |days: f64| {
        format!(
            "for (const key of Object.keys(localStorage)) localStorage[key] = localStorage[key].replace(/^\\d+/, Date.now() - {days} * 864e5);"
        )
    };
    let url = visit.browser.url().await;
    for (days, expected) in [(6.0, NAME), (7.1, "")] {
        visit.browser.go(&format!("{url}nothing")).await;
        visit.browser.js(&age(days), vec![]).await;
        visit.browser.go(&url).await;
        card.is_painted().await;
        assert_eq!(card.value_of("customerName").await, expected, "after {days} days");
    }
    visit.shows_a_card("draft=\"off\"").await;
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    visit.reloads().await;
    assert_eq!(card.value_of("customerName").await, "");
    assert_eq!(visit.stored().await, "[{},{}]");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clearing_the_form_forgets_it() {
    let visit = Visit::begin().await;
    visit.shows_a_card("").await;
    let card = visit.card();
    for live in [false, true] {
        card.type_into("customerName", NAME).await;
        visit.keeps("Tom+Delong").await;
        if live {
            card.becomes_live().await;
        }
        card.click("button[type=reset]").await;
        until_true("it is forgotten", async || !visit.stored().await.contains("Tom")).await;
        visit.reloads().await;
        assert_eq!(card.value_of("customerName").await, "");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_product_and_each_of_two_cards_that_are_alike_has_a_draft_of_its_own() {
    let visit = Visit::begin().await;
    let element = |product: &str| format!("<reg-card product=\"{product}\"></reg-card>");
    let (duo, trio) = (element("Espresso Duo"), element("Espresso Trio"));
    visit.goes_to("", &format!("{}{duo}{duo}{trio}", visit.gateway.script())).await;
    for nth in 0..3 {
        visit.card_at(nth).type_into("customerName", &format!("Customer {nth}")).await;
    }
    visit.card_at(2).becomes_live().await;
    visit.reloads().await;
    for nth in 0..3 {
        assert_eq!(visit.card_at(nth).value_of("customerName").await, format!("Customer {nth}"));
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn choices_of_one_name_are_put_back_by_their_values() {
    let visit = Visit::begin().await;
    visit.shows_a_card(&format!("form=\"{EVERY_FIELD}\"")).await;
    let card = visit.card();
    let chosen = "[...root.querySelectorAll('[name=uses]:checked, [name=experience]:checked')].map(one => one.value).join()";
    card.click("[name=experience][value=no]").await;
    // What the first answer asks for and spares moves the rest, once wasm is there. The driver's mouse goes where a control has been.
    card.becomes_live().await;
    visit.browser.breathe().await;
    card.click("[name=uses][value=home]").await;
    card.click("[name=uses][value=club]").await;
    assert_eq!(card.read(chosen).await, "no,home,club");
    visit.reloads().await;
    assert_eq!(card.read(chosen).await, "no,home,club", "reloaded");
    card.click("[name=uses][value=home]").await;
    card.becomes_live().await;
    visit.browser.js("window.card = document.querySelector('reg-card'); card.remove();", vec![]).await;
    visit.browser.breathe().await;
    visit.browser.js("document.body.append(card);", vec![]).await;
    card.until("taken out and put back", &format!("{chosen} === 'no,club'")).await;
    visit.browser.console_is_silent().await;
}
