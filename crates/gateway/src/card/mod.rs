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
use regcard_protocol::form::{ChoiceStyle, Field, FieldKind, Form};
use regcard_protocol::limits as shared;
use serde_json::{Value, json};

use crate::assets::Manifest;
use crate::forms::LoadedForm;
use crate::limits;

pub use page::{Page, Whose, answers, escaped, page, policy};
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

    /// The same in this language: who goes there goes on reading.
    pub fn page_in_language(&self) -> String {
        format!("{}?lang={}", self.page_url(), self.language)
    }
}

impl Cards {
    /// The script: the loader, called with the key's first form.
    pub fn script(&self, subject: &Subject, form: &LoadedForm, manifest: &Manifest, loader: &Bytes, style: &[u8]) -> Arc<Composed> {
        let mail = [u8::from(form.form.mail)];
        let parts =
            [&form.hash[..], &mail, loader, style, manifest.wasm.as_bytes(), manifest.glue.as_bytes(), manifest.extras_hash.as_bytes()];
        self.kept("script", subject, &parts, || script(subject, form, manifest, loader, style))
    }

    /// The form as JSON.
    pub fn card(&self, subject: &Subject, form: &LoadedForm, later: &Bytes) -> Arc<Composed> {
        self.kept("card", subject, &[&form.hash, later, &[u8::from(form.form.mail)]], || card(subject, form, later).to_string())
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

/// The style sheet of a first form: with what comes later where the form has a kind of field that few forms have.
pub fn first_style(form: &Form, style: &[u8], later: &[u8]) -> Vec<u8> {
    let rare = |field: &Field| match field.kind {
        FieldKind::LongText | FieldKind::Choices | FieldKind::Heading | FieldKind::Help => true,
        FieldKind::Choice => field.style == Some(ChoiceStyle::Radio),
        FieldKind::Name
        | FieldKind::Email
        | FieldKind::Product
        | FieldKind::SerialNumber
        | FieldKind::PurchaseDate
        | FieldKind::Receipt
        | FieldKind::Text
        | FieldKind::Phone
        | FieldKind::Number
        | FieldKind::Date
        | FieldKind::Country
        | FieldKind::Address
        | FieldKind::Checkbox
        | FieldKind::Consent
        | FieldKind::Hidden => false,
    };
    let explained = form.where_text.is_some() || form.where_picture.is_some();
    if explained || form.fields.iter().any(rare) { [style, later].concat() } else { style.to_vec() }
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

fn card(subject: &Subject, form: &LoadedForm, later: &[u8]) -> Value {
    json!({
        "form": form.form,
        "lang": subject.language,
        "texts": form.words.texts,
        "limits": told_limits(),
        "css": String::from_utf8_lossy(later),
        "tree": painted(subject, form),
    })
}

fn painted(subject: &Subject, form: &LoadedForm) -> Value {
    tree(&regcard::view::render(&form.form, &subject.slug, &form.words, &subject.page_in_language(), &Answers::default()))
}

fn script(subject: &Subject, form: &LoadedForm, manifest: &Manifest, loader: &[u8], style: &[u8]) -> String {
    let asset = |name: &str| format!("{}/v1/assets/{name}", subject.public_url);
    let config = json!({
        "version": manifest.version,
        "gateway": subject.public_url,
        "key": subject.key,
        "form": subject.slug,
        "lang": subject.language,
        "languages": regcard::text::choice(subject.language),
        "glue": asset(&manifest.glue),
        "wasm": asset(&manifest.wasm),
        "extras": manifest.extras_hash,
        "css": String::from_utf8_lossy(style),
        "tree": painted(subject, form),
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
