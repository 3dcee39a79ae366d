//! A gateway in front of somebody else's registration API: what goes out, what comes back, and that nothing goes out twice.

use regcard_gateway::store::{OutboxQuery, OutboxState};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::shop::{Page, Shop, one, registration, registration_with};
use crate::upstream::{Manner, STORED, Upstream, says};

const KEY: &str = "0123456789abcdef";
const TOKEN: &str = "SENTINEL-access-token-of-the-upstream";

/// A gateway that passes on, and the upstream it passes on to.
async fn forwarding() -> (Gateway, Upstream) {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, TOKEN).await;
    (gateway, upstream)
}

#[tokio::test]
async fn a_registration_is_passed_on_with_the_token_and_kept_nowhere_here() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    let known = json!({ "status": "available", "serialNumber": "SN-1", "product": { "sku": "DUO" } });
    assert_eq!(page.check("sn 1/ä").await.good(200), known, "and nothing of the customer that came along");
    let granted = page.upload_file("image/jpeg", 9).await.good(201);
    assert_eq!(granted["signedRequest"], "https://files.example/put?signature=abc");
    let typed =
        registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": granted["uploadId"] }, "note": "A gift", "newParts": false }));
    let answer = page.register(KEY, typed).await.good(201);
    assert_eq!(answer["registrations"], json!([{ "id": "up-1", "status": "registered" }]));

    let seen = upstream.seen();
    for request in &seen {
        assert!(request.head.contains(&format!("authorization: Bearer {TOKEN}")), "{}", request.head);
        for foreign in ["origin:", "cookie:", "idempotency-key:", "x-forwarded", "referer:"] {
            assert!(!request.head.to_ascii_lowercase().contains(foreign), "{}", request.head);
        }
    }
    let lines: Vec<&str> = seen.iter().map(|request| request.line.as_str()).collect();
    assert_eq!(lines[0], "GET /some/api/serial_numbers/sn1%2F%C3%A4");
    assert!(
        lines[1].starts_with("GET /some/api/upload_file?fileName=receipt-") && lines[1].ends_with(".jpg&fileType=image%2Fjpeg&fileSize=9")
    );
    assert_eq!(lines[2..], ["GET /some/api/serial_numbers/SN-1", "POST /some/api/registrations"]);
    let mut sent: Value = serde_json::from_str(&seen[3].body).unwrap();
    let reference = sent["registrations"][0].as_object_mut().unwrap().remove("regcardReference");
    assert!(reference.is_some_and(|reference| reference.as_str().unwrap().starts_with("regcard-")), "it can be found again");
    let expected = json!({
        "type": "product-registration", "customerName": "Mara Lindqvist", "customerEmail": "mara@example.com",
        "productName": "Espresso Duo", "serialNumbers": ["SN-1"], "purchaseDate": "2026-11-14",
        "InvoiceUpload": "https://files.example/r1.jpg", "note": "A gift", "newParts": false,
    });
    assert_eq!(sent, one(expected));
    assert_eq!(gateway.held().await, 0);
    assert!(gateway.unsent().await.is_empty());
    let done = OutboxQuery { state: Some(OutboxState::Done), limit: 9, ..OutboxQuery::default() };
    assert_eq!(gateway.app.store.outbox_list(done).await.unwrap()[0].payload, "", "what was typed is gone once it has arrived");
}

#[tokio::test]
async fn the_same_key_goes_out_once_also_after_a_restart() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    let first = page.register(KEY, registration("SN-1")).await;
    first.good(201);
    assert_eq!(page.register(KEY, registration("SN-1")).await.body, first.body);
    page.register(KEY, registration("SN-2")).await.problem(422, "idempotency-key-reused");
    let _gateway = gateway.restart().await;
    assert_eq!(page.register(KEY, registration("SN-1")).await.body, first.body);
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_submits_at_once_with_one_key_go_out_once() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    let answers = futures_util::future::join_all((0..20).map(|_| page.register(KEY, registration("SN-1")))).await;
    for answer in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(answer.problem(409, "idempotency-in-progress")["retryable"], true);
        assert_eq!(answer.header("retry-after"), "1");
    }
    assert!(answers.iter().any(|answer| answer.status == 201));
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test]
async fn a_lost_answer_is_taken_on_and_what_cannot_be_looked_for_is_never_sent_again() {
    for manner in [Manner::LoseTheAnswer, says(500, "", "oops"), says(201, "", "<html>"), says(302, "location: /\r\n", "")] {
        let (gateway, upstream) = forwarding().await;
        upstream.registering(manner.clone());
        let page = gateway.page().await;
        let first = page.register(KEY, registration("SN-1")).await;
        assert_eq!(first.good(202)["registrations"], json!([{ "status": "queued" }]), "{manner:?}");
        upstream.registering(says(201, "", STORED));
        let again = page.register(KEY, registration("SN-1")).await;
        assert_eq!((again.status, &again.body), (202, &first.body));
        let gateway = gateway.restart().await;
        // This one's list of registrations is none.
        let parked = gateway.until_all_is_sent().await;
        assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown), "a person has to look");
        assert_eq!(page.register(KEY, registration("SN-1")).await.body, first.body);
        let status = gateway.request(reqwest::Method::GET, "/v1/registrations/status").header("idempotency-key", KEY);
        assert_eq!(crate::answer::Answer::to(status).await.good(200), json!({ "registrations": [{ "status": "queued" }] }));
        assert_eq!(upstream.posts().len(), 1, "{manner:?}");
        page.register("another-key-after-that", registration("SN-1")).await.good(201);
    }
}

