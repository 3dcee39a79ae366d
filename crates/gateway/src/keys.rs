//! The two keys a merchant is given: the publishable one for pages, the access token for servers.
//!
//! Of an access token only a hash is kept. Its checksum lets scanners of public code tell a leaked one from noise.

use std::fmt;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::clock::{self, NoRandomness};
use crate::secrets::{Purpose, Secrets};

const DIGITS: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// A publishable key, `pk_live_…` or `pk_test_…`. Public: it opens sessions from the merchant's origins and no more.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PublishableKey(String);

/// An access token, `sk_live_…`: everything of one merchant. Never shown again after it was made.
pub struct AccessToken {
    id: String,
    text: SecretString,
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "AccessToken({}…)", self.id)
    }
}

impl PublishableKey {
    /// A new one.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn create(test: bool) -> Result<PublishableKey, NoRandomness> {
        Ok(PublishableKey(format!("pk_{}_{}", if test { "test" } else { "live" }, base62(&clock::random::<12>()?, 16))))
    }

    /// Reads one: a known prefix and 16 letters or digits. Nothing else is ever looked up.
    pub fn parse(text: &str) -> Option<PublishableKey> {
        let rest = text.strip_prefix("pk_live_").or_else(|| text.strip_prefix("pk_test_"))?;
        (rest.len() == 16 && rest.bytes().all(|byte| byte.is_ascii_alphanumeric())).then(|| PublishableKey(text.to_owned()))
    }

    /// The key.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is for trying things out, see [`crate::test_keys`].
    pub fn is_test(&self) -> bool {
        self.0.starts_with("pk_test_")
    }
}

impl AccessToken {
    /// A new one: 8 characters to find it by, 256 bits nobody can guess, a checksum.
    ///
    /// # Errors
    /// [`NoRandomness`].
    pub fn create(test: bool) -> Result<AccessToken, NoRandomness> {
        let id = base62(&clock::random::<6>()?, 8);
        let body = format!("sk_{}_{id}_{}", if test { "test" } else { "live" }, base62(&clock::random::<32>()?, 43));
        let text = format!("{body}_{}", base62(&crc32(body.as_bytes()).to_be_bytes(), 6));
        Ok(AccessToken { id, text: text.into() })
    }

    /// Reads one; what is no access token is refused before the store is asked.
    pub fn parse(text: &str) -> Option<AccessToken> {
        let (body, checksum) = text.rsplit_once('_')?;
        let rest = body.strip_prefix("sk_live_").or_else(|| body.strip_prefix("sk_test_"))?;
        let (id, secret) = rest.split_once('_')?;
        let digits = |part: &str, length| part.len() == length && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
        let good = digits(id, 8) && digits(secret, 43) && checksum == base62(&crc32(body.as_bytes()).to_be_bytes(), 6);
        good.then(|| AccessToken { id: id.to_owned(), text: text.to_owned().into() })
    }

    /// The part by which it is found. Not a secret.
    pub fn id(&self) -> &str {
        &self.id
    }

    /// Whether it is for trying things out. Such a token is good for nothing.
    pub fn is_test(&self) -> bool {
        self.reveal().starts_with("sk_test_")
    }

    /// The token itself, to be shown to its owner once.
    pub fn reveal(&self) -> &str {
        self.text.expose_secret()
    }

    /// What is kept of it.
    pub fn hash(&self, secrets: &Secrets) -> Option<[u8; 32]> {
        secrets.newest(Purpose::AccessKey).map(|(_, key)| self.hash_with(&key))
    }

    /// Whether this is the token of which the hash was kept. Takes the same time either way.
    pub fn matches(&self, hash: &[u8], secrets: &Secrets) -> bool {
        secrets.all(Purpose::AccessKey).iter().fold(false, |found, key| found | bool::from(self.hash_with(key).as_slice().ct_eq(hash)))
    }

    fn hash_with(&self, key: &[u8; 32]) -> [u8; 32] {
        blake3::keyed_hash(key, self.text.expose_secret().as_bytes()).into()
    }
}

/// Bytes as letters and digits, `length` of them, the high ones dropped.
fn base62(bytes: &[u8], length: usize) -> String {
    let mut number = bytes.to_vec();
    let mut text = vec![b'0'; length];
    for digit in text.iter_mut().rev() {
        let mut remainder = 0_u32;
        for byte in &mut number {
            let value = remainder << 8 | u32::from(*byte);
            *byte = u8::try_from(value / 62).unwrap_or_default();
            remainder = value % 62;
        }
        *digit = DIGITS[remainder as usize];
    }
    text.into_iter().map(char::from).collect()
}

/// The checksum of zip files, as GitHub's tokens carry it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| if sum & 1 == 1 { sum >> 1 ^ 0xEDB8_8320 } else { sum >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_that_of_zip_files() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }

    #[test]
    fn keys_read_back_and_a_changed_one_does_not() {
        let publishable = PublishableKey::create(false).unwrap();
        assert_eq!(PublishableKey::parse(publishable.as_str()), Some(publishable));
        assert_eq!(PublishableKey::parse("pk_live_../../../etc/pas"), None);
        let access = AccessToken::create(true).unwrap();
        assert!(AccessToken::parse(access.reveal()).is_some());
        let mut changed = access.reveal().to_owned().into_bytes();
        changed[20] = if changed[20] == b'a' { b'b' } else { b'a' };
        assert!(AccessToken::parse(std::str::from_utf8(&changed).unwrap()).is_none());
    }

    #[test]
    fn an_access_token_does_not_show_itself() {
        let access = AccessToken::create(false).unwrap();
        assert!(!format!("{access:?}").contains(&access.reveal()[20..]));
    }
}
