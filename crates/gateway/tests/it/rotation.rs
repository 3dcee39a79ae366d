//! The gateway's own secret, changed while it runs: nobody notices, until what an old one has made is no longer wanted.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::future::join_all;

use crate::process::{Process, line};
use crate::shop::{FORM, ORIGIN, Page, Shop, photo, registration};

/// The secret that a session's token says it was made with.
async fn maker(gateway: &Process) -> Option<String> {
    use base64::Engine;
    let token = gateway.shop.page().await.token;
    let footer = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.rsplit('.').next()?).ok()?;
    Some(serde_json::from_slice::<serde_json::Value>(&footer).ok()?["kid"].as_str()?.to_owned())
}

fn names(folder: &Path) -> String {
    line(folder, &["secret", "list"]).replace('\n', " ")
}

async fn makes(gateway: &Process, name: &str) {
    crate::until_so(name, async || maker(gateway).await.as_deref() == Some(name)).await;
}

/// Puts another file in its place at once: half of a text that is being written would be one more that cannot be read.
#[expect(clippy::unwrap_used, reason = "what cannot be written fails the story")]
fn saved(file: &Path, text: &str) {
    let beside = file.with_extension("new");
    std::fs::write(&beside, text).unwrap();
    std::fs::set_permissions(&beside, std::fs::metadata(file).unwrap().permissions()).unwrap();
    std::fs::rename(beside, file).unwrap();
}

/// Customers who open the form, check, renew their session, check again and upload, one after the other. How many.
async fn customers(shop: Shop, ended: Arc<AtomicBool>) -> usize {
    let mut served = 0;
    while !ended.load(Ordering::Relaxed) {
        let page = shop.page().await;
        page.check("SN-1").await.good(200);
        let address = page.signed("image/jpeg", 9).await;
        let renewed = shop.session(ORIGIN, FORM, Some(&page.token)).await.good(201);
        let renewed = Page { token: renewed["token"].as_str().unwrap_or_default().to_owned(), ..page };
        renewed.check("SN-1").await.good(200);
        assert_eq!(renewed.put(&address, "image/jpeg", photo(9)).await.status, 201);
        served += 1;
    }
    served
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn changed_again_and_again_under_load_nobody_notices() {
    let gateway = Process::start_with(&[], &["--address-budget-factor", "1000"]);
    let ended = Arc::new(AtomicBool::new(false));
    let all: Vec<_> = (0..3).map(|_| tokio::spawn(customers(gateway.shop.clone(), Arc::clone(&ended)))).collect();
    for number in 2..=6 {
        let added = line(gateway.folder(), &["secret", "add"]);
        assert_eq!(added, format!("k{number}"));
        assert_eq!(line(gateway.folder(), &["secret", "promote", &added]), added);
        makes(&gateway, &added).await;
    }
    ended.store(true, Ordering::Relaxed);
    for served in join_all(all).await {
        assert!(served.is_ok_and(|served| served > 0), "somebody noticed");
    }
    assert_eq!(names(gateway.folder()), "k6 k5 k4 k3 k2 k1");
    assert_eq!(gateway.shop.api("/api/registrations").await.status, 200, "an access token outlives the secret it was made under");
}

#[tokio::test]
async fn what_a_secret_made_ends_with_it() {
    let gateway = Process::start();
    let (page, folder) = (gateway.shop.page().await, gateway.folder());
    page.check("SN-1").await.good(200);
    line(folder, &["secret", "add"]);
    line(folder, &["secret", "promote", "k2"]);
    makes(&gateway, "k2").await;
    page.check("SN-1").await.good(200);
    let file = folder.join("regcard-data/secrets");
    let all = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, all.lines().next().unwrap()).unwrap();
    crate::until_so("the old one is forgotten", async || page.check("SN-1").await.status == 401).await;
    gateway.shop.page().await.check("SN-1").await.good(200);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_changes_nothing_and_is_told_once() {
    let gateway = Process::start();
    let file = gateway.folder().join("regcard-data/secrets");
    saved(&file, "k1 half of a li");
    let told = || gateway.log().matches("cannot be read; those from before are used").count();
    crate::until("it is told", || told() == 1).await;
    let page = gateway.shop.page().await;
    page.register("0123456789abcdef", registration("SN-1")).await.problem(422, "validation");
    saved(&file, "k1 half of a lin");
    crate::until("the next one is told as well", || told() == 2).await;
}
