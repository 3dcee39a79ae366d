//! The gateway's own secret, kept beside its data and readable by its owner alone, and the keys made from it.
//!
//! One random secret, one key for each purpose: a token of one kind is noise to the reader of another. Several lines
//! in the file mean a rotation: the first makes, all of them read.

use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretBox};
use thiserror::Error;

use crate::clock;

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
    /// No secret can be made.
    #[error(transparent)]
    Random(#[from] clock::NoRandomness),
}

struct Master {
    kid: String,
    secret: SecretBox<[u8; 32]>,
}

/// The secrets a gateway holds.
pub struct Secrets(Vec<Master>);

impl std::fmt::Debug for Secrets {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_list().entries(self.0.iter().map(|master| &master.kid)).finish()
    }
}

impl Secrets {
    /// Reads the secret of a data folder; the first time it is made.
    ///
    /// # Errors
    /// [`SecretsError`] if the file cannot be read or written, holds something else, or can be read by others.
    pub fn open(data: &Path) -> Result<Secrets, SecretsError> {
        let path = data.join("secrets");
        let fault = |source| SecretsError::File { path: path.clone(), source };
        fs::create_dir_all(data).map_err(fault)?;
        if !path.exists() {
            let made = data.join(format!("secrets.{}", std::process::id()));
            let line = format!("k1 {}\n", hex(&clock::random::<32>()?));
            let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&made).map_err(fault)?;
            file.write_all(line.as_bytes()).and_then(|()| file.sync_all()).map_err(fault)?;
            // Of two processes that start at once, the first to link wins; both read what is there then.
            let linked = fs::hard_link(&made, &path);
            fs::remove_file(&made).map_err(fault)?;
            match linked {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fault(error)),
                Ok(()) | Err(_) => {}
            }
            fs::File::open(data).and_then(|folder| folder.sync_all()).map_err(fault)?;
        }
        if fs::metadata(&path).map_err(fault)?.permissions().mode() & 0o077 != 0 {
            return Err(SecretsError::Readable { path });
        }
        let text = fs::read_to_string(&path).map_err(fault)?;
        let mut masters = Vec::new();
        for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let read = line.split_once(' ').and_then(|(kid, digits)| Some((kid.to_owned(), unhex::<32>(digits.trim())?)));
            let (kid, secret) = read.ok_or_else(|| SecretsError::Line { path: path.clone(), line: index + 1 })?;
            masters.push(Master { kid, secret: SecretBox::new(Box::new(secret)) });
        }
        if masters.is_empty() {
            return Err(SecretsError::Line { path, line: 1 });
        }
        Ok(Secrets(masters))
    }

    /// The key that makes new things of this purpose, and its name.
    pub fn newest(&self, purpose: Purpose) -> Option<(&str, [u8; 32])> {
        self.0.first().map(|master| (master.kid.as_str(), derive(master, purpose)))
    }

    /// The key of this name.
    pub fn named(&self, kid: &str, purpose: Purpose) -> Option<[u8; 32]> {
        self.0.iter().find(|master| master.kid == kid).map(|master| derive(master, purpose))
    }

    /// Every key of this purpose, the newest first.
    pub fn all(&self, purpose: Purpose) -> impl Iterator<Item = [u8; 32]> {
        self.0.iter().map(move |master| derive(master, purpose))
    }
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
