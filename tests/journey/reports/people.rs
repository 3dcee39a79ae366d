//! What people are called, paste and click, and what autofill and machine translators do in their place.

use serde_json::{Value, json};

use super::lacks_input;
use crate::card::{DATE, NAME, SUBMIT};
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

/// A form that takes any serial number as often as anybody likes.
fn easy(form: String) -> String {
    form.replace("validate = true", "validate = false").replace("one_time = true", "one_time = false")
}

impl Visit {
    /// Puts a text into a control at once, in the place of what it holds.
    async fn fills(&self, name: &str, text: &str) {
        self.card().read_with("void root.querySelector(`[name=\"${given}\"]`).select()", json!(name)).await;
        self.card().control(name).await.focus().await.unwrap();
        self.inserts(text).await;
    }

    /// Puts a text into the clipboard and pastes it in the place of what a control holds.
    async fn pastes(&self, name: &str, text: &str) {
        self.card().read_with("void root.querySelector(`[name=\"${given}\"]`).select()", json!(name)).await;
        self.card().control(name).await.focus().await.unwrap();
        self.browser.command("Browser.grantPermissions", json!({ "permissions": ["clipboardReadWrite", "clipboardSanitizedWrite"] })).await;
        self.browser.js("return navigator.clipboard.writeText(arguments[0])", vec![json!(text)]).await;
        let key =
            json!({ "type": "rawKeyDown", "key": "v", "code": "KeyV", "modifiers": 2, "windowsVirtualKeyCode": 86, "commands": ["paste"] });
        self.browser.command("Input.dispatchKeyEvent", key).await;
        let key = json!({ "type": "keyUp", "key": "v", "code": "KeyV", "windowsVirtualKeyCode": 86 });
        self.browser.command("Input.dispatchKeyEvent", key).await;
    }

    async fn newest(&self) -> Value {
        self.gateway.merchant.registrations_of(EMAIL).await.swap_remove(0)
    }
}

/// Everything that is required, at once and without an event, as an autofill or a script has it.
const FILL: &str = "given.forEach(([name, value]) => { root.querySelector(`[name=\"${name}\"]`).value = value; })";

fn required(serial_number: &str) -> Value {
    json!([["customerName", NAME], ["customerEmail", EMAIL], ["serialNumber", serial_number], ["purchaseDate", DATE]])
}

