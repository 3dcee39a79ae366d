//! Connections that do not behave: half a request holds nobody up, and a request that is too long is not read.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::process::Process;

fn address(gateway: &Process) -> &str {
    gateway.shop.gateway.trim_start_matches("http://")
}

#[tokio::test]
async fn half_a_request_is_not_waited_for() {
    let gateway = Process::start();
    let mut silent = TcpStream::connect(address(&gateway)).await.unwrap();
    let mut half = TcpStream::connect(address(&gateway)).await.unwrap();
    half.write_all(b"GET /api/registrations HTTP/1.1\r\nhost: x\r\nauthor").await.unwrap();
    // Ten seconds, and a few for a machine that is busy.
    for connection in [&mut half, &mut silent] {
        let mut rest = Vec::new();
        let closed = timeout(Duration::from_secs(15), connection.read_to_end(&mut rest)).await;
        assert!(closed.is_ok(), "it is still open");
    }
    gateway.shop.page().await;
}

#[tokio::test]
async fn open_connections_do_not_keep_it_from_ending() {
    let mut gateway = Process::start();
    let _silent = TcpStream::connect(address(&gateway)).await.unwrap();
    let mut half = TcpStream::connect(address(&gateway)).await.unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nhost").await.unwrap();
    gateway.shop.page().await;
    assert!(gateway.terminate().await);
}

#[tokio::test]
async fn headers_are_read_within_limits() {
    let gateway = Process::start();
    let ask = |headers: String| {
        let request = format!("GET /nothing HTTP/1.1\nhost: x\nconnection: close\n{headers}\n");
        let shop = gateway.shop.clone();
        async move { shop.raw(&request).await.0 }
    };
    let many = |count: usize| (0..count).map(|number| format!("x-{number}: y\n")).collect::<String>();
    assert_eq!(ask(many(62)).await, 404);
    assert_eq!(ask(many(63)).await, 431);
    assert_eq!(ask(format!("x: {}\n", "y".repeat(14 * 1024))).await, 404);
    assert_eq!(ask(format!("x: {}\n", "y".repeat(17 * 1024))).await, 431);
}
