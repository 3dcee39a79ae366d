//! A file comes as it was announced, or not at all; a registration has the files of its own session, each once.

use reqwest::Method;
use reqwest::header::CONTENT_LENGTH;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{photo, registration_with};

#[tokio::test]
async fn every_type_that_is_taken_is_known_by_its_content() {
    let gateway = Gateway::start().await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    for (file_type, kept, ending, bytes) in [
        ("image/jpeg", "image/jpeg", "jpg", photo(64)),
        ("image/jpg", "image/jpeg", "jpg", photo(64)),
        ("image/png", "image/png", "png", b"\x89PNG\r\n\x1A\n and so on".to_vec()),
        ("image/webp", "image/webp", "webp", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec()),
        ("image/heic", "image/heic", "heic", heic.clone()),
        ("image/heif", "image/heic", "heic", heic),
        ("application/pdf", "application/pdf", "pdf", b"\n%PDF-1.7\n<script>alert(1)</script>".to_vec()),
    ] {
        let page = gateway.page().await;
        let address = page.signed(file_type, bytes.len()).await;
        assert_eq!(page.put(&address, file_type, bytes.clone()).await.status, 201, "{file_type}");
        assert!(page.put(&address, kept, bytes).await.status == 200, "{ending}");
    }
}

#[tokio::test]
async fn another_length_than_was_signed_is_refused() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 100).await;
    page.put(&address, "image/jpeg", photo(99)).await.problem(400, "bad-request");
    page.put(&address, "image/jpeg", photo(101)).await.problem(413, "file-too-large");
    let path = address.strip_prefix(&gateway.gateway).unwrap();
    let empty = format!("PUT {path} HTTP/1.1\nhost: x\nconnection: close\ncontent-type: image/jpeg\ncontent-length: 0\n\n");
    assert_eq!(gateway.raw(&empty).await.0, 400);
    page.put(&address, "image/jpeg", Vec::new()).await.problem(411, "length-required");
    let chunked = futures_util::stream::iter([Ok::<_, std::io::Error>(photo(100))]);
    let request = gateway.request(Method::PUT, &address).header("content-type", "image/jpeg");
    Answer::to(request.body(reqwest::Body::wrap_stream(chunked))).await.problem(411, "length-required");
    assert_eq!(gateway.files(), 0);
    assert_eq!(page.put(&address, "image/jpeg", photo(100)).await.status, 201, "a failed try spoils nothing");
}

#[tokio::test]
async fn a_file_that_is_too_large_is_refused_readably() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 100).await;
    page.put(&address, "image/jpeg", photo(10 * 1024 * 1024)).await.problem(413, "file-too-large");
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn another_type_than_was_signed_is_refused() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 100).await;
    for other in ["image/png", "text/html", "image/svg+xml", ""] {
        page.put(&address, other, photo(100)).await.problem(415, "content-mismatch");
    }
    let untyped = gateway.request(Method::PUT, &address).body(photo(100));
    Answer::to(untyped).await.problem(415, "content-mismatch");
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn content_that_is_not_what_it_says_is_refused_and_nothing_is_left_of_it() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let png = b"\x89PNG\r\n\x1A\n".to_vec();
    for (file_type, bytes) in [
        ("image/jpeg", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("image/jpeg", png),
        ("image/jpeg", b"\xFF".to_vec()),
        ("image/png", photo(20)),
        ("application/pdf", b"PK\x03\x04 and so on".to_vec()),
        ("application/pdf", b"<html>%PDF-1.7".to_vec()),
        ("image/heic", b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom".to_vec()),
    ] {
        let address = page.signed(file_type, bytes.len()).await;
        page.put(&address, file_type, bytes).await.problem(415, "content-mismatch");
    }
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn an_address_takes_one_file() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 100).await;
    assert_eq!(page.put(&address, "image/jpeg", photo(100)).await.status, 201);
    assert_eq!(page.put(&address, "image/jpeg", photo(100)).await.status, 200, "the first answer may have been lost");
    let mut other = photo(100);
    other[50] = 0;
    page.put(&address, "image/jpeg", other).await.problem(409, "already-uploaded");
    assert_eq!(gateway.files(), 1);
}

#[tokio::test]
async fn an_upload_that_breaks_off_leaves_nothing_and_can_be_sent_again() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 100_000).await;
    let host = gateway.gateway.strip_prefix("http://").unwrap();
    let path = address.strip_prefix(&gateway.gateway).unwrap();
    let mut socket = TcpStream::connect(host).await.unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/jpeg\r\n{CONTENT_LENGTH}: 100000\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&photo(50_000)).await.unwrap();
    crate::until("half of it is on the disk", || gateway.files() == 1).await;
    socket.shutdown().await.unwrap();
    drop(socket.read_to_end(&mut Vec::new()).await);
    crate::until("nothing is left of it", || gateway.files() == 0).await;
    assert_eq!(page.put(&address, "image/jpeg", photo(100_000)).await.status, 201);
}