#[tokio::test(flavor = "multi_thread")]
async fn every_name_goes_through_the_card() {
    if lacks_input() {
        return;
    }
    let visit = Visit::with_form(easy).await;
    let card = visit.card();
    for (typed, stored) in [
        ("李", "李"),
        ("O", "O"),
        ("D’Arcy-O'Neil", "D’Arcy-O'Neil"),
        ("null", "null"),
        ("Jose\u{301}", "José"),
        ("محمد", "محمد"),
        (" Zoë 🦊  X ", "Zoë 🦊  X"),
    ] {
        visit.shows_the_card().await;
        card.click("h2").await;
        card.becomes_live().await;
        card.read_with(FILL, required(SERIAL)).await;
        visit.fills("customerName", typed).await;
        card.submit().await;
        card.done().await;
        assert_eq!(visit.newest().await["customerName"], stored);
    }
    visit.shows_the_card().await;
    card.click("h2").await;
    card.becomes_live().await;
    card.read_with(FILL, required(SERIAL)).await;
    visit.fills("customerName", " \u{2003} ").await;
    let before = visit.submits();
    card.submit().await;
    card.says("Enter your full name").await;
    assert_eq!(visit.submits(), before);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_is_found_whatever_was_pasted_along() {
    if lacks_input() {
        return;
    }
    let visit = Visit::with_form(|form| form.replace("one_time = true", "one_time = false")).await;
    visit.gateway.load(["SN12345678".to_owned()].into_iter());
    let card = visit.card();
    card.click("[name=serialNumber]").await;
    card.becomes_live().await;
    for pasted in [
        " SN12345678",
        "SN12345678 ",
        "SN12 3456 78",
        "SN12345678\t",
        "SN12345678\r\n",
        "\u{A0}SN12345678",
        "SN1234\u{200B}5678",
        "\u{FEFF}SN12345678",
        "SN12345678\u{202C}",
    ] {
        let checks = visit.gateway.proxy.count("POST", "/v1/serial_numbers/check");
        visit.pastes("serialNumber", pasted).await;
        until_true(pasted, async || visit.gateway.proxy.count("POST", "/v1/serial_numbers/check") > checks).await;
        card.serial_is("available").await;
    }
    visit.pastes("serialNumber", "S/N: SN12345678").await;
    card.says("Did you mean").await;
    card.click(".ways .serial").await;
    card.serial_is("available").await;
    assert_eq!(card.value_of("serialNumber").await, "SN12345678");
    visit.pastes("serialNumber", "\u{A0}SN12 3456\u{200B}78\r\n").await;
    card.type_into("customerName", NAME).await;
    card.type_into("customerEmail", EMAIL).await;
    card.type_date().await;
    card.submit().await;
    card.done().await;
    assert_eq!(visit.newest().await["serialNumbers"], json!(["SN12345678"]));
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_box_lets_in_is_stored_and_nothing_is_cut_in_half() {
    if lacks_input() {
        return;
    }
    let visit = Visit::with_form(easy).await;
    let card = visit.card();
    let family = "👩‍👩‍👧‍👦";
    let texts: [fn(usize, &str) -> String; 4] = [
        |most, _| "é".repeat(most + 5),
        |most, _| "🦊".repeat(most / 2),
        |most, _| format!("x{}", "🦊".repeat(most / 2)),
        |most, family| format!("{}{family}", "x".repeat(most - 4)),
    ];
    for text in texts {
        let element = visit.gateway.element().replace(" product=\"Espresso Duo\"", "");
        visit.goes_to("", &format!("{}{element}", visit.gateway.script())).await;
        card.click("h2").await;
        card.becomes_live().await;
        card.read_with(FILL, required(SERIAL)).await;
        let mut held = Vec::new();
        for name in ["customerName", "productName", "note"] {
            let most = card.read_with("root.querySelector(`[name=\"${given}\"]`).maxLength", json!(name)).await.as_u64().unwrap();
            visit.fills(name, &text(usize::try_from(most).unwrap(), family)).await;
            let whole = "(value => [value.length, value.isWellFormed()])(root.querySelector(`[name=\"${given}\"]`).value)";
            let of_the_box = card.read_with(whole, json!(name)).await;
            assert!(of_the_box[0].as_u64().is_some_and(|length| length > most - 4 && length <= most), "{name}: {of_the_box}");
            assert_eq!(of_the_box[1], true, "{name} holds half a character");
            held.push(card.value_of(name).await);
        }
        card.submit().await;
        card.done().await;
        let stored = visit.newest().await;
        assert_eq!([&stored["customerName"], &stored["productName"], &stored["fieldData"]["note"]], [&held[0], &held[1], &held[2]]);
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn five_clicks_are_one_registration() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.click("h2").await;
    card.becomes_live().await;
    card.fill(EMAIL, SERIAL).await;
    card.serial_is("available").await;
    let button = card.find(SUBMIT).await;
    let gate = visit.gateway.proxy.hold("POST", "/v1/registrations");
    card.point_at(&button).click().click().click().click().click().perform().await.unwrap();
    visit.browser.breathe().await;
    gate.open();
    let number = card.done().await;
    visit.browser.breathe().await;
    assert_eq!(visit.submits(), 1);
    visit.is_registered_once(&number).await;
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_autofill_that_fills_in_everything_at_once_registers() {
    let every = std::fs::read_to_string(crate::gateway::root().join("forms/every-field.toml")).unwrap();
    let visit = Visit::with_form(|_| easy(every)).await;
    let card = visit.card();
    // What nobody sees, with whatever an autofill has at hand; then everything else, and the button, in one go and before wasm is there.
    let autofill = "(() => {
        const unseen = [...root.querySelectorAll('input, select, textarea')].filter(one => !one.checkVisibility() && one.type !== 'file');
        unseen.forEach((one, nth) => { one.value = ['Ann', 'IE', 'https://a.example'][nth % 3]; one.dispatchEvent(new Event('change', { bubbles: true })); });
        const names = unseen.map(one => one.name);
        given.forEach(([name, value]) => { root.querySelector(`[name=\"${name}\"]`).value = value; });
        root.querySelector('[type=submit]').click();
        return names;
    })()";
    card.is_painted().await;
    let mut values = required(SERIAL);
    values.as_array_mut().unwrap().extend([json!(["country", "DE"]), json!(["address1", "Hauptstr. 1"]), json!(["city", "Berlin"])]);
    let names = card.read_with(autofill, values).await;
    assert!(["productName", "campaign", "giver"].iter().all(|name| names.as_array().unwrap().contains(&json!(name))), "{names}");
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    let stored = visit.newest().await;
    assert_eq!((&stored["productName"], &stored["fieldData"]["address1"]), (&json!("Espresso Duo"), &json!("Hauptstr. 1")));
    assert_eq!(stored["fieldData"].get("giver"), None, "what nobody was asked");
    visit.browser.console_is_silent().await;
}

/// What a page's translator does: each text in elements of its own, in other words.
const TRANSLATE: &str = "(() => { const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT), texts = [];
    while (walker.nextNode()) if (walker.currentNode.data.trim() && !walker.currentNode.parentNode.closest('font, [translate=no]')) texts.push(walker.currentNode);
    texts.forEach(text => { const font = document.createElement('font'); font.append(Object.assign(document.createElement('font'), { textContent: 'traduit' })); text.replaceWith(font); });
    return texts.length; })()";

