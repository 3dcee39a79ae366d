//! What pages give a card: by attributes, by properties that are set before its script is there, by their own address, by two scripts
//! that both want one.

use serde_json::json;

use crate::card::{Card, DATE, NAME};
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::until_true;

/// The shop's form with an order number and a field that nobody sees, both filled in from the page's address.
fn with_parameters(form: String) -> String {
    let more = "
[[field]]
key = \"orderNumber\"
kind = \"text\"
label = \"Order number\"
from_url = \"order\"

[[field]]
key = \"channel\"
kind = \"choice\"
style = \"radio\"
label = \"Channel\"
from_url = \"channel\"
choices = [{ value = \"online\" }, { value = \"store\" }]

[[field]]
key = \"campaign\"
kind = \"hidden\"
from_url = \"campaign\"
";
    let core = [("customerEmail", "mail"), ("serialNumber", "serial"), ("newParts", "parts"), ("PrivacyPolicy", "news"), ("note", "note")];
    let form = core.iter().fold(form, |form, (key, parameter)| {
        form.replace(&format!("key = \"{key}\"\n"), &format!("key = \"{key}\"\nfrom_url = \"{parameter}\"\n"))
    });
    form.replace("validate = true", "validate = false").replace("[texts.de]", &format!("{more}\n[texts.de]"))
}

impl Visit {
    /// Shows a page at an address with parameters, and goes there.
    async fn is_led_to(&self, query: &str, element: &str) {
        let page = format!(
            "<!doctype html><html lang=\"en\"><title>Shop</title><link rel=\"icon\" href=\"data:,\">{}{element}</html>",
            self.gateway.script()
        );
        let target = format!("/product?{query}");
        self.shop.serve(&target, &[("content-type", "text/html; charset=utf-8")], page);
        self.browser.go(&format!("{}{target}", self.shop.origin())).await;
        self.card().is_painted().await;
    }
}

impl Card<'_> {
    async fn holds(self, expected: &[(&str, &str)]) {
        for (name, value) in expected {
            assert_eq!(self.value_of(name).await, *value, "{name}");
        }
    }

    async fn has_nothing_ticked(self) {
        assert_eq!(self.read("root.querySelectorAll('[type=checkbox]:checked').length").await, 0);
        assert_eq!(self.read("root.querySelector('[type=file]').files.length").await, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_parameter_of_the_pages_address_is_taken_the_first_included() {
    let visit = Visit::with_form(with_parameters).await;
    let card = visit.card();
    let all = "serial=SN%2B1&order=%231001&mail=ann+box@example.com&campaign=a%3Db%26c,d&channel=store&note=Ann%20%26%20Bob";
    let expected = [
        ("serialNumber", "SN+1"),
        ("orderNumber", "#1001"),
        ("customerEmail", "ann+box@example.com"),
        ("campaign", "a=b&c,d"),
        ("note", "Ann & Bob"),
    ];
    for query in [
        all.to_owned(),
        format!("utm_source=mail&{all}&unknown=1"),
        format!("{all}&{}", all.replace('1', "2").replace("ann", "bob")),
        format!("{all}&parts=true&news=true&InvoiceUpload=receipt.pdf"),
    ] {
        visit.is_led_to(&query, &visit.gateway.element()).await;
        // In what is painted first, before anything else is fetched.
        card.holds(&expected).await;
        assert_eq!(card.read("root.querySelector('[name=channel]:checked').value").await, "store");
        card.has_nothing_ticked().await;
    }
    card.type_into("customerName", NAME).await;
    card.becomes_live().await;
    card.holds(&expected).await;
    card.type_date().await;
    assert_eq!(visit.submits(), 0, "nothing is registered before a person sends it");
    card.submit().await;
    card.done().await;
    let stored = &visit.gateway.merchant.registrations_of("ann%2Bbox@example.com").await[0];
    assert_eq!((&stored["serialNumbers"], &stored["customerEmail"]), (&json!(["SN+1"]), &json!("ann+box@example.com")));
    let fields = &stored["fieldData"];
    assert_eq!(
        [&fields["orderNumber"], &fields["campaign"], &fields["channel"], &fields["note"]],
        ["#1001", "a=b&c,d", "store", "Ann & Bob"]
    );
    assert_eq!([&fields["newParts"], &fields["PrivacyPolicy"]], [&json!(false), &json!("")]);
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn every_attribute_that_prefills_is_taken_and_an_unknown_one_is_told_once() {
    let visit = Visit::with_form(with_parameters).await;
    let element = visit.gateway.element().replace(
        "<reg-card",
        "<reg-card prefill-customername=\"Ann &amp; Bob\" serial=\"SN+1\" prefill-ordernumber=\"#1001\" hidden-campaign=\"a=b&amp;c,d\"
            prefill-customeremail=\"ann+box@example.com\" prefill-channel=\"store\" prefill-boughtfrom=\"gift\"
            prefill-newparts=\"true\" prefill-privacypolicy=\"true\" prefill-invoiceupload=\"receipt.pdf\" prefill-colour=\"teal\"",
    );
    let expected = [
        ("customerName", "Ann & Bob"),
        ("serialNumber", "SN+1"),
        ("orderNumber", "#1001"),
        ("campaign", "a=b&c,d"),
        ("customerEmail", "ann+box@example.com"),
        ("boughtFrom", "gift"),
    ];
    let gate = visit.gateway.proxy.hold("GET", "/v1/assets/options");
    visit.is_led_to("order=%239999&utm_source=mail", &element).await;
    let card = visit.card();
    card.holds(&expected).await;
    card.has_nothing_ticked().await;
    gate.open();
    until_true("somebody is told", async || {
        let asked = visit.gateway.proxy.seen("GET", "/v1/assets/options");
        !asked.is_empty() && asked.iter().all(|one| one.answer.is_some())
    })
    .await;
    card.click("h2").await;
    card.becomes_live().await;
    card.holds(&expected).await;
    // Changed while it stands: once more only what nobody has touched.
    card.type_into("customerName", "!").await;
    let change = "const card = document.querySelector('reg-card'); card.prefill = { customerName: 'Other', orderNumber: '#1002' };";
    visit.browser.js(change, vec![]).await;
    until_true("it is taken over", async || card.value_of("orderNumber").await == "#1002").await;
    assert!(card.value_of("customerName").await.contains("Ann & Bob"), "what somebody typed in stays");
    card.has_nothing_ticked().await;
    card.type_date().await;
    card.submit().await;
    card.done().await;
    let stored = &visit.gateway.merchant.registrations_of("ann%2Bbox@example.com").await[0];
    assert_eq!(stored["serialNumbers"], json!(["SN+1"]));
    let fields = &stored["fieldData"];
    assert_eq!(
        [&fields["orderNumber"], &fields["campaign"], &fields["channel"], &fields["boughtFrom"]],
        ["#1002", "a=b&c,d", "store", "gift"]
    );
    assert_eq!([&fields["newParts"], &fields["PrivacyPolicy"]], [&json!(false), &json!("")]);
    visit.browser.console_says(&["the form has no field \\\"colour\\\""]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_set_before_the_script_came_is_there() {
    let visit = Visit::begin().await;
    let page = "<script>
        const card = document.createElement('reg-card');
        card.product = 'Espresso Duo';
        card.serial = 'ED5-2204-0817';
        card.lang = 'de';
        card.prefill = { customerName: 'Ann & Bob' };
        document.body.append(card);
        addEventListener('load', () => document.head.append(Object.assign(document.createElement('script'), { src: 'SCRIPT', async: true })));
    </script>";
    visit.goes_to("", &page.replace("SCRIPT", &visit.gateway.script_url())).await;
    let card = visit.card();
    card.says("Espresso Duo").await;
    card.says("Seriennummer").await;
    card.holds(&[("serialNumber", SERIAL), ("customerName", "Ann & Bob")]).await;
    let own = "const card = document.querySelector('reg-card'); return ['product', 'serial', 'prefill'].filter(name => Object.hasOwn(card, name));";
    assert_eq!(visit.browser.js(own, vec![]).await, json!([]));
    card.click("h2").await;
    card.becomes_live().await;
    card.serial_is("available").await;
    for (product, way) in [("Other", "card.product = 'Other'"), ("Espresso Uno", "card.setAttribute('product', 'Espresso Uno')")] {
        visit.browser.js(&format!("const card = document.querySelector('reg-card'); {way};"), vec![]).await;
        card.says(product).await;
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_mount_a_form_in_the_same_tick_get_one_each() {
    let visit = Visit::begin().await;
    // As two components do, each with a script of its own, and each of them under React's StrictMode: on, off and on again.
    let page = "<div id=\"one\"></div><div id=\"two\"></div><script>
        for (const target of ['#one', '#two']) {
            const script = document.createElement('script');
            script.src = 'SCRIPT';
            script.onload = () => {
                RegCard.mount(target, { product: 'Espresso Duo' }).unmount();
                const { element } = RegCard.mount(document.querySelector(target), { product: 'Espresso Duo' });
                element.remove();
                document.querySelector(target).append(element);
            };
            document.head.append(script);
        }
    </script>";
    visit.goes_to("", &page.replace("SCRIPT", &visit.gateway.script_url())).await;
    let (one, two) = (visit.card_at(0), visit.card_at(1));
    one.is_painted().await;
    two.is_painted().await;
    let forms = "return ['one', 'two'].map(id => [...document.getElementById(id).children].map(card => card.shadowRoot.querySelectorAll('form').length));";
    assert_eq!(visit.browser.js(forms, vec![]).await, json!([[1], [1]]));
    one.type_into("serialNumber", SERIAL).await;
    two.type_into("customerName", NAME).await;
    two.becomes_live().await;
    one.serial_is("available").await;
    assert_eq!(visit.browser.js(forms, vec![]).await, json!([[1], [1]]));
    // The second one's session is opened in its own time.
    until_true("both have a session", async || visit.gateway.proxy.count("POST", "/v1/sessions") > 1).await;
    two.type_into("customerEmail", EMAIL).await;
    two.type_into("serialNumber", SERIAL).await;
    two.type_date().await;
    assert_eq!(two.value_of("purchaseDate").await, DATE);
    two.submit().await;
    let number = two.done().await;
    visit.is_registered_once(&number).await;
    assert_eq!((visit.wasm_fetches(), visit.gateway.proxy.count("POST", "/v1/sessions")), (1, 2));
    visit.browser.console_is_silent().await;
}
