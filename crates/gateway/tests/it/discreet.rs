//! A form that is set to discreet checking: nothing that a page is answered tells a number that somebody has registered from one
//! that nobody knows.

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, ORIGIN, Page, Shop, one, registration, registration_with};
use crate::upstream::{Upstream, says};
use crate::visitor::{NONCE, Visitor};

const KEY: &str = "0123456789abcdef";
const REFUSED: &str = "/registrations/0/serialNumbers/0 serial-number-not-accepted";

/// A gateway whose form is discreet: SN-1 is registered, SN-2 is free, SN-3 is nobody's.
async fn discreet() -> Gateway {
    let gateway = Gateway::start().await;
    set_to_discreet(&gateway);
    let numbers = json!([{ "serialNumber": "SN-1", "productName": "Duo" }, { "serialNumber": "SN-2", "productName": "Duo" }]);
    gateway.api_post("/api/serial_numbers", &numbers).await.good(201);
    gateway.page().await.register("the-key-of-the-owner", registration("SN-1")).await.good(201);
    gateway
}

fn set_to_discreet(gateway: &Gateway) {
    gateway.save_form(FORM, &FORM_FILE.replace("one_time = true", "one_time = true\ndiscreet = true"));
}

/// Everything of an answer but what is another in every answer.
fn seen(answer: &Answer) -> (u16, Vec<(String, String)>, String) {
    let id = answer.header("x-request-id");
    let headers = answer.headers.keys().map(|name| (name.to_string(), answer.header(name.as_str()).replace(&id, "ID")));
    let headers = headers.filter(|(name, _)| name != "date").collect();
    (answer.status, headers, answer.text().replace(&id, "ID"))
}

async fn status(shop: &Shop, key: &str) -> Answer {
    Answer::to(shop.request(Method::GET, "/v1/registrations/status").header("origin", ORIGIN).header("idempotency-key", key)).await
}

#[tokio::test]
async fn a_check_says_whether_and_nothing_else() {
    let gateway = discreet().await;
    let page = gateway.page().await;
    let accepted = page.check("sn–2").await.good(200);
    assert_eq!(accepted, json!({ "status": "accepted", "serialNumber": "sn–2" }), "no product, and as it was typed");
    let said = |serial: &str| json!({ "status": "not_accepted", "serialNumber": serial });
    // SN-l looks like one that is known.
    for typed in ["SN-1", "SN-3", "SN-l", "sn1"] {
        assert_eq!(page.check(typed).await.good(200), said(typed));
    }
    let [one, other] = [gateway.page().await, gateway.page().await];
    assert_eq!(seen(&one.check("SN-1").await), {
        let (status, headers, body) = seen(&other.check("SN-3").await);
        (status, headers, body.replace("SN-3", "SN-1"))
    });
    page.check("..").await.problem(422, "validation");
}

#[tokio::test]
async fn a_submit_is_refused_alike_whichever_it_is() {
    let gateway = discreet().await;
    let page = gateway.page().await;
    let registered = page.register("one-key-of-this-page", registration("SN-1")).await;
    assert_eq!(registered.faults(422, "validation"), [REFUSED]);
    let unknown = gateway.page().await.register("another-key-of-this-page", registration("SN-3")).await;
    assert_eq!(seen(&registered), seen(&unknown));
    assert_eq!(status(&gateway, "one-key-of-this-page").await.status, status(&gateway, "another-key-of-this-page").await.status);
    // Two ways to type one number are found out only if it is known.
    let twice = async |typed: [&str; 2]| {
        let page = gateway.page().await;
        page.register(KEY, registration_with("", json!({ "serialNumbers": typed }))).await
    };
    assert_eq!(seen(&twice(["SN-1", "sn1"]).await), seen(&twice(["SN-3", "sn3"]).await));
    // Which of several it was is told, but not what.
    assert_eq!(seen(&twice(["SN-1", "SN-3"]).await), seen(&twice(["SN-3", "SN-1"]).await));
    assert_eq!(gateway.registrations().await.len(), 1);
    page.register(KEY, registration("SN-2")).await.good(201);
}

#[tokio::test]
async fn the_merchants_server_is_told_what_is_the_matter() {
    let gateway = discreet().await;
    let post = async |serial: &str| gateway.api_post("/api/registrations", &one(registration(serial))).await;
    post("SN-1").await.problem(409, "serial-already-registered");
    assert_eq!(post("SN-3").await.faults(422, "validation"), ["/registrations/0/serialNumbers/0 serial-number-unknown"]);
    assert_eq!(gateway.api("/api/serial_numbers/SN-1").await.good(200)["data"]["registered"], true);
    assert_eq!(gateway.api("/api/serial_numbers/SN-3").await.status, 204);
}

