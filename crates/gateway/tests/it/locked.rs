//! Another process holds the database's lock for writing, as an import does or somebody with a shell: whoever writes waits a while, and is
//! then told to come again; whoever reads notices nothing.
#![expect(clippy::unwrap_used, reason = "what cannot be opened fails the story")]

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rusqlite::Connection;

use crate::answer::Answer;
use crate::process::Process;
use crate::shop::registration;

/// How long a gateway waits for the lock.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many submits wait for it together.
const TOGETHER: u32 = 8;

/// How often a story is told on a machine that stands still for longer than a gateway waits.
const TRIES: usize = 5;

/// Holds the lock for writing until it lets go.
struct Holder(Connection);

impl Holder {
    fn of(gateway: &Process) -> Holder {
        let connection = Connection::open(gateway.folder().join("regcard-data").join("regcard.sqlite3")).unwrap();
        connection.execute_batch("BEGIN IMMEDIATE").unwrap();
        Holder(connection)
    }

    fn lets_go(self) {
        self.0.execute_batch("ROLLBACK").unwrap();
    }
}

#[tokio::test]
async fn a_submit_waits_for_another_process_that_writes_and_reading_goes_on() {
    let gateway = Process::start_on_disk("", &[]);
    let serials: Vec<String> = (0..TRIES).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for serial in &serials {
        let page = gateway.shop.page().await;
        let (begun, holder) = (Instant::now(), Holder::of(&gateway));
        let waiting = tokio::spawn({
            let (page, key, typed) = (page.clone(), format!("the-key-for-{serial}"), registration(serial));
            async move { page.register(&key, typed).await }
        });
        gateway.works_on("the submit", |count| count == 1 || waiting.is_finished()).await;
        // What only reads is answered all that time, and sees nothing of what waits.
        for _ in 0..20 {
            page.check(serial).await.good(200);
            assert_eq!(gateway.shop.registrations().await.len(), 0);
        }
        let waited = !waiting.is_finished();
        holder.lets_go();
        let answer = waiting.await.unwrap();
        if answer.status == 503 && begun.elapsed() >= PATIENCE {
            continue;
        }
        assert!(waited, "it was answered while another process held the lock");
        answer.good(201);
        assert_eq!(gateway.shop.registrations().await.len(), 1);
        return;
    }
    panic!("the machine stood still each time");
}

#[tokio::test]
async fn a_lock_that_is_held_too_long_is_told_and_the_same_key_registers_once_afterwards() {
    let gateway = Process::start_on_disk("", &[]);
    let serials: Vec<String> = (0..TOGETHER).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = gateway.shop.page().await;
    let registers = |serial: &String| {
        let (page, key, typed) = (page.clone(), format!("the-key-for-{serial}"), registration(serial));
        async move { page.register(&key, typed).await }
    };
    let holder = Holder::of(&gateway);
    let begun = Instant::now();
    let asks = async || Answer::to(gateway.shop.http.get(format!("{}/readyz", gateway.operator()))).await;
    // The readiness looks for two seconds, and all of these wait together: eight do not take eight times as long.
    let (refused, ready) = tokio::join!(join_all(serials.iter().map(registers)), asks());
    let took = begun.elapsed();
    for answer in refused {
        let problem = answer.problem(503, "unavailable");
        assert_eq!((&problem["retryable"], answer.header("retry-after")), (&true.into(), "1".to_owned()));
    }
    assert!(took >= PATIENCE && took < PATIENCE * TOGETHER, "{took:?}");
    let said = ready.json();
    assert_eq!((ready.status, &said["checks"]["store"]), (503, &"the store does not answer".into()));
    assert_eq!(gateway.shop.registrations().await.len(), 0, "nothing of it was stored");
    holder.lets_go();

    let answers = join_all(serials.iter().map(registers)).await;
    assert!(answers.iter().all(|answer| answer.status == 201), "{answers:?}");
    let again = join_all(serials.iter().map(registers)).await;
    assert!(again.iter().zip(&answers).all(|(again, first)| again.body == first.body));
    assert_eq!(gateway.shop.registrations().await.len(), serials.len());
}