#[tokio::test]
async fn an_upstream_that_says_nothing_is_not_waited_for_for_ever() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(Manner::Hang);
    let page = gateway.page().await;
    // Five seconds of the machine's time: the limit is one of the network, not of the clock that is moved by hand.
    page.register(KEY, registration("SN-1")).await.good(202);
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test]
async fn a_submit_that_was_on_its_way_when_the_gateway_stopped_is_looked_for_and_not_sent_again() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(Manner::Hang);
    let page = gateway.page().await;
    let asking = tokio::spawn({
        let page = page.clone();
        async move { page.register(KEY, registration("SN-1")).await }
    });
    crate::until("it has arrived", || upstream.posts().len() == 1).await;
    // The customer goes away, and another gateway is started while the first one is still waiting.
    asking.abort();
    let gateway = gateway.leave_and_start_another().await;
    upstream.registering(says(201, "", STORED));
    let page = Page { shop: Shop { gateway: gateway.gateway.clone(), ..page.shop }, ..page };
    page.register(KEY, registration("SN-1")).await.problem(409, "idempotency-in-progress");
    gateway.until_all_is_sent().await;
    page.register(KEY, registration("SN-1")).await.good(202);
    assert_eq!(upstream.posts().len(), 1);
}

#[tokio::test]
async fn while_an_upstream_is_down_forms_are_taken_on_and_arrive_once_when_it_is_back() {
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    // Nobody listens there, and nobody else can meanwhile.
    let taken = tokio::net::TcpSocket::new_v4().unwrap();
    taken.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let closed = taken.local_addr().unwrap();
    gateway.forward_to(&format!("http://{closed}/api"), TOKEN).await;
    let page = gateway.page().await;
    for answer in [page.check("SN-1").await, page.upload_file("image/jpeg", 9).await] {
        assert_eq!(answer.problem(503, "upstream-unavailable")["retryable"], true);
        assert_eq!(answer.header("retry-after"), "5");
    }
    let first = page.register(KEY, registration("SN-1")).await;
    first.good(202);
    assert_eq!(page.register(KEY, registration("SN-1")).await.body, first.body);
    let gateway = gateway.restart().await;
    let upstream = Upstream::start().await;
    gateway.forward_to(&upstream.url, TOKEN).await;
    assert!(gateway.until_all_is_sent().await.is_empty());
    let answer = page.register(KEY, registration("SN-1")).await;
    assert_eq!(answer.good(201)["registrations"], json!([{ "id": "up-1", "status": "registered" }]));
    let mut lines: Vec<String> = upstream.seen().into_iter().map(|seen| seen.line).collect();
    assert_eq!(lines.pop().as_deref(), Some("POST /some/api/registrations"));
    // Asked once more where an answer came too late.
    lines.dedup();
    assert_eq!(lines, ["GET /some/api/serial_numbers/SN-1"], "the form's rules hold then too");
}

