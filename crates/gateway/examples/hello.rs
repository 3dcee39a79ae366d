//! The least that a server of this kind does: says hello. `cargo xtask bench` holds the gateway's checks against it, in the same run.

use std::io::Write;

use axum::Router;
use axum::routing::any;
use tokio::net::TcpListener;

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    writeln!(std::io::stdout(), "listening: http://{}", listener.local_addr()?)?;
    axum::serve(listener, Router::new().fallback(any(|| async { "hello" }))).await
}
