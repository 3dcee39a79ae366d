//! What is made of a form: the script with the first form in it, the form as JSON, the hosted page.
//!
//! Made once and kept until the form, the widget's files or the merchant's key change.

mod page;
mod tree;

use std::collections::HashMap;
use std::io::Write;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use regcard::form::Answers;
use regcard_protocol::limits as shared;
use serde_json::{Value, json};

use crate::assets::Manifest;
use crate::forms::LoadedForm;
use crate::limits;

pub use page::{Page, page, policy};
pub use tree::tree;

/// Something that was made, ready to be sent.
#[derive(Clone, Debug)]
pub struct Composed {
    /// As it is.
    pub plain: Bytes,
    /// Compressed with brotli.
    pub brotli: Bytes,
    /// Changes when the content does.
    pub etag: String,
}

/// What something is made for.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The gateway's public address.
    pub public_url: String,
    /// The publishable key.
    pub key: String,
    /// The form's name in URLs.
    pub slug: String,
    /// A language that the card speaks.
    pub language: &'static str,
}

/// What was made, by what it was made for.
#[derive(Debug, Default)]
pub struct Cards(Mutex<HashMap<String, Kept>>);

#[derive(Clone, Debug)]
struct Kept {
    /// The hash of the form and the files it was made from.
    from: [u8; 32],
    composed: Arc<Composed>,
}

impl Subject {
    /// The hosted page's address.
    pub fn page_url(&self) -> String {
        format!("{}/v1/forms/{}/{}", self.public_url, self.key, self.slug)
    }
}

impl Cards {
    /// The script: the loader, called with the key's first form.
    pub fn script(&self, subject: &Subject, form: &LoadedForm, manifest: &Manifest, loader: &Bytes, style: &Bytes) -> Arc<Composed> {
        let parts = [&form.hash[..], loader, style, manifest.wasm.as_bytes(), manifest.glue.as_bytes()];
        self.kept("script", subject, &parts, || script(subject, form, manifest, loader, style))
    }

    /// The form as JSON.
    pub fn card(&self, subject: &Subject, form: &LoadedForm) -> Arc<Composed> {
        self.kept("card", subject, &[&form.hash], || card(subject, form).to_string())
    }

    fn kept(&self, kind: &str, subject: &Subject, parts: &[&[u8]], make: impl FnOnce() -> String) -> Arc<Composed> {
        let name = format!("{kind} {} {} {}", subject.key, subject.slug, subject.language);
        let mut hasher = blake3::Hasher::new();
        for part in parts {
            hasher.update(part);
        }
        let from: [u8; 32] = hasher.finalize().into();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&name).filter(|kept| kept.from == from).cloned();
        if let Some(kept) = known {
            return kept.composed;
        }
        let composed = Arc::new(compose(make().into_bytes()));
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if all.len() >= limits::COMPOSED {
            all.clear();
        }
        all.insert(name, Kept { from, composed: Arc::clone(&composed) });
        composed
    }
}

/// The limits that the card tells people of.
fn told_limits() -> Value {
    json!({
        "fileBytes": shared::FILE_BYTES,
        "serialNumbers": shared::SERIAL_NUMBERS,
        "serialNumberChars": shared::SERIAL_NUMBER_CHARS,
        "nameChars": shared::NAME_CHARS,
        "emailChars": shared::EMAIL_CHARS,
        "productNameChars": shared::PRODUCT_NAME_CHARS,
        "answerChars": shared::ANSWER_CHARS,
        "checks": shared::SESSION_CHECKS,
        "uploads": shared::SESSION_UPLOADS,
        "registrations": shared::SESSION_REGISTRATIONS,
    })
}

fn card(subject: &Subject, form: &LoadedForm) -> Value {
    json!({
        "form": form.form,
        "lang": subject.language,
        "texts": regcard::text::table(subject.language),
        "limits": told_limits(),
        "tree": painted(subject, form),
    })
}

fn painted(subject: &Subject, form: &LoadedForm) -> Value {
    tree(&regcard::view::render(&form.form, &subject.slug, subject.language, &subject.page_url(), &Answers::default()))
}

fn script(subject: &Subject, form: &LoadedForm, manifest: &Manifest, loader: &[u8], style: &[u8]) -> String {
    let asset = |name: &str| format!("{}/v1/assets/{name}", subject.public_url);
    let config = json!({
        "version": manifest.version,
        "gateway": subject.public_url,
        "key": subject.key,
        "form": subject.slug,
        "lang": subject.language,
        "glue": asset(&manifest.glue),
        "wasm": asset(&manifest.wasm),
        "css": String::from_utf8_lossy(style),
        "tree": painted(subject, form),
        "page": subject.page_url(),
    });
    let loader = String::from_utf8_lossy(loader);
    format!("{}({config});\n", loader.trim_end().trim_end_matches(';'))
}

/// A script for pages that cannot have a card: says why where a developer looks, and leaves the page as it is.
pub fn excuse(reason: &str) -> Composed {
    compose(format!("console.error({});\n", Value::String(format!("regcard: {reason}"))).into_bytes())
}

fn compose(plain: Vec<u8>) -> Composed {
    let etag = format!("\"{}\"", &blake3::hash(&plain).to_hex()[..32]);
    let mut writer = brotli::CompressorWriter::new(Vec::new(), 64 * 1024, 11, 22);
    // Writing into memory does not fail; were it to, the answer goes out uncompressed.
    let brotli = writer.write_all(&plain).map(|()| writer.into_inner()).unwrap_or_default();
    Composed { plain: plain.into(), brotli: brotli.into(), etag }
}
