//! A registration API in memory, a process of its own, that misbehaves as it is told. It imports no crate of the gateway.
//!
//! `/api` is a registration API as its documentation has it. `POST /script` says how the next requests are treated
//! ([`script`]), `GET /seen` tells what came, `POST /serials` loads serial numbers. Standard output has one line,
//! `listening: http://…`, once it takes connections.

mod api;
mod http;
mod memory;
mod script;

use std::io::{self, Write};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::net::{TcpListener, TcpStream};
use tokio::time::sleep;

use http::{Reader, Request, Response};
use memory::Memory;
use script::Then;

#[tokio::main]
async fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let mut listen = "127.0.0.1:0".to_owned();
    while let Some(argument) = arguments.next() {
        match (argument.as_str(), arguments.next()) {
            ("--listen", Some(address)) => listen = address,
            (other, _) => return Err(io::Error::other(format!("{other} is not known; there is --listen ADDRESS"))),
        }
    }
    let listener = TcpListener::bind(&listen).await?;
    let origin = format!("http://{}", listener.local_addr()?);
    writeln!(io::stdout(), "listening: {origin}")?;
    io::stdout().flush()?;
    let memory = Arc::new(Mutex::new(Memory::new(origin)));
    loop {
        let (socket, _) = listener.accept().await?;
        let memory = Arc::clone(&memory);
        // Who goes away ends a connection like that.
        tokio::spawn(async move { drop(converse(socket, &memory).await) });
    }
}

/// Answers one connection's requests, one after the other.
async fn converse(socket: TcpStream, memory: &Arc<Mutex<Memory>>) -> io::Result<()> {
    socket.set_nodelay(true)?;
    let mut reader = Reader::new(socket);
    while let Some(request) = reader.request().await? {
        let admin = !request.path().starts_with("/api/") && !request.path().starts_with("/files/");
        if admin {
            let response = api::admin(&mut lock(memory), &request);
            reader.write(&response.bytes()).await?;
            continue;
        }
        let manner = lock(memory).arrived(&request);
        sleep(Duration::from_millis(manner.delay_ms)).await;
        if manner.holds {
            lock(memory).held.push(request.clone());
        }
        // Done in a task of its own: a server goes on also if the caller has gone.
        let working =
            tokio::spawn(work(Arc::clone(memory), request, manner.commits && !manner.holds, manner.then.clone(), manner.delay_after_ms));
        let Ok(Some(bytes)) = working.await else {
            return Ok(());
        };
        reader.write(&bytes).await?;
        if manner.then.ends() {
            return Ok(());
        }
    }
    Ok(())
}

/// What is sent back; nothing if the connection is to be closed without a word.
async fn work(memory: Arc<Mutex<Memory>>, request: Request, commits: bool, then: Then, delay_after_ms: u64) -> Option<Vec<u8>> {
    let response = if commits { api::answer(&mut lock(&memory), &request) } else { Response::json(200, &serde_json::json!({})) };
    sleep(Duration::from_millis(delay_after_ms)).await;
    match then {
        Then::Answer => Some(response.bytes()),
        Then::Drop => None,
        Then::Hang => {
            sleep(Duration::from_secs(3_600)).await;
            None
        }
        Then::Truncate => {
            let bytes = response.bytes();
            let half = bytes.len() - response.body.len() / 2 - 1;
            bytes.get(..half).map(<[u8]>::to_vec)
        }
        Then::Huge { megabytes } => Some(Response::huge(megabytes).bytes()),
        Then::Say { status, headers, body } => Some(Response { status, headers, body: body.into_bytes() }.bytes()),
    }
}

fn lock(memory: &Mutex<Memory>) -> std::sync::MutexGuard<'_, Memory> {
    memory.lock().unwrap_or_else(PoisonError::into_inner)
}
