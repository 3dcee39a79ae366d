//! One registration, from the page that opens a session to the receipt that the shop's server reads.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{photo, registration, registration_with};

#[tokio::test]
async fn a_customer_registers_a_purchase_and_the_shop_reads_it_back() {
    let gateway = Gateway::start().await;
    let loaded =
        json!({ "serialNumbers": [{ "serialNumber": "SN-0001", "sku": "DUO-BLK", "productName": "Espresso Duo", "customerTags": "vip" }] });
    gateway.api_post("/api/serial_numbers", &loaded).await.good(201);
    let page = gateway.page().await;

    let checked = page.check("sn-0001").await.good(200);
    let known = json!({ "status": "available", "serialNumber": "SN-0001", "product": { "name": "Espresso Duo", "sku": "DUO-BLK" } });
    assert_eq!(checked, known, "and nothing about tags, owner or dates");

    let receipt = photo(70_000);
    let granted = page.upload_file("image/jpeg", receipt.len()).await.good(201);
    assert_eq!(granted["headers"], json!({ "Content-Type": "image/jpeg" }));
    assert_eq!(granted["expiresIn"], 600);
    let signed = granted["signedRequest"].as_str().unwrap();
    assert!(signed.starts_with(&format!("{}/v1/uploads/", gateway.gateway)), "{signed}");
    assert_eq!(page.put(signed, "image/jpeg", receipt.clone()).await.status, 201);

    let typed = registration_with(
        "sn-0001",
        json!({
            "type": "product-registration",
            "InvoiceUpload": { "uploadId": granted["uploadId"] },
            "note": "A gift",
            "newParts": true,
            "boughtFrom": "store",
            "PrivacyPolicy": true,
        }),
    );
    let answer = page.register("the-first-of-all-keys", typed).await.good(201);
    let id = answer["registrations"][0]["id"].as_str().unwrap();
    assert_eq!(answer["registrations"], json!([{ "id": id, "status": "registered" }]));

    let found = gateway.api("/api/registrations?email=MARA@example.com").await.good(200);
    let url = found["data"][0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    let stored = json!({
        "data": [{
            "id": id,
            "type": "product-registration",
            "productName": "Espresso Duo",
            "customerEmail": "mara@example.com",
            "customerName": "Mara Lindqvist",
            "serialNumbers": ["SN-0001"],
            "purchaseDate": "2026-11-14",
            "status": "active",
            "createdAt": "2026-11-25T11:00:00.000Z",
            "updatedAt": "2026-11-25T11:00:00.000Z",
            "customer": { "name": "Mara Lindqvist", "email": "mara@example.com" },
            "customerTags": "vip",
            "productSku": "DUO-BLK",
            "warranty": null,
            "warrantyEndDate": null,
            "shopifyOrderId": null,
            "shopifyOrderName": null,
            "shopifyOrderCreatedAt": null,
            "fieldData": {
                "InvoiceUpload": url,
                "note": "A gift",
                "newParts": true,
                "boughtFrom": "store",
                "PrivacyPolicy": "Tell me about new parts and recipes, about once a month",
            },
        }],
        "total": 1,
    });
    assert_eq!(found, stored);

    let read = gateway.get(&url).await;
    assert_eq!((read.status, read.body == receipt), (200, true));
    for (name, value) in [
        ("content-type", "image/jpeg"),
        ("content-length", "70000"),
        ("content-disposition", "attachment; filename=\"receipt.jpg\""),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; sandbox"),
        ("referrer-policy", "no-referrer"),
        ("access-control-allow-origin", ""),
    ] {
        assert_eq!(read.header(name), value, "{name}");
    }

    assert_eq!(page.check("SN-0001").await.good(200)["status"], "registered");
}

#[tokio::test]
async fn the_status_is_read_by_token_or_by_key_and_says_nothing_about_the_person() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let answer = page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    let expected = json!({ "registrations": answer["registrations"] });

    let by_token = gateway.request(Method::GET, "/v1/registrations/status").bearer_auth(answer["statusToken"].as_str().unwrap());
    assert_eq!(Answer::to(by_token).await.good(200), expected);
    let by_key = gateway.request(Method::GET, "/v1/registrations/status").header("idempotency-key", "0123456789abcdef");
    assert_eq!(Answer::to(by_key.try_clone().unwrap()).await.good(200), expected);
    assert_eq!(Answer::to(by_key.try_clone().unwrap().header("origin", page.origin)).await.good(200), expected);
    Answer::to(by_key.header("origin", "https://elsewhere.example")).await.problem(404, "not-found");
    let unknown = gateway.request(Method::GET, "/v1/registrations/status").header("idempotency-key", "another-key-as-long");
    Answer::to(unknown).await.problem(404, "not-found");
}

#[tokio::test]
async fn nobody_learns_from_an_answer_whether_an_address_is_a_customers() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let page = gateway.page().await;
    let from = async |key, serial, email| page.register(key, registration_with(serial, json!({ "customerEmail": email }))).await;
    from("the-first-one-of-all", "SN-1", "mara@example.com").await.good(201);
    let known = from("from-a-known-address", "SN-2", "mara@example.com").await;
    let unknown = from("from-another-address", "SN-3", "tom@example.com").await;
    assert_eq!((known.status, known.body.len()), (unknown.status, unknown.body.len()), "{known:?} {unknown:?}");
    let shape = |answer: &Answer| {
        let said = answer.json();
        let names = |one: &Value| one.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
        (names(&said), names(&said["registrations"][0]), said["registrations"][0]["status"].clone())
    };
    assert_eq!(shape(&known), shape(&unknown));
    let headers = |answer: &Answer| answer.headers.keys().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(headers(&known), headers(&unknown));
}

#[tokio::test]
async fn several_products_in_one_submit_are_stored_all_or_none() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let page = gateway.page().await;
    let body = |serials: [&str; 2]| json!({ "registrations": serials.map(registration) });

    let refused = page.submit("one-of-them-is-unknown", &body(["SN-1", "SN-9"])).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/1/serialNumbers/0 serial-number-unknown"]);
    assert!(gateway.registrations().await.is_empty());
    assert_eq!(page.check("SN-1").await.good(200)["status"], "available");

    let stored = page.submit("both-of-them-are-known", &body(["SN-1", "SN-2"])).await.good(201);
    let listed = gateway.registrations().await;
    assert_eq!(listed.len(), 2);
    for (sent, kept) in [(0, 1), (1, 0)] {
        assert_eq!(stored["registrations"][sent]["id"], listed[kept]["id"], "the last one is the newest, in the same millisecond too");
    }
}

#[tokio::test]
async fn what_was_registered_is_there_after_a_restart() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let upload = page.upload(photo(100)).await;
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": upload } }));
    let first = page.register("0123456789abcdef", typed.clone()).await;
    let before = gateway.registrations().await;

    let gateway = gateway.restart().await;
    assert_eq!(gateway.registrations().await, before);
    let url = before[0]["fieldData"]["InvoiceUpload"].as_str().unwrap();
    assert_eq!(gateway.get(url).await.body, photo(100));
    let again = page.register("0123456789abcdef", typed).await;
    assert_eq!((again.status, again.body), (first.status, first.body), "the old session goes on, and the answer is the same");
}
