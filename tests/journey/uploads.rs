//! A receipt's way through tunnels, stalls, addresses that run out and second thoughts, and the ways in which one comes into the card.

use serde_json::json;

use crate::browser::Browser;
use crate::card::{Card, SUBMIT};
use crate::demo::Demo;
use crate::http;
use crate::pictures::{CLEAN, jpeg, png};
use crate::proxy::{Fate, Proxy};
use crate::receipts::{read, visit};
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

/// Time runs a hundred times as fast for whatever waits for a second or more, so that nobody has to wait for it here. The twenty seconds
/// after which a call to the gateway is given up stay, and so do the thirty after which a file is taken not to move: a slow machine is
/// no tunnel.
const HASTE: &str = "<script>const slow = setTimeout;
    window.setTimeout = (call, ms, ...given) => slow(call, ms >= 1000 && ms < 20000 ? ms / 100 : ms, ...given);</script>";

/// What waits for one of these times waits until the story has it go by: 5 s without a byte, 30 s without one, and 1 s until the next try.
const BY_HAND: &str = "<script>const slow = setTimeout, end = clearTimeout, waiting = new Map();
    window.setTimeout = (call, ms, ...given) => {
        const timer = slow(call, [1000, 5000, 30000].includes(ms) ? 864e5 : ms, ...given);
        waiting.set(timer, { ms, go: () => { clearTimeout(timer); call(...given); } });
        return timer;
    };
    window.clearTimeout = timer => { waiting.delete(timer); end(timer); };
    window.goBy = ms => { const all = [...waiting.values()].filter(one => one.ms === ms); all.forEach(one => one.go()); return all.length > 0; };</script>";

/// Lets so many milliseconds go by for whoever waits for them, once somebody does.
async fn goes_by(visit: &Visit, ms: u32) {
    until_true(&format!("{ms} ms are waited for"), async || visit.browser.js("return goBy(arguments[0])", vec![json!(ms)]).await == true)
        .await;
}

const PUT: &str = "/v1/uploads/";

/// A card that is live, with its e-mail address filled in.
async fn live(visit: &Visit) -> Card<'_> {
    let card = visit.card();
    card.type_into("customerEmail", EMAIL).await;
    card.becomes_live().await;
    card
}

