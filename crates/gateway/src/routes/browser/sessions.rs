//! Opening a session from a page, and renewing it.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use regcard_protocol::limits as shared;
use regcard_protocol::session::{SessionAnswer, SessionLimits, SessionRequest};

use crate::app::App;
use crate::budget::Left;
use crate::clock;
use crate::extract::{JsonBody, Peer, bearer, decode, origin_of};
use crate::keys::PublishableKey;
use crate::limits;
use crate::origin::Origin;
use crate::problem::GatewayError;
use crate::secrets::hex;
use crate::store::Merchant;
use crate::token::{Operation, Session};

pub(super) async fn open(
    State(app): State<Arc<App>>,
    peer: Peer,
    headers: HeaderMap,
    JsonBody(body): JsonBody<{ limits::JSON_BYTES }>,
) -> Result<Response, GatewayError> {
    let asked: SessionRequest = decode(body)?;
    let key = PublishableKey::parse(&asked.key).ok_or(GatewayError::KeyDisabled)?;
    let merchant = app.merchant_of_key(&key).await?.ok_or(GatewayError::KeyDisabled)?;
    let origin = origin_of(&headers).filter(|origin| app.allows(&merchant, origin)).ok_or(GatewayError::OriginNotAllowed)?;
    if !merchant.forms.contains(&asked.form) || app.forms.get(&asked.form).is_none() {
        return Err(GatewayError::FormNotAllowed);
    }
    let now = app.clock.seconds();
    let sid = match bearer(&headers)? {
        Some(old) => renewed(&app, old, &asked, &merchant, &origin)?,
        None => clock::new_id(&app.clock),
    };
    app.budgets.session(peer.into(), now).await?;
    let session = Session {
        v: 1,
        mid: merchant.id,
        ep: merchant.epoch,
        pk: asked.key,
        sid,
        org: origin.to_string(),
        frm: asked.form,
        ops: Operation::ALL,
        iat: now,
        exp: now + i64::from(shared::SESSION_SECONDS),
        rex: now + limits::RENEWAL_SECONDS,
        jti: hex(&clock::random::<12>()?),
    };
    let limits =
        SessionLimits { checks: shared::SESSION_CHECKS, uploads: shared::SESSION_UPLOADS, registrations: shared::SESSION_REGISTRATIONS };
    let answer = SessionAnswer { token: app.tokens.seal_session(&session)?, expires_in: shared::SESSION_SECONDS, limits };
    let mut answer = (StatusCode::CREATED, Json(answer)).into_response();
    Left::note_policies(&app.budgets.of_session(), answer.headers_mut());
    Ok(answer)
}

/// The session that goes on. An old token that is not for the same key, form and origin opens nothing.
fn renewed(app: &App, old: &str, asked: &SessionRequest, merchant: &Merchant, origin: &Origin) -> Result<String, GatewayError> {
    let old = app.tokens.open_session_to_renew(old, app.clock.seconds())?;
    let same =
        old.pk == asked.key && old.frm == asked.form && old.org == origin.as_str() && old.mid == merchant.id && old.ep == merchant.epoch;
    if same { Ok(old.sid) } else { Err(GatewayError::Unauthorized) }
}
