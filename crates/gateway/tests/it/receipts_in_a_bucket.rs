//! What is said of a bucket alone: who carries the bytes, and what happens while it is away.

use regcard_gateway::config::Receipts;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use crate::bucket::Bucket;
use crate::gateway::Gateway;
use crate::process::Process;
use crate::receipts::{Kept, in_this, nothing_is_incoming, read};
use crate::shop::{Page, photo, registration_with};

async fn kept() -> Kept {
    let kept = in_this(Bucket::own()).await;
    kept.gateway.load_serials(&["SN-1", "SN-2"]).await;
    kept
}

async fn registers(page: &Page, serial: &str, upload: &str) -> crate::answer::Answer {
    let typed = registration_with(serial, json!({ "InvoiceUpload": { "uploadId": upload } }));
    page.register(&format!("the-key-for-{serial}-of-some-length"), typed).await
}

#[tokio::test]
async fn no_byte_of_a_receipt_passes_through_the_gateway_but_the_first_four_kibibytes() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let page = gateway.page().await;
    let upload = page.upload(photo(3_000_000)).await;
    registers(&page, "SN-1", &upload).await.good(201);
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(gateway.get(&url).await.body.len(), 0);
    assert_eq!(read(&gateway, &url).await.body.len(), 3_000_000);
    nothing_is_incoming(&bucket).await;
    assert_eq!(bucket.asked_by_the_gateway(3).await, ["GET 206", "PUT 200", "DELETE 204"]);
    let (mut sent, mut got) = (0, 0);
    for one in bucket.requests().await.iter().filter(|one| one["agent"].is_string()) {
        sent += one["sent"].as_u64().unwrap();
        if one["method"] == "GET" {
            assert_eq!(one["range"], "bytes=0-4095");
            got += one["answered"].as_u64().unwrap();
        }
    }
    assert_eq!((sent, got), (0, 4_096));
    // And the log of the bucket would show it: the page's own request is in there, whole.
    let by_others: u64 = bucket.requests().await.iter().filter(|one| one["agent"].is_null()).map(|one| one["sent"].as_u64().unwrap()).sum();
    assert_eq!(by_others, 3_000_000);
}

#[tokio::test]
async fn keys_are_the_gateways_and_say_nothing_of_the_file() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let page = gateway.page().await;
    let asked = json!({ "fileName": "../../Kassenbon Müller.jpg", "fileType": "image/jpeg", "fileSize": 50 });
    let granted = page.post("/v1/upload_file", &asked).await.good(201);
    assert!(page.send(&granted, photo(50)).await.status == 200);
    let upload = granted["uploadId"].as_str().unwrap();
    assert_eq!(bucket.objects(), [format!("incoming/demo/{upload}")]);
    registers(&page, "SN-1", upload).await.good(201);
    nothing_is_incoming(&bucket).await;
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(bucket.objects(), [format!("receipts/demo/{}", url.rsplit('/').next().unwrap())]);
}

#[tokio::test]
async fn what_passes_is_asked_again_and_nobody_notices() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let page = gateway.page().await;
    let upload = page.upload(photo(50)).await;
    bucket.fail("times=1&method=GET").await;
    // It was copied, and nobody heard of it.
    bucket.fail("times=1&method=PUT&done").await;
    registers(&page, "SN-1", &upload).await.good(201);
    nothing_is_incoming(&bucket).await;
    assert_eq!(bucket.asked_by_the_gateway(5).await, ["GET 503", "GET 206", "PUT 503", "PUT 200", "DELETE 204"]);
}

#[tokio::test]
async fn while_the_bucket_is_away_nothing_is_registered_and_nothing_is_lost() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let page = gateway.page().await;
    let upload = page.upload(photo(50)).await;
    bucket.fail("times=3").await;
    let away = registers(&page, "SN-1", &upload).await;
    assert_eq!(away.problem(503, "unavailable")["retryable"], true);
    assert_eq!(away.header("retry-after"), "1");
    assert!(gateway.registrations().await.is_empty());
    // Addresses need no bucket, and neither does a registration without a file.
    bucket.fail("times=100").await;
    page.upload_file("image/jpeg", 50).await.good(201);
    page.register("one-without-a-receipt", registration_with("SN-2", json!({}))).await.good(201);
    bucket.heal().await;
    registers(&page, "SN-1", &upload).await.good(201);
    assert_eq!(gateway.registrations().await.len(), 2);
}

#[tokio::test]
async fn a_shops_server_is_not_kept_waiting_for_a_bucket_that_is_away() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50").await.good(200);
    let (url, address) = (granted["url"].as_str().unwrap(), granted["signedRequest"].as_str().unwrap());
    let put = gateway.request(reqwest::Method::PUT, address).header("content-type", "image/jpeg").body(photo(50));
    assert_eq!(put.send().await.unwrap().status().as_u16(), 200);
    bucket.fail("times=100").await;
    let body = json!({ "registrations": [registration_with("SN-1", json!({ "InvoiceUpload": url }))] });
    gateway.api_post("/api/registrations", &body).await.good(201);
    gateway.get(url).await.problem(503, "unavailable");
    bucket.heal().await;
    gateway.app.sweep().await.unwrap();
    assert_eq!(read(&gateway, url).await.body, photo(50));
}

