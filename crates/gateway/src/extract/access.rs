//! A merchant's server: its access token, in the header or in the body.

use std::sync::Arc;

use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::request::Parts;
use serde_json::Value;

use super::{bearer, read_json};
use crate::app::App;
use crate::keys::AccessToken;
use crate::problem::GatewayError;
use crate::store::{Merchant, Mode};

/// A merchant's server, by the header.
#[derive(Clone, Debug)]
pub struct Access(pub Merchant);

/// A merchant's server and the JSON it sent, without the token that may have stood in it.
#[derive(Clone, Debug)]
pub struct MerchantBody<const LIMIT: usize> {
    /// Who.
    pub merchant: Merchant,
    /// What.
    pub value: Value,
}

impl FromRequestParts<Arc<App>> for Access {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Access, GatewayError> {
        let text = bearer(&parts.headers)?.ok_or(GatewayError::Unauthorized)?;
        owner(app, text).await.map(Access)
    }
}

impl<const LIMIT: usize> FromRequest<Arc<App>> for MerchantBody<LIMIT> {
    type Rejection = GatewayError;

    async fn from_request(request: Request, app: &Arc<App>) -> Result<MerchantBody<LIMIT>, GatewayError> {
        let (parts, body) = request.into_parts();
        let in_header = bearer(&parts.headers)?.map(str::to_owned);
        // With a header, a bad token is refused before the body is read.
        let early = match &in_header {
            Some(text) => Some(owner(app, text).await?),
            None => None,
        };
        let mut value = read_json(&parts.headers, body, LIMIT).await?;
        let in_body = match value.as_object_mut().and_then(|object| object.remove("accessToken")) {
            None => None,
            Some(Value::String(text)) => Some(text),
            Some(_) => return Err(GatewayError::Unauthorized),
        };
        let merchant = match (early, in_header, in_body) {
            (Some(_), Some(header), Some(body)) if header != body => return Err(GatewayError::Unauthorized),
            (Some(merchant), _, _) => merchant,
            (None, _, Some(body)) => owner(app, &body).await?,
            (None, _, None) => return Err(GatewayError::Unauthorized),
        };
        Ok(MerchantBody { merchant, value })
    }
}

async fn owner(app: &App, text: &str) -> Result<Merchant, GatewayError> {
    let token = AccessToken::parse(text).ok_or(GatewayError::Unauthorized)?;
    let key = app.store.access_key(token.id().to_owned()).await?.ok_or(GatewayError::Unauthorized)?;
    if !token.matches(&key.hash, &app.secrets) {
        return Err(GatewayError::Unauthorized);
    }
    match key.merchant.mode {
        Mode::Own => Ok(key.merchant),
        Mode::Forward(_) => Err(GatewayError::BadRequest("another registration API holds this merchant's registrations; call that one")),
    }
}
