//! Calls to another registration API: the merchant's token is attached on the way out and stands nowhere else.
//!
//! Strict in what is sent, loose in what is read (see [`read`]). No answer is passed on as it came.

mod address;
mod read;

use std::io;
use std::time::Duration;

use futures_util::Stream;
use regcard_protocol::receipt::FileType;
use regcard_protocol::serial_number::SerialNumber;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HeaderValue};
use reqwest::{Body, Method, RequestBuilder, Response, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;
use url::Url;

use crate::limits;
use crate::origin::Origin;
use crate::problem::GatewayError;
use crate::secrets::Secrets;
use crate::store::Upstream;
use crate::token::open_upstream_token;

pub use read::{KnownSerial, Posted};

/// The name of the array that `POST /registrations` takes.
const REGISTRATIONS: &str = "registrations";

/// Calls registration APIs, one connection pool for all of them.
#[derive(Debug)]
pub struct Upstreams {
    http: Option<reqwest::Client>,
    allow_private: bool,
}

/// One merchant's registration API.
#[derive(Debug)]
pub struct Client<'a> {
    http: &'a reqwest::Client,
    base: Url,
    token: SecretString,
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
            builder = builder.dns_resolver(address::PublicOnly);
        }
        let http = builder.build().inspect_err(|error| tracing::error!(%error, "upstreams cannot be called")).ok();
        Upstreams { http, allow_private }
    }

    /// The way to one merchant's API.
    ///
    /// # Errors
    /// [`GatewayError::UpstreamUnavailable`] if its address is private and that is not allowed; a token that cannot be opened.
    pub fn client(&self, secrets: &Secrets, merchant: &str, upstream: &Upstream) -> Result<Client<'_>, GatewayError> {
        let http = self.http.as_ref().ok_or(GatewayError::UpstreamUnavailable)?;
        let base = Url::parse(&upstream.url).map_err(|_| GatewayError::UpstreamUnavailable)?;
        // Addresses written as numbers never reach the resolver.
        if !self.allow_private && address::is_private_literal(&base) {
            tracing::error!(merchant, "the upstream has a private address, which needs --allow-private-upstreams");
            return Err(GatewayError::UpstreamUnavailable);
        }
        let token = open_upstream_token(secrets, merchant, &upstream.sealed_token)?;
        Ok(Client { http, base, token })
    }
}

impl Upstreams {
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
        if !self.allow_private && address::is_private_literal(&url) {
            tracing::error!("an upstream wants a file sent to a private address, which needs --allow-private-upstreams");
            return Err(GatewayError::UpstreamUnavailable);
        }
        let request = http.put(url).header(CONTENT_TYPE, file_type.media_type()).header(CONTENT_LENGTH, size);
        let answer = request.timeout(limits::UPLOAD_TOTAL).body(Body::wrap_stream(bytes)).send().await;
        let status = answer.map_err(|error| unreachable(&error))?.status();
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
    pub async fn serial_number(&self, serial: &SerialNumber) -> Result<Option<KnownSerial>, GatewayError> {
        let url = self.url(&format!("serial_numbers/{}", serial.path_segment()))?;
        let answer = self.request(Method::GET, url)?.send().await.map_err(|error| unreachable(&error))?;
        match answer.status() {
            StatusCode::NO_CONTENT | StatusCode::NOT_FOUND => Ok(None),
            StatusCode::OK => read::serial(&json(answer).await?).map(Some).ok_or(GatewayError::BadUpstreamResponse),
            status => Err(refused(status)),
        }
    }

    /// Asks where a file is to be sent.
    ///
    /// # Errors
    /// As it cannot be reached or understood.
    pub async fn upload_file(&self, name: &str, media_type: &str, size: u64) -> Result<SignedUpload, GatewayError> {
        let mut url = self.url("upload_file")?;
        url.query_pairs_mut().append_pair("fileName", name).append_pair("fileType", media_type).append_pair("fileSize", &size.to_string());
        let answer = self.request(Method::GET, url)?.send().await.map_err(|error| unreachable(&error))?;
        if !answer.status().is_success() {
            return Err(refused(answer.status()));
        }
        let (signed_request, url) = read::upload(&json(answer).await?).ok_or(GatewayError::BadUpstreamResponse)?;
        let target = Url::parse(&signed_request).map_err(|_| GatewayError::BadUpstreamResponse)?;
        if !matches!(target.scheme(), "http" | "https") {
            return Err(GatewayError::BadUpstreamResponse);
        }
        Ok(SignedUpload { origin: Origin::of_url(&target), signed_request, url })
    }

