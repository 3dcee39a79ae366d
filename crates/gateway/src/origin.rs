//! Where a page comes from: scheme, host and port, compared as a whole.

use std::fmt;

use url::{Host, Url};

/// A web origin in the one form in which browsers send it: `https://shop.example`, a port only where it is not the
/// scheme's own, letters in lower case, other scripts as punycode.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Origin(String);

impl Origin {
    /// Reads what a merchant writes, such as `https://Shop.example:443/`. No path, no user, no wildcard.
    pub fn parse(text: &str) -> Option<Origin> {
        let url = Url::parse(text.trim()).ok()?;
        let bare =
            url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
        if !bare || !matches!(url.scheme(), "http" | "https") || text.contains('@') {
            return None;
        }
        let host = match url.host()? {
            Host::Domain(name) if name.ends_with('.') || name.contains('*') => return None,
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => format!("[{address}]"),
        };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Some(Origin(format!("{}://{host}{port}", url.scheme())))
    }

    /// Reads an `Origin` header. Browsers write the one form only; anything else, `null` too, is no origin.
    pub fn of_header(text: &str) -> Option<Origin> {
        Origin::parse(text).filter(|origin| origin.0 == text)
    }

    /// The origin of an address.
    pub fn of_url(url: &Url) -> Option<Origin> {
        Origin::parse(&url.origin().ascii_serialization())
    }

    /// The origin, as a header carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_merchant_writes_becomes_what_browsers_send() {
        for (written, sent) in [
            ("https://shop.example", "https://shop.example"),
            ("https://shop.example/", "https://shop.example"),
            ("HTTPS://Shop.Example", "https://shop.example"),
            ("https://shop.example:443", "https://shop.example"),
            ("http://shop.example:80", "http://shop.example"),
            ("https://shop.example:8443", "https://shop.example:8443"),
            ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
            (" https://shop.example ", "https://shop.example"),
            ("http://localhost:3000", "http://localhost:3000"),
        ] {
            assert_eq!(Origin::parse(written).unwrap().as_str(), sent);
            assert_eq!(Origin::of_header(sent).unwrap().as_str(), sent);
        }
        for other in [
            "null",
            "",
            "shop.example",
            "https://",
            "https://shop.example/path",
            "https://shop.example?x",
            "https://shop.example#x",
            "https://user@shop.example",
            "https://user:pass@shop.example",
            "ftp://shop.example",
            "file:///",
            "data:text/html,x",
            "https://*.shop.example",
            "https://shop.example.",
            "javascript:alert(1)",
            "about:blank",
            "https://@shop.example",
        ] {
            assert_eq!(Origin::parse(other), None, "{other}");
        }
    }

    #[test]
    fn a_header_that_no_browser_writes_is_no_origin() {
        for odd in [
            "HTTPS://shop.example",
            "https://Shop.example",
            "https://shop.example/",
            "https://shop.example:443",
            " https://shop.example",
            "https://bücher.example",
            "https:shop.example",
            "https:\\\\shop.example",
            "https://shop.example\t",
            "http://2130706433",
        ] {
            assert_eq!(Origin::of_header(odd), None, "{odd}");
        }
    }

    #[test]
    fn origins_that_look_alike_are_not_the_same() {
        let shop = Origin::parse("https://shop.example").unwrap();
        for other in [
            "https://shop.example.evil",
            "https://evilshop.example",
            "http://shop.example",
            "https://shop.example:8443",
            "https://www.shop.example",
            "https://shop.example:444",
            "https://sh0p.example",
            "https://xn--shp-1na.example",
        ] {
            assert_ne!(Origin::parse(other).unwrap(), shop, "{other}");
        }
    }
}
