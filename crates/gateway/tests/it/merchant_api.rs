//! The registration API as merchants' scripts know it: shapes, order, the token in the body, keys that no form knows.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, one, photo, registration, registration_with, with_json};

#[tokio::test]
async fn registrations_come_back_as_they_were_added_the_newest_first() {
    let gateway = Gateway::start().await;
    assert_eq!(gateway.api("/api/registrations").await.good(200), json!({ "data": [], "total": 0 }));
    let serials: Vec<String> = (0..5).map(|number| format!("SN-{number}")).collect();
    gateway.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    for serial in &serials {
        gateway.clock.advance(1);
        let email = if serial == "SN-2" { "Tom@Example.com" } else { "mara@example.com" };
        let added =
            gateway.api_post("/api/registrations", &one(registration_with(serial, json!({ "customerEmail": email })))).await.good(201);
        assert_eq!(added["data"][0]["serialNumbers"], json!([serial]));
    }
    let all = gateway.api("/api/registrations").await.good(200);
    let serials_of = |page: &Value| page["data"].as_array().unwrap().iter().map(|one| one["serialNumbers"][0].clone()).collect::<Vec<_>>();
    assert_eq!(serials_of(&all), ["SN-4", "SN-3", "SN-2", "SN-1", "SN-0"]);
    for (query, found, total) in [
        ("?limit=2", vec!["SN-4", "SN-3"], 5),
        ("?limit=2&page=3", vec!["SN-0"], 5),
        ("?limit=2&page=9", vec![], 5),
        ("?email=tom@example.COM", vec!["SN-2"], 1),
        ("?email=nobody@example.com", vec![], 0),
        ("?formSlug=product-registration&limit=1", vec!["SN-4"], 5),
        ("?formSlug=another", vec![], 0),
        ("?limit=0", vec!["SN-4"], 5),
        ("?limit=x&page=-1&unknown=1", vec!["SN-4", "SN-3", "SN-2", "SN-1", "SN-0"], 5),
        ("?email=%27%20OR%201=1--", vec![], 0),
        ("?email=tom%00@example.com", vec![], 0),
        ("?formSlug=%00", vec![], 0),
    ] {
        let page = gateway.api(&format!("/api/registrations{query}")).await.good(200);
        assert_eq!((serials_of(&page), &page["total"]), (found.into_iter().map(Value::from).collect(), &json!(total)), "{query}");
    }
}

#[tokio::test]
async fn who_asks_for_nobodys_registrations_is_given_none() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    gateway.added(registration("SN-1")).await;
    // As scripts send them whose variable is empty.
    for query in ["?email=", "?email", "?email=%20&limit=1", "?email=+", "?formSlug=", "?formSlug=%09", "?email=mara@example.com&formSlug="]
    {
        let found = gateway.api(&format!("/api/registrations{query}")).await.good(200);
        // A plus is a plus, and no address either.
        assert_eq!(found, json!({ "data": [], "total": 0 }), "{query}");
    }
    assert_eq!(gateway.api("/api/registrations").await.good(200)["total"], 1);
}

#[tokio::test]
async fn all_of_a_customers_come_at_once_and_the_shops_page_by_page() {
    let gateway = Gateway::start().await;
    let (_, fields) = FORM_FILE.split_once("[[field]]").unwrap();
    gateway.save_form(FORM, &format!("[[field]]{fields}"));
    let of = |email: &str, count: usize| (0..count).map(|_| json!({ "customerEmail": email })).collect::<Vec<_>>();
    for email in ["mara@example.com"; 51].into_iter().chain(["tom@example.com"]) {
        gateway.api_post("/api/registrations", &json!({ "registrations": of(email, 20) })).await.good(201);
    }
    for (query, found, total) in [
        ("", 100, 1_040),
        ("?formSlug=product-registration", 100, 1_040),
        ("?limit=250", 250, 1_040),
        ("?limit=1000", 1_000, 1_040),
        ("?limit=1001", 1_000, 1_040),
        ("?limit=99999999999", 1_000, 1_040),
        ("?limit=1000&page=2", 40, 1_040),
        ("?email=mara@example.com", 1_000, 1_020),
        ("?email=mara@example.com&page=2", 20, 1_020),
        ("?email=mara@example.com&limit=999", 999, 1_020),
        ("?email=tom@example.com", 20, 20),
    ] {
        let page = gateway.api(&format!("/api/registrations{query}")).await.good(200);
        assert_eq!((page["data"].as_array().unwrap().len(), &page["total"]), (found, &json!(total)), "{query}");
    }
}

#[tokio::test]
async fn a_plus_in_an_address_is_a_plus() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    gateway
        .api_post("/api/registrations", &one(registration_with("SN-1", json!({ "customerEmail": "mara+x@example.com" }))))
        .await
        .good(201);
    for written in ["mara+x@example.com", "mara%2Bx@example.com", "MARA%2bX%40example.com"] {
        assert_eq!(gateway.api(&format!("/api/registrations?email={written}")).await.good(200)["total"], 1, "{written}");
    }
    // A blank that was encoded is a blank, which no address has.
    let blank = gateway.api("/api/registrations?email=mara%20x@example.com").await.good(200);
    assert_eq!(blank, json!({ "data": [], "total": 0 }));
}

