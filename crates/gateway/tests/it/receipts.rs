//! A receipt's way, wherever receipts are kept: each story is told of the disk and of a bucket, as a customer, a shop's server and a merchant
//! see it.
#![expect(clippy::unwrap_used, reason = "stories that are told with functions of their own")]

use regcard_gateway::config::Receipts;
use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::bucket::Bucket;
use crate::gateway::Gateway;
use crate::shop::{ORIGIN, Page, Shop, photo, registration_with};
use crate::visitor::Visitor;

/// A gateway, and what it keeps receipts in for as long as the story is told.
pub(crate) struct Kept {
    pub(crate) gateway: Gateway,
    pub(crate) bucket: Option<Bucket>,
}

async fn on_the_disk() -> Kept {
    Kept { gateway: Gateway::start().await, bucket: None }
}

pub(crate) async fn in_a_bucket() -> Kept {
    in_this(Bucket::any()).await
}

pub(crate) async fn in_this(bucket: Bucket) -> Kept {
    let gateway = Gateway::start_with(|config| config.receipts = Receipts::S3(bucket.config.clone())).await;
    Kept { gateway, bucket: Some(bucket) }
}

/// Each story once on the disk and once in a bucket.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod disk {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::on_the_disk().await).await;
            })*
        }
        mod bucket {
            $(#[tokio::test]
            async fn $story() {
                super::$story(super::in_a_bucket().await).await;
            })*
        }
    };
}

on_both!(
    a_receipt_is_read_back_by_its_address,
    every_type_that_is_taken_is_known_by_its_content,
    what_is_not_what_it_says_is_never_registered,
    another_length_or_type_than_was_signed_is_refused,
    a_registration_has_files_of_its_own_session_alone,
    a_file_belongs_to_one_submit,
    what_came_first_stays,
    several_files_keep_their_order,
    a_shops_server_uploads_and_reads,
    a_file_may_be_named_before_it_comes,
    a_page_without_scripts_sends_its_file_with_the_form,
    what_no_registration_names_is_erased_after_a_day,
    a_registration_that_is_erased_takes_its_receipt_with_it,
);

/// A receipt, as whoever follows its address gets it.
pub(crate) async fn read(shop: &Shop, url: &str) -> Answer {
    let answer = shop.get(url).await;
    if answer.status != 302 {
        return answer;
    }
    assert_eq!((answer.header("cache-control").as_str(), answer.body.len()), ("no-store", 0));
    shop.get(&answer.header("location")).await
}

fn with_receipt(serial: &str, receipt: Value) -> Value {
    registration_with(serial, json!({ "InvoiceUpload": receipt }))
}

fn upload_id(granted: &Value) -> Value {
    json!({ "uploadId": granted["uploadId"] })
}

async fn receipt_of(gateway: &Gateway) -> Answer {
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert!(url.starts_with(&format!("{}/r/", gateway.gateway)), "{url}");
    read(gateway, &url).await
}

async fn a_receipt_is_read_back_by_its_address(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let granted = page.upload_file("image/jpeg", 50_000).await.good(201);
    assert_eq!(granted["expiresIn"], 600);
    assert!(matches!(page.send(&granted, photo(50_000)).await.status, 200 | 201));
    page.register("0123456789abcdef", with_receipt("SN-1", upload_id(&granted))).await.good(201);
    let receipt = receipt_of(gateway).await;
    assert_eq!((receipt.status, receipt.body == photo(50_000)), (200, true));
    assert_eq!(receipt.header("content-type"), "image/jpeg");
    assert_eq!(receipt.header("content-disposition"), "attachment; filename=\"receipt.jpg\"");
    assert_eq!(receipt.header("cache-control"), "private, no-cache");
}

