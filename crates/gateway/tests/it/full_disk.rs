//! The disk takes nothing more: nothing is half stored, whoever only reads notices nothing, and once there is room again everything goes on by
//! itself; and before it comes to that files are refused, so that registrations have the rest. A limit on the length of its files does that to a process without anybody's permission, and tells it EFBIG where a full disk says ENOSPC.

use futures_util::future::join_all;
use regcard_gateway::config::Receipts;
use serde_json::json;

use crate::answer::Answer;
use crate::bucket::Bucket;
use crate::gateway::Gateway;
use crate::process::Process;
use crate::shop::{Page, photo, registration, registration_with};
use crate::upstream::Upstream;
use crate::visitor::Visitor;

/// A file that is longer than anything that lies there already.
const LARGE: usize = 3_000_000;

/// Bytes that the database may still write, from none to enough for some of a registration's pages, but not for all.
const ROOM: [u64; 5] = [0, 1_000, 4_152, 9_000, 20_000];

fn is_full(answer: &Answer) {
    assert_eq!(answer.problem(507, "insufficient-storage")["retryable"], true);
}

async fn registers(page: &Page, serial: &str) -> Answer {
    page.register(&format!("the-key-for-{serial}"), registration(serial)).await
}

#[tokio::test]
async fn on_a_full_disk_nothing_is_half_stored_and_with_room_again_it_goes_on_by_itself() {
    let mut gateway = Process::start_on_a_disk_with_an_end();
    let shop = gateway.shop.clone();
    let serials: Vec<String> = (0..=ROOM.len()).map(|number| format!("SN-{number}")).collect();
    shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = shop.page().await;
    let granted = page.upload_file("image/jpeg", LARGE).await.good(201);
    let data = gateway.folder().join("regcard-data");
    let written = || std::fs::metadata(data.join("regcard.sqlite3-wal")).unwrap().len();
    let lying = || ["receipts", "coming"].map(|folder| std::fs::read_dir(data.join(folder)).unwrap().count());

    let files = written();
    for (number, room) in ROOM.into_iter().enumerate() {
        gateway.lets_files_grow_to(Some(written() + room));
        // Several at once share a commit, and its end.
        let refused = join_all([registers(&page, &serials[number]), registers(&page, &serials[number])]).await;
        refused.iter().for_each(is_full);
        is_full(&shop.api_post("/api/serial_numbers", &json!({ "serialNumbers": ["SN-NEW"] })).await);
        is_full(&page.send(&granted, photo(LARGE)).await);
        assert_eq!(lying(), [0, 0], "nothing is left of the file");
        assert_eq!(page.check(&serials[number]).await.good(200)["status"], "available");
        assert_eq!(shop.api("/api/serial_numbers/SN-NEW").await.status, 204, "it is not known");
        assert_eq!(shop.registrations().await.len(), number);

        gateway.lets_files_grow_to(None);
        let (one, again) = tokio::join!(registers(&page, &serials[number]), registers(&page, &serials[number]));
        assert_eq!((one.status, again.status, one.body == again.body), (201, 201, true), "{one:?} {again:?}");
        assert_eq!(shop.registrations().await.len(), number + 1);
    }
    assert!(written() > files, "all that went on in one life of the process, and its log was never emptied");

    let sent = page.send(&granted, photo(LARGE)).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    let typed = registration_with("SN-5", json!({ "InvoiceUpload": { "uploadId": granted["uploadId"] } }));
    page.register("the-key-for-SN-5", typed).await.good(201);
    gateway.kill();
    gateway.start_again();
    let stored = gateway.shop.registrations().await;
    assert_eq!(stored.len(), serials.len());
    assert_eq!(gateway.shop.get(stored[0]["fieldData"]["InvoiceUpload"].as_str().unwrap()).await.body, photo(LARGE));
}

#[tokio::test]
async fn a_log_that_finds_no_room_ends_nothing() {
    let gateway = Process::start_with_a_full_log();
    gateway.shop.load_serials(&["SN-1"]).await;
    let page = gateway.shop.page().await;
    for _ in 0..5 {
        gateway.shop.get("/nothing").await.problem(404, "not-found");
    }
    registers(&page, "SN-1").await.good(201);
}

/// Asks for an address as the shop's server does.
async fn asked_by_the_server(gateway: &Gateway) -> Answer {
    gateway.api("/api/upload_file?fileName=receipt.jpg&fileType=image/jpeg&fileSize=50").await
}

/// How much has to be free is the story's: all of it, which it never is, or nothing.
#[tokio::test]
async fn below_the_watermark_files_are_refused_and_registrations_without_one_go_on() {
    let mut gateway = Gateway::start_with(|config| config.disk_free_percent = 100).await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    is_full(&page.upload_file("image/jpeg", 50).await);
    is_full(&asked_by_the_server(&gateway).await);
    registers(&page, "SN-1").await.good(201);
    let visitor = Visitor::opens(&gateway).await.fills_in("SN-2");
    let refused = visitor.clone().chooses("InvoiceUpload", "receipt.jpg", photo(50)).sends().await;
    assert!(refused.texts("form").concat().contains("send the form without it"), "{}", refused.page.text());
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (1, 0));
    visitor.sends().await.number();
    assert_eq!(gateway.registrations().await.len(), 2);

    // A file that goes elsewhere needs no room here.
    let upstream = Upstream::start().await;
    gateway = gateway.restart_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, "token").await;
    gateway.page().await.upload_file("image/jpeg", 9).await.good(201);

    let gateway = Gateway::start_with(|config| config.disk_free_percent = 0).await;
    gateway.page().await.upload(photo(50)).await;
    asked_by_the_server(&gateway).await.good(200);
}

#[tokio::test]
async fn with_a_bucket_the_disk_has_no_watermark_for_files() {
    let bucket = Bucket::own();
    let gateway = Gateway::start_with(|config| {
        config.disk_free_percent = 100;
        config.receipts = Receipts::S3(bucket.config.clone());
    })
    .await;
    gateway.page().await.upload(photo(50)).await;
    asked_by_the_server(&gateway).await.good(200);
}
