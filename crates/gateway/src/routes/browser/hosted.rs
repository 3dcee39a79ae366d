//! The hosted page, and what is posted to it.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};

use super::card::{Found, find};
use crate::app::App;
use crate::card;
use crate::extract::{Pairs, Peer, Post, accepted, origin_of};
use crate::hosted::{self, Hosted, Shown};
use crate::origin::Origin;
use crate::problem::{ForPeople, GatewayError};
use crate::store::Mode;

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path((key, form)): Path<(String, String)>,
    peer: Peer,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let found = found(&app, &key, &form, &query, &headers).await?;
    let shown = hosted::first(&place(&app, &found, peer), &query.0)?;
    let mut answer = page(&app, found, shown).await?;
    // Kept by the browser alone, and asked for anew unless somebody goes back: then it is the same page with the same
    // nonce, and sending it again registers nothing twice.
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    Ok(answer)
}

pub(super) async fn post(
    State(app): State<Arc<App>>,
    Path((key, form)): Path<(String, String)>,
    peer: Peer,
    query: Pairs,
    request: Request,
) -> Result<Response, GatewayError> {
    let found = found(&app, &key, &form, &query, request.headers()).await?;
    let from_own_page = from_own_page(&app, request.headers());
    let post = Post::of(&app, request).await?;
    let shown = Box::pin(hosted::post(&place(&app, &found, peer), from_own_page, post)).await?;
    page(&app, found, shown).await
}

/// The form, in the language that the address names, else in the one that the browser's owner reads.
async fn found(app: &App, key: &str, form: &str, query: &Pairs, headers: &HeaderMap) -> Result<Found, GatewayError> {
    let language = query.first("lang").or_else(|| accepted(headers));
    find(app, key, Some(form), language).await?.map_err(|_| GatewayError::NotFound)
}

fn place<'a>(app: &'a Arc<App>, found: &'a Found, peer: Peer) -> Hosted<'a> {
    Hosted { app, merchant: &found.merchant, form: &found.form, subject: &found.subject, peer }
}

/// Whether a post can be the hosted page's own: browsers say where a post comes from, and what they say has to be this
/// gateway. Where one says nothing, the nonce alone decides.
fn from_own_page(app: &App, headers: &HeaderMap) -> bool {
    if headers.contains_key(header::ORIGIN) {
        return origin_of(headers).is_some_and(|origin| origin == app.origin);
    }
    headers.get_all(header::REFERER).iter().all(|referer| {
        let url = referer.to_str().ok().and_then(|text| url::Url::parse(text).ok());
        url.and_then(|url| Origin::of_url(&url)).is_some_and(|origin| origin == app.origin)
    })
}

async fn page(app: &Arc<App>, found: Found, shown: Shown) -> Result<Response, GatewayError> {
    let mut uploads = found.merchant.upload_origins.clone();
    let test = found.merchant.mode == Mode::Test;
    match &found.merchant.mode {
        Mode::Own | Mode::Test => uploads.extend(app.receipts.origin().cloned()),
        Mode::Forward(upstream) => uploads.extend(url::Url::parse(&upstream.url).ok().and_then(|url| Origin::of_url(&url))),
    }
    let Shown { state, nonce, answers, status, retry_after } = shown;
    let maker = Arc::clone(app);
    let made = tokio::task::spawn_blocking(move || {
        let card_styles: Vec<String> = maker.assets.manifest().map(|manifest| vec![manifest.style, manifest.later]).unwrap_or_default();
        card::page(card::Page {
            subject: &found.subject,
            words: &found.form.words,
            merchant: &found.merchant.name,
            test,
            card_styles: &card_styles,
            page_style: maker.assets.page_style(),
            state,
            nonce,
            answers,
        })
    });
    let mut answer = Html(made.await.map_err(|_| GatewayError::Unavailable)?).into_response();
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    answer.extensions_mut().insert(ForPeople);
    let headers = answer.headers_mut();
    if let Ok(policy) = HeaderValue::from_str(&card::policy(&uploads)) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Language"));
    // Not `no-referrer`: with it, browsers would not say where the form's post comes from.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("same-origin"));
    if let Some(seconds) = retry_after {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Ok(answer)
}