async fn every_type_that_is_taken_is_known_by_its_content(kept: Kept) {
    for (number, (file_type, bytes)) in [
        ("image/jpeg", photo(4_096)),
        ("image/jpeg", photo(4)),
        ("image/png", b"\x89PNG\r\n\x1A\n and so on".to_vec()),
        ("image/webp", b"RIFF\x10\0\0\0WEBPVP8 ".to_vec()),
        ("image/heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec()),
        ("application/pdf", [b"\n%PDF-1.7\n".to_vec(), vec![b' '; 5_000]].concat()),
    ]
    .into_iter()
    .enumerate()
    {
        let serial = format!("SN-{number}");
        kept.gateway.load_serials(&[&serial]).await;
        kept.gateway.clock.advance(1);
        let page = kept.gateway.page().await;
        let granted = page.upload_file(file_type, bytes.len()).await.good(201);
        assert!(matches!(page.send(&granted, bytes.clone()).await.status, 200 | 201), "{file_type}");
        page.register(&format!("the-key-of-number-{number}"), with_receipt(&serial, upload_id(&granted))).await.good(201);
        let receipt = receipt_of(&kept.gateway).await;
        assert_eq!((receipt.body == bytes, receipt.header("content-type").as_str()), (true, file_type));
    }
}

async fn what_is_not_what_it_says_is_never_registered(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    for (number, (file_type, bytes)) in [
        ("image/jpeg", b"<!doctype html><script>alert(1)</script>".to_vec()),
        ("image/jpeg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>".to_vec()),
        ("image/png", photo(20)),
        ("image/jpeg", b"\xFF".to_vec()),
        ("application/pdf", b"PK\x03\x04 and so on".to_vec()),
    ]
    .into_iter()
    .enumerate()
    {
        let page = gateway.page().await;
        let granted = page.upload_file(file_type, bytes.len()).await.good(201);
        // The disk refuses it at once, a bucket cannot.
        page.send(&granted, bytes).await;
        let refused = page.register(&format!("the-key-of-number-{number}"), with_receipt("SN-1", upload_id(&granted))).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
    }
    assert!(gateway.registrations().await.is_empty());
    assert_eq!(gateway.page().await.check("SN-1").await.good(200)["status"], "available");
}

async fn another_length_or_type_than_was_signed_is_refused(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let granted = page.upload_file("image/jpeg", 100).await.good(201);
    for length in [99, 101] {
        assert!(page.send(&granted, photo(length)).await.status >= 400, "{length}");
    }
    let mut other = granted.clone();
    other["headers"]["Content-Type"] = "text/html".into();
    assert!(page.send(&other, photo(100)).await.status >= 400);
    let refused = page.register("a-file-that-never-came", with_receipt("SN-1", upload_id(&granted))).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
    assert!(matches!(page.send(&granted, photo(100)).await.status, 200 | 201), "a failed try spoils nothing");
    page.register("and-then-it-came", with_receipt("SN-1", upload_id(&granted))).await.good(201);
}

async fn a_registration_has_files_of_its_own_session_alone(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let (page, other) = (gateway.page().await, gateway.page().await);
    let foreign = json!(other.upload(photo(50)).await);
    let announced = page.upload_file("image/jpeg", 50).await.good(201)["uploadId"].clone();
    for (number, upload) in [&foreign, &announced, &json!("no-such-upload"), &json!("../secrets")].into_iter().enumerate() {
        let typed = with_receipt("SN-1", json!({ "uploadId": upload }));
        let refused = page.register(&format!("the-key-of-number-{number}"), typed).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"], "{upload}");
    }
    other.register("the-key-of-its-owner", with_receipt("SN-1", json!({ "uploadId": foreign }))).await.good(201);
}

async fn a_file_belongs_to_one_submit(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let page = gateway.page().await;
    let upload = json!({ "uploadId": page.upload(photo(50)).await });
    let both = json!({ "registrations": [with_receipt("SN-1", upload.clone()), with_receipt("SN-2", upload.clone())] });
    page.submit("two-of-one-receipt", &both).await.good(201);
    let again = page.submit("two-of-one-receipt", &both).await;
    assert_eq!((again.status, again.header("idempotency-replayed").as_str()), (201, "true"));
    let refused = page.register("a-third-much-later", with_receipt("SN-3", upload)).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
    assert_eq!(gateway.registrations().await.len(), 2);
}

async fn what_came_first_stays(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let granted = page.upload_file("image/jpeg", 100).await.good(201);
    assert!(matches!(page.send(&granted, photo(100)).await.status, 200 | 201));
    // The first answer may have been lost. A card takes either for what it is: the file is there.
    assert!(matches!(page.send(&granted, photo(100)).await.status, 200 | 412));
    let mut other = photo(100);
    other[50] = 0;
    assert!(matches!(page.send(&granted, other.clone()).await.status, 409 | 412));
    page.register("0123456789abcdef", with_receipt("SN-1", upload_id(&granted))).await.good(201);
    // Whatever becomes of it now: what was registered is not touched.
    page.send(&granted, other).await;
    assert_eq!(receipt_of(gateway).await.body, photo(100));
}

async fn several_files_keep_their_order(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.save_form("several", &crate::gateway::FORM_FILE.replace("kind = \"receipt\"", "kind = \"receipt\"\nseveral = true"));
    gateway.offer(&["several"]).await;
    gateway.load_serials(&["SN-1"]).await;
    let session = gateway.session(ORIGIN, "several", None).await.good(201);
    let token = session["token"].as_str().unwrap().to_owned();
    let page = Page { shop: gateway.shop.clone(), origin: ORIGIN.to_owned(), token };
    let mut uploads = Vec::new();
    for length in [30, 10, 20] {
        uploads.push(json!({ "uploadId": page.upload(photo(length)).await }));
    }
    page.register("0123456789abcdef", with_receipt("SN-1", json!(uploads))).await.good(201);
    let urls = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].clone();
    let mut lengths = Vec::new();
    for url in urls.as_array().unwrap() {
        lengths.push(read(gateway, url.as_str().unwrap()).await.body.len());
    }
    assert_eq!(lengths, [30, 10, 20]);
}

