//! Registrations that a merchant's server changes and erases.
#![expect(clippy::unwrap_used, reason = "a story's own helpers: what cannot be done fails it")]

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::receiver::Receiver;
use crate::shop::{Shop, one, photo, registration, registration_with, with_json};

fn path(registration: &Value) -> String {
    format!("/api/registrations/{}", registration["id"].as_str().unwrap())
}

/// The members that differ.
fn differing<'a>(before: &'a Value, after: &'a Value) -> Vec<&'a str> {
    let keys = after.as_object().unwrap().keys().chain(before.as_object().unwrap().keys().filter(|key| after[key.as_str()].is_null()));
    keys.filter(|key| before[key.as_str()] != after[key.as_str()]).map(String::as_str).collect()
}

async fn changed(shop: &Shop, registration: &Value, members: Value) -> Value {
    shop.api_put(&path(registration), &json!({ "registration": members })).await.good(200)["data"].clone()
}

async fn registered(shop: &Shop, serial: &str) -> Value {
    shop.api(&format!("/api/serial_numbers/{serial}")).await.good(200)["data"]["registered"].clone()
}

#[tokio::test]
async fn only_what_is_sent_changes() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = gateway.added(registration_with("SN-1", json!({ "greetings": "hello", "Age": 40, "city": "Turku" }))).await;
    gateway.clock.advance(60);
    for (sent, differ) in [
        (json!({}), vec![]),
        (json!({ "customerEmail": " mara@example.com", "fields": { "Age": 40, "none": null }, "serialNumbers": ["sn–1"] }), vec![]),
        (json!({ "fields": { "greetings": "hello again" } }), vec!["fieldData", "updatedAt"]),
        (json!({ "purchaseDate": "2026-10-30" }), vec!["purchaseDate", "updatedAt"]),
        (json!({ "customerName": "Mara L.", "productName": "Other" }), vec!["customer", "customerName", "productName", "updatedAt"]),
        (json!({ "extraFields": { "greetings": "once more" } }), vec!["fieldData", "updatedAt"]),
        (json!({ "flat": true }), vec!["fieldData", "updatedAt"]),
        (json!({ "fields": { "Age": null }, "productName": null }), vec!["fieldData", "productName", "updatedAt"]),
        (
            json!({ "customer": { "email": "new@example.com", "city": "Oulu" } }),
            vec!["city", "customer", "customerEmail", "fieldData", "updatedAt"],
        ),
        (
            json!({ "customerEmail": "again@example.com", "city": null }),
            vec!["city", "customer", "customerEmail", "fieldData", "updatedAt"],
        ),
    ] {
        let before = gateway.registrations().await.remove(0);
        gateway.clock.advance(1);
        let after = changed(&gateway, &first, sent.clone()).await;
        let mut found = differing(&before, &after);
        found.sort_unstable();
        found.dedup();
        assert_eq!(found, differ, "{sent}: {before} {after}");
        assert_eq!(gateway.registrations().await, [after]);
    }
    let last = gateway.registrations().await.remove(0);
    assert_eq!(last["fieldData"], json!({ "greetings": "once more", "flat": true }));
    assert_eq!((&last["createdAt"], &last["id"]), (&first["createdAt"], &first["id"]));
    assert_eq!(gateway.api("/api/registrations?email=again@example.com").await.good(200)["total"], 1);
    assert_eq!(gateway.api("/api/registrations?email=mara@example.com").await.good(200)["total"], 0);
}

