//! A field that takes several files: stored in their order, and a list wherever they are read, one file alone, too.

use serde_json::{Value, json};

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, Page, photo, registration, registration_with};
use crate::upstream::Upstream;
use crate::visitor::Visitor;

/// The shop's form, whose invoice takes several files.
async fn gateway() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &FORM_FILE.replace("kind = \"receipt\"", "kind = \"receipt\"\nseveral = true"));
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    gateway
}

/// A registration with these uploads.
fn with_files(serial: &str, uploads: &[&str]) -> Value {
    let files: Vec<Value> = uploads.iter().map(|upload| json!({ "uploadId": upload })).collect();
    registration_with(serial, json!({ "InvoiceUpload": files }))
}

async fn uploads(page: &Page, lengths: &[usize]) -> Vec<String> {
    let mut uploads = Vec::new();
    for length in lengths {
        uploads.push(page.upload(photo(*length)).await);
    }
    uploads
}

/// The lengths of the files that a registration's addresses lead to.
async fn read_back(gateway: &Gateway, registration: &Value) -> Vec<usize> {
    let mut lengths = Vec::new();
    for url in registration["fieldData"]["InvoiceUpload"].as_array().into_iter().flatten() {
        lengths.push(gateway.get(url.as_str().unwrap_or_default()).await.body.len());
    }
    lengths
}

