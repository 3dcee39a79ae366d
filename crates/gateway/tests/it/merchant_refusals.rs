//! What the registration API says when it cannot do what a script asks: what is wrong, and where, in one sentence.

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{one, registration, registration_with, with_json};

#[tokio::test]
async fn the_message_names_the_first_thing_that_is_wrong() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let path = format!("/api/registrations/{}", gateway.added(registration("SN-1")).await["id"].as_str().unwrap());
    for (sent, message) in [
        (registration("SN-9"), "registrations[0].serialNumbers[0]: is not a known serial number"),
        (registration("SN-1"), "registrations[0].serialNumbers[0]: is registered already"),
        (registration_with("SN-2", json!({ "status": "gone" })), "registrations[0].status: cannot be set"),
        (registration_with("SN-2", json!({ "a/b~c": "\u{0}" })), "registrations[0][\"a/b~c\"]: holds characters that cannot be shown"),
        (registration_with("SN-2", json!({ "type": "other" })), "registrations[0].type: is not a form of this merchant"),
        (
            registration_with("SN-2", json!({ "customerEmail": "mara", "purchaseDate": "x" })),
            "registrations[0].customerEmail: is not an e-mail address (and 1 more)",
        ),
    ] {
        let refused = gateway.api_post("/api/registrations", &one(sent)).await;
        assert_eq!(refused.json()["message"], message);
    }
    let put = async |members| gateway.api_put(&path, &json!({ "registration": members })).await.json()["message"].clone();
    assert_eq!(put(json!({ "createdAt": "2026-01-01" })).await, "registration.createdAt: cannot be set");
    assert_eq!(put(json!({ "serialNumbers": ["SN-1", "SN-9"] })).await, "registration.serialNumbers[1]: is not a known serial number");
    let long = put(json!({ "x".repeat(101): "x" })).await;
    assert!(long.as_str().unwrap().ends_with(": is no name for a field: 1 to 64 characters"), "{long}");
    let list = gateway.api_post("/api/serial_numbers", &json!(["A", ".."])).await.json();
    assert!(list["message"].as_str().unwrap().starts_with("serialNumbers[1].serialNumber: is not a serial number"), "{list}");
    assert_eq!(gateway.api_post("/api/registrations", &json!([])).await.json()["message"], "the body: is not an object");
    // A page reads the pointers; nothing more is said there than was.
    let page = gateway.page().await.register("0123456789abcdef", registration("SN-9")).await;
    assert_eq!(page.json()["detail"], "some fields are missing or wrong");
    assert!(page.json()["message"].is_null());
}

#[tokio::test]
async fn a_registration_that_is_not_there_is_said_to_be_what_is_not_there() {
    let gateway = Gateway::start().await;
    for id in ["123", "018f3f5e-0000-7000-8000-000000000000", "a_b"] {
        let path = format!("/api/registrations/{id}");
        let changed = gateway.api_put(&path, &json!({ "registration": { "productName": "Duo" } })).await.problem(404, "not-found");
        assert_eq!(changed["message"], "there is no registration with this id");
        assert_eq!(gateway.api_delete(&path).await.problem(404, "not-found")["message"], changed["message"]);
    }
}

#[tokio::test]
async fn a_key_whose_registrations_were_erased_says_so() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let post = async || {
        let request = gateway.request(Method::POST, "/api/registrations").bearer_auth(&gateway.access_token);
        let body = json!({ "registrations": [registration("SN-1"), registration("SN-2")] });
        Answer::to(with_json(request.header("idempotency-key", "0123456789abcdef"), &body)).await
    };
    let first = post().await.good(201);
    assert_eq!(post().await.good(201), first);
    for left in [1, 0] {
        let path = format!("/api/registrations/{}", first["data"][left]["id"].as_str().unwrap());
        gateway.api_delete(&path).await.good(200);
        let problem = post().await.problem(410, "erased");
        assert!(problem["message"].as_str().unwrap().contains("a new key"), "{problem}");
        assert_eq!(gateway.registrations().await.len(), left);
    }
}

#[tokio::test]
async fn what_stands_beside_the_registrations_is_not_looked_at() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let sent = json!({ "sendEmails": true, "registrations": [registration("SN-1")] });
    let added = gateway.api_post("/api/registrations", &sent).await.good(201)["data"][0].clone();
    assert_eq!(added["fieldData"], json!({}));
    let path = format!("/api/registrations/{}", added["id"].as_str().unwrap());
    let sent = json!({ "sendEmails": true, "registration": { "productName": "Solo" } });
    assert_eq!(gateway.api_put(&path, &sent).await.good(200)["data"]["productName"], "Solo");
    let refused = gateway.api_post("/api/registrations", &json!({ "registration": registration("SN-2") })).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations required"]);
    // A page sends nothing that its gateway does not know.
    let sent = json!({ "sendEmails": true, "registrations": [registration("SN-2")] });
    let refused = gateway.page().await.submit("0123456789abcdef", &sent).await;
    assert_eq!(refused.faults(422, "validation"), ["/sendEmails unknown-field"]);
}
