//! Calls to the gateway: one session a card, opened once, renewed when it has run out. The token lives here and nowhere
//! else; the page's storage, its URL and its document never hold it.

use std::cell::RefCell;

use js_sys::{Object, Promise, Reflect};
use regcard_protocol::problem::FieldError;
use regcard_protocol::registration::Registered;
use regcard_protocol::serial_number::{CheckStatus, CheckedProduct};
use regcard_protocol::session::SessionRequest;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AbortController, AbortSignal, ReferrerPolicy, RequestCredentials, RequestInit, Response};

use super::clock::pause;
use super::from_js::from_js;
use super::task::promise;
use crate::form::CallFault;

/// 20 seconds: longer than the gateway works on any request (15), so that its own answer comes first. Milliseconds.
const PATIENCE_MS: i32 = 20_000;

/// What the card reads of any answer of the gateway: the shapes of `regcard_protocol`'s answers, laid over each other.
/// Code that reads a shape of its own costs the customer a kilobyte for each of them.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Answer {
    /// Of a session.
    token: Option<String>,
    /// Of a check.
    pub(super) status: Option<CheckStatus>,
    pub(super) serial_number: String,
    pub(super) product: Option<CheckedProduct>,
    pub(super) did_you_mean: Vec<String>,
    /// Of registrations, and of a question for their status.
    pub(super) registrations: Vec<Registered>,
}

/// What the card reads of a problem.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Refusal {
    code: String,
    errors: Vec<FieldError>,
}

/// The gateway, as one card talks to it.
pub(super) struct Gateway {
    origin: String,
    key: String,
    form: String,
    /// The card's language: in it a registration is confirmed.
    lang: String,
    token: RefCell<Option<String>>,
    opening: RefCell<Option<Promise>>,
}

impl Gateway {
    pub(super) fn new(origin: String, key: String, form: String, lang: String) -> Gateway {
        Gateway { origin, key, form, lang, token: RefCell::new(None), opening: RefCell::new(None) }
    }

    pub(super) fn origin(&self) -> &str {
        &self.origin
    }

    /// By what a form of a merchant is told from others: key and form.
    pub(super) fn name(&self) -> String {
        format!("{}:{}", self.key, self.form)
    }

    /// Opens the session, if none is open.
    ///
    /// # Errors
    /// As the gateway refuses it.
    pub(super) async fn open(&self) -> Result<String, CallFault> {
        if let Some(token) = self.token.borrow().clone() {
            return Ok(token);
        }
        self.session(None).await
    }

    /// Sends JSON within the session. One that has run out is renewed once, and the call made again.
    ///
    /// # Errors
    /// No answer, a refusal, or an answer that makes no sense.
    pub(super) async fn post(
        &self,
        path: &str,
        body: Option<String>,
        idempotency_key: Option<&str>,
        signal: Option<&AbortSignal>,
    ) -> Result<JsValue, CallFault> {
        let body = body.ok_or(CallFault::Nonsense)?;
        let token = self.open().await?;
        let ask = async |token: &str| {
            let mut request = self.request(path, "POST").header("authorization", &format!("Bearer {token}"));
            if let Some(key) = idempotency_key {
                request = request.header("idempotency-key", key);
            }
            send(request, Some(&body), signal).await
        };
        match ask(&token).await {
            Err(CallFault::Problem(401, _, _)) => {
                let token = self.renew(&token).await?;
                ask(&token).await
            }
            other => other,
        }
    }

