//! Mails about registrations that another API keeps: the customer is told once it has them, once, and nothing of it stays here.

use regcard_gateway::store::{OutboxKind, OutboxQuery, OutboxRow, OutboxState};
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::mailbox::{Mail, Mailbox};
use crate::scripted::{Scripted, TOKEN};
use crate::shop::{FORM, Page, registration, registration_with, with_json};

const KEY: &str = "0123456789abcdef";
const OFFICE: &str = "orders@shop.example";

async fn forwarding() -> (Gateway, Scripted, Mailbox) {
    let (upstream, mailbox) = (Scripted::start(), Mailbox::start());
    let settings = mailbox.settings();
    let gateway = Gateway::start_with(|config| {
        config.allow_private_upstreams = true;
        config.mail = Some(settings);
    })
    .await;
    gateway.save_form(FORM, &FORM_FILE.replacen("[serial_numbers]", "warranty_months = 24\n\n[serial_numbers]", 1));
    gateway.forward_to(&upstream.url, TOKEN).await;
    (gateway, upstream, mailbox)
}

async fn settled(gateway: &Gateway, kind: OutboxKind) -> Vec<OutboxRow> {
    let done = OutboxQuery { state: Some(OutboxState::Done), limit: 99, ..OutboxQuery::default() };
    let rows = gateway.app.store.outbox_list(done).await.unwrap_or_default();
    rows.into_iter().filter(|row| row.kind == kind).collect()
}

fn path(mail: &Mail) -> String {
    let link = mail.link();
    link[link.find("/s/").unwrap_or_default()..].to_owned()
}

async fn several(page: &Page, addresses: &[&str]) -> Answer {
    let one = |(number, address): (usize, &&str)| registration_with(&format!("SN-{number}"), json!({ "customerEmail": address }));
    let all: Vec<Value> = addresses.iter().enumerate().map(one).collect();
    page.submit(KEY, &json!({ "registrations": all })).await
}

#[tokio::test]
async fn what_the_upstream_has_taken_is_confirmed_by_one_mail_of_which_nothing_stays() {
    let (gateway, _upstream, mailbox) = forwarding().await;
    let page = gateway.page().await;
    let request = page.request(Method::POST, "/v1/registrations?lang=de").header("idempotency-key", KEY);
    Answer::to(with_json(request, &json!({ "registrations": [registration("SN-1")] }))).await.good(201);
    page.register(KEY, registration("SN-1")).await.good(201);
    let mail = mailbox.until(1).await.remove(0);
    assert_eq!(
        (mail.to.as_slice(), mail.header("Subject").as_str()),
        (&["mara@example.com".to_owned()][..], "Ihre Registrierung: Espresso Duo")
    );
    for part in [mail.part("plain"), mail.part("html")] {
        for said in ["Mara Lindqvist", "reg_1001", "Espresso Duo", "SN-1", "2026-11-14", "2028-11-14", "demo &"] {
            assert!(part.contains(said), "{said}: {part}");
        }
        assert!(!part.contains("hinzufügen"), "nothing can be added there: {part}");
    }
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(mailbox.mails().len(), 1);
    let sent = settled(&gateway, OutboxKind::Mail).await;
    assert_eq!(sent.iter().map(|row| row.payload.as_str()).collect::<Vec<_>>(), [""], "what was typed is gone once it is sent");
    assert_eq!(gateway.held().await, 0);
}

#[tokio::test]
async fn whatever_becomes_of_the_first_attempt_the_customer_hears_of_it_once() {
    for first in [
        // Stored without being told, and found; not stored, and sent again.
        json!({ "then": "drop" }),
        json!({ "then": { "say": { "status": 500 } } }),
        json!({ "commits": false, "then": "drop" }),
        json!({ "commits": false, "then": { "say": { "status": 429 } } }),
    ] {
        let (gateway, upstream, mailbox) = forwarding().await;
        let mut manner = first.clone();
        manner["times"] = json!(1);
        upstream.registering(manner).await;
        gateway.page().await.register(KEY, registration("SN-1")).await.good(202);
        assert!(gateway.until_all_is_sent().await.is_empty(), "{first}");
        let mails = mailbox.until(1).await;
        assert_eq!((mails.len(), upstream.total().await), (1, 1), "{first}");
        assert!(mails[0].part("plain").contains("reg_1001"), "{first}");
    }
}

