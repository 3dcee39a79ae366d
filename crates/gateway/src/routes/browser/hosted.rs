//! The hosted page, and what another page's form posts to it. Nothing is registered by such a post.

use std::sync::Arc;

use axum::extract::{FromRequest, Multipart, Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{Html, IntoResponse, Response};
use regcard_protocol::limits as shared;
use tokio::time::timeout;

use super::card::find;
use crate::app::App;
use crate::card;
use crate::extract::{Pairs, accepted};
use crate::limits;
use crate::origin::Origin;
use crate::problem::GatewayError;
use crate::store::Mode;

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path((key, form)): Path<(String, String)>,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let language = language(&query, &headers);
    answer(&app, &key, &form, language, query.0).await
}

pub(super) async fn take_over(
    State(app): State<Arc<App>>,
    Path((key, form)): Path<(String, String)>,
    query: Pairs,
    request: Request,
) -> Result<Response, GatewayError> {
    let language = language(&query, request.headers());
    let given = timeout(limits::UPLOAD_TOTAL, posted(&app, request)).await.map_err(|_| GatewayError::RequestTimeout)??;
    answer(&app, &key, &form, language, given).await
}

/// The language that the address names, else the one that the browser's owner reads.
fn language(query: &Pairs, headers: &HeaderMap) -> Option<String> {
    query.first("lang").or_else(|| accepted(headers)).map(str::to_owned)
}

async fn answer(
    app: &Arc<App>,
    key: &str,
    form: &str,
    language: Option<String>,
    given: Vec<(String, String)>,
) -> Result<Response, GatewayError> {
    let found = find(app, key, Some(form), language.as_deref()).await?.map_err(|_| GatewayError::NotFound)?;
    let mut uploads = found.merchant.upload_origins.clone();
    if let Mode::Forward(upstream) = &found.merchant.mode {
        uploads.extend(url::Url::parse(&upstream.url).ok().and_then(|url| Origin::of_url(&url)));
    }
    let maker = Arc::clone(app);
    let made = tokio::task::spawn_blocking(move || {
        let card_styles: Vec<String> = maker.assets.manifest().map(|manifest| vec![manifest.style, manifest.later]).unwrap_or_default();
        card::page(&card::Page {
            subject: &found.subject,
            form: &found.form,
            merchant: &found.merchant.name,
            card_styles: &card_styles,
            page_style: maker.assets.page_style(),
            given: &given,
        })
    });
    let mut answer = Html(made.await.map_err(|_| GatewayError::Unavailable)?).into_response();
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&card::policy(&uploads)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    Ok(answer)
}

async fn posted(app: &Arc<App>, request: Request) -> Result<Vec<(String, String)>, GatewayError> {
    let essence =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default().to_ascii_lowercase();
    if essence.starts_with("application/x-www-form-urlencoded") {
        let bytes = axum::body::to_bytes(request.into_body(), limits::PREFILL_BYTES).await.map_err(|_| GatewayError::TooLarge)?;
        return Ok(url::form_urlencoded::parse(&bytes).into_owned().collect());
    }
    if !essence.starts_with("multipart/form-data") {
        return Err(GatewayError::UnsupportedMediaType);
    }
    let unreadable = |_| GatewayError::BadRequest("the form's parts cannot be read");
    let mut request = request;
    axum::extract::DefaultBodyLimit::apply(axum::extract::DefaultBodyLimit::disable(), &mut request);
    let mut parts = Multipart::from_request(request, app).await.map_err(|_| GatewayError::BadRequest("the form has no parts"))?;
    let (mut given, mut text, mut passed) = (Vec::new(), 0, 0);
    while let Some(mut part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        let file = part.file_name().is_some();
        let mut value = Vec::new();
        while let Some(piece) = part.chunk().await.map_err(unreadable)? {
            // Files cannot be put into another page's control; their bytes are read past.
            if file {
                passed += piece.len() as u64;
            } else {
                text += piece.len();
                value.extend_from_slice(&piece);
            }
            if text > limits::PREFILL_BYTES || passed > shared::FILE_BYTES * 2 {
                return Err(GatewayError::TooLarge);
            }
        }
        if !file {
            given.push((name, String::from_utf8_lossy(&value).into_owned()));
        }
    }
    Ok(given)
}
