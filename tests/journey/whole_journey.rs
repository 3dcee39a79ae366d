//! From the page as the demo's shop serves it to what the merchant reads back, in both modes.

use std::io::ErrorKind;
use std::path::Path;

use serde_json::json;

use crate::browser::Browser;
use crate::card::{Card, DATE, NAME};
use crate::demo::Demo;
use crate::http;
use crate::proxy::Proxy;
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_and_the_merchant_reads_it_back() {
    journey(&Demo::start(&[]), "tom-own@example.org").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_through_the_proxy_and_only_the_upstream_keeps_it() {
    let mut demo = Demo::start(&["--forward"]);
    let email = "tom-forward@example.org";
    journey(&demo, email).await;
    // What waits to be passed on is kept until it has arrived. Then it is erased, and written over.
    demo.end();
    // The upstream shows that such a look would find it.
    assert!(holds(&demo.upstream_data(), email), "the upstream's files do not hold the customer's address");
    assert!(!holds(&demo.front_data(), email), "the files of the gateway in front hold the customer's address");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_upstream_stopped_a_form_is_received_and_arrives_once_when_it_is_back() {
    let mut demo = Demo::start(&["--forward"]);
    let email = "tom-later@example.org";
    let browser = Browser::open().await;
    browser.go(&demo.shop).await;
    let card = Card { browser: &browser, nth: 0 };
    assert!(http::is_there(&demo.merchant.api).await);

    demo.press_enter();
    until_true("the upstream is gone", async || !http::is_there(&demo.merchant.api).await).await;
    card.fill(email, SERIAL).await;
    card.serial_is("failed").await;
    card.submit().await;
    card.says("Your registration is on its way").await;
    assert!(holds(&demo.front_data(), email), "it is kept on the disk until it has arrived");

    demo.press_enter();
    until_true("the upstream is there again", async || http::is_there(&demo.merchant.api).await).await;
    until_true("it has arrived", async || !demo.merchant.registrations_of(email).await.is_empty()).await;
    until_true("nothing of it waits any more", async || demo.waiting().is_empty()).await;
    let found = demo.merchant.registrations_of(email).await;
    assert_eq!((found.len(), &found[0]["serialNumbers"]), (1, &json!([SERIAL])), "{found:?}");
    browser.console_says(&["Failed to load resource"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_on_the_gateways_own_page() {
    let visit = Visit::begin().await;
    visit.browser.go(&visit.gateway.hosted_page()).await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.type_into("productName", "Espresso Duo").await;
    card.becomes_live().await;
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    // The card's requests name no page, and a session is opened for an origin: browsers tell it all the same, of the gateway's own page too.
    for session in visit.gateway.proxy.seen("POST", "/v1/sessions") {
        assert_eq!(session.request.header("origin"), Some(visit.gateway.proxy.origin().as_str()));
        assert_eq!(session.request.header("referer"), None);
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_customer_registers_and_the_receipt_goes_straight_to_the_bucket() {
    let demo = Demo::start(&["--s3"]);
    let way = journey(&demo, "tom-s3@example.org").await;
    let put = way.seen("PUT", "/incoming/").remove(0).request;
    assert_eq!((put.header("if-none-match"), put.header("content-type")), (Some("*"), Some("image/png")));
    assert_eq!(way.count("PUT", "/v1/uploads/"), 0);
    // The bucket has noted who brought and fetched how much.
    let asked = http::ask("GET", &format!("http://{}/-/requests", put.header("host").unwrap()), &[], "").await.json();
    let by_gateway = asked.as_array().unwrap().iter().filter(|one| one["agent"].as_str().is_some_and(|name| name.starts_with("regcard/")));
    let (mut sent, mut fetched) = (0, 0);
    for one in by_gateway {
        sent += one["sent"].as_u64().unwrap();
        fetched += if one["method"] == "GET" { one["answered"].as_u64().unwrap() } else { 0 };
    }
    assert!(sent == 0 && fetched > 0 && fetched <= 4_096, "{asked}");
}

/// Whether a file of this folder holds these words. The database keeps them as they are, in files that may go while it runs.
fn holds(folder: &Path, words: &str) -> bool {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    let mut files = entries.filter_map(|entry| match std::fs::read(entry.path()) {
        Ok(bytes) => Some(bytes),
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::IsADirectory) => None,
        Err(error) => panic!("{error}: {}", entry.path().display()),
    });
    files.any(|bytes| bytes.windows(words.len()).any(|window| window == words.as_bytes()))
}

async fn journey(demo: &Demo, email: &str) -> Proxy {
    let way = Proxy::open().await;
    let browser = Browser::open_behind(&way).await;
    browser.go(&demo.shop).await;
    let card = Card { browser: &browser, nth: 0 };
    let (receipt, bytes) = demo.folder().receipt();

    card.fill(email, SERIAL).await;
    card.serial_is("available").await;
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    card.submit().await;
    let number = card.done().await;

    let found = demo.merchant.registrations_of(email).await;
    assert_eq!(found.len(), 1, "{found:?}");
    let one = &found[0];
    assert_eq!(one["id"], json!(number));
    assert_eq!(one["serialNumbers"], json!([SERIAL]));
    assert_eq!(one["customerName"], NAME);
    assert_eq!(one["productName"], "Espresso Duo");
    assert!(one["purchaseDate"].as_str().is_some_and(|date| date.starts_with(DATE)), "{one}");
    let url = one["fieldData"]["InvoiceUpload"].as_str().unwrap_or_else(|| panic!("no receipt in {one}"));
    let stored = http::follow(url).await;
    assert_eq!((stored.status(), stored.body), (200, bytes));

    assert!(way.count("", "") > 10);
    way.has_not_seen(demo.merchant.secret());
    assert!(!browser.everything().await.contains(demo.merchant.secret()));
    browser.console_is_silent().await;
    way
}
