//! A mail server, a process of its own, that keeps what it is given and misbehaves by the address: `busy@` is refused twice for now,
//! `nobody@` for good, `slow@` hears nothing the first time, and of `drop@` the first mail is taken and the connection closed without a
//! word. It listens where its one argument says, or at a free port. Standard output has one line, `listening: HOST:PORT`, then a line of JSON for each mail that was taken. It imports no crate of the gateway.

use std::collections::HashMap;
use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

/// Longer than any client waits.
const SILENCE: Duration = Duration::from_secs(600);

type Times = Arc<Mutex<HashMap<String, usize>>>;

#[tokio::main]
async fn main() -> io::Result<()> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:0".to_owned());
    let listener = TcpListener::bind(address).await?;
    say(&format!("listening: {}", listener.local_addr()?))?;
    let times = Times::default();
    loop {
        let (socket, _) = listener.accept().await?;
        let times = Arc::clone(&times);
        // Who goes away ends a connection like that.
        tokio::spawn(async move { drop(converse(socket, &times).await) });
    }
}

fn say(line: &str) -> io::Result<()> {
    let mut output = io::stdout().lock();
    writeln!(output, "{line}")?;
    output.flush()
}

/// Which time it is that this address is named; from 1.
fn time(times: &Times, address: &str) -> usize {
    let mut times = times.lock().unwrap_or_else(PoisonError::into_inner);
    let time = times.entry(address.to_owned()).or_default();
    *time += 1;
    *time
}

async fn converse(socket: TcpStream, times: &Times) -> io::Result<()> {
    let (read, mut write) = socket.into_split();
    let mut lines = BufReader::new(read).lines();
    let (mut from, mut to, mut drops) = (String::new(), Vec::new(), false);
    write.write_all(b"220 mailbox\r\n").await?;
    while let Some(line) = lines.next_line().await? {
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-mailbox\r\n250 8BITMIME".to_owned(),
            "HELO" | "NOOP" => "250 ok".to_owned(),
            "RSET" => {
                to.clear();
                "250 ok".to_owned()
            }
            "MAIL" => {
                from = address(&line);
                "250 ok".to_owned()
            }
            "RCPT" => {
                let address = address(&line);
                let time = time(times, &address);
                match address.split('@').next().unwrap_or_default() {
                    "nobody" => "550 no such person".to_owned(),
                    "busy" if time <= 2 => "451 come again".to_owned(),
                    "slow" if time == 1 => {
                        sleep(SILENCE).await;
                        return Ok(());
                    }
                    local => {
                        drops = local == "drop" && time == 1;
                        to.push(address);
                        "250 ok".to_owned()
                    }
                }
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                let mut data = String::new();
                while let Some(line) = lines.next_line().await?.filter(|line| line != ".") {
                    data.push_str(line.strip_prefix('.').unwrap_or(&line));
                    data.push_str("\r\n");
                }
                say(&json!({ "from": from, "to": to, "data": data }).to_string())?;
                if drops {
                    return Ok(());
                }
                to.clear();
                "250 taken".to_owned()
            }
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not here".to_owned(),
        };
        write.write_all(format!("{answer}\r\n").as_bytes()).await?;
    }
    Ok(())
}

/// What stands between the pointed brackets.
fn address(line: &str) -> String {
    line.split_once('<').and_then(|(_, rest)| rest.split_once('>')).map(|(address, _)| address.to_owned()).unwrap_or_default()
}
