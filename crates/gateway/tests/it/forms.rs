//! A form is a file: what is saved while the gateway runs stands in the card, the script and the hosted page at the next
//! load, and is stored.

use serde_json::{Value, json};

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, registration_with};

const PHONE: &str = "\n[[field]]\nkey = \"Telefon\"\nkind = \"text\"\nlabel = \"Telephone <b>\"\nrequired = true\n";

/// A gateway with the widget's files, as far as it looks at them.
pub(crate) async fn with_widget() -> (Gateway, tempfile::TempDir) {
    let built = crate::gateway::built_widget();
    let folder = built.path().to_owned();
    (Gateway::start_with(|config| config.assets = Some(folder)).await, built)
}

/// The configuration with which the script calls the loader.
pub(crate) fn configuration(script: &str) -> Value {
    let call = script.strip_prefix("(config => { window.seen = config; })(").and_then(|rest| rest.strip_suffix(");\n"));
    serde_json::from_str(call.unwrap_or_default()).unwrap_or_default()
}

#[tokio::test]
async fn a_field_that_is_added_while_the_gateway_runs_appears_everywhere_and_is_stored() {
    let (gateway, _built) = with_widget().await;
    gateway.load_serials(&["SN-1"]).await;
    let card = format!("/v1/forms/{}/{FORM}/card", gateway.key);
    let (script, page) = (format!("/v1/{}/regcard.js", gateway.key), format!("/v1/forms/{}/{FORM}", gateway.key));
    let session = gateway.page().await;
    let refused = session.register("the-key-before-the-field", registration_with("SN-1", json!({ "Telefon": "1" }))).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/Telefon unknown-field"]);
    for path in [&card, &script, &page] {
        let before = gateway.get(path).await;
        assert!(before.status == 200 && !before.text().contains("Telefon"), "{path}");
    }

    gateway.save_form(FORM, &format!("{FORM_FILE}{PHONE}"));
    for path in [&card, &script, &page] {
        let after = gateway.get(path).await;
        assert!(after.text().contains("Telefon"), "{path}: {}", after.text());
    }
    let fields = gateway.get(&card).await.good(200)["form"]["fields"].clone();
    assert_eq!(fields[10], json!({ "key": "Telefon", "kind": "text", "label": "Telephone <b>", "required": true }));
    assert!(gateway.get(&page).await.text().contains("Telephone &lt;b&gt;"));

    let missing = session.register("the-key-without-the-field", registration_with("SN-1", json!({}))).await;
    assert_eq!(missing.faults(422, "validation"), ["/registrations/0/Telefon required"]);
    session.register("the-key-with-the-field", registration_with("SN-1", json!({ "Telefon": "+49 1" }))).await.good(201);
    assert_eq!(gateway.registrations().await[0]["fieldData"]["Telefon"], "+49 1");
}

#[tokio::test]
async fn a_file_that_is_broken_leaves_the_last_good_one_in_use() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let card = format!("/v1/forms/{}/{FORM}/card", gateway.key);
    let good = gateway.get(&card).await;
    for (number, broken) in
        ["[[field]\n", "", "title = 7\n", "[[field]]\nkey = \"x\"\nkind = \"text\"\nlabel = \"x\"\n"].into_iter().enumerate()
    {
        gateway.save_form(FORM, broken);
        assert_eq!(gateway.get(&card).await.body, good.body, "{broken:?}");
        let page = gateway.page().await;
        let typed = registration_with(["SN-1", "SN-2", "SN-1", "SN-2"][number], json!({}));
        let answer = page.register(&format!("the-key-of-number-{number}"), typed).await;
        assert_eq!(answer.status, if number < 2 { 201 } else { 409 }, "{broken:?}");
    }
    gateway.save_form(FORM, &format!("{FORM_FILE}{PHONE}"));
    assert!(gateway.get(&card).await.text().contains("Telefon"));
}

