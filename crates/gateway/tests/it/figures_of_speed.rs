//! How fast it is: figures and no promises, since a busy machine is a slow one. `cargo xtask bench` prints them for the gateway as it is released,
//! as ratios wherever something can be measured beside it.
#![expect(clippy::print_stderr, reason = "figures are for whoever asks for them")]
#![expect(clippy::unwrap_used, reason = "what cannot be done has no figure")]

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use serde_json::json;

use crate::load::{get, post, requests_a_second};
use crate::process::{Home, Process, folder, line, spawn};
use crate::shop::{ORIGIN, Shop, client, registration};

/// The list that a machine with two cores which has nothing else to do loads within a minute.
const MILLION: usize = 1_000_000;

/// Customers who check at the same time, the sessions of each, and the checks of a session, which has no more.
const AT_ONCE: usize = 16;
const SESSIONS: usize = 10;
const CHECKS: usize = 60;

/// A list of so many numbers, in an order that helps nobody.
fn list(home: &Home, name: &str, count: usize) {
    let mut file = BufWriter::new(fs::File::create(home.path().join(name)).unwrap());
    writeln!(file, "serialNumber,sku,customerTags").unwrap();
    for number in 0..count {
        // Prime to any power of ten, so that each comes once.
        let number = number * 7_919 % count;
        writeln!(file, "ED-{:02}-{number:07}-K,ESP-{:02},espresso;{:04}", number % 12, number % 50, number / 300).unwrap();
    }
    file.flush().unwrap();
}

fn import(name: &str) -> [&str; 5] {
    ["serials", "import", "--merchant", "demo", name]
}

/// Half of the numbers that are left are registered, or nearly all of them; written down at once, as many years would.
fn register(home: &Home, of_a_thousand: usize) {
    let database = rusqlite::Connection::open(home.path().join("regcard-data/regcard.sqlite3")).unwrap();
    database.busy_timeout(Duration::from_secs(60)).unwrap();
    database
        .execute_batch(&format!(
            "BEGIN IMMEDIATE;
             INSERT INTO registrations (id, merchant_id, form, customer_email, email_folded, fields, created_at)
                 VALUES ('r', 'demo', 'f', '', '', '{{}}', 1) ON CONFLICT DO NOTHING;
             INSERT INTO registration_serials (registration_id, position, merchant_id, folded, serial, one_time)
                 SELECT 'r', lot, merchant_id, folded, serial, 1 FROM serials WHERE registered = 0 AND lot % 1000 < {of_a_thousand};
             UPDATE serials SET registered = 1 WHERE registered = 0 AND lot % 1000 < {of_a_thousand};
             COMMIT;"
        ))
        .unwrap();
}

async fn random_numbers(shop: &Shop, registered: &str) {
    let mut took = Vec::new();
    for _ in 0..300 {
        let begun = Instant::now();
        shop.api("/api/serial_number").await.good(200);
        took.push(begun.elapsed());
    }
    took.sort();
    let (middle, slowest) = (took[took.len() / 2], took[took.len() - 1]);
    eprintln!("GET /serial_number, {registered} of a million registered: {middle:.1?}, and {slowest:.1?} once in {}", took.len());
}

#[tokio::test]
#[ignore = "a figure and no promise; `cargo xtask bench` runs it"]
async fn a_million_serial_numbers() {
    let home = folder();
    fs::write(home.path().join("regcard.toml"), "").unwrap();
    list(&home, "million.csv", MILLION);
    let gateway = Process::start_at(home, &["--operator-listen", ""]);
    for what in ["loaded for the first time", "loaded again"] {
        let begun = Instant::now();
        line(gateway.folder(), &import("million.csv"));
        eprintln!("a million serial numbers, {what}: {:.1?}", begun.elapsed());
    }
    for (of_a_thousand, registered) in [(0, "none"), (500, "half"), (999, "999 of a thousand")] {
        register(gateway.home(), of_a_thousand);
        // That takes longer than a connection is kept for.
        let shop = Shop { http: client(), ..gateway.shop.clone() };
        random_numbers(&shop, registered).await;
    }
}

