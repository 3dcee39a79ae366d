//! `target/regcard-assets/`: names made of contents, everything compressed beforehand, a manifest. Replaced as a whole.
//! Does not know how the pieces were made.

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use sha2::{Digest, Sha256, Sha384};

use super::Finish;
use crate::{run, workspace};

/// The widget's files.
#[derive(Debug)]
pub(super) struct Pieces {
    pub wasm: Vec<u8>,
    pub glue: String,
    pub loader: String,
    /// What the first form looks like.
    pub style: String,
    /// What shows only once the card is live.
    pub later: String,
    /// What few people need, each a module that is fetched when it is needed; by the name of its file.
    pub extras: BTreeMap<String, String>,
}

/// Of what the folder was made, and how; `None` if it is not there or not whole.
pub(super) fn made_from() -> Option<(String, Finish)> {
    // `exists` is enough: the folder comes into being by a rename, whole.
    if !workspace::assets().join("manifest.json").exists() {
        return None;
    }
    let stamp = fs::read_to_string(beside("made-from")).ok()?;
    let (sources, word) = stamp.trim().split_once(' ')?;
    Some((sources.to_owned(), Finish::from_word(word)?))
}

/// Keeps another build out until it is dropped. Demos that are started at the same moment build once.
pub(super) fn lock() -> Result<File> {
    fs::create_dir_all(workspace::target()).context("cannot make target/")?;
    let file = File::create(beside("lock")).context("cannot write to target/")?;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(TryLockError::WouldBlock) if run::has_ended() => return Err(run::Ended.into()),
            Err(TryLockError::WouldBlock) => thread::sleep(Duration::from_millis(50)),
            Err(TryLockError::Error(error)) => return Err(error).context("cannot lock target/regcard-assets"),
        }
    }
}

/// Replaces the folder.
pub(super) fn write(pieces: &Pieces, sources: &str, finish: Finish) -> Result<()> {
    let (new, old, stamp) = (beside("new"), beside("old"), beside("made-from"));
    for folder in [&new, &old] {
        if folder.exists() {
            fs::remove_dir_all(folder).context("cannot clear target/")?;
        }
    }
    fs::create_dir_all(&new).context("cannot write to target/")?;
    fill(&new, pieces)?;
    // Without its stamp the folder counts as outdated, whatever happens between here and the end.
    if stamp.exists() {
        fs::remove_file(&stamp).context("cannot write to target/")?;
    }
    if workspace::assets().exists() {
        fs::rename(workspace::assets(), &old).context("cannot replace target/regcard-assets")?;
    }
    fs::rename(&new, workspace::assets()).context("cannot replace target/regcard-assets")?;
    fs::write(&stamp, format!("{sources} {}\n", finish.word())).context("cannot write to target/")?;
    if old.exists() {
        fs::remove_dir_all(&old).context("cannot clear target/")?;
    }
    Ok(())
}

fn beside(ending: &str) -> PathBuf {
    workspace::target().join(format!("regcard-assets.{ending}"))
}

fn fill(folder: &Path, pieces: &Pieces) -> Result<()> {
    let mut integrity = BTreeMap::new();
    let mut write = |name: String, content: &[u8]| -> Result<String> {
        fs::write(folder.join(&name), content).with_context(|| format!("cannot write {name}"))?;
        fs::write(folder.join(format!("{name}.br")), compress(content)?).with_context(|| format!("cannot write {name}.br"))?;
        integrity.insert(name.clone(), format!("sha384-{}", STANDARD.encode(Sha384::digest(content))));
        Ok(name)
    };
    // All of them share one hash, so that the loader, which has to know it, is told no more than that.
    let shared = hash(pieces.extras.values().flat_map(|module| [module.as_bytes(), b"\0"]));
    let mut extras = BTreeMap::new();
    for (name, module) in &pieces.extras {
        extras.insert(name, write(format!("{name}-{shared}.js"), module.as_bytes())?);
    }
    let mut put = |stem: &str, ending: &str, content: &[u8]| write(format!("{stem}-{}.{ending}", hash([content])), content);
    let wasm = put("regcard", "wasm", &pieces.wasm)?;
    let glue = put("regcard", "js", pieces.glue.as_bytes())?;
    let loader = put("loader", "js", pieces.loader.as_bytes())?;
    let style = put("card", "css", pieces.style.as_bytes())?;
    let later = put("later", "css", pieces.later.as_bytes())?;
    let version = env!("CARGO_PKG_VERSION");
    let manifest = json!({
        "version": version, "wasm": wasm, "glue": glue, "loader": loader, "style": style, "later": later, "extras": extras,
        "extrasHash": shared, "integrity": integrity
    });
    fs::write(folder.join("manifest.json"), format!("{manifest:#}\n")).context("cannot write manifest.json")
}

/// A part of a name that changes with the content, so that a browser may keep the file for ever.
fn hash<'a>(content: impl IntoIterator<Item = &'a [u8]>) -> String {
    let mut hasher = Sha256::new();
    content.into_iter().for_each(|part| hasher.update(part));
    format!("{:x}", hasher.finalize())[..16].to_owned()
}

/// Brotli at its strongest. The window covers every one of these files.
fn compress(content: &[u8]) -> Result<Vec<u8>> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, size_hint: content.len(), ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters).context("cannot compress")?;
    Ok(compressed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_follows_from_the_content() {
        assert_eq!(hash([&b""[..]]), "e3b0c44298fc1c14");
        assert_ne!(hash([&b"a"[..]]), hash([&b"b"[..]]));
    }

    #[test]
    fn what_is_compressed_can_be_read_again() {
        let text = "the same words, ".repeat(100);
        let compressed = compress(text.as_bytes()).unwrap();
        let mut read = Vec::new();
        brotli::BrotliDecompress(&mut &compressed[..], &mut read).unwrap();
        assert_eq!(read, text.as_bytes());
        assert!(compressed.len() < 50, "{}", compressed.len());
    }
}
