//! The widget's files, each under a name that its content gives it: the folder that was built, or what a release carries.
//!
//! Each pair of glue and wasm is filed in the data folder at start and kept 30 days, so that a tab which was open while
//! the gateway was updated still gets the pair it will ask for.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::clock;

/// 30 days that an earlier pair is kept: longer than any tab stays open, and than any cached loader is fresh.
const KEPT: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The style of the hosted page's frame.
const PAGE_STYLE: &str = include_str!("../assets/page.css");

#[derive(RustEmbed)]
#[folder = "$CARGO_MANIFEST_DIR/../../target/regcard-assets"]
#[allow_missing = true]
struct Embedded;

/// What was built, as the build says it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Manifest {
    /// The widget's version.
    pub version: String,
    /// The WebAssembly's name.
    pub wasm: String,
    /// Its glue's name.
    pub glue: String,
    /// The loader's name.
    pub loader: String,
    /// The style sheet's name.
    pub style: String,
    /// The name of the style sheet for what shows only once the card is live.
    #[serde(default)]
    pub later: String,
    /// The names of the modules that few people need, by what they are for.
    #[serde(default)]
    pub extras: BTreeMap<String, String>,
    /// The hash that all of these names share.
    #[serde(default, rename = "extrasHash")]
    pub extras_hash: String,
    /// Hashes, by name.
    #[serde(default)]
    pub integrity: BTreeMap<String, String>,
}

/// A file, and the same compressed.
#[derive(Clone, Debug)]
pub struct Asset {
    /// As it is.
    pub plain: Bytes,
    /// Compressed with brotli, if that was built.
    pub brotli: Option<Bytes>,
    /// Its media type.
    pub media_type: &'static str,
}

/// Where the widget's files come from.
#[derive(Debug)]
pub struct Assets {
    folder: Option<PathBuf>,
    filed: PathBuf,
    page_style: String,
    read: Mutex<HashMap<String, Asset>>,
}

impl Assets {
    /// Files from a folder, or what this binary carries; earlier pairs from the data folder.
    pub fn open(folder: Option<&Path>, data: &Path) -> Assets {
        let page_style = format!("page-{}.css", &blake3::hash(PAGE_STYLE.as_bytes()).to_hex()[..16]);
        let assets = Assets { folder: folder.map(Path::to_owned), filed: data.join("assets"), page_style, read: Mutex::default() };
        if let Err(error) = assets.file_pair() {
            tracing::warn!("earlier versions of the card cannot be kept in {}: {error}", assets.filed.display());
        }
        assets
    }

    /// What was built; `None` if nothing was.
    pub fn manifest(&self) -> Option<Manifest> {
        let bytes = self.source("manifest.json")?;
        match serde_json::from_slice(&bytes) {
            Ok(manifest) => Some(manifest),
            Err(error) => {
                tracing::error!("manifest.json of the widget's files: {error}");
                None
            }
        }
    }

    /// The name of the hosted page's style sheet.
    pub fn page_style(&self) -> &str {
        &self.page_style
    }

    /// A file by its name.
    pub fn get(&self, name: &str) -> Option<Asset> {
        if !is_name(name) {
            return None;
        }
        if name == self.page_style {
            return Some(Asset { plain: Bytes::from_static(PAGE_STYLE.as_bytes()), brotli: None, media_type: "text/css; charset=utf-8" });
        }
        // Names are given by content, so what was read once stays right.
        if let Some(known) = self.read.lock().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Some(known.clone());
        }
        let media_type = media_type(name)?;
        let compressed = format!("{name}.br");
        let filed = |name: &str| fs::read(self.filed.join(name)).ok().map(Bytes::from);
        let plain = self.source(name).or_else(|| filed(name))?;
        let asset = Asset { plain, brotli: self.source(&compressed).or_else(|| filed(&compressed)), media_type };
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), asset.clone());
        Some(asset)
    }

    fn source(&self, name: &str) -> Option<Bytes> {
        match &self.folder {
            Some(folder) => fs::read(folder.join(name)).ok().map(Bytes::from),
            None => Embedded::get(name).map(|file| Bytes::from(file.data.into_owned())),
        }
    }

    fn file_pair(&self) -> std::io::Result<()> {
        fs::create_dir_all(&self.filed)?;
        let current = self.manifest();
        if let Some(manifest) = &current {
            for name in [&manifest.glue, &manifest.wasm].into_iter().chain(manifest.extras.values()) {
                for name in [name.clone(), format!("{name}.br")] {
                    if let Some(bytes) = self.source(&name) {
                        fs::write(self.filed.join(name), bytes)?;
                    }
                }
            }
        }
        for entry in fs::read_dir(&self.filed)? {
            let entry = entry?;
            if clock::age(entry.metadata()?.modified()?) > KEPT {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

/// A plain file name: it cannot leave the folder, nor name a hidden file.
fn is_name(name: &str) -> bool {
    !name.starts_with('.')
        && name.len() <= 100
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

fn media_type(name: &str) -> Option<&'static str> {
    Some(match name.rsplit_once('.')?.1 {
        "wasm" => "application/wasm",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "map" => "application/json",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pair_of_an_earlier_version_is_still_there() {
        let (built, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |name: &str, text: &str| fs::write(built.path().join(name), text).unwrap();
        let manifest = |hash: &str| {
            format!(r#"{{"version":"1","wasm":"regcard-{hash}.wasm","glue":"regcard-{hash}.js","loader":"loader.js","style":"card.css"}}"#)
        };
        write("manifest.json", &manifest("aaaa"));
        write("regcard-aaaa.wasm", "wasm of a");
        write("regcard-aaaa.wasm.br", "small");
        let first = Assets::open(Some(built.path()), data.path());
        assert_eq!(first.get("regcard-aaaa.wasm").unwrap().brotli.unwrap(), "small");
        fs::remove_file(built.path().join("regcard-aaaa.wasm")).unwrap();
        write("manifest.json", &manifest("bbbb"));
        write("regcard-bbbb.wasm", "wasm of b");
        let second = Assets::open(Some(built.path()), data.path());
        assert_eq!(second.get("regcard-aaaa.wasm").unwrap().plain, "wasm of a");
        assert_eq!(second.get("regcard-bbbb.wasm").unwrap().plain, "wasm of b");
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::open(Some(folder.path()), folder.path());
        for name in ["../secrets", "..", "", ".hidden.css", "a/b.css", "manifest.json", "x.svg"] {
            assert!(assets.get(name).is_none(), "{name}");
        }
    }
}
