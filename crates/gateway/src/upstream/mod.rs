//! Calls to another registration API: the merchant's token is attached on the way out and stands nowhere else.
//!
//! Strict in what is sent, loose in what is read (see [`read`]). No answer is passed on as it came.

mod read;
mod success;
pub mod survey;
mod trouble;

use std::collections::HashMap;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::Stream;
use regcard_protocol::receipt::FileType;
use regcard_protocol::serial_number::SerialNumber;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue, RETRY_AFTER, TRANSFER_ENCODING};
use reqwest::{Body, Method, RequestBuilder, Response};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use url::Url;

use crate::clock::Clock;
use crate::limits;
use crate::origin::Origin;
use crate::outbox::backoff::retry_after;
use crate::problem::GatewayError;
use crate::public_address::{PublicOnly, is_private_literal};
use crate::secrets::Secrets;
use crate::store::{Outcome, Upstream};
use crate::token::open_upstream_token;

pub use read::{Entry, KnownSerial, Listed};
pub use trouble::Trouble;

use success::Success;

/// The name of the array that `POST /registrations` takes.
const REGISTRATIONS: &str = "registrations";

/// The extra field by which a registration is known again. The upstream's API has no idempotency, so it is looked for by this.
pub const REFERENCE: &str = "regcardReference";

/// What a reference begins with; an identifier follows.
const REFERENCE_PREFIX: &str = "regcard-";

/// Calls registration APIs, one connection pool for all of them.
#[derive(Debug)]
pub struct Upstreams {
    http: Option<reqwest::Client>,
    allow_private: bool,
    /// How many calls each merchant's API may have at a time: a slow one takes no more than its own.
    calls: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// How sending a registration went.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Posted {
    /// Stored, under this number if it was told.
    Registered(Option<String>),
    /// Nothing was stored, and will not be.
    Refused {
        /// With which status.
        status: u16,
        /// What is wrong, by field.
        outcome: Outcome,
        /// In the upstream's words, for the merchant.
        message: Option<String>,
    },
    /// Nothing was stored now.
    NotSent(Trouble),
    /// Perhaps stored.
    Unknown(Trouble),
}

/// One merchant's registration API.
#[derive(Debug)]
pub struct Client<'a> {
    http: &'a reqwest::Client,
    base: Url,
    token: SecretString,
    calls: Arc<Semaphore>,
}

/// Where an upstream wants a file.
#[derive(Clone, Debug)]
pub struct SignedUpload {
    /// Handed on as it is.
    pub signed_request: String,
    /// Where the file can be read afterwards.
    pub url: String,
    /// Of the signed address, for the hosted page's policy.
    pub origin: Option<Origin>,
}

impl Upstreams {
    /// `allow_private` lets an upstream have an address that only this machine or its network reaches.
    pub fn new(allow_private: bool) -> Upstreams {
        // Installed by whoever comes first; it is the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let mut builder = reqwest::Client::builder()
            .connect_timeout(limits::UPSTREAM_CONNECT)
            .timeout(limits::UPSTREAM_TOTAL)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(20))
            .no_proxy();
        if !allow_private {
            builder = builder.dns_resolver(PublicOnly::default());
        }
        let http = builder.build().inspect_err(|error| tracing::error!(%error, "upstreams cannot be called")).ok();
        Upstreams { http, allow_private, calls: Mutex::default() }
    }

    /// The way to one merchant's API.
    ///
    /// # Errors
    /// [`GatewayError::UpstreamUnavailable`] if its address is private and that is not allowed; a token that cannot be opened.
    pub fn client(&self, secrets: &Secrets, merchant: &str, upstream: &Upstream) -> Result<Client<'_>, GatewayError> {
        let http = self.http.as_ref().ok_or(GatewayError::UpstreamUnavailable)?;
        let base = Url::parse(&upstream.url).map_err(|_| GatewayError::UpstreamUnavailable)?;
        // Addresses written as numbers never reach the resolver.
        if !self.allow_private && is_private_literal(&base) {
            tracing::error!(merchant, "the upstream has a private address, which needs --allow-private-upstreams");
            return Err(GatewayError::UpstreamUnavailable);
        }
        let token = open_upstream_token(secrets, merchant, &upstream.sealed_token)?;
        let mut calls = self.calls.lock().unwrap_or_else(PoisonError::into_inner);
        let own = calls.entry(merchant.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(limits::UPSTREAM_CALLS)));
        Ok(Client { http, base, token, calls: Arc::clone(own) })
    }
}

