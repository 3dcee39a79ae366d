//! The idempotency key alone makes two submits one; a serial number that is registered once has one owner.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, one, photo, registration, registration_with, with_json};

const KEY: &str = "0123456789abcdef";

#[tokio::test]
async fn the_same_key_gives_the_same_answer() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let first = page.register(KEY, registration("SN-1")).await;
    first.good(201);
    gateway.clock.advance(100);
    let again = page.register(KEY, registration("SN-1")).await;
    assert_eq!((again.status, &again.body), (first.status, &first.body));
    assert_eq!((first.header("idempotency-replayed"), again.header("idempotency-replayed")), (String::new(), "true".to_owned()));
    let quoted = page.register(&format!("\"{KEY}\""), registration("SN-1")).await;
    assert_eq!(quoted.body, first.body, "RFC 8941 writes the key in quotes");
    let other_session = gateway.page().await.register(KEY, registration("SN-1")).await;
    assert_eq!(other_session.body, first.body, "a card that was loaded anew goes on with its key");
    assert_eq!(gateway.registrations().await.len(), 1);
}

#[tokio::test]
async fn the_order_of_the_members_makes_no_other_body() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let fields = [
        r#""customerName":"Mara""#,
        r#""customerEmail":"m@example.com""#,
        r#""productName":"Duo""#,
        r#""serialNumbers":["SN-1"]"#,
        r#""purchaseDate":"2026-11-14""#,
    ];
    let submit = |fields: Vec<&str>| {
        let request = page.request(Method::POST, "/v1/registrations").header("idempotency-key", KEY);
        let body = format!("{{\"registrations\" : [ {{{}}} ]}}", fields.join(", "));
        Answer::to(request.header("content-type", "application/json").body(body))
    };
    let first = submit(fields.to_vec()).await;
    first.good(201);
    assert_eq!(submit(fields.iter().rev().copied().collect()).await.body, first.body);
}

#[tokio::test]
async fn the_same_key_with_another_body_is_refused() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    page.register(KEY, registration("SN-2")).await.problem(422, "idempotency-key-reused");
    page.register(KEY, registration_with("SN-1", json!({ "note": "x" }))).await.problem(422, "idempotency-key-reused");
    assert_eq!(gateway.registrations().await.len(), 1);
    assert_eq!(page.check("SN-2").await.good(200)["status"], "available");
}

#[tokio::test]
async fn a_submit_without_a_good_key_is_not_taken() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let bare = page.request(Method::POST, "/v1/registrations");
    Answer::to(with_json(bare, &one(registration("SN-1")))).await.problem(400, "idempotency-key-missing");
    for key in ["", "short", "123456789012345", "with a blank in it", &"k".repeat(256)] {
        page.register(key, registration("SN-1")).await.problem(400, "idempotency-key-missing");
    }
    let twice = page.request(Method::POST, "/v1/registrations").header("idempotency-key", KEY).header("idempotency-key", KEY);
    Answer::to(with_json(twice, &one(registration("SN-1")))).await.problem(400, "idempotency-key-missing");
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn what_was_refused_may_come_again_corrected_under_the_same_key() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-9")).await.problem(422, "validation");
    page.register(KEY, registration_with("SN-1", json!({ "customerEmail": "" }))).await.problem(422, "validation");
    page.register(KEY, registration("SN-1")).await.good(201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_submits_at_once_with_one_key_are_one_registration() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let upload = page.upload(photo(50)).await;
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": upload } }));
    let answers = join_all((0..20).map(|_| page.register(KEY, typed.clone()))).await;
    let different: BTreeSet<&[u8]> = answers.iter().map(|answer| answer.body.as_slice()).collect();
    assert_eq!(different.len(), 1, "{answers:?}");
    assert!(answers.iter().all(|answer| answer.status == 201));
    let fresh = answers.iter().filter(|answer| answer.header("idempotency-replayed").is_empty()).count();
    assert_eq!(fresh, 1);
    assert_eq!(gateway.registrations().await.len(), 1);
}

#[tokio::test]
async fn a_serial_number_that_somebody_has_is_refused_and_everything_else_is_kept_as_it_was() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    let upload = page.upload(photo(50)).await;
    let typed = |serials: &[&str]| registration_with("", json!({ "serialNumbers": serials, "InvoiceUpload": { "uploadId": upload } }));
    let other = gateway.page().await.register("the-key-of-another", registration("sn–1")).await;
    assert_eq!(other.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/0 serial-number-registered"]);
    let both = page.register("the-key-of-a-third", typed(&["SN-2", "SN-1"])).await;
    assert_eq!(both.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/1 serial-number-registered"]);
    assert_eq!(gateway.registrations().await.len(), 1);
    page.register("the-key-of-a-third", typed(&["SN-2"])).await.good(201);
    let server = gateway.api_post("/api/registrations", &one(registration("SN-1"))).await;
    server.problem(409, "serial-already-registered");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_thirty_who_register_one_serial_number_at_once_one_gets_it() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let pages = join_all((0..30).map(|_| gateway.page())).await;
    let submits = pages.iter().enumerate().map(|(number, page)| async move {
        // Each writes it in another way.
        let serial = ["SN-1", "sn-1", "ＳＮ－１", "sn1", "SN—1"][number % 5];
        page.register(&format!("the-key-of-number-{number}"), registration(serial)).await
    });
    let answers = join_all(submits).await;
    let won = answers.iter().filter(|answer| answer.status == 201).count();
    for lost in answers.iter().filter(|answer| answer.status != 201) {
        lost.problem(409, "serial-already-registered");
    }
    assert_eq!(won, 1);
    assert_eq!(gateway.registrations().await.len(), 1);
}

#[tokio::test]
async fn two_shops_keys_do_not_meet() {
    let gateway = Gateway::start().await;
    let other = gateway.another_shop("other", "https://other.example").await;
    gateway.load_serials(&["SN-1"]).await;
    other.load_serials(&["SN-1"]).await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    let session = other.session("https://other.example", "product-registration", None).await.good(201);
    let token = session["token"].as_str().unwrap().to_owned();
    let page = crate::shop::Page { shop: other.clone(), origin: "https://other.example".to_owned(), token };
    page.register(KEY, registration("SN-1")).await.good(201);
    assert_eq!((gateway.registrations().await.len(), other.registrations().await.len()), (1, 1));
}

#[tokio::test]
async fn a_servers_key_works_too_and_is_none_of_the_pages() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let submit = |body| {
        let request = gateway.request(Method::POST, "/api/registrations").bearer_auth(&gateway.access_token);
        Answer::to(with_json(request.header("idempotency-key", KEY), body))
    };
    let body = one(registration("SN-1"));
    let first = submit(&body).await;
    first.good(201);
    assert_eq!(submit(&body).await.body, first.body);
    // Also by a form that would not take it any more.
    let format = "[serial_numbers]\nformat = \"AB-9{4}\"";
    gateway.save_form(FORM, &FORM_FILE.replacen("[serial_numbers]", format, 1));
    gateway.api_post("/api/registrations", &one(registration("SN-2"))).await.problem(422, "validation");
    assert_eq!(submit(&body).await.body, first.body);
    gateway.save_form(FORM, FORM_FILE);
    submit(&one(registration("SN-2"))).await.problem(422, "idempotency-key-reused");
    gateway.page().await.register(KEY, registration("SN-2")).await.good(201);
    assert_eq!(gateway.registrations().await.len(), 2);
}
