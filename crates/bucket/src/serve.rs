//! One request: a preflight, a test's, or S3's.

use std::collections::HashMap;

use hyper::body::Incoming;
use hyper::{Method, Request, Response, StatusCode, header};
use s3s::Body;
use s3s::service::S3Service;

use crate::asked::{self, Asked, Fault};
use crate::cors;

/// The bucket, as it is served.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) s3: S3Service,
    pub(crate) asked: Asked,
}

impl Bucket {
    pub(crate) async fn answer(&self, request: Request<Incoming>) -> Response<Body> {
        if let Some(answer) = self.of_a_test(&request) {
            return answer;
        }
        let origin = request.headers().get(header::ORIGIN).cloned();
        let about = asked::Request::of(&request);
        let mut answer = match cors::preflight(&request) {
            Some(answer) => answer,
            None => self.of_s3(request).await,
        };
        cors::readable(origin, answer.headers_mut());
        self.asked.note(about, answer.status(), answer.headers());
        answer
    }

    async fn of_s3(&self, request: Request<Incoming>) -> Response<Body> {
        let fault = self.asked.fault(request.method());
        if let Some(fault) = fault.as_ref().filter(|fault| !fault.done) {
            return plain(fault.status, "");
        }
        let answer = self.s3.call(request.map(Body::from)).await;
        match fault {
            Some(fault) => plain(fault.status, ""),
            None => answer.unwrap_or_else(|_| plain(StatusCode::INTERNAL_SERVER_ERROR, "")),
        }
    }

    /// `GET /-/requests`: what was asked so far. `POST /-/fail?times&method&status&done`: the next requests fail. `POST /-/heal`: none does.
    fn of_a_test(&self, request: &Request<Incoming>) -> Option<Response<Body>> {
        let what = request.uri().path().strip_prefix("/-/")?;
        let query = request.uri().query().unwrap_or_default();
        let query: HashMap<_, _> = url::form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        Some(match (request.method(), what) {
            (&Method::GET, "requests") => plain(StatusCode::OK, &self.asked.requests().to_string()),
            (&Method::POST, "fail") => {
                let number = |name: &str, otherwise: u16| query.get(name).and_then(|text| text.parse().ok()).unwrap_or(otherwise);
                self.asked.fail(Fault {
                    times: number("times", 1).into(),
                    method: query.get("method").and_then(|name| name.parse().ok()),
                    status: StatusCode::from_u16(number("status", 503)).unwrap_or(StatusCode::SERVICE_UNAVAILABLE),
                    done: query.contains_key("done"),
                });
                plain(StatusCode::NO_CONTENT, "")
            }
            (&Method::POST, "heal") => {
                self.asked.heal();
                plain(StatusCode::NO_CONTENT, "")
            }
            _ => plain(StatusCode::NOT_FOUND, ""),
        })
    }
}

fn plain(status: StatusCode, text: &str) -> Response<Body> {
    let mut answer = Response::new(Body::from(text.to_owned()));
    *answer.status_mut() = status;
    answer
}
