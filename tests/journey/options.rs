//! What a page tells a card: as attribute, property or option of `mount`, before the script, at once or much later.

use serde_json::json;

use crate::card::NAME;
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

const GIVEN: &str = "(place => place.hidden ? null : place.innerText)(root.querySelector('[data-given]'))";
const LIVE: &str = "return performance.getEntriesByName('regcard:live').length";

impl Visit {
    /// Runs a script with `card`, the first card of the page.
    async fn tells(&self, script: &str) {
        self.browser.js(&format!("const card = document.querySelector('reg-card'); {script}"), vec![]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_that_stands_takes_over_what_is_changed_and_keeps_what_was_typed() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.type_into("customerName", NAME).await;
    card.choose(&receipt).await;
    card.receipt_is("stored").await;

    visit.tells("card.product = 'Espresso Trio'").await;
    card.until("another product", &format!("{GIVEN} === 'Espresso Trio'")).await;
    visit.tells("card.setAttribute('serial', 'SN-77'); card.setAttribute('prefill-customername', 'Somebody Else'); card.setAttribute('prefill-note', 'hello')").await;
    card.until("the serial number", "root.querySelector('[name=serialNumber]').value === 'SN-77'").await;
    card.serial_is("unknown").await;
    card.until("the note", "root.querySelector('[name=note]').value === 'hello'").await;
    assert_eq!(card.value_of("customerName").await, NAME, "what was typed is not typed over");
    card.receipt_is("stored").await;
    assert_eq!(visit.browser.js(LIVE, vec![]).await, 1, "nothing has begun anew");

    // From a product that is given to one that is asked for, and back.
    visit.tells("card.product = null").await;
    card.until("the product is asked for", "!root.querySelector('[data-ask]').hidden && root.querySelector('[data-given]').hidden").await;
    visit.tells("card.product = 'Espresso Duo'").await;
    card.until("the product is text again", &format!("{GIVEN} === 'Espresso Duo'")).await;
    assert_eq!(card.value_of("customerName").await, NAME);
    visit.tells("card.serial = null; card.setAttribute('heading-level', '3'); card.theme = 'dark'").await;
    card.until("the heading's level", "root.querySelector('h2').ariaLevel === '3'").await;

    card.receipt_is("stored").await;
    card.type_into("customerEmail", EMAIL).await;
    card.type_into("serialNumber", &format!("{}{SERIAL}", "\u{E003}".repeat(5))).await;
    card.type_date().await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn another_language_keeps_what_was_typed_and_chosen() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.type_into("customerName", NAME).await;
    card.choose(&receipt).await;
    card.click("[name=newParts]").await;
    card.receipt_is("stored").await;
    card.click("[type=button].more").await;
    card.until("there are two rows", "root.querySelectorAll('[name=serialNumber]').length === 2").await;
    card.read("(control => { control.value = 'SN-2'; control.dispatchEvent(new Event('input', { bubbles: true })); })(root.querySelectorAll('[name=serialNumber]')[1])").await;

    visit.tells("card.lang = 'de'").await;
    card.until("it is German", "root.querySelector('.regcard').lang === 'de' && !!root.querySelector('[data-upload=stored]')").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.read("root.querySelector('[name=newParts]').checked").await, true);
    assert_eq!(card.read("[...root.querySelectorAll('[name=serialNumber]')].map(one => one.value)").await, json!(["", "SN-2"]));
    // The page's own language, for a card that names none.
    visit.tells("card.lang = ''; document.documentElement.lang = 'fr'").await;
    card.until("it is French", "root.querySelector('.regcard').lang === 'fr'").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_speaks_the_language_around_it_and_shows_no_other_first() {
    let visit = Visit::begin().await;
    let watch = "<script>window.seen = [];
        new MutationObserver(() => document.querySelectorAll('reg-card').forEach(card => { const lang = card.shadowRoot?.querySelector('.regcard')?.lang; if (lang && !seen.includes(lang)) seen.push(lang); }))
            .observe(document, { childList: true, subtree: true, attributes: true });
        const ticks = setInterval(() => document.querySelectorAll('reg-card').forEach(card => { const lang = card.shadowRoot?.querySelector('.regcard')?.lang; if (lang && !seen.includes(lang)) seen.push(lang); }), 1);</script>";
    for (around, expected) in [("lang=\"de\"", "de"), ("lang=\"de-AT\"", "de"), ("lang=\"pt\"", "pt-BR"), ("lang=\"xx\"", "en"), ("", "en")]
    {
        visit.goes_to(watch, &format!("<main {around}>{}{}</main>", visit.gateway.script(), visit.gateway.element())).await;
        visit.card().is_painted().await;
        visit.browser.breathe().await;
        assert_eq!(visit.browser.js("return seen", vec![]).await, json!([expected]), "{around}");
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_option_is_said_once_with_the_nearest() {
    let visit = Visit::begin().await;
    let element = "<reg-card prodcut=\"Espresso Duo\" data-x=\"1\" aria-label=\"Card\" onclick=\"void 0\" v-scope class=\"y\"></reg-card>";
    visit.goes_to("", &format!("{}{element}{element}", visit.gateway.script())).await;
    visit.card_at(1).is_painted().await;
    visit.browser.console_says(&["there is no option \\\"prodcut\\\"; the nearest is \\\"product\\\""]).await;
    visit.tells("card.setAttribute('prodcut', 'Other')").await;
    visit.browser.breathe().await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_mount_answers_can_be_used_at_any_time() {
    let visit = Visit::begin().await;
    visit.goes_to(&visit.gateway.script().replace(" async", ""), "<div id=\"place\"></div>").await;
    let before_ready = "window.heard = [];
        window.one = RegCard.mount('#place', { product: 'Espresso Duo' });
        window.other = RegCard.mount(document.getElementById('place'));
        const hear = () => heard.push('never');
        one.on('ready', hear); one.off('ready', hear);
        one.on('ready', () => heard.push('ready')); one.once('serial', () => heard.push('serial'));
        other.update({ product: 'Espresso Trio', headingLevel: 4, 'prefill-note': 'hello' });
        RegCard.mount('#place').unmount();";
    visit.browser.js(before_ready, vec![]).await;
    let (one, other) = (visit.card_at(0), visit.card_at(1));
    one.type_into("serialNumber", SERIAL).await;
    one.serial_is("available").await;
    other.until("the other one's product", &format!("{GIVEN} === 'Espresso Trio'")).await;
    other.until("its note", "root.querySelector('[name=note]').value === 'hello'").await;
    until_true("the page is told", async || visit.browser.js("return heard.includes('serial')", vec![]).await == true).await;
    assert_eq!(
        visit.browser.js("return [heard, document.querySelectorAll('reg-card').length]", vec![]).await,
        json!([["ready", "serial"], 2])
    );
    let after_unmount =
        "one.unmount(); one.update({ product: 'x' }); one.off('ready', () => {}); one.once('ready', () => {}); one.unmount();
        other.update({ product: 'Espresso Duo' });";
    visit.browser.js(after_unmount, vec![]).await;
    visit.card().until("the one that is left goes on", &format!("{GIVEN} === 'Espresso Duo'")).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_card_can_be_wanted_before_its_place_is_there() {
    let visit = Visit::begin().await;
    let head =
        format!("{}<script>RegCard.mount('#late', {{ product: 'Espresso Duo' }});</script>", visit.gateway.script().replace(" async", ""));
    visit.goes_to(&head, "<div id=\"late\"></div>").await;
    visit.card().is_painted().await;
    assert_eq!(visit.browser.js("return document.querySelector('#late > reg-card').product", vec![]).await, "Espresso Duo");
    let config = "<script>window.RegCardConfig = { target: '#here', product: 'Espresso Duo' };</script>";
    visit.goes_to(config, &format!("{}<div id=\"here\"></div>", visit.gateway.script())).await;
    visit.card().is_painted().await;
    assert_eq!(visit.browser.js("return document.querySelector('#here > reg-card').product", vec![]).await, "Espresso Duo");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_a_page_is_told_in_one_text_without_personal_data() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    let told = visit.browser.js("return RegCard.diagnose()", vec![]).await.as_str().unwrap().to_owned();
    for expected in ["WebAssembly: allowed", "preflight: 404", "session: opened", "sessionStorage: works", "inline, live, filling"] {
        assert!(told.contains(expected), "no {expected} in {told}");
    }
    for private in [NAME, EMAIL, SERIAL] {
        assert!(!told.contains(private), "{private} in {told}");
    }
}
