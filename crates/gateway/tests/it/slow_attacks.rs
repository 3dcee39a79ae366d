//! Hundreds of connections on which nearly nothing comes: heads and bodies a byte at a time, from several addresses, each with nearly as many as one
//! may have. Nobody else notices, and all of them are ended by the gateway.
#![expect(clippy::unwrap_used, reason = "what cannot be connected fails the story")]

use std::mem;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::net::{TcpSocket, TcpStream};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::process::Process;
use crate::shop::registration;

/// Addresses of this machine that the attack comes from, and connections of each. Fewer than the requests that are worked on at once, with
/// room for everybody else.
const ADDRESSES: u8 = 8;
const CONNECTIONS: usize = 60;

/// Between two bytes.
const PACE: Duration = Duration::from_millis(700);

/// Longer than anybody waits who is not held up, as a rule; a busy machine is slow by itself now and then.
const HELD_UP: Duration = Duration::from_secs(1);

/// What a connection lasts at most, and as long again for a machine that is busy. Without limits it would never end.
const UNTIL_ENDED: Duration = Duration::from_secs(30);

/// How many products are registered meanwhile.
const CUSTOMERS: usize = 10;

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

/// Begins again whenever it is ended, and notes the first time.
async fn attacks(number: usize, to: String, ended: Arc<AtomicUsize>) {
    let (at_once, piece) = slow(number / usize::from(ADDRESSES));
    let mut first = true;
    loop {
        let socket = connects(2 + u8::try_from(number % usize::from(ADDRESSES)).unwrap(), &to).await;
        // Who was not let in has no place to send to.
        if socket.try_write(at_once.as_bytes()).is_ok() {
            drips(socket, piece).await;
            ended.fetch_add(usize::from(mem::take(&mut first)), Ordering::Relaxed);
        }
        sleep(PACE).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hundreds_of_slow_connections_hold_up_nobody_and_are_ended() {
    let gateway = Process::start();
    let shop = &gateway.shop;
    let serials: Vec<String> = (0..CUSTOMERS).map(|number| format!("SN-{number}")).collect();
    shop.load_serials(&serials.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let page = shop.page().await;
    let to = shop.gateway.trim_start_matches("http://");

    let all = usize::from(ADDRESSES) * CONNECTIONS;
    let ended = Arc::new(AtomicUsize::new(0));
    let mut attack: JoinSet<()> = (0..all).map(|number| attacks(number, to.to_owned(), Arc::clone(&ended))).collect();
    // Half of them send bodies, which is what is counted; of these some are always about to begin again.
    gateway.works_on("most of the bodies", |count| count > all * 3 / 8).await;

    let begun = Instant::now();
    let mut rounds = Vec::new();
    let script = format!("/v1/{}/regcard.js", shop.key);
    while ended.load(Ordering::Relaxed) < all || rounds.len() < CUSTOMERS {
        assert!(begun.elapsed() < UNTIL_ENDED, "{} of {all} were ended", ended.load(Ordering::Relaxed));
        let one = Instant::now();
        assert_eq!(shop.get(&script).await.status, 200);
        shop.api(&format!("/api/serial_numbers/{}", serials[rounds.len() % CUSTOMERS])).await.good(200);
        if let Some(serial) = serials.get(rounds.len()) {
            page.register(&format!("the-key-for-{serial}"), registration(serial)).await.good(201);
        }
        rounds.push(one.elapsed());
    }
    rounds.sort_unstable();
    assert!(rounds[rounds.len() / 2] < HELD_UP, "of {} times, {:?} as a rule", rounds.len(), rounds[rounds.len() / 2]);
    assert_eq!(shop.registrations().await.len(), CUSTOMERS);
    // And their places are free again.
    attack.shutdown().await;
    gateway.working_on(0).await;
}
