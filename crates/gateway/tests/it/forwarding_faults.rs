//! An upstream that misbehaves, in every way that has been thought of: what the customer is told, and what is there in the end.

use regcard_gateway::store::OutboxState;
use serde_json::{Value, json};

use crate::scripted::{Scripted, forwarding};
use crate::shop::{registration, registration_with};

const KEY: &str = "0123456789abcdef";

/// Each of what it has, once.
async fn each_once(upstream: &Scripted, total: usize) {
    let counts = upstream.by_reference().await;
    assert_eq!(counts.len(), total, "{counts:?}");
    assert!(counts.iter().all(|(reference, count)| reference.starts_with("regcard-") && *count == 1), "{counts:?}");
}

#[tokio::test]
async fn whatever_becomes_of_the_first_attempt_it_arrives_once() {
    let html = json!({ "say": { "status": 200, "body": "<html>secret" } });
    for (first, sent) in [
        // What was stored without being told is found; the others are sent again.
        (json!({ "then": "drop" }), 1),
        (json!({ "then": "truncate" }), 1),
        (json!({ "then": { "huge": { "megabytes": 2 } } }), 1),
        (json!({ "then": { "say": { "status": 500, "body": "secret" } } }), 1),
        (json!({ "then": { "say": { "status": 502, "headers": [["retry-after", "2"]] } } }), 1),
        (json!({ "then": { "say": { "status": 302, "headers": [["location", "/api/elsewhere"]] } } }), 1),
        (json!({ "then": { "say": { "status": 200, "headers": [["content-encoding", "gzip"]], "body": "\u{1f}junk" } } }), 1),
        (json!({ "then": html }), 1),
        (json!({ "commits": false, "then": "drop" }), 2),
        (json!({ "commits": false, "then": html }), 2),
        (json!({ "commits": false, "then": { "say": { "status": 503 } } }), 2),
        (json!({ "commits": false, "then": { "say": { "status": 429, "headers": [["retry-after", "30"]] } } }), 2),
        (json!({ "commits": false, "then": { "say": { "status": 401, "body": "secret" } } }), 2),
        (json!({ "commits": false, "then": { "say": { "status": 403 } } }), 2),
        (json!({ "commits": false, "then": { "say": { "status": 404 } } }), 2),
    ] {
        let (gateway, upstream) = forwarding().await;
        let mut manner = first.clone();
        manner["times"] = json!(1);
        upstream.registering(manner).await;
        let page = gateway.page().await;
        let answer = page.register(KEY, registration("SN-1")).await;
        assert_eq!(answer.good(202)["registrations"], json!([{ "status": "queued" }]), "{first}");
        assert!(!answer.text().contains("secret"));
        assert!(gateway.until_all_is_sent().await.is_empty(), "{first}");
        each_once(&upstream, 1).await;
        assert_eq!(upstream.requests("POST", "/registrations").await.len(), sent, "{first}");
        assert!(upstream.requests("GET", "/elsewhere").await.is_empty(), "a redirect is not followed");
        let settled = page.register(KEY, registration("SN-1")).await.good(201);
        assert_eq!(settled["registrations"], json!([{ "id": "reg_1001", "status": "registered" }]), "{first}");
    }
}

#[tokio::test]
async fn what_comes_while_it_is_stopped_arrives_once_when_it_is_there_again() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    let address = upstream.stop();
    page.check("SN-2").await.problem(503, "upstream-unavailable");
    page.register("the-key-of-another", registration("SN-2")).await.good(202);
    gateway.later(300);
    let upstream = Scripted::start_at(&address);
    gateway.until_all_is_sent().await;
    each_once(&upstream, 1).await;
    page.register("the-key-of-another", registration("SN-2")).await.good(201);
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1);
}

#[tokio::test]
async fn what_may_still_arrive_is_not_sent_again_before_nothing_can_come_any_more() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(json!({ "commits": false, "then": "drop", "times": 1 })).await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(202);
    for _ in 0..11 {
        gateway.later(10);
        crate::until_so("nothing is due", async || gateway.unsent().await.iter().all(|row| row.next_at > gateway.clock.millis())).await;
    }
    assert!(!upstream.requests("GET", "/registrations").await.is_empty(), "it was looked for");
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1);
    gateway.until_all_is_sent().await;
    each_once(&upstream, 1).await;
}

