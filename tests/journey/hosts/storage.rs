//! What the browser keeps or refuses to keep, and what it fills in by itself.

use serde_json::json;

use super::list::Group;
use super::{Host, run};
use crate::card::{DATE, NAME};

#[tokio::test(flavor = "multi_thread")]
async fn storage() {
    run(Group::Storage).await;
}

pub(super) async fn sandboxed(host: &Host<'_>) {
    let page = format!("<!doctype html><title>Preview</title>{}", host.snippet());
    host.visit.shop.serve("/preview", &[("content-type", "text/html; charset=utf-8")], page);
    host.goes_to("", "<iframe sandbox=\"allow-scripts allow-forms\" src=\"/preview\" width=\"900\" height=\"1600\"></iframe>").await;
    host.browser().driver().enter_frame(0).await.unwrap();
    let stored = "try { return String(localStorage) } catch (error) { return error.name }";
    assert_eq!(host.js(stored).await, "SecurityError");
    // The driver's keyboard does not reach into a frame of another process; its element does.
    host.card().control("customerName").await.send_keys(NAME).await.unwrap();
    host.card().becomes_live().await;
    host.card().says("This form cannot be sent from this page").await;
    assert_eq!(host.card().value_of("customerName").await, NAME);
    // What a frame of another process has in its console, the driver does not tell.
    host.browser().driver().enter_default_frame().await.unwrap();
}

pub(super) async fn throws(host: &Host<'_>) {
    let refused = "<script>for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
        Object.defineProperty(window, name, { get() { throw new DOMException('The operation is insecure.', 'SecurityError') } });</script>";
    host.goes_to(refused, &host.snippet()).await;
    host.registers().await;
    // Full, or of no size, as in a private window.
    let full = "<script>Storage.prototype.setItem = () => { throw new DOMException('full', 'QuotaExceededError') };</script>";
    host.goes_to(full, &host.snippet()).await;
    host.registers().await;
}

pub(super) async fn picker(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    card.is_painted().await;
    let asks = "(({ accept, capture, multiple }) => [accept.split(',').map(one => one.trim()), root.querySelector('[type=file]').hasAttribute('capture')])(root.querySelector('[type=file]'))";
    for _ in ["painted", "live"] {
        let asked = card.read(asks).await;
        let kinds = asked[0].as_array().unwrap();
        // By media type, which every picker knows; by the file's ending some offer nothing.
        assert!(!kinds.is_empty() && kinds.iter().all(|kind| kind.as_str().unwrap().contains('/')), "{asked}");
        assert_eq!(asked[1], false, "only the camera, and no picture that was taken before");
        if !card.is_live().await {
            host.touches().await;
        }
    }
    // A picker that opens and brings nothing is as if it had not been opened.
    card.read("root.querySelector('[type=file]').dispatchEvent(new Event('change', { bubbles: true }))").await;
    card.receipt_is("none").await;
    host.browser().reloads().await;
    host.registers().await;
}

pub(super) async fn reloaded(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    host.next_customer();
    card.fill(&host.email(), &host.serial_number()).await;
    card.becomes_live().await;
    host.browser().driver().refresh().await.unwrap();
    card.is_painted().await;
    crate::wait::until_true("what was typed is there", async || card.value_of("customerName").await == NAME).await;
    assert_eq!(card.value_of("customerEmail").await, host.email());
    assert_eq!(card.value_of("serialNumber").await, host.serial_number());
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    let (receipt, _) = host.visit.folder().receipt();
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    host.submits().await;
    host.browser().console_is_silent().await;
}

pub(super) async fn autofill(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    let card = host.card();
    card.is_painted().await;
    let shape = "[root.mode, root.querySelectorAll('form').length, [...root.querySelectorAll('*')].filter(one => one.shadowRoot).length,
        ['customerName', 'customerEmail'].map(name => root.querySelector(`[name=${name}]`).autocomplete).join(),
        [...root.querySelectorAll('input:not([type=file], [type=checkbox], [type=radio], [type=hidden])')].filter(one => !one.name || !one.labels.length).length]";
    let expected = json!(["open", 1, 0, "name,email", 0]);
    assert_eq!(card.read(shape).await, expected, "painted");
    host.touches().await;
    assert_eq!(card.read(shape).await, expected, "live");
    // What is filled in at once, with one event for all and none for some.
    let serial_number = {
        host.next_customer();
        host.serial_number()
    };
    let fill = "given.forEach(([name, value], nth) => { const control = root.querySelector(`[name=${name}]`); control.value = value;
        if (nth === 1) control.dispatchEvent(new Event('change', { bubbles: true })); })";
    let values = json!([["customerName", NAME], ["customerEmail", host.email()], ["serialNumber", serial_number], ["purchaseDate", DATE]]);
    card.read_with(fill, values).await;
    let (receipt, _) = host.visit.folder().receipt();
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    host.submits().await;
    host.browser().console_is_silent().await;
}
