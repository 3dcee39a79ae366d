//! Tokens: what a session, an upload, a question for the status and a hosted page carry. PASETO v4.local, one key for each purpose.
//!
//! Nothing is looked up here: whether a merchant still exists or a session has budget left is for those who ask.

use std::fmt;
use std::sync::Arc;

use pasetors::Local;
use pasetors::keys::SymmetricKey;
use pasetors::token::UntrustedToken;
use pasetors::version4::{LocalToken, V4};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::limits;
use crate::secrets::{Purpose, Secrets};

/// Why a token is not taken, or could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenError {
    /// Not made here, not for this, or changed.
    #[error("not a token of this gateway for this purpose")]
    Foreign,
    /// It was good once.
    #[error("the token has run out")]
    Expired,
    /// The machine could not make one.
    #[error("no token could be made")]
    NotMade,
}

/// What a session token says. Names are short because every request carries them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Session {
    /// The layout's version.
    pub v: u8,
    /// The merchant.
    pub mid: String,
    /// The merchant's epoch: raising it ends every session.
    pub ep: i64,
    /// The publishable key.
    pub pk: String,
    /// The session, which goes on when the token is renewed.
    pub sid: String,
    /// The page's origin.
    pub org: String,
    /// The form.
    pub frm: String,
    /// What may be done: 1 check, 2 upload, 4 register.
    pub ops: u8,
    /// Made, in seconds.
    pub iat: i64,
    /// Runs out, in seconds.
    pub exp: i64,
    /// Renews until, in seconds.
    pub rex: i64,
    /// This token.
    pub jti: String,
}

/// What a session may do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// Check a serial number.
    Check = 1,
    /// Ask for an upload.
    Upload = 2,
    /// Register.
    Register = 4,
}

impl Operation {
    /// All three, as a session token says it.
    pub const ALL: u8 = Operation::Check as u8 | Operation::Upload as u8 | Operation::Register as u8;
}

/// What an upload's address says.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Grant {
    /// The layout's version.
    pub v: u8,
    /// The upload.
    pub uid: String,
    /// The merchant.
    pub mid: String,
    /// Media type, to the letter.
    pub t: String,
    /// Bytes, to the byte.
    pub z: u64,
    /// Runs out, in seconds.
    pub exp: i64,
}

/// What a status token says: which submit, by its idempotency key's hash.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusClaim {
    /// The layout's version.
    pub v: u8,
    /// The merchant.
    pub mid: String,
    /// The hash.
    pub key: String,
    /// Runs out, in seconds.
    pub exp: i64,
}

/// What a hosted page says of itself when its form is posted: which page it was, so that each registers once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HostedPage {
    /// The layout's version.
    pub v: u8,
    /// The merchant.
    pub mid: String,
    /// The merchant's epoch, as of a session.
    pub ep: i64,
    /// The publishable key.
    pub pk: String,
    /// The form.
    pub frm: String,
    /// What its files and budgets are counted under, which goes on when the page has run out and is shown again.
    pub sid: String,
    /// This page: 128 random bits.
    pub jti: String,
    /// Registers until, in seconds.
    pub exp: i64,
}

/// What a link in a mail says: which registration may be seen, and given one receipt.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Link {
    /// The layout's version.
    pub v: u8,
    /// The merchant.
    pub mid: String,
    /// The registration.
    pub rid: String,
    /// This link: its uploads are counted under it.
    pub jti: String,
    /// Runs out, in seconds.
    pub exp: i64,
    /// By what it is found where another API keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<Away>,
}

/// By what a registration is found at another API, which lists a customer's registrations and knows no other way to one of them.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Away {
    /// The customer's address.
    pub eml: String,
    /// The form.
    pub frm: String,
    /// Our reference.
    pub reference: String,
    /// When it arrived there, in milliseconds.
    pub at: i64,
}

impl HostedPage {
    /// Whether it is too old to register.
    pub fn has_run_out(&self, now: i64) -> bool {
        within(self.exp, now).is_err()
    }
}

impl fmt::Debug for HostedPage {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "HostedPage(of {})", self.mid)
    }
}

impl fmt::Debug for Link {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Link(of {})", self.mid)
    }
}

