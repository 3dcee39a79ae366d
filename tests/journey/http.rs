//! HTTP/1.1 as far as the shop, the proxy and the merchant of these tests speak it: a connection for each exchange.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// A request or an answer.
#[derive(Clone, Debug)]
pub(crate) struct Message {
    /// Its first line.
    pub(crate) first: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Message {
    pub(crate) fn answer(status: &str, headers: &[(&str, &str)], body: impl Into<Vec<u8>>) -> Message {
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Message { first: format!("HTTP/1.1 {status}"), headers, body: body.into() }
    }

    pub(crate) fn method(&self) -> &str {
        self.first.split(' ').next().unwrap_or_default()
    }

    pub(crate) fn target(&self) -> &str {
        self.first.split(' ').nth(1).unwrap_or_default()
    }

    /// An answer's.
    pub(crate) fn status(&self) -> u16 {
        self.target().parse().unwrap_or(0)
    }

    /// The first header of this name, written small.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn without(mut self, name: &str) -> Message {
        self.headers.retain(|(found, _)| found != name);
        self
    }

    pub(crate) fn with(self, name: &str, value: &str) -> Message {
        let mut message = self.without(name);
        message.headers.push((name.to_owned(), value.to_owned()));
        message
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&self.body)))
    }

    /// As it goes over the wire, on a connection that ends with it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{}\r\n", self.first);
        for (name, value) in &self.clone().with("connection", "close").headers {
            if name != "content-length" {
                head.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        if self.header("transfer-encoding").is_none() && !(self.method().starts_with("HTTP") && matches!(self.status(), 204 | 304)) {
            head.push_str(&format!("content-length: {}\r\n", self.body.len()));
        }
        head.push_str("\r\n");
        let mut bytes = head.into_bytes();
        bytes.extend_from_slice(&self.body);
        bytes
    }
}

/// Reads a request. None if the browser thought better of it.
pub(crate) async fn request(stream: &mut TcpStream) -> Option<Message> {
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = end_of_head(&bytes) {
            break end;
        }
        if stream.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    };
    let mut message = head(&bytes[..end])?;
    let length = message.header("content-length").and_then(|length| length.parse().ok()).unwrap_or(0);
    message.body = bytes.split_off(end + 4);
    while message.body.len() < length {
        if stream.read_buf(&mut message.body).await.ok()? == 0 {
            return None;
        }
    }
    Some(message)
}

/// Makes one exchange. None if nobody answers.
pub(crate) async fn exchange(authority: &str, request: &Message) -> Option<Message> {
    let mut stream = TcpStream::connect(authority).await.ok()?;
    stream.write_all(&request.bytes()).await.ok()?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.ok()?;
    let end = end_of_head(&bytes)?;
    let mut message = head(&bytes[..end])?;
    message.body = bytes.split_off(end + 4);
    Some(message)
}

/// Whether anybody accepts connections there.
pub(crate) async fn is_there(url: &str) -> bool {
    TcpStream::connect(split(url).0).await.is_ok()
}

/// An address's host and port, and the path without its first stroke.
fn split(url: &str) -> (&str, &str) {
    let rest = url.strip_prefix("http://").unwrap_or_else(|| panic!("{url} is not http"));
    rest.split_once('/').unwrap_or((rest, ""))
}

/// Asks for a whole address.
pub(crate) async fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Message {
    send(method, url, headers, body.as_bytes()).await
}

/// The same with any bytes.
pub(crate) async fn send(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Message {
    let (authority, path) = split(url);
    let first = format!("{method} /{path} HTTP/1.1");
    let mut request = Message { first, headers: Vec::new(), body: body.to_vec() }.with("host", authority);
    for (name, value) in headers {
        request = request.with(name, value);
    }
    exchange(authority, &request).await.unwrap_or_else(|| panic!("nobody answers at {url}"))
}

/// What is found at a whole address, which may lead to another one.
pub(crate) async fn follow(url: &str) -> Message {
    let answer = ask("GET", url, &[], "").await;
    match answer.header("location") {
        Some(there) => ask("GET", there, &[], "").await,
        None => answer,
    }
}

fn end_of_head(bytes: &[u8]) -> Option<usize> {
    bytes.windows(4).position(|four| four == b"\r\n\r\n")
}

fn head(bytes: &[u8]) -> Option<Message> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut lines = text.split("\r\n");
    let first = lines.next()?.to_owned();
    let headers = lines.filter_map(|line| line.split_once(':'));
    let headers = headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect();
    Some(Message { first, headers, body: Vec::new() })
}
