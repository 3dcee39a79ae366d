//! The demo's shop: a merchant's page on an origin of its own. It serves files and knows nothing of registrations; what
//! it has of the gateway is what the merchant would have pasted.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::workspace;

/// A browser opens connections that it then does not use; each holds a thread for that long.
const PATIENCE: Duration = Duration::from_secs(10);

/// The shop's address, taken but not yet answering.
#[derive(Debug)]
pub(super) struct Shop {
    listener: TcpListener,
    address: SocketAddr,
}

impl Shop {
    /// Takes the port; 0 for a free one.
    pub(super) fn bind(port: u16) -> Result<Shop> {
        let listener =
            TcpListener::bind((Ipv4Addr::LOCALHOST, port)).with_context(|| format!("cannot listen on port {port} for the shop"))?;
        let address = listener.local_addr().context("the shop has no address")?;
        Ok(Shop { listener, address })
    }

    /// What the browser names as the origin of the shop's pages.
    pub(super) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Answers from now on, as long as this program runs.
    pub(super) fn open(self, gateway: &str, key: &str) {
        let snippet: Arc<(String, String)> = Arc::new((gateway.to_owned(), key.to_owned()));
        thread::spawn(move || {
            for visitor in self.listener.incoming().flatten() {
                let snippet = Arc::clone(&snippet);
                // A visitor who goes away is not the shop's concern.
                thread::spawn(move || drop(serve(&visitor, &snippet.0, &snippet.1)));
            }
        });
    }
}

fn serve(visitor: &TcpStream, gateway: &str, key: &str) -> std::io::Result<()> {
    visitor.set_read_timeout(Some(PATIENCE))?;
    visitor.set_write_timeout(Some(PATIENCE))?;
    let mut reader = BufReader::new(visitor);
    let mut first = String::new();
    reader.read_line(&mut first)?;
    // The rest of the head is read, since closing on unread bytes would reset the connection.
    let mut line = String::new();
    while reader.read_line(&mut line)? > 2 {
        line.clear();
    }
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
    let (status, kind, body) = match method {
        "GET" | "HEAD" => page(target, gateway, key),
        "" => return Ok(()),
        _ => ("405 Method Not Allowed", "text/plain; charset=utf-8", b"This shop only shows pages.\n".to_vec()),
    };
    let mut visitor = visitor;
    let length = body.len();
    write!(
        visitor,
        "HTTP/1.1 {status}\r\ncontent-type: {kind}\r\ncontent-length: {length}\r\ncache-control: no-cache\r\nconnection: close\r\n\r\n"
    )?;
    if method == "GET" {
        visitor.write_all(&body)?;
    }
    visitor.flush()
}

fn page(target: &str, gateway: &str, key: &str) -> (&'static str, &'static str, Vec<u8>) {
    let not_found = || ("404 Not Found", "text/plain; charset=utf-8", b"The shop has no such page.\n".to_vec());
    let Some((name, kind)) = file(target) else { return not_found() };
    // Read each time: whoever edits the page sees it at the next load.
    match fs::read(workspace::root().join("www/shop").join(name)) {
        Ok(bytes) if kind.starts_with("text/html") => {
            let text = String::from_utf8_lossy(&bytes).replace("GATEWAY", gateway).replace("KEY", key);
            ("200 OK", kind, text.into_bytes())
        }
        Ok(bytes) => ("200 OK", kind, bytes),
        Err(_) => not_found(),
    }
}

/// The file behind an address, and its media type. A file's name alone: there are no folders to climb out of.
fn file(target: &str) -> Option<(&str, &'static str)> {
    let path = target.split(['?', '#']).next()?.strip_prefix('/')?;
    let name = match path {
        "" => "index.html",
        "bare" => "bare.html",
        "theme" => "theme.html",
        name => name,
    };
    let plain = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_')) && !name.starts_with('.');
    let kind = match Path::new(name).extension()?.to_str()? {
        "html" => "text/html; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" => "image/jpeg",
        _ => return None,
    };
    plain.then_some((name, kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;

    #[test]
    fn the_pages_carry_the_snippet_and_no_policy() {
        let shop = Shop::bind(0).unwrap();
        let origin = shop.origin();
        shop.open("http://127.0.0.1:9", "pk_1");
        for page in ["/", "/bare", "/theme", "/?utm=1"] {
            let answer = http::get(&format!("{origin}{page}"), &[]).unwrap();
            let text = String::from_utf8(answer.body.clone()).unwrap();
            assert_eq!(answer.status, 200, "{page}");
            assert!(text.contains("src=\"http://127.0.0.1:9/v1/pk_1/regcard.js\""), "{page}");
            assert!(!text.contains("GATEWAY") && answer.header("content-security-policy").is_none(), "{page}");
        }
        assert_eq!(http::get(&format!("{origin}/nothing"), &[]).unwrap().status, 404);
    }

    #[test]
    fn a_page_is_a_file_of_the_shop() {
        assert_eq!(file("/"), Some(("index.html", "text/html; charset=utf-8")));
        assert_eq!(file("/shop.css?v=1"), Some(("shop.css", "text/css; charset=utf-8")));
        for other in ["/../secrets.css", "/a/b.css", "/.hidden.css", "/serials.csv", "/x", "x.css", "/%2e%2e.css"] {
            assert_eq!(file(other), None, "{other}");
        }
    }
}
