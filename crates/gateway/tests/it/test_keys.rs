//! Test keys: every state of the card can be seen with them, and nothing of it stays or goes anywhere.

use std::time::Instant;

use regcard_gateway::limits;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, ORIGIN, Page, one, photo, registration, registration_with, with_json};
use crate::upstream::Upstream;
use crate::visitor::Visitor;

const KEY: &str = "0123456789abcdef";

/// How it stands with a key, for whoever knows it.
async fn status(page: &Page, key: &str) -> Answer {
    let request = page.shop.request(Method::GET, "/v1/registrations/status").header("origin", ORIGIN);
    Answer::to(request.header("idempotency-key", key)).await
}

#[tokio::test]
async fn test_numbers_answer_always_the_same_and_all_others_are_unknown() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.tried_out().await.page().await;
    for (typed, status, shown) in [
        ("TEST-AVAILABLE", "available", "TEST-AVAILABLE"),
        ("test available", "available", "TEST-AVAILABLE"),
        ("TEST-REGISTERED", "registered", "TEST-REGISTERED"),
        ("TEST-UNKNOWN", "unknown", "TEST-UNKNOWN"),
        ("TEST-TAKEN", "available", "TEST-TAKEN"),
        ("TEST-QUEUED", "available", "TEST-QUEUED"),
        ("TEST-LOST", "available", "TEST-LOST"),
        ("TEST-UNCERTAIN", "available", "TEST-UNCERTAIN"),
        ("SN-1", "unknown", "SN-1"),
    ] {
        let checked = page.check(typed).await.good(200);
        assert_eq!((&checked["status"], &checked["serialNumber"]), (&json!(status), &json!(shown)), "{typed}");
    }
    assert_eq!(page.check("TEST-TYPO").await.good(200)["didYouMean"], json!(["TEST-AVAILABLE"]));
    page.check("TEST-FAIL").await.problem(500, "internal");
    let limited = page.check("TEST-LIMIT").await;
    limited.problem(429, "budget-exhausted");
    assert_eq!(limited.header("retry-after"), "60");
    let began = Instant::now();
    assert_eq!(page.check("TEST-SLOW").await.good(200)["status"], "available");
    assert!(began.elapsed() >= limits::TEST_SLOW);
    let live = gateway.page().await;
    assert_eq!(live.check("TEST-AVAILABLE").await.good(200)["status"], "unknown", "a live key knows none of them");
}

#[tokio::test]
async fn what_a_test_key_registers_is_answered_and_not_kept() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "TEST-AVAILABLE"]).await;
    let page = gateway.tried_out().await.page().await;
    let first = page.register(KEY, registration("TEST-AVAILABLE")).await;
    let answer = first.good(201);
    let number = answer["registrations"][0]["id"].as_str().unwrap().to_owned();
    assert!(number.starts_with("test-") && answer["registrations"][0]["status"] == "registered", "{answer}");
    let again = page.register(KEY, registration("TEST-AVAILABLE")).await;
    assert_eq!((again.good(201), again.header("idempotency-replayed").as_str()), (answer.clone(), "true"));
    page.register(KEY, registration_with("TEST-AVAILABLE", json!({ "customerName": "Somebody" })))
        .await
        .problem(422, "idempotency-key-reused");
    assert_eq!(status(&page, KEY).await.good(200)["registrations"], answer["registrations"]);
    let by_token = page.shop.request(Method::GET, "/v1/registrations/status").bearer_auth(answer["statusToken"].as_str().unwrap());
    assert_eq!(Answer::to(by_token).await.good(200)["registrations"], answer["registrations"]);
    page.register("another-key-of-this-page", registration("TEST-AVAILABLE")).await.good(201);
    assert_eq!((gateway.held().await, gateway.registrations().await), (0, Vec::<Value>::new()));
    // A live key with the same idempotency key is another submit, and takes a number of the same name.
    let live = gateway.page().await.register(KEY, registration("TEST-AVAILABLE")).await.good(201);
    assert_ne!(live["registrations"][0]["id"], number.as_str());
    assert_eq!(gateway.registrations().await.len(), 1);
    assert_eq!(status(&page, KEY).await.good(200)["registrations"], live["registrations"], "a live submit comes before a test");
}

#[tokio::test]
async fn a_real_serial_number_is_never_taken_by_a_test() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.tried_out().await.page().await;
    let faults = page.register(KEY, registration("SN-1")).await.faults(422, "validation");
    assert_eq!(faults, ["/registrations/0/serialNumbers/0 serial-number-unknown"]);
    gateway.page().await.register("the-key-of-a-customer", registration("SN-1")).await.good(201);
}

#[tokio::test]
async fn every_outcome_of_a_submit_can_be_seen() {
    let gateway = Gateway::start().await;
    let page = gateway.tried_out().await.page().await;
    for (nth, serial) in ["TEST-REGISTERED", "TEST-TAKEN"].iter().enumerate() {
        let faults = page.register(&format!("{KEY}-taken-{nth}"), registration(serial)).await.faults(409, "serial-already-registered");
        assert_eq!(faults, ["/registrations/0/serialNumbers/0 serial-number-registered"], "{serial}");
    }
    for serial in ["TEST-UNKNOWN", "TEST-TYPO"] {
        let faults = page.register(&format!("{KEY}{serial}"), registration(serial)).await.faults(422, "validation");
        assert_eq!(faults, ["/registrations/0/serialNumbers/0 serial-number-unknown"], "{serial}");
    }
    page.register("the-key-of-a-failure", registration("TEST-FAIL")).await.problem(500, "internal");
    status(&page, "the-key-of-a-failure").await.problem(404, "not-found");
    page.register("the-key-of-a-limit", registration("TEST-LIMIT")).await.problem(429, "budget-exhausted");
    let queued = page.register("the-key-of-a-queued", registration("TEST-QUEUED")).await.good(202);
    assert_eq!(queued["registrations"], json!([{ "status": "queued" }]));
    assert_eq!(status(&page, "the-key-of-a-queued").await.good(200)["registrations"], queued["registrations"]);
    page.register("the-key-of-the-unknown", registration("TEST-UNCERTAIN")).await.problem(504, "outcome-unknown");
    status(&page, "the-key-of-the-unknown").await.problem(504, "outcome-unknown");
    let by_address = registration_with("TEST-AVAILABLE", json!({ "customerEmail": "Test-Fail@example.com" }));
    page.register("the-key-by-the-address", by_address).await.problem(500, "internal");
}

