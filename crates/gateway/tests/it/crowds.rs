//! More visitors than there is room for: who is one too many is told so at once, or not let in, and everybody else is served.
#![expect(clippy::unwrap_used, reason = "what cannot be started fails the story")]

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::answer::Answer;
use crate::process::Process;
use crate::shop::Shop;

/// A request of which the body is still to come.
async fn half(shop: &Shop) -> TcpStream {
    let mut socket = TcpStream::connect(shop.gateway.trim_start_matches("http://")).await.unwrap();
    let head = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
    socket.write_all(head.as_bytes()).await.unwrap();
    socket
}

#[tokio::test]
async fn a_request_more_than_there_is_room_for_is_told_to_come_again() {
    let gateway = Process::start_configured("[limits]\nrequests = 2\n");
    let shop = &gateway.shop;
    let first = half(shop).await;
    gateway.working_on(1).await;
    shop.get("/nothing").await.problem(404, "not-found");
    let second = half(shop).await;
    gateway.working_on(2).await;
    let refused = shop.get("/nothing").await;
    assert_eq!((refused.problem(503, "unavailable")["retryable"].clone(), refused.header("retry-after")), (true.into(), "1".to_owned()));
    // The card can read why; nobody's page reads the API.
    let page = shop.session(crate::shop::ORIGIN, crate::shop::FORM, None).await;
    page.problem(503, "unavailable");
    assert_eq!(page.header("access-control-allow-origin"), "*");
    let api = shop.api("/api/registrations").await;
    api.problem(503, "unavailable");
    assert!(api.headers.get("access-control-allow-origin").is_none());
    let preflight = shop.request(reqwest::Method::OPTIONS, "/v1/sessions").header("origin", crate::shop::ORIGIN);
    let preflight = Answer::to(preflight.header("access-control-request-method", "POST")).await;
    assert_eq!(preflight.status, 204);
    for mut one in [first, second] {
        one.write_all(b"{}").await.unwrap();
        let mut answer = String::new();
        one.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 422"), "{answer}");
    }
    shop.page().await;
}

/// Whether a connection is let in: one that is not is closed.
async fn is_let_in(socket: &mut TcpStream) -> bool {
    let mut answer = Vec::new();
    if socket.write_all(b"HEAD /nothing HTTP/1.1\r\nhost: x\r\n\r\n").await.is_err() {
        return false;
    }
    while !answer.ends_with(b"\r\n\r\n") {
        match socket.read_u8().await {
            Ok(byte) => answer.push(byte),
            Err(_) => return false,
        }
    }
    answer.starts_with(b"HTTP/1.1 404")
}

#[tokio::test]
async fn an_address_has_so_many_connections_and_who_goes_makes_room() {
    for (configuration, room) in [
        ("[limits]\nconnections_per_address = 3\n", 3),
        ("[limits]\nconnections_per_address = 3\n[budgets]\naddress_factor = 2\n", 6),
        ("[limits]\nconnections = 5\n", 5),
        ("[limits]\nconnections_per_address = 3\nconnections = 7\n[proxies]\ntrusted = ['127.0.0.0/8']\n", 7),
    ] {
        let gateway = Process::start_configured(configuration);
        let address = gateway.shop.gateway.trim_start_matches("http://").to_owned();
        let connect = || TcpStream::connect(&address);
        let mut inside = Vec::new();
        for _ in 0..room {
            let mut one = connect().await.unwrap();
            assert!(is_let_in(&mut one).await, "{configuration}");
            inside.push(one);
        }
        assert!(!is_let_in(&mut connect().await.unwrap()).await, "{configuration}");
        assert!(is_let_in(&mut inside[0]).await, "who is inside stays");
        drop(inside.pop());
        crate::until_so("there is room again", async || is_let_in(&mut connect().await.unwrap()).await).await;
    }
}
