//! Confirmation mails: what is in them, that each goes out, and what their link opens.

use regcard_gateway::store::OutboxState;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::mailbox::{Mail, Mailbox};
use crate::shop::{FORM, Page, Shop, one, photo, registration, registration_with, with_json};
use crate::visitor::{MULTIPART, Visitor};

const KEY: &str = "0123456789abcdef";

async fn mailing() -> (Gateway, Mailbox) {
    let mailbox = Mailbox::start();
    let settings = mailbox.settings();
    let gateway = Gateway::start_with(|config| config.mail = Some(settings)).await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    (gateway, mailbox)
}

/// The link's path and query: the gateway is reached at another address than it says only in stories with two of them.
fn path(mail: &Mail) -> String {
    let link = mail.link();
    link[link.find("/s/").unwrap_or_default()..].to_owned()
}

async fn confirm(page: &Page, serial: &str) -> Answer {
    page.post("/v1/registrations/confirmation", &json!({ "serialNumber": serial })).await
}

/// Posts a file to a link, as its page's form does.
async fn adds(shop: &Shop, path: &str, name: &str, bytes: &[u8]) -> Answer {
    let head = format!(
        "------a-boundary-of-some-length\r\nContent-Disposition: form-data; name=\"receipt\"; filename=\"{name}\"\r\nContent-Type: image/jpeg\r\n\r\n"
    );
    let body = [head.as_bytes(), bytes, b"\r\n------a-boundary-of-some-length--\r\n"].concat();
    Answer::to(shop.request(Method::POST, path).header("content-type", MULTIPART).body(body)).await
}

#[tokio::test]
async fn a_registration_is_confirmed_by_one_mail_in_the_customers_language() {
    let (gateway, mailbox) = mailing().await;
    gateway.save_form(FORM, &FORM_FILE.replacen("[serial_numbers]", "warranty_months = 24\n\n[serial_numbers]", 1));
    let page = gateway.page().await;
    let request = page.request(Method::POST, "/v1/registrations?lang=de").header("idempotency-key", KEY);
    let done = Answer::to(with_json(request, &one(registration("SN-1")))).await.good(201);
    let number = done["registrations"][0]["id"].as_str().unwrap_or_default().to_owned();
    page.register(KEY, registration("SN-1")).await.good(201);
    let mails = mailbox.until(1).await;
    let mail = &mails[0];
    assert_eq!((mail.from.as_str(), mail.to.as_slice()), ("register@shop.example", &["mara@example.com".to_owned()][..]));
    assert_eq!(mail.header("From"), "=?utf-8?b?ZGVtbyAmIFNvbnM=?= <register@shop.example>", "demo & Sons, encoded");
    assert_eq!((mail.header("Reply-To"), mail.header("Auto-Submitted")), ("help@shop.example".to_owned(), "auto-generated".to_owned()));
    assert_eq!(mail.header("Subject"), "Ihre Registrierung: Espresso Duo");
    assert!(mail.header("Content-Type").starts_with("multipart/alternative"), "{}", mail.data);
    let (text, html) = (mail.part("plain"), mail.part("html"));
    for part in [&text, &html] {
        for said in ["Mara Lindqvist", &number, "Espresso Duo", "SN-1", "2026-11-14", "2028-11-14", "demo &"] {
            assert!(part.contains(said), "{said}: {part}");
        }
    }
    assert!(text.contains("Guten Tag Mara Lindqvist,") && html.contains("<html lang=\"de\" dir=\"ltr\">"), "{text}");
    let loaded = ["src=", "url(", "@import", "<script", "<img", "<link"];
    assert!(html.matches("http").count() == 1 && loaded.iter().all(|loads| !html.contains(loads)), "only the link leads elsewhere: {html}");
    assert!(html.contains("prefers-color-scheme: dark") && html.contains("<bdi dir=\"ltr\""), "{html}");
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(mailbox.mails().len(), 1, "the same submit again is not confirmed again");
}

