//! Stories about a whole gateway: the real router over a real socket, or the real binary, and a shop that talks to it.
//!
//! A file a story. `bucket`, `database`, `postgres_server`, `gateway`, `process`, `shop`, `visitor`, `answer`, `load`, `upstream`, `scripted` and
//! `receiver` are what the stories are told with.

mod answer;
mod bucket;
#[expect(clippy::unwrap_used, clippy::expect_used, reason = "a helper of tests: what cannot be made fails the story")]
mod database;
mod gateway;
mod load;
mod mailbox;
mod postgres_server;
mod process;
mod receiver;
mod scripted;
mod shop;
mod upstream;
mod visitor;

mod access_scopes;
mod backup;
mod budgets;
mod caching;
mod command_line;
mod configuration;
mod connections;
mod crash;
mod crash_again_and_again;
mod credentials;
mod cross_origin;
mod crowds;
mod damaged;
mod description;
mod discreet;
mod durability;
mod figures;
mod figures_of_speed;
mod first_start;
mod forms;
mod forwarded_mails;
mod forwarding;
mod forwarding_doubts;
mod forwarding_faults;
mod forwarding_once;
mod framing;
mod full_disk;
mod hosted_faults;
mod hosted_forwarding;
mod hosted_nonce;
mod hosted_page;
mod hosted_registration;
mod idempotency;
mod languages;
mod limits;
mod lists;
mod lists_of_registrations;
mod locked;
mod long_numbers;
mod mails;
mod matrix;
mod merchant_api;
mod merchant_records;
mod merchant_refusals;
mod notices;
mod one_time;
mod operator;
mod outbox_commands;
mod outbox_measures;
mod panics;
mod people;
mod postgres_goes_away;
mod proxies;
mod receipts;
mod receipts_in_a_bucket;
mod registration;
mod registration_changes;
mod rotation;
mod scripts;
mod secrets;
mod serial_numbers;
mod several_files;
mod several_gateways;
mod slow_attacks;
mod test_keys;
mod two_gateways;
mod uploads;
mod webhook_commands;
mod webhook_docs;
mod webhook_faults;
mod webhook_rejections;
mod webhooks;

/// As long as this is as good as never, on a machine that is slow and stands still now and then. No story measures anything by it.
const NEVER: std::time::Duration = std::time::Duration::from_secs(180);

/// Looks again and again until it is so.
async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(5));
    let looking = async {
        while !is_so() {
            looks.tick().await;
        }
    };
    assert!(tokio::time::timeout(NEVER, looking).await.is_ok(), "never: {what}");
}

/// The same where looking takes asking somebody.
async fn until_so(what: &str, mut is_so: impl AsyncFnMut() -> bool) {
    let mut looks = tokio::time::interval(std::time::Duration::from_millis(20));
    let looking = async {
        while !is_so().await {
            looks.tick().await;
        }
    };
    assert!(tokio::time::timeout(NEVER, looking).await.is_ok(), "never: {what}");
}
