//! Many who ask at once, with as little of a client as it takes: what is measured is who answers.
#![expect(clippy::unwrap_used, reason = "a helper of figures: without an answer there is no figure")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::Instant;

/// Requests a second, where each of the lists is sent over a connection of its own, each request as soon as the one before it was answered
/// with 200.
pub(crate) fn requests_a_second(gateway: &str, lists: &[Vec<String>]) -> f64 {
    let address = gateway.trim_start_matches("http://");
    let begun = Instant::now();
    thread::scope(|scope| {
        for list in lists {
            scope.spawn(move || {
                let mut connection = BufReader::new(TcpStream::connect(address).unwrap());
                connection.get_ref().set_nodelay(true).unwrap();
                for request in list {
                    connection.get_mut().write_all(request.as_bytes()).unwrap();
                    answered(&mut connection);
                }
            });
        }
    });
    lists.iter().map(Vec::len).sum::<usize>() as f64 / begun.elapsed().as_secs_f64()
}

fn answered(connection: &mut BufReader<TcpStream>) {
    let (mut line, mut length) = (String::new(), 0);
    connection.read_line(&mut line).unwrap();
    assert!(line.starts_with("HTTP/1.1 200 "), "{line}");
    while line.trim_end() != "" {
        if let Some(value) = line.strip_prefix("content-length: ") {
            length = value.trim_end().parse().unwrap();
        }
        line.clear();
        connection.read_line(&mut line).unwrap();
    }
    connection.read_exact(&mut vec![0; length]).unwrap();
}

/// A request without a body, as the least of them.
pub(crate) fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")
}

/// A page's request with JSON.
pub(crate) fn post(path: &str, origin: &str, token: &str, body: &str) -> String {
    let headers = format!("host: localhost\r\norigin: {origin}\r\nauthorization: Bearer {token}\r\ncontent-type: application/json");
    format!("POST {path} HTTP/1.1\r\n{headers}\r\ncontent-length: {}\r\n\r\n{body}", body.len())
}