#[tokio::test]
async fn the_language_is_the_browsers_where_the_card_says_none() {
    let (gateway, mailbox) = mailing().await;
    let page = gateway.page().await;
    let request = page.request(Method::POST, "/v1/registrations").header("idempotency-key", KEY).header("accept-language", "ar;q=0.9, xx");
    Answer::to(with_json(request, &one(registration("SN-1")))).await.good(201);
    let mail = mailbox.until(1).await.remove(0);
    assert!(mail.part("html").contains("<html lang=\"ar\" dir=\"rtl\">"), "{}", mail.part("html"));
    Visitor::follows(&gateway, &format!("/v1/forms/{}/{FORM}?lang=ja", gateway.key)).await.fills_in("SN-2").sends().await;
    assert!(mailbox.until(2).await[1].part("html").contains("<html lang=\"ja\""));
}

#[tokio::test]
async fn nothing_that_was_typed_can_become_a_header_or_markup() {
    let (gateway, mailbox) = mailing().await;
    let typed = json!({ "productName": "Duo\r\nBcc: all@example.com <b>&", "customerName": "Mara <script>alert(1)</script>" });
    let answer = gateway.page().await.register(KEY, registration_with("SN-1", typed)).await;
    // Whether the form takes it is not what this is about.
    if answer.status != 201 {
        let typed = json!({ "productName": "Duo Bcc: all@example.com <b>&\u{2028}é", "customerName": "Mara <script>alert(1)</script>" });
        gateway.page().await.register("another-key-of-a-page", registration_with("SN-1", typed)).await.good(201);
    }
    let mail = mailbox.until(1).await.remove(0);
    assert!(!mail.names().iter().any(|name| name.eq_ignore_ascii_case("bcc")), "{:?}", mail.names());
    assert_eq!(mail.to, ["mara@example.com"]);
    let html = mail.part("html");
    assert!(!html.contains("<script") && !html.contains("<b>") && html.contains("&lt;script&gt;"), "{html}");
}

#[tokio::test]
async fn whatever_address_people_have_the_mail_goes_there() {
    let (gateway, mailbox) = mailing().await;
    let long = format!("{}@example.com", "a".repeat(100));
    for (nth, (typed, reached)) in [
        ("o'hara+box@example.com", "o'hara+box@example.com"),
        ("ANN_b%c@EXAMPLE.co.uk", "ANN_b%c@example.co.uk"),
        ("two..dots.@example.com", "two..dots.@example.com"),
        ("ann@bücher.example", "ann@xn--bcher-kva.example"),
        (&long, &long),
    ]
    .into_iter()
    .enumerate()
    {
        let serial = format!("SN-{}", nth + 10);
        gateway.load_serials(&[&serial]).await;
        let typed = registration_with(&serial, json!({ "customerEmail": typed }));
        gateway.page().await.register(&format!("{KEY}{nth}"), typed).await.good(201);
        let mail = mailbox.until(nth + 1).await.remove(nth);
        assert_eq!((mail.to.as_slice(), mail.header("To").as_str()), (&[reached.to_owned()][..], reached));
    }
    // A name that is no ASCII is more than this server says it can do; its mail waits for somebody to see.
    let typed = registration_with("SN-1", json!({ "customerEmail": "müller@example.com" }));
    gateway.page().await.register("the-key-of-the-last", typed).await.good(201);
    let parked = gateway.until_all_is_sent().await;
    assert_eq!(parked[0].last_error.as_deref(), Some("the mail server knows no such addresses (SMTPUTF8)"), "{parked:?}");
}

#[tokio::test]
async fn a_server_that_is_busy_gets_it_later_and_one_that_will_not_have_it_never() {
    let (gateway, mailbox) = mailing().await;
    for (nth, (serial, address)) in [("SN-1", "busy@example.com"), ("SN-2", "nobody@example.com")].iter().enumerate() {
        let typed = registration_with(serial, json!({ "customerEmail": address }));
        gateway.page().await.register(&format!("{KEY}{nth}"), typed).await.good(201);
    }
    let parked = gateway.until_all_is_sent().await;
    assert_eq!(parked.len(), 1, "{parked:?}");
    assert_eq!((parked[0].state, parked[0].last_error.as_deref()), (OutboxState::Rejected, Some("the mail server says 550")));
    assert!(!parked[0].payload.contains("@"), "a mail that waits holds nothing of the customer: {}", parked[0].payload);
    assert_eq!(mailbox.until(1).await.iter().map(|mail| mail.to[0].as_str()).collect::<Vec<_>>(), ["busy@example.com"]);
}