#[tokio::test]
async fn it_is_found_in_every_shape_of_a_list() {
    for shape in [
        json!({ "around": "registrations" }),
        json!({ "around": "nothing", "numberIds": true }),
        json!({ "flat": true, "total": "meta" }),
        json!({ "dropsNewest": 1 }),
        json!({ "ignoresPage": true }),
        // Without the reference, serial number, product and day tell.
        json!({ "without": ["regcardReference"] }),
        json!({ "without": ["regcardReference", "createdAt"], "total": "nowhere" }),
    ] {
        let (gateway, upstream) = forwarding().await;
        upstream.script(json!({ "shape": shape, "rules": [{ "on": "register", "times": 1, "then": "drop", "containing": "SN-2" }] })).await;
        let page = gateway.page().await;
        for number in 1..=3 {
            page.register(&format!("the-key-of-number-{number}"), registration(&format!("SN-{number}"))).await;
        }
        assert!(gateway.until_all_is_sent().await.is_empty(), "{shape}");
        assert_eq!((upstream.total().await, upstream.requests("POST", "/registrations").await.len()), (3, 3), "{shape}");
    }
}

#[tokio::test]
async fn where_a_list_cannot_tell_a_person_has_to() {
    let typed = registration("SN-1");
    for (shape, rules) in [
        // Nothing to tell it by.
        (json!({ "without": ["regcardReference", "serialNumbers"] }), json!([])),
        // The newest are left out, wherever one looks.
        (json!({}), json!([{ "on": "list", "then": { "say": { "status": 200, "body": "{\"data\":[],\"total\":1}" } } }])),
        (json!({}), json!([{ "on": "list", "then": { "say": { "status": 404 } } }])),
        (json!({}), json!([{ "on": "list", "then": { "say": { "status": 200, "body": "<html>" } } }])),
        (json!({}), json!([{ "on": "list", "then": "truncate" }])),
    ] {
        let (gateway, upstream) = forwarding().await;
        let mut all = vec![json!({ "on": "register", "times": 1, "then": "drop" })];
        all.extend(rules.as_array().unwrap().clone());
        upstream.script(json!({ "shape": shape, "rules": all })).await;
        let page = gateway.page().await;
        page.register(KEY, typed.clone()).await.good(202);
        if rules.to_string().contains("truncate") {
            // A network that fails is waited for, for ever: an answer that breaks off says nothing.
            for _ in 0..20 {
                gateway.later(300);
                crate::until_so("it was looked for", async || {
                    gateway.unsent().await.iter().all(|row| row.next_at > gateway.clock.millis())
                })
                .await;
            }
        } else {
            let parked = gateway.until_all_is_sent().await;
            assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown), "{shape} {rules}");
            assert!(parked[0].payload.contains("mara@example.com"), "what was typed is kept for whoever looks");
            page.register(KEY, typed.clone()).await.good(202);
        }
        assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1, "{shape} {rules}");
        each_once(&upstream, 1).await;
    }
}

#[tokio::test]
async fn what_is_refused_later_is_parked_for_the_merchant_and_told_to_who_asks() {
    let (gateway, upstream) = forwarding().await;
    let refused = json!({ "say": { "status": 422, "body": "{\"message\":\"The product is not known\"}" } });
    upstream
        .script(json!({ "rules": [
            { "on": "register", "times": 1, "commits": false, "then": { "say": { "status": 429 } } },
            { "on": "register", "commits": false, "then": refused },
        ] }))
        .await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(202);
    let parked = gateway.until_all_is_sent().await;
    assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Rejected));
    assert_eq!(parked[0].last_error.as_deref(), Some("refused with status 422: The product is not known"));
    assert!(parked[0].payload.contains("mara@example.com"));
    assert_eq!(page.register(KEY, registration("SN-1")).await.faults(422, "validation"), ["/registrations/0 kind"]);
    // The merchant mends it there, and takes it up again.
    upstream.behaving().await;
    assert!(gateway.app.store.outbox_retry(parked[0].id.clone(), false, gateway.clock.millis()).await.unwrap());
    assert!(gateway.until_all_is_sent().await.is_empty());
    page.register(KEY, registration("SN-1")).await.good(201);
    each_once(&upstream, 1).await;
}

#[tokio::test]
async fn a_serial_number_that_could_not_be_looked_up_is_looked_up_before_it_is_sent() {
    let (gateway, upstream) = forwarding().await;
    upstream.script(json!({ "knows": false, "rules": [{ "on": "check", "times": 1, "then": "drop" }] })).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(202);
    let parked = gateway.until_all_is_sent().await;
    assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Rejected));
    let refused = page.register(KEY, registration("SN-1")).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/serialNumbers/0 serial-number-unknown"]);
    assert!(upstream.requests("POST", "/registrations").await.is_empty());
}

