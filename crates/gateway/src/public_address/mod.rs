//! Which addresses a gateway calls for somebody else, an upstream's and those of webhooks: none that only this machine or its network
//! reaches, in whatever notation, unless that is wanted.
//!
//! Numbers never reach a resolver, so [`is_private_literal`] looks at them; names are looked up by [`PublicOnly`], and what it found is
//! what is connected to, so that a name that means something else a moment later gains nothing.

use std::future::Future;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

/// What a name means at the moment.
pub type LookingUp = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Who says what names mean.
pub trait Names: Send + Sync + 'static {
    /// Looks a name up.
    fn look_up(&self, name: String) -> LookingUp;
}

/// The machine's resolver.
#[derive(Debug)]
pub struct System;

impl Names for System {
    fn look_up(&self, name: String) -> LookingUp {
        Box::pin(async move { Ok(tokio::net::lookup_host((name, 0)).await?.map(|address| address.ip()).collect()) })
    }
}

/// Resolves names to public addresses alone, so that what was checked is what is connected to.
#[derive(Debug)]
pub struct PublicOnly<N = System>(Arc<N>);

impl Default for PublicOnly {
    fn default() -> PublicOnly {
        PublicOnly(Arc::new(System))
    }
}

impl<N: Names> PublicOnly<N> {
    /// Takes somebody else's word for what names mean.
    pub fn by(names: Arc<N>) -> PublicOnly<N> {
        PublicOnly(names)
    }
}

impl<N: Names> Resolve for PublicOnly<N> {
    fn resolve(&self, name: Name) -> Resolving {
        let names = Arc::clone(&self.0);
        Box::pin(async move {
            let found = names.look_up(name.as_str().to_owned()).await?;
            let public: Vec<SocketAddr> =
                found.into_iter().filter(|address| !is_private(*address)).map(|ip| SocketAddr::new(ip, 0)).collect();
            if public.is_empty() {
                return Err("no public address".into());
            }
            let addresses: Addrs = Box::new(public.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether a URL names a private address as a number, in whatever notation the URL standard reads.
pub fn is_private_literal(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => is_private(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => is_private(IpAddr::V6(address)),
        Some(Host::Domain(_)) | None => false,
    }
}

/// Whether a name can only mean this machine or its network. For a word in time: what it means is looked at again when it is called.
pub fn is_local_name(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    let ends = [".localhost", ".local", ".internal", ".home.arpa", ".lan"];
    !name.contains('.') || ends.iter().any(|end| name.ends_with(end))
}

/// Whether an address is none of a service on the internet.
pub fn is_private(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_private_v4(address),
        IpAddr::V6(address) => is_private_v6(address),
    }
}

/// Special-purpose addresses (RFC 6890 and its successors), and the one public address that a cloud answers its own machines on.
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
        || first == 192 && second == 88 && third == 99
        || first == 198 && (18..20).contains(&second)
        || address == Ipv4Addr::new(168, 63, 129, 16)
}

fn is_private_v6(address: Ipv6Addr) -> bool {
    let segments = address.segments();
    let [first, second, third, ..] = segments;
    let last = Ipv4Addr::from((u32::from(segments[6]) << 16) | u32::from(segments[7]));
    // IPv4 addresses in IPv6's clothes: mapped and compatible, translated (64:ff9b::/96), 6to4 (2002::/16).
    if let Some(inner) = address.to_ipv4() {
        return is_private_v4(inner);
    }
    if segments[..6] == [0x64, 0xFF9B, 0, 0, 0, 0] {
        return is_private_v4(last);
    }
    let six_to_four = (first == 0x2002).then(|| Ipv4Addr::from((u32::from(second) << 16) | u32::from(third)));
    // Made from an IPv4 address (RFC 5214), behind any prefix.
    let within_a_site = matches!(segments[4], 0 | 0x200) && segments[5] == 0x5EFE;
    // What is not global unicast is out: loopback, unique local, link-local, multicast, what translates within a network.
    first & 0xE000 != 0x2000
        || six_to_four.is_some_and(is_private_v4)
        || within_a_site && is_private_v4(last)
        // Protocol assignments (Teredo among them), documentation.
        || first == 0x2001 && second < 0x200
        || first == 0x2001 && second == 0xDB8
        || first == 0x3FFF && second < 0x1000
}

#[cfg(test)]
mod tests;
