//! What the widget is made of, as one fingerprint: the same fingerprint, the same widget.
//! Reads files and hashes them; cargo is not asked, since asking takes longer than the demo's whole start.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use sha2::{Digest, Sha256};

use crate::workspace;

/// Files and folders. The steps of the build are among them: a changed step makes another widget.
const SOURCES: [&str; 9] = [
    "Cargo.toml",
    "Cargo.lock",
    "package-lock.json",
    "src",
    "crates/protocol/Cargo.toml",
    "crates/protocol/src",
    "crates/xtask/src/build",
    "www/extras",
    "www/loader.js",
];

/// The fingerprint of everything in [`SOURCES`].
pub(super) fn fingerprint() -> Result<String> {
    let mut files = Vec::new();
    for source in SOURCES {
        collect(&workspace::root().join(source), &mut files)?;
    }
    files.sort();
    let mut hash = Sha256::new();
    for file in files {
        let content = fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?;
        // The lengths keep a byte that moves from one file to the next from going unnoticed.
        hash.update(format!("{}\n{}\n", file.display(), content.len()));
        hash.update(content);
    }
    Ok(format!("{:x}", hash.finalize()))
}

fn collect(path: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    if path.is_file() {
        files.push(path.to_owned());
        return Ok(());
    }
    for entry in fs::read_dir(path).with_context(|| format!("cannot read {}", path.display()))? {
        let path = entry.context("cannot read a folder")?.path();
        // Hidden files are an editor's.
        if !path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.')) {
            collect(&path, files)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_source_is_there() {
        assert_eq!(fingerprint().unwrap().len(), 64);
    }

    #[test]
    fn folders_are_followed_and_hidden_files_are_not() {
        let mut files = Vec::new();
        collect(&workspace::root().join("crates/xtask/src/build"), &mut files).unwrap();
        assert!(files.iter().any(|file| file.ends_with("sources.rs")), "{files:?}");
        files.clear();
        collect(&workspace::root().join("crates/protocol"), &mut files).unwrap();
        assert!(files.iter().any(|file| file.ends_with("src/lib.rs")), "{files:?}");
    }
}
