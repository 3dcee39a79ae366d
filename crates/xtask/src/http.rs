//! Asks a local server for a page. Just enough of HTTP/1.0 to weigh an answer: no TLS, no redirects, no reuse.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// A local server that has not answered by then is not going to.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub status: u16,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    /// The first header of that name, written in small letters.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// Gets `http://HOST:PORT/path`. HTTP/1.0, because its body ends where the connection does: no chunks to undo.
pub(crate) fn get(url: &str, headers: &[(&str, &str)]) -> Result<Answer> {
    ask("GET", url, headers, "")
}

/// The same with a body of JSON, by POST.
pub(crate) fn post(url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    let length = body.len().to_string();
    ask("POST", url, &[headers, &[("content-type", "application/json"), ("content-length", &length)]].concat(), body)
}

fn ask(method: &str, url: &str, headers: &[(&str, &str)], body: &str) -> Result<Answer> {
    let (host, path) = parts(url)?;
    let mut stream = TcpStream::connect(host).with_context(|| format!("nobody answers at {host}"))?;
    stream.set_read_timeout(Some(PATIENCE)).context("cannot set a time limit")?;
    let mut request = format!("{method} {path} HTTP/1.0\r\nhost: {host}\r\n");
    for (name, value) in headers {
        request.push_str(&format!("{name}: {value}\r\n"));
    }
    request.push_str("\r\n");
    request.push_str(body);
    stream.write_all(request.as_bytes()).with_context(|| format!("cannot ask {url}"))?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).with_context(|| format!("cannot read {url}"))?;
    parse(&bytes).with_context(|| format!("{url} answers something that is not HTTP"))
}

fn parts(url: &str) -> Result<(&str, &str)> {
    let Some(rest) = url.strip_prefix("http://") else { bail!("{url} is not an http:// address") };
    let cut = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(cut);
    Ok((host, if path.is_empty() { "/" } else { path }))
}

fn parse(bytes: &[u8]) -> Result<Answer> {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").context("its head has no end")?;
    let head = std::str::from_utf8(&bytes[..end]).context("its head is not text")?;
    let mut lines = head.split("\r\n");
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).and_then(|code| code.parse().ok());
    let headers = lines.filter_map(|line| line.split_once(':'));
    Ok(Answer {
        status: status.context("it has no status")?,
        headers: headers.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect(),
        body: bytes[end + 4..].to_vec(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_taken_apart() {
        let answer = parse(b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\n\r\nbody\r\n\r\nmore").unwrap();
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("content-encoding"), Some("br"));
        assert_eq!(answer.body, b"body\r\n\r\nmore");
    }

    #[test]
    fn an_address_without_a_path_asks_for_the_root() {
        assert_eq!(parts("http://127.0.0.1:1").unwrap(), ("127.0.0.1:1", "/"));
        assert_eq!(parts("http://127.0.0.1:1/a?b=/c").unwrap(), ("127.0.0.1:1", "/a?b=/c"));
        assert!(parts("https://example.org/").is_err());
    }
}