    /// Sends registrations, once. Whatever may have been stored without being answered is unknown, never an error that
    /// invites to send again.
    ///
    /// # Errors
    /// [`GatewayError::UpstreamUnavailable`] only if nothing was sent, or the upstream turned it away before looking at it.
    pub async fn register(&self, registrations: Vec<Value>) -> Result<Posted, GatewayError> {
        let count = registrations.len();
        let body = serde_json::json!({ REGISTRATIONS: registrations }).to_string();
        let request = self.request(Method::POST, self.url(REGISTRATIONS)?)?.header("content-type", "application/json").body(body);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_connect() || error.is_builder() => return Err(unreachable(&error)),
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "an upstream did not answer a registration");
                return Ok(Posted::Unknown);
            }
        };
        let status = answer.status();
        match status.as_u16() {
            200..300 => Ok(read::posted(&text(answer).await.unwrap_or_default(), count)),
            400 | 409 | 422 => Ok(read::refusal(status.as_u16(), &text(answer).await.unwrap_or_default())),
            401 | 403 | 404 | 429 => Err(refused(status)),
            _ => {
                tracing::warn!(%status, "an upstream failed at a registration");
                Ok(Posted::Unknown)
            }
        }
    }

    /// An address below the base. The only place where one is made.
    fn url(&self, path: &str) -> Result<Url, GatewayError> {
        let url =
            Url::parse(&format!("{}/{path}", self.base.as_str().trim_end_matches('/'))).map_err(|_| GatewayError::BadUpstreamResponse)?;
        let depth = |url: &Url| url.path_segments().map_or(0, |segments| segments.filter(|segment| !segment.is_empty()).count());
        // Whatever a serial number is made of, it stays one segment.
        if depth(&url) == depth(&self.base) + path.split('/').count() && url.query().is_none() && url.fragment().is_none() {
            Ok(url)
        } else {
            Err(GatewayError::BadUpstreamResponse)
        }
    }

    fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, GatewayError> {
        let mut bearer =
            HeaderValue::from_str(&format!("Bearer {}", self.token.expose_secret())).map_err(|_| GatewayError::UpstreamUnavailable)?;
        bearer.set_sensitive(true);
        Ok(self.http.request(method, url).header(AUTHORIZATION, bearer).header(ACCEPT, "application/json"))
    }
}

/// Nothing was sent, or nothing that matters.
fn unreachable(error: &reqwest::Error) -> GatewayError {
    tracing::warn!(connect = error.is_connect(), timeout = error.is_timeout(), "an upstream cannot be reached");
    GatewayError::UpstreamUnavailable
}

fn refused(status: StatusCode) -> GatewayError {
    if matches!(status.as_u16(), 401 | 403) {
        tracing::error!(%status, "an upstream refuses the merchant's access token");
    } else {
        tracing::warn!(%status, "an upstream refused");
    }
    if status.is_server_error() || matches!(status.as_u16(), 401 | 403 | 429) {
        GatewayError::UpstreamUnavailable
    } else {
        GatewayError::BadUpstreamResponse
    }
}

async fn json(answer: Response) -> Result<Value, GatewayError> {
    let text = text(answer).await?;
    serde_json::from_str(&text).map_err(|_| GatewayError::BadUpstreamResponse)
}

/// An answer's text, as far as is reasonable.
async fn text(mut answer: Response) -> Result<String, GatewayError> {
    let mut bytes = Vec::new();
    while let Some(piece) = answer.chunk().await.map_err(|error| unreachable(&error))? {
        if bytes.len() + piece.len() > limits::UPSTREAM_BYTES {
            return Err(GatewayError::BadUpstreamResponse);
        }
        bytes.extend_from_slice(&piece);
    }
    String::from_utf8(bytes).map_err(|_| GatewayError::BadUpstreamResponse)
}
