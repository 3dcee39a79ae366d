//! Receivers that fail, redirect, want no more, or are no receivers at all.

use regcard_gateway::limits;
use regcard_gateway::outbox::Lane;
use regcard_gateway::store::{OutboxKind, OutboxState, Replay};
use regcard_gateway::token::seal_webhook_secret;
use regcard_gateway::webhooks::SigningSecret;
use secrecy::ExposeSecret;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::watch;

use crate::gateway::Gateway;
use crate::receiver::{Endpoint, Receiver, Webhook};
use crate::shop::{one, registration, registration_with};

async fn telling() -> Gateway {
    let gateway = Gateway::start_with(|config| config.allow_private_webhooks = true).await;
    let serials: Vec<String> = (0..100).map(|number| format!("SN-{number}")).collect();
    gateway.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    gateway
}

async fn register(gateway: &Gateway, number: usize) {
    let body = one(registration_with(&format!("SN-{number}"), json!({ "customerEmail": format!("customer-{number}@example.com") })));
    gateway.api_post("/api/registrations", &body).await.good(201);
}

async fn settled(gateway: &Gateway) {
    crate::until_so("nothing waits", async || gateway.unsent().await.iter().all(|row| row.state != OutboxState::Waiting)).await;
}

/// Waits until so many attempts are noted in the outbox's only row.
async fn noted(gateway: &Gateway, tries: u32) -> i64 {
    let mut next_at = 0;
    crate::until_so("the attempt is noted", async || {
        let row = gateway.unsent().await.remove(0);
        row.state != OutboxState::Waiting || row.payload.contains(&format!("\"tries\":{tries}"))
    })
    .await;
    if let Some(row) = gateway.unsent().await.first() {
        next_at = row.next_at;
    }
    next_at
}

async fn counted(address: &TcpListener) -> usize {
    // Whoever wanted to come has come: the attempt is over when this is asked.
    let mut came = 0;
    while tokio::time::timeout(std::time::Duration::from_millis(1), address.accept()).await.is_ok() {
        came += 1;
    }
    came
}

#[tokio::test]
async fn it_is_tried_ten_times_over_three_days_and_then_given_up() {
    let gateway = telling().await;
    let receiver = Receiver::saying(&[500]).await;
    let endpoint = gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    let began = gateway.clock.millis();
    for (index, pause) in limits::WEBHOOK_SCHEDULE_MILLIS.iter().enumerate().skip(1) {
        assert_eq!(receiver.until_it_has(index).await.len(), index);
        let next_at = noted(&gateway, u32::try_from(index).unwrap()).await;
        let waits = next_at - gateway.clock.millis();
        assert!((*pause..=pause + pause / 10).contains(&waits), "attempt {index}: {waits} and not {pause}");
        // Just before, nothing is due.
        gateway.later(waits / 1_000 - 1);
        assert!(gateway.app.store.outbox_due(gateway.clock.millis()).await.unwrap().is_empty());
        gateway.later(3);
    }
    let seen = receiver.until_it_has(10).await;
    settled(&gateway).await;
    let parked = gateway.unsent().await.remove(0);
    assert_eq!((parked.state, parked.last_error.as_deref()), (OutboxState::Exhausted, Some("answered 500")));
    assert!(seen.iter().all(|webhook| webhook.id == parked.id), "always the same number");
    assert!(
        seen.windows(2).all(|two| two[0].timestamp < two[1].timestamp && two[0].text == two[1].text),
        "and each attempt its own second"
    );
    let days = (gateway.clock.millis() - began) / 1_000 / 60 / 60;
    assert!((75..=84).contains(&days), "{days} hours");
    assert_eq!(gateway.endpoint(&endpoint).await.disabled, None, "three days are not five");
    gateway.later(48 * 60 * 60);
    // Somebody else's news comes after five days without a success.
    register(&gateway, 2).await;
    crate::until_so("it is switched off", async || gateway.endpoint(&endpoint).await.disabled.is_some()).await;
    let (_, why) = gateway.endpoint(&endpoint).await.disabled.unwrap();
    assert!(why.contains("five days") && why.contains("answered 500"), "{why}");
    settled(&gateway).await;
    register(&gateway, 3).await;
    assert_eq!(gateway.unsent().await.len(), 2, "nothing more is noted for it");
    assert_eq!(receiver.seen().len(), 11);
}

