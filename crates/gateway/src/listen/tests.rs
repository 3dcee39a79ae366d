//! Connections that do not get on, on both sides of each limit. Time is the test's: it passes when everybody waits.

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use axum::body::to_bytes;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::routing::{get, post};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream, duplex};
use tokio::time::{Instant, sleep};

use super::*;

const SECOND: Duration = Duration::from_secs(1);
const MILLISECOND: Duration = Duration::from_millis(1);
const ASK: &[u8] = b"GET /hello HTTP/1.1\r\nhost: x\r\n\r\n";

/// A connection to a gateway that greets, takes bodies, and has a page of a mebibyte.
fn connect() -> DuplexStream {
    // As much as lies between the two before the writer has to wait.
    let (visitor, server) = duplex(4 * 1024);
    let take = |request: Request| async move {
        match to_bytes(request.into_body(), 1 << 24).await {
            Ok(bytes) => (StatusCode::OK, format!("{} bytes", bytes.len())),
            Err(error) => (if TooSlow::is_behind(&error) { StatusCode::REQUEST_TIMEOUT } else { StatusCode::BAD_REQUEST }, String::new()),
        }
    };
    let router = Router::new()
        .route("/hello", get(|| async { "hello" }))
        .route("/take", post(take))
        .route("/large", get(|| async { "x".repeat(1 << 20) }));
    let open = GracefulShutdown::new();
    let connection = open.watch(connection(server, IpAddr::V4(Ipv4Addr::LOCALHOST), router, &Door::ordinary()));
    tokio::spawn(async move {
        drop(connection.await);
        drop(open);
    });
    visitor
}

async fn answer(visitor: &mut DuplexStream) -> String {
    let mut bytes = vec![0; 4_096];
    let count = visitor.read(&mut bytes).await.unwrap();
    String::from_utf8_lossy(&bytes[..count]).into_owned()
}

/// How long the other side waits until it closes.
async fn closes_after(visitor: &mut DuplexStream) -> Duration {
    let begun = Instant::now();
    let mut rest = Vec::new();
    drop(visitor.read_to_end(&mut rest).await);
    begun.elapsed()
}

fn about(seconds: u64, took: Duration) -> bool {
    (Duration::from_secs(seconds)..Duration::from_secs(seconds) + 100 * MILLISECOND).contains(&took)
}

#[tokio::test(start_paused = true)]
async fn a_head_may_take_ten_seconds() {
    let mut slow = connect();
    let (first, rest) = ASK.split_at(10);
    slow.write_all(first).await.unwrap();
    sleep(10 * SECOND - MILLISECOND).await;
    slow.write_all(rest).await.unwrap();
    assert!(answer(&mut slow).await.starts_with("HTTP/1.1 200"));

    let mut slower = connect();
    slower.write_all(first).await.unwrap();
    assert!(about(10, closes_after(&mut slower).await));
    assert!(about(10, closes_after(&mut connect()).await), "who says nothing is not waited for either");

    let mut dripping = connect();
    for byte in ASK {
        if dripping.write_all(&[*byte]).await.is_err() {
            return;
        }
        sleep(SECOND).await;
    }
    panic!("a byte a second kept the connection");
}

#[tokio::test(start_paused = true)]
async fn a_connection_is_kept_for_thirty_seconds() {
    let mut visitor = connect();
    for _ in 0..3 {
        visitor.write_all(ASK).await.unwrap();
        assert!(answer(&mut visitor).await.starts_with("HTTP/1.1 200"));
        sleep(30 * SECOND - 10 * MILLISECOND).await;
    }
    visitor.write_all(ASK).await.unwrap();
    answer(&mut visitor).await;
    assert!(about(30, closes_after(&mut visitor).await));

    // A second head has its own ten seconds.
    let mut visitor = connect();
    visitor.write_all(ASK).await.unwrap();
    answer(&mut visitor).await;
    sleep(25 * SECOND).await;
    visitor.write_all(&ASK[..10]).await.unwrap();
    assert!(about(10, closes_after(&mut visitor).await));
}

/// Sends a body in pieces, ten a second; the answer's status.
async fn take(pieces: usize, size: usize) -> String {
    let mut visitor = connect();
    let head = format!("POST /take HTTP/1.1\r\nhost: x\r\ncontent-length: {}\r\n\r\n", pieces * size);
    visitor.write_all(head.as_bytes()).await.unwrap();
    let piece = vec![b'x'; size];
    for _ in 0..pieces {
        sleep(100 * MILLISECOND).await;
        if visitor.write_all(&piece).await.is_err() {
            break;
        }
    }
    answer(&mut visitor).await
}

#[tokio::test(start_paused = true)]
async fn a_body_comes_with_a_kibibyte_a_second_after_five() {
    assert!(take(600, 110).await.starts_with("HTTP/1.1 200"));
    assert!(take(600, 90).await.starts_with("HTTP/1.1 408"));
    assert!(take(40, 1).await.starts_with("HTTP/1.1 200"), "for five seconds nobody looks");
}

#[tokio::test(start_paused = true)]
async fn a_body_does_not_pause_for_ten_seconds() {
    for (pause, status) in [(10 * SECOND - MILLISECOND, "HTTP/1.1 200"), (10 * SECOND + MILLISECOND, "HTTP/1.1 408")] {
        let mut visitor = connect();
        visitor.write_all(b"POST /take HTTP/1.1\r\nhost: x\r\ncontent-length: 100001\r\n\r\n").await.unwrap();
        visitor.write_all(&vec![b'x'; 100_000]).await.unwrap();
        sleep(pause).await;
        drop(visitor.write_all(b"x").await);
        let answer = answer(&mut visitor).await;
        assert!(answer.starts_with(status), "{pause:?}: {answer}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_answer_has_to_be_taken_within_thirty_seconds_a_piece() {
    let large = b"GET /large HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    let mut visitor = connect();
    visitor.write_all(large).await.unwrap();
    let mut taken = 0;
    let mut piece = vec![0; 256 * 1024];
    // Slow, and longer than a connection may be idle, but it goes on.
    for _ in 0..5 {
        sleep(30 * SECOND - 10 * MILLISECOND).await;
        taken += visitor.read(&mut piece).await.unwrap();
    }
    let mut rest = Vec::new();
    visitor.read_to_end(&mut rest).await.unwrap();
    assert!(taken + rest.len() > 1 << 20);

    let mut visitor = connect();
    visitor.write_all(large).await.unwrap();
    sleep(30 * SECOND + 10 * MILLISECOND).await;
    let mut rest = Vec::new();
    drop(visitor.read_to_end(&mut rest).await);
    assert!(rest.len() < 1 << 20, "{}", rest.len());
}
