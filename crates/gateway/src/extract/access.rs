//! A merchant's server: its access token, in the header or in the body, and whether that may do what is asked for.

use std::marker::PhantomData;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use serde_json::{Map, Value};

use super::{bearer, read_json_exactly};
use crate::app::App;
use crate::keys::AccessToken;
use crate::limits;
use crate::problem::GatewayError;
use crate::scopes::Needed;
use crate::store::{Merchant, Mode};

/// A merchant's server that sends no more than its token: in the header, or alone in a body.
#[derive(Clone, Debug)]
pub struct Access<Scope> {
    /// Who.
    pub merchant: Merchant,
    scope: PhantomData<Scope>,
}

/// A merchant's server and the JSON it sent, without the token that may have stood in it.
#[derive(Clone, Debug)]
pub struct MerchantBody<Scope, const LIMIT: usize> {
    /// Who.
    pub merchant: Merchant,
    /// What.
    pub value: Value,
    scope: PhantomData<Scope>,
}

impl<Scope: Needed> FromRequest<Arc<App>> for Access<Scope> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<Access<Scope>, GatewayError> {
        let (parts, body) = request.into_parts();
        let in_header = bearer(&parts.headers)?;
        let json = parts.headers.get(header::CONTENT_TYPE).is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
        let merchant = if in_header.is_none() && json {
            with_body::<Scope>(app, &parts.headers, body, limits::JSON_BYTES).await?.0
        } else {
            owner::<Scope>(app, in_header.ok_or(GatewayError::Unauthorized)?).await?
        };
        Ok(Access { merchant, scope: PhantomData })
    }
}

impl<Scope: Needed, const LIMIT: usize> FromRequest<Arc<App>> for MerchantBody<Scope, LIMIT> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<MerchantBody<Scope, LIMIT>, GatewayError> {
        let (parts, body) = request.into_parts();
        let (merchant, value) = with_body::<Scope>(app, &parts.headers, body, LIMIT).await?;
        Ok(MerchantBody { merchant, value, scope: PhantomData })
    }
}

async fn with_body<Scope: Needed>(app: &App, headers: &HeaderMap, body: Body, limit: usize) -> Result<(Merchant, Value), GatewayError> {
    let in_header = bearer(headers)?;
    // With a header, a bad token is refused before the body is read.
    let early = match in_header {
        Some(text) => Some(owner::<Scope>(app, text).await?),
        None => None,
    };
    let mut value = read_json_exactly(headers, body, limit).await?;
    let in_body = match value.as_object_mut().and_then(|object: &mut Map<String, Value>| object.remove("accessToken")) {
        None => None,
        Some(Value::String(text)) => Some(text),
        Some(_) => return Err(GatewayError::Unauthorized),
    };
    let merchant = match (early, in_header, in_body) {
        (Some(_), Some(header), Some(body)) if header != body => return Err(GatewayError::Unauthorized),
        (Some(merchant), _, _) => merchant,
        (None, _, Some(body)) => owner::<Scope>(app, &body).await?,
        (None, _, None) => return Err(GatewayError::Unauthorized),
    };
    Ok((merchant, value))
}

async fn owner<Scope: Needed>(app: &App, text: &str) -> Result<Merchant, GatewayError> {
    let token = AccessToken::parse(text).ok_or(GatewayError::Unauthorized)?;
    let key = app.store.access_key(token.id().to_owned(), app.clock.millis()).await?.ok_or(GatewayError::Unauthorized)?;
    if !token.matches(&key.hash, &app.secrets) {
        return Err(GatewayError::Unauthorized);
    }
    if token.is_test() {
        return Err(GatewayError::TestToken);
    }
    if !key.scopes.has(Scope::SCOPE) {
        return Err(GatewayError::ScopeMissing(Scope::SCOPE.as_str()));
    }
    match key.merchant.mode {
        Mode::Own | Mode::Test => Ok(key.merchant),
        Mode::Forward(_) => Err(GatewayError::BadRequest("another registration API holds this merchant's registrations; call that one")),
    }
}
