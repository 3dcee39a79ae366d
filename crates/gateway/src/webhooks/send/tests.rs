//! A canary listens on this machine: whatever the address is written like, nobody comes.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::*;
use crate::public_address::{LookingUp, Names};

/// Counts who connects, and answers 200.
async fn canary() -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let came = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&came);
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            counted.fetch_add(1, Ordering::SeqCst);
            let mut bytes = [0; 1_024];
            let _read = socket.read(&mut bytes).await;
            let _written = socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
        }
    });
    (port, came)
}

/// Every name means this.
struct Means(Vec<IpAddr>);

impl Names for Means {
    fn look_up(&self, _name: String) -> LookingUp {
        let addresses = self.0.clone();
        Box::pin(async move { Ok(addresses) })
    }
}

async fn post(sender: &Sender, url: &str) -> Sent {
    sender.send(url, "m", 1, &[SigningSecret::create().unwrap()], "{}".to_owned()).await
}

#[tokio::test]
async fn nobody_comes_to_this_machine_however_it_is_written() {
    let (port, came) = canary().await;
    let strict = Sender::new(false);
    let hosts = [
        "127.0.0.1",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0x7f.1",
        "017700000001",
        "0177.0.0.1",
        "127.0.0.1.",
        "%31%32%37.0.0.1",
        "localhost",
        "localhost.",
        "LOCALHOST",
        "a.localhost",
        "0.0.0.0",
        "0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "user@127.0.0.1",
        "shop.example@127.0.0.1",
        "169.254.169.254",
    ];
    for host in hosts {
        for url in [format!("https://{host}:{port}/"), format!("http://{host}:{port}/"), format!("https://{host}/")] {
            assert!(matches!(post(&strict, &url).await, Sent::Failed(_)), "{url}");
        }
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
    let open = Sender::new(true);
    assert_eq!(post(&open, &format!("http://127.0.0.1:{port}/")).await, Sent::Received(200), "the canary does sing");
    assert_eq!(came.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn nobody_comes_by_a_name_that_means_this_machine() {
    let (port, came) = canary().await;
    // A port and http are let through here, so that nothing stands in the way but what the name means.
    for means in [vec!["127.0.0.1"], vec!["::ffff:127.0.0.1"], vec!["::1", "127.0.0.1"], vec!["0.0.0.0"], vec!["169.254.169.254"]] {
        let addresses = means.iter().map(|text| text.parse().unwrap()).collect();
        let names = PublicOnly::by(Arc::new(Means(addresses)));
        let sender = Sender::of(builder().dns_resolver(names), true);
        let sent = post(&sender, &format!("http://shop.example:{port}/")).await;
        assert_eq!(sent, Sent::Failed("it cannot be reached, or not at a public address"), "{means:?}");
    }
    assert_eq!(came.load(Ordering::SeqCst), 0);
}
