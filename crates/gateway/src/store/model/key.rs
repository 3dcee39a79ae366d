//! Keys of merchants.

use super::Merchant;

/// A key of a merchant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// The publishable key, or the part of an access token by which it is found.
    pub id: String,
    /// Whose it is.
    pub merchant: String,
    /// Which kind.
    pub kind: KeyKind,
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
}
