//! Takes connections. Slow senders are not waited for, and what runs is finished when the gateway is told to end.

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;

use axum::Router;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::extract::Peer;
use crate::limits;

/// Serves until it is told to end, and then what has begun, for [`limits::SHUTDOWN`] at most.
pub async fn serve(listener: TcpListener, router: Router, ended: impl Future<Output = ()>) {
    let mut http = http1::Builder::new();
    // The limit on time needs the timer; without one hyper lets a connection wait for ever.
    http.timer(TokioTimer::new());
    http.header_read_timeout(limits::HEADER_READ).max_headers(limits::HEADERS).max_buf_size(limits::HEADER_BYTES);
    let open = GracefulShutdown::new();
    let mut ended = pin!(ended);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut ended => break,
        };
        let (socket, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::warn!(%error, "a connection could not be taken");
                sleep(limits::ACCEPT_PAUSE).await;
                continue;
            }
        };
        // Answers are small; they are not to wait for more of them. Where that cannot be, they are a little slower.
        drop(socket.set_nodelay(true));
        let router = router.clone();
        let service = service_fn(move |request| answer(router.clone(), peer.ip(), request));
        let connection = open.watch(http.serve_connection(TokioIo::new(socket), service));
        tokio::spawn(async move {
            // Who goes away, or is too slow, ends a connection like that; it is nobody's fault here.
            drop(connection.await.inspect_err(|error| tracing::debug!(%error, "a connection ended early")));
        });
    }
    drop(listener);
    if timeout(limits::SHUTDOWN, open.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// Notes where a request came from, as the listener saw it.
async fn answer(router: Router, peer: IpAddr, mut request: Request<Incoming>) -> Result<Response, Infallible> {
    request.extensions_mut().insert(Peer(peer));
    router.oneshot(request).await
}
