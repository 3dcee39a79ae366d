//! Where a visitor is, if a proxy stands between: its word is taken only if it is one that the operator trusts.
//!
//! Read from the right: the last entry was written by the proxy that is connected, the one before by whoever that proxy saw, and so on.
//! The first address that is not one of ours is the visitor's; whatever stands left of it the visitor may have made up.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName, header};
use ipnet::IpNet;

/// The header by which the trusted proxies tell. One alone: the other one would be passed on as the visitor wrote it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Header {
    /// What nearly all proxies write.
    #[default]
    XForwardedFor,
    /// RFC 7239.
    Forwarded,
}

/// Whose word is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trusted {
    networks: Vec<IpNet>,
    header: Header,
}

impl Trusted {
    /// Proxies in these networks, which tell by this header.
    pub fn new(networks: Vec<IpNet>, header: Header) -> Trusted {
        Trusted { networks, header }
    }

    /// Reads a network, or an address that is one by itself.
    ///
    /// # Errors
    /// Why it is none, in words.
    pub fn network(text: &str) -> Result<IpNet, String> {
        let network = match (text.parse::<IpNet>(), text.parse::<IpAddr>()) {
            (Ok(network), _) => network,
            (Err(_), Ok(address)) => IpNet::from(address.to_canonical()),
            (Err(_), Err(_)) => return Err("is no network".to_owned()),
        };
        if network.prefix_len() == 0 {
            return Err("trusts everybody, so that every visitor could claim any address".to_owned());
        }
        if network != network.trunc() {
            return Err(format!("is an address within a network; the network is {}", network.trunc()));
        }
        Ok(network)
    }

    /// Whether this is one of the proxies.
    pub fn is_proxy(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.networks.iter().any(|network| network.contains(&address))
    }

    /// The visitor's address, as far as those who are trusted tell it.
    pub fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.is_proxy(peer) {
            return peer;
        }
        let mut seen = peer;
        for told in self.told(headers).into_iter().rev() {
            // What cannot be read was written by somebody who is not trusted, or hides on purpose; who passed it on is the last that is known.
            let Some(address) = told else {
                break;
            };
            seen = address;
            if !self.is_proxy(address) {
                break;
            }
        }
        seen
    }

    /// What the header says, hop by hop, from the visitor to us.
    fn told(&self, headers: &HeaderMap) -> Vec<Option<IpAddr>> {
        let name: HeaderName = match self.header {
            Header::XForwardedFor => HeaderName::from_static("x-forwarded-for"),
            Header::Forwarded => header::FORWARDED,
        };
        let mut hops = Vec::new();
        for value in headers.get_all(name) {
            match value.to_str() {
                Ok(text) => hops.extend(text.split(',').map(|hop| match self.header {
                    Header::XForwardedFor => address(hop),
                    Header::Forwarded => forwarded(hop),
                })),
                Err(_) => hops.push(None),
            }
        }
        hops
    }
}

/// The `for` of one hop: `for=192.0.2.1;proto=https`, `For="[2001:db8::1]:4711"`. A name or `unknown` is no address. A comma within quotes
/// is in no address, so splitting there before reading the quotes loses none.
fn forwarded(hop: &str) -> Option<IpAddr> {
    let mut pairs = hop.split(';').filter_map(|pair| pair.split_once('='));
    let (_, value) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
    let value = value.trim();
    address(value.strip_prefix('"').and_then(|value| value.strip_suffix('"')).unwrap_or(value))
}

