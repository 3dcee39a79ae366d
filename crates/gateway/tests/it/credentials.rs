//! Each route with each credential: who may what, and what everybody else is told.
//!
//! A credential of one kind is good for nothing else, and whoever is refused has changed nothing.

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{FORM, ORIGIN, one, photo, registration, with_json};

const KEY: &str = "0123456789abcdef";

/// A route that takes JSON from a page with a session, and a body that is good there.
fn page_routes() -> [(&'static str, Value); 3] {
    [
        ("/v1/serial_numbers/check", json!({ "serialNumber": "SN-1" })),
        ("/v1/upload_file", json!({ "fileName": "r.jpg", "fileType": "image/jpeg", "fileSize": 9 })),
        ("/v1/registrations", one(registration("SN-1"))),
    ]
}

/// A route of the merchants' API, and a body where it takes one.
fn server_routes() -> [(Method, &'static str, Option<Value>); 6] {
    [
        (Method::GET, "/api/registrations", None),
        (Method::POST, "/api/registrations", Some(one(registration("SN-1")))),
        (Method::POST, "/api/serial_numbers", Some(json!({ "serialNumbers": ["SN-7"] }))),
        (Method::GET, "/api/serial_numbers/SN-1", None),
        (Method::GET, "/api/upload_file?fileName=r.jpg&fileType=image/jpeg&fileSize=9", None),
        (Method::GET, "/api/upload_fiile?fileName=r.jpg&fileType=image/jpeg&fileSize=9", None),
    ]
}

/// Every credential that there is, by name.
struct Credentials {
    session: String,
    grant: String,
    status: String,
    publishable: String,
    access: String,
}

impl Credentials {
    /// One of each kind. One registration has been made for it.
    async fn of(gateway: &Gateway) -> Credentials {
        gateway.load_serials(&["SN-0", "SN-1"]).await;
        let page = gateway.page().await;
        let granted = page.upload_file("image/jpeg", 9).await.good(201);
        let registered = page.register("the-key-of-the-first", registration("SN-0")).await.good(201);
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        Credentials {
            session: page.token,
            grant: text(&granted["signedRequest"]).rsplit('/').next().unwrap_or_default().to_owned(),
            status: text(&registered["statusToken"]),
            publishable: gateway.key.clone(),
            access: gateway.access_token.clone(),
        }
    }

    /// What is good for none of these routes: other kinds, other gateways', changed ones, noise.
    fn others(&self, own: &str) -> Vec<String> {
        let mut changed = own.to_owned();
        let last = changed.pop();
        changed.push(if last == Some('A') { 'B' } else { 'A' });
        let all = [&self.session, &self.grant, &self.status, &self.publishable, &self.access];
        let mut others: Vec<String> = all.into_iter().filter(|one| *one != own).cloned().collect();
        let noise = ["v4.local.AAAA", "x", "null", "sk_live_aaaaaaaa_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa_aaaaaa"];
        others.extend(noise.map(str::to_owned));
        others.extend([changed, format!("{own}{own}"), "v4.local.".to_owned() + &"A".repeat(2_000)]);
        others
    }
}

fn to(gateway: &Gateway, method: Method, path: &str, body: Option<&Value>) -> RequestBuilder {
    let request = gateway.request(method, path).header("origin", ORIGIN).header("idempotency-key", KEY);
    match body {
        Some(body) => with_json(request, body),
        None => request,
    }
}

/// The one registration that was made to get a status token is all there is, and no serial number came.
async fn nothing_was_stored(gateway: &Gateway) {
    assert_eq!(gateway.registrations().await.len(), 1);
    assert_eq!(gateway.api("/api/serial_numbers/SN-7").await.status, 204);
    assert_eq!(gateway.api("/api/serial_numbers/SN-1").await.good(200)["data"]["registered"], false);
}

#[tokio::test]
async fn a_page_without_a_session_may_do_nothing() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    for (path, body) in page_routes() {
        let request = || to(&gateway, Method::POST, path, Some(&body));
        let none = Answer::to(request()).await;
        none.problem(401, "unauthorized");
        assert_eq!(none.header("www-authenticate"), "Bearer");
        for other in credentials.others(&credentials.session) {
            Answer::to(request().bearer_auth(&other)).await.problem(401, "unauthorized");
        }
        let session = &credentials.session;
        for header in [format!("Basic {session}"), session.clone(), "Bearer".to_owned(), "Bearer ".to_owned()] {
            Answer::to(request().header("authorization", header)).await.problem(401, "unauthorized");
        }
        Answer::to(request().bearer_auth(session).bearer_auth(session)).await.problem(401, "unauthorized");
    }
    nothing_was_stored(&gateway).await;
}

#[tokio::test]
async fn a_session_is_good_from_its_own_origin_alone() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    let _other = gateway.another_shop("other", "https://other.example").await;
    let wrong = [
        "null",
        "https://other.example",
        "https://shop.example.evil",
        "https://evilshop.example",
        "http://shop.example",
        "https://shop.example:8443",
        "https://shop.example:443",
        "https://SHOP.example",
        "https://shop.example/",
        "https://shop.example.",
        "https://a@shop.example",
        &gateway.gateway,
        "",
    ];
    for (path, body) in page_routes() {
        let request = |origins: &[&str]| {
            let bare = gateway.request(Method::POST, path).header("idempotency-key", KEY).bearer_auth(&credentials.session);
            origins.iter().fold(with_json(bare, &body), |request, origin| request.header("origin", *origin))
        };
        Answer::to(request(&[])).await.problem(403, "origin-not-allowed");
        Answer::to(request(&[ORIGIN, ORIGIN])).await.problem(403, "origin-not-allowed");
        for origin in wrong {
            Answer::to(request(&[origin])).await.problem(403, "origin-not-allowed");
        }
    }
    nothing_was_stored(&gateway).await;
}

