//! What an upstream says that proves nothing: it is looked for again or parked for a person, never sent a second time, and never called
//! registered unless it is.

use std::sync::Arc;

use regcard_gateway::store::{OutboxRow, OutboxState};
use serde_json::{Value, json};
use tokio::sync::Notify;

use crate::gateway::Gateway;
use crate::scripted::{Scripted, TOKEN, forwarding};
use crate::shop::registration;
use crate::upstream::{KNOWN, Manner, Upstream, says};

const KEY: &str = "0123456789abcdef";

/// A registration of the same customer that came some other way, so many days before now.
fn other(gateway: &Gateway, serial: &str, days: i64) -> Value {
    let mut other = registration(serial);
    other["createdAt"] = json!(gateway.clock.millis() - days * 24 * 60 * 60 * 1_000);
    other
}

/// Submits one registration that is taken on, lets time pass until nothing is left to do, and says what is parked then.
async fn submitted(gateway: &Gateway) -> Vec<OutboxRow> {
    let answer = gateway.page().await.register(KEY, registration("SN-1")).await;
    assert_eq!(answer.good(202)["registrations"], json!([{ "status": "queued" }]));
    gateway.until_all_is_sent().await
}

async fn sent_once(upstream: &Scripted, what: &str) {
    assert_eq!(upstream.requests("POST", "/registrations").await.len(), 1, "{what}");
}

#[tokio::test]
async fn a_backend_that_is_slower_than_its_proxy_is_waited_for() {
    for status in [502, 504, 500, 503, 524, 408, 200] {
        let (gateway, upstream) = forwarding().await;
        let said = json!({ "say": { "status": status, "body": "<html>Gateway Time-out</html>" } });
        upstream.registering(json!({ "holds": true, "times": 1, "then": said })).await;
        gateway.page().await.register(KEY, registration("SN-1")).await.good(202);
        for _ in 0..11 {
            gateway.later(10);
            crate::until_so("nothing is due", async || gateway.unsent().await.iter().all(|row| row.next_at > gateway.clock.millis())).await;
        }
        assert!(!upstream.requests("GET", "/registrations").await.is_empty(), "it was looked for");
        sent_once(&upstream, &status.to_string()).await;
        upstream.release().await;
        assert!(gateway.until_all_is_sent().await.is_empty(), "{status}");
        sent_once(&upstream, &status.to_string()).await;
        assert_eq!(upstream.total().await, 1, "{status}");
    }
}

#[tokio::test]
async fn what_an_upstream_has_made_another_product_or_day_of_is_not_taken_for_another_one() {
    for (shows, found) in [
        // An instant of that day, in another time zone than the customer's.
        (json!({ "purchaseDate": "2026-11-13T23:00:00.000Z" }), true),
        (json!({ "productName": "Espresso Duo (2026)" }), false),
        (json!({ "purchaseDate": "2026-11-01" }), false),
        (json!({ "purchaseDate": "14/11/2026", "productName": "Duo" }), false),
    ] {
        let (gateway, upstream) = forwarding().await;
        let shape = json!({ "without": ["regcardReference"], "shows": shows });
        upstream.script(json!({ "shape": shape, "rules": [{ "on": "register", "times": 1, "then": "drop" }] })).await;
        let parked = submitted(&gateway).await;
        assert_eq!(parked.is_empty(), found, "{shows}");
        assert!(parked.iter().all(|row| row.state == OutboxState::Unknown), "{shows}");
        sent_once(&upstream, &shows.to_string()).await;
        assert_eq!(upstream.total().await, 1, "{shows}");
    }
}

#[tokio::test]
async fn an_answer_without_a_list_is_no_empty_list() {
    for body in ["", " ", "null", r#"{"data":null}"#, r#"{"success":false,"data":[]}"#, r#"{"data":[],"error":"late"}"#] {
        let (gateway, upstream) = forwarding().await;
        let rules = json!([{ "on": "register", "then": "drop" }, { "on": "list", "then": { "say": { "status": 200, "body": body } } }]);
        upstream.script(json!({ "rules": rules })).await;
        let parked = submitted(&gateway).await;
        assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown), "{body}");
        assert_eq!(parked[0].last_error.as_deref(), Some("the list in which it could be looked for is not understood"));
        sent_once(&upstream, body).await;
    }
}

