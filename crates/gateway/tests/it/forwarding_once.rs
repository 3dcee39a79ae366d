//! Exactly once: whatever is lost, whoever is slow, however many gateways there are, and when one of them is killed.

use futures_util::future::join_all;
use futures_util::{StreamExt, stream};
use serde_json::json;

use crate::process::Process;
use crate::scripted::{Scripted, TOKEN, forwarding};
use crate::shop::{Page, Shop, registration_with};

/// So many customers, each on a page of their own; the statuses of the answers.
async fn customers(shop: &Shop, from: usize, count: usize) -> Vec<u16> {
    let submits = stream::iter(from..from + count).map(|number| async move {
        let page = shop.page().await;
        let typed = registration_with(&format!("SN-{number}"), json!({ "customerEmail": format!("customer-{}@example.com", number % 97) }));
        page.register(&format!("the-key-of-number-{number}"), typed).await.status
    });
    submits.buffer_unordered(16).collect().await
}

async fn each_once(upstream: &Scripted, total: usize) {
    let counts = upstream.by_reference().await;
    let doubled = counts.values().filter(|count| **count != 1).count();
    assert_eq!((doubled, counts.len()), (0, total), "none doubled, none lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_thousand_whose_answers_are_lost_none_is_lost_or_doubled() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(json!({ "then": "drop" })).await;
    let answers = customers(&gateway, 0, 1_000).await;
    assert!(answers.iter().all(|status| *status == 202), "{answers:?}");
    assert!(gateway.until_all_is_sent().await.is_empty());
    each_once(&upstream, 1_000).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_a_hundred_that_are_lost_before_or_after_they_are_stored_each_arrives_once() {
    let (gateway, upstream) = forwarding().await;
    let lost = |digit: usize, commits: bool| json!({ "on": "register", "containing": format!("{digit}\"]"), "times": 9, "commits": commits, "then": "drop" });
    upstream.script(json!({ "rules": [lost(1, true), lost(3, false), lost(5, false), lost(7, true)] })).await;
    let answers = customers(&gateway, 0, 100).await;
    assert!(answers.iter().all(|status| matches!(status, 201 | 202)), "{answers:?}");
    assert!(gateway.until_all_is_sent().await.is_empty());
    each_once(&upstream, 100).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_gateways_on_one_store_send_nothing_twice() {
    let (gateway, upstream) = forwarding().await;
    upstream.registering(json!({ "commits": false, "then": { "say": { "status": 429, "headers": [["retry-after", "60"]] } } })).await;
    let shop = gateway.shop.clone();
    assert!(customers(&shop, 0, 60).await.into_iter().all(|status| status == 202));
    // Both of them see everything that is due at the same moment.
    let gateway = gateway.leave_and_start_another().await;
    upstream.registering(json!({ "delayMs": 20 })).await;
    gateway.until_all_is_sent().await;
    each_once(&upstream, 60).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_merchant_holds_up_no_other() {
    let (gateway, slow) = forwarding().await;
    let quick = Scripted::start();
    let other = gateway.another_shop("other", crate::shop::ORIGIN).await;
    gateway.forward_for("other", &quick.url, TOKEN).await;
    // Both have a queue: their upstreams were busy.
    for upstream in [&slow, &quick] {
        upstream.registering(json!({ "commits": false, "then": { "say": { "status": 429, "headers": [["retry-after", "60"]] } } })).await;
    }
    assert!(customers(&gateway, 0, 40).await.into_iter().all(|status| status == 202));
    assert!(customers(&other, 100, 20).await.into_iter().all(|status| status == 202));
    let before = slow.requests("POST", "/registrations").await.len();
    slow.registering(json!({ "commits": false, "then": "hang" })).await;
    quick.behaving().await;
    gateway.later(61);
    quick.until_it_has(20).await;
    let tried = slow.requests("POST", "/registrations").await.len() - before;
    assert!((1..40).contains(&tried), "the slow one's queue came first and is not through: {tried}");
    let answers = join_all((200..210).map(|number| customers(&other, number, 1))).await;
    assert!(answers.concat().into_iter().all(|status| status == 201));
    each_once(&quick, 30).await;
}

#[tokio::test]
async fn killed_with_registrations_on_their_way_each_of_them_arrives_once() {
    let upstream = Scripted::start();
    let mut gateway = Process::in_front_of(&upstream.url, TOKEN, &["--upstream-quiet", "3", "--address-budget-factor", "100"]);
    // Some are stored and not yet answered, some are not stored yet, some wait in the outbox.
    upstream
        .script(json!({ "rules": [
            { "on": "register", "containing": "SN-1", "times": 4, "delayAfterMs": 60_000 },
            { "on": "register", "containing": "SN-2", "times": 4, "commits": false, "delayMs": 60_000, "then": "drop" },
            { "on": "register", "containing": "SN-3", "times": 4, "commits": false, "then": { "say": { "status": 429, "headers": [["retry-after", "1"]] } } },
        ] }))
        .await;
    let page = gateway.shop.page().await;
    let typed = |number: usize| registration_with(&format!("SN-{number}"), json!({ "customerEmail": format!("c{number}@example.com") }));
    let sent: Vec<_> = [1, 2, 3, 4]
        .into_iter()
        .map(|number| {
            let page = page.clone();
            tokio::spawn(async move {
                let request = page
                    .request(reqwest::Method::POST, "/v1/registrations")
                    .header("idempotency-key", format!("the-key-of-number-{number}"));
                drop(crate::shop::with_json(request, &crate::shop::one(typed(number))).send().await);
            })
        })
        .collect();
    // One that is told to wait may have come a second time by then.
    crate::until_so("all of them are under way", async || {
        let seen = upstream.requests("POST", "/registrations").await;
        (1..=4).all(|number| seen.iter().any(|request| request.to_string().contains(&format!("SN-{number}"))))
    })
    .await;
    gateway.kill();
    for sending in sent {
        sending.await.unwrap();
    }
    upstream.behaving().await;
    gateway.start_again();
    upstream.until_it_has(4).await;
    let page = Page { shop: gateway.shop.clone(), ..page };
    for number in 1..=4 {
        crate::until_so("it is registered", async || {
            page.register(&format!("the-key-of-number-{number}"), typed(number)).await.status == 201
        })
        .await;
    }
    each_once(&upstream, 4).await;
    assert!(gateway.terminate().await);
    assert!(!String::from_utf8_lossy(&std::fs::read(gateway.folder().join("log")).unwrap()).contains("c1@example.com"));
}