#[tokio::test(flavor = "multi_thread")]
async fn what_a_machine_translated_is_stored_in_the_forms_own_words() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    for (lang, news, serial) in [
        ("en", "Tell me about new parts and recipes, about once a month", SERIAL),
        // One that tells the page's language anew gets the card's own words of that.
        ("fr", "Écrivez-moi environ une fois par mois au sujet des nouvelles pièces et recettes", "ED5-2204-0819"),
    ] {
        visit.shows_the_card().await;
        card.is_painted().await;
        assert!(card.read(TRANSLATE).await.as_u64() > Some(20));
        card.type_into("customerName", NAME).await;
        card.becomes_live().await;
        card.fill(EMAIL, serial).await;
        card.click("h2").await;
        visit.browser.js("document.documentElement.lang = arguments[0]", vec![json!(lang)]).await;
        card.until(
            "it is in that language",
            &format!("root.querySelector('.regcard').lang === '{lang}' && !!root.querySelector('[data-check=available]')"),
        )
        .await;
        assert!(card.read(TRANSLATE).await.as_u64() > Some(20));
        card.click("[name=PrivacyPolicy]").await;
        card.read("void root.querySelectorAll('select').forEach(list => { list.selectedIndex = 1; list.dispatchEvent(new Event('change', { bubbles: true })); })").await;
        card.read(TRANSLATE).await;
        card.submit().await;
        let number = card.done().await;
        let stored = visit.newest().await;
        assert_eq!(stored["id"], number);
        assert_eq!((&stored["productName"], &stored["serialNumbers"]), (&json!("Espresso Duo"), &json!([serial])));
        assert_eq!((&stored["fieldData"]["boughtFrom"], &stored["fieldData"]["PrivacyPolicy"]), (&json!("online"), &json!(news)));
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_number_looks_the_same_on_a_turkish_page() {
    if lacks_input() {
        return;
    }
    let visit = Visit::with_form(|form| form.replace("one_time = true", "one_time = false")).await;
    visit.gateway.load(["TI1234I".to_owned()].into_iter());
    let card = visit.card();
    // What the customer sees of it, whatever was pressed.
    let seen = async |typed: &str| {
        let element = visit.gateway.element().replace("<reg-card", "<reg-card lang=\"tr\"");
        let page = format!(
            "<!doctype html><html lang=\"tr\"><title>Shop</title><link rel=\"icon\" href=\"data:,\">{}{element}",
            visit.gateway.script()
        );
        visit.shop.serve("/tr", &[("content-type", "text/html; charset=utf-8")], page);
        visit.browser.go(&format!("{}/tr", visit.shop.origin())).await;
        card.click("[name=serialNumber]").await;
        card.becomes_live().await;
        visit.fills("serialNumber", typed).await;
        card.click("h2").await;
        card.until("it was checked", "/unknown|available/.test(root.querySelector('[data-check]').dataset.check)").await;
        visit.browser.breathe().await;
        card.control("serialNumber").await.screenshot_as_png().await.unwrap()
    };
    let capitals = seen("TI1234I").await;
    let dotted = seen("Tİ1234İ").await;
    assert!(dotted != capitals, "a dot would be seen");
    card.serial_is("unknown").await;
    let small = seen("ti1234i").await;
    assert!(small == capitals, "it is shown with a dotted capital I");
    card.serial_is("available").await;
    visit.pastes("serialNumber", "tı1234ı").await;
    card.says("Did you mean").await;
    card.click(".ways .serial").await;
    card.serial_is("available").await;
    card.read_with(FILL, json!([["customerName", NAME], ["customerEmail", EMAIL], ["purchaseDate", DATE]])).await;
    card.submit().await;
    card.done().await;
    assert_eq!(visit.newest().await["serialNumbers"], json!(["TI1234I"]));
    visit.browser.console_is_silent().await;
}
