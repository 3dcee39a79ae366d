//! What a gateway answered, whole, so that a story can look at every byte of it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be read fails the story")]

use reqwest::RequestBuilder;
use reqwest::header::HeaderMap;
use serde_json::Value;

/// An answer.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) async fn to(request: RequestBuilder) -> Answer {
        let answer = request.send().await.unwrap();
        let (status, headers) = (answer.status().as_u16(), answer.headers().clone());
        Answer { status, headers, body: answer.bytes().await.unwrap().to_vec() }
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        let read = serde_json::from_slice(&self.body);
        assert!(read.is_ok(), "{self:?}");
        read.unwrap()
    }

    /// A header; several of one name as one, as HTTP reads them. Nothing if there is none.
    pub(crate) fn header(&self, name: &str) -> String {
        self.headers.get_all(name).iter().map(|value| value.to_str().unwrap()).collect::<Vec<_>>().join(", ")
    }

    /// The JSON of a success.
    #[track_caller]
    pub(crate) fn good(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        self.json()
    }

    /// A problem of this status and code, with everything that every problem has.
    #[track_caller]
    pub(crate) fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status, status, "{}", String::from_utf8_lossy(&self.body));
        assert_eq!(self.header("content-type"), "application/problem+json");
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["type"], format!("urn:regcard:problem:{code}"));
        assert_eq!(problem["status"], status);
        assert_eq!(problem["requestId"], self.header("x-request-id"));
        assert_eq!(problem["requestId"].as_str().unwrap().len(), 32);
        assert!(problem["title"].is_string() && problem["detail"].is_string() && problem["retryable"].is_boolean(), "{problem}");
        problem
    }

    /// The faults of a problem, `POINTER CODE` each.
    #[track_caller]
    pub(crate) fn faults(&self, status: u16, code: &str) -> Vec<String> {
        let problem = self.problem(status, code);
        let fault = |error: &Value| format!("{} {}", error["pointer"].as_str().unwrap(), error["code"].as_str().unwrap());
        problem["errors"].as_array().unwrap().iter().map(fault).collect()
    }
}