#[tokio::test]
async fn one_success_in_between_begins_the_five_days_anew() {
    let gateway = telling().await;
    let receiver = Receiver::saying(&[500, 200, 500]).await;
    let endpoint = gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    noted(&gateway, 1).await;
    assert!(gateway.endpoint(&endpoint).await.failing_since.is_some());
    gateway.later(6);
    receiver.until_it_has(2).await;
    settled(&gateway).await;
    assert_eq!(gateway.endpoint(&endpoint).await.failing_since, None);
    gateway.later(6 * 24 * 60 * 60);
    register(&gateway, 2).await;
    noted(&gateway, 1).await;
    assert_eq!(gateway.endpoint(&endpoint).await.disabled, None);
}

#[tokio::test]
async fn a_receiver_that_wants_no_more_gets_no_more_until_it_is_taken_up_again() {
    let gateway = telling().await;
    let receiver = Receiver::saying(&[410, 204]).await;
    let endpoint = gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    receiver.until_it_has(1).await;
    settled(&gateway).await;
    let (_, why) = gateway.endpoint(&endpoint).await.disabled.unwrap();
    assert!(why.contains("410"), "{why}");
    register(&gateway, 2).await;
    assert_eq!(gateway.unsent().await.len(), 1, "the one that was given up, and no other");
    assert!(gateway.app.store.enable_webhook(endpoint.id.clone()).await.unwrap());
    assert_eq!(gateway.app.store.replay_webhooks(endpoint.id.clone(), Replay::Failed, gateway.clock.millis()).await.unwrap(), 1);
    gateway.later(0);
    let seen = receiver.until_it_has(2).await;
    assert_eq!(seen[0].id, seen[1].id);
    settled(&gateway).await;
    register(&gateway, 3).await;
    assert_eq!(receiver.until_it_has(3).await[2].event(), "created");
}