#[tokio::test]
async fn a_connection_that_breaks_after_the_mail_sends_the_same_mail_again() {
    let (gateway, mailbox) = mailing().await;
    gateway.page().await.register(KEY, registration_with("SN-1", json!({ "customerEmail": "drop@example.com" }))).await.good(201);
    assert!(gateway.until_all_is_sent().await.is_empty());
    let mails = mailbox.until(2).await;
    let ids: Vec<String> = mails.iter().map(|mail| mail.header("Message-ID")).collect();
    assert!(ids.len() == 2 && ids[0] == ids[1] && !ids[0].is_empty(), "known as one: {ids:?}");
}

#[tokio::test]
async fn a_server_that_does_not_answer_holds_up_no_customer() {
    let (gateway, mailbox) = mailing().await;
    let page = gateway.page().await;
    page.register(KEY, registration_with("SN-1", json!({ "customerEmail": "slow@example.com" }))).await.good(201);
    page.register("the-key-of-the-second", registration("SN-2")).await.good(201);
    assert_eq!(mailbox.until(1).await[0].to, ["mara@example.com"]);
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(mailbox.until(2).await[1].to, ["slow@example.com"]);
}

#[tokio::test]
async fn the_link_shows_one_registration_and_takes_one_receipt() {
    let (gateway, mailbox) = mailing().await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let mail = mailbox.until(1).await.remove(0);
    assert!(mail.link().starts_with(&gateway.gateway), "{}", mail.link());
    let path = path(&mail);
    let page = gateway.get(&path).await;
    assert_eq!(page.status, 200, "{}", page.text());
    assert_eq!((page.header("referrer-policy").as_str(), page.header("cache-control").as_str()), ("no-referrer", "no-store"));
    assert!(page.header("content-security-policy").starts_with("default-src 'none'; style-src 'self';"));
    for said in ["SN-1", "Espresso Duo", "type=\"file\"", "demo &amp; Sons"] {
        assert!(page.text().contains(said), "{said}: {}", page.text());
    }
    for unsaid in ["Mara", "mara@example.com", "<script"] {
        assert!(!page.text().contains(unsaid), "{unsaid}: {}", page.text());
    }
    let refused = adds(&gateway, &path, "x.jpg", b"no picture at all").await;
    assert_eq!(refused.status, 422, "{}", refused.text());
    assert!(refused.text().contains("role=\"alert\"") && refused.text().contains("SN-1"));
    let added = adds(&gateway, &path, "r.jpg", &photo(700)).await;
    assert_eq!((added.status, added.header("location")), (303, path.clone()), "{}", added.text());
    let after = gateway.get(&path).await;
    assert!(after.text().contains("role=\"status\"") && !after.text().contains("<form"), "{}", after.text());
    let receipt = |all: &[Value]| all[0]["fieldData"]["InvoiceUpload"].clone();
    let first = receipt(&gateway.registrations().await);
    assert_eq!(gateway.get(first.as_str().unwrap_or_default()).await.body, photo(700));
    assert_eq!(adds(&gateway, &path, "again.jpg", &photo(900)).await.status, 303);
    assert_eq!((receipt(&gateway.registrations().await), gateway.files()), (first, 1), "one receipt and no second");
}

#[tokio::test]
async fn a_link_takes_no_receipt_where_the_shop_has_named_one_elsewhere() {
    let (gateway, mailbox) = mailing().await;
    let done = gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let path = path(&mailbox.until(1).await[0]);
    assert!(gateway.get(&path).await.text().contains("<form"));
    let elsewhere = json!("https://elsewhere.example/r.png");
    let change = json!({ "registration": { "fields": { "InvoiceUpload": elsewhere } } });
    gateway
        .api_put(&format!("/api/registrations/{}", done["registrations"][0]["id"].as_str().unwrap_or_default()), &change)
        .await
        .good(200);
    assert!(!gateway.get(&path).await.text().contains("<form"));
    assert_eq!(adds(&gateway, &path, "r.jpg", &photo(700)).await.status, 303);
    assert_eq!((&gateway.registrations().await[0]["fieldData"]["InvoiceUpload"], gateway.files()), (&elsewhere, 0));
}

