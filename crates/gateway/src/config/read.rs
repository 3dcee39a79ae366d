//! Reads settings one by one into types. What is wrong is noted, and reading goes on, so that one look tells everything.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::str::FromStr;

use secrecy::SecretString;

use super::fault::{Fault, Place};
use super::given::{Given, Written};

/// The most that a file with one secret may hold. Bytes.
const SECRET_FILE_BYTES: u64 = 16 * 1024;

/// Takes settings out of what was given.
#[derive(Debug)]
pub(super) struct Reader {
    pub given: BTreeMap<&'static str, Given>,
    pub empty: Vec<(String, Place)>,
    pub faults: Vec<Fault>,
    /// What was asked for, so that a test can tell that nothing is read that is not known.
    pub asked: Vec<&'static str>,
}

impl Reader {
    fn take(&mut self, setting: &'static str) -> Option<Given> {
        self.asked.push(setting);
        self.given.get(setting).cloned()
    }

    /// Notes a fault of a setting that was given, or is missing.
    pub(super) fn fault(&mut self, setting: &'static str, what: impl Into<String>, hint: impl Into<String>) {
        let empty = || self.empty.iter().find(|(section, _)| below(section, setting)).map(|(_, place)| place.clone());
        let place = self.given.get(setting).map(|given| given.place.clone()).or_else(empty);
        self.faults.push(Fault { setting: setting.to_owned(), place, what: what.into(), hint: Some(hint.into()) });
    }

    /// Whether any of these was given, or the section is there at least.
    pub(super) fn any(&self, section: &str) -> bool {
        self.given.keys().any(|setting| below(section, setting))
            || self.empty.iter().any(|(name, _)| name == section || below(name, section))
    }

    /// Whether this was given.
    pub(super) fn has(&self, setting: &str) -> bool {
        self.given.contains_key(setting)
    }

    /// A text that is not empty.
    pub(super) fn text(&mut self, setting: &'static str) -> Option<String> {
        match self.take(setting)?.written {
            Written::Text(text) if text.trim().is_empty() => {
                self.fault(setting, "is empty", "leave it out for the default");
                None
            }
            Written::Text(text) => Some(text.trim().to_owned()),
            other @ (Written::Whole(_) | Written::Truth(_) | Written::List(_) | Written::Other(_)) => {
                self.fault(setting, format!("is {}", kind(&other)), "it is a text, in quotes");
                None
            }
        }
    }

    /// A path.
    pub(super) fn path(&mut self, setting: &'static str) -> Option<PathBuf> {
        self.text(setting).map(PathBuf::from)
    }

    /// A text with a form of its own.
    pub(super) fn parsed<T>(&mut self, setting: &'static str, read: impl FnOnce(&str) -> Option<T>, what: &str, hint: &str) -> Option<T> {
        let text = self.text(setting)?;
        let value = read(&text);
        if value.is_none() {
            self.fault(setting, format!("\"{text}\" is {what}"), hint);
        }
        value
    }

    /// A whole number within limits.
    pub(super) fn whole(&mut self, setting: &'static str, least: u32, most: u32) -> Option<u32> {
        let number = match self.take(setting)?.written {
            Written::Whole(number) => Some(number),
            Written::Text(text) => i64::from_str(text.trim()).ok(),
            Written::Truth(_) | Written::List(_) | Written::Other(_) => None,
        };
        let value = number.and_then(|number| u32::try_from(number).ok()).filter(|number| (least..=most).contains(number));
        if value.is_none() {
            self.fault(
                setting,
                "is no number that can be used here",
                format!("it is a whole number from {least} to {most}, without quotes"),
            );
        }
        value
    }

    /// Yes or no.
    pub(super) fn truth(&mut self, setting: &'static str) -> Option<bool> {
        let truth = match self.take(setting)?.written {
            Written::Truth(truth) => Some(truth),
            Written::Text(text) => match text.trim() {
                "true" | "1" | "yes" => Some(true),
                "false" | "0" | "no" => Some(false),
                _ => None,
            },
            Written::Whole(_) | Written::List(_) | Written::Other(_) => None,
        };
        if truth.is_none() {
            self.fault(setting, "is neither true nor false", "write true or false, without quotes");
        }
        truth
    }

    /// Several texts; in the environment with commas between.
    pub(super) fn list(&mut self, setting: &'static str) -> Vec<String> {
        let Some(given) = self.take(setting) else {
            return Vec::new();
        };
        match (given.written, given.place) {
            (Written::List(list), _) => list,
            (Written::Text(text), Place::Environment(_) | Place::Flag(_)) => {
                text.split(',').map(str::trim).filter(|one| !one.is_empty()).map(str::to_owned).collect()
            }
            (other, _) => {
                self.fault(setting, format!("is {}", kind(&other)), "it is a list: [\"…\", \"…\"]");
                Vec::new()
            }
        }
    }

    /// A secret: from the file that `file` names, or from the environment. In the configuration itself only what holds no secret may stand.
    pub(super) fn secret(&mut self, setting: &'static str, file: &'static str, open: impl Fn(&str) -> bool) -> Option<SecretString> {
        if self.has(setting) && self.has(file) {
            self.asked.push(setting);
            self.asked.push(file);
            self.fault(file, format!("{setting} is given as well"), "one of the two");
            return None;
        }
        if let Some(path) = self.path(file) {
            let size = fs::metadata(&path).map(|about| about.len());
            let read = size.and_then(|size| if size > SECRET_FILE_BYTES { Ok(String::new()) } else { fs::read_to_string(&path) });
            return match read {
                Ok(text) if !text.trim().is_empty() => Some(text.trim().to_owned().into()),
                Ok(_) => {
                    self.fault(file, format!("{} holds no secret", path.display()), "it holds the secret alone, on one line");
                    None
                }
                Err(error) => {
                    self.fault(file, format!("{}: {error}", path.display()), "the gateway's user has to be able to read it");
                    None
                }
            };
        }
        let secret = self.text(setting)?;
        let from_environment = matches!(self.given.get(setting).map(|given| &given.place), Some(Place::Environment(_)));
        if !from_environment && !open(&secret) {
            let hint =
                format!("put it into a file and name that by {file}, or into the environment as {}", super::known::variable(setting));
            self.fault(setting, "holds a secret, which has no place here", hint);
            return None;
        }
        Some(secret.into())
    }

    /// A setting without which its section makes no sense.
    pub(super) fn required<T>(&mut self, setting: &'static str, value: Option<T>, hint: &str) -> Option<T> {
        if value.is_none() && !self.has(setting) {
            self.fault(setting, "is missing", hint);
        }
        value
    }
}

fn below(section: &str, name: &str) -> bool {
    name.strip_prefix(section).is_some_and(|rest| rest.starts_with('.'))
}

fn kind(written: &Written) -> &'static str {
    match written {
        Written::Text(_) => "a text",
        Written::Whole(_) => "a number",
        Written::Truth(_) => "true or false",
        Written::List(_) => "a list",
        Written::Other(what) => what,
    }
}