/// An address, with or without a port.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    let address = bare.parse().ok().or_else(|| text.parse::<SocketAddr>().ok().map(|socket| socket.ip()))?;
    Some(IpAddr::to_canonical(&address))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROXIES: [&str; 3] = ["10.0.0.0/8", "192.0.2.7", "fd00::/8"];

    fn client(header: Header, peer: &str, values: &[&str]) -> String {
        let networks = PROXIES.iter().map(|text| Trusted::network(text).unwrap()).collect();
        let name = if header == Header::Forwarded { "forwarded" } else { "x-forwarded-for" };
        let headers = values.iter().map(|value| (name.parse().unwrap(), value.parse().unwrap())).collect();
        Trusted::new(networks, header).client(peer.parse().unwrap(), &headers).to_string()
    }

    #[test]
    fn the_rightmost_address_that_is_not_ours_is_the_visitors() {
        for (peer, values, seen) in [
            // Nobody is between, or nobody who is trusted: what is claimed counts for nothing.
            ("203.0.113.9", &[][..], "203.0.113.9"),
            ("203.0.113.9", &["198.51.100.1"], "203.0.113.9"),
            ("203.0.113.9", &["10.0.0.1"], "203.0.113.9"),
            ("127.0.0.1", &["198.51.100.1"], "127.0.0.1"),
            // One proxy, two, an address alone as a network.
            ("10.0.0.1", &[], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, 10.0.0.2"], "198.51.100.1"),
            ("192.0.2.7", &["198.51.100.1"], "198.51.100.1"),
            ("192.0.2.8", &["198.51.100.1"], "192.0.2.8"),
            // What the visitor made up stands left of what the proxy saw.
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["10.9.9.9, 198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1", "198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["1.1.1.1, 198.51.100.1", "10.0.0.3"], "198.51.100.1"),
            // A visitor in our own network.
            ("10.0.0.1", &["10.7.7.7, 10.0.0.2"], "10.7.7.7"),
            // What cannot be read ends the way back.
            ("10.0.0.1", &["198.51.100.1, unknown"], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &["198.51.100.1,"], "10.0.0.1"),
            ("10.0.0.1", &[""], "10.0.0.1"),
            ("10.0.0.1", &["198.51.100.1' OR 1=1"], "10.0.0.1"),
            ("10.0.0.1", &["999.1.1.1"], "10.0.0.1"),
            ("10.0.0.1", &["0x7f000001"], "10.0.0.1"),
            ("10.0.0.1", &["010.1.1.1"], "10.0.0.1"),
            // Ports, brackets, blanks, IPv6, IPv4 in IPv6.
            ("10.0.0.1", &["198.51.100.1:4711"], "198.51.100.1"),
            ("10.0.0.1", &["  198.51.100.1  "], "198.51.100.1"),
            ("10.0.0.1", &["2001:db8::1"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]"], "2001:db8::1"),
            ("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1"),
            ("fd00::1", &["2001:db8::1, fd12::9"], "2001:db8::1"),
            ("::ffff:10.0.0.1", &["198.51.100.1"], "198.51.100.1"),
            ("10.0.0.1", &["198.51.100.1, ::ffff:10.0.0.2"], "198.51.100.1"),
            ("10.0.0.1", &["::ffff:198.51.100.1"], "198.51.100.1"),
        ] {
            assert_eq!(client(Header::XForwardedFor, peer, values), seen, "{peer} {values:?}");
        }
    }

    #[test]
    fn the_header_of_the_standard_is_read_the_same_way_where_it_is_chosen() {
        for (values, seen) in [
            (&["for=198.51.100.1"][..], "198.51.100.1"),
            (&["For=\"198.51.100.1:4711\";proto=https;by=10.0.0.1"], "198.51.100.1"),
            (&["for=1.1.1.1, for=198.51.100.1;proto=http, for=10.0.0.2"], "198.51.100.1"),
            (&["proto=https;for=\"[2001:db8:cafe::17]:4711\""], "2001:db8:cafe::17"),
            (&["for=_hidden"], "10.0.0.1"),
            (&["for=unknown, for=10.0.0.2"], "10.0.0.2"),
            (&["by=198.51.100.1"], "10.0.0.1"),
            (&["198.51.100.1"], "10.0.0.1"),
            (&["for=\"198.51.100.1"], "10.0.0.1"),
        ] {
            assert_eq!(client(Header::Forwarded, "10.0.0.1", values), seen, "{values:?}");
        }
    }

    #[test]
    fn a_network_is_written_as_one_and_is_not_everybody() {
        for good in ["10.0.0.0/8", "192.0.2.7", "192.0.2.7/32", "fd00::/8", "::1"] {
            assert!(Trusted::network(good).is_ok(), "{good}");
        }
        for bad in
            ["0.0.0.0/0", "::/0", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/", "10.0.0", "proxy.example", "", "*", "10.0.0.0/8,11.0.0.0/8"]
        {
            assert!(Trusted::network(bad).is_err(), "{bad}");
        }
    }
}