#[tokio::test]
async fn a_registration_can_be_sent_back_whole_with_one_thing_changed_wherever_it_stands() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let extras = json!({ "phone": "+358 1", "firstName": "Mara", "lastName": "Lindqvist", "note": "x", "orderNumber": "1001" });
    let mut now = gateway.added(registration_with("SN-1", extras)).await;
    for (pointer, value) in [
        ("/customer/phone", "+358 2"),
        ("/phone", "+358 3"),
        ("/fieldData/phone", "+358 4"),
        ("/fieldData/note", "y"),
        ("/customer/name", "Mara"),
    ] {
        *now.pointer_mut(pointer).unwrap() = json!(value);
        let sent = now.clone();
        now = changed(&gateway, &sent, sent.clone()).await;
        assert_eq!(now.pointer(pointer).unwrap(), value);
    }
    assert_eq!((&now["phone"], &now["customer"]["phone"], &now["customerName"]), (&json!("+358 4"), &json!("+358 4"), &json!("Mara")));
    // What is its own cannot be set to anything else.
    for own in ["id", "status", "createdAt", "updatedAt", "customerTags"] {
        let refused = gateway.api_put(&path(&now), &json!({ "registration": { own: "other" } })).await;
        assert_eq!(refused.faults(422, "validation"), [format!("/registration/{own} unknown-field")]);
    }
}

#[tokio::test]
async fn the_first_versions_spelling_and_the_token_in_the_body_are_taken() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = gateway.added(registration("SN-1")).await;
    let path = format!("/api/registration/{}", first["id"].as_str().unwrap());
    let body = json!({ "accessToken": gateway.access_token, "registration": { "extraFields": { "greetings": "hi" } } });
    let put = Answer::to(with_json(gateway.request(Method::PUT, &path), &body)).await.good(200);
    assert_eq!(put["data"]["fieldData"], json!({ "greetings": "hi" }));
    let erase = with_json(
        gateway.request(Method::DELETE, &path.replace("registration/", "registrations/")),
        &json!({ "accessToken": gateway.access_token }),
    );
    Answer::to(erase).await.good(200);
    Answer::to(with_json(gateway.request(Method::PUT, &path), &body)).await.problem(404, "not-found");
    Answer::to(with_json(gateway.request(Method::PUT, &path), &json!({ "registration": {} }))).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn changed_serial_numbers_come_free() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["S1", "S2", "S3"]).await;
    let page = gateway.page().await;
    let first = gateway.added(registration("S1")).await;
    gateway.added(registration("S3")).await;
    for _ in 0..2 {
        let after = changed(&gateway, &first, json!({ "serialNumbers": ["S2"] })).await;
        assert_eq!(after["serialNumbers"], json!(["S2"]));
        for (serial, status) in [("S1", "available"), ("S2", "registered")] {
            assert_eq!(page.check(serial).await.good(200)["status"], status);
        }
    }
    // Another's: nothing changes, not even what stands beside it.
    let refused = gateway.api_put(&path(&first), &json!({ "registration": { "serialNumbers": ["S1", "S3"], "productName": "X" } })).await;
    assert_eq!(refused.faults(409, "serial-already-registered"), ["/registration/serialNumbers/1 serial-number-registered"]);
    assert_eq!((registered(&gateway, "S1").await, registered(&gateway, "S2").await), (json!(false), json!(true)));
    assert_eq!(gateway.registrations().await.iter().find(|one| one["id"] == first["id"]).unwrap()["productName"], first["productName"]);
    for (serials, fault) in [
        (json!(["S9"]), "serialNumbers/0 serial-number-unknown"),
        (json!([]), "serialNumbers/0 required"),
        (json!(["S1", "s1"]), "serialNumbers/1 serial-number-twice"),
    ] {
        let refused = gateway.api_put(&path(&first), &json!({ "registration": { "serialNumbers": serials } })).await;
        assert_eq!(refused.faults(422, "validation"), [format!("/registration/{fault}")]);
    }
    assert_eq!(gateway.api_delete(&path(&first)).await.good(200), json!({ "message": "ok" }));
    for serial in ["S1", "S2"] {
        assert_eq!(page.check(serial).await.good(200)["status"], "available");
    }
    gateway.added(registration("S2")).await;
    let many = (0..50).map(|_| {
        let shop = gateway.shop.clone();
        tokio::spawn(async move { shop.api_post("/api/registrations", &one(registration("S1"))).await.status })
    });
    let mut answers = Vec::new();
    for one in many.collect::<Vec<_>>() {
        answers.push(one.await.unwrap());
    }
    assert_eq!((answers.iter().filter(|status| **status == 201).count(), answers.iter().filter(|status| **status == 409).count()), (1, 49));
}