#[tokio::test]
async fn an_empty_list_is_one_with_a_status_that_says_so_too() {
    let (gateway, upstream) = forwarding().await;
    let rules = json!([
        { "on": "register", "times": 1, "commits": false, "then": "drop" },
        { "on": "list", "then": { "say": { "status": 204 } } },
    ]);
    upstream.script(json!({ "rules": rules })).await;
    assert!(submitted(&gateway).await.is_empty());
    assert_eq!(upstream.total().await, 1);
}

#[tokio::test]
async fn a_total_that_gets_smaller_is_not_believed() {
    let (gateway, upstream) = forwarding().await;
    let first = json!({ "data": [other(&gateway, "SN-9", 0)], "total": 2 }).to_string();
    let rules = json!([
        { "on": "register", "then": "drop" },
        { "on": "list", "containing": "page=1", "then": { "say": { "status": 200, "body": first } } },
        { "on": "list", "then": { "say": { "status": 200, "body": r#"{"data":[],"total":0}"# } } },
    ]);
    upstream.script(json!({ "rules": rules })).await;
    let parked = submitted(&gateway).await;
    assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown));
    sent_once(&upstream, "the total").await;
}

#[tokio::test]
async fn an_old_one_says_nothing_about_those_after_it_where_the_oldest_come_first() {
    let (gateway, upstream) = forwarding().await;
    let shape = json!({ "ascending": true });
    let rules = json!([{ "on": "register", "times": 1, "then": "drop" }]);
    upstream
        .script(json!({ "shape": shape, "registrations": [other(&gateway, "SN-8", 700), other(&gateway, "SN-9", 600)], "rules": rules }))
        .await;
    assert!(submitted(&gateway).await.is_empty());
    sent_once(&upstream, "the order").await;
    assert_eq!(upstream.total().await, 3);
}

#[tokio::test]
async fn old_ones_one_after_the_other_end_a_list_that_has_the_newest_first() {
    let (gateway, upstream) = forwarding().await;
    let old: Vec<Value> = (0..60).map(|number| other(&gateway, &format!("OLD-{number}"), 700 - number)).collect();
    upstream
        .script(json!({ "registrations": old, "shape": { "total": "nowhere" }, "rules": [{ "on": "register", "times": 1, "commits": false, "then": "drop" }] }))
        .await;
    assert!(submitted(&gateway).await.is_empty());
    assert_eq!(upstream.total().await, 61, "it was not there, and was sent again");
    assert!(upstream.requests("GET", "page=3").await.is_empty(), "two of them are enough");
}

#[tokio::test]
async fn a_total_of_the_page_alone_does_not_end_the_list() {
    for (shape, found) in [
        (json!({ "total": "page" }), true),
        // Where pages are not heeded either, nobody can tell.
        (json!({ "total": "page", "ignoresPage": true, "dropsNewest": 2 }), false),
    ] {
        let (gateway, upstream) = forwarding().await;
        upstream.registering(json!({ "times": 1, "then": "drop" })).await;
        gateway.page().await.register(KEY, registration("SN-1")).await.good(202);
        // The customer's next one has come some other way, and is before it in the list.
        upstream.script(json!({ "shape": shape, "registrations": [other(&gateway, "SN-9", 0)] })).await;
        let parked = gateway.until_all_is_sent().await;
        assert_eq!(parked.is_empty(), found, "{shape}");
        sent_once(&upstream, &shape.to_string()).await;
    }
}

#[tokio::test]
async fn a_success_that_carries_a_refusal_is_one() {
    for (body, fault) in [
        (r#"{"error":{"message":"Invalid serial number","status_code":422}}"#, "/registrations/0/serialNumbers/0 serial-number-unknown"),
        (r#"{"success":false,"message":"Form is closed"}"#, "/registrations/0 kind"),
        (r#"{"data":null,"ok":false,"errors":["No such product"]}"#, "/registrations/0 kind"),
    ] {
        let (gateway, upstream) = forwarding().await;
        upstream.registering(json!({ "times": 1, "commits": false, "then": { "say": { "status": 200, "body": body } } })).await;
        let page = gateway.page().await;
        assert_eq!(page.register(KEY, registration("SN-1")).await.faults(422, "validation"), [fault], "{body}");
        assert!(gateway.unsent().await.is_empty(), "nothing is kept of it");
        page.register("another-key-after-that", registration("SN-1")).await.good(201);
        assert_eq!(upstream.total().await, 1);
    }
}

#[tokio::test]
async fn a_success_that_may_be_none_is_looked_for_and_never_called_registered_by_itself() {
    let contradictory = "it was answered with success and an error at once, and is not there";
    let unclear = "its answers are not understood, and it is not there";
    for (body, stored, why, sent) in [
        (r#"{"error":"The mail could not be sent"}"#, true, None, 1),
        (r#"{"error":"The mail could not be sent"}"#, false, Some(contradictory), 1),
        (r#"{"error":{"code":500}}"#, false, Some(contradictory), 1),
        (r#"{"data":[{"id":"r1"}],"errors":["late"]}"#, false, Some(contradictory), 1),
        (r#"{"message":"ok"}"#, true, None, 1),
        (r#"{"message":"ok"}"#, false, Some(unclear), 3),
        (r#"{"data":[]}"#, false, Some(unclear), 3),
        (r#"{"data":null}"#, false, Some(unclear), 3),
    ] {
        let (gateway, upstream) = forwarding().await;
        upstream.registering(json!({ "commits": stored, "then": { "say": { "status": 200, "body": body } } })).await;
        let parked = submitted(&gateway).await;
        let parked: Vec<_> = parked.iter().map(|row| (row.state, row.last_error.as_deref())).collect();
        let expected: Vec<_> = why.into_iter().map(|why| (OutboxState::Unknown, Some(why))).collect();
        assert_eq!(parked, expected, "{body}");
        assert_eq!(upstream.requests("POST", "/registrations").await.len(), sent, "{body}");
        assert_eq!(upstream.total().await, u64::from(stored), "{body}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_submit_twice_at_once_is_not_refused_by_its_own_serial_number() {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, TOKEN).await;
    let registered = r#"{"data":{"serialNumber":"SN-1","registered":true}}"#;
    let told = Arc::new(Notify::new());
    upstream.checking(Manner::WhenTold(Arc::clone(&told), 200, registered));
    let page = gateway.page().await;
    let slower = tokio::spawn({
        let page = page.clone();
        async move { page.register(KEY, registration("SN-1")).await }
    });
    crate::until("the first one asks", || upstream.seen().len() == 1).await;
    upstream.checking(says(200, "", KNOWN));
    let faster = page.register(KEY, registration("SN-1")).await;
    faster.good(201);
    // By now the number is registered, and that is what the first one hears.
    upstream.checking(says(200, "", registered));
    told.notify_one();
    let slower = slower.await.unwrap();
    assert_eq!((slower.status, &slower.body), (201, &faster.body));
    // Under another key it is another one, and under this key another body too.
    page.register("the-key-of-another", registration("SN-1")).await.problem(409, "serial-already-registered");
    assert_eq!(upstream.posts().len(), 1, "sent once");
}

#[tokio::test]
async fn a_list_that_never_comes_to_an_end_is_parked_after_some_tries() {
    let (gateway, upstream) = forwarding().await;
    let others: Vec<Value> = (2..6).map(|number| other(&gateway, &format!("SN-{number}"), 0)).collect();
    let rules = json!([
        { "on": "register", "commits": false, "then": "drop" },
        { "on": "list", "containing": "page=3", "then": { "say": { "status": 429 } } },
    ]);
    upstream.script(json!({ "registrations": others, "rules": rules })).await;
    let parked = submitted(&gateway).await;
    assert_eq!((parked.len(), parked[0].state), (1, OutboxState::Unknown));
    assert_eq!(parked[0].last_error.as_deref(), Some("looking for it came to no end: too many pages, too slow, or asked too often"));
    let tries = upstream.requests("GET", "page=3").await.len();
    assert_eq!(tries, 8, "as many as there are to be");
    // Whoever takes it up again gets as many once more.
    assert!(gateway.app.store.outbox_retry(parked[0].id.clone(), false, gateway.clock.millis()).await.unwrap());
    assert_eq!(gateway.until_all_is_sent().await.len(), 1);
    assert_eq!(upstream.requests("GET", "page=3").await.len(), 2 * tries);
    sent_once(&upstream, "the end").await;
}
