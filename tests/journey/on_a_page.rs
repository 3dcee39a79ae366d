//! The card among what pages do to it: where its script stands, how many there are, policies, and being moved about.

use crate::card::NAME;
use crate::visit::{EMAIL, OTHER_SERIAL, SERIAL, Visit};
use crate::wait::until_true;

#[tokio::test(flavor = "multi_thread")]
async fn two_cards_on_a_page_share_one_wasm_and_keep_apart() {
    let visit = Visit::begin().await;
    let (script, element) = (visit.gateway.script(), visit.gateway.element());
    visit.goes_to("", &format!("{script}{element}{element}")).await;
    let (one, other) = (visit.card_at(0), visit.card_at(1));
    one.type_into("serialNumber", SERIAL).await;
    other.type_into("serialNumber", OTHER_SERIAL).await;
    other.becomes_live().await;
    one.serial_is("available").await;
    other.serial_is("available").await;
    assert_eq!((one.value_of("serialNumber").await, other.value_of("serialNumber").await), (SERIAL.to_owned(), OTHER_SERIAL.to_owned()));
    assert_eq!(visit.wasm_fetches(), 1);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_removed_in_the_middle_of_an_upload_and_put_back_goes_on() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let gate = visit.gateway.proxy.hold("PUT", "/v1/uploads/");
    let (receipt, _) = visit.folder().receipt();
    card.fill(EMAIL, SERIAL).await;
    card.choose(&receipt).await;
    card.receipt_is("sending").await;
    until_true("the upload is under way", async || visit.gateway.proxy.count("PUT", "/v1/uploads/") == 1).await;
    visit.browser.js("window.card = document.querySelector('reg-card'); window.card.remove();", vec![]).await;
    visit.browser.breathe().await;
    gate.open();
    visit.browser.js("document.body.append(window.card);", vec![]).await;
    card.until("the form is live again", "!!root.querySelector('[data-upload=stored]')").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.value_of("customerEmail").await, EMAIL);
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_trusts_no_html_gets_the_whole_form() {
    let visit = Visit::begin().await;
    let gateway = visit.gateway.proxy.origin();
    let policy = format!(
        "require-trusted-types-for 'script'; trusted-types 'none'; default-src 'none'; img-src data:; script-src {gateway} 'wasm-unsafe-eval'; connect-src {gateway}"
    );
    let body = format!("{}{}", visit.gateway.script(), visit.gateway.element());
    visit.goes_to_with("", &body, &[("content-security-policy", &policy)]).await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    card.submit().await;
    card.says("There is a problem").await;
    card.click("[type=button].more").await;
    card.type_into("customerEmail", EMAIL).await;
    card.type_into("serialNumber", SERIAL).await;
    card.type_date().await;
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_visitor_who_touches_nothing_fetches_the_script_alone() {
    let visit = Visit::to_the_product_page().await;
    visit.card().is_painted().await;
    visit.browser.driver().action_chain().move_to(300, 400).perform().await.unwrap();
    visit.browser.driver().active_element().await.unwrap().send_keys("\u{E00F}").await.unwrap();
    visit.browser.breathe().await;
    let asked: Vec<String> = visit.gateway.proxy.seen("", "").into_iter().map(|exchange| exchange.request.first).collect();
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert!(asked[0].contains("/regcard.js"), "{asked:?}");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_painted_form_and_the_live_one_have_the_same_controls_labels_and_order() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.is_painted().await;
    let painted = card.read(STRUCTURE).await;
    assert!(painted.as_array().is_some_and(|parts| parts.len() > 20), "{painted}");
    card.click("h2").await;
    card.becomes_live().await;
    visit.browser.breathe().await;
    let live = card.read(STRUCTURE).await;
    for (painted, live) in painted.as_array().unwrap().iter().zip(live.as_array().unwrap()) {
        assert_eq!(painted, live);
    }
    assert_eq!(painted, live);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_may_stand_in_the_head_in_the_body_twice_or_come_later() {
    let visit = Visit::begin().await;
    let (script, element) = (visit.gateway.script(), visit.gateway.element());
    let later = format!(
        "<script>addEventListener('load', () => {{ for (let n = 0; n < 2; n++) {{
            const script = document.createElement('script'); script.src = '{}'; document.head.append(script); }} }});</script>",
        visit.gateway.script_url()
    );
    let blocking = script.replace(" async", "");
    for (place, head, body) in [
        ("head", script.clone(), element.clone()),
        ("head, blocking", blocking, element.clone()),
        ("body", String::new(), format!("{element}{script}")),
        ("twice", script.clone(), format!("{script}{element}{script}")),
        ("later, twice", String::new(), format!("{element}{later}")),
    ] {
        visit.goes_to(&head, &body).await;
        let card = visit.card();
        card.type_into("customerName", NAME).await;
        card.becomes_live().await;
        assert_eq!(card.value_of("customerName").await, NAME, "{place}");
        assert_eq!(card.read("root.querySelectorAll('form').length").await, 1, "{place}");
        visit.browser.console_is_silent().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_with_a_form_and_no_element_puts_the_form_where_it_stands() {
    let visit = Visit::begin().await;
    let script = visit.gateway.script().replace("async", "async data-form=\"product-registration\"");
    visit.goes_to("", &format!("<main><p>Before</p>{script}<p>After</p></main>")).await;
    let card = visit.card();
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    let place = "const card = document.querySelector('reg-card');
        return [card.previousElementSibling.localName, card.nextElementSibling.innerText, document.querySelectorAll('reg-card').length];";
    assert_eq!(visit.browser.js(place, vec![]).await, serde_json::json!(["script", "After", 1]));
    visit.browser.console_is_silent().await;
}

/// Every element in its order, with what it is to people: its tag, what names it, and its own words.
const STRUCTURE: &str = "[...root.querySelectorAll('.regcard *')].map(one => [
    one.localName,
    ...['id', 'class', 'part', 'name', 'type', 'for', 'required', 'autocomplete', 'aria-describedby', 'data-check', 'data-upload', 'hidden', 'tabindex', 'dir']
        .map(name => one.getAttribute(name)),
    [...one.childNodes].filter(node => node.nodeType === 3).map(node => node.data).join(''),
])";
