//! How much memory a gateway takes, and how many registrations it stores: what is promised of the former, figures of the latter.
//! `cargo xtask bench` prints them for the gateway as it is released.
#![expect(clippy::print_stderr, reason = "figures are for whoever asks for them")]

use std::time::Instant;

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream;
use regcard_gateway::config::Store;
use regcard_gateway::store::{self, LoadedSerial, MerchantSettings, NewSerial};
use regcard_protocol::serial_number::SerialNumber;

use crate::process::{Process, is_released};
use crate::shop::{photo, registration};

/// A gateway that has nothing to do, with its card served once. Released, all of it; with what is compiled in for debugging, without the pages of
/// the program itself.
const IDLE_KIB: u64 = 25 * 1024;

/// Ten uploads of ten mebibytes at once may add so much.
const UPLOADS_KIB: u64 = 8 * 1024;

const UPLOADS: usize = 10;
const UPLOAD_BYTES: usize = 10 * 1024 * 1024;

/// Registrations that are counted, and how many customers send them at the same time.
const REGISTRATIONS: usize = 2_000;
const AT_ONCE: usize = 64;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_large_uploads_at_once_add_eight_mebibytes_at_most() {
    let gateway = Process::start_on_disk("", &[]);
    // What is made once and kept is there before it is counted.
    let page = gateway.shop.page().await;
    page.upload(photo(UPLOAD_BYTES)).await;
    let granted = join_all((0..UPLOADS).map(|_| page.signed("image/jpeg", UPLOAD_BYTES))).await;
    gateway.forget_the_most();
    let before = gateway.memory_kib("VmRSS");
    let sent = join_all(granted.iter().map(|signed| page.put(signed, "image/jpeg", photo(UPLOAD_BYTES)))).await;
    assert!(sent.iter().all(|answer| answer.status == 201));
    let grown = gateway.memory_kib("VmHWM").saturating_sub(before);
    eprintln!("ten uploads of 10 MiB at once: {grown} KiB more at most");
    assert!(grown <= UPLOADS_KIB, "{grown} KiB");
}

#[tokio::test]
async fn a_gateway_with_nothing_to_do_takes_twenty_five_mebibytes_at_most() {
    let gateway = Process::start_on_disk("", &[]);
    let script = format!("/v1/{}/regcard.js", gateway.shop.key);
    assert_eq!(gateway.shop.get(&script).await.status, 200);
    gateway.shop.page().await;
    let (all, own) = (gateway.memory_kib("VmRSS"), gateway.memory_kib("RssAnon"));
    eprintln!("idle: {all} KiB, of which the program itself has {}", all.saturating_sub(own));
    let counted = if is_released() { all } else { own };
    assert!(counted <= IDLE_KIB, "{counted} KiB");
}

/// Both in one run, so that they have the same machine, and how busy it is, in common.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "a figure and no promise: a busy machine has a slow disk. `cargo xtask bench` runs it"]
async fn registrations_a_second_beside_commits_a_second() {
    let folder = tempfile::tempdir();
    let data = folder.as_ref().map(|folder| folder.path().to_owned()).unwrap_or_default();
    let own = store::open(&Store::Sqlite, &data);
    let Ok(own) = own else { return assert!(own.is_ok()) };
    let settings = MerchantSettings { id: "shop".to_owned(), name: Some("Shop".to_owned()), ..MerchantSettings::default() };
    assert!(own.put_merchant(settings, 1).await.is_ok());
    let begun = Instant::now();
    for number in 0..REGISTRATIONS / 4 {
        let Ok(serial) = SerialNumber::parse(&format!("SN-{number}")) else { continue };
        let one = NewSerial { serial, sku: None, customer_tags: None, product_name: None };
        assert!(own.load_serials("shop".to_owned(), LoadedSerial::in_order(vec![one]), 1).await.is_ok());
    }
    let commits = (REGISTRATIONS / 4) as f64 / begun.elapsed().as_secs_f64();

    let gateway = Process::start_on_disk("", &["--address-budget-factor", "1000000"]);
    let serials: Vec<String> = (0..REGISTRATIONS).map(|number| format!("SN-{number}")).collect();
    for some in serials.chunks(1_000) {
        gateway.shop.load_serials(&some.iter().map(String::as_str).collect::<Vec<_>>()).await;
    }
    // A session has ten.
    let pages = stream::iter(0..REGISTRATIONS / 10).map(|_| gateway.shop.page()).buffer_unordered(AT_ONCE).collect::<Vec<_>>().await;
    let begun = Instant::now();
    let answers = stream::iter(serials.iter().enumerate()).map(|(number, serial)| {
        let page = &pages[number / 10];
        async move { page.register(&format!("the-key-for-{serial}"), registration(serial)).await.status }
    });
    let good = answers.buffer_unordered(AT_ONCE).filter(|status| std::future::ready(*status == 201)).count().await;
    let registrations = REGISTRATIONS as f64 / begun.elapsed().as_secs_f64();
    assert_eq!(good, REGISTRATIONS);
    eprintln!(
        "{registrations:.0} registrations a second of {AT_ONCE} customers at once, {commits:.0} commits of one row a second: {:.2} to 1",
        registrations / commits
    );
}
