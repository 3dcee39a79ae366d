//! Two gateways on one database: what is asked of either is as if it had been asked of one.

use futures_util::future::join_all;
use regcard_gateway::config::Store;
use regcard_gateway::limits;
use serde_json::json;

use crate::database::Database;
use crate::gateway::{Gateway, build_widget, built_widget};
use crate::mailbox::Mailbox;
use crate::process::Process;
use crate::shop::{Page, Shop, registration};

/// The database, the second gateway (the first goes on), and the shop as it reaches the first and the second.
async fn two() -> (Database, Gateway, [Shop; 2]) {
    let database = Database::create();
    let url = database.url.clone();
    let first = Gateway::start_with(|config| {
        config.store = Store::Postgres(url.into());
        config.address_budget_factor = 1;
    })
    .await;
    let shop = first.shop.clone();
    let second = first.leave_and_start_another().await;
    let both = [shop, second.shop.clone()];
    (database, second, both)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_want_one_number_at_two_gateways_one_gets_it() {
    let (_database, _running, [one, other]) = two().await;
    one.load_serials(&["SN-1"]).await;
    let pages = [one.page().await, other.page().await];
    let submits = (0..10).map(|number| {
        let page = &pages[number % 2];
        async move { page.register(&format!("the-key-of-number-{number}"), registration("SN-1")).await.status }
    });
    let statuses = join_all(submits).await;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 9, "{statuses:?}");
    assert_eq!(one.registrations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_key_at_two_gateways_is_one_registration() {
    let (_database, _running, [one, other]) = two().await;
    one.load_serials(&["SN-1"]).await;
    let page = one.page().await;
    let there = Page { shop: other.clone(), ..page.clone() };
    let submits = (0..8).map(|number| if number % 2 == 0 { page.clone() } else { there.clone() });
    let answers =
        join_all(submits.map(|page| async move { page.register("0123456789abcdef", registration("SN-1")).await.good(201) })).await;
    assert!(answers.iter().all(|answer| answer == &answers[0]), "{answers:?}");
    assert_eq!(other.registrations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_budget_is_one_for_both() {
    let (_database, _running, [one, other]) = two().await;
    one.load_serials(&["SN-1"]).await;
    let page = one.page().await;
    let there = Page { shop: other, ..page.clone() };
    for number in 0..60 {
        let asked = if number % 2 == 0 { &page } else { &there };
        asked.check("SN-1").await.good(200);
    }
    for over in [page, there] {
        over.check("SN-1").await.problem(429, "budget-exhausted");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_guessed_at_one_gateway_is_guessed_at_both() {
    let (_database, running, [one, other]) = two().await;
    one.load_serials(&["SN-1"]).await;
    running.is_guessed_at(limits::MERCHANT_MISSES_HOUR - 1).await;
    other.page().await.check("SN-2").await.good(200);
    for shop in [one, other] {
        shop.page().await.check("SN-1").await.problem(429, "budget-exhausted");
    }
}

#[tokio::test]
async fn a_tab_that_was_opened_before_the_update_gets_its_pair_of_either() {
    let widget = built_widget();
    let (database, folder) = (Database::create(), widget.path().to_owned());
    let url = database.url.clone();
    let first = Gateway::start_with(|config| {
        config.store = Store::Postgres(url.into());
        config.assets = Some(folder);
    })
    .await;
    std::fs::remove_file(widget.path().join("regcard-0a0a.wasm")).unwrap();
    build_widget(widget.path(), "0b0b");
    let second = first.leave_and_start_another().await;
    let pair = second.get(&format!("{}/v1/assets/regcard-0a0a.wasm", second.gateway)).await;
    assert_eq!((pair.status, pair.body.as_slice()), (200, b"wasm of 0a0a".as_slice()));
    assert_eq!(pair.header("content-type"), "application/wasm");
    assert_eq!(json!(second.get(&format!("{}/v1/assets/regcard-0c0c.wasm", second.gateway)).await.status), 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_ask_two_gateways_for_one_confirmation_three_get_it() {
    let (database, mailbox) = (Database::create(), Mailbox::start());
    let (url, settings) = (database.url.clone(), mailbox.settings());
    let first = Gateway::start_with(|config| {
        config.store = Store::Postgres(url.into());
        config.mail = Some(settings);
    })
    .await;
    let one = first.shop.clone();
    let second = first.leave_and_start_another().await;
    one.load_serials(&["SN-1"]).await;
    let page = one.page().await;
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    let there = Page { shop: second.shop.clone(), ..page.clone() };
    let asked = json!({ "serialNumber": "SN-1" });
    let asks = (0..20).map(|number| if number % 2 == 0 { &page } else { &there }.post("/v1/registrations/confirmation", &asked));
    assert!(join_all(asks).await.iter().all(|answer| answer.status == 202));
    mailbox.until(3).await;
    second.until_all_is_sent().await;
    assert_eq!(mailbox.mails().len(), 3, "the first one included");
}

#[tokio::test]
async fn a_confirmation_that_cannot_be_counted_is_told_to_the_log_once_and_to_nobody_else() {
    let database = Database::create();
    let mut gateway = Process::start_on_server(&database.url, &[]);
    gateway.shop.load_serials(&["SN-1"]).await;
    let page = gateway.shop.page().await;
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    let config: postgres::Config = database.url.parse().unwrap();
    // On a thread of its own: this client brings a runtime along.
    std::thread::spawn(move || config.connect(postgres::NoTls)?.batch_execute("DROP TABLE budgets")).join().unwrap().unwrap();
    let answer = page.post("/v1/registrations/confirmation", &json!({ "serialNumber": "SN-1" })).await;
    assert_eq!((answer.status, answer.text()), (202, ""));
    assert!(gateway.terminate().await);
    let log = gateway.log();
    assert_eq!(log.matches("request failed").count(), 1, "{log}");
}
