//! An S3-compatible bucket in a folder, for the demo and the tests: `s3s` checks signatures, `s3s-fs` keeps the objects.
//!
//! It imports nothing of regcard, so that a mistake in signing is not made on both sides. What tests need beside S3 stands under `/-/`,
//! which is no bucket's name. Never a store for anything that matters: it syncs nothing.

mod asked;
mod cors;
mod serve;

use std::io::Write;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};
use clap::Parser;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::auth::SimpleAuth;
use s3s::service::S3ServiceBuilder;
use s3s_fs::FileSystem;
use tokio::net::TcpListener;

use asked::Asked;
use serve::Bucket;

/// A bucket in a folder.
#[derive(Debug, Parser)]
struct Options {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    listen: SocketAddr,
    /// Where the objects lie. Made if it is not there.
    #[arg(long)]
    folder: PathBuf,
    /// The bucket's name.
    #[arg(long, default_value = "receipts")]
    bucket: String,
    /// Who signs.
    #[arg(long)]
    access_key: String,
    /// By which secret. It is a test's, so it may stand in the list of processes.
    #[arg(long)]
    secret_key: String,
}

#[tokio::main]
async fn main() -> Result<()> {
    let options = Options::parse();
    std::fs::create_dir_all(options.folder.join(&options.bucket)).context("cannot make the bucket's folder")?;
    let folder = options.folder.canonicalize().context("cannot find the folder")?;
    let files = FileSystem::new(folder).map_err(|error| anyhow::anyhow!("cannot keep objects there: {error:?}"))?;
    let mut service = S3ServiceBuilder::new(files);
    service.set_auth(SimpleAuth::from_single(options.access_key, options.secret_key));
    let bucket = Arc::new(Bucket { s3: service.build(), asked: Asked::default() });

    let listener = TcpListener::bind(options.listen).await.with_context(|| format!("cannot listen on {}", options.listen))?;
    let bound = listener.local_addr()?;
    let mut output = std::io::stdout();
    writeln!(output, "listening: http://{bound}").and_then(|()| output.flush()).context("cannot write to standard output")?;
    loop {
        // A connection that broke before it was taken is its client's concern.
        let Ok((stream, _)) = listener.accept().await else { continue };
        let bucket = Arc::clone(&bucket);
        tokio::spawn(async move {
            let answering = service_fn(move |request| {
                let bucket = Arc::clone(&bucket);
                async move { Ok::<_, std::convert::Infallible>(bucket.answer(request).await) }
            });
            let mut connection = hyper::server::conn::http1::Builder::new();
            // A client that goes away in the middle is no fault of anybody's here.
            let _ended = connection.timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), answering).await;
        });
    }
}
