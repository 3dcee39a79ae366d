//! Pages that take keys, clicks, submits and the focus for themselves.

use serde_json::json;

use super::list::Group;
use super::{Host, run};
use crate::card::NAME;
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn focus() {
    run(Group::Focus).await;
}

pub(super) async fn hotkeys(host: &Host<'_>) {
    let mousetrap = host.library("mousetrap/mousetrap.min.js");
    let keys = "<script>window.pressed = [];
        Mousetrap.bind([...'abcdefghijklmnopqrstuvwxyz/?-0123456789@.', 'enter', 'space'], event => { pressed.push('mousetrap ' + event.key); return false; });
        for (const type of ['keydown', 'keypress', 'keyup']) {
            document.addEventListener(type, event => { if (event.key.length === 1) { pressed.push(type + ' ' + event.key); event.preventDefault(); } });
            window.addEventListener(type, event => { if (event.key.length === 1) pressed.push('window ' + type + ' ' + event.key); });
        }</script>";
    host.goes_to(&format!("{mousetrap}{keys}"), &host.snippet()).await;
    host.registers().await;
    assert_eq!(host.js("return pressed").await, json!([]));
    // The page's own keys go on working elsewhere.
    host.js("document.getElementById('aside').focus()").await;
    host.browser().keys("a").await;
    assert_eq!(host.js("return pressed.length > 0").await, true);
}

pub(super) async fn keys_prevented(host: &Host<'_>) {
    let keys = "<script>addEventListener('keydown', event => { if (event.key === 'e') { event.preventDefault(); event.stopImmediatePropagation(); } }, true);</script>";
    host.goes_to(keys, &host.snippet()).await;
    let card = host.card();
    card.type_into("customerName", "e").await;
    card.becomes_live().await;
    // For as long as a key that was down before the card listened may still come up, it complains of none.
    let listens = "return performance.now() - performance.getEntriesByName('regcard:live')[0].startTime > 300";
    until_true("the card has listened for a while", async || host.js(listens).await == true).await;
    host.browser().keys(NAME).await;
    host.browser().breathe().await;
    if card.value_of("customerName").await != format!("e{NAME}") {
        host.browser().console_says(&["RC-121"]).await;
    }
}

pub(super) async fn submit_handlers(host: &Host<'_>) {
    let handlers = "<script>window.submits = [];
        for (const target of [window, document]) for (const capture of [true, false])
            target.addEventListener('submit', event => { submits.push(event.target.localName); event.preventDefault(); event.stopPropagation(); }, capture);
        HTMLFormElement.prototype.submit = HTMLFormElement.prototype.requestSubmit = () => submits.push('hijacked');
        window.let = 0; addEventListener('regcard:submit', () => { window.let += 1; });</script>";
    host.goes_to(handlers, &host.snippet()).await;
    host.registers().await;
    assert_eq!(host.js("return [submits, window.let]").await, json!([[], 1]));
    // The page may say no, by the card's own event and by nothing else.
    host.goes_to(
        "<script>addEventListener('regcard:submit', event => { event.preventDefault(); window.asked = true; });</script>",
        &host.snippet(),
    )
    .await;
    host.fills().await;
    let before = host.visit.submits();
    host.card().submit().await;
    until_true("the page is asked", async || host.js("return !!window.asked").await == true).await;
    host.browser().breathe().await;
    assert_eq!(host.visit.submits(), before);
}

pub(super) async fn a_form_around(host: &Host<'_>) {
    let form = format!(
        "<form id=\"cart\" action=\"/cart\"><input name=\"quantity\" value=\"2\"><label>Engraving <input name=\"engraving\"></label>{}<button>Add to cart</button></form>
         <script>window.carts = 0; document.getElementById('cart').addEventListener('submit', event => {{ event.preventDefault(); window.carts += 1; }});</script>",
        host.snippet()
    );
    host.goes_to("", &form).await;
    let card = host.card();
    let data = "return [...new FormData(document.getElementById('cart')).keys()].join()";
    assert_eq!(host.js(data).await, "quantity,engraving");
    // Enter before and after wasm has taken over.
    card.type_into("customerName", "\u{E007}").await;
    card.becomes_live().await;
    card.type_into("customerName", "\u{E007}").await;
    card.says("There is a problem").await;
    host.next_customer();
    card.fill(&host.email(), &host.serial_number()).await;
    assert_eq!(host.js(data).await, "quantity,engraving");
    card.submit().await;
    card.done().await;
    assert_eq!(host.js("return window.carts").await, 0);
    assert_eq!(host.js(data).await, "quantity,engraving");
    // And the shop's own form is still sent.
    host.js("document.querySelector('#cart > button').click()").await;
    assert_eq!(host.js("return window.carts").await, 1);
    host.browser().console_is_silent().await;
}

pub(super) async fn dialog_and_inert(host: &Host<'_>) {
    host.goes_to("", &format!("<main inert>{}</main><input id=\"search\" autofocus>", host.snippet())).await;
    let card = host.card();
    card.is_painted().await;
    host.browser().breathe().await;
    assert_eq!(host.js("return document.activeElement.id").await, "search", "the card has taken the focus");
    host.browser().keys("\u{E004}").await;
    assert_eq!(card.focus().await.0, "", "what is inert has no focus");
    host.js("document.querySelector('main').inert = false").await;
    host.touches().await;

    let dialog = format!("<dialog id=\"drawer\"><form method=\"dialog\"><button>Close</button></form>{}</dialog>", host.snippet());
    host.goes_to("", &dialog).await;
    card.is_painted().await;
    host.js("document.getElementById('drawer').showModal()").await;
    host.registers().await;
    assert_eq!(host.js("return document.getElementById('drawer').open").await, true);
    host.browser().keys("\u{E00C}").await;
    until_true("Escape closes the shop's dialog", async || host.js("return document.getElementById('drawer').open").await == false).await;
}

pub(super) async fn click_outside(host: &Host<'_>) {
    let closer = "<script>for (const type of ['pointerdown', 'mousedown', 'click', 'focusin', 'touchend'])
        document.addEventListener(type, event => { const drawer = document.getElementById('drawer'); if (drawer && !drawer.contains(event.target)) drawer.remove(); });
        document.addEventListener('click', event => { if (!event.composedPath().some(one => one.id === 'drawer')) document.getElementById('drawer')?.remove(); });</script>";
    host.goes_to("", &format!("<div id=\"drawer\">{}</div>{closer}", host.snippet())).await;
    host.registers().await;
    assert_eq!(host.js("return !!document.getElementById('drawer')").await, true);
    host.js("document.getElementById('aside').click()").await;
    assert_eq!(host.js("return !!document.getElementById('drawer')").await, false);
}
