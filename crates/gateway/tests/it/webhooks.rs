//! What a merchant's server is told of registrations: signed, with the row there already, each once, in order.

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use regcard_gateway::store::{Notice, OutboxQuery, OutboxState, WebhookEvent};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::receiver::{Receiver, Webhook};
use crate::shop::{ORIGIN, one, registration, registration_with, with_json};
use crate::upstream::{STORED, Upstream, says};

const KEY: &str = "0123456789abcdef";

/// A gateway whose webhooks may go to this machine.
async fn telling() -> Gateway {
    Gateway::start_with(|config| config.allow_private_webhooks = true).await
}

/// What the shop's server registers: any serial number, for anybody.
fn for_customer(number: usize) -> serde_json::Value {
    registration_with(&format!("SN-{number}"), json!({ "customerEmail": format!("customer-{number}@example.com") }))
}

#[tokio::test]
async fn a_registration_is_told_signed_in_the_documented_form() {
    let gateway = telling().await;
    let receiver = Receiver::start().await;
    let endpoint = gateway.tell(&receiver.url).await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let upload = page.upload(crate::shop::photo(900)).await;
    let typed = json!({ "InvoiceUpload": { "uploadId": upload }, "note": "A gift", "newParts": true, "PrivacyPolicy": true });
    let answer = page.register(KEY, registration_with("sn 1", typed)).await.good(201);
    let id = &answer["registrations"][0]["id"];

    let webhook = receiver.until_it_has(1).await.remove(0);
    assert!(webhook.is_from_whoever_has(&endpoint.secret, gateway.clock.seconds()));
    assert_eq!((webhook.event(), &webhook.body["id"], &webhook.body["type"]), ("created", id, &json!("product-registration")));
    let item = &webhook.body["items"][0];
    assert_eq!((&item["id"], &item["serialNumbers"], &item["purchaseDate"]), (id, &json!(["SN-1"]), &json!("2026-11-14")));
    assert_eq!(item["product"], json!({ "title": "Espresso Duo" }));
    let stored = &gateway.registrations().await[0]["fieldData"];
    let fields = item["extraFields"].as_array().unwrap();
    let field = |name: &str| fields.iter().find(|field| field["name"] == name).unwrap();
    assert_eq!(*field("InvoiceUpload"), json!({ "name": "InvoiceUpload", "type": "image", "value": stored["InvoiceUpload"] }));
    assert_eq!(*field("note"), json!({ "name": "note", "type": "text", "value": "A gift" }));
    assert_eq!((&field("newParts")["type"], &item["note"]), (&json!("checkbox"), &json!("A gift")));
    assert_eq!(webhook.body["customer"], json!({ "name": "Mara Lindqvist", "email": "mara@example.com", "tags": [] }));
    assert!(webhook.text.len() < 20_000 && webhook.path.starts_with("/hooks?key="));

    let now = gateway.clock.seconds();
    let tampered = Webhook { text: webhook.text.replace("SN-1", "SN-2"), ..webhook.clone() };
    assert!(!tampered.is_from_whoever_has(&endpoint.secret, now));
    assert!(!Webhook { id: "another".to_owned(), ..webhook.clone() }.is_from_whoever_has(&endpoint.secret, now));
    assert!(!webhook.is_from_whoever_has(&endpoint.secret, now + 301), "old ones are not taken");
    let rows = gateway.app.store.outbox_list(OutboxQuery { state: Some(OutboxState::Done), limit: 9, ..OutboxQuery::default() });
    crate::until_so("it is settled", async || gateway.unsent().await.is_empty()).await;
    let rows = rows.await.unwrap();
    assert_eq!((rows.len(), &rows[0].id), (1, &webhook.id), "the outbox's number is the webhook's");
    assert!(!rows[0].payload.contains("Mara") && !rows[0].payload.contains("mara@"), "{}", rows[0].payload);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receiver_that_asks_at_once_finds_every_registration() {
    const COUNT: usize = 200;
    let gateway = telling().await;
    let shop = gateway.shop.clone();
    // The answer is 500 unless the registration is there, with what the webhook says of it.
    let receiver = Receiver::doing(move |webhook, _| {
        let shop = shop.clone();
        async move {
            let email = webhook.body["customer"]["email"].as_str().unwrap();
            let found = shop.api(&format!("/api/registrations?email={email}")).await.good(200);
            let (row, item) = (&found["data"][0], &webhook.body["items"][0]);
            let same = found["total"] == 1 && row["id"] == item["id"] && row["serialNumbers"] == item["serialNumbers"];
            (if same { 200 } else { 500 }, None)
        }
    })
    .await;
    gateway.tell(&receiver.url).await;
    let serials: Vec<String> = (0..COUNT).map(|number| format!("SN-{number}")).collect();
    gateway.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let bodies = stream::iter((0..COUNT).map(|number| one(for_customer(number))));
    let shop = &gateway.shop;
    let posted = bodies.map(|body| async move { shop.api_post("/api/registrations", &body).await.good(201) });
    assert_eq!(posted.buffer_unordered(16).collect::<Vec<_>>().await.len(), COUNT);
    crate::until_so("all of them are settled", async || gateway.unsent().await.is_empty()).await;
    let seen = receiver.seen();
    assert_eq!(seen.len(), COUNT, "each was found at the first attempt");
    let mut ids: Vec<&str> = seen.iter().map(|webhook| webhook.id.as_str()).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), COUNT);
}