impl Upstreams {
    /// A request to an address that an upstream gave, without a token; none if it is a private one and that is not allowed.
    fn raw(&self, method: Method, address: &str) -> Option<RequestBuilder> {
        let url = Url::parse(address).ok().filter(|url| self.allow_private || !is_private_literal(url))?;
        Some(self.http.as_ref()?.request(method, url))
    }

    /// Sends a file to the address that an upstream gave for it. The address is the permission: no token goes along.
    ///
    /// # Errors
    /// [`GatewayError::UpstreamUnavailable`] if it is not taken there.
    pub async fn put(
        &self,
        signed_request: &str,
        file_type: FileType,
        size: u64,
        bytes: impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static,
    ) -> Result<(), GatewayError> {
        let http = self.http.as_ref().ok_or(GatewayError::UpstreamUnavailable)?;
        let url = Url::parse(signed_request).map_err(|_| GatewayError::BadUpstreamResponse)?;
        if !self.allow_private && is_private_literal(&url) {
            tracing::error!("an upstream wants a file sent to a private address, which needs --allow-private-upstreams");
            return Err(GatewayError::UpstreamUnavailable);
        }
        let request = http.put(url).header(CONTENT_TYPE, file_type.media_type()).header(CONTENT_LENGTH, size);
        let answer = request.timeout(limits::UPLOAD_TOTAL).body(Body::wrap_stream(bytes)).send().await;
        let status = answer.map_err(|error| GatewayError::from(Trouble::of(&error)))?.status();
        if status.is_success() {
            Ok(())
        } else {
            tracing::warn!(%status, "an upstream's store did not take a file");
            Err(GatewayError::UpstreamUnavailable)
        }
    }
}

