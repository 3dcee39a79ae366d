//! What is answered is on the disk: the system calls of the real process, as `strace` sees them. Between a registration that comes in and its
//! answer the database's log is written and synced, in that order, and nothing of it is written behind the last sync. Checking a number waits for no disk.
//!
//! Of the data folder: what PostgreSQL syncs is its own, and a gateway does not start on one that was told not to (`store/postgres`).

use std::path::Path;

use crate::process::Process;
use crate::shop::{photo, registration_with};

/// A line of the trace, without the number of its thread.
type Line<'a> = &'a str;

/// The lines from where a request was read to where its answer was written.
fn between<'a>(trace: &'a str, request: &str, answer: &str) -> Vec<Line<'a>> {
    let lines: Vec<Line<'_>> = trace.lines().collect();
    let from = lines.iter().position(|line| line.contains(request));
    assert!(from.is_some(), "no {request:?} in the trace:\n{trace}");
    let behind = &lines[from.unwrap_or_default()..];
    let to = behind.iter().position(|line| line.contains(answer));
    assert!(to.is_some(), "no {answer:?} behind {request:?}:\n{}", behind.join("\n"));
    behind[..to.unwrap_or_default()].to_vec()
}

/// Whether the last of these calls on a file is a sync that ended well, begun after everything else that was done to the file.
fn synced_last(lines: &[Line<'_>], file: &str) -> bool {
    let Some(last) = lines.iter().rposition(|line| line.contains(file)) else { return false };
    let line = lines[last];
    if !(line.contains("fdatasync(") || line.contains("fsync(")) {
        return false;
    }
    if line.trim_end().ends_with("= 0") {
        return true;
    }
    // Another thread's call came in between: the end stands in a line of its own, under the same number.
    let thread = line.split_whitespace().next();
    lines[last..]
        .iter()
        .any(|line| line.split_whitespace().next() == thread && line.contains("sync resumed>") && line.trim_end().ends_with("= 0"))
}

fn syncs(lines: &[Line<'_>]) -> usize {
    lines.iter().filter(|line| line.contains("sync(")).count()
}

async fn ended_and_traced(mut gateway: Process, trace: &Path) -> String {
    assert!(gateway.terminate().await);
    let read = || std::fs::read_to_string(trace).unwrap_or_default();
    crate::until("the trace is whole", || read().trim_end().ends_with("+++ exited with 0 +++")).await;
    read()
}

#[tokio::test]
async fn a_registration_is_synced_before_it_is_answered_and_so_is_a_receipt() {
    let elsewhere = tempfile::tempdir();
    let trace = elsewhere.as_ref().map(|folder| folder.path().join("trace")).unwrap_or_default();
    let gateway = Process::start_traced(&trace);
    // What a start has to tidy up is not part of the story.
    crate::until("it has swept", || gateway.log().contains("swept")).await;
    gateway.shop.load_serials(&["SN-1"]).await;
    let page = gateway.shop.page().await;
    page.check("SN-1").await.good(200);
    let upload = page.upload(photo(700)).await;
    page.register("0123456789abcdef", registration_with("SN-1", serde_json::json!({ "InvoiceUpload": { "uploadId": upload } })))
        .await
        .good(201);
    let trace = ended_and_traced(gateway, &trace).await;

    let registered = between(&trace, "\"POST /v1/registrations ", "\"HTTP/1.1 201 ");
    assert!(registered.iter().any(|line| line.contains("pwrite64(") && line.contains("regcard.sqlite3-wal")), "{registered:#?}");
    assert!(synced_last(&registered, "regcard.sqlite3-wal"), "{registered:#?}");

    let sent = between(&trace, "\"PUT /v1/uploads/", "\"HTTP/1.1 201 ");
    assert!(synced_last(&sent, "/regcard-data/coming/"), "the file, before it is given its name: {sent:#?}");
    assert!(synced_last(&sent, "/regcard-data/receipts>"), "the folder that it was moved to: {sent:#?}");
    assert!(synced_last(&sent, "regcard.sqlite3-wal"), "and that it is there: {sent:#?}");

    let checked = between(&trace, "\"POST /v1/serial_numbers/check ", "\"HTTP/1.1 200 ");
    assert_eq!(syncs(&checked), 0, "{checked:#?}");
}

#[test]
fn a_sync_that_is_missing_too_early_or_failed_is_noticed() {
    let (written, synced) = ("7 pwrite64(9</d/x-wal>, \"\", 24, 0) = 24", "7 fdatasync(9</d/x-wal>) = 0");
    assert!(synced_last(&[written, synced, "8 read(3<socket:[1]>, \"\", 1) = 1"], "x-wal"));
    assert!(synced_last(
        &[written, "7 fdatasync(9</d/x-wal> <unfinished ...>", "8 read(3, \"\", 1) = 1", "7 <... fdatasync resumed>) = 0"],
        "x-wal"
    ));
    assert!(!synced_last(&[written], "x-wal"), "none");
    assert!(!synced_last(&[synced, written], "x-wal"), "too early");
    assert!(!synced_last(&[written, "7 fdatasync(9</d/x-wal>) = -1 EIO (Input/output error)"], "x-wal"), "failed");
    assert!(!synced_last(&[written, "7 fdatasync(9</d/x-wal> <unfinished ...>", "8 <... fdatasync resumed>) = 0"], "x-wal"), "another's");
    assert!(!synced_last(&[written, "7 fdatasync(9</d/y-wal>) = 0"], "x-wal"), "of another file");
    assert_eq!((syncs(&[written]), syncs(&[synced])), (0, 1));
}
