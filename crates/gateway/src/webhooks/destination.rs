//! Where a webhook may go: over TLS, to a service on the internet, at the port for that, with nothing in the address that is not one.

use thiserror::Error;
use url::{Host, Url};

use crate::limits;
use crate::public_address::{is_local_name, is_private_literal};

/// Why an address cannot be an endpoint's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum NoDestination {
    /// It is none.
    #[error("is no address, as in https://shop.example/webhooks")]
    Nonsense,
    /// Longer than servers take.
    #[error("is longer than {} characters", limits::WEBHOOK_URL_CHARS)]
    TooLong,
    /// Not over TLS.
    #[error("does not begin with https://")]
    NotSecure,
    /// Another port, behind which something else may listen.
    #[error("has a port of its own; webhooks go to port 443")]
    Port,
    /// A name or a password in the address.
    #[error("holds a user or a password; the signature is what a receiver knows the gateway by")]
    User,
    /// What only this machine or its network reaches.
    #[error("is none that the internet reaches")]
    Private,
}

/// Reads where a webhook goes. `allow_private` lets it be any address, and without TLS.
///
/// # Errors
/// [`NoDestination`].
pub fn destination(text: &str, allow_private: bool) -> Result<Url, NoDestination> {
    if text.chars().count() > limits::WEBHOOK_URL_CHARS {
        return Err(NoDestination::TooLong);
    }
    let mut url = Url::parse(text).map_err(|_| NoDestination::Nonsense)?;
    url.set_fragment(None);
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err(NoDestination::NotSecure),
        _ => return Err(NoDestination::Nonsense),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(NoDestination::User);
    }
    if allow_private {
        return Ok(url);
    }
    let local = match url.host() {
        Some(Host::Domain(name)) => is_local_name(name),
        Some(Host::Ipv4(_) | Host::Ipv6(_)) => is_private_literal(&url),
        None => true,
    };
    if local {
        return Err(NoDestination::Private);
    }
    if url.port().is_some() { Err(NoDestination::Port) } else { Ok(url) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_goes_over_tls_to_the_internet() {
        for (text, expected) in [
            ("https://shop.example/hooks?key=1", None),
            ("https://shop.example:443/hooks", None),
            ("HTTPS://Shop.Example./", None),
            ("https://1.1.1.1/", None),
            ("http://shop.example/", Some(NoDestination::NotSecure)),
            ("https://shop.example:8443/", Some(NoDestination::Port)),
            ("https://shop.example:22/", Some(NoDestination::Port)),
            ("https://user@shop.example/", Some(NoDestination::User)),
            ("https://user:word@shop.example/", Some(NoDestination::User)),
            ("https://127.0.0.1/", Some(NoDestination::Private)),
            ("https://127.0.0.1:8443/", Some(NoDestination::Private)),
            ("https://0x7f.1/", Some(NoDestination::Private)),
            ("https://[::ffff:a9fe:a9fe]/", Some(NoDestination::Private)),
            ("https://localhost./", Some(NoDestination::Private)),
            ("https://db/", Some(NoDestination::Private)),
            ("https:169.254.169.254", Some(NoDestination::Private)),
            ("https:\\\\127.0.0.1\\@shop.example/", Some(NoDestination::Private)),
            ("https://shop.example@127.0.0.1/", Some(NoDestination::User)),
            ("ftp://shop.example/", Some(NoDestination::Nonsense)),
            ("file:///etc/passwd", Some(NoDestination::Nonsense)),
            ("shop.example/hooks", Some(NoDestination::Nonsense)),
            ("", Some(NoDestination::Nonsense)),
        ] {
            assert_eq!(destination(text, false).err(), expected, "{text}");
        }
    }

    #[test]
    fn a_switch_lets_tests_have_a_receiver_here() {
        assert!(destination("http://127.0.0.1:8080/hooks", true).is_ok());
        assert_eq!(destination("http://user@127.0.0.1/", true), Err(NoDestination::User));
    }

    #[test]
    fn an_address_is_two_thousand_and_forty_eight_characters_at_most() {
        let of = |length: usize| destination(&format!("https://shop.example/{}", "a".repeat(length - 21)), false);
        assert!(of(limits::WEBHOOK_URL_CHARS).is_ok());
        assert_eq!(of(limits::WEBHOOK_URL_CHARS + 1), Err(NoDestination::TooLong));
    }
}
