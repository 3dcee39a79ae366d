//! The card in a dialog: opened by its button, by what the page has put inside, by links; closed without losing anything.

use serde_json::json;

use crate::card::NAME;
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

const OPEN: &str = "!!root.querySelector('dialog')?.open";

impl Visit {
    async fn shows_a_button(&self) {
        let element = self.gateway.element().replace("<reg-card", "<reg-card mode=\"button\" label=\"Register it\"");
        self.goes_to(
            "",
            &format!("{}{element}<p style=\"height: 200vh\"></p><a id=\"link\" href=\"#regcard\">Register</a>", self.gateway.script()),
        )
        .await;
    }

    async fn scrolls(&self) -> bool {
        self.browser.js("return getComputedStyle(document.documentElement).overflow !== 'hidden'", vec![]).await == true
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_button_opens_it_escape_closes_it_and_what_was_typed_stays() {
    let visit = Visit::begin().await;
    visit.shows_a_button().await;
    let card = visit.card();
    let button = card.find("[part=open]").await;
    assert_eq!(button.text().await.unwrap(), "Register it");
    assert_eq!(card.read("root.querySelectorAll('form').length").await, 0, "only the button is painted");
    assert_eq!(visit.wasm_fetches(), 0);

    card.click("[part=open]").await;
    card.until("it is open", OPEN).await;
    card.until("the dialog has the focus, not what closes it", "root.activeElement?.localName === 'dialog'").await;
    assert_eq!(
        card.read("[root.querySelector('dialog').ariaLabel, root.querySelector('[part=close]').ariaLabel]").await,
        json!(["Register your product", "Close"])
    );
    assert!(!visit.scrolls().await, "the page behind stays where it is");
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    visit.browser.keys("\u{E00C}").await;
    card.until("it is closed", &format!("!{OPEN}")).await;
    until_true("the page scrolls again", async || visit.scrolls().await).await;
    card.until("the focus is back at the button", "root.activeElement?.matches('[part=open]')").await;

    card.click("[part=open]").await;
    card.until("it is open again", OPEN).await;
    assert_eq!(card.value_of("customerName").await, NAME);
    card.click("[part=close]").await;
    card.until("its own button closes it", &format!("!{OPEN}")).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_registration_in_the_dialog_under_a_strict_policy() {
    let visit = Visit::begin().await;
    let gateway = visit.gateway.proxy.origin();
    let policy = format!(
        "default-src 'none'; img-src data:; script-src {gateway} 'wasm-unsafe-eval'; connect-src {gateway}; form-action {gateway}; require-trusted-types-for 'script'; trusted-types 'none'"
    );
    let element = visit.gateway.element().replace("<reg-card", "<reg-card mode=\"button\"");
    visit.goes_to_with("", &format!("{}{element}", visit.gateway.script()), &[("content-security-policy", &policy)]).await;
    let card = visit.card();
    card.click("[part=open]").await;
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    card.submit().await;
    let number = card.done().await;
    assert_eq!(card.read(OPEN).await, true);
    visit.is_registered_once(&number).await;
    visit.browser.keys("\u{E00C}").await;
    card.until("it is closed", &format!("!{OPEN}")).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn links_open_it_and_make_it_where_there_is_none() {
    let visit = Visit::begin().await;
    visit.shows_a_button().await;
    let card = visit.card();
    card.find("[part=open]").await;
    visit.browser.js("document.getElementById('link').click()", vec![]).await;
    card.until("a link opens it", OPEN).await;
    // The same link once more, after it was closed.
    visit.browser.js("document.querySelector('reg-card').close(); document.getElementById('link').click()", vec![]).await;
    card.until("a link opens it again", OPEN).await;

    // From another page, or a mail.
    visit.browser.go(&format!("{}/nothing", visit.shop.origin())).await;
    visit.browser.go(&format!("{}/#register", visit.shop.origin())).await;
    card.until("the address opens it", OPEN).await;

    visit
        .goes_to(
            "",
            &format!(
                "{}<a id=\"link\" href=\"#regcard-product-registration\">Register</a><h2 id=\"register\">Your account</h2>",
                visit.gateway.script()
            ),
        )
        .await;
    until_true("the script has run", async || visit.browser.js("return !!window.RegCard", vec![]).await == true).await;
    visit.browser.js("document.getElementById('link').click()", vec![]).await;
    card.until("a card is made", OPEN).await;
    // The page's own place of that name stays the page's.
    visit.browser.js("document.querySelector('reg-card').close(); location.hash = '#register'", vec![]).await;
    visit.browser.breathe().await;
    card.until("it stays closed", &format!("!{OPEN}")).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_inside_opens_it_and_another_mode_keeps_what_was_typed() {
    let visit = Visit::begin().await;
    let element = visit.gateway.element().replace("<reg-card", "<reg-card mode=\"dialog\"");
    visit.goes_to("", &format!("{}{element}", visit.gateway.script())).await;
    let card = visit.card();
    card.find("slot").await;
    visit.browser.js("document.querySelector('reg-card a').click()", vec![]).await;
    card.until("the link inside opens it", OPEN).await;
    assert!(visit.browser.url().await.starts_with(&visit.shop.origin()), "and leads nowhere");
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    for mode in ["inline", "button", "inline"] {
        visit.browser.js("document.querySelector('reg-card').mode = arguments[0]", vec![json!(mode)]).await;
        if mode == "button" {
            card.click("[part=open]").await;
        }
        card.until("the form is there", &format!("!!root.querySelector('form') && {OPEN} === {}", mode == "button")).await;
        assert_eq!(card.value_of("customerName").await, NAME, "{mode}");
        until_true("the page scrolls, or not", async || visit.scrolls().await != (mode == "button")).await;
    }
    // Taken out of the page while it is open.
    visit.browser.js("const card = document.querySelector('reg-card'); card.mode = 'button';", vec![]).await;
    card.click("[part=open]").await;
    card.until("it is open", OPEN).await;
    visit.browser.js("window.card = document.querySelector('reg-card'); card.remove();", vec![]).await;
    until_true("the page scrolls again", async || visit.scrolls().await).await;
    visit.browser.js("document.body.append(card);", vec![]).await;
    card.click("[part=open]").await;
    card.until("it is open again", OPEN).await;
    assert_eq!(card.value_of("customerName").await, NAME);
    visit.browser.console_is_silent().await;
}
