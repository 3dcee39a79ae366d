//! The script, the form as JSON, and the widget's files.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;

use crate::app::App;
use crate::card::{Composed, Subject, excuse, first_style};
use crate::extract::Pairs;
use crate::forms::LoadedForm;
use crate::keys::PublishableKey;
use crate::problem::GatewayError;
use crate::store::Merchant;

/// A merchant's form, by what stands in an address.
pub(super) struct Found {
    pub(super) merchant: Merchant,
    pub(super) form: Arc<LoadedForm>,
    pub(super) subject: Subject,
}

/// Finds a form. `None` as a form's name is the merchant's default; without a language that the card speaks it is in its own.
///
/// # Errors
/// The sentence that says what is not there.
pub(super) async fn find(
    app: &App,
    key: &str,
    form: Option<&str>,
    language: Option<&str>,
) -> Result<Result<Found, &'static str>, GatewayError> {
    let Some(key) = PublishableKey::parse(key) else {
        return Ok(Err("this is no publishable key; copy the snippet again"));
    };
    let Some(merchant) = app.merchant_of_key(&key).await? else {
        return Ok(Err("this publishable key is not known to the gateway, or was switched off; copy the snippet again"));
    };
    let slug = match form {
        Some(form) => merchant.forms.iter().find(|slug| *slug == form),
        None => merchant.forms.first(),
    };
    let found = slug.and_then(|slug| Some((slug.clone(), app.form(&merchant, slug)?)));
    let Some((slug, form)) = found else {
        return Ok(Err("the key has no such form; see `regcard merchant put … --form` and the folder of forms"));
    };
    let language = language.and_then(regcard::text::asked).unwrap_or(form.words.language);
    let form = if language == form.words.language { form } else { Arc::new(form.in_language(language)) };
    let subject = Subject { public_url: app.public_url.clone(), key: key.as_str().to_owned(), slug, language };
    Ok(Ok(Found { merchant, form, subject }))
}

pub(super) async fn script(
    State(app): State<Arc<App>>,
    Path(key): Path<String>,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let composed = match find(&app, &key, query.first("form"), query.first("lang")).await? {
        Err(reason) => Arc::new(excuse(reason)),
        Ok(found) => {
            let app = Arc::clone(&app);
            tokio::task::spawn_blocking(move || compose(&app, &found)).await.map_err(|_| GatewayError::Unavailable)?
        }
    };
    Ok(composed_answer(&app, &composed, "text/javascript; charset=utf-8", &headers))
}

fn compose(app: &App, found: &Found) -> Arc<Composed> {
    let missing = || Arc::new(excuse("the gateway has no widget to serve: build it with `cargo xtask build`, or start with --assets"));
    let Some(manifest) = app.assets.manifest() else {
        return missing();
    };
    match (app.assets.get(&manifest.loader), app.assets.get(&manifest.style)) {
        (Some(loader), Some(style)) => {
            let later = app.assets.get(&manifest.later).map(|asset| asset.plain).unwrap_or_default();
            let style = first_style(&found.form.form, &style.plain, &later);
            app.cards.script(&found.subject, &found.form, &manifest, &loader.plain, &style)
        }
        (_, _) => missing(),
    }
}

pub(super) async fn card(
    State(app): State<Arc<App>>,
    Path((key, form)): Path<(String, String)>,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let found = find(&app, &key, Some(&form), query.first("lang")).await?.map_err(|_| GatewayError::NotFound)?;
    let maker = Arc::clone(&app);
    let made = tokio::task::spawn_blocking(move || {
        let manifest = maker.assets.manifest();
        let later = manifest.as_ref().and_then(|manifest| maker.assets.get(&manifest.later)).map(|asset| asset.plain).unwrap_or_default();
        maker.cards.card(&found.subject, &found.form, &later)
    });
    let composed = made.await.map_err(|_| GatewayError::Unavailable)?;
    Ok(composed_answer(&app, &composed, "application/json", &headers))
}

pub(super) async fn asset(State(app): State<Arc<App>>, Path(name): Path<String>, headers: HeaderMap) -> Result<Response, GatewayError> {
    let asset = app.assets.get_filed(app.store.as_ref(), &name).await?.ok_or(GatewayError::NotFound)?;
    let mut answer = encoded(&asset.plain, asset.brotli.as_ref(), &headers);
    for (name, value) in [
        (header::CONTENT_TYPE, asset.media_type),
        (header::CACHE_CONTROL, "public, max-age=31536000, immutable"),
        (header::HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ] {
        answer.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    Ok(answer)
}

fn composed_answer(app: &App, composed: &Composed, media_type: &'static str, asked: &HeaderMap) -> Response {
    let known = asked.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let same = |tag: &str| tag.trim().trim_start_matches("W/") == composed.etag;
    let mut answer = if known.is_some_and(|tags| tags == "*" || tags.split(',').any(same)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        encoded(&composed.plain, Some(&composed.brotli).filter(|brotli| !brotli.is_empty()), asked)
    };
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(media_type));
    headers.insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    headers.insert(header::HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("cross-origin"));
    if let Ok(etag) = HeaderValue::from_str(&composed.etag) {
        headers.insert(header::ETAG, etag);
    }
    let freshness = match app.card_max_age {
        0 => "no-cache".to_owned(),
        seconds => format!("public, max-age={seconds}, stale-while-revalidate=600"),
    };
    if let Ok(freshness) = HeaderValue::from_str(&freshness) {
        headers.insert(header::CACHE_CONTROL, freshness);
    }
    answer
}

fn encoded(plain: &Bytes, brotli: Option<&Bytes>, asked: &HeaderMap) -> Response {
    let accepts = |coding: &str| {
        let mut parts = coding.split(';').map(str::trim);
        parts.next() == Some("br") && parts.all(|part| !matches!(part.replace(' ', "").as_str(), "q=0" | "q=0.0" | "q=0.00" | "q=0.000"))
    };
    let accepted = asked
        .get(header::ACCEPT_ENCODING)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|list| list.split(',').any(|one| accepts(one.trim())));
    let mut answer = match brotli {
        Some(brotli) if accepted => ([(header::CONTENT_ENCODING, "br")], Body::from(brotli.clone())).into_response(),
        Some(_) | None => Body::from(plain.clone()).into_response(),
    };
    answer.headers_mut().insert(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    answer
}