#[tokio::test]
async fn what_the_upstream_turned_away_is_sent_again_by_itself() {
    for status in [401, 403, 404, 429] {
        let (gateway, upstream) = forwarding().await;
        let page = gateway.page().await;
        upstream.registering(says(status, "", r#"{"message":"secret reason"}"#));
        let answer = page.register(KEY, registration("SN-1")).await;
        answer.good(202);
        assert!(!answer.text().contains("secret"));
        upstream.registering(says(201, "", STORED));
        assert!(gateway.until_all_is_sent().await.is_empty());
        page.register(KEY, registration("SN-1")).await.good(201);
        assert_eq!(upstream.posts().len(), 2, "{status}");
    }
}

#[tokio::test]
async fn what_the_upstream_refuses_is_said_at_the_field_and_stays_refused() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    let named = r#"{"errors":[{"pointer":"/registrations/0/customerEmail","code":"email","message":"secret@example.com"}]}"#;
    upstream.registering(says(422, "", named));
    let refused = page.register("refused-with-a-field", registration("SN-1")).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/customerEmail email"]);
    assert!(!refused.text().contains("secret"));
    upstream.registering(says(409, "", "{}"));
    let taken = page.register("refused-as-taken-there", registration("SN-1")).await;
    assert_eq!(taken.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/0 serial-number-registered"]);
    upstream.registering(says(201, "", STORED));
    assert_eq!(
        page.register("refused-with-a-field", registration("SN-1")).await.problem(422, "validation")["errors"],
        refused.json()["errors"]
    );
    assert_eq!(upstream.posts().len(), 2);
}

#[tokio::test]
async fn the_forms_rules_for_serial_numbers_hold_before_anything_is_sent() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    for unknown in [204, 404] {
        upstream.checking(says(unknown, "", ""));
        assert_eq!(page.check("SN-1").await.good(200), json!({ "status": "unknown", "serialNumber": "SN-1" }));
        let refused = page.register(KEY, registration("SN-1")).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/serialNumbers/0 serial-number-unknown"]);
    }
    upstream.checking(says(200, "", r#"{"data":{"serialNumber":"SN-1","registered":true}}"#));
    assert_eq!(page.check("SN-1").await.good(200)["status"], "registered");
    page.register(KEY, registration("SN-1")).await.problem(409, "serial-already-registered");
    assert!(upstream.posts().is_empty());
}

#[tokio::test]
async fn nonsense_from_the_upstream_is_not_passed_on() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    for nonsense in ["<html>secret", "{", "7", "[]", "\"secret\""] {
        upstream.checking(says(200, "set-cookie: secret=1\r\n", nonsense));
        upstream.uploading(says(200, "set-cookie: secret=1\r\n", nonsense));
        for answer in [page.check("SN-1").await, page.upload_file("image/jpeg", 9).await] {
            answer.problem(502, "bad-upstream-response");
            assert!(!format!("{answer:?}").contains("secret") && answer.header("set-cookie").is_empty());
            assert!(!answer.text().contains("secret"));
        }
        // The form is taken on all the same; its serial number is looked up before it is sent.
        page.register(KEY, registration("SN-1")).await.good(202);
    }
    for target in ["javascript:alert(1)", "/relative", "ftp://files.example/x"] {
        let body = format!(r#"{{"signedRequest":"{target}","url":"https://files.example/x"}}"#);
        upstream.uploading(says(200, "", body));
        page.upload_file("image/jpeg", 9).await.problem(502, "bad-upstream-response");
    }
    let huge = format!("{{\"data\":{{\"serialNumber\":\"{}\"}}}}", "x".repeat(1_100_000));
    upstream.checking(says(200, "", huge));
    page.check("SN-1").await.problem(502, "bad-upstream-response");
    assert!(upstream.posts().is_empty());
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let (gateway, upstream) = forwarding().await;
    let elsewhere = Upstream::start().await;
    let to = format!("location: {}/registrations\r\n", elsewhere.url);
    let page = gateway.page().await;
    for status in [301, 302, 307, 308] {
        upstream.checking(says(status, to.clone(), ""));
        page.check("SN-1").await.problem(502, "bad-upstream-response");
    }
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn an_upstream_with_a_private_address_is_not_called_without_the_switch() {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start().await;
    let port = upstream.url.rsplit(':').next().unwrap().to_owned();
    let page = gateway.page().await;
    for host in ["127.0.0.1", "localhost", "127.1", "2130706433", "[::ffff:127.0.0.1]", "0.0.0.0"] {
        gateway.forward_to(&format!("http://{host}:{port}"), TOKEN).await;
        for answer in [page.check("SN-1").await, page.upload_file("image/jpeg", 9).await] {
            answer.problem(503, "upstream-unavailable");
        }
        page.register(KEY, registration("SN-1")).await.good(202);
    }
    assert!(upstream.seen().is_empty());
}

#[tokio::test]
async fn the_upstream_keeps_the_registrations_so_this_api_does_not_show_any() {
    let (gateway, _upstream) = forwarding().await;
    for path in ["/api/registrations", "/api/serial_numbers/SN-1"] {
        gateway.api(path).await.problem(400, "bad-request");
    }
    gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.problem(400, "bad-request");
    assert_eq!(gateway.held().await, 0);
}
