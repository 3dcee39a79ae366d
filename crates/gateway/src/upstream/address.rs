//! Which addresses an upstream may have: none that only this machine or its network reaches, unless that is wanted.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// Resolves names to public addresses alone, so that what was checked is what is connected to.
#[derive(Debug)]
pub(super) struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let public: Vec<SocketAddr> = found.filter(|address| !is_private(address.ip())).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether a URL names a private address as a number, in whatever notation the URL standard reads.
pub(super) fn is_private_literal(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => false,
    }
}

fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

/// Special-purpose addresses (RFC 6890 and its successors): none of them is a service on the internet.
fn is_private_v4(address: Ipv4Addr) -> bool {
    let [first, second, third, _] = address.octets();
    address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_broadcast()
        || address.is_documentation()
        || address.is_multicast()
        || first == 0
        || first >= 240
        || first == 100 && (64..128).contains(&second)
        || first == 192 && second == 0 && third == 0
        || first == 198 && (18..20).contains(&second)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let [first, second, ..] = address.segments();
    // IPv4 addresses in IPv6's clothes: mapped, translated (64:ff9b::/96), 6to4 (2002::/16).
    let inner = address.to_ipv4().or_else(|| {
        let [a, b, c, d] = [address.octets()[12], address.octets()[13], address.octets()[14], address.octets()[15]];
        (first == 0x64 && second == 0xFF9B).then(|| Ipv4Addr::new(a, b, c, d))
    });
    let six_to_four = (first == 0x2002).then(|| Ipv4Addr::from((u32::from(second) << 16) | u32::from(address.segments()[2])));
    inner.or(six_to_four).is_some_and(is_private_v4)
        || address.is_loopback()
        || address.is_unspecified()
        || address.is_multicast()
        || address.is_unique_local()
        || address.is_unicast_link_local()
        || first == 0x2001 && second == 0xDB8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_notation() {
        for host in [
            "127.0.0.1",
            "127.1",
            "2130706433",
            "0x7f.1",
            "0177.0.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "198.18.0.1",
            "240.0.0.1",
            "255.255.255.255",
            "[::1]",
            "[::]",
            "[::ffff:127.0.0.1]",
            "[::ffff:a9fe:a9fe]",
            "[64:ff9b::7f00:1]",
            "[2002:7f00:1::]",
            "[fc00::1]",
            "[fe80::1]",
            "[::127.0.0.1]",
        ] {
            let url = Url::parse(&format!("http://{host}/api")).unwrap();
            assert!(is_private_literal(&url), "{host}");
        }
    }

    #[test]
    fn public_addresses_are_let_through() {
        for host in ["1.1.1.1", "93.184.215.14", "172.32.0.1", "100.128.0.1", "[2606:4700::1111]", "[2002:101:101::]"] {
            assert!(!is_private_literal(&Url::parse(&format!("http://{host}/api")).unwrap()), "{host}");
        }
    }

    #[tokio::test]
    async fn a_name_for_this_machine_is_not_resolved() {
        assert!(PublicOnly.resolve("localhost".parse().unwrap()).await.is_err());
    }
}
