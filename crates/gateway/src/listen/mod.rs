//! Takes connections. Nobody who is slow is waited for, nobody gets more than a share, and what runs is finished when the gateway is told
//! to end. HTTP/1.1 alone: a proxy in front speaks HTTP/2, with the limits that it needs there.

mod body;
mod crowd;
mod pace;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::future::Future;
use std::net::IpAddr;
use std::pin::pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::Response;
use hyper::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpListener;
use tokio::time::{sleep, timeout};
use tower::ServiceExt;

use crate::client_address::Trusted;
use crate::extract::Peer;
use crate::limits;
use crate::measure;

use body::PacedBody;
pub use body::{TooSlow, is_behind};
pub use crowd::{Crowd, Full, Place};
pub use pace::Pace;
use pace::{Paced, Progress};

/// Who is let in, and how they have to behave.
#[derive(Clone, Debug)]
pub struct Door {
    /// How many at once.
    pub crowd: Crowd,
    /// How slow.
    pub pace: Pace,
    /// Whose word on the visitor's address is taken.
    pub trusted: Trusted,
}

impl Door {
    /// With the default limits, and no proxy.
    pub fn ordinary() -> Door {
        Door { crowd: Crowd::new(limits::CONNECTIONS, limits::ADDRESS_CONNECTIONS), pace: Pace::default(), trusted: Trusted::default() }
    }
}

/// Serves until it is told to end, and then what has begun, for so long at most.
pub async fn serve(listener: TcpListener, router: Router, door: Door, finish: Duration, ended: impl Future<Output = ()>) {
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
        let place = match door.crowd.enter(peer.ip(), door.trusted.is_proxy(peer.ip())) {
            Ok(place) => place,
            Err(full) => {
                measure::connection_refused(full.word());
                tracing::debug!(full = full.word(), "a connection too many");
                continue;
            }
        };
        // Answers are small; they are not to wait for more of them. Where that cannot be, they are a little slower.
        drop(socket.set_nodelay(true));
        let connection = open.watch(connection(socket, peer.ip(), router.clone(), &door));
        let counted = measure::connection();
        tokio::spawn(async move {
            // Who goes away, or is too slow, ends a connection like that; it is nobody's fault here.
            drop(connection.await.inspect_err(|error| tracing::debug!(%error, "a connection ended early")));
            drop((place, counted));
        });
    }
    drop(listener);
    if timeout(finish, open.shutdown()).await.is_err() {
        tracing::warn!("some requests did not end in time");
    }
}

/// One connection, however it came.
fn connection<I: AsyncRead + AsyncWrite + Unpin + Send + 'static>(
    socket: I,
    peer: IpAddr,
    router: Router,
    door: &Door,
) -> impl hyper_util::server::graceful::GracefulConnection<Error = hyper::Error> + Send + 'static + use<I> {
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new());
    // The socket itself has the limits on time, see `pace`.
    http.header_read_timeout(None).max_headers(limits::HEADERS).max_buf_size(limits::HEADER_BYTES);
    let (pace, trusted) = (door.pace, door.trusted.clone());
    let progress = Progress::begun();
    let paced = Paced::new(socket, pace, progress.clone());
    let service = service_fn(move |request: Request<Incoming>| {
        progress.working();
        let (router, progress) = (router.clone(), progress.clone());
        let client = trusted.client(peer, request.headers());
        async move {
            let answer = answer(router, client, request.map(|body| Body::new(PacedBody::new(body, pace)))).await;
            progress.answered();
            answer
        }
    });
    http.serve_connection(TokioIo::new(paced), service)
}

/// Notes where a request came from.
async fn answer(router: Router, client: IpAddr, mut request: Request<Body>) -> Result<Response, Infallible> {
    request.extensions_mut().insert(Peer(client));
    router.oneshot(request).await
}