impl Client<'_> {
    /// What the upstream knows of a serial number.
    ///
    /// # Errors
    /// As it cannot be reached or understood.
    pub async fn serial_number(&self, serial: &SerialNumber) -> Result<Option<KnownSerial>, Trouble> {
        let answer = self.get(self.url(&format!("serial_numbers/{}", serial.path_segment()))?).await?;
        match answer.status {
            204 | 404 => Ok(None),
            200 => read::serial(&answer.json()?).map(Some).ok_or(Trouble::Nonsense),
            _ => Err(answer.trouble()),
        }
    }

    /// Asks where a file is to be sent.
    ///
    /// # Errors
    /// As it cannot be reached or understood.
    pub async fn upload_file(&self, name: &str, media_type: &str, size: u64) -> Result<SignedUpload, Trouble> {
        let mut url = self.url("upload_file")?;
        url.query_pairs_mut().append_pair("fileName", name).append_pair("fileType", media_type).append_pair("fileSize", &size.to_string());
        let answer = self.get(url).await?;
        if !answer.is_success() {
            return Err(answer.trouble());
        }
        let (signed_request, url) = read::upload(&answer.json()?).ok_or(Trouble::Nonsense)?;
        let target = Url::parse(&signed_request).map_err(|_| Trouble::Nonsense)?;
        if !matches!(target.scheme(), "http" | "https") {
            return Err(Trouble::Nonsense);
        }
        Ok(SignedUpload { origin: Origin::of_url(&target), signed_request, url })
    }

    /// Some of a customer's registrations, the newest first.
    ///
    /// # Errors
    /// As it cannot be reached or understood.
    pub async fn registrations(&self, email: &str, form: Option<&str>, limit: usize, page: usize) -> Result<Listed, Trouble> {
        let mut url = self.url(REGISTRATIONS)?;
        let (limit, page) = (limit.to_string(), page.to_string());
        url.query_pairs_mut().append_pair("email", email);
        if let Some(form) = form {
            url.query_pairs_mut().append_pair("formSlug", form);
        }
        url.query_pairs_mut().append_pair("limit", &limit).append_pair("page", &page);
        let answer = self.get(url).await?;
        answer.listed()
    }

    /// Sends one registration, once: of a call with several nobody knows which of them were stored when it fails.
    pub async fn register(&self, registration: &Value) -> Posted {
        match self.try_register(registration).await {
            Ok(posted) => posted,
            Err(trouble) => Posted::NotSent(trouble),
        }
    }

    /// An error only where nothing was sent.
    async fn try_register(&self, registration: &Value) -> Result<Posted, Trouble> {
        let _call = self.call()?;
        let body = serde_json::json!({ REGISTRATIONS: [registration] }).to_string();
        let request = self.request(Method::POST, self.url(REGISTRATIONS)?)?.header(CONTENT_TYPE, "application/json").body(body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() || error.is_builder() => return Err(Trouble::Unreachable),
            Err(_) => return Ok(Posted::Unknown(Trouble::NoAnswer)),
        };
        let answer = match Said::of(answer).await {
            Ok(answer) => answer,
            // Of an answer that breaks off nobody knows what it was going to say.
            Err(trouble) => return Ok(Posted::Unknown(trouble)),
        };
        Ok(match answer.status {
            // Nothing at all may be all that was left of an answer.
            200..300 if answer.text.trim().is_empty() && !answer.ended => Posted::Unknown(Trouble::NoAnswer),
            status @ 200..300 => match success::posted(&answer.text) {
                Success::Registered(id) => Posted::Registered(id),
                Success::Refused(said) => self.refused(said.unwrap_or(status), &answer.text),
                Success::Contradiction => Posted::Unknown(Trouble::Contradiction),
                Success::Nonsense => Posted::Unknown(Trouble::Nonsense),
            },
            status if success::is_refusal(status) => self.refused(status, &answer.text),
            // Turned away before anybody looked at it.
            401 | 403 | 404 | 405 | 429 => Posted::NotSent(answer.trouble()),
            _ => Posted::Unknown(answer.trouble()),
        })
    }

    fn refused(&self, status: u16, text: &str) -> Posted {
        let message = read::message(text).and_then(|message| self.presentable(&message));
        Posted::Refused { status, outcome: read::refusal(status, text), message }
    }

    /// A message as it may be shown to the merchant: short, in one line, and without the token, should it be repeated there.
    fn presentable(&self, message: &str) -> Option<String> {
        let line = message.split_whitespace().collect::<Vec<_>>().join(" ");
        let secret = line.contains(self.token.expose_secret()) || line.to_ascii_lowercase().contains("bearer");
        let short: String = line.chars().filter(|character| !character.is_control()).take(limits::UPSTREAM_MESSAGE_CHARS).collect();
        (!secret && !short.is_empty()).then_some(short)
    }

    /// Asks something that no customer waits for. `path` is the program's, with its query.
    async fn ask(&self, method: Method, path: &str, body: Option<&Value>) -> Result<Said, Trouble> {
        let (path, query) = path.split_once('?').map_or((path, None), |(path, query)| (path, Some(query)));
        let mut url = self.url(path)?;
        url.set_query(query);
        let request = self.request(method, url)?;
        let request = match body {
            Some(body) => request.header(CONTENT_TYPE, "application/json").body(body.to_string()),
            None => request,
        };
        Said::of(request.send().await.map_err(|error| Trouble::of(&error))?).await
    }

    /// Asks with another token than the merchant's.
    async fn ask_as(&self, token: &str, path: &str) -> Result<Said, Trouble> {
        let calls = Arc::clone(&self.calls);
        Client { http: self.http, base: self.base.clone(), token: token.to_owned().into(), calls }.ask(Method::GET, path, None).await
    }

    async fn get(&self, url: Url) -> Result<Said, Trouble> {
        let _call = self.call()?;
        let answer = self.request(Method::GET, url)?.send().await.map_err(|error| Trouble::of(&error))?;
        Said::of(answer).await
    }

    /// Whether half of the calls that this upstream may have at a time are free.
    pub fn has_room(&self) -> bool {
        self.calls.available_permits() >= limits::UPSTREAM_CALLS / 2
    }

    /// One of the calls that this upstream may have at a time.
    fn call(&self) -> Result<OwnedSemaphorePermit, Trouble> {
        Arc::clone(&self.calls).try_acquire_owned().map_err(|_| Trouble::Crowded)
    }

    /// An address below the base. The only place where one is made.
    fn url(&self, path: &str) -> Result<Url, Trouble> {
        let url = Url::parse(&format!("{}/{path}", self.base.as_str().trim_end_matches('/'))).map_err(|_| Trouble::Nonsense)?;
        let depth = |url: &Url| url.path_segments().map_or(0, |segments| segments.filter(|segment| !segment.is_empty()).count());
        // Whatever a serial number is made of, it stays one segment.
        if depth(&url) == depth(&self.base) + path.split('/').count() && url.query().is_none() && url.fragment().is_none() {
            Ok(url)
        } else {
            Err(Trouble::Nonsense)
        }
    }

    fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Trouble> {
        let mut bearer = HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret())).map_err(|_| Trouble::Unreachable)?;
        bearer.set_sensitive(true);
        Ok(self.http.request(method, url).header(AUTHORIZATION, bearer).header(ACCEPT, "application/json"))
    }
}

