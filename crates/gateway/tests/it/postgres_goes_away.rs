//! PostgreSQL ends in the middle of everything and comes back, as when it is moved to another machine: who was told that they are registered is,
//! once; who was told to come again comes again under the same key, and is registered once. Nobody does anything about the gateway.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::sync::watch;

use crate::answer::Answer;
use crate::postgres_server::Server;
use crate::process::Process;
use crate::shop::{Page, one, registration_with, with_json};

/// How often it ends.
const ENDS: usize = 4;

/// Customers at the same time, and what each of them registers between two ends: as much as a session may.
const CUSTOMERS: usize = 12;
const EACH: usize = 10;

/// What has been seen so far between two ends.
#[derive(Debug, Default)]
struct Seen {
    answered: AtomicUsize,
    told_to_come_again: AtomicUsize,
    done: AtomicUsize,
}

/// A customer who registers one thing after the other, each until it is answered, and comes again when they were told so.
struct Customer {
    page: Page,
    email: String,
    serials: Vec<String>,
}

impl Customer {
    /// The numbers that they were told.
    async fn registers(&self, seen: &Seen, mut there: watch::Receiver<bool>) -> Vec<Value> {
        let mut told = Vec::new();
        for serial in &self.serials {
            loop {
                let request =
                    self.page.request(Method::POST, "/v1/registrations").header("idempotency-key", format!("the-key-for-{serial}"));
                let typed = registration_with(serial, json!({ "customerEmail": self.email }));
                let answer = Answer::to(with_json(request, &one(typed))).await;
                if answer.status == 201 {
                    told.push(answer.json()["registrations"][0]["id"].clone());
                    seen.answered.fetch_add(1, Ordering::Relaxed);
                    break;
                }
                let problem = answer.problem(503, "unavailable");
                assert_eq!((&problem["retryable"], answer.header("retry-after")), (&json!(true), "1".to_owned()));
                seen.told_to_come_again.fetch_add(1, Ordering::Relaxed);
                // They come again when it is there again; or at once, since it may still be starting.
                let _sender_stays = there.wait_for(|there| *there).await.is_ok();
            }
        }
        seen.done.fetch_add(1, Ordering::Relaxed);
        told
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_stopped_and_started_under_load_loses_and_doubles_nothing() {
    let mut server = Server::start().await;
    let gateway = Process::start_on_server(&server.url(), &["--address-budget-factor", "1000000"]);
    let shop = &gateway.shop;
    let mut in_the_middle = 0;
    for end in 0..ENDS {
        let mut customers = Vec::new();
        for number in 0..CUSTOMERS {
            let serials: Vec<String> = (0..EACH).map(|nth| format!("SN-{end}-{number}-{nth}")).collect();
            shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
            customers.push(Customer { page: shop.page().await, email: format!("customer-{end}-{number}@example.com"), serials });
        }
        let (seen, (says, there)) = (Seen::default(), watch::channel(true));
        let walking = join_all(customers.iter().map(|customer| customer.registers(&seen, there.clone())));
        let ending = async {
            // Each time somewhere else.
            crate::until("some are answered", || seen.answered.load(Ordering::Relaxed) > 5 + 15 * end).await;
            says.send_replace(false);
            server.stops_at_once();
            let all_know = || seen.told_to_come_again.load(Ordering::Relaxed) + seen.done.load(Ordering::Relaxed) >= CUSTOMERS;
            crate::until("everybody was told to come again, or is done", all_know).await;
            let answered = seen.answered.load(Ordering::Relaxed);
            shop.session(crate::shop::ORIGIN, crate::shop::FORM, None).await.problem(503, "unavailable");
            shop.api("/api/registrations").await.problem(503, "unavailable");
            server.starts().await;
            says.send_replace(true);
            answered
        };
        let (told, answered) = tokio::join!(walking, ending);
        in_the_middle += usize::from(answered < CUSTOMERS * EACH);
        for (customer, told) in customers.iter().zip(told) {
            let stored = shop.api(&format!("/api/registrations?email={}", customer.email)).await.good(200);
            let mut numbers: Vec<Value> = stored["data"].as_array().into_iter().flatten().map(|one| one["id"].clone()).collect();
            numbers.reverse();
            assert_eq!(numbers, told, "end {end}: each of them once, the newest first");
        }
    }
    // Whoever comes first after it ended while nobody asked for anything does not pay for that: none of the connections is any longer.
    server.stops_at_once();
    server.starts().await;
    let first = join_all((0..CUSTOMERS).map(|_| shop.api("/api/registrations?limit=1"))).await;
    assert!(first.iter().all(|answer| answer.status == 200), "{first:?}");
    assert_eq!(in_the_middle, ENDS, "it always ended before everybody was registered");
}