#[tokio::test]
async fn of_what_is_refused_nobody_is_told() {
    let gateway = telling().await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    // All or none: the first one would have been good.
    let both = json!({ "registrations": [registration("SN-1"), registration("SN-unknown")] });
    assert_eq!(gateway.api_post("/api/registrations", &both).await.status, 422);
    assert!(gateway.unsent().await.is_empty());
    let page = gateway.page().await;
    page.register(KEY, registration("SN-2")).await.good(201);
    page.register(KEY, registration("SN-2")).await.good(201);
    assert_eq!(page.register("another-key-of-hers", registration("SN-2")).await.status, 409);
    crate::until_so("all is told", async || gateway.unsent().await.is_empty()).await;
    let seen = receiver.seen();
    assert_eq!((seen.len(), &seen[0].body["items"][0]["serialNumbers"]), (1, &json!(["SN-2"])), "the same submit is told once");
}

#[tokio::test]
async fn each_endpoint_hears_of_its_own_shop_and_of_what_it_asked_for() {
    let gateway = telling().await;
    let other = gateway.another_shop("other", ORIGIN).await;
    let (own, erased, theirs) = (Receiver::start().await, Receiver::start().await, Receiver::start().await);
    let own_endpoint = gateway.tell(&own.url).await;
    gateway.tell_of("demo", &erased.url, &[WebhookEvent::Deleted]).await;
    let their_endpoint = gateway.tell_of("other", &theirs.url, &WebhookEvent::ALL).await;
    gateway.load_serials(&["SN-1"]).await;
    other.load_serials(&["SN-2"]).await;
    gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    other.api_post("/api/registrations", &one(registration("SN-2"))).await.good(201);
    let (at_own, at_theirs) = (own.until_it_has(1).await.remove(0), theirs.until_it_has(1).await.remove(0));
    crate::until_so("all is told", async || gateway.unsent().await.is_empty()).await;
    assert_eq!((own.seen().len(), erased.seen().len(), theirs.seen().len()), (1, 0, 1));
    assert_eq!(at_own.body["items"][0]["serialNumbers"], json!(["SN-1"]));
    assert_eq!(at_theirs.body["items"][0]["serialNumbers"], json!(["SN-2"]));
    let now = gateway.clock.seconds();
    assert!(at_own.is_from_whoever_has(&own_endpoint.secret, now) && !at_own.is_from_whoever_has(&their_endpoint.secret, now));
}

#[tokio::test]
async fn what_happens_to_one_registration_is_told_in_order_and_as_it_is_by_then() {
    let gateway = telling().await;
    let receiver = Receiver::saying(&[204, 500, 204]).await;
    gateway.tell(&receiver.url).await;
    let loaded = json!({ "serialNumbers": [{ "serialNumber": "SN-1", "sku": "DUO", "customerTags": "vip, new" }, "SN-2"] });
    gateway.api_post("/api/serial_numbers", &loaded).await.good(201);
    let created = gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    let id = created["data"][0]["id"].as_str().unwrap().to_owned();
    let first = receiver.until_it_has(1).await.remove(0);
    let tags = json!({ "name": "Mara Lindqvist", "email": "mara@example.com", "tags": ["vip", "new"] });
    assert_eq!((&first.body["customer"], &first.body["items"][0]["product"]["sku"]), (&tags, &json!("DUO")));
    crate::until_so("the first is settled", async || gateway.unsent().await.is_empty()).await;

    let put = async |fields: Value| {
        let body = json!({ "registration": fields });
        let request = gateway.request(Method::PUT, &format!("/api/registrations/{id}")).bearer_auth(&gateway.access_token);
        Answer::to(with_json(request, &body)).await
    };
    put(json!({ "customerName": "Mara Berg" })).await.good(200);
    let second = receiver.until_it_has(2).await.remove(1);
    assert_eq!((second.event(), &second.body["customer"]["name"]), ("updated", &json!("Mara Berg")));
    put(json!({ "customerName": "Mara Holm" })).await.good(200);
    // What comes after waits, and another one's does not.
    gateway.api_post("/api/registrations", &one(registration("SN-2"))).await.good(201);
    assert_eq!(receiver.until_it_has(3).await[2].event(), "created");
    assert_eq!(gateway.unsent().await.iter().filter(|row| row.aggregate == id).count(), 2);
    gateway.later(6);
    let seen = receiver.until_it_has(5).await;
    assert_eq!(seen[3..].iter().map(Webhook::event).collect::<Vec<_>>(), ["updated", "updated"]);
    assert!(seen[3].id == second.id && seen[4].id != second.id, "tried again under the same number");
    assert_eq!([3, 4].map(|index: usize| &seen[index].body["customer"]["name"]), [&json!("Mara Holm"); 2], "as it is by then");
    let erased = gateway.request(Method::DELETE, &format!("/api/registrations/{id}")).bearer_auth(&gateway.access_token);
    assert!(Answer::to(erased).await.status < 300);
    let erased = receiver.until_it_has(6).await.remove(5).body;
    assert_eq!((&erased["event"], &erased["id"], &erased["items"]), (&json!("deleted"), &json!(id), &json!([{ "id": id }])));
    assert!(erased.get("customer").is_none(), "of what is erased nothing is told but its number");
}

