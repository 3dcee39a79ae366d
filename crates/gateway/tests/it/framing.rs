//! Requests that can be read in two ways, byte by byte to the real listener. Behind each of them hides a second one, which a proxy that reads the
//! first one differently lets through unseen: it adds a serial number with the shop's own token, so that it shows if it was ever carried out.

use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::process::Process;
use crate::shop::Shop;

/// What becomes of a request.
#[derive(Clone, Copy, Debug)]
enum Becomes {
    /// Refused with one of these, or without a word, and then the connection is closed.
    Refused(&'static [u16]),
    /// Understood, as this many requests with these statuses; what follows on the connection is another request.
    Answered(&'static [u16]),
    /// The same, and then the connection is closed.
    AnsweredLast(&'static [u16]),
}
use Becomes::{Answered, AnsweredLast, Refused};

const BAD: &[u16] = &[400];

/// No route answers with this but the request that a story ends with.
const END: &str = "DELETE /v1/sessions HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
const ENDED: u16 = 405;

/// The request that hides.
fn hidden(shop: &Shop) -> String {
    let body = "{\"serialNumbers\":[\"HIDDEN\"]}";
    format!(
        "POST /api/serial_numbers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        shop.access_token,
        body.len()
    )
}

/// The statuses of the answers, in order.
fn statuses(mut bytes: &[u8]) -> Vec<u16> {
    let mut statuses = Vec::new();
    while let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).and_then(|length| length.trim().parse().ok());
        if status != 100 {
            statuses.push(status);
        }
        // To HEAD a length is told, and nothing comes.
        let after = &bytes[end + 4..];
        bytes = if after.starts_with(b"HTTP/") { after } else { after.get(length.unwrap_or(0_usize)..).unwrap_or_default() };
    }
    statuses
}

/// Sends it, waits for as many answers as there are to be, and asks for the end; the statuses of all answers, and whether the end was answered.
async fn sends(shop: &Shop, bytes: &[u8], answers: usize) -> (Vec<u16>, bool) {
    let Ok(mut socket) = TcpStream::connect(shop.gateway.trim_start_matches("http://")).await else { return (Vec::new(), false) };
    let mut seen = Vec::new();
    let mut piece = [0; 4_096];
    let talking = async {
        // Who refuses may close before everything was sent.
        let mut going_on = socket.write_all(bytes).await.is_ok();
        while answers == 0 || statuses(&seen).len() < answers {
            match socket.read(&mut piece).await {
                Ok(count) if count > 0 => seen.extend_from_slice(&piece[..count]),
                Ok(_) | Err(_) => {
                    going_on = false;
                    break;
                }
            }
        }
        if going_on {
            drop(socket.write_all(END.as_bytes()).await);
            drop(socket.read_to_end(&mut seen).await);
        }
    };
    assert!(timeout(Duration::from_secs(9), talking).await.is_ok(), "neither refused nor answered: {:?}", String::from_utf8_lossy(bytes));
    let mut all = statuses(&seen);
    let ended = all.last() == Some(&ENDED);
    if ended {
        all.pop();
    }
    (all, ended)
}

/// Requests, by what is odd about them. `{H}` is the request that hides, `{n}` its length, `{x}` the same in hexadecimal.
fn corpus() -> Vec<(&'static str, String, Becomes)> {
    let post = |headers: &str, rest: &str| format!("POST /nothing HTTP/1.1\r\nhost: x\r\n{headers}\r\n{rest}");
    let get = |line: &str, headers: &str| format!("{line}\r\n{headers}\r\n{{H}}");
    let host = "host: x\r\n";
    let chunks = "{x}\r\n{H}\r\n0\r\n\r\n";
    let api = |rest: &str| {
        format!("POST /api/serial_numbers HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {{T}}\r\ncontent-type: application/json\r\n{rest}")
    };
    let chunked = |chunks: &str| api(&format!("transfer-encoding: chunked\r\n\r\n{chunks}{{H}}"));
    vec![
        // Lengths.
        ("a length", post("content-length: {n}\r\n", "{H}"), Answered(&[404])),
        ("a length twice", post("content-length: {n}\r\ncontent-length: {n}\r\n", "{H}"), Answered(&[404])),
        ("two lengths, the first of nothing", post("content-length: 0\r\ncontent-length: {n}\r\n", "{H}"), Refused(BAD)),
        ("two lengths, the second of nothing", post("content-length: {n}\r\ncontent-length: 0\r\n", "{H}"), Refused(BAD)),
        ("a list of lengths", post("content-length: {n}, {n}\r\n", "{H}"), Refused(BAD)),
        ("a list of different lengths", post("content-length: 0, {n}\r\n", "{H}"), Refused(BAD)),
        ("a length with a sign", post("content-length: +{n}\r\n", "{H}"), Refused(BAD)),
        ("a length below nothing", post("content-length: -1\r\n", "{H}"), Refused(BAD)),
        ("a length in hexadecimal", post("content-length: 0x{x}\r\n", "{H}"), Refused(BAD)),
        ("a length with a comma", post("content-length: 0,\r\n", "{H}"), Refused(BAD)),
        ("a length with a fraction", post("content-length: {n}.0\r\n", "{H}"), Refused(BAD)),
        ("a length of nothing at all", post("content-length:\r\n", "{H}"), Refused(BAD)),
        ("a length that no number holds", post("content-length: 99999999999999999999999\r\n", "{H}"), Refused(BAD)),
        ("a length with blanks around", post("content-length:   {n} \t\r\n", "{H}"), Answered(&[404])),
        ("a body of GET", get("GET /nothing HTTP/1.1", &format!("{host}content-length: {{n}}\r\n")), Answered(&[404])),
        ("a body of HEAD", get("HEAD /nothing HTTP/1.1", &format!("{host}content-length: {{n}}\r\n")), Answered(&[404])),
        // Lengths and chunks.
        ("chunks", post("transfer-encoding: chunked\r\n", chunks), AnsweredLast(&[404])),
        (
            "a length and chunks, the length right",
            post("content-length: {m}\r\ntransfer-encoding: chunked\r\n", chunks),
            AnsweredLast(&[404]),
        ),
        (
            "a length and chunks, the chunks of nothing",
            post("content-length: {e}\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n{H}"),
            AnsweredLast(&[404]),
        ),
        (
            "chunks of nothing and a length",
            post("transfer-encoding: chunked\r\ncontent-length: {e}\r\n", "0\r\n\r\n{H}"),
            AnsweredLast(&[404]),
        ),
        ("chunks and a length of nothing", post("transfer-encoding: chunked\r\ncontent-length: 0\r\n", chunks), AnsweredLast(&[404])),
        ("chunks and a length that is none", post("transfer-encoding: chunked\r\ncontent-length: x\r\n", chunks), AnsweredLast(&[404])),
        ("chunks twice", post("transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n", chunks), Refused(BAD)),
        ("chunks in chunks", post("transfer-encoding: chunked, chunked\r\n", chunks), Refused(BAD)),
        ("chunks and then nothing", post("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\n", chunks), Refused(BAD)),
        ("another encoding before the chunks", post("transfer-encoding: gzip, chunked\r\n", chunks), Refused(BAD)),
        ("another encoding after the chunks", post("transfer-encoding: chunked, gzip\r\n", chunks), Refused(BAD)),
        ("an encoding that looks like chunks", post("transfer-encoding: xchunked\r\n", chunks), Refused(BAD)),
        ("another that looks like chunks", post("transfer-encoding: chunkedx\r\n", chunks), Refused(BAD)),
        ("chunks in quotation marks", post("transfer-encoding: \"chunked\"\r\n", chunks), Refused(BAD)),
        ("chunks after a vertical tab", post("transfer-encoding: \x0bchunked\r\n", chunks), Refused(BAD)),
        ("chunks in capitals", post("Transfer-Encoding: CHUNKED\r\n", chunks), AnsweredLast(&[404])),
        ("nothing as an encoding", post("transfer-encoding: identity\r\n", "{H}"), Refused(BAD)),
        ("an encoding of nothing at all", post("transfer-encoding:\r\n", "{H}"), Refused(BAD)),
        ("chunks of an old version", get("POST /nothing HTTP/1.0", &format!("{host}transfer-encoding: chunked\r\n")), Refused(BAD)),
        // Chunks.
        ("a chunk's size that is none", chunked("zz\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk's size with a sign", chunked("-2\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk's size as programs write it", chunked("0x2\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk's size that no number holds", chunked("fffffffffffffffff2\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk's size of nothing at all", chunked("\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk that is longer than it says", chunked("1\r\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk's size and half a line's end", chunked("2\r{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk that says more", chunked("2;name=value\r\n{}\r\n0\r\n\r\n"), AnsweredLast(&[422])),
        ("a chunk that says more on two lines", chunked("2;name=\n{}\r\n0\r\n\r\n"), Refused(BAD)),
        ("a chunk that never stops saying more", chunked(&format!("2;{}\r\n{{}}\r\n0\r\n\r\n", "x".repeat(20_000))), Refused(BAD)),
        ("a length behind the chunks", chunked("2\r\n{}\r\n0\r\ncontent-length: {n}\r\n\r\n"), AnsweredLast(&[422])),
        // Lines.
        ("a line that goes on", post("x-header: a\r\n b\r\n", "{H}"), Refused(BAD)),
        ("an encoding on a line that goes on", post("x-header: a\r\n transfer-encoding: chunked\r\n", chunks), Refused(BAD)),
        ("a first line that goes on", "GET /nothing HTTP/1.1\r\n host: x\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("a blank before the colon", post("content-length : {n}\r\n", "{H}"), Refused(BAD)),
        ("a blank before the colon of chunks", post("transfer-encoding : chunked\r\n", chunks), Refused(BAD)),
        ("a tab before the colon", post("content-length\t: {n}\r\n", "{H}"), Refused(BAD)),
        ("a blank within a name", post("content length: {n}\r\n", "{H}"), Refused(BAD)),
        ("no name", post(": x\r\n", "{H}"), Refused(BAD)),
        ("no colon", post("content-length\r\n", "{H}"), Refused(BAD)),
        ("lines that end as on Unix", "POST /nothing HTTP/1.1\nhost: x\ncontent-length: {n}\n\n{H}".to_owned(), Answered(&[404])),
        ("a line that ends halfway", post("x-header: a\rcontent-length: {n}\r\n", "{H}"), Refused(BAD)),
        ("a zero in a name", post("content\0-length: {n}\r\n", "{H}"), Refused(BAD)),
        ("a zero in a value", post("x-header: a\0b\r\n", "{H}"), Refused(BAD)),
        ("a zero in a length", post("content-length: {n}\0\r\n", "{H}"), Refused(BAD)),
        ("a zero in the address", get("GET /not\0hing HTTP/1.1", host), Refused(BAD)),
        ("a bell in a value", post("x-header: a\x07b\r\n", "{H}"), Refused(BAD)),
        // First lines.
        ("no version", "GET /nothing\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("the version before the first", "GET /nothing HTTP/0.9\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("a version to come", get("GET /nothing HTTP/1.2", host), Refused(BAD)),
        ("the beginning of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{H}".to_owned(), Refused(&[400, 505])),
        ("another protocol", get("GET /nothing ICAP/1.1", host), Refused(BAD)),
        ("a version in small letters", get("GET /nothing http/1.1", host), Refused(BAD)),
        ("the beginning of TLS", "\x16\x03\x01\x02\0\x01\0{H}".to_owned(), Refused(BAD)),
        ("no address", get("GET HTTP/1.1", host), Refused(BAD)),
        ("an address with a blank", get("GET /not hing HTTP/1.1", host), Refused(BAD)),
        ("a method with a colon", get("GE:T /nothing HTTP/1.1", host), Refused(BAD)),
        (
            "a whole address",
            "GET http://elsewhere.example/nothing HTTP/1.1\r\nhost: x\r\ncontent-length: {n}\r\n\r\n{H}".to_owned(),
            Answered(&[404]),
        ),
        (
            "the address of a host alone",
            "CONNECT elsewhere.example:443 HTTP/1.1\r\nhost: x\r\n\r\n{H}".to_owned(),
            Refused(&[400, 404, 405]),
        ),
        ("an address without a slash", get("GET nothing HTTP/1.1", host), Refused(BAD)),
        ("an old version", get("POST /nothing HTTP/1.0", &format!("{host}content-length: {{n}}\r\n")), AnsweredLast(&[404])),
        ("an old version without a host", get("POST /nothing HTTP/1.0", "content-length: {n}\r\n"), AnsweredLast(&[404])),
        ("a method in small letters", get("get /nothing HTTP/1.1", &format!("{host}content-length: {{n}}\r\n")), Answered(&[404])),
        // Hosts.
        ("no host", "POST /nothing HTTP/1.1\r\ncontent-length: {n}\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("two hosts", post("host: y\r\ncontent-length: {n}\r\n", "{H}"), Refused(BAD)),
        ("the same host twice", post("host: x\r\ncontent-length: {n}\r\n", "{H}"), Refused(BAD)),
        ("a host that is none", "GET /nothing HTTP/1.1\r\nhost: a b\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("a host with a path", "GET /nothing HTTP/1.1\r\nhost: x/y\r\n\r\n{H}".to_owned(), Refused(BAD)),
        ("a host with a name before it", "GET /nothing HTTP/1.1\r\nhost: a@x\r\n\r\n{H}".to_owned(), Refused(BAD)),
        // Other ways to go on.
        ("whoever waits to be asked", post("expect: 100-continue\r\ncontent-length: {n}\r\n", "{H}"), Answered(&[404])),
        ("whoever wants another protocol", post("connection: upgrade\r\nupgrade: h2c\r\ncontent-length: {n}\r\n", "{H}"), Answered(&[404])),
        ("a length that is for one hop alone", post("connection: content-length\r\ncontent-length: {n}\r\n", "{H}"), Answered(&[404])),
        ("a connection that closes", get("GET /nothing HTTP/1.1", &format!("{host}connection: close\r\n")), AnsweredLast(&[404])),
        ("a head that is too large", get("GET /nothing HTTP/1.1", &format!("{host}x-header: {}\r\n", "x".repeat(20_000))), Refused(&[431])),
        ("an address that is too long", post("", "").replace("/nothing", &format!("/{}", "x".repeat(20_000))), Refused(&[414, 431])),
    ]
}

#[tokio::test]
async fn what_can_be_read_in_two_ways_is_refused_and_nothing_that_hides_behind_it_is_carried_out() {
    let gateway = Process::start();
    let shop = &gateway.shop;
    let hidden = hidden(shop);
    let is_known = async || shop.api("/api/serial_numbers/HIDDEN").await.status == 200;
    let all = corpus();
    assert!(all.len() >= 80, "{}", all.len());
    let mut otherwise = Vec::new();
    for (name, request, becomes) in all {
        let whole = format!("{:x}\r\n{hidden}\r\n0\r\n\r\n", hidden.len()).len();
        let request = request
            .replace("{H}", &hidden)
            .replace("{T}", &shop.access_token)
            .replace("{n}", &hidden.len().to_string())
            .replace("{x}", &format!("{:x}", hidden.len()))
            .replace("{m}", &whole.to_string())
            .replace("{e}", &(hidden.len() + 5).to_string());
        let wanted = match becomes {
            Refused(_) => 0,
            Answered(statuses) | AnsweredLast(statuses) => statuses.len(),
        };
        let (statuses, ended) = sends(shop, request.as_bytes(), wanted).await;
        let as_it_should_be = match becomes {
            Refused(with) => !ended && (statuses.is_empty() || statuses.len() == 1 && with.contains(&statuses[0])),
            Answered(with) => statuses == with,
            AnsweredLast(with) => statuses == with && !ended,
        };
        if !as_it_should_be {
            otherwise.push(format!("{name}: {becomes:?}, and it was {statuses:?}, the end answered: {ended}"));
        }
        assert!(!is_known().await, "{name}: the request that hid was carried out; {otherwise:#?}");
    }
    assert!(otherwise.is_empty(), "{otherwise:#?}");
    // Where it does not hide it is carried out: that is how it would have shown.
    let open = format!("GET /nothing HTTP/1.1\r\nhost: x\r\n\r\n{hidden}");
    assert_eq!(sends(shop, open.as_bytes(), 2).await, (vec![404, 201], true));
    assert!(is_known().await);
}