#[tokio::test]
async fn what_the_upstream_refuses_or_nobody_can_tell_is_not_confirmed() {
    let (gateway, upstream, mailbox) = forwarding().await;
    upstream.registering(json!({ "commits": false, "times": 1, "then": { "say": { "status": 422 } } })).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.problem(422, "validation");
    let list = json!({ "on": "list", "then": { "say": { "status": 404 } } });
    upstream.script(json!({ "rules": [{ "on": "register", "then": "drop", "times": 1 }, list] })).await;
    page.register("the-key-of-another", registration("SN-2")).await.good(202);
    let parked = gateway.until_all_is_sent().await;
    assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown));
    assert!(mailbox.mails().is_empty());
    // Somebody has looked: it is not there.
    upstream.behaving().await;
    assert!(gateway.app.store.outbox_retry(parked[0].id.clone(), true, gateway.clock.millis()).await.is_ok_and(|taken| taken));
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(mailbox.until(1).await.len(), 1);
}

#[tokio::test]
async fn several_of_one_submit_are_confirmed_once_an_address() {
    let (gateway, upstream, mailbox) = forwarding().await;
    upstream.registering(json!({ "containing": "SN-2", "times": 1, "then": "drop" })).await;
    several(&gateway.page().await, &["a@example.com", "A@example.com", "b@example.com"]).await.good(202);
    assert!(gateway.until_all_is_sent().await.is_empty());
    let mut to: Vec<String> = mailbox.until(2).await.iter().map(|mail| mail.to.concat()).collect();
    to.sort();
    assert_eq!(to, ["a@example.com", "b@example.com"]);
    assert_eq!(upstream.total().await, 3);
}

#[tokio::test]
async fn an_upstream_that_gives_no_number_is_confirmed_without_one() {
    let (gateway, upstream, mailbox) = forwarding().await;
    upstream.script(json!({ "shape": { "saysNothing": true } })).await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let mail = mailbox.until(1).await.remove(0);
    assert!(!mail.part("plain").contains("Registration number") && mail.part("plain").contains("SN-1"), "{}", mail.part("plain"));
    upstream.behaving().await;
    let page = gateway.get(&path(&mail)).await;
    assert!(page.status == 200 && page.text().contains("reg_1001"), "it is found by our reference: {}", page.text());
}

#[tokio::test]
async fn the_link_shows_what_the_upstream_has_now_and_says_that_nothing_can_be_added() {
    let (gateway, upstream, mailbox) = forwarding().await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    // Others of the same customer, so that it is not the newest.
    for number in 2..=8 {
        page.register(&format!("the-key-of-number-{number}"), registration(&format!("SN-{number}"))).await.good(201);
    }
    let mails = mailbox.until(8).await;
    let first = mails.iter().find(|mail| mail.part("plain").contains("reg_1001")).map(path).unwrap_or_default();
    let shown = gateway.get(&first).await;
    assert_eq!(shown.status, 200, "{}", shown.text());
    for said in ["reg_1001", "SN-1", "Espresso Duo", "2026-11-14", "2028-11-14", "2026-11-25", "A receipt cannot be added here"] {
        assert!(shown.text().contains(said), "{said}: {}", shown.text());
    }
    for unsaid in ["Mara", "mara@example.com", "SN-8", "<form", "<script"] {
        assert!(!shown.text().contains(unsaid), "{unsaid}: {}", shown.text());
    }
    let body = "--a-boundary\r\nContent-Disposition: form-data; name=\"receipt\"; filename=\"r.jpg\"\r\n\r\nx\r\n--a-boundary--\r\n";
    let kind = "multipart/form-data; boundary=a-boundary";
    let posted = Answer::to(gateway.request(Method::POST, &first).header("content-type", kind).body(body)).await;
    assert_eq!((posted.status, gateway.files()), (303, 0), "a file that is sent all the same is not taken");
    assert!(upstream.requests("PUT", "/").await.is_empty());
    // Erased there, it is gone here.
    let erased = crate::shop::client().delete(format!("{}/registrations/reg_1001", upstream.url)).bearer_auth(TOKEN);
    Answer::to(erased).await.good(200);
    assert_eq!(gateway.get(&first).await.status, 404);
    let address = upstream.stop();
    let later = gateway.get(&first).await;
    assert_eq!((later.status, later.header("content-type").as_str()), (503, "text/html; charset=utf-8"));
    assert!(later.text().contains("cannot be shown just now") && !later.text().contains("SN-1"), "{}", later.text());
    drop(Scripted::start_at(&address));
}

