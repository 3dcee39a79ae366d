//! The file of secrets: a line each, `NAME 64 HEXADECIMAL DIGITS`. Written whole or not at all, for its owner alone.

use std::fs::{self, File};
use std::io::{self, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretBox};

use super::{Master, SecretsError, hex, unhex};
use crate::clock;

/// What tells that a file was written anew: its number, its length, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stamp(u64, u64, i64, i64);

impl Stamp {
    pub(super) fn of(path: &Path) -> Result<Stamp, SecretsError> {
        let found = fs::metadata(path).map_err(fault(path))?;
        Ok(Stamp(found.ino(), found.size(), found.mtime(), found.mtime_nsec()))
    }
}

/// Where it is in a data folder.
pub(super) fn path(data: &Path) -> PathBuf {
    data.join("secrets")
}

/// Makes it, with one secret, where there is none.
pub(super) fn make(data: &Path) -> Result<(), SecretsError> {
    let path = path(data);
    fs::create_dir_all(data).map_err(fault(&path))?;
    if path.exists() {
        return Ok(());
    }
    let made = written(&path, &[Master { kid: "k1".to_owned(), secret: random()? }])?;
    // Of two processes that start at once, the first to link wins; both read what is there then.
    let linked = fs::hard_link(&made, &path);
    fs::remove_file(&made).map_err(fault(&path))?;
    match linked {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(fault(&path)(error)),
        Ok(()) | Err(_) => {}
    }
    synced(data)
}

/// Reads it.
pub(super) fn read(path: &Path) -> Result<Vec<Master>, SecretsError> {
    if fs::metadata(path).map_err(fault(path))?.permissions().mode() & 0o077 != 0 {
        return Err(SecretsError::Readable { path: path.to_owned() });
    }
    let text = fs::read_to_string(path).map_err(fault(path))?;
    let mut masters = Vec::new();
    for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        let read = line.split_once(' ').and_then(|(kid, digits)| Some((kid.to_owned(), unhex::<32>(digits.trim())?)));
        let (kid, secret) = read.ok_or_else(|| SecretsError::Line { path: path.to_owned(), line: index + 1 })?;
        masters.push(Master { kid, secret: SecretBox::new(Box::new(secret)) });
    }
    if masters.is_empty() {
        return Err(SecretsError::Line { path: path.to_owned(), line: 1 });
    }
    Ok(masters)
}

/// Adds a secret, which reads from now on and makes nothing yet. Answers its name.
///
/// # Errors
/// If the file cannot be read or written.
pub fn add(data: &Path) -> Result<String, SecretsError> {
    let mut masters = read(&path(data))?;
    let numbers = masters.iter().filter_map(|master| master.kid.strip_prefix('k')?.parse::<u64>().ok());
    let kid = format!("k{}", numbers.max().unwrap_or_default() + 1);
    masters.push(Master { kid: kid.clone(), secret: random()? });
    replace(data, &masters)?;
    Ok(kid)
}

/// Lets the secret of this name make everything that is made from now on. The others go on reading.
///
/// # Errors
/// If there is none of this name, or the file cannot be read or written.
pub fn promote(data: &Path, kid: &str) -> Result<(), SecretsError> {
    let mut masters = read(&path(data))?;
    let at = masters.iter().position(|master| master.kid == kid).ok_or_else(|| SecretsError::Unknown(kid.to_owned()))?;
    masters[..=at].rotate_right(1);
    replace(data, &masters)
}

fn replace(data: &Path, masters: &[Master]) -> Result<(), SecretsError> {
    let path = path(data);
    fs::rename(written(&path, masters)?, &path).map_err(fault(&path))?;
    synced(data)
}

/// A file beside it that is complete and on the disk.
fn written(path: &Path, masters: &[Master]) -> Result<PathBuf, SecretsError> {
    let made = path.with_extension(std::process::id().to_string());
    let mut file = fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&made).map_err(fault(path))?;
    for master in masters {
        writeln!(file, "{} {}", master.kid, hex(master.secret.expose_secret())).map_err(fault(path))?;
    }
    file.sync_all().map_err(fault(path))?;
    Ok(made)
}

fn synced(data: &Path) -> Result<(), SecretsError> {
    File::open(data).and_then(|folder| folder.sync_all()).map_err(fault(data))
}

fn random() -> Result<SecretBox<[u8; 32]>, SecretsError> {
    Ok(SecretBox::new(Box::new(clock::random::<32>()?)))
}

fn fault(path: &Path) -> impl Fn(io::Error) -> SecretsError {
    let path = path.to_owned();
    move |source| SecretsError::File { path: path.clone(), source }
}
