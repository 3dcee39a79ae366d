//! The merchants' forms: files in a folder, read when they are asked for and again when they have changed.
//!
//! A file that cannot be read leaves the last good one in use, and says so in the log, with path and line.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use regcard_protocol::form::Form;

/// A form as it was last read.
#[derive(Debug, PartialEq, Eq)]
pub struct LoadedForm {
    /// The form.
    pub form: Form,
    /// Of the file, so that what was made from it can be told apart.
    pub hash: [u8; 32],
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

/// Lower-case letters, digits and dashes, as they stand in URLs; so a name cannot leave the folder.
pub fn is_slug(text: &str) -> bool {
    (1..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
}

fn read(path: &Path) -> Result<LoadedForm, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let form: Form = toml::from_str(&text).map_err(|error| {
        let line = error.span().map_or(1, |span| text.bytes().take(span.start).filter(|byte| *byte == b'\n').count() + 1);
        format!("{}:{line}: {}", path.display(), error.message())
    })?;
    let form = form.with_addresses();
    form.check().map_err(|error| format!("{}: {error}", path.display()))?;
    Ok(LoadedForm { form, hash: blake3::hash(text.as_bytes()).into() })
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
    fn a_name_cannot_leave_the_folder() {
        for name in ["..", "../secrets", "a/b", "A", "", ".hidden", "a.toml", "%2e"] {
            assert!(!is_slug(name), "{name}");
        }
    }
}
