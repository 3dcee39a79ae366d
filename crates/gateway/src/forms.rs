//! The merchants' forms: files in a folder, read when they are asked for and again when they have changed.
//!
//! A file that cannot be read leaves the last good one in use, and says so in the log, with path and line.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use regcard::text::{Words, nearest};
use regcard_protocol::form::{FieldKind, Form};
use toml::de::DeTable;

use crate::store::{Mode, Store, StoreError};
use crate::wording::{self, worded};

/// A form as it was last read, in one language.
#[derive(Debug, PartialEq, Eq)]
pub struct LoadedForm {
    /// The form.
    pub form: Form,
    /// What the card says beside it.
    pub words: Words,
    /// Of the file, so that what was made from it can be told apart.
    pub hash: [u8; 32],
}

impl LoadedForm {
    /// The form in another language, as far as the merchant has words for it.
    #[must_use]
    pub fn in_language(&self, language: &'static str) -> LoadedForm {
        let (form, words) = worded(&self.form, language);
        LoadedForm { form, words, hash: self.hash }
    }
}

impl LoadedForm {
    /// The same form, where registrations are confirmed by mail.
    #[must_use]
    pub fn confirmed_by_mail(&self) -> LoadedForm {
        LoadedForm { form: Form { mail: true, ..self.form.clone() }, words: self.words.clone(), hash: self.hash }
    }
}

#[derive(Debug)]
struct Kept {
    stamp: Stamp,
    form: Option<Arc<LoadedForm>>,
}

/// By which a changed file is told without reading it.
type Stamp = Option<(SystemTime, u64)>;

/// The folder of forms.
#[derive(Debug)]
pub struct Forms {
    folder: PathBuf,
    kept: Mutex<HashMap<String, Kept>>,
}

impl Forms {
    /// The forms of a folder.
    pub fn new(folder: &Path) -> Forms {
        Forms { folder: folder.to_owned(), kept: Mutex::default() }
    }

    /// The form of this name, as its file is now, or was when it last made sense.
    pub fn get(&self, slug: &str) -> Option<Arc<LoadedForm>> {
        if !is_slug(slug) {
            return None;
        }
        let path = self.folder.join(format!("{slug}.toml"));
        let stamp = fs::metadata(&path).ok().and_then(|about| Some((about.modified().ok()?, about.len())));
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.get(slug).filter(|known| known.stamp == stamp) {
            return known.form.clone();
        }
        let form = match read(&path) {
            Ok(form) => Some(Arc::new(form)),
            Err(fault) => {
                tracing::error!("{fault}");
                kept.get(slug).and_then(|known| known.form.clone())
            }
        };
        // Names that were never a form are not kept: anybody can ask for any.
        if form.is_some() {
            kept.insert(slug.to_owned(), Kept { stamp, form: form.clone() });
        }
        form
    }
}

/// Everything that is wrong with a folder's files, each told with path and line.
///
/// # Errors
/// If the folder cannot be read.
pub fn faults(folder: &Path) -> std::io::Result<Vec<String>> {
    let mut faults = Vec::new();
    let mut paths = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path())).collect::<Result<Vec<_>, _>>()?;
    paths.sort();
    for path in paths.iter().filter(|path| path.extension().is_some_and(|ending| ending == "toml")) {
        faults.extend(faults_of(path));
    }
    Ok(faults)
}

