//! Pages whose style sheets reach for everything, and places where a card is hard to see.

use serde_json::{Value, json};

use super::list::Group;
use super::{Host, run};
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn styles() {
    run(Group::Styles).await;
}

/// A place of a width that no style sheet of a page changes by accident.
fn placed(host: &Host<'_>) -> String {
    format!(
        "{}<div style=\"width: 600px !important; display: block !important\">{}</div>",
        host.visit.gateway.script(),
        host.visit.gateway.element()
    )
}

/// Every element of the card: how wide and high it is, and its font.
const SIZES: &str = "[...root.querySelectorAll('.regcard, .regcard *')].map(one => {
    const { width, height } = one.getBoundingClientRect(), { fontSize, fontFamily, display } = getComputedStyle(one);
    return [one.localName, one.className.toString(), width, height, fontSize, fontFamily, display]; })";

async fn sizes(host: &Host<'_>, head: &str) -> Vec<Value> {
    host.goes_to(head, &placed(host)).await;
    host.touches().await;
    host.browser().breathe().await;
    host.card().read(SIZES).await.as_array().expect("the card has elements").clone()
}

/// The card measures the same on a page with this head as on a plain one.
async fn same_sizes(host: &Host<'_>, heads: &[&str]) {
    let plain = sizes(host, "").await;
    assert!(plain.len() > 40, "{} elements", plain.len());
    for head in heads {
        let there = sizes(host, head).await;
        assert_eq!(plain.len(), there.len());
        for (plain, there) in plain.iter().zip(&there) {
            let close = |n: usize| (plain[n].as_f64().unwrap() - there[n].as_f64().unwrap()).abs() <= 0.5;
            let same = [0, 1, 4, 5, 6].iter().all(|&n| plain[n] == there[n]);
            assert!(same && close(2) && close(3), "{head}: {there} instead of {plain}");
        }
        host.browser().console_is_silent().await;
    }
}

pub(super) async fn resets(host: &Host<'_>) {
    let heads = [
        "<style>* { all: revert !important }</style>",
        "<style>*:where(:not(html, iframe, canvas, img, svg, video, audio, dialog):not(svg *)) { all: unset; display: revert }</style>",
        "<style>* { overflow: auto; box-sizing: content-box; letter-spacing: .3em; text-transform: uppercase; line-height: 3; font: 30px/1 serif }</style>",
        "<style>reg-card, reg-card * { display: inline !important; font-size: 40px !important; visibility: visible; direction: rtl; word-spacing: 1em }</style>",
    ];
    same_sizes(host, &heads).await;
    host.registers().await;
}

pub(super) async fn root_fonts(host: &Host<'_>) {
    same_sizes(host, &["<style>html { font-size: 62.5% }</style>", "<style>html { font-size: 20px } body { font-size: 1.6rem }</style>"])
        .await;
    host.registers().await;
}

pub(super) async fn nothing_outside(host: &Host<'_>) {
    let watch = "<script>window.added = [];
        addEventListener('load', () => new MutationObserver(changes => changes.forEach(change => change.addedNodes.forEach(node => added.push(node.nodeName))))
            .observe(document, { childList: true, subtree: true }));</script>";
    host.goes_to(watch, &host.snippet()).await;
    host.card().is_painted().await;
    host.js("added.splice(0)").await;
    host.registers().await;
    // One live region may stand in the element itself, where a screen reader finds it.
    let outside = "return added.filter(name => name !== '#text').join()";
    let outside = host.js(outside).await;
    assert!(matches!(outside.as_str(), Some("" | "DIV" | "P" | "SPAN" | "OUTPUT")), "{outside}");
    assert_eq!(host.js("return [...document.body.children].map(one => one.localName).join()").await, "h1,script,reg-card,p");
}

pub(super) async fn transformed(host: &Host<'_>) {
    let style = "overflow: hidden; transform: scale(.9) rotate(.5deg); zoom: 1.1; contain: paint; will-change: transform; perspective: 500px; filter: saturate(1.1)";
    host.goes_to("", &format!("<div style=\"{style}\">{}</div>", host.snippet())).await;
    host.registers().await;
}

pub(super) async fn sticky_header(host: &Host<'_>) {
    let header = "<div style=\"position: fixed; inset: 0 0 auto; height: 120px; background: gold; z-index: 9\">The shop</div>";
    host.browser().takes_a_window_of(1280, 560).await;
    host.goes_to("", &format!("{header}{}<div style=\"height: 2000px\"></div>", host.snippet())).await;
    host.touches().await;
    let card = host.card();
    card.click("button[type=submit]").await;
    card.says("There is a problem").await;
    // Backwards through all of the form: what the focus comes to is scrolled to the upper edge.
    for _ in 0..30 {
        host.browser().keys("\u{E008}\u{E004}\u{E008}").await;
        host.browser().breathe().await;
        let focused = card
            .read("root.activeElement ? [root.activeElement.getBoundingClientRect().top, root.activeElement.outerHTML.slice(0, 80)] : null")
            .await;
        if focused.is_null() {
            break;
        }
        assert!(focused[0].as_f64().is_some_and(|top| top >= 120.0), "under the header: {focused}");
    }
}

