//! Only the hosted page's own form registers: what comes without its nonce, with another one or from elsewhere fills in a
//! fresh page and does nothing else.

use crate::gateway::Gateway;
use crate::shop::{FORM, ORIGIN, photo};
use crate::visitor::{NONCE, TRAP, Visitor};

/// Nothing was registered and no file kept; the page has what was typed, but no tick, and a fresh nonce.
#[track_caller]
fn is_filled_in_afresh(page: &Visitor, old: Option<&str>) {
    assert_eq!(page.page.status, 200, "{}", page.page.text());
    assert_eq!((page.holds("customerName"), page.holds("serialNumber")), (Some("Mara Lindqvist"), Some("SN-1")));
    assert_eq!((page.holds("PrivacyPolicy"), page.holds("kept InvoiceUpload")), (None, None));
    assert!(page.holds(NONCE).is_some_and(|nonce| Some(nonce) != old));
    assert!(page.complaints().is_empty() && page.texts("[data-summary]").is_empty(), "nothing is complained about");
}

async fn filled(gateway: &Gateway) -> Visitor {
    let filled = Visitor::opens(gateway).await.fills_in("SN-1").ticks("PrivacyPolicy");
    filled.chooses("InvoiceUpload", "receipt.jpg", photo(500))
}

#[tokio::test]
async fn the_hosted_page_alone_has_a_nonce_and_each_its_own() {
    let built = crate::gateway::built_widget();
    let gateway = Gateway::start_with(|config| config.assets = Some(built.path().to_owned())).await;
    let (one, other) = (Visitor::opens(&gateway).await, Visitor::opens(&gateway).await);
    assert!(one.holds(NONCE).unwrap().starts_with("v4.local."));
    assert_ne!(one.holds(NONCE), other.holds(NONCE));
    assert!(one.page.text().find(NONCE) < one.page.text().find("customerName"), "it is known before any file comes");
    for path in [format!("/v1/forms/{}/{FORM}/card", gateway.key), format!("/v1/{}/regcard.js", gateway.key)] {
        let answer = gateway.get(&path).await;
        assert!(answer.status == 200 && !answer.text().contains(NONCE) && !answer.text().contains("v4.local."), "{path}");
        assert!(!answer.text().contains(TRAP), "the card has none: {path}");
    }
}

#[tokio::test]
async fn without_a_good_nonce_nothing_is_registered() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let shop = gateway.another_shop("other", "https://other.example").await;
    gateway.save_form("second", crate::gateway::FORM_FILE);
    let page = filled(&gateway).await;
    let good = page.holds(NONCE).unwrap().to_owned();
    let mut changed = good.clone().into_bytes();
    changed[40] = if changed[40] == b'A' { b'B' } else { b'A' };
    let changed = String::from_utf8(changed).unwrap();
    let another_gateway = Gateway::start().await;
    let session = gateway.page().await;
    let foreign = [
        Visitor::opens(&shop).await.holds(NONCE).unwrap().to_owned(),
        Visitor::opens(&another_gateway).await.holds(NONCE).unwrap().to_owned(),
        session.token.clone(),
        session.signed("image/jpeg", 500).await.rsplit('/').next().unwrap().to_owned(),
        changed,
        String::new(),
        "0".repeat(32),
        "x".repeat(10_000),
    ];
    let forged = foreign.iter().map(|nonce| page.clone().forges(NONCE, Some(nonce)));
    for page in forged.chain([page.clone().forges(NONCE, None)]) {
        is_filled_in_afresh(&page.sends().await, Some(&good));
    }
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (0, 0));
    assert_eq!(page.sends().await.page.status, 201);
}

#[tokio::test]
async fn a_nonce_is_good_for_its_own_form_and_key() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = filled(&gateway).await;
    gateway.save_form("second", crate::gateway::FORM_FILE);
    gateway.offer(&[FORM, "second"]).await;
    let second = Visitor::follows(&gateway, &format!("/v1/forms/{}/second", gateway.key)).await;
    let crossed = first.clone().forges(NONCE, second.holds(NONCE)).sends().await;
    is_filled_in_afresh(&crossed, second.holds(NONCE));
    assert_eq!(first.sends().await.page.status, 201);
}

#[tokio::test]
async fn a_page_from_elsewhere_registers_nothing_even_with_a_good_nonce() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = filled(&gateway).await;
    let other_port = format!("{}1", gateway.gateway);
    let other_page = format!("{ORIGIN}/product");
    for headers in [
        &[("origin", ORIGIN)][..],
        &[("origin", "null")],
        &[("origin", "")],
        &[("origin", &other_port)],
        &[("origin", ORIGIN), ("referer", &page.action)],
        &[("origin", &gateway.gateway), ("origin", ORIGIN)],
        &[("referer", &other_page)],
        &[("referer", "about:blank")],
    ] {
        is_filled_in_afresh(&page.sends_from(headers).await, page.holds(NONCE));
    }
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (0, 0));
    assert_eq!(page.sends_from(&[]).await.page.status, 201, "where a browser says nothing the nonce decides");
    assert_eq!(page.sends_from(&[("referer", &page.action)]).await.page.status, 201);
    assert_eq!(gateway.registrations().await.len(), 1);
}