    /// Asks how it stands with a key. `None` if nothing is known of it.
    ///
    /// # Errors
    /// No answer, a refusal, or an answer that makes no sense.
    pub(super) async fn status(&self, idempotency_key: &str) -> Result<Option<Answer>, CallFault> {
        let request = self.request("/v1/registrations/status", "GET").header("idempotency-key", idempotency_key);
        match send(request, None, None).await {
            Ok(value) => read(value).map(Some),
            Err(CallFault::Problem(404, _, _)) => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn renew(&self, old: &str) -> Result<String, CallFault> {
        // Another call may have renewed it meanwhile.
        if self.token.borrow().as_deref() == Some(old) {
            self.token.replace(None);
        }
        // Taken out first: the cell must not be borrowed any longer when the new token is put into it.
        let renewed = self.token.borrow().clone();
        match renewed {
            Some(token) => Ok(token),
            None => self.session(Some(old)).await,
        }
    }

    /// Asks for a token; several who ask at once share one answer.
    async fn session(&self, old: Option<&str>) -> Result<String, CallFault> {
        let running = self.opening.borrow().clone();
        let promise = running.unwrap_or_else(|| {
            let mut request = self.request("/v1/sessions", "POST");
            if let Some(old) = old {
                request = request.header("authorization", &format!("Bearer {old}"));
            }
            let asked = SessionRequest { key: self.key.clone(), form: self.form.clone() };
            let promise = promise(async move {
                let body = written(&asked).ok_or(JsValue::NULL)?;
                send(request, Some(&body), None).await.map_err(|fault| fault_to_js(&fault))
            });
            self.opening.replace(Some(promise.clone()));
            promise
        });
        let answer = JsFuture::from(promise).await;
        self.opening.replace(None);
        let answer = answer.map_err(|fault| fault_from_js(&fault)).and_then(read)?;
        let token = answer.token.ok_or(CallFault::Nonsense)?;
        self.token.replace(Some(token.clone()));
        Ok(token)
    }

    fn request(&self, path: &str, method: &str) -> Request {
        let how = RequestInit::new();
        how.set_method(method);
        how.set_credentials(RequestCredentials::Omit);
        // The page's address is nobody's business. Its origin is told all the same.
        how.set_referrer_policy(ReferrerPolicy::NoReferrer);
        let request = Request { url: format!("{}{path}", self.origin), how, headers: Object::new() };
        // Any page may send this header: it asks for no preflight of its own.
        request.header("accept-language", &self.lang)
    }
}

/// A request of plain objects: pages put classes of their own in the place of `Request`, `Headers` and `Window`.
struct Request {
    url: String,
    how: RequestInit,
    headers: Object,
}

impl Request {
    fn header(self, name: &str, value: &str) -> Request {
        drop(Reflect::set(&self.headers, &name.into(), &value.into()));
        self
    }
}

#[wasm_bindgen]
extern "C" {
    /// What the page has made of it may throw.
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, how: &RequestInit) -> Result<Promise, JsValue>;
}

/// Sends one request, and gives up after [`PATIENCE_MS`], whatever the page has made of `fetch`.
async fn send(mut request: Request, body: Option<&str>, signal: Option<&AbortSignal>) -> Result<JsValue, CallFault> {
    let own = AbortController::new().ok();
    request.how.set_signal(signal.or(own.as_ref().map(AbortController::signal).as_ref()));
    if let Some(body) = body {
        request = request.header("content-type", "application/json");
        request.how.set_body(&body.into());
    }
    request.how.set_headers(&request.headers);
    let answer = async {
        let promise = fetch(&request.url, &request.how).map_err(|_| CallFault::NoAnswer)?;
        let response: Response = JsFuture::from(promise).await.map_err(|_| CallFault::NoAnswer)?.unchecked_into();
        let status = response.status();
        let promise = response.json().map_err(|_| CallFault::NoAnswer)?;
        let json = JsFuture::from(promise).await;
        if (200..300).contains(&status) {
            // An answer that breaks off on its way is one that was lost: what it would have said has to be found out.
            return json.map_err(|_| CallFault::NoAnswer);
        }
        // A proxy on the way answers in its own words; the status then says enough.
        let refusal: Refusal = json.ok().and_then(|json| from_js(json).ok()).unwrap_or_default();
        Err(CallFault::Problem(status, refusal.code, refusal.errors))
    };
    let late = async {
        pause(PATIENCE_MS).await;
        if let Some(own) = &own {
            own.abort();
        }
        Err(CallFault::NoAnswer)
    };
    first(answer, late).await
}

/// Whichever of the two is ready first.
async fn first<T>(one: impl Future<Output = T>, other: impl Future<Output = T>) -> T {
    let (mut one, mut other) = (std::pin::pin!(one), std::pin::pin!(other));
    std::future::poll_fn(|context| match one.as_mut().poll(context) {
        std::task::Poll::Ready(value) => std::task::Poll::Ready(value),
        std::task::Poll::Pending => other.as_mut().poll(context),
    })
    .await
}

/// A body as JSON text: a page's own `JSON.stringify` may write something else.
pub(super) fn written(body: &impl Serialize) -> Option<String> {
    serde_json::to_string(body).ok()
}

/// An answer as the card reads it.
///
/// # Errors
/// If it makes no sense.
pub(super) fn read(value: JsValue) -> Result<Answer, CallFault> {
    from_js(value).map_err(|_| CallFault::Nonsense)
}

/// A fault as a promise carries it: a refusal's status, or nothing.
pub(super) fn fault_to_js(fault: &CallFault) -> JsValue {
    match fault {
        CallFault::Problem(status, _, _) => JsValue::from_f64(f64::from(*status)),
        CallFault::NoAnswer | CallFault::Nonsense => JsValue::NULL,
    }
}

fn fault_from_js(value: &JsValue) -> CallFault {
    match status_of(value) {
        0 => CallFault::NoAnswer,
        status => CallFault::Problem(status, String::new(), Vec::new()),
    }
}

/// The status that a promise was refused with; 0 if nobody answered.
pub(super) fn status_of(value: &JsValue) -> u16 {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "an HTTP status")]
    value.as_f64().map_or(0, |status| status as u16)
}
