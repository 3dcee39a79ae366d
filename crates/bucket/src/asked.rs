//! What was asked of the bucket, and what is to fail: for tests to read and to say.

use std::sync::{Mutex, PoisonError};

use hyper::{HeaderMap, Method, StatusCode, header};
use serde_json::{Value, json};

/// Everything that was asked, and what is to fail next.
#[derive(Debug, Default)]
pub(crate) struct Asked(Mutex<State>);

#[derive(Debug, Default)]
struct State {
    requests: Vec<Value>,
    faults: Vec<Fault>,
}

/// Some requests that are to fail.
#[derive(Clone, Debug)]
pub(crate) struct Fault {
    /// How many yet.
    pub(crate) times: u32,
    /// Those of this method alone; all without one.
    pub(crate) method: Option<Method>,
    /// What they are answered with.
    pub(crate) status: StatusCode,
    /// Whether they are done all the same, and only their answer is another one.
    pub(crate) done: bool,
}

/// What a request is, before it is answered.
#[derive(Debug)]
pub(crate) struct Request {
    method: Method,
    path: String,
    range: Option<String>,
    agent: Option<String>,
    origin: Option<String>,
    sent: u64,
}

impl Request {
    pub(crate) fn of(request: &hyper::Request<hyper::body::Incoming>) -> Request {
        let text = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
        Request {
            method: request.method().clone(),
            path: request.uri().path().to_owned(),
            range: text(header::RANGE),
            agent: text(header::USER_AGENT),
            origin: text(header::ORIGIN),
            sent: length(request.headers()),
        }
    }
}

impl Asked {
    /// Notes a request and how it was answered.
    pub(crate) fn note(&self, request: Request, status: StatusCode, headers: &HeaderMap) {
        let answered = if request.method == Method::HEAD { 0 } else { length(headers) };
        let Request { method, path, range, agent, origin, sent } = request;
        let line = json!({
            "method": method.as_str(), "path": path, "range": range, "agent": agent, "origin": origin,
            "sent": sent, "status": status.as_u16(), "answered": answered,
        });
        self.state().requests.push(line);
    }

    /// Everything that was asked so far.
    pub(crate) fn requests(&self) -> Value {
        Value::Array(self.state().requests.clone())
    }

    /// From now on the next such requests fail.
    pub(crate) fn fail(&self, fault: Fault) {
        self.state().faults.push(fault);
    }

    /// From now on nothing fails any more.
    pub(crate) fn heal(&self) {
        self.state().faults.clear();
    }

    /// Whether this one is to fail, and how.
    pub(crate) fn fault(&self, method: &Method) -> Option<Fault> {
        let mut state = self.state();
        let fault = state.faults.iter_mut().find(|fault| fault.times > 0 && fault.method.as_ref().is_none_or(|other| other == method))?;
        fault.times -= 1;
        Some(fault.clone())
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// As it is announced. Whoever announces more than comes is refused anyway.
fn length(headers: &HeaderMap) -> u64 {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()).and_then(|text| text.parse().ok()).unwrap_or_default()
}
