//! Pages that make and unmake cards all day, and pages with very many of them.

use serde_json::json;

use crate::card::NAME;
use crate::visit::{EMAIL, SERIAL, Visit};

/// Makes the memory of the page's wasm known to the test, and what its cards wait for. Nothing of the card's own interface does.
const SHOWS_MEMORY: &str = "<script>
    window.memories = [];
    for (const name of ['instantiate', 'instantiateStreaming']) {
        const make = WebAssembly[name];
        WebAssembly[name] = async (...all) => {
            const made = await make.apply(WebAssembly, all);
            const memory = Object.values((made.instance ?? made).exports ?? {}).find(one => one instanceof WebAssembly.Memory);
            if (memory) memories.push(memory);
            return made;
        };
    }
    // What the cards have asked for and not been told yet, and how many were taken out in the middle of that.
    window.pending = { check: 0, upload: 0 };
    window.left = { check: 0, upload: 0 };
    const ask = window.fetch, { send } = XMLHttpRequest.prototype;
    window.fetch = (...all) => {
        const answer = ask(...all);
        if (String(all[0]).endsWith('/v1/serial_numbers/check')) {
            const end = () => { pending.check -= 1; };
            pending.check += 1;
            answer.then(end, end);
        }
        return answer;
    };
    XMLHttpRequest.prototype.send = function (...all) {
        pending.upload += 1;
        this.addEventListener('loadend', () => { pending.upload -= 1; });
        return send.apply(this, all);
    };
    window.bytes = () => memories.reduce((sum, memory) => sum + memory.buffer.byteLength, 0);
</script>";

/// Puts cards in and takes them out again, from one number up to another: most when they are live and somebody has typed in them, and
/// some before that, in the middle of a check, in the middle of an upload, with the focus inside, or after having been moved.
const CYCLES: &str = "
    const [from, to, done] = arguments;
    const until = look => new Promise((good, bad) => {
        const since = performance.now();
        const again = () => { const found = look(); if (found) good(found); else if (performance.now() - since > 20000) bad(Error('not after 20 s: ' + look)); else setTimeout(again); };
        again();
    });
    // Until what is asked for is on its way, and then as long as a request needs to get into the network.
    const asks = async what => { await until(() => pending[what]); await new Promise(good => setTimeout(good, 100)); left[what] += pending[what]; };
    const cycle = async n => {
        const place = document.getElementById(n % 2 ? 'one' : 'other');
        const card = RegCard.mount(place, { product: 'Espresso Duo', load: n % 10 === 9 ? 'visible' : 'eager', draft: 'off' });
        const ready = new Promise(good => card.on('ready', good));
        const root = card.element.shadowRoot;
        if (n % 10 === 8) { card.unmount(); return; }
        await ready;
        const control = name => root.querySelector(`[name=${name}]`);
        const type = (name, value) => { control(name).value = value; control(name).dispatchEvent(new Event('input', { bubbles: true })); };
        type('customerName', 'Tom ' + n);
        if (n % 10 === 3) control('customerEmail').focus();
        if (n % 10 === 4) { document.getElementById('one').prepend(card.element); document.getElementById('other').append(card.element); }
        if (n % 10 === 5) root.querySelector('form').requestSubmit();
        if (n % 20 === 7) {
            type('serialNumber', 'ED5-2204-0817');
            await until(() => root.querySelector('[data-check=checking]'));
            // With its request on its way, in every second case.
            if (n % 40 === 7) await asks('check');
        }
        if (n % 20 === 17) {
            const files = new DataTransfer();
            files.items.add(new File([Uint8Array.from([0x25, 0x50, 0x44, 0x46, 0x2d, 0x31, 0x2e, 0x37, 10, n % 256, n >> 8])], 'receipt.pdf'));
            control('InvoiceUpload').files = files.files;
            control('InvoiceUpload').dispatchEvent(new Event('change', { bubbles: true }));
            await until(() => root.querySelector('[data-upload=sending]'));
            // With the file itself on its way, in every second case.
            if (n % 40 === 17) await asks('upload');
        }
        card.unmount();
        // What it leaves behind is gone a turn later.
        await new Promise(good => setTimeout(good));
        if (root.childElementCount) throw Error('something is left of card ' + n);
    };
    (async () => { for (let n = from; n < to; n++) await cycle(n); performance.clearResourceTimings(); return [to, bytes()]; })().then(done, error => done(String(error)));";

