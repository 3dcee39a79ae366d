//! What waits in the outbox, as whoever watches sees it: how much, since when, and what a person has to look at.
#![expect(clippy::unwrap_used, reason = "what cannot be read fails the story")]

use axum::body::{Body, to_bytes};
use axum::http::Request;
use regcard_gateway::{measure, routes};
use serde_json::json;
use tower::ServiceExt;

use crate::gateway::Gateway;
use crate::scripted::Scripted;
use crate::shop::registration;

/// What `/metrics` says, without what it is about. A store that did not answer within two seconds, on a machine that stands still, is asked once more.
async fn said(gateway: &Gateway) -> String {
    let mut said = String::new();
    crate::until_so("the store answers", async || {
        said = asked(gateway).await;
        !said.lines().any(|line| line.ends_with(" NaN"))
    })
    .await;
    said
}

async fn asked(gateway: &Gateway) -> String {
    let router = routes::operator_router(gateway.app.clone(), measure::begin());
    let answer = router.oneshot(Request::get("/metrics").body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(answer.status(), 200);
    String::from_utf8(to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

/// What it says of the outbox and registrations that are passed on: waiting, parked, and for how many seconds the oldest has waited.
async fn of_the_outbox(gateway: &Gateway) -> [u64; 3] {
    let text = said(gateway).await;
    ["waiting", "parked", "oldest_seconds"].map(|name| {
        let line = format!("regcard_outbox_{name}{{kind=\"forward\"}} ");
        text.lines().find_map(|said| said.strip_prefix(&line)).unwrap().parse().unwrap()
    })
}

#[tokio::test]
async fn what_waits_is_counted_with_the_age_of_the_oldest_and_what_is_parked_apart() {
    let upstream = Scripted::start();
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, "SENTINEL-token").await;
    assert_eq!(of_the_outbox(&gateway).await, [0, 0, 0]);

    // It asks for a pause of an hour, so that nothing is tried again while time is moved by hand.
    let busy = json!({ "say": { "status": 429, "headers": [["retry-after", "3600"]] } });
    upstream.registering(json!({ "commits": false, "then": busy })).await;
    let page = gateway.page().await;
    page.register("the-key-of-number-1", registration("SN-1")).await.good(202);
    gateway.clock.advance(700);
    page.register("the-key-of-number-2", registration("SN-2")).await.good(202);
    gateway.clock.advance(200);
    assert_eq!(of_the_outbox(&gateway).await, [2, 0, 900]);

    upstream.registering(json!({ "commits": false, "then": { "say": { "status": 422, "body": "{}" } } })).await;
    assert_eq!(gateway.until_all_is_sent().await.len(), 2);
    assert_eq!(of_the_outbox(&gateway).await, [0, 2, 0]);

    upstream.behaving().await;
    for row in gateway.unsent().await {
        assert!(gateway.app.store.outbox_retry(row.id, false, gateway.clock.millis()).await.unwrap());
    }
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert_eq!(of_the_outbox(&gateway).await, [0, 0, 0]);
    let text = said(&gateway).await;
    for line in ["regcard_outbox_delivered_total 2", "regcard_outbox_parked_total 2", "regcard_outbox_waiting{kind=\"mail\"} 0"] {
        assert!(text.lines().any(|said| said == line), "{line}: {text}");
    }
    assert!(!text.contains("demo") && !text.contains("SENTINEL"), "nobody is named");
}