#[tokio::test]
async fn the_token_may_stand_in_the_body_and_is_not_stored() {
    let gateway = Gateway::start().await;
    let token = &gateway.access_token;
    let post = |path: &str, body: Value| Answer::to(with_json(gateway.request(Method::POST, path), &body));
    post("/api/serial_numbers", json!({ "accessToken": token, "serialNumbers": ["SN-1"] })).await.good(201);
    let mut body = one(registration("SN-1"));
    body["accessToken"] = json!(token);
    let added = post("/api/registrations", body.clone()).await.good(201);
    assert_eq!(added["data"][0]["fieldData"], json!({}));
    let both = gateway.request(Method::POST, "/api/registrations").bearer_auth(token);
    Answer::to(with_json(both, &body)).await.problem(409, "serial-already-registered");
}

#[tokio::test]
async fn keys_that_no_form_knows_are_stored_and_those_with_a_meaning_are_refused() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let extras = json!({ "greetings": "hello world!", "Age": 40, "where-did-you-buy-": ["a", { "b": null }], "phone": "+49" });
    let added = gateway.api_post("/api/registrations", &one(registration_with("SN-1", extras.clone()))).await.good(201);
    assert_eq!(added["data"][0]["fieldData"], extras);
    assert_eq!(gateway.registrations().await[0]["fieldData"], extras);
    for own in ["id", "status", "createdAt", "updatedAt", "fieldData", "accessToken"] {
        let refused = gateway.api_post("/api/registrations", &one(registration_with("SN-2", json!({ own: "x" })))).await;
        assert_eq!(refused.faults(422, "validation"), [format!("/registrations/0/{own} unknown-field")]);
    }
    let extras = |count: usize| (0..count).map(|number| (format!("key{number}"), json!(number))).collect::<serde_json::Map<_, _>>();
    let refused = gateway.api_post("/api/registrations", &one(registration_with("SN-2", extras(65).into()))).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0 too-long"]);
    gateway.api_post("/api/registrations", &one(registration_with("SN-2", extras(64).into()))).await.good(201);
}

#[tokio::test]
async fn the_forms_rules_hold_for_servers_too() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    for (typed, fault) in [
        (registration("SN-9"), "serialNumbers/0 serial-number-unknown"),
        (registration_with("SN-1", json!({ "customerEmail": "mara" })), "customerEmail email"),
        (registration_with("SN-1", json!({ "customerEmail": null })), "customerEmail required"),
        (registration_with("SN-1", json!({ "serialNumbers": [] })), "serialNumbers/0 required"),
        (registration_with("SN-1", json!({ "purchaseDate": "14.11.2026" })), "purchaseDate date"),
        (registration_with("SN-1", json!({ "type": "another" })), "type unknown-form"),
    ] {
        let refused = gateway.api_post("/api/registrations", &one(typed)).await;
        assert_eq!(refused.faults(422, "validation"), [format!("/registrations/0/{fault}")]);
    }
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn a_server_uploads_a_receipt_and_names_it_by_its_address() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    for (path, serial) in [("/api/upload_file", "SN-1"), ("/api/upload_fiile", "SN-2")] {
        let granted = gateway.api(&format!("{path}?fileName=test.jpg&fileType=image/jpeg&fileSize=50")).await.good(200);
        assert_eq!(granted.as_object().unwrap().len(), 2, "signedRequest and url, at the top");
        let put = gateway.request(Method::PUT, granted["signedRequest"].as_str().unwrap()).header("content-type", "image/jpeg");
        assert_eq!(Answer::to(put.body(photo(50))).await.status, 201);
        let typed = registration_with(serial, json!({ "InvoiceUpload": granted["url"], "Elsewhere": "https://files.example/a.jpg" }));
        let added = gateway.api_post("/api/registrations", &one(typed)).await.good(201);
        assert_eq!(added["data"][0]["fieldData"]["InvoiceUpload"], granted["url"]);
        assert_eq!(added["data"][0]["fieldData"]["Elsewhere"], "https://files.example/a.jpg");
        assert_eq!(gateway.get(granted["url"].as_str().unwrap()).await.body, photo(50));
    }
    assert_eq!(gateway.api("/api/upload_file?fileName=a&fileType=image/jpeg").await.faults(422, "validation"), ["/fileSize required"]);
    gateway.api("/api/upload_file?fileName=a&fileType=text/html&fileSize=5").await.problem(415, "type-not-allowed");
    gateway.api("/api/upload_file?fileName=a&fileType=image/png&fileSize=10485761").await.problem(413, "file-too-large");
}

#[tokio::test]
async fn a_thousand_serial_numbers_fit_into_one_list() {
    let gateway = Gateway::start().await;
    let list = |count: usize| json!({ "serialNumbers": (0..count).map(|number| format!("SN-{number}")).collect::<Vec<_>>() });
    let refused = gateway.api_post("/api/serial_numbers", &list(1_001)).await;
    assert_eq!(refused.faults(422, "validation"), ["/serialNumbers too-long"]);
    let loaded = gateway.api_post("/api/serial_numbers", &list(1_000)).await.good(201);
    assert_eq!(loaded["data"].as_array().unwrap().len(), 1_000);
}

#[tokio::test]
async fn what_is_not_there_and_what_is_not_done_there_are_problems_too() {
    let gateway = Gateway::start().await;
    for path in ["/", "/api", "/api/", "/api/registration", "/v1", "/v2/sessions", "/healthz", "/.env"] {
        gateway.api(path).await.problem(404, "not-found");
    }
    for (method, path) in
        [(Method::DELETE, "/api/registrations"), (Method::PUT, "/api/serial_numbers"), (Method::PATCH, "/v1/registrations")]
    {
        let answer = Answer::to(gateway.request(method, path).bearer_auth(&gateway.access_token)).await;
        answer.problem(405, "method-not-allowed");
        assert!(!answer.header("allow").is_empty());
    }
}
