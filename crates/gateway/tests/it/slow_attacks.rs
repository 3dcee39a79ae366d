//! Hundreds of connections on which nearly nothing comes: heads and bodies a byte at a time, from several addresses, each with nearly as many as one
//! may have. Nobody else notices, and all of them are ended by the gateway.
#![expect(clippy::unwrap_used, reason = "what cannot be connected fails the story")]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use crate::process::Process;
use crate::shop::registration;

/// Addresses of this machine that the attack comes from, and connections of each. Fewer than the requests that are worked on at once, with
/// room for everybody else.
const ADDRESSES: u8 = 8;
const CONNECTIONS: usize = 60;

/// Between two bytes.
const PACE: Duration = Duration::from_millis(700);

/// Longer than anybody waits who is not held up; a busy machine is slow by itself.
const HELD_UP: Duration = Duration::from_secs(4);

/// How long a head, and a body, may be on its way, and some seconds for a machine that is busy.
const UNTIL_ENDED: Duration = Duration::from_secs(14);

/// A request that never comes to its end: what is sent at once, and then byte by byte.
fn slow(number: usize) -> (&'static str, &'static str) {
    let head = "GET /nothing HTTP/1.1\r\nhost: x\r\nx-header: ";
    let body = "POST /v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: 60000\r\n\r\n";
    if number.is_multiple_of(2) { (head, "x") } else { (body, " ") }
}

async fn connects(from: u8, to: &str) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, from], 0).into()).unwrap();
    socket.connect(to.parse().unwrap()).await.unwrap()
}

/// Sends a byte now and then until the gateway ends it, by a word or without one.
async fn drips(socket: TcpStream, piece: &'static str) {
    let mut pace = interval(PACE);
    loop {
        tokio::select! {
            readable = socket.readable() => {
                readable.unwrap();
                match socket.try_read(&mut [0; 256]) {
                    Err(error) if error.kind() == std::io::ErrorKind::WouldBlock => {}
                    Ok(_) | Err(_) => return,
                }
            }
            _ = pace.tick() => {
                if matches!(socket.try_write(piece.as_bytes()), Err(error) if error.kind() != std::io::ErrorKind::WouldBlock) {
                    return;
                }
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_slow_connections_hold_up_nobody_and_are_ended() {
    let gateway = Process::start();
    let shop = &gateway.shop;
    let serials: Vec<String> = (0..10).map(|number| format!("SN-{number}")).collect();
    shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = shop.page().await;
    let to = shop.gateway.trim_start_matches("http://").to_owned();

    let all = usize::from(ADDRESSES) * CONNECTIONS;
    let sockets = join_all((0..all).map(|number| connects(2 + u8::try_from(number % usize::from(ADDRESSES)).unwrap(), &to))).await;
    let (mut attack, ended) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for (number, socket) in sockets.into_iter().enumerate() {
        let (at_once, piece) = slow(number / usize::from(ADDRESSES));
        socket.try_write(at_once.as_bytes()).unwrap();
        let ended = Arc::clone(&ended);
        attack.spawn(async move {
            drips(socket, piece).await;
            ended.fetch_add(1, Ordering::Relaxed);
        });
    }
    gateway.working_on(all / 2).await;
    assert_eq!(ended.load(Ordering::Relaxed), 0, "all of them are inside");

    let begun = Instant::now();
    let (mut asked, mut slowest) = (0, Duration::ZERO);
    let script = format!("/v1/{}/regcard.js", shop.key);
    while ended.load(Ordering::Relaxed) < all {
        assert!(begun.elapsed() < UNTIL_ENDED, "{} of {all} are ended", ended.load(Ordering::Relaxed));
        let one = Instant::now();
        assert_eq!(shop.get(&script).await.status, 200);
        shop.api(&format!("/api/serial_numbers/{}", serials[asked % 10])).await.good(200);
        if asked < serials.len() {
            page.register(&format!("the-key-for-{}", serials[asked]), registration(&serials[asked])).await.good(201);
        }
        slowest = slowest.max(one.elapsed());
        asked += 1;
    }
    assert!(slowest < HELD_UP && asked > 10, "{asked} times, {slowest:?} at most");
    assert_eq!(shop.registrations().await.len(), serials.len());
    // And their places are free again.
    assert!(timeout(Duration::from_secs(5), gateway.working_on(0)).await.is_ok());
}