pub(super) async fn in_front(host: &Host<'_>) {
    let chat =
        "<div style=\"position: fixed; inset: 0; z-index: 2147483647; background: rgba(0, 0, 0, .2)\">A chat that is over everything</div>";
    let element = host.visit.gateway.element().replace("<reg-card", "<reg-card mode=\"dialog\" id=\"card\"");
    host.goes_to("", &format!("{chat}{}{element}", host.visit.gateway.script())).await;
    until_true("it can be opened", async || host.js("return typeof document.getElementById('card').open").await == "function").await;
    host.js("document.getElementById('card').open()").await;
    host.registers().await;
}

pub(super) async fn right_to_left(host: &Host<'_>) {
    let turn = "<script>document.documentElement.dir = 'rtl'; document.documentElement.lang = 'ar'</script>";
    host.goes_to(turn, &host.snippet().replace("<reg-card", "<reg-card lang=\"en\"")).await;
    host.card().is_painted().await;
    let directions = "['.regcard', '[name=serialNumber]', '[name=customerEmail]', '[name=purchaseDate]'].map(one => getComputedStyle(root.querySelector(one)).direction)";
    // An English form on an Arabic page is an English form.
    assert_eq!(host.card().read(directions).await, json!(["ltr", "ltr", "ltr", "ltr"]));
    host.registers().await;
}

/// The worst contrast between a text of the card and what it stands on, by the formula of WCAG 2.
const CONTRAST: &str = "(() => {
    const brush = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const parts = colour => { brush.clearRect(0, 0, 1, 1); brush.fillStyle = colour; brush.fillRect(0, 0, 1, 1);
        const [r, g, b, a] = brush.getImageData(0, 0, 1, 1).data; return [r, g, b, a / 255]; };
    const light = ([r, g, b]) => [r, g, b].map(c => c / 255).map(c => c <= .03928 ? c / 12.92 : ((c + .055) / 1.055) ** 2.4)
        .reduce((sum, c, n) => sum + c * [.2126, .7152, .0722][n], 0);
    const under = one => { for (; one; one = one.parentElement ?? one.getRootNode().host) { const found = parts(getComputedStyle(one).backgroundColor); if (found[3] === 1) return found; }
        return [255, 255, 255, 1]; };
    return [...root.querySelectorAll('.regcard *')].filter(one => one.checkVisibility() && !one.disabled && [...one.childNodes].some(node => node.nodeType === 3 && node.data.trim()))
        .map(one => { const [a, b] = [light(parts(getComputedStyle(one).color)), light(under(one))].sort((a, b) => b - a); return [(a + .05) / (b + .05), one.outerHTML.slice(0, 80)]; }).sort((one, other) => one[0] - other[0])[0]; })()";

pub(super) async fn dark(host: &Host<'_>) {
    let by_class =
        "<script>document.documentElement.className = 'dark'</script><style>.dark body { background: #101214; color: #eee }</style>";
    for (scheme, head) in [("light", ""), ("light", by_class), ("dark", ""), ("dark", by_class)] {
        let media = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        host.browser().command("Emulation.setEmulatedMedia", json!({ "features": media })).await;
        host.goes_to(head, &host.snippet()).await;
        host.touches().await;
        let worst = host.card().read(CONTRAST).await;
        assert!(worst[0].as_f64().is_some_and(|contrast| contrast >= 4.5), "{worst} with {scheme} and {head}");
    }
    let media = json!([{ "name": "forced-colors", "value": "active" }]);
    host.browser().command("Emulation.setEmulatedMedia", json!({ "features": media })).await;
    host.goes_to("", &host.snippet()).await;
    host.registers().await;
    // What is drawn with colours alone has gone with them: a control still has an edge.
    host.goes_to("", &host.snippet()).await;
    host.card().is_painted().await;
    let edges = "[...root.querySelectorAll('input:not([type=file], [type=checkbox]), select, button')].filter(one => one.checkVisibility())
        .every(one => parseFloat(getComputedStyle(one).borderTopWidth) > 0 || parseFloat(getComputedStyle(one).outlineWidth) > 0 || one.className.includes('link') || getComputedStyle(one).textDecorationLine !== 'none')";
    assert_eq!(host.card().read(edges).await, true, "a control without an edge in forced colours");
}

pub(super) async fn sizes_of_inputs(host: &Host<'_>) {
    host.browser()
        .command("Emulation.setDeviceMetricsOverride", json!({ "width": 360, "height": 640, "deviceScaleFactor": 2, "mobile": true }))
        .await;
    host.goes_to("<meta name=\"viewport\" content=\"width=device-width\"><style>* { font-size: 11px }</style>", &host.snippet()).await;
    host.touches().await;
    let small = "[...root.querySelectorAll('input:not([type=file], [type=checkbox], [type=radio]), select, textarea')].filter(one => parseFloat(getComputedStyle(one).fontSize) < 16).map(one => one.name)";
    assert_eq!(host.card().read(small).await, json!([]), "a phone zooms when one of these is touched");
    assert_eq!(host.js("return document.documentElement.scrollWidth <= innerWidth").await, true, "the page scrolls sideways");
}

pub(super) async fn printed(host: &Host<'_>) {
    host.goes_to("", &host.snippet()).await;
    host.registers().await;
    host.browser().command("Emulation.setEmulatedMedia", json!({ "media": "print" })).await;
    let card = host.card();
    assert_eq!(card.read("root.querySelector('[data-state=done] bdi').checkVisibility()").await, true);
    let buttons = "[...root.querySelectorAll('button')].filter(one => one.checkVisibility()).length";
    assert_eq!(card.read(buttons).await, 0, "nobody can press them on paper");
}