#[tokio::test]
async fn several_files_are_read_back_in_their_order() {
    let gateway = gateway().await;
    let page = gateway.page().await;
    let ids = uploads(&page, &[51, 52, 53]).await;
    let chosen = [ids[2].as_str(), &ids[0], &ids[1]];
    page.register("the-key-of-three-files", with_files("SN-1", &chosen)).await.good(201);
    let one = uploads(&page, &[60]).await;
    page.register("the-key-of-one-file", with_files("SN-2", &[&one[0]])).await.good(201);
    let stored = gateway.registrations().await;
    assert_eq!(read_back(&gateway, &stored[1]).await, [53, 51, 52]);
    assert_eq!(read_back(&gateway, &stored[0]).await, [60], "one file is a list of one");
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named_by_its_position() {
    let gateway = gateway().await;
    let page = gateway.page().await;
    let ids = uploads(&page, &[51]).await;
    let refused = page.register("the-key-of-two-files", with_files("SN-1", &[&ids[0], "no-such-upload"])).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload/1 file"]);
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn there_are_as_many_files_as_fit_and_no_more() {
    let gateway = gateway().await;
    let page = gateway.page().await;
    let ids = uploads(&page, &[51, 52, 53, 54, 55, 56]).await;
    let all: Vec<&str> = ids.iter().map(String::as_str).collect();
    let refused = page.register("the-key-of-six-files", with_files("SN-1", &all)).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload too-many-files"]);
    page.register("the-key-of-five-files", with_files("SN-1", &all[..5])).await.good(201);
}

#[tokio::test]
async fn no_file_is_no_list() {
    let gateway = gateway().await;
    let page = gateway.page().await;
    page.register("the-key-of-no-file", registration("SN-1")).await.good(201);
    assert_eq!(gateway.registrations().await[0]["fieldData"].get("InvoiceUpload"), None);
}

#[tokio::test]
async fn a_merchants_server_names_files_by_a_list_of_their_addresses() {
    let gateway = gateway().await;
    let page = gateway.page().await;
    let mut urls = Vec::new();
    for length in [51, 52] {
        let granted = gateway.api(&format!("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize={length}")).await.good(200);
        let signed = granted["signedRequest"].as_str().unwrap();
        assert_eq!(page.put(signed, "image/jpeg", photo(length)).await.status, 201);
        urls.push(granted["url"].clone());
    }
    // Among other addresses they would be texts, and the files nobody's.
    let with = |serial: &str, files: Value| json!({ "registrations": [registration_with(serial, json!({ "InvoiceUpload": files }))] });
    for mixed in [json!(["https://elsewhere.example/a.jpg", urls[0]]), json!({ "url": urls[0] }), json!([[urls[0]]])] {
        let refused = gateway.api_post("/api/registrations", &with("SN-1", mixed.clone())).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"], "{mixed}");
    }
    let padded = urls.iter().map(|url| format!(" {} ", url.as_str().unwrap())).collect::<Vec<_>>();
    gateway.api_post("/api/registrations", &with("SN-1", json!(padded))).await.good(201);
    let elsewhere = json!(["https://elsewhere.example/a.jpg", "https://elsewhere.example/b.jpg"]);
    gateway.api_post("/api/registrations", &with("SN-2", elsewhere.clone())).await.good(201);
    let stored = gateway.registrations().await;
    assert_eq!(read_back(&gateway, &stored[1]).await, [51, 52]);
    assert_eq!(stored[0]["fieldData"]["InvoiceUpload"], elsewhere, "a list of other addresses stays as it came");
    // A change that would lose them changes nothing.
    let path = format!("/api/registrations/{}", stored[1]["id"].as_str().unwrap());
    let more = json!({ "registration": { "fields": { "InvoiceUpload": [urls[0], urls[1], "https://elsewhere.example/c.jpg"] } } });
    assert_eq!(gateway.api_put(&path, &more).await.faults(422, "validation"), ["/registration/InvoiceUpload file"]);
    gateway.clock.advance(25 * 3_600);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 2);
}

#[tokio::test]
async fn a_list_is_passed_on_as_a_list() {
    let upstream = Upstream::start().await;
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.save_form(FORM, &FORM_FILE.replace("kind = \"receipt\"", "kind = \"receipt\"\nseveral = true"));
    gateway.forward_to(&upstream.url, "SENTINEL-access-token-of-the-upstream").await;
    let page = gateway.page().await;
    let mut ids = Vec::new();
    for length in [8, 9] {
        ids.push(page.upload_file("image/jpeg", length).await.good(201)["uploadId"].as_str().unwrap().to_owned());
    }
    page.register("the-key-of-two-files", with_files("SN-1", &[&ids[0], &ids[1]])).await.good(201);
    let sent: Value = serde_json::from_str(&upstream.posts()[0].body).unwrap();
    let address = "https://files.example/r1.jpg";
    assert_eq!(sent["registrations"][0]["InvoiceUpload"], json!([address, address]));
}

#[tokio::test]
async fn a_page_without_scripts_sends_several_files_keeps_them_and_takes_out_the_one_that_is_ticked() {
    let gateway = gateway().await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").types("customerName", "");
    let faulty = filled.chooses_all("InvoiceUpload", &[("a.jpg", 51), ("b.jpg", 52)]).sends().await;
    assert_eq!((faulty.page.status, faulty.texts(".drop .name")), (422, vec!["a.jpg".to_owned(), "b.jpg".to_owned()]));
    let first = faulty.all("kept InvoiceUpload")[0].to_owned();
    let without = faulty.types("customerName", "Mara").ticks("without InvoiceUpload");
    assert_eq!(without.all("without InvoiceUpload"), [first]);
    assert_eq!(without.chooses_all("InvoiceUpload", &[("c.jpg", 53)]).sends().await.page.status, 201);
    let stored = gateway.registrations().await;
    assert_eq!(read_back(&gateway, &stored[0]).await, [52, 53]);
}

#[tokio::test]
async fn a_page_without_scripts_says_that_there_is_no_room_for_another_file() {
    let gateway = gateway().await;
    let names = ["a.jpg", "b.jpg", "c.jpg", "d.jpg", "e.jpg", "f.jpg"];
    let six: Vec<(&str, usize)> = names.iter().zip(51..).map(|(name, length)| (*name, length)).collect();
    let page = Visitor::opens(&gateway).await.fills_in("SN-1").chooses_all("InvoiceUpload", &six).sends().await;
    assert_eq!(page.complaints(), ["InvoiceUpload: These are more files than fit: Receipt"]);
    assert_eq!(page.sends().await.page.status, 201, "five are kept");
    let stored = gateway.registrations().await;
    assert_eq!(read_back(&gateway, &stored[0]).await, [51, 52, 53, 54, 55]);
}