/// Of WebAssembly's memory, in bytes.
const PAGE: u64 = 65_536;

#[tokio::test(flavor = "multi_thread")]
async fn a_thousand_cards_come_and_go_and_the_memory_stays_as_it_was_after_fifty() {
    let visit = Visit::begin().await;
    let gates = [visit.gateway.proxy.hold("PUT", "/v1/uploads/"), visit.gateway.proxy.hold("POST", "/v1/serial_numbers/check")];
    let places = "<div id=\"one\"></div><div id=\"other\"></div>";
    visit.goes_to(SHOWS_MEMORY, &format!("{}{places}", visit.gateway.script().replace(" async", ""))).await;
    let mut after_fifty = 0;
    for from in (0..1_000).step_by(50) {
        let outcome = visit.browser.js_until_done(CYCLES, vec![json!(from), json!(from + 50)]).await;
        let bytes = outcome[1].as_u64().unwrap_or_else(|| panic!("{outcome}"));
        if from == 0 {
            after_fifty = bytes;
        }
        assert!(bytes <= after_fifty + PAGE, "{bytes} bytes after {} cards, {after_fifty} after fifty", from + 50);
    }
    drop(gates);
    visit.gateway.proxy.let_everything_through();
    assert_eq!(visit.wasm_fetches(), 1);
    // Twenty-five of each, one at a time; and they get as far as the gateway.
    assert_eq!(visit.browser.js("return [left.check, left.upload]", vec![]).await, json!([25, 25]));
    assert!(visit.gateway.proxy.count("POST", "/v1/serial_numbers/check") > 0, "no card was taken out in the middle of a check");
    assert!(visit.gateway.proxy.count("PUT", "/v1/uploads/") > 0, "nor of an upload");
    visit.browser.console_is_silent().await;

    // The thousand and first works.
    visit.browser.js("RegCard.mount('#one', { product: 'Espresso Duo' });", vec![]).await;
    let card = visit.card();
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_cards_on_a_page_work_and_keep_apart() {
    let visit = Visit::begin().await;
    let cards = visit.gateway.element().replace("<reg-card", "<reg-card load=\"eager\"").repeat(50);
    visit.goes_to(SHOWS_MEMORY, &format!("{}{cards}", visit.gateway.script())).await;
    visit.card_at(49).becomes_live().await;
    let type_in_all = "document.querySelectorAll('reg-card').forEach((card, nth) => { const control = card.shadowRoot.querySelector('[name=customerName]');
        control.value = 'Customer ' + nth; control.dispatchEvent(new Event('input', { bubbles: true })); });";
    visit.browser.js(type_in_all, vec![]).await;
    let last = visit.card_at(49);
    last.click("[name=customerName]").await;
    last.read("void root.activeElement.select()").await;
    last.fill(EMAIL, SERIAL).await;
    last.serial_is("available").await;
    last.submit().await;
    let number = last.done().await;
    visit.is_registered_once(&number).await;
    for nth in [0, 1, 24, 48] {
        assert_eq!(visit.card_at(nth).value_of("customerName").await, format!("Customer {nth}"));
    }
    assert_eq!(visit.gateway.merchant.registrations_of(EMAIL).await[0]["customerName"].as_str().unwrap().matches(NAME).count(), 1);
    assert_eq!(visit.wasm_fetches(), 1);
    let bytes = visit.browser.js("return bytes()", vec![]).await.as_u64().unwrap();
    // A card takes about 150 KB of it.
    assert!(bytes <= 200 * PAGE, "{bytes} bytes for fifty cards");
    visit.browser.console_is_silent().await;
}
