//! What browsers are told about other origins: who may ask, who may read, and that no cookie ever comes along.

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{FORM, ORIGIN, one, photo, registration, with_json};

const ELSEWHERE: &str = "https://elsewhere.example";

async fn preflight(gateway: &Gateway, path: &str, origin: &str, method: &str) -> Answer {
    let request = gateway.request(Method::OPTIONS, path).header("origin", origin).header("access-control-request-method", method);
    let answer = Answer::to(request.header("access-control-request-headers", "authorization,content-type,idempotency-key")).await;
    assert_eq!(answer.header("access-control-allow-credentials"), "");
    answer
}

#[tokio::test]
async fn a_preflight_lets_the_shops_pages_ask_and_no_others() {
    let gateway = Gateway::start().await;
    for (path, method) in [
        ("/v1/serial_numbers/check", "POST"),
        ("/v1/upload_file", "POST"),
        ("/v1/registrations", "POST"),
        ("/v1/registrations/status", "GET"),
    ] {
        for origin in [ORIGIN, gateway.gateway.as_str()] {
            let allowed = preflight(&gateway, path, origin, method).await;
            assert_eq!(allowed.status, 204, "{path}");
            assert_eq!(allowed.header("access-control-allow-origin"), origin);
            assert_eq!(allowed.header("access-control-allow-methods"), method);
            assert_eq!(allowed.header("access-control-allow-headers"), "authorization, content-type, idempotency-key");
            assert_eq!(allowed.header("access-control-max-age"), "7200");
            assert!(allowed.header("vary").contains("Origin"), "{}", allowed.header("vary"));
        }
        for origin in [ELSEWHERE, "null", "https://shop.example.evil"] {
            let refused = preflight(&gateway, path, origin, method).await;
            assert_eq!(refused.header("access-control-allow-origin"), "", "{path} {origin}");
            assert_eq!(refused.header("access-control-allow-methods"), "");
            assert!(refused.header("vary").contains("Origin"));
        }
    }
}

#[tokio::test]
async fn every_page_may_read_why_it_was_given_no_session() {
    let gateway = Gateway::start().await;
    let asked = preflight(&gateway, "/v1/sessions", ELSEWHERE, "POST").await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, ELSEWHERE.to_owned()));
    let refused = gateway.session(ELSEWHERE, FORM, None).await;
    refused.problem(403, "origin-not-allowed");
    assert_eq!(refused.header("access-control-allow-origin"), ELSEWHERE);
    let from_a_file = gateway.session("null", FORM, None).await;
    from_a_file.problem(403, "origin-not-allowed");
    assert_eq!(from_a_file.header("access-control-allow-origin"), "*");
    for answer in [refused, from_a_file, gateway.session(ORIGIN, FORM, None).await] {
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(answer.header("access-control-expose-headers").contains("X-Request-Id"));
    }
}

#[tokio::test]
async fn a_shops_page_may_read_refusals_too_and_what_stands_in_their_headers() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let unknown = page.register("0123456789abcdef", registration("SN-9")).await;
    let no_key = Answer::to(with_json(page.request(Method::POST, "/v1/registrations"), &one(registration("SN-9")))).await;
    let no_token = Answer::to(gateway.request(Method::POST, "/v1/registrations").header("origin", ORIGIN)).await;
    let no_json = Answer::to(page.request(Method::POST, "/v1/upload_file").body("x")).await;
    let no_route = Answer::to(page.request(Method::GET, "/v1/registrations")).await;
    for (answer, status) in [(unknown, 422), (no_key, 400), (no_token, 401), (no_json, 415), (no_route, 405)] {
        assert_eq!((answer.status, answer.header("access-control-allow-origin").as_str()), (status, ORIGIN));
        assert_eq!(
            answer.header("access-control-expose-headers"),
            "Idempotency-Replayed, RateLimit, RateLimit-Policy, Retry-After, X-Request-Id"
        );
    }
    let stranger = crate::shop::Page { origin: ELSEWHERE.to_owned(), ..page };
    let refused = stranger.check("SN-1").await;
    refused.problem(403, "origin-not-allowed");
    assert_eq!(refused.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn receipts_are_sent_from_any_page_since_the_address_is_the_permission() {
    let gateway = Gateway::start().await;
    let page = gateway.page().await;
    let granted = page.upload_file("image/jpeg", 9).await.good(201);
    let signed = granted["signedRequest"].as_str().unwrap();
    let path = signed.strip_prefix(&gateway.gateway).unwrap();
    let asked = preflight(&gateway, path, ELSEWHERE, "PUT").await;
    assert_eq!((asked.status, asked.header("access-control-allow-origin")), (204, "*".to_owned()));
    assert_eq!(asked.header("access-control-allow-methods"), "PUT");
    let put = crate::shop::Page { origin: ELSEWHERE.to_owned(), ..page }.put(signed, "image/jpeg", photo(9)).await;
    assert_eq!((put.status, put.header("access-control-allow-origin")), (201, "*".to_owned()));
}

#[tokio::test]
async fn no_page_may_read_the_merchants_api_whatever_it_holds() {
    let gateway = Gateway::start().await;
    let paths = [
        "/api/registrations",
        "/api/serial_numbers",
        "/api/serial_numbers/SN-1",
        // A serial number may be called as the card's files are.
        "/api/serial_numbers/card",
        "/api/serial_numbers/regcard.js",
        "/api/upload_file",
        "/r/0123456789abcdef",
    ];
    for path in paths {
        for origin in [ORIGIN, ELSEWHERE, &gateway.gateway] {
            let asked = preflight(&gateway, path, origin, "GET").await;
            assert!(!(200..300).contains(&asked.status), "{path}");
            let answered = Answer::to(gateway.request(Method::GET, path).header("origin", origin).bearer_auth(&gateway.access_token)).await;
            for answer in [asked, answered] {
                assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control-")), "{path}: {answer:?}");
            }
        }
    }
}

#[tokio::test]
async fn what_needs_no_preflight_is_not_taken() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    let body = one(registration("SN-1")).to_string();
    for media_type in
        ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json; charset=latin1", ""]
    {
        for path in ["/v1/sessions", "/v1/serial_numbers/check", "/v1/upload_file", "/v1/registrations"] {
            let request = page.request(Method::POST, path).header("idempotency-key", "0123456789abcdef");
            Answer::to(request.header("content-type", media_type).body(body.clone())).await.problem(415, "unsupported-media-type");
        }
        let server = gateway.request(Method::POST, "/api/registrations").bearer_auth(&gateway.access_token);
        Answer::to(server.header("content-type", media_type).body(body.clone())).await.problem(415, "unsupported-media-type");
    }
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn the_card_and_its_files_are_for_everybody() {
    let gateway = Gateway::start().await;
    for path in [format!("/v1/{}/regcard.js", gateway.key), format!("/v1/forms/{}/{FORM}/card", gateway.key)] {
        let answer = Answer::to(gateway.request(Method::GET, &path).header("origin", ELSEWHERE)).await;
        assert_eq!((answer.status, answer.header("access-control-allow-origin")), (200, "*".to_owned()));
        assert_eq!(answer.header("cross-origin-resource-policy"), "cross-origin");
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    let card = gateway.get(&format!("/v1/forms/{}/{FORM}/card", gateway.key)).await.good(200);
    assert_eq!(card["limits"]["fileBytes"], json!(10 * 1024 * 1024));
}
