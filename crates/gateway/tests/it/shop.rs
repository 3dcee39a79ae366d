//! A shop: its page, on which a card stands, and its server, which holds the access token. Both talk to one gateway.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be done fails the story")]

use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;

/// Where the shop's pages stand.
pub(crate) const ORIGIN: &str = "https://shop.example";
/// The shop's form.
pub(crate) const FORM: &str = "product-registration";

/// A shop.
#[derive(Clone, Debug)]
pub(crate) struct Shop {
    pub(crate) http: Client,
    /// The gateway's address.
    pub(crate) gateway: String,
    /// Stands in the shop's pages.
    pub(crate) key: String,
    /// Stays on the shop's server.
    pub(crate) access_token: String,
}

/// One of the shop's pages, with a session.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    pub(crate) shop: Shop,
    pub(crate) origin: String,
    pub(crate) token: String,
}

/// Follows nothing and unpacks nothing, so that a story sees what was sent.
pub(crate) fn client() -> Client {
    // The first one stays; it is always the same.
    drop(rustls::crypto::ring::default_provider().install_default());
    Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap()
}

/// A request with a body of JSON.
pub(crate) fn with_json(request: RequestBuilder, body: &Value) -> RequestBuilder {
    request.header("content-type", "application/json").body(body.to_string())
}

/// What a customer types who fills in what is required.
pub(crate) fn registration(serial: &str) -> Value {
    json!({
        "customerName": "Mara Lindqvist",
        "customerEmail": "mara@example.com",
        "productName": "Espresso Duo",
        "serialNumbers": [serial],
        "purchaseDate": "2026-11-14",
    })
}

/// The same with other values for some fields.
pub(crate) fn registration_with(serial: &str, fields: Value) -> Value {
    let mut all = registration(serial);
    all.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
    all
}

/// A body of one registration.
pub(crate) fn one(registration: Value) -> Value {
    json!({ "registrations": [registration] })
}

/// A JPEG of this length, as far as anybody looks.
pub(crate) fn photo(length: usize) -> Vec<u8> {
    let mut bytes = vec![0x2A; length];
    bytes[..4].copy_from_slice(&[0xFF, 0xD8, 0xFF, 0xE0]);
    bytes
}

impl Shop {
    /// A request to the gateway, by path or by whole address.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.gateway) })
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path)).await
    }

    /// Sends a request byte by byte, since a client tidies up what it is given; the status and all that came.
    pub(crate) async fn raw(&self, request: &str) -> (u16, String) {
        let mut socket = TcpStream::connect(self.gateway.trim_start_matches("http://")).await.unwrap();
        socket.write_all(request.replace('\n', "\r\n").as_bytes()).await.unwrap();
        let mut answer = String::new();
        socket.read_to_string(&mut answer).await.unwrap();
        (answer[9..12].parse().unwrap(), answer)
    }

    /// Opens a session from an origin, or renews an old one.
    pub(crate) async fn session(&self, origin: &str, form: &str, old: Option<&str>) -> Answer {
        let request = self.request(Method::POST, "/v1/sessions").header("origin", origin);
        let request = old.into_iter().fold(request, RequestBuilder::bearer_auth);
        Answer::to(with_json(request, &json!({ "key": self.key, "form": form }))).await
    }

    /// The shop's page with the shop's form, and a session of its own.
    pub(crate) async fn page(&self) -> Page {
        let session = self.session(ORIGIN, FORM, None).await.good(201);
        Page { shop: self.clone(), origin: ORIGIN.to_owned(), token: session["token"].as_str().unwrap().to_owned() }
    }

    /// Asks the registration API, as the shop's server does.
    pub(crate) async fn api(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::GET, path).bearer_auth(&self.access_token)).await
    }

    pub(crate) async fn api_post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(with_json(self.request(Method::POST, path).bearer_auth(&self.access_token), body)).await
    }

    pub(crate) async fn api_put(&self, path: &str, body: &Value) -> Answer {
        Answer::to(with_json(self.request(Method::PUT, path).bearer_auth(&self.access_token), body)).await
    }

    pub(crate) async fn api_delete(&self, path: &str) -> Answer {
        Answer::to(self.request(Method::DELETE, path).bearer_auth(&self.access_token)).await
    }

    /// Adds one registration by the API; it as it is answered.
    pub(crate) async fn added(&self, registration: Value) -> Value {
        self.api_post("/api/registrations", &one(registration)).await.good(201)["data"][0].clone()
    }

    /// Every registration that the gateway has of this shop, the newest first.
    pub(crate) async fn registrations(&self) -> Vec<Value> {
        let all = self.api("/api/registrations").await.good(200);
        assert_eq!(all["total"], all["data"].as_array().unwrap().len());
        all["data"].as_array().unwrap().clone()
    }

    pub(crate) async fn load_serials(&self, serials: &[&str]) {
        self.api_post("/api/serial_numbers", &json!({ "serialNumbers": serials })).await.good(201);
    }
}

impl Page {
    /// A request as a browser sends it from this page.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.shop.request(method, path).header("origin", &self.origin).bearer_auth(&self.token)
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::to(with_json(self.request(Method::POST, path), body)).await
    }

    pub(crate) async fn check(&self, serial: &str) -> Answer {
        self.post("/v1/serial_numbers/check", &json!({ "serialNumber": serial })).await
    }

    pub(crate) async fn upload_file(&self, file_type: &str, size: usize) -> Answer {
        self.post("/v1/upload_file", &json!({ "fileName": "receipt.jpg", "fileType": file_type, "fileSize": size })).await
    }

    /// An address for a file of this type and size.
    pub(crate) async fn signed(&self, file_type: &str, size: usize) -> String {
        self.upload_file(file_type, size).await.good(201)["signedRequest"].as_str().unwrap().to_owned()
    }

    /// Sends a file's bytes to a signed address, without a credential: the address is the permission.
    pub(crate) async fn put(&self, signed: &str, file_type: &str, bytes: Vec<u8>) -> Answer {
        let request = self.shop.request(Method::PUT, signed).header("origin", &self.origin);
        Answer::to(request.header("content-type", file_type).body(bytes)).await
    }

    /// Sends a file's bytes to the address that was given for it, with the headers that came with it, as a browser does.
    pub(crate) async fn send(&self, granted: &Value, bytes: Vec<u8>) -> Answer {
        let request = self.shop.request(Method::PUT, granted["signedRequest"].as_str().unwrap()).header("origin", &self.origin);
        let headers = granted["headers"].as_object().unwrap().iter();
        Answer::to(headers.fold(request, |request, (name, value)| request.header(name, value.as_str().unwrap())).body(bytes)).await
    }

    /// Uploads a JPEG; the upload's number.
    pub(crate) async fn upload(&self, bytes: Vec<u8>) -> String {
        let granted = self.upload_file("image/jpeg", bytes.len()).await.good(201);
        let put = self.send(&granted, bytes).await;
        assert!(matches!(put.status, 200 | 201), "{put:?}");
        granted["uploadId"].as_str().unwrap().to_owned()
    }

    /// Submits one registration under an idempotency key.
    pub(crate) async fn register(&self, key: &str, registration: Value) -> Answer {
        self.submit(key, &one(registration)).await
    }

    /// Submits a whole body under an idempotency key.
    pub(crate) async fn submit(&self, key: &str, body: &Value) -> Answer {
        let request = self.request(Method::POST, "/v1/registrations").header("idempotency-key", key);
        Answer::to(with_json(request, body)).await
    }
}
