//! The private link of a mail, and the receipt that is posted to it. The address is the permission.

use std::sync::Arc;

use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use regcard::form::Message;

use crate::app::App;
use crate::extract::{Pairs, Peer, Post, accepted};
use crate::link::{self, Added, Leads, Opened};
use crate::problem::{ForPeople, GatewayError};

pub(super) async fn read(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    query: Pairs,
    headers: HeaderMap,
) -> Result<Response, GatewayError> {
    let language = language(&query, &headers);
    Ok(match link::open(&app, &token).await? {
        Leads::To(opened) => page(&app, &opened, language, None),
        Leads::Nowhere => gone(&app, language),
        Leads::Later => later(&app, language),
    })
}

pub(super) async fn post(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    peer: Peer,
    query: Pairs,
    request: Request,
) -> Result<Response, GatewayError> {
    let language = language(&query, request.headers());
    let opened = match link::open(&app, &token).await? {
        Leads::To(opened) => opened,
        Leads::Nowhere => return Ok(gone(&app, language)),
        Leads::Later => return Ok(later(&app, language)),
    };
    let post = Post::of(&app, request).await?;
    match Box::pin(link::add(&app, &opened, peer, post)).await? {
        // Shown by its own address, so that a reload sends nothing.
        Added::Now => Ok(sealed(Redirect::to(&format!("/s/{token}?lang={language}")).into_response())),
        Added::Refused(reason) => Ok(page(&app, &opened, language, Some(reason))),
    }
}

fn language(query: &Pairs, headers: &HeaderMap) -> &'static str {
    query.first("lang").and_then(regcard::text::asked).or_else(|| accepted(headers)).unwrap_or("en")
}

fn page(app: &App, opened: &Opened, language: &'static str, refused: Option<Message>) -> Response {
    let status = if refused.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK };
    let html = link::page(&link::Page { opened, language, style: style(app), refused });
    sealed((status, Html(html)).into_response())
}

fn gone(app: &App, language: &'static str) -> Response {
    sealed((StatusCode::NOT_FOUND, Html(link::gone(language, &style(app)))).into_response())
}

fn later(app: &App, language: &'static str) -> Response {
    sealed((StatusCode::SERVICE_UNAVAILABLE, Html(link::later(language, &style(app)))).into_response())
}

fn style(app: &App) -> String {
    format!("{}/v1/assets/{}", app.public_url, app.assets.page_style())
}

/// No script, no frame, and no other address learns this one.
fn sealed(mut answer: Response) -> Response {
    answer.extensions_mut().insert(ForPeople);
    let headers = answer.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(
            "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
        ),
    );
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