#[tokio::test]
async fn several_of_one_submit_are_sent_one_by_one_and_none_twice() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(json!({ "containing": "SN-2", "times": 1, "then": "drop" })).await;
    let page = gateway.page().await;
    let all: Vec<Value> = (1..=3).map(|number| registration_with(&format!("SN-{number}"), json!({}))).collect();
    let body = json!({ "registrations": all });
    let first = page.submit(KEY, &body).await.good(202);
    let queued = json!({ "status": "queued" });
    assert_eq!(first["registrations"], json!([{ "id": "reg_1001", "status": "registered" }, queued, queued]));
    assert!(!gateway.unsent().await[0].payload.contains("SN-1"), "what has arrived is gone from here");
    assert!(gateway.until_all_is_sent().await.is_empty());
    let numbers: Vec<Value> = page.submit(KEY, &body).await.good(201)["registrations"].as_array().unwrap().clone();
    assert_eq!(numbers.iter().map(|one| one["id"].as_str().unwrap()).collect::<Vec<_>>(), ["reg_1001", "reg_1002", "reg_1003"]);
    each_once(&upstream, 3).await;
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 3);
}

#[tokio::test]
async fn a_token_that_is_refused_is_not_tried_again_and_again() {
    let (gateway, upstream) = forwarding().await;
    upstream.script(json!({ "token": "another" })).await;
    let page = gateway.page().await;
    for minute in 0..10 {
        page.check(&format!("SN-{minute}")).await.problem(503, "upstream-unavailable");
        page.upload_file("image/jpeg", 9).await.problem(503, "upstream-unavailable");
        page.register(&format!("the-key-of-minute-{minute}"), registration(&format!("SN-{minute}"))).await.good(202);
        gateway.later(59);
        crate::until_so("nothing is under way", async || {
            let merchant = gateway.app.store.merchant("demo".to_owned()).await.unwrap().unwrap();
            merchant.held_until > gateway.clock.millis()
        })
        .await;
    }
    let seen = upstream.seen("").await;
    assert!(seen["requests"].as_array().unwrap().len() <= 3, "three calls in ten minutes at most: {seen}");
    assert!(gateway.app.outbox.counted.now().credentials_refused >= 1);
    // The merchant gives the gateway the new one, and everything goes out with it.
    gateway.forward_to(&upstream.url, "another").await;
    assert!(gateway.until_all_is_sent().await.is_empty());
    each_once(&upstream, 10).await;
    for request in upstream.requests("POST", "/registrations").await {
        assert!(request["headers"].to_string().contains("Bearer another"), "{request}");
    }
}

#[tokio::test]
async fn who_asks_for_a_pause_gets_it() {
    let (gateway, upstream) = forwarding().await;
    upstream
        .registering(json!({ "times": 1, "commits": false, "then": { "say": { "status": 429, "headers": [["retry-after", "600"]] } } }))
        .await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(202);
    page.register("the-key-of-another", registration("SN-2")).await.good(202);
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1, "the second one waits too");
    gateway.later(599);
    // A look into the outbox that finds nothing to do leaves no trace; a check does, and comes after it.
    page.check("SN-3").await.good(200);
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1);
    gateway.later(1);
    upstream.until_it_has(2).await;
}

#[tokio::test]
async fn an_upstream_that_fails_again_and_again_is_asked_less_and_less() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(json!({ "commits": false, "then": { "say": { "status": 503 } } })).await;
    for number in 0..30 {
        let page = gateway.page().await;
        page.register(&format!("the-key-of-number-{number}"), registration(&format!("SN-{number}"))).await.good(202);
    }
    let seen = upstream.requests("POST", "/registrations").await.len();
    assert!(seen <= 10, "customers are not made to wait for one that is down: {seen}");
    upstream.behaving().await;
    gateway.until_all_is_sent().await;
    each_once(&upstream, 30).await;
}

#[tokio::test]
async fn requests_carry_what_they_have_to_and_nothing_else() {
    let (gateway, upstream) = forwarding().await;
    let page = gateway.page().await;
    page.check("SN-1").await.good(200);
    page.upload_file("image/jpeg", 9).await.good(201);
    upstream.registering(json!({ "times": 1, "then": "drop" })).await;
    page.register(KEY, registration("SN-1")).await.good(202);
    gateway.until_all_is_sent().await;
    let seen = upstream.seen("").await;
    for request in seen["requests"].as_array().unwrap() {
        let mut names: Vec<&str> = request["headers"].as_array().unwrap().iter().map(|header| header[0].as_str().unwrap()).collect();
        names.sort_unstable();
        let expected: &[&str] = match request["method"].as_str() {
            Some("POST") => &["accept", "authorization", "content-length", "content-type", "host"],
            _ => &["accept", "authorization", "host"],
        };
        assert_eq!(names, expected, "{request}");
    }
}
