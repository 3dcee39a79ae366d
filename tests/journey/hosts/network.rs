//! What lies between the page and the gateway.

use std::collections::BTreeSet;

use serde_json::json;

use super::list::Group;
use super::{Host, NOTES, run};
use crate::card::NAME;
use crate::proxy::Fate;
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn network() {
    run(Group::Network).await;
}

pub(super) async fn words_of_blockers(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    host.registers().await;
    let requests = host.requests();
    assert!(requests.len() > 8);
    for request in requests {
        let target = request.request.target().to_ascii_lowercase();
        let path = target.split('?').next().unwrap();
        for word in path.split(|letter: char| !letter.is_ascii_alphabetic()) {
            let listed = [
                "ad",
                "ads",
                "advert",
                "analytics",
                "beacon",
                "click",
                "collect",
                "event",
                "events",
                "pixel",
                "stat",
                "stats",
                "telemetry",
                "track",
                "tracker",
                "tracking",
                "widget",
            ];
            assert!(!listed.contains(&word), "{word} in {path}");
        }
    }
}

pub(super) async fn old_engine(host: &Host<'_>) {
    // What an engine says that knows WebAssembly and not what this module uses.
    let old = "<script>for (const name of ['compile', 'compileStreaming', 'instantiate', 'instantiateStreaming'])
        WebAssembly[name] = () => Promise.reject(new WebAssembly.CompileError('invalid value type'));</script>";
    let none = "<script>delete window.WebAssembly;</script>";
    for head in [old, none] {
        host.goes_to(head, &host.snippet()).await;
        let card = host.card();
        card.type_into("customerName", NAME).await;
        host.shows_the_link().await;
        host.browser().console_says(&["RC-101"]).await;
        card.submit().await;
        until_true("the hosted page opens", async || host.browser().url().await.starts_with(&host.visit.gateway.hosted_page())).await;
        assert_eq!(card.value_of("customerName").await, NAME, "the hosted page takes over what was typed");
    }
}

pub(super) async fn flapping(host: &Host<'_>) {
    without_cache(host).await;
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    let proxy = &host.visit.gateway.proxy;
    for (method, path) in
        [("POST", "/v1/sessions"), ("POST", "/v1/serial_numbers/check"), ("PUT", "/v1/uploads/"), ("POST", "/v1/registrations")]
    {
        proxy.once(method, path, Fate::Lost);
    }
    // What the browser does not ask for again by itself.
    proxy.once(
        "GET",
        ".wasm",
        Fate::Changed(|mut answer| {
            answer.first = "HTTP/1.1 502 Bad Gateway".to_owned();
            answer.without("cache-control")
        }),
    );
    card.type_into("customerName", "Nobody").await;
    host.shows_the_link().await;
    assert_eq!(card.value_of("customerName").await, "Nobody");
    // The next touch tries again.
    card.type_into("customerName", &"\u{E003}".repeat(6)).await;
    card.becomes_live().await;
    host.next_customer();
    card.fill(&host.email(), &host.serial_number()).await;
    let (receipt, _) = host.visit.folder().receipt();
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    // The browser says that it is offline, which is no reason not to try.
    host.js("Object.defineProperty(navigator, 'onLine', { value: false })").await;
    host.submits().await;
    host.browser().console_says(&["RC-102", "502", "net::ERR", "404"]).await;
}

/// What an earlier row has fetched is not to be had from the browser's own store.
async fn without_cache(host: &Host<'_>) {
    host.browser().command("Network.enable", json!({})).await;
    host.browser().command("Network.setCacheDisabled", json!({ "cacheDisabled": true })).await;
}

pub(super) async fn another_type(host: &Host<'_>) {
    without_cache(host).await;
    host.visit.gateway.proxy.once("GET", ".wasm", Fate::Changed(|answer| answer.with("content-type", "application/octet-stream")));
    host.goes_to("", &host.snippet()).await;
    host.fills().await;
    host.submits().await;
    // The glue says so to whoever looks after the page; nothing else does.
    host.browser().console_says(&["MIME"]).await;
}

pub(super) async fn a_page_instead(host: &Host<'_>) {
    without_cache(host).await;
    // A captive portal, or a proxy that has a page for everything.
    host.visit.gateway.proxy.once(
        "GET",
        ".wasm",
        Fate::Changed(|mut answer| {
            answer.body = b"<!doctype html><title>Welcome to the hotel</title>".to_vec();
            answer.with("content-type", "text/html").without("cache-control")
        }),
    );
    host.goes_to("", &host.snippet()).await;
    host.js(NOTES).await;
    let card = host.card();
    card.type_into("customerName", NAME).await;
    host.shows_the_link().await;
    assert_eq!(card.value_of("customerName").await, NAME);
    // Not RC-101: the page's policy has nothing to do with it.
    assert_eq!(host.js("return told[0].detail.code").await, "RC-102");
    card.type_into("customerName", "\u{E003}").await;
    card.becomes_live().await;
}

/// A page that wants its whole address told, and has somebody's e-mail address in it.
///
/// Of what is asked for by fetch, as a module or as a picture, nothing tells it. Two requests are the page's:
/// - that of its own tag for the script, which the attribute `referrerpolicy` on the tag helps;
/// - the PUT of a receipt with its preflight, which nothing helps: fetch tells no progress of what it sends, and XMLHttpRequest, which
///   does, knows no policy but the page's. It goes to where receipts are kept, and nowhere else.
pub(super) async fn referrer(host: &Host<'_>) {
    without_cache(host).await;
    let secret = "ann.other@example.net";
    let plain = host.snippet();
    let unnamed = plain.replace("<script async ", "<script async referrerpolicy=\"no-referrer\" ");
    assert_ne!(plain, unnamed);
    for (nth, snippet) in [plain, unnamed].into_iter().enumerate() {
        let before = host.requests().len();
        let page = format!(
            "<!doctype html><html lang=\"en\"><head><title>Order</title><link rel=\"icon\" href=\"data:,\"></head><body>{snippet}</body></html>"
        );
        let path = format!("/order?customer={secret}&nth={nth}");
        host.visit.shop.serve(&path, &[("content-type", "text/html; charset=utf-8"), ("referrer-policy", "unsafe-url")], page);
        host.browser().go(&format!("{}{path}", host.visit.shop.origin())).await;
        host.js(NOTES).await;
        host.registers().await;
        let told = host.js("return JSON.stringify(told)").await.as_str().unwrap().to_owned();
        assert!(told.contains("registered"), "{told}");
        for private in [NAME, &host.email(), &host.serial_number(), "receipt.png"] {
            assert!(!told.contains(private), "the page is told {private} in {told}");
        }
        let mut naming = BTreeSet::new();
        for exchange in host.requests().split_off(before) {
            let request = &exchange.request;
            if request.header("referer").is_some_and(|referrer| referrer.contains(secret)) {
                let target = request.target();
                naming.insert(match request.first.split(' ').next().unwrap() {
                    "GET" if target.ends_with("/regcard.js") => "the script's tag",
                    "OPTIONS" | "PUT" if target.starts_with("/v1/uploads/") => "the PUT of a receipt",
                    _ => panic!("{} names the page", request.first),
                });
            }
        }
        // What cannot be had stands here too, so that nobody claims it once a browser can.
        let expected: &[&str] = if nth == 0 { &["the PUT of a receipt", "the script's tag"] } else { &["the PUT of a receipt"] };
        assert_eq!(naming.into_iter().collect::<Vec<_>>(), expected);
    }
}