#[tokio::test]
async fn a_page_that_was_open_for_more_than_a_day_is_shown_again_with_everything_on_it() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let (in_time, late) = (filled(&gateway).await, filled(&gateway).await.types("serialNumber", "SN-2"));
    gateway.clock.advance(24 * 3_600 + 59);
    assert_eq!(in_time.sends().await.page.status, 201);
    gateway.clock.advance(1);
    let page = late.sends().await;
    assert_eq!((page.page.status, gateway.registrations().await.len()), (200, 1));
    assert!(page.texts(".note")[0].contains("open for a long time"), "{:?}", page.texts(".note"));
    assert_ne!(page.holds(NONCE), late.holds(NONCE));
    assert_eq!((page.holds("customerName"), page.holds("PrivacyPolicy")), (Some("Mara Lindqvist"), Some("true")));
    assert_eq!(page.texts(".drop .name"), ["receipt.jpg"]);
    let end = page.sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    assert!(gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].is_string());
    assert_eq!(gateway.files(), 2);
}

#[tokio::test]
async fn a_link_cannot_bring_a_nonce_along() {
    let gateway = Gateway::start().await;
    let nonce = Visitor::opens(&gateway).await.holds(NONCE).unwrap().to_owned();
    let link = format!("/v1/forms/{}/{FORM}?page+nonce={nonce}&kept+InvoiceUpload=x&PrivacyPolicy=true", gateway.key);
    let page = Visitor::follows(&gateway, &link).await;
    assert_eq!((page.all(NONCE).len(), page.holds("kept InvoiceUpload"), page.holds("PrivacyPolicy")), (1, None, None));
    assert_ne!(page.holds(NONCE), Some(nonce.as_str()));
}

#[tokio::test]
async fn an_autofill_that_fills_in_what_nobody_sees_costs_one_more_click() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::opens(&gateway).await.fills_in("SN-1");
    // The nonce, and rows for further numbers that are folded away.
    let filled = page.types(NONCE, "Ann").types_into("serialNumber", 1, "IE").types_into("serialNumber", 2, "https://a.example");
    let again = filled.sends().await;
    assert_eq!((again.page.status, again.holds("customerName")), (200, Some("Mara Lindqvist")));
    assert!(gateway.registrations().await.is_empty() && again.texts("[data-state=done]").is_empty(), "no success that is none");
    let faulty = again.sends().await;
    assert_eq!(faulty.page.status, 422);
    assert_eq!(faulty.complaints().len(), 2, "{:?}", faulty.complaints());
    assert_eq!(faulty.texts("summary").len(), 17, "the rows are seen by now");
    let end = faulty.types_into("serialNumber", 1, "").types_into("serialNumber", 2, "").sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    assert_eq!(gateway.registrations().await.len(), 1);
}

#[tokio::test]
async fn what_nobody_sees_is_out_of_every_way_that_people_have() {
    let gateway = Gateway::start().await;
    let page = Visitor::opens(&gateway).await;
    let html = page.page.text();
    let control = &html[html.rfind("<div hidden").unwrap()..];
    let control = &control[..control.find("</div>").unwrap()];
    for part in [
        format!("name=\"{TRAP}\""),
        "type=\"text\"".into(),
        "aria-hidden=\"true\"".into(),
        "autocomplete=\"off\"".into(),
        "tabindex=\"-1\"".into(),
    ] {
        assert!(control.contains(&part), "{part} in {control}");
    }
    assert_eq!(page.holds(TRAP), Some(""), "and whoever leaves it empty is registered at once");
}

#[tokio::test]
async fn a_form_that_is_filled_in_where_nobody_sees_takes_one_more_click_and_is_stored_once() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = filled(&gateway).await.types(TRAP, "https://a.example");
    let again = first.sends().await;
    assert_eq!(again.page.status, 200, "{}", again.page.text());
    assert!(gateway.registrations().await.is_empty() && again.texts("[data-state=done]").is_empty(), "no success that is none");
    assert!(again.complaints().is_empty() && again.texts(".note")[0].contains("perhaps by your browser"), "{:?}", again.texts(".note"));
    assert_eq!((again.holds("customerName"), again.holds("serialNumber")), (Some("Mara Lindqvist"), Some("SN-1")));
    assert_eq!((again.holds("PrivacyPolicy"), again.texts(".drop .name")), (Some("true"), vec!["receipt.jpg".to_owned()]));
    assert_eq!((again.holds(NONCE), again.holds(TRAP)), (first.holds(NONCE), None));
    let end = again.sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    assert!(gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].is_string());
    assert_eq!(again.sends().await.number(), end.number());
    first.sends().await;
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (1, 1));
}

#[tokio::test]
async fn what_is_wrong_is_said_first_and_that_is_the_one_more_click() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::opens(&gateway).await.fills_in("SN-1").types("customerEmail", "mara@example").types(TRAP, "Ann").sends().await;
    assert_eq!((page.page.status, page.complaints().len(), page.holds(TRAP)), (422, 1, None));
    assert_eq!(page.types("customerEmail", "mara@example.com").sends().await.page.status, 201);
}
