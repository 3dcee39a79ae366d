//! Connections that do not behave: half a request holds nobody up, and a request that is too long is not read.

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::NEVER;
use crate::process::Process;

fn address(gateway: &Process) -> &str {
    gateway.shop.gateway.trim_start_matches("http://")
}

#[tokio::test]
async fn half_a_request_is_not_waited_for_and_does_not_keep_the_gateway_from_ending() {
    let (running, mut ending) = (Process::start(), Process::start());
    let mut open = Vec::new();
    for gateway in [&running, &ending] {
        let silent = TcpStream::connect(address(gateway)).await.unwrap();
        let mut half = TcpStream::connect(address(gateway)).await.unwrap();
        half.write_all(b"GET /api/registrations HTTP/1.1\r\nhost: x\r\nauthor").await.unwrap();
        gateway.shop.page().await;
        open.extend([silent, half]);
    }
    // For how long is told in `listen/tests.rs`, where time is the test's; here, that it comes to an end by itself.
    let closed = open.iter_mut().map(|connection| async move {
        let mut rest = Vec::new();
        timeout(NEVER, connection.read_to_end(&mut rest)).await.is_ok()
    });
    let (closed, ended) = tokio::join!(join_all(closed), ending.terminate());
    assert_eq!((closed, ended), (vec![true; 4], true));
    running.shop.page().await;
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