#[tokio::test]
async fn an_unknown_key_or_form_gets_a_script_that_says_why_and_does_nothing_else() {
    let (gateway, _built) = with_widget().await;
    let key = &gateway.key;
    for (path, why) in [
        ("/v1/pk_live_0123456789abcdef/regcard.js".to_owned(), "is not known"),
        ("/v1/x/regcard.js".to_owned(), "no publishable key"),
        ("/v1/%22);alert(1)/regcard.js".to_owned(), "no publishable key"),
        (format!("/v1/{key}/regcard.js?form=another"), "no such form"),
        (format!("/v1/{key}/regcard.js?form=../secrets"), "no such form"),
    ] {
        let answer = gateway.get(&path).await;
        assert_eq!((answer.status, answer.header("content-type").as_str()), (200, "text/javascript; charset=utf-8"), "{path}");
        let script = answer.text();
        assert!(script.starts_with("console.error(\"regcard: ") && script.ends_with("\");\n"), "{script}");
        assert!(script.contains(why) && script.lines().count() == 1, "{script}");
    }
    for path in [format!("/v1/forms/{key}/another"), format!("/v1/forms/{key}/another/card"), format!("/v1/forms/x/{FORM}/card")] {
        gateway.get(&path).await.problem(404, "not-found");
    }
}

#[tokio::test]
async fn without_a_built_widget_the_script_says_so_and_all_else_works() {
    let empty = tempfile::tempdir().unwrap();
    let folder = empty.path().to_owned();
    let gateway = Gateway::start_with(|config| config.assets = Some(folder)).await;
    let script = gateway.get(&format!("/v1/{}/regcard.js", gateway.key)).await;
    assert!(script.status == 200 && script.text().starts_with("console.error(\"regcard: the gateway has no widget"), "{script:?}");
    assert_eq!(gateway.get(&format!("/v1/forms/{}/{FORM}/card", gateway.key)).await.status, 200);
    assert_eq!(gateway.get(&format!("/v1/forms/{}/{FORM}", gateway.key)).await.status, 200);
}

#[tokio::test]
async fn the_tree_in_the_script_is_the_view_rendered_natively() {
    let (gateway, _built) = with_widget().await;
    let script = gateway.get(&format!("/v1/{}/regcard.js", gateway.key)).await;
    let config = configuration(script.text());
    let form: regcard_protocol::form::Form = toml::from_str(FORM_FILE).unwrap();
    let page = format!("{}/v1/forms/{}/{FORM}", gateway.gateway, gateway.key);
    let html =
        regcard::view::render(&form, FORM, &regcard::text::Words::of("en"), &format!("{page}?lang=en"), &regcard::form::Answers::default());
    assert_eq!(config["tree"], regcard_gateway::card::tree(&html));
    assert_eq!(config["tree"][1], json!({ "class": "regcard", "lang": "en", "dir": "ltr" }));
    let card = gateway.get(&format!("/v1/forms/{}/{FORM}/card", gateway.key)).await.good(200);
    assert_eq!(card["tree"], config["tree"]);
    assert_eq!(card["form"], serde_json::to_value(&form).unwrap());

    // Written again as HTML, by nobody who knows how it was read, it is the same.
    let rest = html_of(&config["tree"]);
    let plain = |html: &str| html.replace("=\"\"", "").replace("&#39;", "'").replace("&#x27;", "'");
    assert_eq!(plain(&rest).len(), plain(&html).len(), "{rest}\n{html}");

    assert_eq!((&config["key"], &config["form"], &config["lang"]), (&json!(gateway.key), &json!(FORM), &json!("en")));
    assert_eq!(config["gateway"], gateway.gateway);
    assert_eq!(config["wasm"], format!("{}/v1/assets/regcard-0a0a.wasm", gateway.gateway));
    assert_eq!(config["glue"], format!("{}/v1/assets/regcard-0a0a.js", gateway.gateway));
}

/// A node tree as HTML.
fn html_of(node: &Value) -> String {
    let escaped = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let Some(node) = node.as_array() else {
        return escaped(node.as_str().unwrap_or_default());
    };
    let tag = node[0].as_str().unwrap_or_default().trim_start_matches("svg:");
    let attributes = node[1].as_object().into_iter().flatten();
    let attributes: String = attributes
        .map(|(name, value)| format!(" {name}=\"{}\"", escaped(value.as_str().unwrap_or_default()).replace('"', "&quot;")))
        .collect();
    if tag == "input" {
        return format!("<input{attributes}>");
    }
    format!("<{tag}{attributes}>{}</{tag}>", node[2..].iter().map(html_of).collect::<String>())
}

#[tokio::test]
async fn a_form_that_is_asked_for_by_name_has_to_be_the_merchants() {
    let gateway = Gateway::start().await;
    gateway.save_form("warranty", FORM_FILE);
    gateway.get(&format!("/v1/forms/{}/warranty/card", gateway.key)).await.problem(404, "not-found");
    gateway.session(crate::shop::ORIGIN, "warranty", None).await.problem(403, "form-not-allowed");
}
