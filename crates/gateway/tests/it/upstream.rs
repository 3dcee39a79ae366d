//! Somebody else's registration API, which does as a story tells it: answers, loses the answer, talks nonsense, hangs.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::borrow::Cow;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;

/// What it does with a registration.
#[derive(Clone, Debug)]
pub(crate) enum Manner {
    /// Answers with this status, these headers and this body.
    Answer(u16, Cow<'static, str>, Cow<'static, str>),
    /// Stores it, and closes the connection without a word.
    LoseTheAnswer,
    /// Stores it, and says nothing for as long as anybody waits.
    Hang,
    /// Does it, and says this, status and body, once it is told to.
    WhenTold(Arc<Notify>, u16, &'static str),
}

/// A request that came.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    /// Method and target.
    pub(crate) line: String,
    /// Everything before the body, as it came.
    pub(crate) head: String,
    pub(crate) body: String,
}

/// A registration API under a story's control.
#[derive(Clone, Debug)]
pub(crate) struct Upstream {
    /// Its base address.
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    manners: Arc<Mutex<Manners>>,
}

#[derive(Clone, Debug)]
struct Manners {
    registering: Manner,
    checking: Manner,
    uploading: Manner,
    storing: Manner,
}

/// What it says of every serial number, unless told otherwise.
pub(crate) const KNOWN: &str =
    r#"{"data":{"serialNumber":"SN-1","sku":"DUO","registered":false,"customerTags":"vip","customer":{"email":"owner@example.com"}}}"#;
/// Where files go, unless told otherwise.
const SIGNED: &str = r#"{"signedRequest":"https://files.example/put?signature=abc","url":"https://files.example/r1.jpg"}"#;
/// A registration that was stored.
pub(crate) const STORED: &str = r#"{"data":[{"id":"up-1","customerEmail":"secret@example.com"}]}"#;

/// An answer with this status, these headers (each with its line's end) and this body.
pub(crate) fn says(status: u16, headers: impl Into<Cow<'static, str>>, body: impl Into<Cow<'static, str>>) -> Manner {
    Manner::Answer(status, headers.into(), body.into())
}

impl Upstream {
    /// One that knows every serial number and stores every registration.
    pub(crate) async fn start() -> Upstream {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/some/api", listener.local_addr().unwrap());
        let manners = Manners {
            registering: says(201, "", STORED),
            checking: says(200, "", KNOWN),
            uploading: says(200, "", SIGNED),
            storing: says(200, "", ""),
        };
        let upstream = Upstream { url, seen: Arc::default(), manners: Arc::new(Mutex::new(manners)) };
        let serving = upstream.clone();
        tokio::spawn(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let upstream = serving.clone();
                tokio::spawn(async move { upstream.answer(socket).await });
            }
        });
        upstream
    }

    pub(crate) fn registering(&self, manner: Manner) {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner).registering = manner;
    }

    pub(crate) fn checking(&self, manner: Manner) {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner).checking = manner;
    }

    /// What it says when a file is sent to it.
    pub(crate) fn storing(&self, manner: Manner) {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner).storing = manner;
    }

    pub(crate) fn uploading(&self, manner: Manner) {
        self.manners.lock().unwrap_or_else(PoisonError::into_inner).uploading = manner;
    }

    /// Everything that came, in order.
    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The registrations that came: each was stored, or may have been.
    pub(crate) fn posts(&self) -> Vec<Seen> {
        self.seen().into_iter().filter(|seen| seen.line.starts_with("POST ")).collect()
    }

    async fn answer(&self, mut socket: TcpStream) {
        let Some(seen) = read(&mut socket).await else {
            return;
        };
        let manners = self.manners.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let manner = if seen.line.starts_with("POST ") {
            manners.registering
        } else if seen.line.starts_with("PUT ") {
            manners.storing
        } else if seen.line.contains("/upload_file") {
            manners.uploading
        } else {
            manners.checking
        };
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).push(seen);
        match manner {
            Manner::Answer(status, headers, body) => {
                let head = format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\nconnection: close\r\n{headers}\r\n", body.len());
                let body = if status == 204 { "" } else { &body };
                // Who asked may have gone.
                let _sent = socket.write_all(format!("{head}{body}").as_bytes()).await;
            }
            Manner::LoseTheAnswer => {}
            Manner::Hang => std::future::pending().await,
            Manner::WhenTold(told, status, body) => {
                told.notified().await;
                let head = format!("HTTP/1.1 {status} So\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", body.len());
                let _sent = socket.write_all(format!("{head}{body}").as_bytes()).await;
            }
        }
    }
}

/// Reads one request to its end.
async fn read(socket: &mut TcpStream) -> Option<Seen> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head.lines().filter_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse::<usize>().ok());
            if body.len() >= length.sum() {
                let line = head.lines().next()?.trim_end_matches(" HTTP/1.1").to_owned();
                return Some(Seen { line, head: head.to_owned(), body: body.to_owned() });
            }
        }
        let mut piece = [0; 4_096];
        let count = socket.read(&mut piece).await.ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&piece[..count]);
    }
}
