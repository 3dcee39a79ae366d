//! Every limit from both sides: the last that is taken, the first that is not. What is refused leaves nothing behind.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{FORM, Page, one, registration, registration_with};

const KEY: &str = "0123456789abcdef";

/// A page at a shop whose form takes any serial number, so that a story can be about something else.
async fn page(gateway: &Gateway) -> Page {
    let form = crate::gateway::FORM_FILE.replace("validate = true", "validate = false").replace("one_time = true", "one_time = false");
    gateway.save_form(FORM, &form);
    gateway.page().await
}

async fn send(page: &Page, path: &str, body: impl Into<reqwest::Body>) -> Answer {
    let request = page.request(Method::POST, path).header("idempotency-key", KEY).header("content-type", "application/json");
    Answer::to(request.body(body)).await
}

#[tokio::test]
async fn a_body_may_have_sixty_four_kibibytes() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let bare = one(registration("SN-1")).to_string();
    let padded = |length: usize| format!("{bare}{}", " ".repeat(length - bare.len()));
    for path in ["/v1/serial_numbers/check", "/v1/upload_file", "/v1/sessions", "/v1/registrations"] {
        send(&page, path, padded(64 * 1024 + 1)).await.problem(413, "too-large");
        send(&page, path, padded(900_000)).await.problem(413, "too-large");
    }
    assert!(gateway.registrations().await.is_empty());
    send(&page, "/v1/registrations", padded(64 * 1024)).await.good(201);

    let server = |path: &str, length: usize| {
        let request = gateway.request(Method::POST, path).bearer_auth(&gateway.access_token).header("content-type", "application/json");
        Answer::to(request.body(padded(length)))
    };
    server("/api/registrations", 64 * 1024).await.good(201);
    server("/api/registrations", 64 * 1024 + 1).await.problem(413, "too-large");
    server("/api/serial_numbers", 1024 * 1024).await.problem(422, "validation");
    server("/api/serial_numbers", 1024 * 1024 + 1).await.problem(413, "too-large");
}

#[tokio::test]
async fn a_body_without_a_length_is_counted_as_it_comes() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let pieces = (0..80).map(|_| Ok::<_, std::io::Error>(vec![b' '; 1_000]));
    let endless = reqwest::Body::wrap_stream(futures_util::stream::iter(pieces));
    send(&page, "/v1/registrations", endless).await.problem(413, "too-large");
}