/// A reference for a registration that is to be sent: a name that nothing else has.
pub fn reference(id: &str) -> String {
    format!("{REFERENCE_PREFIX}{id}")
}

/// Whether this is a reference that some gateway gave.
fn is_reference(text: &str) -> bool {
    text.strip_prefix(REFERENCE_PREFIX).is_some_and(|id| id.len() >= 36 && id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-'))
}

/// What an upstream said, read to its end.
#[derive(Debug)]
struct Said {
    status: u16,
    /// In seconds, if it was said.
    retry_after: Option<u32>,
    text: String,
    /// Whether it told where it ends: one that just stops may have been going to say more.
    ended: bool,
}

impl Said {
    /// Reads an answer, as far as is reasonable.
    async fn of(mut answer: Response) -> Result<Said, Trouble> {
        let status = answer.status().as_u16();
        let retry_after = answer
            .headers()
            .get(RETRY_AFTER)
            .and_then(|value| value.to_str().ok())
            .and_then(|said| retry_after(said, Clock::System.seconds()));
        let ended = status == 204 || answer.content_length().is_some() || answer.headers().contains_key(TRANSFER_ENCODING);
        let mut bytes = Vec::new();
        while let Some(piece) = answer.chunk().await.map_err(|error| Trouble::of(&error))? {
            if bytes.len() + piece.len() > limits::UPSTREAM_BYTES {
                return Err(Trouble::Nonsense);
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(Said { status, retry_after, text: String::from_utf8(bytes).map_err(|_| Trouble::Nonsense)?, ended })
    }

    fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// A list of registrations. There is none in what a status alone says, but for the one that says so.
    fn listed(&self) -> Result<Listed, Trouble> {
        match self.status {
            204 => Ok(Listed::default()),
            200 => read::listed(&self.text).ok_or(Trouble::Nonsense),
            _ => Err(self.trouble()),
        }
    }

    fn json(&self) -> Result<Value, Trouble> {
        serde_json::from_str(&self.text).map_err(|_| Trouble::Nonsense)
    }

    fn trouble(&self) -> Trouble {
        Trouble::of_status(self.status, self.retry_after)
    }
}