#[tokio::test]
async fn a_link_is_good_for_nothing_else_and_runs_out() {
    let (gateway, mailbox) = mailing().await;
    let page = gateway.page().await;
    let done = page.register(KEY, registration("SN-1")).await.good(201);
    let path = path(&mailbox.until(1).await[0]);
    let token = path.trim_start_matches("/s/").split('?').next().unwrap_or_default().to_owned();
    let status = gateway.request(Method::GET, "/v1/registrations/status").bearer_auth(&token);
    Answer::to(status).await.problem(401, "unauthorized");
    Answer::to(gateway.request(Method::GET, "/api/registrations").bearer_auth(&token)).await.problem(401, "unauthorized");
    gateway.request(Method::PUT, &format!("/v1/uploads/{token}")).send().await.map(|answer| assert_eq!(answer.status(), 403)).ok();
    let others = [page.token.as_str(), done["statusToken"].as_str().unwrap_or_default(), &gateway.access_token, &gateway.key, "x"];
    for other in others {
        let gone = gateway.get(&format!("/s/{other}")).await;
        assert_eq!((gone.status, gone.text().contains("SN-1")), (404, false), "{other}");
        assert_eq!(adds(&gateway, &format!("/s/{other}"), "r.jpg", &photo(700)).await.status, 404);
    }
    gateway.clock.advance(90 * 24 * 60 * 60 + 60);
    let gone = gateway.get(&path).await;
    assert_eq!((gone.status, gone.header("content-type").as_str()), (404, "text/html; charset=utf-8"));
    assert_eq!(adds(&gateway, &path, "r.jpg", &photo(700)).await.status, 404);
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn a_confirmation_is_sent_again_to_the_registered_address_and_says_the_same_to_all() {
    let (gateway, mailbox) = mailing().await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    mailbox.until(1).await;
    let page = gateway.page().await;
    for serial in ["sn1", "SN-2", "NEVER-SEEN", "\u{0}", "SN-1", "SN-1"] {
        let answer = confirm(&page, serial).await;
        assert_eq!((answer.status, answer.text()), (202, ""), "{serial:?}");
    }
    let mails = mailbox.until(3).await;
    assert!(mails.iter().all(|mail| mail.to == ["mara@example.com"]), "{mails:?}");
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(mailbox.mails().len(), 3, "three an hour, the first one included");
    gateway.clock.advance(60 * 60);
    confirm(&gateway.page().await, "SN-1").await;
    mailbox.until(4).await;
    let anybody = gateway.request(Method::POST, "/v1/registrations/confirmation");
    Answer::to(with_json(anybody, &json!({ "serialNumber": "SN-1" }))).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn without_a_mail_server_nothing_is_to_be_sent() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    assert_eq!(confirm(&page, "SN-1").await.status, 202);
    assert!(gateway.unsent().await.is_empty());
}

#[tokio::test]
async fn the_card_knows_of_mail_only_where_there_is_some() {
    let told = async |gateway: &Gateway, key: &str| {
        let card = gateway.get(&format!("/v1/forms/{key}/{FORM}/card")).await.good(200);
        card["form"]["mail"].clone()
    };
    let (gateway, _mailbox) = mailing().await;
    assert_eq!(told(&gateway, &gateway.key).await, true);
    assert_eq!(told(&gateway, &gateway.tried_out().await.key).await, Value::Null, "a test key sends none");
    gateway.forward_to("https://upstream.example/api", "sk_theirs").await;
    assert_eq!(told(&gateway, &gateway.key).await, Value::Null, "another API has the registrations");
    let without = Gateway::start().await;
    assert_eq!(told(&without, &without.key).await, Value::Null);
    without.save_form(FORM, &format!("mail = true\n{FORM_FILE}"));
    assert_eq!(told(&without, &without.key).await, Value::Null, "no file can say so");
}

#[tokio::test]
async fn a_test_key_sends_no_mail() {
    let (gateway, mailbox) = mailing().await;
    let page = gateway.tried_out().await.page().await;
    page.register(KEY, registration("TEST-AVAILABLE")).await.good(201);
    confirm(&page, "SN-1").await;
    assert!(gateway.unsent().await.is_empty() && mailbox.mails().is_empty());
}
