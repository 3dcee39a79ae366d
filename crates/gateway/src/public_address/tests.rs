//! Addresses in every notation, and names that change their meaning.

use std::sync::Mutex;

use super::*;

/// Each in a notation of its own, for an address that is not to be called.
const PRIVATE: [&str; 86] = [
    // This machine, as everybody writes it, and as hardly anybody does.
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.255.255.254",
    "2130706433",
    "2130706433.",
    "0x7f000001",
    "0X7F000001",
    "0x7f.1",
    "0x7f.0.0.1",
    "0x7f.0x0.0x0.0x1",
    "017700000001",
    "0177.0.0.1",
    "0177.1",
    "00000177.0.0.1",
    "0177.0x0.0.1",
    "%31%32%37.0.0.1",
    "127%2e0%2e0%2e1",
    "１２７.０.０.１",
    "127。0。0。1",
    "①②⑦.0.0.1",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000:0000:0000:0000:0000:0000:0000:0001]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::FFFF:7F00:0001]",
    "[0:0:0:0:0:ffff:127.0.0.1]",
    "[::127.0.0.1]",
    "[::7f00:1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b:1::7f00:1]",
    "[2002:7f00:1::]",
    "[2002:7f00:0001::1]",
    "[2001:db8::5efe:127.0.0.1]",
    "[2606:4700::5efe:127.0.0.1]",
    "[2606:4700::200:5efe:10.0.0.1]",
    "[2001:0:7f00:1::]",
    // None at all, which means this machine to many.
    "0.0.0.0",
    "0",
    "0x0",
    "00",
    "0.0.0.1",
    "0.1.2.3",
    "[::]",
    "[0:0:0:0:0:0:0:0]",
    "[::ffff:0.0.0.0]",
    // Where clouds tell their machines what they are.
    "169.254.169.254",
    "169.254.169.254.",
    "2852039166",
    "0xa9fea9fe",
    "0xa9.0xfe.0xa9.0xfe",
    "0251.0376.0251.0376",
    "169.16689662",
    "[::ffff:169.254.169.254]",
    "[::ffff:a9fe:a9fe]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:a9fe:a9fe::]",
    "[fd00:ec2::254]",
    "169.254.170.2",
    "100.100.100.200",
    "192.0.0.192",
    "168.63.129.16",
    // The network behind it.
    "10.0.0.1",
    "10.1",
    "167772161",
    "172.16.0.1",
    "172.31.255.255",
    "192.168.1.1",
    "0xc0a80101",
    "[fc00::1]",
    "[fdff::1]",
    "[fe80::1]",
    "[fec0::1]",
    "100.64.0.1",
    "100.127.255.255",
    // What leads nowhere, or to many.
    "198.18.0.1",
    "192.0.2.1",
    "192.88.99.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "[ff02::1]",
    "[3fff::1]",
];

fn url(host: &str) -> Url {
    Url::parse(&format!("https://{host}/api")).unwrap_or_else(|error| panic!("{host}: {error}"))
}

#[test]
fn private_addresses_are_known_in_every_notation() {
    for host in PRIVATE {
        assert!(is_private_literal(&url(host)), "{host}");
        let dressed = Url::parse(&format!("https://user:password@{host}:8443/?to=1.1.1.1#@1.1.1.1")).unwrap();
        assert!(is_private_literal(&dressed), "{host} with a port, a user and more");
    }
}

#[test]
fn public_addresses_are_let_through() {
    for host in [
        "1.1.1.1",
        "0x01010101",
        "93.184.215.14",
        "11.0.0.1",
        "126.255.255.255",
        "128.0.0.1",
        "172.15.255.255",
        "172.32.0.1",
        "100.63.255.255",
        "100.128.0.1",
        "169.253.0.1",
        "192.0.1.1",
        "198.20.0.1",
        "168.63.129.17",
        "223.255.255.255",
        "[2606:4700::1111]",
        "[2001:200::1]",
        "[2002:101:101::]",
        "[64:ff9b::1.1.1.1]",
        "[::ffff:1.1.1.1]",
    ] {
        assert!(!is_private_literal(&url(host)), "{host}");
    }
}

#[test]
fn names_of_this_machine_and_its_network_are_known_too() {
    for name in ["localhost", "LOCALHOST", "localhost.", "a.localhost", "a.localhost.", "printer.local", "metadata.google.internal", "db"] {
        assert!(is_local_name(name), "{name}");
    }
    for name in ["shop.example", "localhost.example", "local.shop.example", "internal.example."] {
        assert!(!is_local_name(name), "{name}");
    }
}

#[tokio::test]
async fn a_name_for_this_machine_is_not_resolved() {
    for name in ["localhost", "localhost."] {
        assert!(PublicOnly::default().resolve(name.parse().unwrap()).await.is_err(), "{name}");
    }
}

/// Says something else each time.
struct Rebinding(Mutex<Vec<Vec<IpAddr>>>);

impl Names for Rebinding {
    fn look_up(&self, _name: String) -> LookingUp {
        let now = self.0.lock().unwrap().remove(0);
        Box::pin(async move { Ok(now) })
    }
}

#[tokio::test]
async fn a_name_that_turns_private_is_not_resolved_any_more() {
    let address = |text: &str| text.parse::<IpAddr>().unwrap();
    let (public, private) = (address("1.1.1.1"), ["127.0.0.1", "::ffff:127.0.0.1", "169.254.169.254", "::1"].map(address));
    let said = vec![vec![public], private.to_vec(), vec![private[0], public, private[3]], Vec::new()];
    let names = PublicOnly::by(Arc::new(Rebinding(Mutex::new(said))));
    let mut found = Vec::new();
    for _ in 0..4 {
        let now = names.resolve("shop.example".parse().unwrap()).await;
        found.push(now.map(|addresses| addresses.map(|address| address.ip()).collect::<Vec<_>>()).unwrap_or_default());
    }
    assert_eq!(found, [vec![public], vec![], vec![public], vec![]]);
}
