//! Pages with headers that forbid things. What a page needs to allow is what is named here and nothing else.

use serde_json::json;

use super::list::Group;
use super::{Host, NOTES, run};
use crate::card::NAME;
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn policies() {
    run(Group::Policies).await;
}

/// The policy that a page needs for the card, and only that.
fn policy(host: &Host<'_>) -> String {
    let gateway = host.gateway();
    format!("default-src 'none'; script-src {gateway} 'wasm-unsafe-eval'; connect-src {gateway}; form-action {gateway}")
}

pub(super) async fn wasm_is_refused(host: &Host<'_>) {
    let policy = policy(host).replace(" 'wasm-unsafe-eval'", "") + "; img-src data:";
    host.goes_to_with("", &host.snippet(), &[("content-security-policy", &policy)]).await;
    host.js(NOTES).await;
    let card = host.card();
    card.type_into("customerName", NAME).await;
    host.shows_the_link().await;
    until_true("the page is told", async || host.js("return told.length > 0").await == true).await;
    assert_eq!(host.js("return told[0].detail.code").await, "RC-101");
    let late = host.js("return told[0].at - touched").await;
    assert!(late.as_f64().is_some_and(|late| late < 2_000.0), "{late} ms after the first touch");
    host.browser().console_says(&["RC-101", "'wasm-unsafe-eval'"]).await;
    assert_eq!(card.value_of("customerName").await, NAME);
    card.submit().await;
    until_true("the hosted page opens", async || host.browser().url().await.starts_with(&host.visit.gateway.hosted_page())).await;
    assert_eq!(card.value_of("customerName").await, NAME, "the hosted page takes over what was typed");
}

pub(super) async fn requests_are_refused(host: &Host<'_>) {
    let policy = policy(host).replace(&format!("connect-src {}", host.gateway()), "connect-src 'self'") + "; img-src data:";
    host.goes_to_with("", &host.snippet(), &[("content-security-policy", &policy)]).await;
    host.js(NOTES).await;
    let card = host.card();
    card.type_into("customerName", NAME).await;
    host.shows_the_link().await;
    until_true("the page is told", async || host.js("return told.length > 0").await == true).await;
    assert_eq!(host.js("return told[0].detail.code").await, "RC-102");
    assert_eq!(card.value_of("customerName").await, NAME);
    host.browser().console_says(&["RC-102", "Content Security Policy"]).await;
}

pub(super) async fn nonces(host: &Host<'_>) {
    let gateway = host.gateway();
    let policy =
        format!("script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval'; object-src 'none'; base-uri 'none'; connect-src {gateway}");
    let script = host.visit.gateway.script().replace("<script", "<script nonce=\"abc\"");
    host.goes_to_with("", &format!("{script}{}", host.visit.gateway.element()), &[("content-security-policy", &policy)]).await;
    host.registers().await;
}

pub(super) async fn nothing_inline(host: &Host<'_>) {
    // Without the page's own icon nothing is refused at all, so the console is silent.
    let page = format!("<!doctype html><html lang=\"en\"><head><title>Shop</title></head><body>{}</body></html>", host.snippet());
    let headers = [("content-type", "text/html; charset=utf-8"), ("content-security-policy", &*policy(host))];
    host.visit.shop.serve("/strict", &headers, page);
    host.visit.shop.serve("/favicon.ico", &[("content-type", "image/svg+xml")], "<svg xmlns=\"http://www.w3.org/2000/svg\"/>");
    host.browser().go(&format!("{}/strict", host.visit.shop.origin())).await;
    host.js(NOTES).await;
    host.registers().await;
    let told = host.js("return told.map(one => one.name)").await;
    assert!(told.as_array().is_some_and(|told| told.contains(&json!("registered"))), "{told}");
}

pub(super) async fn isolated(host: &Host<'_>) {
    let headers = [("cross-origin-embedder-policy", "require-corp"), ("cross-origin-opener-policy", "same-origin")];
    host.goes_to_with("", &host.snippet(), &headers).await;
    assert_eq!(host.js("return crossOriginIsolated").await, true);
    host.registers().await;
}

pub(super) async fn no_camera(host: &Host<'_>) {
    host.goes_to_with("", &host.snippet(), &[("permissions-policy", "camera=(), microphone=(), clipboard-write=(), geolocation=()")]).await;
    host.registers().await;
}