#[tokio::test]
async fn what_is_erased_takes_its_receipt_along() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50").await.good(200);
    let put = gateway.request(Method::PUT, granted["signedRequest"].as_str().unwrap()).header("content-type", "image/jpeg");
    assert_eq!(Answer::to(put.body(photo(50))).await.status, 201);
    let url = granted["url"].as_str().unwrap();
    let first = gateway.added(registration_with("SN-1", json!({ "InvoiceUpload": url, "Copy": url }))).await;
    assert_eq!(changed(&gateway, &first, json!({ "fields": { "Copy": null } })).await["fieldData"], json!({ "InvoiceUpload": url }));
    assert_eq!((gateway.get(url).await.status, gateway.files()), (200, 1), "one field names it still");
    assert_eq!(
        changed(&gateway, &first, json!({ "fields": { "InvoiceUpload": url, "note": "x" } })).await["fieldData"]["InvoiceUpload"],
        url
    );
    gateway.api_delete(&path(&first)).await.good(200);
    assert_eq!((gateway.get(url).await.status, gateway.files()), (404, 0));
    gateway.api_delete(&path(&first)).await.problem(404, "not-found");
    gateway.api_put(&path(&first), &json!({ "registration": {} })).await.problem(404, "not-found");
    assert_eq!(gateway.api("/api/registrations").await.good(200), json!({ "data": [], "total": 0 }));
}

#[tokio::test]
async fn a_receipt_that_comes_while_its_registration_is_erased_is_not_left() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let granted = gateway.api("/api/upload_file?fileName=a.jpg&fileType=image/jpeg&fileSize=50000").await.good(200);
    let added = gateway.added(registration_with("SN-1", json!({ "InvoiceUpload": granted["url"] }))).await;
    let path_to_file = granted["signedRequest"].as_str().unwrap().strip_prefix(&gateway.gateway).unwrap();
    let mut socket = TcpStream::connect(gateway.gateway.strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!("PUT {path_to_file} HTTP/1.1\r\nHost: x\r\nContent-Type: image/jpeg\r\nContent-Length: 50000\r\n\r\n");
    let bytes = photo(50_000);
    socket.write_all(&[head.as_bytes(), &bytes[..20_000]].concat()).await.unwrap();
    crate::until("some of it is on the disk", || gateway.files() == 1).await;
    gateway.api_delete(&path(&added)).await.good(200);
    socket.write_all(&bytes[20_000..]).await.unwrap();
    let mut answer = [0; 12];
    socket.read_exact(&mut answer).await.unwrap();
    assert_eq!((&answer, gateway.files()), (b"HTTP/1.1 403", 0));
}

#[tokio::test]
async fn nobody_changes_or_erases_what_is_another_shops() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = gateway.added(registration("SN-1")).await;
    let other = gateway.another_shop("other", "https://other.example").await;
    other.api_put(&path(&first), &json!({ "registration": { "productName": "X" } })).await.problem(404, "not-found");
    other.api_delete(&path(&first)).await.problem(404, "not-found");
    for id in ["x", "..%2f..%2fforms", "%00", "'%20OR%201=1", &"0".repeat(65)] {
        gateway.api_delete(&format!("/api/registrations/{id}")).await.problem(404, "not-found");
    }
    assert_eq!(gateway.registrations().await, [first]);
}

#[tokio::test]
async fn two_scripts_that_change_one_registration_at_once_lose_nothing() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = gateway.added(registration("SN-1")).await;
    let all = ["a", "b", "c"].map(|key| {
        let (shop, path) = (gateway.shop.clone(), path(&first));
        tokio::spawn(async move { shop.api_put(&path, &json!({ "registration": { "fields": { key: true } } })).await.good(200) })
    });
    for one in all {
        one.await.unwrap();
    }
    assert_eq!(gateway.registrations().await[0]["fieldData"], json!({ "a": true, "b": true, "c": true }));
}