#[tokio::test]
async fn cut_off_anywhere_two_hundred_times_a_file_is_whole_or_not_there() {
    const BYTES: usize = 20_000;
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", BYTES).await;
    let host = gateway.gateway.strip_prefix("http://").unwrap();
    let path = address.strip_prefix(&gateway.gateway).unwrap();
    let head = format!("PUT {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: image/jpeg\r\n{CONTENT_LENGTH}: {BYTES}\r\n\r\n");
    let whole = [head.as_bytes(), &photo(BYTES)].concat();
    for cut in 0..200 {
        let mut socket = TcpStream::connect(host).await.unwrap();
        // Its last cut is one byte before the end.
        socket.write_all(&whole[..whole.len() - 1 - (199 - cut) * whole.len() / 200]).await.unwrap();
        if cut % 5 == 0 {
            // The other side hears of it at once, and of nothing that was still on its way.
            socket.set_zero_linger().unwrap();
        } else {
            socket.shutdown().await.unwrap();
            drop(socket.read_to_end(&mut Vec::new()).await);
        }
    }
    crate::until("nothing is left of them", || gateway.files() == 0).await;
    // As long as one of them is not known to be over, the next one is told to come again.
    crate::until_so("it is taken", async || {
        let answer = page.put(&address, "image/jpeg", photo(BYTES)).await;
        assert!(matches!(answer.status, 201 | 503), "{answer:?}");
        answer.status == 201
    })
    .await;
    crate::until("the whole one is there, and nothing beside it", || gateway.files() == 1).await;
}

#[tokio::test]
async fn a_registration_has_files_of_its_own_session_alone() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let (page, other) = (gateway.page().await, gateway.page().await);
    let foreign = other.upload(photo(50)).await;
    let announced = page.upload_file("image/jpeg", 50).await.good(201)["uploadId"].as_str().unwrap().to_owned();
    for (number, upload) in [foreign.as_str(), &announced, "no-such-upload", "../secrets"].into_iter().enumerate() {
        let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": upload } }));
        let refused = page.register(&format!("the-key-of-number-{number}"), typed).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"], "{upload}");
    }
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": "a\0b" } }));
    let refused = page.register("the-key-of-no-text-at-all", typed).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload kind"]);
    assert!(gateway.registrations().await.is_empty());
    assert_eq!(page.check("SN-1").await.good(200)["status"], "available");
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": foreign } }));
    other.register("the-key-of-its-owner", typed).await.good(201);
}

#[tokio::test]
async fn a_file_belongs_to_one_submit() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let page = gateway.page().await;
    let upload = page.upload(photo(50)).await;
    let typed = |serial: &str| registration_with(serial, json!({ "InvoiceUpload": { "uploadId": upload } }));
    let both = json!({ "registrations": [typed("SN-1"), typed("SN-2")] });
    page.submit("two-of-one-receipt", &both).await.good(201);
    let refused = page.register("a-third-much-later", typed("SN-3")).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
    let stored = gateway.registrations().await;
    assert_eq!(stored.len(), 2);
    assert_eq!(stored[0]["fieldData"]["InvoiceUpload"], stored[1]["fieldData"]["InvoiceUpload"]);
}

#[tokio::test]
async fn a_receipt_is_read_by_its_address_alone() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let announced = page.upload_file("image/jpeg", 50).await.good(201);
    for guess in ["", "x", "..", "%2e%2e%2fsecrets", &"0".repeat(32), &"A".repeat(32), announced["uploadId"].as_str().unwrap()] {
        gateway.get(&format!("/r/{guess}")).await.problem(404, "not-found");
    }
    let query = "/api/upload_file?fileName=%2e%2e/x%0d%0a.jpg&fileType=image/jpeg&fileSize=50";
    let granted = gateway.api(query).await.good(200);
    let (url, address) = (granted["url"].as_str().unwrap(), granted["signedRequest"].as_str().unwrap());
    gateway.get(url).await.problem(404, "not-found");
    assert_eq!(page.put(address, "image/jpeg", photo(50)).await.status, 201);
    let read = gateway.get(url).await;
    assert_eq!((read.status, read.body), (200, photo(50)), "a receipt is there as soon as it is stored");
}

#[tokio::test]
async fn two_who_send_to_one_address_at_once_leave_one_whole_file() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let address = page.signed("image/jpeg", 500_000).await;
    let answers = futures_util::future::join_all((0..4).map(|_| page.put(&address, "image/jpeg", photo(500_000)))).await;
    for answer in answers.iter().filter(|answer| answer.status >= 300) {
        assert_eq!(answer.problem(503, "unavailable")["retryable"], true);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(page.put(&address, "image/jpeg", photo(500_000)).await.status, 200);
    assert_eq!(gateway.files(), 1);
}

#[tokio::test]
async fn a_file_that_no_registration_names_is_erased_after_a_day() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let (named, _forgotten) = (page.upload(photo(50)).await, page.upload(photo(50)).await);
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": named } }));
    page.register("0123456789abcdef", typed).await.good(201);
    gateway.clock.advance(24 * 3_600);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 2);
    gateway.clock.advance(1);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 1);
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(gateway.get(&url).await.body, photo(50));
}