#[tokio::test]
async fn while_a_secret_is_replaced_both_sign() {
    let gateway = telling().await;
    let receiver = Receiver::start().await;
    let endpoint = gateway.tell(&receiver.url).await;
    let new = SigningSecret::create().unwrap().reveal();
    let sealed = seal_webhook_secret(&gateway.app.secrets, &endpoint.id, &new).unwrap();
    let until = gateway.clock.millis() + 3_600_000;
    assert!(gateway.app.store.rotate_webhook_secret(endpoint.id.clone(), sealed, until).await.unwrap());
    let signed_by = |webhook: &Webhook| {
        let now = gateway.clock.seconds();
        [&endpoint.secret, new.expose_secret()].map(|secret| webhook.is_from_whoever_has(secret, now))
    };
    register(&gateway, 1).await;
    let webhook = receiver.until_it_has(1).await.remove(0);
    assert_eq!((signed_by(&webhook), webhook.signature.split(' ').count()), ([true, true], 2));
    settled(&gateway).await;
    gateway.later(3_600);
    register(&gateway, 2).await;
    let webhook = receiver.until_it_has(2).await.remove(1);
    assert_eq!((signed_by(&webhook), webhook.signature.split(' ').count()), ([false, true], 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_receiver_holds_up_nobody_else_and_gets_eight_at_a_time() {
    let gateway = telling().await;
    let (release, released) = watch::channel(false);
    let slow = Receiver::doing(move |_, _| {
        let mut released = released.clone();
        async move {
            let _ended = released.wait_for(|go| *go).await;
            (200, None)
        }
    })
    .await;
    let quick = Receiver::start().await;
    gateway.tell(&slow.url).await;
    gateway.tell(&quick.url).await;
    for number in 0..30 {
        register(&gateway, number).await;
    }
    quick.until_it_has(30).await;
    slow.until_it_has(8).await;
    assert_eq!((slow.seen().len(), slow.most_at_once()), (8, 8), "the rest waits");
    release.send(true).unwrap();
    slow.until_it_has(30).await;
    settled(&gateway).await;
    assert_eq!((slow.most_at_once(), slow.seen().len(), quick.seen().len()), (8, 30, 30));
}

#[tokio::test]
async fn a_receiver_is_left_alone_for_as_long_as_it_asks() {
    left_alone("120".to_owned(), 119, 1).await;
}

#[tokio::test]
async fn a_receiver_is_left_alone_until_when_it_asks() {
    // The machine's clock tells how long that is, and goes on meanwhile.
    let until = jiff::fmt::rfc2822::DateTimePrinter::new()
        .timestamp_to_rfc9110_string(&(jiff::Timestamp::now() + jiff::SignedDuration::from_mins(20)));
    left_alone(until.unwrap(), 15 * 60, 5 * 60).await;
}

async fn left_alone(asks: String, still: i64, then: i64) {
    let gateway = telling().await;
    let receiver = Receiver::doing(move |_, before| {
        let asks = asks.clone();
        async move { if before == 0 { (429, Some(("retry-after", asks))) } else { (200, None) } }
    })
    .await;
    let Endpoint { id, .. } = gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    let next_at = noted(&gateway, 1).await;
    register(&gateway, 2).await;
    gateway.later(still);
    let (lane, now) = (Lane { kind: OutboxKind::Webhook, merchant: "demo".to_owned(), endpoint: id }, gateway.clock.millis());
    assert!(next_at > now && next_at <= now + then * 1_000, "{next_at} at {now}");
    assert!(!gateway.app.outbox.lanes.open(&lane, now), "another one waits as well");
    assert_eq!(gateway.unsent().await.len(), 2);
    assert_eq!(receiver.seen().len(), 1);
    gateway.later(then);
    receiver.until_it_has(3).await;
    settled(&gateway).await;
}

#[tokio::test]
async fn a_redirect_is_a_failure_and_is_followed_nowhere() {
    let gateway = telling().await;
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let here = canary.local_addr().unwrap().port();
    let targets = [format!("http://127.0.0.1:{here}/"), "http://169.254.169.254/latest/meta-data/".to_owned()];
    let receiver = Receiver::doing(move |_, before| {
        let (status, to) = ([302, 301, 303, 307, 308][before % 5], targets[usize::from(before == 1)].clone());
        async move { (status, Some(("location", to))) }
    })
    .await;
    gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    for tries in 1..=5 {
        noted(&gateway, tries).await;
        let row = gateway.unsent().await.remove(0);
        assert!(row.last_error.as_deref().unwrap().contains("redirects are not followed"), "{row:?}");
        gateway.later(6 * 60 * 60);
    }
    assert_eq!(counted(&canary).await, 0);
}

#[tokio::test]
async fn without_the_switch_nobody_comes_to_this_machine() {
    let gateway = Gateway::start().await;
    let canary = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = canary.local_addr().unwrap().port();
    gateway.load_serials(&["SN-1"]).await;
    // Added while the switch was on, or by another version.
    for host in ["127.0.0.1", "localhost", "0x7f.1", "[::ffff:127.0.0.1]"] {
        gateway.tell(&format!("http://{host}:{port}/")).await;
        gateway.tell(&format!("https://{host}:{port}/")).await;
    }
    gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    crate::until_so("each was tried", async || gateway.unsent().await.iter().filter(|row| row.last_error.is_some()).count() == 8).await;
    for row in gateway.unsent().await {
        assert!(row.last_error.as_deref().unwrap().contains("none that webhooks may go to"), "{row:?}");
    }
    assert_eq!(counted(&canary).await, 0);
}

#[tokio::test]
async fn an_endpoint_that_was_taken_away_is_told_nothing_more() {
    let gateway = telling().await;
    let receiver = Receiver::saying(&[500]).await;
    let Endpoint { id, .. } = gateway.tell(&receiver.url).await;
    register(&gateway, 1).await;
    noted(&gateway, 1).await;
    assert!(gateway.app.store.remove_webhook(id, gateway.clock.millis()).await.unwrap());
    assert!(gateway.unsent().await.is_empty());
    register(&gateway, 2).await;
    gateway.later(60 * 60);
    assert!(gateway.unsent().await.is_empty());
    assert_eq!(receiver.seen().len(), 1);
}