#[tokio::test]
async fn a_change_that_is_refused_is_told_to_nobody() {
    let gateway = telling().await;
    let receiver = Receiver::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let created = gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    let path = format!("/api/registrations/{}", created["data"][0]["id"].as_str().unwrap());
    gateway.tell(&receiver.url).await;
    let body = json!({ "registration": { "customerName": "Mara Berg", "serialNumbers": ["SN-unknown"] } });
    let refused = Answer::to(with_json(gateway.request(Method::PUT, &path).bearer_auth(&gateway.access_token), &body)).await;
    assert_eq!(refused.status, 422);
    let missing = gateway.request(Method::DELETE, "/api/registrations/there-is-none").bearer_auth(&gateway.access_token);
    assert_eq!(Answer::to(missing).await.status, 404);
    gateway.later(0);
    assert!(gateway.unsent().await.is_empty() && receiver.seen().is_empty());
}

#[tokio::test]
async fn what_was_erased_before_it_was_told_is_not_told_any_more() {
    let gateway = telling().await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    let now = gateway.clock.millis();
    for event in [WebhookEvent::Created, WebhookEvent::Deleted] {
        let notice = Notice::of_kept(event, "erased-meanwhile", "product-registration", now);
        gateway.app.store.announce("demo".into(), notice, now).await.unwrap();
    }
    gateway.later(0);
    crate::until_so("all is told", async || gateway.unsent().await.is_empty()).await;
    assert_eq!(receiver.seen().iter().map(Webhook::event).collect::<Vec<_>>(), ["deleted"]);
}

#[tokio::test]
async fn what_is_forwarded_is_told_once_the_upstream_has_it() {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| (config.allow_private_upstreams, config.allow_private_webhooks) = (true, true)).await;
    gateway.forward_to(&upstream.url, "sk_of_the_upstream").await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    upstream.registering(says(429, "", "not now"));
    let page = gateway.page().await;
    page.register(KEY, registration_with("SN-1", json!({ "note": "A gift" }))).await.good(202);
    assert!(receiver.seen().is_empty(), "it is not there yet");
    assert!(gateway.unsent().await.iter().all(|row| row.endpoint.is_empty()), "and nothing waits to be told");
    upstream.registering(says(201, "", STORED));
    let webhook = {
        crate::until_so("it is told", async || {
            gateway.time_passes(4).await;
            !receiver.seen().is_empty()
        })
        .await;
        receiver.seen().remove(0)
    };
    assert_eq!((webhook.event(), &webhook.body["id"]), ("created", &json!("up-1")));
    assert_eq!((&webhook.body["type"], &webhook.body["customer"]["name"]), (&json!("product-registration"), &json!("Mara Lindqvist")));
    assert_eq!((&webhook.body["items"][0]["note"], &webhook.body["items"][0]["serialNumbers"]), (&json!("A gift"), &json!(["SN-1"])));
    assert!(!webhook.text.contains("regcard-"), "our own reference is nobody's business");
    crate::until_so("all is settled", async || gateway.unsent().await.is_empty()).await;
    let done = OutboxQuery { state: Some(OutboxState::Done), limit: 9, ..OutboxQuery::default() };
    for row in gateway.app.store.outbox_list(done).await.unwrap() {
        assert!(!row.payload.contains("Mara"), "what was carried along is gone: {}", row.payload);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_on_one_store_tell_each_once() {
    const COUNT: usize = 100;
    let gateway = telling().await.leave_and_start_another().await;
    let (release, released) = watch::channel(false);
    let receiver = Receiver::doing(move |_, _| {
        let mut released = released.clone();
        async move {
            let _ended = released.wait_for(|go| *go).await;
            (204, None)
        }
    })
    .await;
    gateway.tell(&receiver.url).await;
    let serials: Vec<String> = (0..COUNT).map(|number| format!("SN-{number}")).collect();
    gateway.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for lot in (0..COUNT).collect::<Vec<_>>().chunks(20) {
        let bodies: Vec<_> = lot.iter().map(|number| one(for_customer(*number))).collect();
        join_all(bodies.iter().map(|body| gateway.api_post("/api/registrations", body))).await;
    }
    // Each has eight slots: sixteen at a time are both of them at work.
    receiver.until_it_has(16).await;
    release.send(true).unwrap();
    crate::until_so("all is told", async || gateway.unsent().await.is_empty()).await;
    let mut ids: Vec<String> = receiver.seen().into_iter().map(|webhook| webhook.id).collect();
    assert_eq!(ids.len(), COUNT, "none twice");
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), COUNT, "none left out");
}