#[tokio::test]
async fn a_session_ends_after_fifteen_minutes_and_can_be_renewed_for_a_day() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    let check = || to(&gateway, Method::POST, "/v1/serial_numbers/check", Some(&page_routes()[0].1)).bearer_auth(&credentials.session);
    let renew = || gateway.session(ORIGIN, FORM, Some(&credentials.session));
    // A minute more, since clocks of several gateways may differ.
    gateway.clock.advance(15 * 60 + 59);
    Answer::to(check()).await.good(200);
    gateway.clock.advance(1);
    for (path, body) in page_routes() {
        let answer = Answer::to(to(&gateway, Method::POST, path, Some(&body)).bearer_auth(&credentials.session)).await;
        assert_eq!(answer.problem(401, "token-expired")["retryable"], true);
    }
    renew().await.good(201);
    gateway.clock.advance(24 * 3_600 - 15 * 60 - 1);
    renew().await.good(201);
    gateway.clock.advance(1);
    renew().await.problem(401, "token-expired");
    nothing_was_stored(&gateway).await;
}

#[tokio::test]
async fn a_session_is_opened_for_a_known_key_and_form_from_a_known_origin() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    let opened = gateway.session(ORIGIN, FORM, None).await;
    let limits = json!({ "checks": 60, "uploads": 12, "registrations": 10 });
    assert_eq!((&opened.good(201)["expiresIn"], &opened.json()["limits"]), (&json!(900), &limits));
    gateway.session(&gateway.gateway, FORM, None).await.good(201);
    for origin in ["null", "https://shop.example.evil", "", "https://elsewhere.example"] {
        gateway.session(origin, FORM, None).await.problem(403, "origin-not-allowed");
    }
    let body = json!({ "key": gateway.key, "form": FORM });
    let bare = gateway.request(Method::POST, "/v1/sessions");
    Answer::to(with_json(bare, &body)).await.problem(403, "origin-not-allowed");
    for form in ["another-form", "", "../secrets", "Product-Registration"] {
        gateway.session(ORIGIN, form, None).await.problem(403, "form-not-allowed");
    }
    for key in ["", "pk_test_0123456789abcdef", "pk_live_", &gateway.access_token, &credentials.session] {
        let body = json!({ "key": key, "form": FORM });
        Answer::to(to(&gateway, Method::POST, "/v1/sessions", Some(&body))).await.problem(403, "key-disabled");
    }
    for other in credentials.others(&credentials.session) {
        gateway.session(ORIGIN, FORM, Some(&other)).await.problem(401, "unauthorized");
    }
    let other = gateway.another_shop("other", ORIGIN).await;
    other.session(ORIGIN, FORM, Some(&credentials.session)).await.problem(401, "unauthorized");
    gateway.session(&gateway.gateway, FORM, Some(&credentials.session)).await.problem(401, "unauthorized");
}