#[tokio::test]
async fn a_lost_answer_is_found_again_under_its_key() {
    let gateway = Gateway::start().await;
    let page = gateway.tried_out().await.page().await;
    let request = page.request(Method::POST, "/v1/registrations").header("idempotency-key", KEY);
    let answer = with_json(request, &one(registration("TEST-LOST"))).send().await;
    let cut = match answer {
        Ok(answer) => answer.bytes().await.is_err(),
        Err(_) => true,
    };
    assert!(cut, "the answer came after all");
    let known = status(&page, KEY).await.good(200);
    assert_eq!(known["registrations"][0]["status"], "registered");
    assert_eq!(page.register(KEY, registration("TEST-LOST")).await.good(201)["registrations"], known["registrations"]);
}

#[tokio::test]
async fn a_test_receipt_is_judged_and_thrown_away() {
    let gateway = Gateway::start().await;
    let page = gateway.tried_out().await.page().await;
    let upload = page.upload(photo(500)).await;
    let with = |upload: &str| registration_with("TEST-AVAILABLE", json!({ "InvoiceUpload": { "uploadId": upload } }));
    let strange = page.register("the-key-of-a-stranger", with("0199aaaa-0000-7000-8000-000000000000")).await;
    assert_eq!(strange.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
    page.register(KEY, with(&upload)).await.good(201);
    for name in ["test-fail.jpg", "TEST-FAIL and more.pdf"] {
        let asked = json!({ "fileName": name, "fileType": "image/jpeg", "fileSize": 9 });
        page.post("/v1/upload_file", &asked).await.problem(500, "internal");
    }
    assert_eq!(gateway.files(), 1);
    gateway.clock.advance(24 * 60 * 60 + 1);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 0);
    status(&page, KEY).await.problem(404, "not-found");
}

#[tokio::test]
async fn a_test_key_calls_no_upstream() {
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    let upstream = Upstream::start().await;
    gateway.forward_to(&upstream.url, "sk_theirs").await;
    let page = gateway.tried_out().await.page().await;
    assert_eq!(page.check("TEST-AVAILABLE").await.good(200)["status"], "available");
    assert_eq!(page.check("SN-1").await.good(200)["status"], "unknown");
    page.upload(photo(500)).await;
    page.register(KEY, registration("TEST-AVAILABLE")).await.good(201);
    assert!(upstream.seen().is_empty(), "{:?}", upstream.seen());
}

#[tokio::test]
async fn a_form_with_a_format_of_its_own_takes_test_numbers_from_a_test_key_alone() {
    let gateway = Gateway::start().await;
    let strict = FORM_FILE.replace("[serial_numbers]", "[serial_numbers]\nformat = \"AA-9{6}\"\ncheck_digit = \"luhn\"");
    assert_ne!(strict, FORM_FILE);
    gateway.save_form(FORM, &strict);
    let test = gateway.tried_out().await;
    let told = |card: Value| card["form"]["serialNumbers"].clone();
    let card = test.get(&format!("/v1/forms/{}/{FORM}/card", test.key)).await.good(200);
    assert_eq!(told(card)["format"], "AA-9{6}|TEST-A{4,10}");
    test.page().await.register(KEY, registration("TEST-AVAILABLE")).await.good(201);
    let card = gateway.get(&format!("/v1/forms/{}/{FORM}/card", gateway.key)).await.good(200);
    assert_eq!((&told(card.clone())["format"], &told(card)["checkDigit"]), (&json!("AA-9{6}"), &json!("luhn")));
    gateway.page().await.register(KEY, registration("TEST-AVAILABLE")).await.problem(422, "validation");
}

#[tokio::test]
async fn the_hosted_page_of_a_test_key_says_so_and_registers_nothing() {
    let gateway = Gateway::start().await;
    let shop = gateway.tried_out().await;
    let visitor = Visitor::opens(&shop).await;
    assert!(visitor.page.text().contains("<p class=\"test\">Test: nothing is registered here.</p>"));
    assert!(!Visitor::opens(&gateway).await.page.text().contains("class=\"test\""));
    let done = visitor.fills_in("TEST-AVAILABLE").sends().await;
    assert_eq!(done.page.status, 201, "{}", done.page.text());
    assert!(done.number().starts_with("test-"), "{}", done.number());
    let taken = Visitor::opens(&shop).await.fills_in("TEST-REGISTERED").sends().await;
    assert_eq!(taken.page.status, 422);
    assert_eq!(gateway.held().await, 0);
}

#[tokio::test]
async fn a_test_token_reads_and_writes_nothing() {
    let gateway = Gateway::start().await;
    let shop = gateway.tried_out().await;
    shop.api("/api/registrations").await.problem(403, "key-disabled");
    shop.api_post("/api/serial_numbers", &json!({ "serialNumbers": ["SN-1"] })).await.problem(403, "key-disabled");
    assert_eq!(gateway.api("/api/serial_numbers/SN-1").await.status, 204);
}