#[tokio::test]
async fn both_are_misses_and_a_session_and_an_address_have_so_many_of_them() {
    for serial in ["SN-1", "SN-3"] {
        let gateway = discreet().await.restart_with(|config| config.address_budget_factor = 1).await;
        for _ in 0..2 {
            let page = gateway.page().await;
            for _ in 0..59 {
                page.check(serial).await.good(200);
            }
            page.register(KEY, registration(serial)).await.problem(422, "validation");
        }
        gateway.page().await.check("SN-2").await.problem(429, "budget-exhausted");
    }
}

#[tokio::test]
async fn the_hosted_page_is_the_same_whichever_it_is() {
    let gateway = discreet().await;
    let refused = async |serial: &str| {
        let page = Visitor::opens(&gateway).await.fills_in(serial).sends().await;
        assert_eq!((page.page.status, page.complaints().len()), (422, 1), "{:?}", page.complaints());
        assert!(page.complaints()[0].contains("cannot be registered here"), "{:?}", page.complaints());
        let nonce = page.holds(NONCE).unwrap().to_owned();
        page.page.text().replace(&nonce, "NONCE").replace(serial, "SERIAL")
    };
    assert_eq!(refused("SN-1").await, refused("SN-3").await);
    assert_eq!(Visitor::opens(&gateway).await.fills_in("SN-2").sends().await.page.status, 201);
}

#[tokio::test]
async fn a_test_key_shows_what_the_form_shows() {
    let gateway = discreet().await;
    let page = gateway.tried_out().await.page().await;
    for (typed, status) in [("test available", "accepted"), ("TEST-REGISTERED", "not_accepted"), ("TEST-TYPO", "not_accepted")] {
        assert_eq!(page.check(typed).await.good(200), json!({ "status": status, "serialNumber": typed.replace(' ', "") }));
    }
    let tried_out = gateway.tried_out().await;
    let refused = async |serial: &str| tried_out.page().await.register(KEY, registration(serial)).await;
    let registered = refused("TEST-REGISTERED").await;
    assert_eq!(registered.faults(422, "validation"), [REFUSED]);
    assert_eq!(seen(&registered), seen(&refused("TEST-UNKNOWN").await));
}

/// A gateway with that form in front of an upstream.
async fn in_front_of_another() -> (Gateway, Upstream, Page) {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    set_to_discreet(&gateway);
    gateway.forward_to(&upstream.url, "the-token-of-the-upstream").await;
    let page = gateway.page().await;
    (gateway, upstream, page)
}

#[tokio::test]
async fn an_upstreams_numbers_are_answered_alike_too() {
    let (gateway, upstream, page) = in_front_of_another().await;
    assert_eq!(page.check("sn 1").await.good(200), json!({ "status": "accepted", "serialNumber": "sn1" }));
    let mut seen_of_each = Vec::new();
    for manner in [says(200, "", r#"{"data":{"serialNumber":"SN-1","registered":true,"productName":"Duo"}}"#), says(204, "", "")] {
        upstream.checking(manner);
        let page = gateway.page().await;
        let checked = page.check("sn-1").await;
        assert_eq!(checked.good(200), json!({ "status": "not_accepted", "serialNumber": "sn-1" }));
        let refused = page.register(KEY, registration("SN-1")).await;
        assert_eq!(refused.faults(422, "validation"), [REFUSED]);
        seen_of_each.push((seen(&checked), seen(&refused)));
    }
    assert_eq!(seen_of_each[0], seen_of_each[1]);
    assert!(upstream.posts().is_empty());
}

#[tokio::test]
async fn what_an_upstream_refuses_itself_is_remembered_alike_too() {
    let mut seen_of_each = Vec::new();
    for manner in [says(409, "", r#"{"message":"used"}"#), says(422, "", r#"{"message":"no such serial number"}"#)] {
        let (gateway, upstream, page) = in_front_of_another().await;
        upstream.registering(manner);
        let answers =
            [page.register(KEY, registration("SN-1")).await, page.register(KEY, registration("SN-1")).await, status(&gateway, KEY).await];
        for answer in &answers {
            assert_eq!(answer.faults(422, "validation"), [REFUSED]);
        }
        seen_of_each.push(answers.each_ref().map(seen));
    }
    assert_eq!(seen_of_each[0], seen_of_each[1]);
}

#[tokio::test]
async fn what_was_taken_on_first_and_refused_later_is_told_alike_too() {
    let mut seen_of_each = Vec::new();
    for manner in [says(200, "", r#"{"data":{"serialNumber":"SN-1","registered":true}}"#), says(204, "", "")] {
        let (gateway, upstream, page) = in_front_of_another().await;
        upstream.checking(says(500, "", ""));
        page.register(KEY, registration("SN-1")).await.good(202);
        upstream.checking(manner);
        let parked = gateway.until_all_is_sent().await;
        assert!(parked[0].last_error.as_deref().is_some_and(|why| why.starts_with("the serial number is")), "the merchant is told");
        let told = status(&gateway, KEY).await;
        assert_eq!(told.faults(422, "validation"), [REFUSED]);
        seen_of_each.push(seen(&told));
    }
    assert_eq!(seen_of_each[0], seen_of_each[1]);
}
