//! The gateway's own secret, kept beside its data and readable by its owner alone, and the keys made from it.
//!
//! One random secret, one key for each purpose: a token of one kind is noise to the reader of another. Several lines
//! in the file mean a rotation: the first makes, all of them read. The file may change while the gateway runs.

mod file;

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError, RwLock};

use secrecy::{ExposeSecret, SecretBox};
use thiserror::Error;

use crate::clock;
use crate::store::{KeyKind, Mode, Store, StoreError};
use file::Stamp;

pub use file::{add, promote};

/// What a key is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Session tokens.
    Session,
    /// Addresses for one upload.
    Grant,
    /// Reading the status of one submit.
    Status,
    /// The hosted page's nonces.
    Page,
    /// Links in mails, to one registration.
    Link,
    /// An upstream's access token, sealed in the store.
    Upstream,
    /// Hashes of access keys.
    AccessKey,
    /// Hashes of what budgets are counted by.
    Budget,
    /// What signs webhooks, sealed in the store.
    Webhook,
}

impl Purpose {
    /// The words that keep the keys apart; part of every token of this kind.
    pub fn context(self) -> &'static str {
        match self {
            Purpose::Session => "regcard/session/v1",
            Purpose::Grant => "regcard/upload-grant/v1",
            Purpose::Status => "regcard/status/v1",
            Purpose::Page => "regcard/page/v1",
            Purpose::Link => "regcard/link/v1",
            Purpose::Upstream => "regcard/upstream-token/v1",
            Purpose::AccessKey => "regcard/access-key/v1",
            Purpose::Budget => "regcard/budget/v1",
            Purpose::Webhook => "regcard/webhook-secret/v1",
        }
    }
}

/// The secret could not be read or made.
#[derive(Debug, Error)]
pub enum SecretsError {
    /// The file system refused.
    #[error("{}: {source}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file holds something else.
    #[error("{}: line {line} is not \"NAME 64 HEXADECIMAL DIGITS\"", path.display())]
    Line {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
    },
    /// Others could read it.
    #[error("{}: others can read it; allow its owner alone (mode 600)", path.display())]
    Readable {
        /// The file.
        path: PathBuf,
    },
    /// It is not there, and something needs the very one that was.
    #[error(
        "{} is missing, and the store holds {what} that nothing else can read. Put the file `secrets` back (from a copy that `regcard \
         backup` made, or from another gateway on the same database). If it is lost for good, `regcard secret add` makes another: access \
         tokens, webhooks' secrets and the tokens of other registration APIs then have to be made anew", path.display()
    )]
    Lost {
        /// The file.
        path: PathBuf,
        /// What needs it.
        what: &'static str,
    },
    /// What needs it cannot be found out.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is none of this name.
    #[error("there is no secret {0}; `regcard secret list` shows what there is")]
    Unknown(String),
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] clock::NoRandomness),
}

struct Master {
    kid: String,
    secret: SecretBox<[u8; 32]>,
}

/// The secrets a gateway holds.
pub struct Secrets {
    path: PathBuf,
    masters: RwLock<Vec<Master>>,
    /// The file as it was when it was read last, whatever was in it.
    stamp: Mutex<Stamp>,
}

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.names()).finish()
    }
}

impl Secrets {
    /// Reads the secrets of a data folder; the first time one is made.
    ///
    /// # Errors
    /// [`SecretsError`] if the file cannot be read or written, holds something else, or can be read by others.
    pub fn open(data: &Path) -> Result<Secrets, SecretsError> {
        let path = file::path(data);
        file::make(data)?;
        let stamp = Stamp::of(&path)?;
        Ok(Secrets { masters: RwLock::new(file::read(&path)?), stamp: Mutex::new(stamp), path })
    }

    /// The same beside a store: none are made where it holds what only those can read that were there.
    ///
    /// # Errors
    /// As for [`Secrets::open`], and [`SecretsError::Lost`].
    pub async fn beside(data: &Path, store: &dyn Store) -> Result<Secrets, SecretsError> {
        Secrets::look_for(data, store).await?;
        Secrets::open(data)
    }

    /// Whether they are there, or nothing needs them yet.
    ///
    /// # Errors
    /// [`SecretsError::Lost`].
    pub async fn look_for(data: &Path, store: &dyn Store) -> Result<(), SecretsError> {
        // Looked at again last: another process may make them, and what needs them, meanwhile.
        if !Secrets::are_there(data)
            && let Some(what) = in_need(store).await?
            && !Secrets::are_there(data)
        {
            return Err(SecretsError::Lost { path: file::path(data), what });
        }
        Ok(())
    }

    /// Whether there are any. Where nobody can tell, there are: whoever reads them then says why they cannot be read.
    pub fn are_there(data: &Path) -> bool {
        file::path(data).try_exists().unwrap_or(true)
    }