async fn puts_are(visit: &Visit, count: usize) {
    until_true(&format!("{count} times sent"), async || visit.gateway.proxy.count("PUT", PUT) == count).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_stands_still_is_given_up_and_sent_again() {
    let visit = visit(false, BY_HAND).await;
    let card = live(&visit).await;
    let gate = visit.gateway.proxy.hold("PUT", PUT);
    let bytes = png(CLEAN);
    card.choose(&visit.folder().file("receipt.png", &bytes)).await;
    puts_are(&visit, 1).await;
    // The last bytes may still be on their way into the network, each with five seconds of its own.
    until_true("it says so", async || {
        visit.browser.js("goBy(5000)", vec![]).await;
        card.text().await.contains("Waiting for the connection")
    })
    .await;
    goes_by(&visit, 30_000).await;
    goes_by(&visit, 1_000).await;
    puts_are(&visit, 2).await;
    assert_eq!(visit.gateway.proxy.count("POST", "/v1/upload_file"), 1, "the address is still good");
    gate.open();
    card.receipt_is("stored").await;
    card.submit().await;
    card.done().await;
    assert_eq!(read(&visit).await, [bytes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_has_run_out_is_asked_for_anew_and_nobody_notices() {
    let visit = visit(false, HASTE).await;
    let card = live(&visit).await;
    visit.gateway.proxy.times(2, "PUT", PUT, Fate::StaleAddress);
    let bytes = png(CLEAN);
    card.choose(&visit.folder().file("receipt.png", &bytes)).await;
    card.receipt_is("stored").await;
    assert_eq!(visit.gateway.proxy.count("POST", "/v1/upload_file"), 3);
    card.submit().await;
    card.done().await;
    assert_eq!(read(&visit).await, [bytes]);
    visit.browser.console_says(&["status of 403"]).await;
}

/// On the hosted page, whose own policy has to let the file go to a third origin.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_in_the_bucket_already_is_there_though_nobody_heard_of_it() {
    let demo = Demo::start(&["--s3"]);
    let way = Proxy::open().await;
    let browser = Browser::open_behind(&way).await;
    way.once("PUT", "/incoming/", Fate::AnswerLost);
    browser.go(&demo.form).await;
    let card = Card { browser: &browser, nth: 0 };
    card.fill(EMAIL, SERIAL).await;
    let (receipt, bytes) = demo.folder().receipt();
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    let statuses: Vec<u16> =
        way.seen("PUT", "/incoming/").iter().map(|one| one.answer.as_ref().map_or(0, |answer| answer.status())).collect();
    assert_eq!(statuses, [0, 412]);
    assert_eq!(way.count("POST", "/v1/upload_file"), 1);
    card.submit().await;
    card.done().await;
    let url = demo.merchant.registrations_of(EMAIL).await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(http::follow(&url).await.body, bytes);
    browser.console_says(&["net::ERR_EMPTY_RESPONSE", "status of 412"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_gets_three_addresses_and_then_the_customer_decides() {
    let visit = visit(false, HASTE).await;
    let card = live(&visit).await;
    visit.gateway.proxy.times(3, "PUT", PUT, Fate::StaleAddress);
    card.choose(&visit.folder().file("receipt.png", &png(CLEAN))).await;
    card.receipt_is("failed").await;
    card.says("The receipt could not be sent").await;
    assert_eq!(visit.gateway.proxy.count("POST", "/v1/upload_file"), 3);
    card.click(".file .link:not([hidden])").await;
    card.receipt_is("stored").await;
    visit.browser.console_says(&["status of 403"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_file_can_be_chosen_again_and_so_can_a_newer_version_of_it() {
    let visit = visit(false, HASTE).await;
    let card = live(&visit).await;
    visit.gateway.proxy.times(4, "PUT", PUT, Fate::Lost);
    let file = visit.folder().file("receipt.png", &png(CLEAN));
    card.choose(&file).await;
    card.receipt_is("failed").await;
    card.click("[aria-label='Remove receipt.png']").await;
    card.receipt_is("none").await;
    card.choose(&file).await;
    card.receipt_is("stored").await;
    let grants = || visit.gateway.proxy.count("POST", "/v1/upload_file");
    assert_eq!(grants(), 2);

    // By the picker, which a browser opens on a control that says nothing if it holds the very same file.
    let newer = jpeg(CLEAN);
    std::fs::write(&file, &newer).unwrap();
    card.open_picker().await;
    assert_eq!(card.read("root.querySelector('[type=file]').files.length").await, 0);
    card.choose(&file).await;
    until_true("it is sent", async || grants() == 3).await;
    card.receipt_is("stored").await;
    card.submit().await;
    card.done().await;
    assert_eq!(read(&visit).await, [newer]);
    visit.browser.console_says(&["net::ERR_EMPTY_RESPONSE"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_sent_meanwhile_waits_for_the_receipt() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    let gate = visit.gateway.proxy.hold("PUT", PUT);
    let bytes = png(CLEAN);
    card.choose(&visit.folder().file("receipt.png", &bytes)).await;
    // The button has gone down by then, below the file.
    card.receipt_is("sending").await;
    card.submit().await;
    card.says("Sending your receipt first").await;
    assert_eq!(visit.submits(), 0);
    gate.open();
    card.done().await;
    assert_eq!(visit.submits(), 1);
    assert_eq!(read(&visit).await, [bytes]);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_never_arrives_can_be_left_out_and_the_end_says_so() {
    for waiting in [true, false] {
        let visit = visit(false, HASTE).await;
        let card = live(&visit).await;
        let gate = waiting.then(|| visit.gateway.proxy.hold("PUT", PUT));
        if !waiting {
            visit.gateway.proxy.times(9, "PUT", PUT, Fate::Lost);
        }
        card.choose(&visit.folder().file("receipt.png", &png(CLEAN))).await;
        // The button has gone down by then, below the file.
        card.until("the file is there", "root.querySelector('[data-upload]').dataset.upload !== 'none'").await;
        card.submit().await;
        if !waiting {
            card.receipt_is("failed").await;
        }
        card.click("button.wide").await;
        card.done().await;
        card.says("Your receipt was not sent along").await;
        assert!(read(&visit).await.is_empty());
        drop(gate);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_meets_no_network_goes_on_when_it_is_back() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    visit.browser.command("Network.enable", json!({})).await;
    let offline = async |offline: bool| {
        let conditions = json!({ "offline": offline, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1 });
        visit.browser.command("Network.emulateNetworkConditions", conditions).await;
    };
    // The module that sends files is not there yet either.
    offline(true).await;
    let bytes = png(CLEAN);
    card.choose(&visit.folder().file("receipt.png", &bytes)).await;
    card.receipt_is("failed").await;
    offline(false).await;
    card.receipt_is("stored").await;

    offline(true).await;
    card.choose(&visit.folder().file("other.png", &bytes)).await;
    card.says("Waiting for the connection").await;
    offline(false).await;
    card.receipt_is("stored").await;
    card.submit().await;
    card.done().await;
    assert_eq!(read(&visit).await, [bytes]);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_are_dropped_on_the_card_become_the_receipt_wherever_they_land() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    let address = visit.browser.url().await;
    for (nth, place) in [".drop", "h2", "[name=customerEmail]"].into_iter().enumerate() {
        let file = visit.folder().file(&format!("{nth}.png"), &png(CLEAN));
        drop_on(card, place, &file).await;
        card.says(&format!("{nth}.png")).await;
        card.receipt_is("stored").await;
    }
    assert_eq!(visit.browser.url().await, address);
    assert_eq!(visit.gateway.proxy.count("PUT", PUT), 3);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_dropped_before_the_card_is_live_is_there_when_it_is() {
    let visit = visit(false, "").await;
    let card = visit.card();
    card.is_painted().await;
    let gate = visit.gateway.proxy.hold("GET", ".wasm");
    let address = visit.browser.url().await;
    drop_on(card, ".drop", &visit.folder().file("receipt.png", &png(CLEAN))).await;
    until_true("wasm is asked for", async || visit.wasm_fetches() == 1).await;
    gate.open();
    card.receipt_is("stored").await;
    assert_eq!(visit.browser.url().await, address);
    visit.browser.console_is_silent().await;
}

/// Drags a file from another window over the middle of an element, and lets go.
async fn drop_on(card: Card<'_>, selector: &str, file: &std::path::Path) {
    let middle = "(({ x, y, width, height }) => [x + width / 2, y + height / 2])(root.querySelector(given).getBoundingClientRect())";
    let place = card.read_with(middle, json!(selector)).await;
    let data = json!({ "items": [], "files": [file], "dragOperationsMask": 1 });
    for kind in ["dragEnter", "dragOver", "drop"] {
        let event = json!({ "type": kind, "x": place[0], "y": place[1], "data": data });
        card.browser.command("Input.dispatchDragEvent", event).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_is_pasted_becomes_the_receipt_unless_text_was_meant() {
    let visit = visit(true, "").await;
    let card = live(&visit).await;
    let paste = async |selector: &str, name: &str, text: &str| {
        let script = "(() => {
            const data = new DataTransfer(), bytes = Uint8Array.from(given.bytes);
            data.items.add(new File([bytes], given.name, { type: 'image/png' }));
            if (given.text) data.setData('text/plain', given.text);
            const event = new ClipboardEvent('paste', { clipboardData: data, bubbles: true, composed: true, cancelable: true });
            root.querySelector(given.selector).dispatchEvent(event);
            return event.defaultPrevented;
        })()";
        card.read_with(script, json!({ "bytes": png(CLEAN), "name": name, "text": text, "selector": selector })).await == true
    };
    assert!(paste("[name=customerEmail]", "screen.png", "").await);
    card.says("screen.png").await;
    assert!(paste("[type=file]", "finder.png", "finder.png").await, "a file manager gives the name along");
    card.says("finder.png").await;
    assert!(!paste("[name=customerEmail]", "cells.png", "ann@example.com").await, "a table gives a picture of itself along");
    card.receipt_is("stored").await;
    assert!(!card.text().await.contains("cells.png"));
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn several_files_get_on_each_by_itself() {
    let visit = visit(true, "").await;
    let card = live(&visit).await;
    let file = |name: &str| visit.folder().file(name, &[png(CLEAN), name.as_bytes().to_vec()].concat());
    card.choose_all(&[file("a.png"), file("b.png")]).await;
    card.receipt_is("stored").await;
    let gate = visit.gateway.proxy.hold("PUT", PUT);
    card.choose(&file("c.png")).await;
    card.receipt_is("sending").await;
    puts_are(&visit, 3).await;
    // The focus stays where it is while files come, go on and go.
    card.read("root.querySelector('[aria-label=\"Remove b.png\"]').focus()").await;
    gate.open();
    card.receipt_is("stored").await;
    assert_eq!(card.read("root.activeElement.getAttribute('aria-label')").await, "Remove b.png");
    card.click("[aria-label='Remove a.png']").await;
    card.until("two are left", "root.querySelectorAll('.file').length === 2").await;
    assert_eq!(card.read("root.querySelector('[type=file]').files.length").await, 2, "and the control holds them");
    card.submit().await;
    card.done().await;
    let stored = read(&visit).await;
    assert_eq!(
        stored.iter().map(|bytes| String::from_utf8_lossy(&bytes[bytes.len() - 5..]).into_owned()).collect::<Vec<_>>(),
        ["b.png", "c.png"]
    );
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_can_be_called_off_while_it_is_on_its_way() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    let _gate = visit.gateway.proxy.hold("PUT", PUT);
    card.choose(&visit.folder().file("receipt.png", &png(CLEAN))).await;
    puts_are(&visit, 1).await;
    assert_eq!(card.read("root.querySelector('progress').getAttribute('aria-label')").await, "receipt.png");
    card.click("[aria-label='Cancel receipt.png']").await;
    card.receipt_is("none").await;
    assert_eq!(card.focus().await.0, "InvoiceUpload");
    card.submit().await;
    card.done().await;
    assert!(read(&visit).await.is_empty());
    assert!(!card.text().await.contains("Your receipt was not sent along"), "it was not to be");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_camera_is_offered_where_there_is_a_finger() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    let shown = "root.querySelector('.camera').checkVisibility()";
    assert_eq!(card.read(shown).await, false);
    visit.browser.command("Emulation.setTouchEmulationEnabled", json!({ "enabled": true })).await;
    card.until("the button is there", shown).await;
    visit.browser.command("Page.setInterceptFileChooserDialog", json!({ "enabled": true })).await;
    let notice = "root.querySelector('[type=file]').addEventListener('click', ({ target }) => window.opened = [target.getAttribute('capture'), target.accept])";
    card.read(notice).await;
    card.click(".camera").await;
    assert_eq!(visit.browser.js("return window.opened", vec![]).await, json!(["environment", "image/*"]));
    let after = "[root.querySelector('[type=file]').getAttribute('capture'), root.querySelector('[type=file]').accept]";
    assert_eq!(card.read(after).await, json!([null, "image/*,application/pdf"]), "everything else can still be chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_is_loaded_again_claims_no_file() {
    let visit = visit(false, "").await;
    let card = live(&visit).await;
    card.choose(&visit.folder().file("receipt.png", &png(CLEAN))).await;
    card.receipt_is("stored").await;
    visit.browser.reloads().await;
    card.find(SUBMIT).await;
    assert_eq!(card.read("root.querySelector('[data-upload]').dataset.upload").await, "none");
    assert!(!card.text().await.contains("receipt.png"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picker_that_brings_nothing_is_answered_with_another_way() {
    // Only what is begun while `hurry` is set takes less time than it would.
    let head = "<script>const slow = setTimeout; window.setTimeout = (call, ms, ...given) => slow(call, window.hurry ? ms / 100 : ms, ...given);</script>";
    let visit = visit(false, head).await;
    let card = live(&visit).await;
    card.read("window.hurry = true").await;
    card.open_picker().await;
    card.says("Did your photo not arrive?").await;
    card.read("window.hurry = false").await;
    card.read("root.querySelector('[type=file]').dispatchEvent(new Event('cancel', { bubbles: true }))").await;
    card.until("the hint is gone", "!root.querySelector('.regcard').innerText.includes('Did your photo')").await;
    visit.browser.console_is_silent().await;
}