impl fmt::Debug for Away {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Away({})", self.reference)
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Session({} of {})", self.sid, self.mid)
    }
}

impl fmt::Debug for Grant {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Grant({})", self.uid)
    }
}

impl fmt::Debug for StatusClaim {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "StatusClaim(of {})", self.mid)
    }
}

/// Makes and reads tokens for one gateway.
#[derive(Clone, Debug)]
pub struct Tokens {
    secrets: Arc<Secrets>,
    audience: String,
}

#[derive(Serialize, Deserialize)]
struct Footer {
    kid: String,
}

impl Tokens {
    /// For the gateway of this public address.
    pub fn new(secrets: Arc<Secrets>, public_url: &str) -> Tokens {
        Tokens { secrets, audience: public_url.to_owned() }
    }

    /// A session's token.
    ///
    /// # Errors
    /// [`TokenError::NotMade`].
    pub fn seal_session(&self, session: &Session) -> Result<String, TokenError> {
        self.seal(Purpose::Session, session)
    }

    /// Reads a session's token at this second.
    ///
    /// # Errors
    /// [`TokenError::Foreign`], [`TokenError::Expired`].
    pub fn open_session(&self, text: &str, now: i64) -> Result<Session, TokenError> {
        let session = self.open_session_to_renew(text, now)?;
        within(session.exp, now).map(|()| session)
    }

    /// Reads an old token, which may have run out, for a new one.
    ///
    /// # Errors
    /// [`TokenError::Foreign`]; [`TokenError::Expired`] once it is too old for that too.
    pub fn open_session_to_renew(&self, text: &str, now: i64) -> Result<Session, TokenError> {
        let session: Session = self.open(Purpose::Session, text)?;
        if session.v != 1 || session.iat > now + limits::LEEWAY_SECONDS {
            return Err(TokenError::Foreign);
        }
        within(session.rex, now).map(|()| session)
    }

    /// An upload's address.
    ///
    /// # Errors
    /// [`TokenError::NotMade`].
    pub fn seal_grant(&self, grant: &Grant) -> Result<String, TokenError> {
        self.seal(Purpose::Grant, grant)
    }

    /// Reads an upload's address at this second.
    ///
    /// # Errors
    /// [`TokenError::Foreign`], [`TokenError::Expired`].
    pub fn open_grant(&self, text: &str, now: i64) -> Result<Grant, TokenError> {
        let grant: Grant = self.open(Purpose::Grant, text)?;
        within(grant.exp, now).map(|()| grant)
    }

    /// A status token.
    ///
    /// # Errors
    /// [`TokenError::NotMade`].
    pub fn seal_status(&self, claim: &StatusClaim) -> Result<String, TokenError> {
        self.seal(Purpose::Status, claim)
    }

    /// Reads a status token at this second.
    ///
    /// # Errors
    /// [`TokenError::Foreign`], [`TokenError::Expired`].
    pub fn open_status(&self, text: &str, now: i64) -> Result<StatusClaim, TokenError> {
        let claim: StatusClaim = self.open(Purpose::Status, text)?;
        within(claim.exp, now).map(|()| claim)
    }

    /// A hosted page's nonce.
    ///
    /// # Errors
    /// [`TokenError::NotMade`].
    pub fn seal_page(&self, page: &HostedPage) -> Result<String, TokenError> {
        self.seal(Purpose::Page, page)
    }

    /// Reads a hosted page's nonce. One that has run out is read too: it no longer registers, see [`HostedPage::has_run_out`],
    /// but what it registered can still be told.
    ///
    /// # Errors
    /// [`TokenError::Foreign`].
    pub fn open_page(&self, text: &str) -> Result<HostedPage, TokenError> {
        self.open(Purpose::Page, text)
    }

    /// A link's token.
    ///
    /// # Errors
    /// [`TokenError::NotMade`].
    pub fn seal_link(&self, link: &Link) -> Result<String, TokenError> {
        self.seal(Purpose::Link, link)
    }

    /// Reads a link's token at this second.
    ///
    /// # Errors
    /// [`TokenError::Foreign`], [`TokenError::Expired`].
    pub fn open_link(&self, text: &str, now: i64) -> Result<Link, TokenError> {
        let link: Link = self.open(Purpose::Link, text)?;
        within(link.exp, now).map(|()| link)
    }