#[tokio::test]
#[ignore = "a figure and no promise; `cargo xtask bench` runs it"]
async fn registering_while_a_list_is_loaded() {
    let home = folder();
    fs::write(home.path().join("regcard.toml"), "").unwrap();
    list(&home, "list.csv", MILLION / 2);
    let gateway = Process::start_at(home, &["--address-budget-factor", "1000000"]);
    let mut loading: Option<Child> = None;
    let serials: Vec<String> = (0..1_000).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut serials = serials.iter();
    for (what, loads) in [("while nothing else is done", false), ("while a list is loaded", true)] {
        if loads {
            loading = Some(spawn(gateway.folder(), &import("list.csv")));
        }
        let mut took = Vec::new();
        while took.len() < 200 || loading.as_mut().is_some_and(|child| child.try_wait().unwrap().is_none()) {
            let Some(serial) = serials.next() else { break };
            let page = gateway.shop.page().await;
            let begun = Instant::now();
            page.register(&format!("the-key-for-{serial}"), registration(serial)).await.good(201);
            took.push(begun.elapsed());
            // A customer now and then, through all of it.
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        took.sort();
        let (middle, slowest) = (took[took.len() / 2], took[took.len() - 1]);
        eprintln!("a registration, {what}: {middle:.1?}, and {slowest:.1?} at most of {}", took.len());
    }
    let mut loading = loading.unwrap();
    assert!(loading.wait().unwrap().success());
}

/// A server that says hello, and no more.
struct Hello {
    child: Child,
    address: String,
}

impl Hello {
    fn start() -> Option<Hello> {
        let mut child = Command::new(std::env::var_os("REGCARD_TEST_HELLO")?).stdout(Stdio::piped()).spawn().unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        Some(Hello { child, address: said.trim_end().trim_start_matches("listening: ").to_owned() })
    }
}

impl Drop for Hello {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure and no promise; `cargo xtask bench` runs it"]
async fn checks_a_second_beside_hellos_a_second() {
    let Some(hello) = Hello::start() else {
        eprintln!("REGCARD_TEST_HELLO names no server to compare with");
        return;
    };
    let gateway = Process::start_in_configured("", &["--address-budget-factor", "1000000"]);
    gateway.shop.load_serials(&["SN-0001"]).await;
    let hellos: Vec<Vec<String>> = (0..AT_ONCE).map(|_| vec![get("/"); SESSIONS * CHECKS]).collect();
    for (what, serial) in [("a number that is there", "sn-0001"), ("one that looks like another", "SN-OOOI"), ("one that is unknown", "XX")]
    {
        let mut best = (0.0_f64, 0.0_f64);
        for _ in 0..3 {
            let pages = stream::iter(0..AT_ONCE * SESSIONS).map(|_| gateway.shop.page()).buffer_unordered(8).collect::<Vec<_>>().await;
            let body = json!({ "serialNumber": serial }).to_string();
            let check = |token: &str| post("/v1/serial_numbers/check", ORIGIN, token, &body);
            let checks: Vec<Vec<String>> =
                pages.chunks(SESSIONS).map(|pages| pages.iter().flat_map(|page| vec![check(&page.token); CHECKS]).collect()).collect();
            // One after the other, so that both have the machine for themselves; of three times the best counts.
            let (address, hello, hellos) = (gateway.shop.gateway.clone(), hello.address.clone(), hellos.clone());
            let (checks, hellos) =
                tokio::task::spawn_blocking(move || (requests_a_second(&address, &checks), requests_a_second(&hello, &hellos)))
                    .await
                    .unwrap();
            best = (best.0.max(checks), best.1.max(hellos));
        }
        eprintln!("{:.0} checks of {what} a second, {:.0} hellos: {:.2} to 1", best.0, best.1, best.0 / best.1);
    }
}