async fn a_shops_server_uploads_and_reads(kept: Kept) {
    let gateway = &kept.gateway;
    // As the script names the type, so it sends it, and nothing else.
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpg&fileSize=50").await.good(200);
    let (url, address) = (granted["url"].as_str().unwrap(), granted["signedRequest"].as_str().unwrap());
    read(gateway, url).await.problem(404, "not-found");
    let put = async |bytes| Answer::to(gateway.request(Method::PUT, address).header("content-type", "image/jpg").body(bytes)).await;
    assert!(put(photo(51)).await.status >= 400);
    assert!(matches!(put(photo(50)).await.status, 200 | 201));
    let receipt = read(gateway, url).await;
    assert_eq!((receipt.status, &receipt.body), (200, &photo(50)), "a receipt is there as soon as it is stored");
    assert_eq!(receipt.header("content-type"), "image/jpeg");
    // A bucket lets a script write there again; what was read once does not change any more.
    let mut other = photo(50);
    other[40] = 0;
    put(other).await;
    assert_eq!(read(gateway, url).await.body, photo(50));
}

async fn a_file_may_be_named_before_it_comes(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50").await.good(200);
    let (url, address) = (granted["url"].as_str().unwrap(), granted["signedRequest"].as_str().unwrap());
    let body = json!({ "registrations": [with_receipt("SN-1", json!(url))] });
    gateway.api_post("/api/registrations", &body).await.good(201);
    read(gateway, url).await.problem(404, "not-found");
    let put = Answer::to(gateway.request(Method::PUT, address).header("content-type", "image/jpeg").body(photo(50))).await;
    assert!(matches!(put.status, 200 | 201));
    gateway.app.sweep().await.unwrap();
    gateway.clock.advance(25 * 3_600);
    gateway.app.sweep().await.unwrap();
    assert_eq!(receipt_of(gateway).await.body, photo(50));
    if let Some(bucket) = &kept.bucket {
        nothing_is_incoming(bucket).await;
    }
}

/// Of what came to a bucket of the story's own, everything has been judged and moved.
pub(crate) async fn nothing_is_incoming(bucket: &Bucket) {
    if bucket.is_own() {
        crate::until("nothing has come that is not kept", || !bucket.objects().iter().any(|key| key.starts_with("incoming/"))).await;
    }
}

async fn a_page_without_scripts_sends_its_file_with_the_form(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page =
        Visitor::opens(gateway).await.fills_in("SN-1").types("customerEmail", "").chooses("InvoiceUpload", "../Bon.jpg", photo(70_000));
    let answer = page.sends().await;
    assert_eq!(answer.page.status, 422, "the address is missing");
    let end = answer.types("customerEmail", "mara@example.com").sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    let receipt = receipt_of(gateway).await;
    assert_eq!((receipt.status, receipt.body == photo(70_000)), (200, true));
    assert_eq!(gateway.files(), usize::from(kept.bucket.is_none()), "nothing stays on the disk of what is in a bucket");
}

async fn what_no_registration_names_is_erased_after_a_day(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let (named, _forgotten) = (page.upload(photo(50)).await, page.upload(photo(60)).await);
    let _announced = page.upload_file("image/jpeg", 50).await.good(201);
    // One that was looked at, and then not named.
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=70").await.good(200);
    let (url, address) = (granted["url"].as_str().unwrap(), granted["signedRequest"].as_str().unwrap());
    Answer::to(gateway.request(Method::PUT, address).header("content-type", "image/jpeg").body(photo(70))).await;
    let reading = gateway.get(url).await.header("location");
    page.register("0123456789abcdef", with_receipt("SN-1", json!({ "uploadId": named }))).await.good(201);
    gateway.clock.advance(24 * 3_600);
    gateway.app.sweep().await.unwrap();
    assert_eq!(read(gateway, url).await.status, 200);
    gateway.clock.advance(1);
    gateway.app.sweep().await.unwrap();
    read(gateway, url).await.problem(404, "not-found");
    assert_eq!(receipt_of(gateway).await.body, photo(50));
    match kept.bucket {
        None => assert_eq!(gateway.files(), 1),
        Some(bucket) => {
            assert_eq!(gateway.get(&reading).await.status, 404, "it is gone from the bucket, too");
            nothing_is_incoming(&bucket).await;
            if bucket.is_own() {
                assert_eq!(bucket.objects().len(), 1);
            }
        }
    }
}

async fn a_registration_that_is_erased_takes_its_receipt_with_it(kept: Kept) {
    let gateway = &kept.gateway;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let upload = json!({ "uploadId": page.upload(photo(50)).await });
    page.register("0123456789abcdef", with_receipt("SN-1", upload)).await.good(201);
    let one = gateway.registrations().await.remove(0);
    let url = one["fieldData"]["InvoiceUpload"].as_str().unwrap();
    let reading = gateway.get(url).await.header("location");
    let path = format!("/api/registrations/{}", one["id"].as_str().unwrap());
    let erased = Answer::to(gateway.request(Method::DELETE, &path).bearer_auth(&gateway.access_token)).await;
    assert_eq!(erased.status, 200, "{erased:?}");
    read(gateway, url).await.problem(404, "not-found");
    match kept.bucket {
        None => assert_eq!(gateway.files(), 0),
        Some(_) => assert_eq!(gateway.get(&reading).await.status, 404, "it is gone from the bucket, too"),
    }
}
