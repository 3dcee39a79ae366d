//! The hosted page where no script runs: the browser itself sends the form, files included, and shows what comes back.

use serde_json::json;
use thirtyfour::By;

use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::{until, until_true};

impl Visit {
    /// A browser whose pages run no scripts. The driver's own still do.
    async fn without_scripts() -> Visit {
        let visit = Visit::begin().await;
        visit.browser.command("Emulation.setScriptExecutionDisabled", json!({ "value": true })).await;
        visit
    }

    /// Waits until an expression holds in the page, which may be one that is only coming.
    async fn page_says(&self, expression: &str) {
        let script = format!("try {{ return {expression}; }} catch {{ return false; }}");
        until_true(expression, async || self.browser.js(&script, Vec::new()).await == true).await;
    }

    /// The registration's number, once the page shows it.
    async fn number(&self) -> String {
        let script = "return document.querySelector('[data-state=done] bdi')?.textContent;";
        let shown = async || self.browser.js(script, Vec::new()).await.as_str().map(str::to_owned);
        until("the number is shown", shown).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purchase_is_registered_with_scripts_off() {
    let visit = Visit::without_scripts().await;
    visit.browser.go(&visit.gateway.hosted_page()).await;
    let card = visit.card();
    let (receipt, bytes) = visit.folder().receipt();
    card.fill("tom@example", SERIAL).await;
    card.type_into("productName", "Espresso Duo").await;
    card.choose(&receipt).await;
    card.click("[name=PrivacyPolicy]").await;
    card.submit().await;

    visit.page_says("document.activeElement.matches('[data-summary]')").await;
    visit.page_says("document.title.startsWith('There is a problem')").await;
    visit.page_says("document.querySelector('[name=PrivacyPolicy]').checked").await;
    visit.page_says("document.querySelector('.drop').innerText.includes('Received')").await;
    let driver = visit.browser.driver();
    driver.find(By::Css("[data-summary] a")).await.unwrap().click().await.unwrap();
    visit.page_says("document.activeElement.name === 'customerEmail'").await;
    visit.browser.keys("\u{E010}.org").await;
    driver.find(By::Css("button[type=submit]")).await.unwrap().click().await.unwrap();

    let number = visit.number().await;
    visit.page_says("document.activeElement.matches('h2')").await;
    visit.is_registered_once(&number).await;
    let stored = &visit.gateway.merchant.registrations_of(EMAIL).await[0]["fieldData"];
    assert_eq!(stored["PrivacyPolicy"], "Tell me about new parts and recipes, about once a month");
    let kept = crate::http::ask("GET", stored["InvoiceUpload"].as_str().unwrap(), &[], "").await;
    assert!(kept.body == bytes, "the receipt is stored as it was sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_sending_again_with_scripts_off_shows_the_same_number() {
    let visit = Visit::without_scripts().await;
    visit.browser.go(&visit.gateway.hosted_page()).await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.type_into("productName", "Espresso Duo").await;
    card.submit().await;
    let number = visit.number().await;
    visit.browser.driver().back().await.unwrap();
    assert_eq!(card.value_of("customerEmail").await, EMAIL);
    card.submit().await;
    assert_eq!(visit.number().await, number);
    visit.is_registered_once(&number).await;
    assert_eq!(visit.gateway.proxy.count("POST", "/v1/forms/"), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_fills_in_what_nobody_sees_costs_one_more_click() {
    let visit = Visit::without_scripts().await;
    visit.browser.go(&visit.gateway.hosted_page()).await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.type_into("productName", "Espresso Duo").await;
    let autofill = "[...root.querySelectorAll('input[type=text]')].filter(one => !one.checkVisibility() && one.name !== 'serialNumber')
        .map(one => { one.value = 'https://a.example'; return one.name; })";
    assert_eq!(card.read(autofill).await, json!(["page extra"]));
    card.submit().await;
    visit.page_says("document.activeElement.matches('[data-summary]')").await;
    visit.page_says("document.body.innerText.includes('perhaps by your browser')").await;
    visit.page_says("!document.querySelector('[name=\"page extra\"]')").await;
    assert!(visit.gateway.merchant.registrations_of(EMAIL).await.is_empty());
    visit.browser.driver().find(By::Css("button[type=submit]")).await.unwrap().click().await.unwrap();
    let number = visit.number().await;
    visit.is_registered_once(&number).await;
}
