//! What was answered stays, once, whatever happens to the process.

use futures_util::StreamExt;
use futures_util::future::join_all;
use futures_util::stream::FuturesUnordered;

use crate::process::Process;
use crate::shop::{photo, registration, registration_with};

#[tokio::test]
async fn killed_right_after_an_answer_ten_times_nothing_is_lost_or_doubled() {
    let mut gateway = Process::start();
    let serials: Vec<String> = (0..10).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let mut answers = Vec::new();
    for serial in &serials {
        let page = gateway.shop.page().await;
        let upload = page.upload(photo(5_000)).await;
        let typed = registration_with(serial, serde_json::json!({ "InvoiceUpload": { "uploadId": upload } }));
        let key = format!("the-key-for-{serial}");
        let answer = page.register(&key, typed.clone()).await;
        gateway.kill();
        answer.good(201);
        gateway.start_again();
        // The session's token outlives the process.
        let page = crate::shop::Page { shop: gateway.shop.clone(), ..page };
        let again = page.register(&key, typed).await;
        assert_eq!((again.status, &again.body), (answer.status, &answer.body), "the same key gives the same answer");
        assert_eq!(again.header("idempotency-replayed"), "true");
        answers.push(answer.json()["registrations"][0]["id"].clone());
    }
    let stored = gateway.shop.registrations().await;
    let mut ids: Vec<_> = stored.iter().map(|registration| registration["id"].clone()).collect();
    ids.reverse();
    assert_eq!(ids, answers, "each of them once, the newest first");
    for registration in &stored {
        let receipt = gateway.shop.get(registration["fieldData"]["InvoiceUpload"].as_str().unwrap_or_default()).await;
        assert!(receipt.status == 200 && receipt.body == photo(5_000), "{receipt:?}");
    }
}

#[tokio::test]
async fn killed_among_many_submits_every_one_of_them_ends_up_there_once() {
    let mut gateway = Process::start();
    let serials: Vec<String> = (0..9).map(|number| format!("SN-{number}")).collect();
    gateway.shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = gateway.shop.page().await;
    let submit = |page: &crate::shop::Page, serial: &str| {
        let (request, body) = (page.clone(), crate::shop::one(registration(serial)));
        let key = format!("the-key-for-{serial}");
        async move {
            let request = request.request(reqwest::Method::POST, "/v1/registrations").header("idempotency-key", key);
            crate::shop::with_json(request, &body).send().await
        }
    };
    let mut sent: FuturesUnordered<_> = serials.iter().map(|serial| submit(&page, serial)).collect();
    // One is answered; of the others nobody knows how far they came.
    let first = sent.next().await;
    assert!(first.is_some_and(|answer| answer.is_ok_and(|answer| answer.status() == 201)));
    gateway.kill();
    while sent.next().await.is_some() {}
    gateway.start_again();
    let page = crate::shop::Page { shop: gateway.shop.clone(), ..page };
    let again = join_all(serials.iter().map(|serial| submit(&page, serial))).await;
    assert!(again.into_iter().all(|answer| answer.is_ok_and(|answer| answer.status() == 201)));
    let mut stored: Vec<_> = gateway.shop.registrations().await.iter().map(|one| one["serialNumbers"][0].to_string()).collect();
    stored.sort();
    assert_eq!(stored, serials.iter().map(|serial| format!("\"{serial}\"")).collect::<Vec<_>>());
}

#[tokio::test]
async fn what_a_kill_left_half_uploaded_is_swept_away_and_can_be_sent_again() {
    let mut gateway = Process::start();
    let page = gateway.shop.page().await;
    let granted = page.upload_file("image/jpeg", 200_000).await.good(201);
    let signed = granted["signedRequest"].as_str().unwrap_or_default().to_owned();
    let coming = gateway.folder().join("regcard-data").join("coming");
    // The first half goes out, then nothing more does.
    let half = futures_util::stream::iter([Ok::<_, std::io::Error>(photo(100_000))]).chain(futures_util::stream::pending());
    let request = page.shop.request(reqwest::Method::PUT, &signed).header("content-type", "image/jpeg").header("content-length", "200000");
    let sending = tokio::spawn(request.body(reqwest::Body::wrap_stream(half)).send());
    let begun = || std::fs::read_dir(&coming).is_ok_and(|mut files| files.next().is_some());
    crate::until("the upload has begun", begun).await;
    gateway.kill();
    assert!(sending.await.is_ok_and(|answer| answer.is_err()));
    assert!(begun(), "the kill left half a file");
    gateway.start_again();
    assert!(!begun(), "and the start swept it away");
    let page = crate::shop::Page { shop: gateway.shop.clone(), ..page };
    assert_eq!(page.put(&signed, "image/jpeg", photo(200_000)).await.status, 201);
}
