//! What an upstream refuses after it was taken on waits for a person, and the merchant is told.

use regcard_gateway::store::{OutboxKind, OutboxRow, OutboxState, WebhookEvent};
use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::receiver::{Receiver, Webhook};
use crate::scripted::Scripted;
use crate::shop::{registration, registration_with};

const KEY: &str = "0123456789abcdef";
const WHY: &str = "refused with status 422: The product is not known";

/// A gateway whose upstream is busy once with what has `SN-2` in it, and refuses it then.
async fn refusing() -> (Gateway, Scripted) {
    let upstream = Scripted::start();
    let gateway = Gateway::start_with(|config| (config.allow_private_upstreams, config.allow_private_webhooks) = (true, true)).await;
    gateway.forward_to(&upstream.url, "sk_of_the_upstream").await;
    let refused = json!({ "say": { "status": 422, "body": "{\"message\":\"The product is not known\"}" } });
    upstream
        .script(json!({ "rules": [
            { "on": "register", "containing": "SN-2", "times": 1, "commits": false, "then": { "say": { "status": 429 } } },
            { "on": "register", "containing": "SN-2", "commits": false, "then": refused },
        ] }))
        .await;
    (gateway, upstream)
}

/// Less time passes at once than a webhook waits that was not received, or it would be told a second time before anybody has looked.
async fn parked(gateway: &Gateway) -> Option<OutboxRow> {
    let parked =
        async || gateway.unsent().await.into_iter().find(|row| row.kind == OutboxKind::Forward && row.state == OutboxState::Rejected);
    crate::until_so("it is parked", async || {
        gateway.time_passes(4).await;
        parked().await.is_some()
    })
    .await;
    parked().await
}

fn serials(webhook: &Webhook) -> (&str, Value) {
    (webhook.event(), webhook.body["items"][0]["serialNumbers"].clone())
}

#[tokio::test]
async fn what_is_refused_later_is_told_once_with_where_it_waits_and_why() {
    let (gateway, upstream) = refusing().await;
    let receiver = Receiver::start().await;
    let endpoint = gateway.tell(&receiver.url).await;
    let page = gateway.page().await;
    page.register(KEY, registration_with("SN-2", json!({ "note": "A gift" }))).await.good(202);
    let row = parked(&gateway).await.unwrap();
    let webhook = receiver.until_it_has(1).await.remove(0);
    assert!(webhook.is_from_whoever_has(&endpoint.secret, gateway.clock.seconds()));
    assert_eq!((webhook.event(), &webhook.body["id"], &webhook.body["items"][0]["id"]), ("rejected", &Value::Null, &Value::Null));
    assert_eq!((&webhook.body["outbox"], &webhook.body["reason"]), (&json!(row.id), &json!(WHY)));
    assert_eq!((&webhook.body["type"], &webhook.body["customer"]["name"]), (&json!("product-registration"), &json!("Mara Lindqvist")));
    assert_eq!((&webhook.body["items"][0]["note"], serials(&webhook).1), (&json!("A gift"), json!(["SN-2"])));
    assert!(!webhook.text.contains("regcard-"), "our own reference is nobody's business");
    // Mended there and taken up again, it is told as every other.
    upstream.behaving().await;
    assert!(gateway.app.store.outbox_retry(row.id, false, gateway.clock.millis()).await.unwrap());
    assert!(gateway.until_all_is_sent().await.is_empty());
    let seen = receiver.until_it_has(2).await;
    assert_eq!((seen.len(), seen[1].event(), &seen[1].body["id"]), (2, "created", &json!("reg_1001")));
}

#[tokio::test]
async fn what_waits_to_be_told_holds_nothing_that_was_typed_and_is_not_told_once_somebody_has_settled_it() {
    for given_up in [true, false] {
        let (gateway, upstream) = refusing().await;
        let receiver = Receiver::saying(&[500, 204]).await;
        gateway.tell(&receiver.url).await;
        gateway.page().await.register(KEY, registration("SN-2")).await.good(202);
        let row = parked(&gateway).await.unwrap();
        receiver.until_it_has(1).await;
        let waiting = async || gateway.unsent().await.into_iter().find(|row| row.kind == OutboxKind::Webhook);
        crate::until_so("the attempt is noted", async || waiting().await.is_some_and(|row| row.last_error.is_some())).await;
        let payload = waiting().await.map(|row| row.payload).unwrap_or_default();
        for unsaid in ["Mara", "mara@example.com", "SN-2", "The product"] {
            assert!(!payload.contains(unsaid), "{unsaid}: {payload}");
        }
        upstream.registering(json!({ "commits": false, "then": { "say": { "status": 429 } } })).await;
        let (store, now) = (&gateway.app.store, gateway.clock.millis());
        assert!(
            if given_up { store.outbox_discard(row.id, None, now).await } else { store.outbox_retry(row.id, false, now).await }.unwrap()
        );
        crate::until_so("nothing is to be told", async || {
            gateway.time_passes(4).await;
            waiting().await.is_none()
        })
        .await;
        assert_eq!(receiver.seen().len(), 1, "it is given up, or on its way again: nothing is left to tell");
    }
}

#[tokio::test]
async fn what_is_refused_to_whoever_waits_for_it_is_not_told() {
    let (gateway, upstream) = refusing().await;
    upstream.registering(json!({ "commits": false, "then": { "say": { "status": 422 } } })).await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    gateway.page().await.register(KEY, registration("SN-2")).await.problem(422, "validation");
    assert!(gateway.until_all_is_sent().await.is_empty() && receiver.seen().is_empty());
}

#[tokio::test]
async fn what_was_to_go_out_behind_it_is_told_with_it_and_what_went_before_is_not() {
    let (gateway, _upstream) = refusing().await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    let only_created = Receiver::start().await;
    gateway.tell_of("demo", &only_created.url, &[WebhookEvent::Created]).await;
    let all: Vec<Value> = (1..=3).map(|number| registration(&format!("SN-{number}"))).collect();
    gateway.page().await.submit(KEY, &json!({ "registrations": all })).await.good(202);
    let row = parked(&gateway).await.unwrap();
    let seen = receiver.until_it_has(3).await;
    let mut told: Vec<_> = seen.iter().map(serials).collect();
    told.sort_by_key(|(_, serials)| serials.to_string());
    assert_eq!(told, [("created", json!(["SN-1"])), ("rejected", json!(["SN-2"])), ("rejected", json!(["SN-3"]))]);
    assert!(seen.iter().filter(|webhook| webhook.event() == "rejected").all(|webhook| webhook.body["outbox"] == json!(row.id)));
    crate::until_so("all is told", async || gateway.unsent().await.len() == 1).await;
    assert_eq!(only_created.seen().iter().map(Webhook::event).collect::<Vec<_>>(), ["created"]);
}
