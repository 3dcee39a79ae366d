//! The demo's folder: the gateway's data, and beside it the two keys, of which the store cannot give the secret one back.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

/// Marks a folder as the demo's, so that `--fresh` empties no other.
const MARK: &str = ".regcard-demo";

/// A folder that the demo may use.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    /// Opens or creates it; `fresh` empties it first.
    pub(super) fn open(path: &Path, fresh: bool) -> Result<Folder> {
        fs::create_dir_all(path).with_context(|| format!("cannot make the folder {}", path.display()))?;
        let entries = || fs::read_dir(path).with_context(|| format!("cannot read the folder {}", path.display()));
        let (is_marked, is_empty) = (path.join(MARK).exists(), entries()?.next().is_none());
        if fresh {
            if !is_marked && !is_empty {
                bail!("{} holds something that is not the demo's, so --fresh does not empty it", path.display());
            }
            for entry in entries()? {
                let entry = entry.context("cannot read the demo's folder")?.path();
                let is_folder = entry.is_dir() && !entry.is_symlink();
                let removed = if is_folder { fs::remove_dir_all(&entry) } else { fs::remove_file(&entry) };
                removed.with_context(|| format!("cannot remove {}", entry.display()))?;
            }
        }
        if fresh || is_empty {
            let mark = "The data of `cargo xtask demo`. `--fresh` empties this folder.\n";
            fs::write(path.join(MARK), mark).with_context(|| format!("cannot write to {}", path.display()))?;
        }
        Ok(Folder(path.to_owned()))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.0
    }

    /// A folder inside, for another gateway.
    pub(super) fn inner(&self, name: &str) -> Result<Folder> {
        Folder::open(&self.0.join(name), false)
    }

    /// The merchant's secret token, made the first time.
    pub(super) fn access_token(&self, make: impl FnOnce() -> Result<String>) -> Result<String> {
        kept(&self.access_token_file(), make)
    }

    /// Where it is kept.
    pub(super) fn access_token_file(&self) -> PathBuf {
        self.0.join("access-token")
    }

    /// The key that stands in pages, made the first time.
    pub(super) fn publishable_key(&self, make: impl FnOnce() -> Result<String>) -> Result<String> {
        kept(&self.0.join("publishable-key"), make)
    }
}

fn kept(file: &Path, make: impl FnOnce() -> Result<String>) -> Result<String> {
    if let Ok(text) = fs::read_to_string(file)
        && !text.trim().is_empty()
    {
        return Ok(text.trim().to_owned());
    }
    let key = make()?;
    let opened = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(file);
    let written = opened.and_then(|mut file| writeln!(file, "{key}"));
    written.with_context(|| format!("cannot write {}", file.display()))?;
    Ok(key)
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn place(name: &str) -> PathBuf {
        let place = std::env::temp_dir().join(format!("regcard-demo-{}-{name}", std::process::id()));
        if place.exists() {
            fs::remove_dir_all(&place).unwrap();
        }
        place
    }

    #[test]
    fn a_key_is_made_once_and_nobody_else_can_read_it() {
        let place = place("key");
        let folder = Folder::open(&place, false).unwrap();
        assert_eq!(folder.access_token(|| Ok("sk_1".to_owned())).unwrap(), "sk_1");
        assert_eq!(folder.access_token(|| panic!("there is one")).unwrap(), "sk_1");
        assert_eq!(fs::metadata(folder.access_token_file()).unwrap().permissions().mode() & 0o777, 0o600);
        fs::remove_dir_all(place).unwrap();
    }

    #[test]
    fn fresh_empties_the_folder_and_everything_in_it() {
        let place = place("fresh");
        let folder = Folder::open(&place, true).unwrap();
        folder.inner("upstream").unwrap();
        fs::write(place.join("registration"), "1").unwrap();
        Folder::open(&place, false).unwrap();
        assert!(place.join("registration").exists());
        Folder::open(&place, true).unwrap();
        assert_eq!(fs::read_dir(&place).unwrap().count(), 1);
        fs::remove_dir_all(place).unwrap();
    }

    #[test]
    fn a_folder_with_something_else_in_it_is_left_alone() {
        let place = place("foreign");
        fs::create_dir_all(&place).unwrap();
        fs::write(place.join("letter.txt"), "Dear").unwrap();
        assert!(Folder::open(&place, true).is_err());
        assert!(place.join("letter.txt").exists());
        fs::remove_dir_all(place).unwrap();
    }
}