#[tokio::test]
async fn what_is_no_json_is_told_apart_from_json_that_says_the_wrong_thing() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    for malformed in [
        "",
        "{",
        "x",
        r#"{"registrations":[}"#,
        r#"{"registrations":[],"registrations":[]}"#,
        r#"{"registrations":[{"note":"a","note":"b"}]}"#,
        "{\"registrations\":[{\"note\":\"\u{1}\"}]}",
        r#"{"registrations":[{"note":"\ud800"}]}"#,
        &deep(17),
        &deep(10_000),
    ] {
        send(&page, "/v1/registrations", malformed.to_owned()).await.problem(400, "malformed-json");
        send(&page, "/v1/sessions", malformed.to_owned()).await.problem(400, "malformed-json");
        let server = gateway.request(Method::POST, "/api/registrations").bearer_auth(&gateway.access_token);
        let server = server.header("content-type", "application/json").body(malformed.to_owned());
        Answer::to(server).await.problem(400, "malformed-json");
    }
    send(&page, "/v1/registrations", b"{\"a\":\"\xFF\"}".to_vec()).await.problem(400, "malformed-json");
    for wrong in
        ["[]", "7", "null", "\"x\"", "{}", r#"{"registrations":{}}"#, r#"{"registrations":[]}"#, r#"{"registrations":[7]}"#, &deep(16)]
    {
        send(&page, "/v1/registrations", wrong.to_owned()).await.problem(422, "validation");
    }
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn an_unknown_member_is_named_where_it_stands() {
    let gateway = Gateway::start().await;
    // Each from a page of its own: one page has ten tries.
    let faults = |path: &'static str, body: Value| {
        let gateway = &gateway;
        async move { send(&page(gateway).await, path, body.to_string()).await.faults(422, "validation") }
    };
    assert_eq!(faults("/v1/registrations", json!({ "registrations": [], "accessToken": "sk" })).await, ["/accessToken unknown-field"]);
    assert_eq!(faults("/v1/registrations", json!({ "a/b~c": 1, "registrations": [] })).await, ["/a~1b~0c unknown-field"]);
    for reserved in ["id", "status", "customerTags", "warrantyEndDate", "sendEmails", "fieldData", "accessToken", "Note", "serialNumber"] {
        let body = one(registration_with("SN-1", json!({ reserved: "x" })));
        assert_eq!(faults("/v1/registrations", body).await, [format!("/registrations/0/{reserved} unknown-field")]);
    }
    let check = faults("/v1/serial_numbers/check", json!({ "serialNumber": "SN-1", "email": "x" })).await;
    assert_eq!(check, ["/email kind"]);
    let upload = faults("/v1/upload_file", json!({ "fileName": "a", "fileType": "image/png", "fileSize": "9" })).await;
    assert_eq!(upload, ["/fileSize kind"]);
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn every_field_that_is_wrong_has_a_pointer_of_its_own() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let mut typed = json!({
        "customerName": "",
        "customerEmail": "mara@",
        "productName": "x".repeat(201),
        "serialNumbers": ["", "\u{1}", "s".repeat(65)],
        "purchaseDate": "2026-02-30",
        "boughtFrom": "the moon",
        "note": "n".repeat(301),
        "newParts": "yes",
        "PrivacyPolicy": "yes",
        "InvoiceUpload": { "uploadId": "x", "url": "https://evil.example" },
    });
    let mut faults = page.register(KEY, typed.clone()).await.faults(422, "validation");
    faults.sort();
    // What is of another kind is told first, since the rest is not read then.
    assert_eq!(faults, ["/registrations/0/InvoiceUpload kind"]);
    typed["InvoiceUpload"] = json!("https://evil.example");
    let mut faults = page.register(KEY, typed).await.faults(422, "validation");
    faults.sort();
    let expected = [
        "InvoiceUpload kind",
        "PrivacyPolicy kind",
        "boughtFrom not-a-choice",
        "customerEmail email",
        "customerName required",
        "newParts kind",
        "note too-long",
        "productName too-long",
        "purchaseDate date",
        "serialNumbers/1 serial-number",
        "serialNumbers/2 too-long",
    ];
    assert_eq!(faults, expected.map(|fault| format!("/registrations/0/{fault}")));
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn texts_are_taken_up_to_their_length_in_characters() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let email = |length: usize| format!("{}@example.com", "m".repeat(length - "@example.com".len()));
    let good = json!({
        "customerName": "ß".repeat(200), "customerEmail": email(254), "productName": "界".repeat(200), "note": "😀".repeat(300),
        "serialNumbers": ["é".repeat(64)],
    });
    page.register("just-within-the-limits", registration_with("", good)).await.good(201);
    let stored = &gateway.registrations().await[0];
    assert_eq!(stored["fieldData"]["note"], "😀".repeat(300));
    for (number, (field, value, fault)) in [
        ("customerName", json!("ß".repeat(201)), "customerName too-long"),
        ("customerEmail", json!(email(255)), "customerEmail email"),
        ("productName", json!("界".repeat(201)), "productName too-long"),
        ("note", json!("😀".repeat(301)), "note too-long"),
        ("serialNumbers", json!(["é".repeat(65)]), "serialNumbers/0 too-long"),
        ("customerName", json!("Mara\u{202E}"), "customerName characters"),
        ("note", json!("a\0b"), "note characters"),
        ("purchaseDate", json!("2026-11-27"), "purchaseDate date-in-future"),
        ("purchaseDate", json!("1899-12-31"), "purchaseDate date-too-early"),
    ]
    .into_iter()
    .enumerate()
    {
        let typed = registration_with("SN-1", json!({ field: value }));
        let faults = page.register(&format!("just-beyond-limit-{number}"), typed).await.faults(422, "validation");
        assert!(faults[0].starts_with(&format!("/registrations/0/{}", fault.split(' ').next().unwrap())), "{fault}: {faults:?}");
        assert_eq!(faults.len(), 1, "{faults:?}");
        if field != "customerEmail" {
            assert_eq!(faults, [format!("/registrations/0/{fault}")]);
        }
        gateway.clock.advance(1);
        // The session's budget is another story's.
        if number == 5 {
            assert_eq!(gateway.registrations().await.len(), 1);
        }
    }
}

#[tokio::test]
async fn twenty_serial_numbers_and_twenty_registrations_fit_into_one_submit() {
    let gateway = Gateway::start().await;
    let page = page(&gateway).await;
    let serials = |count: usize| (0..count).map(|number| format!("SN-{number}")).collect::<Vec<_>>();
    let refused = page.register("one-serial-number-more", registration_with("", json!({ "serialNumbers": serials(21) }))).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/serialNumbers/20 too-many-serial-numbers"]);
    let many = |count: usize| json!({ "registrations": vec![registration("SN-1"); count] });
    let refused = page.submit("one-registration-more", &many(21)).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations too-long"]);
    assert!(gateway.registrations().await.is_empty());
    page.register("twenty-serial-numbers", registration_with("", json!({ "serialNumbers": serials(20) }))).await.good(201);
    page.submit("twenty-registrations", &many(20)).await.good(201);
    assert_eq!(gateway.registrations().await.len(), 21);
    let twice = page.register("the-same-number-twice", registration_with("", json!({ "serialNumbers": ["SN-1", "sn-1"] }))).await;
    assert_eq!(twice.faults(422, "validation"), ["/registrations/0/serialNumbers/1 serial-number-twice"]);
}

#[tokio::test]
async fn files_of_one_byte_to_ten_mebibytes_may_be_announced() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    page.upload_file("image/jpeg", 1).await.good(201);
    page.upload_file("image/jpeg", 10 * 1024 * 1024).await.good(201);
    page.upload_file("image/jpeg", 10 * 1024 * 1024 + 1).await.problem(413, "file-too-large");
    assert_eq!(page.upload_file("image/jpeg", 0).await.faults(422, "validation"), ["/fileSize file"]);
    for other in ["image/svg+xml", "text/html", "application/zip", "image/gif", "", "image/*"] {
        page.upload_file(other, 9).await.problem(415, "type-not-allowed");
    }
}

#[tokio::test]
async fn an_address_that_is_too_long_is_not_read() {
    let gateway = Gateway::start().await;
    let path = |length: usize| format!("/{}", "x".repeat(length - 1));
    gateway.get(&path(2 * 1024)).await.problem(404, "not-found");
    gateway.get(&path(2 * 1024 + 1)).await.problem(414, "too-large");
}
