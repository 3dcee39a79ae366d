//! The key that makes two submits one.

use std::sync::Arc;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use regcard_protocol::limits;

use crate::app::App;
use crate::problem::GatewayError;

/// The hash of an idempotency key. The key itself is kept nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IdempotencyKey(pub [u8; 32]);

impl IdempotencyKey {
    /// Reads the header: bare, or in quotes as the draft writes it; both are the same key. `None` without the header.
    ///
    /// # Errors
    /// [`GatewayError::IdempotencyKeyMissing`] if it is too short, too long or not visible ASCII.
    pub fn of(headers: &HeaderMap) -> Result<Option<IdempotencyKey>, GatewayError> {
        let mut all = headers.get_all("idempotency-key").iter();
        let Some(one) = all.next() else {
            return Ok(None);
        };
        let text = one.to_str().map_err(|_| GatewayError::IdempotencyKeyMissing)?;
        let bare = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or(text);
        let length = limits::IDEMPOTENCY_KEY_MIN_CHARS..=limits::IDEMPOTENCY_KEY_MAX_CHARS;
        if all.next().is_some() || !length.contains(&bare.len()) || !bare.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err(GatewayError::IdempotencyKeyMissing);
        }
        Ok(Some(IdempotencyKey(blake3::hash(bare.as_bytes()).into())))
    }

    /// The same key as a test key's session has it.
    #[must_use]
    pub fn in_test(self) -> IdempotencyKey {
        let mut hasher = blake3::Hasher::new_derive_key("regcard 2026-11 a test key's submit");
        IdempotencyKey(hasher.update(&self.0).finalize().into())
    }
}

impl FromRequestParts<Arc<App>> for IdempotencyKey {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<IdempotencyKey, GatewayError> {
        IdempotencyKey::of(&parts.headers)?.ok_or(GatewayError::IdempotencyKeyMissing)
    }
}

impl OptionalFromRequestParts<Arc<App>> for IdempotencyKey {
    type Rejection = GatewayError;

    async fn from_request_parts(parts: &mut Parts, _app: &Arc<App>) -> Result<Option<IdempotencyKey>, GatewayError> {
        IdempotencyKey::of(&parts.headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<IdempotencyKey> {
        IdempotencyKey::of(&HeaderMap::from_iter([("idempotency-key".parse().unwrap(), text.parse().unwrap())])).ok().flatten()
    }

    #[test]
    fn a_quoted_key_is_the_same_key() {
        assert_eq!(read("0123456789abcdef"), read("\"0123456789abcdef\""));
        assert!(read("0123456789abcdef").is_some());
    }

    #[test]
    fn sixteen_to_two_hundred_and_fifty_five_visible_characters() {
        assert!(read(&"k".repeat(15)).is_none() && read(&"k".repeat(16)).is_some());
        assert!(read(&"k".repeat(255)).is_some() && read(&"k".repeat(256)).is_none());
        assert!(read("0123456789 abcdef").is_none());
    }
}
