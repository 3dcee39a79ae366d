//! Who is asking, and for what: credentials, origins, keys and bodies, each read into a type before a handler runs.

mod access;
mod digits;
mod form_body;
mod idempotency;
mod json;
mod language;
mod page;
mod post;

use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};

use crate::app::App;
use crate::budget::Address;
use crate::origin::Origin;
use crate::problem::GatewayError;

pub use access::{Access, MerchantBody};
pub use idempotency::IdempotencyKey;
pub use json::{JsonBody, decode, parse_exactly, read_json, read_json_exactly};
pub use language::accepted;
pub use page::PageSession;
pub use post::{Part, Post, PostedFile};

/// The address a request came from, as the listener saw it. Headers that claim another one are not looked at.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub IpAddr);

impl FromRequestParts<Arc<App>> for Peer {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Peer, GatewayError> {
        // Requests that came by no socket, as in tests, come from this machine.
        Ok(parts.extensions.get::<Peer>().copied().unwrap_or(Peer(IpAddr::V4(Ipv4Addr::LOCALHOST))))
    }
}

impl From<Peer> for Address {
    fn from(peer: Peer) -> Address {
        Address::from(peer.0)
    }
}

/// The origin that a request names; `null` and what no browser writes are none.
pub fn origin_of(headers: &HeaderMap) -> Option<Origin> {
    let mut all = headers.get_all(header::ORIGIN).iter();
    let one = all.next()?.to_str().ok()?;
    if all.next().is_some() { None } else { Origin::of_header(one) }
}

/// The credential of an `Authorization: Bearer …` header.
///
/// # Errors
/// [`GatewayError::Unauthorized`] for another scheme or several headers.
pub fn bearer(headers: &HeaderMap) -> Result<Option<&str>, GatewayError> {
    let mut all = headers.get_all(header::AUTHORIZATION).iter();
    let Some(one) = all.next() else {
        return Ok(None);
    };
    if all.next().is_some() {
        return Err(GatewayError::Unauthorized);
    }
    let text = one.to_str().map_err(|_| GatewayError::Unauthorized)?;
    match text.split_once(' ') {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => Ok(Some(token.trim())),
        Some(_) | None => Err(GatewayError::Unauthorized),
    }
}

/// The query, name by name, in order. A plus is a blank there, as forms write it.
#[derive(Clone, Debug, Default)]
pub struct Pairs(pub Vec<(String, String)>);

impl Pairs {
    /// The first value of that name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The query as scripts that forget to encode write it: a plus is a plus.
#[derive(Clone, Debug, Default)]
pub struct LiteralPairs(Pairs);

impl LiteralPairs {
    /// The first value of that name.
    pub fn first(&self, name: &str) -> Option<&str> {
        self.0.first(name)
    }
}

impl FromRequestParts<Arc<App>> for LiteralPairs {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<LiteralPairs, GatewayError> {
        let query = parts.uri.query().unwrap_or_default().replace('+', "%2B");
        Ok(LiteralPairs(Pairs(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())))
    }
}

impl FromRequestParts<Arc<App>> for Pairs {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Pairs, GatewayError> {
        Ok(Pairs(url::form_urlencoded::parse(parts.uri.query().unwrap_or_default().as_bytes()).into_owned().collect()))
    }
}