#[tokio::test]
async fn what_cannot_be_erased_now_is_erased_later() {
    let Kept { gateway, bucket } = kept().await;
    let bucket = bucket.unwrap();
    let _forgotten = gateway.page().await.upload(photo(50)).await;
    gateway.clock.advance(25 * 3_600);
    bucket.fail("times=100").await;
    assert_eq!(gateway.app.sweep().await.unwrap(), 0);
    assert_eq!(bucket.objects().len(), 1);
    bucket.heal().await;
    assert_eq!(gateway.app.sweep().await.unwrap(), 1);
    assert!(bucket.objects().is_empty());
    assert_eq!(gateway.app.sweep().await.unwrap(), 0);
}

#[tokio::test]
async fn what_was_kept_on_the_disk_is_read_from_there_once_there_is_a_bucket() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    let upload = page.upload(photo(50)).await;
    registers(&page, "SN-1", &upload).await.good(201);
    let bucket = Bucket::own();
    gateway.clock.advance(1);
    let gateway = gateway.restart_with(|config| config.receipts = Receipts::S3(bucket.config.clone())).await;
    let page = gateway.page().await;
    let upload = page.upload(photo(60)).await;
    registers(&page, "SN-2", &upload).await.good(201);
    let lengths = async |gateway: &Gateway| {
        let mut lengths = Vec::new();
        for one in gateway.registrations().await {
            lengths.push(read(gateway, one["fieldData"]["InvoiceUpload"].as_str().unwrap()).await.body.len());
        }
        lengths
    };
    assert_eq!(lengths(&gateway).await, [60, 50]);
    assert_eq!((gateway.files(), bucket.objects().len()), (1, 1));
    // Taken away again, what is in it cannot be read, which is said.
    let gateway = gateway.restart_with(|config| config.receipts = Receipts::Local).await;
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    gateway.get(&url).await.problem(500, "internal");
}

#[tokio::test]
async fn a_gateway_is_told_of_its_bucket_and_shows_the_secret_to_nobody() {
    let bucket = Bucket::own();
    let secret = bucket.config.secret_key.expose_secret().to_owned();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        std::fs::write(folder.path().join(name), format!("{text}\n")).unwrap();
        folder.path().join(name).display().to_string()
    };
    let process = Process::start_configured(&format!(
        "[receipts.s3]\nendpoint = '{}'\nbucket = 'receipts'\npath_style = true\naccess_key_file = '{}'\nsecret_key_file = '{}'\n",
        bucket.config.endpoint,
        file("access", "test"),
        file("secret", &secret)
    ));
    process.shop.load_serials(&["SN-1"]).await;
    let page = process.shop.page().await;
    let upload = page.upload(photo(50)).await;
    registers(&page, "SN-1", &upload).await.good(201);
    let url = process.shop.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(read(&process.shop, &url).await.body, photo(50));
    let log = process.log();
    assert!(!log.contains(&secret) && !log.contains("X-Amz-Signature"), "{log}");
}

#[tokio::test]
async fn the_hosted_pages_policy_lets_files_go_to_the_bucket() {
    let Kept { gateway, bucket } = kept().await;
    let page = gateway.get(&format!("/v1/forms/{}/{}", gateway.key, crate::shop::FORM)).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains(&format!("connect-src 'self' {};", bucket.unwrap().config.endpoint)), "{policy}");
}

#[tokio::test]
async fn a_card_is_told_what_to_send_along_and_a_script_sends_the_type_alone() {
    let Kept { gateway, bucket: _bucket } = kept().await;
    let granted = gateway.page().await.upload_file("image/jpeg", 50).await.good(201);
    assert_eq!(granted["headers"], json!({ "Content-Type": "image/jpeg", "If-None-Match": "*" }));
    let signed = |url: &Value| {
        let url = url::Url::parse(url.as_str().unwrap()).unwrap();
        url.query_pairs().find(|(name, _)| name == "X-Amz-SignedHeaders").unwrap().1.into_owned()
    };
    assert_eq!(signed(&granted["signedRequest"]), "content-length;content-type;host;if-none-match");
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50").await.good(200);
    assert_eq!(signed(&granted["signedRequest"]), "content-length;content-type;host");
}

#[tokio::test]
async fn ten_large_files_at_once_come_through_a_page_without_scripts() {
    let Kept { gateway, bucket } = kept().await;
    let posts = (0..10).map(async |_| {
        let page = crate::visitor::Visitor::opens(&gateway).await.fills_in("SN-1").types("customerEmail", "");
        page.chooses("InvoiceUpload", "bon.jpg", photo(9_000_000)).sends().await.page.status
    });
    assert_eq!(futures_util::future::join_all(posts).await, [422; 10]);
    assert_eq!(bucket.unwrap().objects().len(), 10);
    assert_eq!(gateway.files(), 0);
}