    fn seal<T: Serialize>(&self, purpose: Purpose, claims: &T) -> Result<String, TokenError> {
        let message = serde_json::to_vec(claims).map_err(|_| TokenError::NotMade)?;
        seal(&self.secrets, purpose, &self.audience, &message)
    }

    fn open<T: DeserializeOwned>(&self, purpose: Purpose, text: &str) -> Result<T, TokenError> {
        let message = open(&self.secrets, purpose, &self.audience, text)?;
        serde_json::from_str(&message).map_err(|_| TokenError::Foreign)
    }
}

/// Seals an upstream's access token for the store, so that a copy of the store alone does not give it away.
///
/// # Errors
/// [`TokenError::NotMade`].
pub fn seal_upstream_token(secrets: &Secrets, merchant: &str, token: &SecretString) -> Result<String, TokenError> {
    seal(secrets, Purpose::Upstream, merchant, token.expose_secret().as_bytes())
}

/// Opens what [`seal_upstream_token`] sealed for this merchant.
///
/// # Errors
/// [`TokenError::Foreign`] if the secret is another, or the merchant.
pub fn open_upstream_token(secrets: &Secrets, merchant: &str, sealed: &str) -> Result<SecretString, TokenError> {
    open(secrets, Purpose::Upstream, merchant, sealed).map(SecretString::from)
}

/// Seals what signs an endpoint's webhooks for the store.
///
/// # Errors
/// [`TokenError::NotMade`].
pub fn seal_webhook_secret(secrets: &Secrets, endpoint: &str, secret: &SecretString) -> Result<String, TokenError> {
    seal(secrets, Purpose::Webhook, endpoint, secret.expose_secret().as_bytes())
}

/// Opens what [`seal_webhook_secret`] sealed for this endpoint.
///
/// # Errors
/// [`TokenError::Foreign`] if the secret is another, or the endpoint.
pub fn open_webhook_secret(secrets: &Secrets, endpoint: &str, sealed: &str) -> Result<SecretString, TokenError> {
    open(secrets, Purpose::Webhook, endpoint, sealed).map(SecretString::from)
}

fn seal(secrets: &Secrets, purpose: Purpose, audience: &str, message: &[u8]) -> Result<String, TokenError> {
    let (kid, key) = secrets.newest(purpose).ok_or(TokenError::NotMade)?;
    let key = SymmetricKey::<V4>::from(&key).map_err(|_| TokenError::NotMade)?;
    let footer = serde_json::to_vec(&Footer { kid }).map_err(|_| TokenError::NotMade)?;
    LocalToken::encrypt(&key, message, Some(&footer), Some(assertion(purpose, audience).as_bytes())).map_err(|_| TokenError::NotMade)
}

fn open(secrets: &Secrets, purpose: Purpose, audience: &str, text: &str) -> Result<String, TokenError> {
    // An upstream's token may be longer than ours ever are; it comes from our own store.
    if purpose != Purpose::Upstream && text.len() > limits::TOKEN_CHARS {
        return Err(TokenError::Foreign);
    }
    let token = UntrustedToken::<Local, V4>::try_from(text).map_err(|_| TokenError::Foreign)?;
    let footer: Footer = serde_json::from_slice(token.untrusted_footer()).map_err(|_| TokenError::Foreign)?;
    let key = secrets.named(&footer.kid, purpose).ok_or(TokenError::Foreign)?;
    let key = SymmetricKey::<V4>::from(&key).map_err(|_| TokenError::Foreign)?;
    let trusted =
        LocalToken::decrypt(&key, &token, None, Some(assertion(purpose, audience).as_bytes())).map_err(|_| TokenError::Foreign)?;
    Ok(trusted.payload().to_owned())
}

/// Bound into the token without a byte of it: what it is for, and at which gateway.
fn assertion(purpose: Purpose, audience: &str) -> String {
    format!("{}|aud={audience}", purpose.context())
}

fn within(end: i64, now: i64) -> Result<(), TokenError> {
    if now < end + limits::LEEWAY_SECONDS { Ok(()) } else { Err(TokenError::Expired) }
}

#[cfg(test)]
mod tests;
