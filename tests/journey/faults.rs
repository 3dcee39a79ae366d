//! What the shop or the gateway got wrong, and what customer and merchant are told of it.

use serde_json::json;

use crate::card::{DATE, NAME};
use crate::gateway::Gateway;
use crate::proxy::Fate;
use crate::visit::{EMAIL, SERIAL, Visit};

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_key_is_said_in_the_console_and_the_link_stays() {
    let visit = Visit::begin().await;
    let script = visit.gateway.script().replace(&visit.gateway.key, "pk_live_0000000000000000000000");
    visit.goes_to("", &format!("{script}{}", visit.gateway.element())).await;
    visit.browser.console_says(&["regcard"]).await;
    let link = "const link = document.querySelector('reg-card a'); return link.checkVisibility() && link.innerText;";
    assert_eq!(visit.browser.js(link, vec![]).await, "Register your product");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_origin_that_is_not_the_merchants_is_said_in_the_card_and_the_console_names_the_setting() {
    let mut visit = Visit::begin().await;
    visit.gateway = Gateway::start("https://another-shop.example").await;
    visit.goes_to("", &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
    let card = visit.card();
    card.type_into("customerName", NAME).await;
    card.says("This form cannot be sent from this page").await;
    assert!(card.text().await.contains("RC-205"));
    let origin = visit.shop.origin();
    let setting = format!("regcard merchant put … --origin {origin}");
    visit.browser.console_says(&[&setting, "/v1/sessions - Failed to load resource: the server responded with a status of 403"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gateway_that_is_down_at_submit_is_said_and_the_form_is_sent_when_asked_again() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    visit.gateway.proxy.set_down(true);
    card.submit().await;
    card.says("RC-201").await;
    card.says("Everything you typed is kept").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.value_of("customerEmail").await, EMAIL);
    assert_eq!(card.value_of("serialNumber").await, SERIAL);
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    visit.gateway.proxy.set_down(false);
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_says(&["net::ERR_EMPTY_RESPONSE"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_merchants_secret_is_in_no_byte_that_the_browser_receives_or_sends() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.choose(&receipt).await;
    card.fill(EMAIL, SERIAL).await;
    card.receipt_is("stored").await;
    card.submit().await;
    card.done().await;
    visit.browser.go(&visit.gateway.hosted_page()).await;
    card.is_painted().await;

    let secret = visit.gateway.merchant.secret();
    assert!(visit.gateway.proxy.count("", "") > 10);
    visit.gateway.proxy.has_not_seen(secret);
    assert!(!visit.browser.everything().await.contains(secret));
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_field_added_while_the_gateway_runs_is_in_the_card_and_in_what_is_stored() {
    let visit = Visit::to_the_product_page().await;
    let file = visit.gateway.form_file();
    let form = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, format!("{form}\n[[field]]\nkey = \"colour\"\nkind = \"text\"\nlabel = \"Its colour\"\n")).unwrap();
    visit.browser.go(&visit.browser.url().await).await;
    let card = visit.card();
    card.says("Its colour").await;
    card.fill(EMAIL, SERIAL).await;
    card.type_into("colour", "teal").await;
    card.submit().await;
    card.done().await;
    assert_eq!(visit.gateway.merchant.registrations_of(EMAIL).await[0]["fieldData"]["colour"], json!("teal"));
    visit.browser.go(&visit.gateway.hosted_page()).await;
    card.says("Its colour").await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_cut_off_is_sent_again() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    visit.gateway.proxy.once("PUT", "/v1/uploads/", Fate::Lost);
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    assert_eq!(visit.gateway.proxy.count("PUT", "/v1/uploads/"), 2);
    visit.browser.console_says(&["net::ERR_EMPTY_RESPONSE"]).await;
}