#[tokio::test]
async fn a_link_does_not_hammer_an_api_that_refuses_the_token_and_finds_out_when_it_takes_it_again() {
    let (gateway, upstream, mailbox) = forwarding().await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let path = path(&mailbox.until(1).await[0]);
    upstream.script(json!({ "token": "another" })).await;
    for _ in 0..5 {
        assert_eq!(gateway.get(&path).await.status, 503);
    }
    assert_eq!(upstream.requests("GET", "/registrations").await.len(), 1, "and not once more each time it is opened");
    upstream.script(json!({ "token": TOKEN })).await;
    gateway.later(5 * 60);
    assert_eq!(gateway.get(&path).await.status, 200);
    let merchant = gateway.app.store.merchant("demo".to_owned()).await.ok().flatten();
    assert_eq!(merchant.map(|merchant| merchant.held_until), Some(0), "it takes the token again, for everybody");
}

#[tokio::test]
async fn a_link_to_another_api_is_sealed_and_ends_with_it() {
    let (gateway, _upstream, mailbox) = forwarding().await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let mail = mailbox.until(1).await.remove(0);
    assert!(!mail.link().contains("mara") && mail.link().len() < 1_000, "{}", mail.link());
    // The same token, and another API that knows nothing of it.
    let other = Scripted::start();
    gateway.forward_to(&other.url, TOKEN).await;
    assert_eq!(gateway.get(&path(&mail)).await.status, 404);
}

#[tokio::test]
async fn the_merchant_is_told_with_nothing_of_the_customer_also_while_it_waits() {
    let (gateway, upstream, mailbox) = forwarding().await;
    assert!(gateway.app.store.notify("demo".to_owned(), Some("busy@shop.example".to_owned())).await.is_ok_and(|known| known));
    upstream.registering(json!({ "times": 1, "then": "drop" })).await;
    gateway.page().await.register(KEY, registration_with("SN-1", json!({ "note": "A gift for Tom" }))).await.good(202);
    let waiting = async || gateway.unsent().await.into_iter().find(|row| row.endpoint == "merchant" && row.last_error.is_some());
    crate::until_so("it waits", async || {
        gateway.time_passes(10).await;
        waiting().await.is_some()
    })
    .await;
    let waited = waiting().await.map(|row| row.payload).unwrap_or_default();
    assert!(gateway.until_all_is_sent().await.is_empty());
    let told: Vec<Mail> = mailbox.until(2).await.into_iter().filter(|mail| mail.to == ["busy@shop.example"]).collect();
    assert_eq!(told.len(), 1);
    let text = told[0].part("plain");
    for said in ["reg_1001", "Espresso Duo", "SN-1", "2026-11-14", FORM] {
        assert!(text.contains(said), "{said}: {text}");
    }
    for unsaid in ["Mara", "example.com", "Tom", "regcard-"] {
        assert!(!text.contains(unsaid) && !waited.contains(unsaid), "{unsaid}: {text} {waited}");
    }
}

#[tokio::test]
async fn without_a_mail_server_nothing_of_a_customer_waits() {
    let upstream = Scripted::start();
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, TOKEN).await;
    assert!(gateway.app.store.notify("demo".to_owned(), Some(OFFICE.to_owned())).await.is_ok_and(|known| known));
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    assert!(gateway.unsent().await.is_empty() && settled(&gateway, OutboxKind::Mail).await.is_empty());
}
