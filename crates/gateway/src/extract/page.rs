//! A card's session: a token of this gateway, sent from the origin it was made for.

use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::{bearer, origin_of};
use crate::app::App;
use crate::keys::PublishableKey;
use crate::problem::GatewayError;
use crate::store::Merchant;
use crate::token::{Operation, Session};

/// A card with a session.
#[derive(Clone, Debug)]
pub struct PageSession {
    /// What the token says.
    pub session: Session,
    /// The merchant, as it is now.
    pub merchant: Merchant,
}

impl PageSession {
    /// Whether the session may do this.
    ///
    /// # Errors
    /// [`GatewayError::Unauthorized`].
    pub fn allow(&self, operation: Operation) -> Result<(), GatewayError> {
        if self.session.ops & operation as u8 == 0 { Err(GatewayError::Unauthorized) } else { Ok(()) }
    }
}

impl FromRequestParts<Arc<App>> for PageSession {
    type Rejection = GatewayError;

    /// The token first, then the origin: who has no token learns nothing of origins.
    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<PageSession, GatewayError> {
        let text = bearer(&parts.headers)?.ok_or(GatewayError::Unauthorized)?;
        let session = app.tokens.open_session(text, app.clock.seconds())?;
        let key = PublishableKey::parse(&session.pk).ok_or(GatewayError::Unauthorized)?;
        let merchant = app.merchant_of_key(&key).await?.ok_or(GatewayError::Unauthorized)?;
        if merchant.id != session.mid || merchant.epoch != session.ep {
            return Err(GatewayError::Unauthorized);
        }
        let origin = origin_of(&parts.headers).ok_or(GatewayError::OriginNotAllowed)?;
        if origin.as_str() != session.org || !app.allows(&merchant, &origin) {
            return Err(GatewayError::OriginNotAllowed);
        }
        Ok(PageSession { session, merchant })
    }
}
