//! Where a request ends. Whatever stands in front of the gateway and the gateway itself must see that in the same place, or what one takes for
//! a body is a request to the other. What can be read in two ways is refused; hyper has refused the rest before.

use axum::extract::Request;
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, Method, Version, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::problem::GatewayError;

pub(super) async fn look(request: Request, next: Next) -> Response {
    let in_chunks = request.headers().contains_key(header::TRANSFER_ENCODING);
    let of_a_host_alone = request.uri().authority().is_some() && request.uri().scheme().is_none();
    let fault = if request.method() == Method::CONNECT || of_a_host_alone {
        Some("an address is a path, which begins with a slash")
    } else {
        fault(request.version(), request.headers())
    };
    match fault {
        Some(fault) => last_of_its_connection(GatewayError::BadRequest(fault).into_response()),
        // hyper goes by the chunks and does not show a length beside them. Whoever went by the length finds nobody to ask any more.
        None if in_chunks => last_of_its_connection(next.run(request).await),
        None => next.run(request).await,
    }
}

fn fault(version: Version, headers: &HeaderMap) -> Option<&'static str> {
    let mut encodings = headers.get_all(header::TRANSFER_ENCODING).iter();
    let chunked = encodings.next().is_none_or(|encoding| encoding.as_bytes().eq_ignore_ascii_case(b"chunked"));
    if !chunked || encodings.next().is_some() {
        return Some("a body comes in chunks, and encoded in no other way");
    }
    let mut hosts = headers.get_all(header::HOST).iter();
    let named = match hosts.next() {
        // HTTP/1.0 knows none.
        None => version < Version::HTTP_11,
        Some(host) => {
            host.is_empty() || host.to_str().is_ok_and(|host| host.parse::<Authority>().is_ok_and(|host| !host.as_str().contains('@')))
        }
    };
    (!named || hosts.next().is_some()).then_some("a request has one Host, which names a host")
}

fn last_of_its_connection(mut answer: Response) -> Response {
    answer.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    answer
}
