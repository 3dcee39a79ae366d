//! Keys of merchants.

use super::Merchant;
use crate::scopes::Scopes;

/// A key of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The publishable key, or the part of an access token by which it is found.
    pub id: String,
    /// Whose it is.
    pub merchant: String,
    /// Which kind.
    pub kind: KeyKind,
    /// What an access token may do; a publishable key has no say in that.
    pub scopes: Scopes,
}

/// A key as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptKey {
    /// The key.
    pub key: Key,
    /// When it was made.
    pub created_at: i64,
    /// When it ended, or will.
    pub ends_at: Option<i64>,
}

/// The kinds of key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    /// For pages.
    Publishable,
    /// For servers; the hash of the token.
    Access([u8; 32]),
}

/// An access token's owner and hash.
#[derive(Clone, Debug)]
pub struct AccessKey {
    /// Whose it is.
    pub merchant: Merchant,
    /// The token's hash.
    pub hash: [u8; 32],
    /// What it may do.
    pub scopes: Scopes,
}