/// Whether there is no form at all in a folder.
///
/// # Errors
/// If the folder cannot be read.
pub fn are_none(folder: &Path) -> std::io::Result<bool> {
    for entry in fs::read_dir(folder)? {
        if entry?.path().extension().is_some_and(|ending| ending == "toml") {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Everything that is wrong with one file.
pub fn faults_of(path: &Path) -> Vec<String> {
    let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let named =
        (!is_slug(name)).then(|| format!("{}: \"{name}\" is no form's name: small letters, digits and dashes, 64 at most", path.display()));
    named.into_iter().chain(read(path).err()).collect()
}

/// Forms that nobody can send, since their file is missing or cannot be used, or since they take only serial numbers that were loaded and none
/// were: a sentence each.
///
/// # Errors
/// If the store cannot be read.
pub async fn that_nobody_can_send(forms: &Forms, store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let mut warnings = Vec::new();
    for merchant in store.merchants().await? {
        let missing = merchant.forms.iter().filter(|slug| forms.get(slug).is_none());
        warnings.extend(missing.map(|slug| {
            let file = forms.folder.join(format!("{slug}.toml"));
            let id = &merchant.id;
            format!("nobody can register with the form \"{slug}\" of \"{id}\": {} is not there or cannot be used", file.display())
        }));
        if merchant.mode != Mode::Own {
            continue;
        }
        let strict: Vec<&String> = merchant
            .forms
            .iter()
            .filter(|slug| {
                forms.get(slug).is_some_and(|form| form.form.serial_numbers.validate && form.form.field(FieldKind::SerialNumber).is_some())
            })
            .collect();
        if !strict.is_empty() && store.serials(merchant.id.clone(), String::new(), 1).await?.is_empty() {
            warnings.extend(strict.into_iter().map(|slug| {
                format!(
                    "nobody can register with the form \"{slug}\" of \"{id}\": it takes only serial numbers that are loaded, and none are. \
                     `regcard serials import --merchant {id} FILE` loads them",
                    id = merchant.id
                )
            }));
        }
    }
    Ok(warnings)
}

/// Lower-case letters, digits and dashes, as they stand in URLs; so a name cannot leave the folder. No dash first: a command would take it for an
/// option.
pub fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len())
        && !text.starts_with('-')
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn read(path: &Path) -> Result<LoadedForm, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let line = |start: Option<usize>| text.bytes().take(start.unwrap_or_default()).filter(|byte| *byte == b'\n').count() + 1;
    let form: Form = toml::from_str(&text)
        .map_err(|error| format!("{}:{}: {}", path.display(), line(error.span().map(|span| span.start)), error.message()))?;
    let form = form.with_addresses();
    form.check().map_err(|error| format!("{}: {error}", path.display()))?;
    wording::check(&form).map_err(|mistake| {
        let key = mistake.key.map(|key| format!(".{key}")).unwrap_or_default();
        let start = place(&text, &format!("texts.{}{key}", mistake.language)).or_else(|| place(&text, "language"));
        format!("{}:{}: {}", path.display(), line(start), mistake.error)
    })?;
    let language = form.language.as_deref().and_then(nearest).unwrap_or("en");
    let (form, words) = worded(&form, language);
    Ok(LoadedForm { form, words, hash: blake3::hash(text.as_bytes()).into() })
}

/// Where in a file a key stands. It may be written with points, with tables, or both.
fn place(text: &str, key: &str) -> Option<usize> {
    fn within(table: &DeTable<'_>, key: &str) -> Option<usize> {
        let below = |name: &str| key.strip_prefix(name)?.strip_prefix('.');
        table.iter().find_map(|(name, value)| match (below(name.get_ref()), value.get_ref().as_table()) {
            _ if name.get_ref() == key => Some(name.span().start),
            (Some(rest), Some(inner)) => within(inner, rest),
            (_, _) => None,
        })
    }
    within(DeTable::parse(text).ok()?.get_ref(), key)
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = "[[field]]\nkey = \"customerEmail\"\nkind = \"email\"\nrequired = true\n";

    #[test]
    fn a_saved_file_shows_at_the_next_load_and_a_broken_one_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("small.toml");
        let forms = Forms::new(folder.path());
        assert_eq!(forms.get("small"), None);
        fs::write(&path, GOOD).unwrap();
        assert_eq!(forms.get("small").unwrap().form.fields.len(), 1);
        fs::write(&path, format!("{GOOD}[[field]]\nkey = \"note\"\nkind = \"text\"\nlabel = \"Note\"\n")).unwrap();
        assert_eq!(forms.get("small").unwrap().form.fields.len(), 2);
        fs::write(&path, "[[field]\n").unwrap();
        assert_eq!(forms.get("small").unwrap().form.fields.len(), 2);
        fs::remove_file(&path).unwrap();
        assert_eq!(forms.get("small").unwrap().form.fields.len(), 2);
    }

    #[test]
    fn a_fault_is_named_by_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("broken.toml");
        fs::write(&path, format!("{GOOD}\n[[field]]\nkey = \"x\"\nkind = \"mystery\"\n")).unwrap();
        let fault = read(&path).unwrap_err();
        assert!(fault.contains("broken.toml:8:") && fault.contains("mystery"), "{fault}");
        fs::write(&path, format!("{GOOD}\n[[field]]\nkey = \"status\"\nkind = \"text\"\nlabel = \"x\"\n")).unwrap();
        assert!(read(&path).unwrap_err().contains("status"));
    }

    #[test]
    fn a_fault_in_the_words_of_a_language_is_named_by_file_and_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.toml");
        let fault = |text: &str| {
            fs::write(&path, text).unwrap();
            read(&path).unwrap_err()
        };
        let at = |text: &str, line: usize, about: &str| {
            let fault = fault(text);
            assert!(fault.contains(&format!("form.toml:{line}: ")) && fault.contains(about), "{fault}");
        };
        at(&format!("title = 'x'\nlanguage = 'dk'\n{GOOD}"), 2, "\"dk\" is no language");
        at(&format!("{GOOD}[texts.de]\n[texts.dk]\ntitle = 'x'\n"), 6, "\"dk\" is no language");
        at(&format!("{GOOD}[texts.de]\ntitle = 'x'\ntitel = 'x'\n"), 7, "\"titel\" is no key");
        at(&format!("{GOOD}[texts.de]\nnote.label = 'x'\n"), 6, "\"note.label\" is no key");
        at(&format!("{GOOD}[texts.de]\n\n'note.label' = 'x'\n"), 7, "\"note.label\" is no key");
        at(&format!("{GOOD}[texts.de]\n[texts.de.customerEmail]\nlabel = 'x'\nhnt = 'x'\n"), 8, "\"customerEmail.hnt\" is no key");
        at(&format!("{GOOD}[texts.de]\nend_link = 'x'\n"), 5, "end_link");
        at(&format!("{GOOD}[texts.de]\ntitle = 7\n"), 6, "expected words in quotes");
        at(&format!("{GOOD}[texts]\ntitle = 'x'\n"), 5, "table");
    }

    #[test]
    fn a_form_speaks_its_own_language_until_another_is_wanted() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("form.toml");
        let own = "[texts.fr]\ntitle = 'Titre'\n[texts.de]\nregister = 'Los'\n";
        fs::write(&path, format!("language = 'de'\ntitle = 'Titel'\n{GOOD}{own}")).unwrap();
        let german = read(&path).unwrap();
        assert_eq!((german.words.language, german.words.texts["register"].as_str()), ("de", "Los"));
        let french = german.in_language("fr");
        assert_eq!((french.form.title.as_deref(), french.words.texts["register"].as_str()), (Some("Titre"), "Enregistrer"));
        assert_eq!((german.form.title.as_deref(), german.hash), (Some("Titel"), french.hash));
        fs::write(&path, GOOD).unwrap();
        assert_eq!(read(&path).unwrap().words, Words::of("en"));
    }

    #[test]
    fn the_forms_that_come_along_can_be_read() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../forms");
        let forms: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| read(&entry.unwrap().path())).collect();
        assert!(!forms.is_empty() && forms.iter().all(Result::is_ok), "{forms:?}");
    }

    #[test]
    fn a_name_cannot_leave_the_folder() {
        for name in ["..", "../secrets", "a/b", "A", "", ".hidden", "a.toml", "%2e"] {
            assert!(!is_slug(name), "{name}");
        }
    }
}
