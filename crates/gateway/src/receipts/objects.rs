//! What the gateway itself asks of a bucket: an object's first bytes, a copy, an object of its own, erasing. What may pass by itself (a
//! bucket that is busy, a connection that breaks) is tried again, a few times within some seconds.

use std::io;
use std::time::Duration;

use futures_util::StreamExt;
use regcard_protocol::limits as shared;
use reqwest::header::{CONTENT_LENGTH, CONTENT_RANGE, CONTENT_TYPE, ETAG, RANGE};
use reqwest::{Body, Response, StatusCode};
use thiserror::Error;

use super::bucket::{BucketConfigError, Signer};
use super::disk::Come;
use crate::config::Bucket;
use crate::limits;

/// A bucket that the gateway asks.
#[derive(Clone, Debug)]
pub struct Objects {
    /// Signs for it.
    pub signer: Signer,
    http: reqwest::Client,
}

/// The bucket did not do it.
#[derive(Debug, Error)]
pub enum BucketError {
    /// It cannot be reached, or did not answer in time.
    #[error("the bucket cannot be reached: {0}")]
    Unreachable(#[source] reqwest::Error),
    /// It says no, now (500 and above) or for good.
    #[error("the bucket answers {0}")]
    Refused(StatusCode),
    /// It took too long altogether.
    #[error("the bucket takes too long")]
    Late,
    /// Its answer makes no sense.
    #[error("the bucket's answer has no {0}")]
    Answer(&'static str),
    /// What was to be sent cannot be read.
    #[error("the file to be sent cannot be read: {0}")]
    File(#[source] io::Error),
}

impl BucketError {
    /// Whether it may go well a moment later.
    fn passes(&self) -> bool {
        match self {
            BucketError::Unreachable(_) => true,
            BucketError::Refused(status) => status.is_server_error() || matches!(status.as_u16(), 408 | 409 | 429),
            BucketError::Late | BucketError::Answer(_) | BucketError::File(_) => false,
        }
    }
}

/// An object, as far as it is looked at.
#[derive(Clone, Debug)]
pub(super) struct Beginning {
    /// The whole object's bytes.
    pub(super) size: u64,
    /// Names this very content of it.
    pub(super) etag: String,
    /// The first bytes, as many as show every type.
    pub(super) first: Vec<u8>,
}

impl Objects {
    pub(super) fn new(config: &Bucket) -> Result<Objects, BucketConfigError> {
        let signer = Signer::new(config)?;
        // Installed by whoever comes first; it is the same one.
        drop(rustls::crypto::ring::default_provider().install_default());
        let http = reqwest::Client::builder()
            .user_agent(concat!("regcard/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(limits::BUCKET_CONNECT)
            .timeout(limits::BUCKET_TOTAL)
            .redirect(reqwest::redirect::Policy::none())
            .pool_idle_timeout(Duration::from_secs(20))
            .no_proxy()
            .build()
            .map_err(BucketConfigError::Client)?;
        Ok(Objects { signer, http })
    }

    /// How an object begins, how large it is and which content that is, by one request. `None` if there is none.
    pub(super) async fn beginning(&self, key: &str) -> Result<Option<Beginning>, BucketError> {
        tried(|| async move {
            let range = format!("bytes=0-{}", shared::SNIFF_BYTES - 1);
            let answer = sent(self.http.get(self.signer.own_get(key)).header(RANGE, range).send().await)?;
            match answer.status() {
                StatusCode::OK | StatusCode::PARTIAL_CONTENT => read(answer).await.map(Some),
                // An empty object has no first byte. Nothing that was signed is empty.
                StatusCode::NOT_FOUND | StatusCode::RANGE_NOT_SATISFIABLE => Ok(None),
                status => Err(BucketError::Refused(status)),
            }
        })
        .await
    }

    /// Has the bucket copy an object, if it is still this content. False if it is not, or gone.
    pub(super) async fn copy(&self, from: &str, to: &str, etag: &str) -> Result<bool, BucketError> {
        let source = self.signer.source(from);
        let headers = &[("x-amz-copy-source", source.as_str()), ("x-amz-copy-source-if-match", etag)];
        tried(|| async move {
            let request = self.http.put(self.signer.own_put(to, headers)).header(CONTENT_LENGTH, 0);
            let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
            let answer = sent(request.send().await)?;
            match answer.status() {
                // A copy that fails under way says so below a 200.
                StatusCode::OK if text(answer).await?.contains("<CopyObjectResult") => Ok(true),
                StatusCode::OK => Err(BucketError::Refused(StatusCode::SERVICE_UNAVAILABLE)),
                StatusCode::NOT_FOUND | StatusCode::PRECONDITION_FAILED => Ok(false),
                status => Err(BucketError::Refused(status)),
            }
        })
        .await
    }

    /// Puts a file that came to the gateway. What names its content.
    pub(super) async fn put(&self, key: &str, come: &Come) -> Result<String, BucketError> {
        let (media_type, length) = (come.judged.file_type.media_type(), &*come.judged.size.to_string());
        let headers = &[("content-type", media_type), ("content-length", length)];
        tried(|| async move {
            let bytes = come.read().await.map_err(BucketError::File)?;
            let request = self.http.put(self.signer.own_put(key, headers)).timeout(limits::UPLOAD_TOTAL);
            let request = request.header(CONTENT_TYPE, media_type).header(CONTENT_LENGTH, length);
            let answer = sent(request.body(Body::wrap_stream(bytes)).send().await)?;
            if answer.status().is_success() { etag(&answer) } else { Err(BucketError::Refused(answer.status())) }
        })
        .await
    }

    /// Erases an object. One that is not there is no fault.
    pub(super) async fn erase(&self, key: &str) -> Result<(), BucketError> {
        tried(|| async move {
            let answer = sent(self.http.delete(self.signer.own_delete(key)).send().await)?;
            match answer.status() {
                StatusCode::NOT_FOUND => Ok(()),
                status if status.is_success() => Ok(()),
                status => Err(BucketError::Refused(status)),
            }
        })
        .await
    }
}

/// Tries something again that may go well a moment later.
async fn tried<T, F: Future<Output = Result<T, BucketError>>>(what: impl Fn() -> F) -> Result<T, BucketError> {
    for pause in limits::BUCKET_PAUSES {
        match what().await {
            Err(error) if error.passes() => {
                tracing::info!(%error, "asking the bucket again");
                tokio::time::sleep(pause).await;
            }
            settled => return settled,
        }
    }
    what().await
}

/// A signed address lets whoever reads it do what it is for, so it stands in no error.
fn sent(answer: Result<Response, reqwest::Error>) -> Result<Response, BucketError> {
    answer.map_err(|error| BucketError::Unreachable(error.without_url()))
}

fn etag(answer: &Response) -> Result<String, BucketError> {
    let etag = answer.headers().get(ETAG).and_then(|value| value.to_str().ok());
    etag.map(str::to_owned).ok_or(BucketError::Answer("ETag"))
}

/// No more than is needed, whatever comes.
async fn read(answer: Response) -> Result<Beginning, BucketError> {
    let header = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    let size = match header(CONTENT_RANGE) {
        Some(range) => range.rsplit('/').next().and_then(|size| size.parse().ok()),
        None => header(CONTENT_LENGTH).and_then(|length| length.parse().ok()),
    };
    let size = size.ok_or(BucketError::Answer("size"))?;
    let etag = etag(&answer)?;
    let mut first = Vec::with_capacity(shared::SNIFF_BYTES);
    let mut pieces = answer.bytes_stream();
    while first.len() < shared::SNIFF_BYTES
        && let Some(piece) = pieces.next().await
    {
        let piece = piece.map_err(|error| BucketError::Unreachable(error.without_url()))?;
        first.extend_from_slice(&piece[..piece.len().min(shared::SNIFF_BYTES - first.len())]);
    }
    Ok(Beginning { size, etag, first })
}

/// A short answer's text.
async fn text(mut answer: Response) -> Result<String, BucketError> {
    let mut bytes = Vec::new();
    while bytes.len() < limits::BUCKET_ANSWER_BYTES
        && let Some(piece) = answer.chunk().await.map_err(|error| BucketError::Unreachable(error.without_url()))?
    {
        bytes.extend_from_slice(&piece);
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
