//! Before wasm is there the painted form is the form: what is done in it counts, and is not torn from anybody's hands.

use crate::browser::Kind;
use crate::card::{DATE, NAME, SUBMIT};
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

/// A page that notes when the wasm is ready to run, so that a test knows when a takeover could happen and does not.
const NOTES_WASM: &str = "<script>
    const compile = WebAssembly.instantiateStreaming;
    WebAssembly.instantiateStreaming = async (...all) => { const made = await compile(...all); window.wasmIsReady = true; return made; };
</script>";

/// Chromium's own protocol keeps it closed; elsewhere it would stay open for ever.
const NO_PICKER: &str = "no test could press the buttons of its file picker";

impl Visit {
    /// The product page, on which the wasm's arrival is noted.
    pub(crate) async fn to_a_page_that_notes_wasm() -> Visit {
        let visit = Visit::begin().await;
        visit.goes_to(NOTES_WASM, &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
        visit.card().is_painted().await;
        visit
    }

    /// Waits until what the customer is in the middle of is noticed. The glue is asked for after that, and by nothing else.
    pub(crate) async fn is_watched(&self) {
        until_true("the glue is asked for", async || self.gateway.proxy.count("GET", ".js?0") > 0).await;
    }

    /// Waits until wasm could take over; it does not.
    pub(crate) async fn is_not_taken_over(&self) {
        let ready = "return !!window.wasmIsReady && performance.getEntriesByType('resource').some(one => one.name.includes('/card'))";
        until_true("wasm and card are there", async || self.browser.js(ready, vec![]).await == true).await;
        for _ in 0..5 {
            self.browser.breathe().await;
        }
        assert!(!self.card().is_live().await, "wasm has taken over");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_typed_and_chosen_before_the_wasm_arrived_stays_with_focus_and_caret() {
    let visit = Visit::begin().await;
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    visit.goes_to("", &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();

    card.choose(&receipt).await;
    card.type_into("customerName", NAME).await;
    card.type_date().await;
    card.type_into("serialNumber", SERIAL).await;
    // The caret goes back by three, and stays there.
    card.type_into("customerEmail", "tom@example.or\u{E012}\u{E012}\u{E012}").await;
    let focus = card.focus().await;
    assert_eq!(focus.0, "customerEmail");
    assert!(!card.is_live().await);
    gate.open();
    card.becomes_live().await;

    assert_eq!(card.focus().await, focus);
    visit.browser.keys("\u{E010}g").await;
    assert_eq!(card.value_of("customerEmail").await, EMAIL);
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.value_of("serialNumber").await, SERIAL);
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    card.serial_is("available").await;
    card.receipt_is("stored").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    let found = visit.gateway.merchant.registrations_of(EMAIL).await;
    assert!(found[0]["fieldData"]["InvoiceUpload"].is_string(), "{found:?}");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_foreign_node_in_the_painted_form_harms_nothing() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.is_painted().await;
    card.read(
        "(root.querySelector('form').insertBefore(document.createElement('aside'), root.querySelector('form').children[1]),
          root.querySelector('label').append(document.createElement('grammarly-extension')),
          root.querySelector('.regcard').prepend('a stray text'))",
    )
    .await;
    card.fill(EMAIL, SERIAL).await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submit_before_the_wasm_is_sent_once_when_it_is_there() {
    let visit = Visit::begin().await;
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    visit.goes_to("", &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.submit().await;
    // An impatient customer.
    card.submit().await;
    assert!(!card.is_live().await);
    assert_eq!(visit.browser.url().await, format!("{}/", visit.shop.origin()));
    gate.open();
    let number = card.done().await;
    visit.browser.breathe().await;
    assert_eq!(visit.submits(), 1);
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_picker_as_the_first_touch_holds_the_takeover_until_its_file_is_there() {
    if Kind::of_this_run().lacks(NO_PICKER) {
        return;
    }
    let visit = Visit::to_a_page_that_notes_wasm().await;
    let card = visit.card();
    card.open_picker().await;
    visit.is_not_taken_over().await;
    let (receipt, _) = visit.folder().receipt();
    card.choose(&receipt).await;
    card.becomes_live().await;
    card.receipt_is("stored").await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_that_is_closed_without_a_file_lets_the_takeover_happen() {
    if Kind::of_this_run().lacks(NO_PICKER) {
        return;
    }
    let visit = Visit::to_a_page_that_notes_wasm().await;
    let card = visit.card();
    card.open_picker().await;
    visit.is_not_taken_over().await;
    card.read("root.querySelector('[type=file]').dispatchEvent(new Event('cancel', { bubbles: true }))").await;
    card.becomes_live().await;
    card.receipt_is("none").await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_picked_after_the_takeover_on_the_painted_control_is_taken_all_the_same() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.is_painted().await;
    card.read("void (window.painted = root.querySelector('[type=file]'))").await;
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    visit
        .browser
        .js(
            "const files = new DataTransfer();
             files.items.add(new File([Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0x2d, 0x31, 0x2e, 0x37, 10])], 'late.pdf'));
             window.painted.files = files.files;
             window.painted.dispatchEvent(new Event('change', { bubbles: true }));",
            vec![],
        )
        .await;
    card.receipt_is("stored").await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn half_a_date_holds_the_takeover_and_is_kept() {
    let visit = Visit::to_a_page_that_notes_wasm().await;
    let card = visit.card();
    // Month and day; the year is still to come.
    let [month, day, year] = visit.browser.kind.date_keys();
    card.type_into("purchaseDate", &format!("{month}{day}")).await;
    visit.is_not_taken_over().await;
    visit.browser.keys(year).await;
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    card.click("[name=customerName]").await;
    card.becomes_live().await;
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mouse_held_on_submit_while_the_wasm_arrives_submits_once() {
    let visit = Visit::begin().await;
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    visit.goes_to(NOTES_WASM, &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    visit.is_watched().await;
    let button = card.find(SUBMIT).await;
    card.point_at(&button).click_and_hold().perform().await.unwrap();
    gate.open();
    visit.is_not_taken_over().await;
    visit.browser.driver().action_chain().release().perform().await.unwrap();
    let number = card.done().await;
    assert_eq!(visit.submits(), 1);
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}
