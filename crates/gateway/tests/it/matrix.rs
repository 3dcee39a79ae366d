//! Every route with every credential, as a table: a route without a row fails, so that nobody adds one without saying who may use it.
//!
//! `credentials.rs` tells what becomes of credentials that are forged, changed or old; here each is good, for something.

use std::sync::Arc;

use regcard_gateway::routes;
use reqwest::Method;
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;

use crate::answer::Answer;
use crate::gateway::{Gateway, built_widget};
use crate::shop::{FORM, ORIGIN, one, photo, registration, with_json};
use crate::visitor::{NONCE, Visitor};

/// The columns. The access tokens are the merchant's, another merchant's, and one of the merchant's that may do something else.
const CREDENTIALS: [&str; 9] = ["nothing", "key", "session", "grant", "status", "nonce", "access", "another's", "another scope"];

/// Where a route looks for its credential. Where it looks nowhere, it is sent one all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum In {
    Header,
    Address,
    Form,
}

type Row = (&'static str, &'static str, In, [u16; 9]);

/// Who may what. Statuses that are answers are the first of their row's kind: what a route does is told elsewhere.
#[rustfmt::skip]
const ROWS: &[Row] = &[
    //                                                          nothing  key  session grant status nonce access another's scope
    ("GET",    "/v1/openapi.json",                  In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/v1/{key}/regcard.js",              In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/v1/forms/{key}/{form}/card",       In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/v1/assets/{name}",                 In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/v1/forms/{key}/{form}",            In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    // Whoever has no nonce of this page is shown a fresh one.
    ("POST",   "/v1/forms/{key}/{form}",            In::Form,    [200,    200,  200,   200,  200,   201,   200,   200,   200]),
    // The key stands in the body; a credential renews, and only a session does.
    ("POST",   "/v1/sessions",                      In::Header,  [201,    401,  201,   401,  401,   401,   401,   401,   401]),
    ("POST",   "/v1/serial_numbers/check",          In::Header,  [401,    401,  200,   401,  401,   401,   401,   401,   401]),
    ("POST",   "/v1/upload_file",                   In::Header,  [401,    401,  201,   401,  401,   401,   401,   401,   401]),
    ("PUT",    "/v1/uploads/{grant}",               In::Address, [404,    403,  403,   201,  403,   403,   403,   403,   403]),
    ("POST",   "/v1/registrations",                 In::Header,  [401,    401,  201,   401,  401,   401,   401,   401,   401]),
    ("GET",    "/v1/registrations/status",          In::Header,  [401,    401,  401,   401,  200,   401,   401,   401,   401]),
    ("POST",   "/v1/registrations/confirmation",    In::Header,  [401,    401,  202,   401,  401,   401,   401,   401,   401]),
    // The link of a mail alone opens it; what it opens, `mails.rs` tells.
    ("GET",    "/s/{link}",                         In::Address, [404,    404,  404,   404,  404,   404,   404,   404,   404]),
    ("POST",   "/s/{link}",                         In::Address, [404,    404,  404,   404,  404,   404,   404,   404,   404]),
    // The address is the permission.
    ("GET",    "/r/{receipt}",                      In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/api/registrations",                In::Header,  [401,    401,  401,   401,  401,   401,   200,   200,   403]),
    // The other merchant has not loaded that serial number.
    ("POST",   "/api/registrations",                In::Header,  [401,    401,  401,   401,  401,   401,   201,   422,   403]),
    // What is another merchant's is not there.
    ("PUT",    "/api/registration/{id}",            In::Header,  [401,    401,  401,   401,  401,   401,   200,   404,   403]),
    ("PUT",    "/api/registrations/{id}",           In::Header,  [401,    401,  401,   401,  401,   401,   200,   404,   403]),
    ("DELETE", "/api/registrations/{id}",           In::Header,  [401,    401,  401,   401,  401,   401,   200,   404,   403]),
    ("GET",    "/api/serial_number",                In::Header,  [401,    401,  401,   401,  401,   401,   200,   200,   403]),
    ("POST",   "/api/serial_numbers",               In::Header,  [401,    401,  401,   401,  401,   401,   201,   201,   403]),
    ("GET",    "/api/serial_numbers/{serial}",      In::Header,  [401,    401,  401,   401,  401,   401,   200,   204,   403]),
    ("GET",    "/api/forms",                        In::Header,  [401,    401,  401,   401,  401,   401,   200,   200,   403]),
    ("GET",    "/api/upload_file",                  In::Header,  [401,    401,  401,   401,  401,   401,   200,   200,   403]),
    ("GET",    "/api/upload_fiile",                 In::Header,  [401,    401,  401,   401,  401,   401,   200,   200,   403]),
    // On a listener of their own, which nobody but the operator reaches.
    ("GET",    "/healthz",                          In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/readyz",                           In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
    ("GET",    "/metrics",                          In::Header,  [200,    200,  200,   200,  200,   200,   200,   200,   200]),
];

/// A gateway with one of everything that is asked for.
struct Scene {
    gateway: Gateway,
    operator: String,
    credentials: [String; 8],
    /// A token of the merchant's that may do nothing but upload.
    uploads_alone: String,
    receipt: String,
    registered: String,
    _widget: TempDir,
}

impl Scene {
    async fn set() -> Scene {
        let widget = built_widget();
        let gateway = Gateway::start_with(|config| config.assets = Some(widget.path().to_owned())).await;
        let other = gateway.another_shop("other", "https://other.example").await;
        gateway.load_serials(&["SN-0", "SN-1", "SN-2", "SN-3", "SN-4", "SN-5"]).await;
        other.load_serials(&["OTHER-1", "OTHER-2"]).await;
        let page = gateway.page().await;
        let grant = page.signed("image/jpeg", 9).await;
        let status = page.register("the-key-of-the-first", registration("SN-0")).await.good(201);
        let nonce = Visitor::opens(&gateway).await.holds(NONCE).map(str::to_owned);
        let receipt = gateway.api("/api/upload_file?fileName=r.jpg&fileType=image/jpeg&fileSize=9").await.good(200);
        assert_eq!(page.put(&text(&receipt["signedRequest"]), "image/jpeg", photo(9)).await.status, 201);
        Scene {
            operator: operator(&gateway).await,
            credentials: [
                gateway.key.clone(),
                page.token,
                last(&grant),
                text(&status["statusToken"]),
                nonce.unwrap_or_default(),
                gateway.access_token.clone(),
                other.access_token,
                gateway.access_token_for(&["registrations:read"]).await,
            ],
            uploads_alone: gateway.access_token_for(&["uploads:write"]).await,
            receipt: last(&text(&receipt["url"])),
            registered: text(&gateway.added(registration("SN-1")).await["id"]),
            gateway,
            _widget: widget,
        }
    }

    /// What stands in this column, for this row.
    fn credential(&self, column: usize, path: &str) -> Option<&str> {
        let another_scope = column == 8 && !path.contains("/upload");
        if another_scope { Some(&self.uploads_alone) } else { self.credentials.get(column.wrapping_sub(1)).map(String::as_str) }
    }

    async fn status(&self, method: &str, path: &str, place: In, credential: Option<&str>) -> u16 {
        if place == In::Form {
            let page = Visitor::opens(&self.gateway).await.fills_in("SN-2").ticks("PrivacyPolicy");
            return page.forges(NONCE, credential).sends().await.page.status;
        }
        let named = path
            .replace("{key}", &self.gateway.key)
            .replace("{form}", FORM)
            .replace("{name}", "loader-0a0a.js")
            .replace("{receipt}", &self.receipt)
            .replace("{id}", &self.registered)
            .replace("{serial}", "SN-5")
            .replace("{grant}", credential.unwrap_or_default())
            .replace("{link}", credential.unwrap_or_default());
        let query = if path.starts_with("/api/upload") { "?fileName=r.jpg&fileType=image/jpeg&fileSize=9" } else { "" };
        let base = if is_the_operators(path) { &self.operator } else { &self.gateway.gateway };
        let method: Method = method.parse().unwrap_or_default();
        let request = self.gateway.request(method.clone(), &format!("{base}{named}{query}"));
        let request = request.header("origin", ORIGIN).header("idempotency-key", "0123456789abcdef");
        let request = match credential {
            Some(credential) if place == In::Header => request.bearer_auth(credential),
            Some(_) | None => request,
        };
        let request = match self.body(&method, path) {
            Some(body) => with_json(request, &body),
            None if method == Method::PUT => request.header("content-type", "image/jpeg").body(photo(9)),
            None => request,
        };
        // The key that stands for the status is a credential of its own.
        let request = if path == "/v1/registrations/status" { without_key(request) } else { request };
        Answer::to(request).await.status
    }

    /// A body that is good where one is taken.
    fn body(&self, method: &Method, path: &str) -> Option<Value> {
        match (method.as_str(), path) {
            ("POST", "/v1/sessions") => Some(json!({ "key": self.gateway.key, "form": FORM })),
            ("POST", "/v1/serial_numbers/check" | "/v1/registrations/confirmation") => Some(json!({ "serialNumber": "SN-5" })),
            ("POST", "/v1/upload_file") => Some(json!({ "fileName": "r.jpg", "fileType": "image/jpeg", "fileSize": 9 })),
            ("POST", "/v1/registrations") => Some(one(registration("SN-3"))),
            ("POST", "/api/registrations") => Some(one(registration("SN-4"))),
            ("POST", "/api/serial_numbers") => Some(json!({ "serialNumbers": ["SN-9"] })),
            ("PUT", "/api/registrations/{id}" | "/api/registration/{id}") => Some(json!({ "registration": { "fields": { "a": "b" } } })),
            _ => None,
        }
    }
}

fn without_key(request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
    let (client, request) = request.build_split();
    let mut request = request.unwrap_or_else(|error| unreachable!("{error}"));
    request.headers_mut().remove("idempotency-key");
    reqwest::RequestBuilder::from_parts(client, request)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn last(address: &str) -> String {
    address.rsplit('/').next().unwrap_or_default().to_owned()
}

fn is_the_operators(path: &str) -> bool {
    !["/v1/", "/api/", "/r/", "/s/"].iter().any(|start| path.starts_with(start))
}

/// The operator's routes, for as long as the test runs; where they are.
#[expect(clippy::unwrap_used, reason = "what cannot be started fails the story")]
async fn operator(gateway: &Gateway) -> String {
    let measures = metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = routes::operator_router(Arc::clone(&gateway.app), Some(measures));
    tokio::spawn(async move { axum::serve(listener, router).await });
    format!("http://{address}")
}

#[test]
fn every_route_has_a_row_and_every_row_a_route() {
    let mut served: Vec<String> = routes::all().iter().map(|route| format!("{} {}", route.method, route.path)).collect();
    let mut told: Vec<String> = ROWS.iter().map(|(method, path, _, _)| format!("{method} {path}")).collect();
    served.sort();
    told.sort();
    assert_eq!(told, served);
}

#[tokio::test]
async fn each_credential_opens_what_it_is_for_and_nothing_else() {
    let scene = Scene::set().await;
    let mut wrong = Vec::new();
    for (method, path, place, expected) in ROWS {
        for (column, expected) in expected.iter().enumerate() {
            let status = scene.status(method, path, *place, scene.credential(column, path)).await;
            if status != *expected {
                wrong.push(format!("{method} {path} with {}: {status}, not {expected}", CREDENTIALS[column]));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    // What was refused has changed nothing: the hosted page's, the card's and the API's own registration are there, and the first.
    let serials: Vec<Value> = scene.gateway.registrations().await.iter().map(|one| one["serialNumbers"][0].clone()).collect();
    assert_eq!(serials.len(), 4, "{serials:?}");
}

#[tokio::test]
async fn no_other_method_is_taken_anywhere() {
    let scene = Scene::set().await;
    let routes = routes::all();
    for path in routes.iter().map(|route| route.path).filter(|path| !is_the_operators(path)) {
        for method in ["GET", "POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"] {
            if !routes.iter().any(|route| route.path == path && route.method == method) {
                let named = path.replace("{grant}", "x").replace("{link}", "x");
                let status = scene.status(method, &named, In::Header, Some(&scene.gateway.access_token)).await;
                assert_eq!(status, 405, "{method} {path}");
            }
        }
    }
}