#[tokio::test]
async fn only_the_access_token_opens_the_merchants_api() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    for (method, path, body) in server_routes() {
        let request = || to(&gateway, method.clone(), path, body.as_ref());
        Answer::to(request()).await.problem(401, "unauthorized");
        for other in credentials.others(&credentials.access) {
            let refused = Answer::to(request().bearer_auth(&other)).await;
            let problem = refused.problem(401, "unauthorized");
            assert_eq!(problem["message"], problem["detail"], "scripts for that API read `message`");
        }
        let header = format!("Basic {}", credentials.access);
        Answer::to(request().header("authorization", header)).await.problem(401, "unauthorized");
        if let Some(mut body) = body {
            for token in [json!("x"), json!(7), json!(null), json!(credentials.session), json!(credentials.publishable)] {
                body["accessToken"] = token;
                Answer::to(to(&gateway, method.clone(), path, Some(&body))).await.problem(401, "unauthorized");
                let both = to(&gateway, method.clone(), path, Some(&body)).bearer_auth(&credentials.access);
                Answer::to(both).await.problem(401, "unauthorized");
            }
        }
    }
    nothing_was_stored(&gateway).await;
}

#[tokio::test]
async fn an_upload_address_is_the_permission_and_nothing_else_is() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    for other in credentials.others(&credentials.grant).into_iter().filter(|other| other.len() < 1_500) {
        let request = gateway.request(Method::PUT, &format!("/v1/uploads/{other}")).header("content-type", "image/jpeg");
        Answer::to(request.bearer_auth(&credentials.session).body(photo(9))).await.problem(403, "grant-invalid");
    }
    let put = || gateway.request(Method::PUT, &format!("/v1/uploads/{}", credentials.grant)).header("content-type", "image/jpeg");
    gateway.clock.advance(11 * 60);
    Answer::to(put().body(photo(9))).await.problem(403, "grant-invalid");
    gateway.clock.advance(-1);
    assert_eq!(Answer::to(put().header("origin", "https://anywhere.example").body(photo(9))).await.status, 201);
}

#[tokio::test]
async fn a_status_is_read_with_its_own_token_or_the_key_alone() {
    let gateway = Gateway::start().await;
    let credentials = Credentials::of(&gateway).await;
    let request = || gateway.request(Method::GET, "/v1/registrations/status");
    Answer::to(request()).await.problem(401, "unauthorized");
    for other in credentials.others(&credentials.status) {
        Answer::to(request().bearer_auth(&other)).await.problem(401, "unauthorized");
    }
    Answer::to(request().header("idempotency-key", "short")).await.problem(400, "idempotency-key-missing");
    let from_nowhere = request().bearer_auth(&credentials.status).header("origin", "null");
    Answer::to(from_nowhere).await.problem(403, "origin-not-allowed");
    gateway.clock.advance(24 * 3_600 + 59);
    Answer::to(request().bearer_auth(&credentials.status)).await.good(200);
    gateway.clock.advance(1);
    Answer::to(request().bearer_auth(&credentials.status)).await.problem(401, "token-expired");
}

#[tokio::test]
async fn a_session_registers_its_own_form_alone() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    for form in ["another-form", "", "PRODUCT-REGISTRATION"] {
        let mut typed = registration("SN-1");
        typed["type"] = json!(form);
        page.register(KEY, typed).await.problem(403, "form-not-allowed");
    }
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn one_shop_sees_nothing_of_another() {
    let gateway = Gateway::start().await;
    let other = gateway.another_shop("other", "https://other.example").await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    assert!(other.registrations().await.is_empty());
    assert_eq!(other.api("/api/serial_numbers/SN-1").await.status, 204);
    let upload = page.upload(photo(50)).await;
    gateway.clock.advance(1);
    let own = crate::shop::registration_with("SN-2", json!({ "InvoiceUpload": { "uploadId": upload } }));
    page.register("the-second-key-here", own).await.good(201);
    let receipt = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].clone();
    other.load_serials(&["SN-1"]).await;
    let stolen = crate::shop::registration_with("SN-1", json!({ "InvoiceUpload": receipt }));
    let refused = other.api_post("/api/registrations", &one(stolen)).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/InvoiceUpload file"]);
}