    /// Reads the file again if it is not as it was; whether it was so. What cannot be read changes nothing, and is told once.
    ///
    /// # Errors
    /// As for [`Secrets::open`].
    pub fn look(&self) -> Result<bool, SecretsError> {
        let stamp = Stamp::of(&self.path)?;
        if std::mem::replace(&mut *self.stamp.lock().unwrap_or_else(PoisonError::into_inner), stamp) == stamp {
            return Ok(false);
        }
        let masters = file::read(&self.path)?;
        *self.masters.write().unwrap_or_else(PoisonError::into_inner) = masters;
        Ok(true)
    }

    /// Their names, the one that makes first.
    pub fn names(&self) -> Vec<String> {
        self.with(|masters| masters.iter().map(|master| master.kid.clone()).collect())
    }

    /// The key that makes new things of this purpose, and its name.
    pub fn newest(&self, purpose: Purpose) -> Option<(String, [u8; 32])> {
        self.with(|masters| masters.first().map(|master| (master.kid.clone(), derive(master, purpose))))
    }

    /// The key of this name.
    pub fn named(&self, kid: &str, purpose: Purpose) -> Option<[u8; 32]> {
        self.with(|masters| masters.iter().find(|master| master.kid == kid).map(|master| derive(master, purpose)))
    }

    /// Every key of this purpose, the newest first.
    pub fn all(&self, purpose: Purpose) -> Vec<[u8; 32]> {
        self.with(|masters| masters.iter().map(|master| derive(master, purpose)).collect())
    }

    fn with<T>(&self, read: impl FnOnce(&[Master]) -> T) -> T {
        read(&self.masters.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// What a store holds that cannot be read without the secrets it was made with.
async fn in_need(store: &dyn Store) -> Result<Option<&'static str>, StoreError> {
    for merchant in store.merchants().await? {
        if matches!(merchant.mode, Mode::Forward(_)) {
            return Ok(Some("the sealed token of another registration API"));
        }
        if store.keys(merchant.id).await?.iter().any(|kept| matches!(kept.key.kind, KeyKind::Access(_))) {
            return Ok(Some("access tokens"));
        }
    }
    Ok((!store.webhooks(None).await?.is_empty()).then_some("the sealed secrets of webhooks"))
}

fn derive(master: &Master, purpose: Purpose) -> [u8; 32] {
    blake3::derive_key(purpose.context(), master.secret.expose_secret())
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'];
    bytes.iter().flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]).collect()
}

/// Reads what [`hex`] wrote.
pub fn unhex<const N: usize>(digits: &str) -> Option<[u8; N]> {
    if digits.len() != N * 2 || !digits.is_ascii() {
        return None;
    }
    let mut bytes = [0; N];
    for (index, byte) in bytes.iter_mut().enumerate() {
        *byte = u8::from_str_radix(digits.get(index * 2..index * 2 + 2)?, 16).ok()?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Keeping, MerchantSettings, Sqlite, Upstream, WebhookEndpoint, WebhookEvent};

    /// Each in a folder of its own: without them nothing is missing, with them the file is.
    #[tokio::test]
    async fn what_is_sealed_needs_the_secrets_that_were_there() {
        let merchant = |keeping| MerchantSettings { id: "shop".into(), keeping, ..MerchantSettings::default() };
        let endpoint = WebhookEndpoint {
            id: "e1".into(),
            merchant: "shop".into(),
            url: "https://shop.example/".into(),
            events: WebhookEvent::ALL.to_vec(),
            secret_sealed: "sealed".into(),
            previous: None,
            disabled: None,
            failing_since: None,
            created_at: 1,
        };
        let upstream = Upstream { url: "https://api.example/api".into(), sealed_token: "sealed".into() };
        for (keeping, endpoint, needs) in [
            (Keeping::AsBefore, None, None),
            (Keeping::At(upstream), None, Some("the sealed token of another registration API")),
            (Keeping::Here, Some(endpoint), Some("the sealed secrets of webhooks")),
        ] {
            let folder = tempfile::tempdir().unwrap();
            let store = Sqlite::open(folder.path()).unwrap();
            store.put_merchant(merchant(keeping), 1).await.unwrap();
            if let Some(endpoint) = endpoint {
                store.add_webhook(endpoint).await.unwrap();
            }
            match (Secrets::beside(folder.path(), &store).await, needs) {
                (Ok(_), None) => {}
                (Err(SecretsError::Lost { what, .. }), Some(needs)) => assert_eq!(what, needs),
                (other, needs) => panic!("{other:?}, {needs:?}"),
            }
            assert_eq!(Secrets::are_there(folder.path()), needs.is_none(), "none is made in the place of a lost one");
            Secrets::open(folder.path()).unwrap();
            assert!(Secrets::beside(folder.path(), &store).await.is_ok());
        }
    }
}