#[tokio::test]
async fn a_change_that_makes_no_sense_is_refused_with_a_pointer() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let first = gateway.added(registration("SN-1")).await;
    let long = (0..65).map(|number| (format!("key{number}"), json!(number))).collect::<serde_json::Map<_, _>>();
    for (body, fault) in [
        (json!({}), "/registration required"),
        (json!([]), " kind"),
        (json!({ "registration": [] }), "/registration kind"),
        (json!({ "registration": { "customerEmail": null } }), "/registration/customerEmail required"),
        (json!({ "registration": { "customerEmail": "x" } }), "/registration/customerEmail email"),
        (json!({ "registration": { "purchaseDate": "x" } }), "/registration/purchaseDate date"),
        (json!({ "registration": { "fields": [] } }), "/registration/fields kind"),
        (json!({ "registration": { "customer": "x" } }), "/registration/customer kind"),
        (json!({ "registration": { "type": "other" } }), "/registration/type unknown-form"),
        (json!({ "registration": { "warrantyEndDate": "soon" } }), "/registration/warrantyEndDate date"),
        (json!({ "registration": { "phone": {} } }), "/registration/phone kind"),
        (json!({ "registration": { "fields": long } }), "/registration too-long"),
    ] {
        let refused = gateway.api_put(&path(&first), &body).await;
        assert_eq!(refused.faults(422, "validation"), [fault], "{body}");
    }
    assert_eq!(gateway.registrations().await, [first]);
}

#[tokio::test]
async fn what_was_changed_since_it_was_read_is_not_sent_back_over_it() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let read = gateway.added(registration_with("SN-1", json!({ "note": "x" }))).await;
    gateway.clock.advance(1);
    changed(&gateway, &read, json!({ "note": "somebody else's" })).await;
    gateway.clock.advance(1);
    let mut whole = read.clone();
    whole["customerName"] = json!("Mara");
    let refused = gateway.api_put(&path(&read), &json!({ "registration": whole })).await.problem(409, "changed");
    assert!(refused["message"].as_str().unwrap().contains("read it again"), "{refused}");
    let now = gateway.registrations().await.remove(0);
    assert_eq!((&now["customerName"], &now["fieldData"]["note"]), (&read["customerName"], &json!("somebody else's")));
    // Read again it goes; without the instant, what is sent counts.
    let mut whole = now;
    whole["customerName"] = json!("Mara");
    assert_eq!(changed(&gateway, &read, whole).await["customerName"], "Mara");
    assert_eq!(changed(&gateway, &read, json!({ "note": "y" })).await["fieldData"]["note"], "y");
    let refused = gateway.api_put(&path(&read), &json!({ "registration": { "updatedAt": "yesterday" } })).await;
    assert_eq!(refused.faults(422, "validation"), ["/registration/updatedAt unknown-field"]);
}

#[tokio::test]
async fn a_change_that_changes_nothing_is_told_to_nobody() {
    let gateway = Gateway::start_with(|config| config.allow_private_webhooks = true).await;
    gateway.load_serials(&["SN-1"]).await;
    let receiver = Receiver::start().await;
    gateway.tell(&receiver.url).await;
    let before = gateway.added(registration_with("SN-1", json!({ "note": "x" }))).await;
    gateway.clock.advance(1);
    for same in [before.clone(), json!({}), json!({ "note": "x" }), json!({ "customerEmail": "mara@example.com " })] {
        assert_eq!(changed(&gateway, &before, same).await, before);
    }
    changed(&gateway, &before, json!({ "note": "y" })).await;
    let told: Vec<String> = receiver.until_it_has(2).await.iter().map(|webhook| webhook.event().to_owned()).collect();
    assert_eq!(told, ["created", "updated"]);
    assert!(gateway.registrations().await[0]["updatedAt"] != before["updatedAt"]);
}
