//! Registering from a card, and asking what became of it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use regcard_protocol::registration::{RegistrationStatus, RegistrationsAnswer, StatusAnswer};

use crate::app::App;
use crate::extract::{IdempotencyKey, JsonBody, PageSession, Pairs, Peer, accepted, bearer, origin_of};
use crate::limits;
use crate::problem::GatewayError;
use crate::register::{self, Done};
use crate::secrets::unhex;
use crate::store::{Interface, Submit, SubmitKey};
use crate::token::Operation;

pub(super) async fn register(
    State(app): State<Arc<App>>,
    peer: Peer,
    page: PageSession,
    key: IdempotencyKey,
    query: Pairs,
    headers: HeaderMap,
    JsonBody(body): JsonBody<{ limits::JSON_BYTES }>,
) -> Result<Response, GatewayError> {
    page.allow(Operation::Register)?;
    let now = app.clock.seconds();
    // The same again costs nothing; the same key with something else does, or any number of serial numbers could be tried with one.
    let attempt = register::attempt(&page.session.frm, key, &body);
    let left = app.budgets.registration(&page.session.sid, attempt, peer.into(), now).await?;
    let done = register::from_page(&app, &page, key, body, language(&query, &headers)).await;
    if let Err(error) = &done {
        app.budgets.missed_by_submit(error.unknown_serials(), peer.into(), &page.merchant, now).await?;
    }
    Ok(left.beside(done.map(answer)))
}

fn answer(done: Done) -> Response {
    let queued = done.registrations.iter().any(|one| one.status == RegistrationStatus::Queued);
    let status = if queued { StatusCode::ACCEPTED } else { StatusCode::CREATED };
    let answer = RegistrationsAnswer { registrations: done.registrations, status_token: done.status_token };
    let mut answer = (status, Json(answer)).into_response();
    if done.replayed {
        answer.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    }
    answer
}

/// The language that a customer reads: the card's, where it says so, else the browser's.
pub(super) fn language(query: &Pairs, headers: &HeaderMap) -> Option<&'static str> {
    query.first("lang").and_then(regcard::text::asked).or_else(|| accepted(headers))
}

pub(super) async fn status(State(app): State<Arc<App>>, headers: HeaderMap) -> Result<Json<StatusAnswer>, GatewayError> {
    if headers.get(header::ORIGIN).is_some_and(|_| origin_of(&headers).is_none()) {
        return Err(GatewayError::OriginNotAllowed);
    }
    let submit = match (IdempotencyKey::of(&headers)?, bearer(&headers)?) {
        (Some(key), _) => by_key(&app, key, &headers).await?,
        (None, Some(token)) => by_token(&app, token).await?,
        (None, None) => return Err(GatewayError::Unauthorized),
    };
    let done = register::settled(submit.ok_or(GatewayError::NotFound)?)?;
    Ok(Json(StatusAnswer { registrations: done.registrations }))
}

async fn by_token(app: &App, token: &str) -> Result<Option<Submit>, GatewayError> {
    let claim = app.tokens.open_status(token, app.clock.seconds())?;
    let hash = unhex::<32>(&claim.key).ok_or(GatewayError::Unauthorized)?;
    Ok(app.store.submit(SubmitKey { merchant: claim.mid, interface: Interface::Browser, hash }).await?)
}

/// The key is known to nobody but the page that made it. Where a page asks, it has to be one of that merchant's; a
/// browser says no origin when the hosted page asks its own gateway.
async fn by_key(app: &App, key: IdempotencyKey, headers: &HeaderMap) -> Result<Option<Submit>, GatewayError> {
    let origin = origin_of(headers);
    let mut submits = app.store.submits_of_key(key.0).await?;
    if submits.is_empty() {
        submits = app.store.submits_of_key(key.in_test().0).await?;
    }
    for (merchant, submit) in submits {
        let Some(merchant) = app.store.merchant(merchant).await? else {
            continue;
        };
        if origin.as_ref().is_none_or(|origin| app.allows(&merchant, origin)) {
            return Ok(Some(submit));
        }
    }
    Ok(None)
}
