//! The widget's files, each under a name that its content gives it: the folder that was built, or what a release carries.
//!
//! Each pair of glue and wasm is filed in the store at start and kept 30 days, so that a tab which was open while the gateway was
//! updated still gets the pair it will ask for, whichever of several gateways it asks.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use rust_embed::RustEmbed;
use serde::Deserialize;

use crate::store::{Store, StoreError};

/// 30 days that an earlier pair is kept: longer than any tab stays open, and than any cached loader is fresh. Milliseconds.
const KEPT_MILLIS: i64 = 30 * 24 * 60 * 60 * 1_000;

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
    page_style: String,
    read: Mutex<HashMap<String, Asset>>,
}

impl Assets {
    /// Files from a folder, or what this binary carries.
    pub fn open(folder: Option<&Path>) -> Assets {
        let page_style = format!("page-{}.css", &blake3::hash(PAGE_STYLE.as_bytes()).to_hex()[..16]);
        Assets { folder: folder.map(Path::to_owned), page_style, read: Mutex::default() }
    }

    /// Files what was built, for the tabs that will ask for it after an update.
    ///
    /// # Errors
    /// If the store cannot keep it.
    pub async fn file(&self, store: &dyn Store, now: i64) -> Result<(), StoreError> {
        let mut files = Vec::new();
        if let Some(manifest) = self.manifest() {
            for name in [&manifest.glue, &manifest.wasm].into_iter().chain(manifest.extras.values()) {
                let both = [name.clone(), compressed(name)];
                files.extend(both.into_iter().filter_map(|name| self.source(&name).map(|bytes| (name, bytes.to_vec()))));
            }
        }
        store.file_assets(files, now, now - KEPT_MILLIS).await
    }

    /// A file by its name, of this version or an earlier one.
    ///
    /// # Errors
    /// If the store cannot be asked.
    pub async fn get_filed(&self, store: &dyn Store, name: &str) -> Result<Option<Asset>, StoreError> {
        if let Some(current) = self.get(name) {
            return Ok(Some(current));
        }
        let Some(media_type) = media_type(name).filter(|_| is_name(name)) else {
            return Ok(None);
        };
        let Some(plain) = store.asset(name.to_owned()).await? else {
            return Ok(None);
        };
        let brotli = store.asset(compressed(name)).await?.map(Bytes::from);
        Ok(Some(self.keep(name, Asset { plain: Bytes::from(plain), brotli, media_type })))
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
        let plain = self.source(name)?;
        Some(self.keep(name, Asset { plain, brotli: self.source(&compressed(name)), media_type }))
    }

    fn keep(&self, name: &str, asset: Asset) -> Asset {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), asset.clone());
        asset
    }

    fn source(&self, name: &str) -> Option<Bytes> {
        match &self.folder {
            Some(folder) => fs::read(folder.join(name)).ok().map(Bytes::from),
            None => Embedded::get(name).map(|file| Bytes::from(file.data.into_owned())),
        }
    }
}

/// The name of the same file, compressed.
fn compressed(name: &str) -> String {
    format!("{name}.br")
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
    use crate::store::Sqlite;

    #[tokio::test]
    async fn the_pair_of_an_earlier_version_is_still_there() {
        let (built, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let write = |name: &str, text: &str| fs::write(built.path().join(name), text).unwrap();
        let manifest = |hash: &str| {
            format!(r#"{{"version":"1","wasm":"regcard-{hash}.wasm","glue":"regcard-{hash}.js","loader":"loader.js","style":"card.css"}}"#)
        };
        write("manifest.json", &manifest("aaaa"));
        write("regcard-aaaa.wasm", "wasm of a");
        write("regcard-aaaa.wasm.br", "small");
        let store = Sqlite::open(data.path()).unwrap();
        let first = Assets::open(Some(built.path()));
        first.file(&store, 1).await.unwrap();
        assert_eq!(first.get("regcard-aaaa.wasm").unwrap().brotli.unwrap(), "small");
        fs::remove_file(built.path().join("regcard-aaaa.wasm")).unwrap();
        write("manifest.json", &manifest("bbbb"));
        write("regcard-bbbb.wasm", "wasm of b");
        let second = Assets::open(Some(built.path()));
        second.file(&store, KEPT_MILLIS).await.unwrap();
        let earlier = second.get_filed(&store, "regcard-aaaa.wasm").await.unwrap().unwrap();
        assert_eq!((&earlier.plain[..], &earlier.brotli.unwrap()[..]), (&b"wasm of a"[..], &b"small"[..]));
        let third = Assets::open(Some(built.path()));
        third.file(&store, KEPT_MILLIS + 2).await.unwrap();
        assert!(third.get_filed(&store, "regcard-aaaa.wasm").await.unwrap().is_none(), "after thirty days");
        assert_eq!(second.get("regcard-bbbb.wasm").unwrap().plain, "wasm of b");
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        let folder = tempfile::tempdir().unwrap();
        let assets = Assets::open(Some(folder.path()));
        for name in ["../secrets", "..", "", ".hidden.css", "a/b.css", "manifest.json", "x.svg"] {
            assert!(assets.get(name).is_none(), "{name}");
        }
    }
}
