//! What was given, and where: the file, over it the environment, over that the command line. Nothing is judged here but whether there is
//! such a setting.

use std::collections::BTreeMap;
use std::path::Path;

use toml::de::{DeTable, DeValue};

use super::fault::{Fault, Place};
use super::known;

/// A value as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Written {
    /// In quotes, or in the environment or on the command line, where all is text.
    Text(String),
    /// A whole number.
    Whole(i64),
    /// `true` or `false`.
    Truth(bool),
    /// A list of texts.
    List(Vec<String>),
    /// What no setting is: a date, say.
    Other(&'static str),
}

/// A value, and where it was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Given {
    pub written: Written,
    pub place: Place,
}

/// Everything that was given, by setting.
#[derive(Debug, Default)]
pub(super) struct AllGiven {
    pub settings: BTreeMap<&'static str, Given>,
    /// Sections that are there and say nothing.
    pub empty: Vec<(String, Place)>,
    pub faults: Vec<Fault>,
}

impl AllGiven {
    /// Takes what a file says.
    pub(super) fn file(&mut self, path: &Path, text: &str) {
        match DeTable::parse(text) {
            Ok(table) => self.table(path, text, "", table.get_ref()),
            Err(error) => {
                let line = line_of(text, error.span().map_or(0, |span| span.start));
                self.faults.push(Fault {
                    setting: String::new(),
                    place: Some(Place::File(path.to_owned(), line)),
                    what: format!("this cannot be read: {}", error.message()),
                    hint: Some("a setting is NAME = VALUE, texts in quotes, sections in [brackets]".to_owned()),
                });
            }
        }
    }

    fn table(&mut self, path: &Path, text: &str, section: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let name = if section.is_empty() { key.get_ref().to_string() } else { format!("{section}.{}", key.get_ref()) };
            let place = Place::File(path.to_owned(), line_of(text, key.span().start));
            let setting = known::SETTINGS.iter().find(|setting| **setting == name);
            match (value.get_ref(), setting) {
                (DeValue::Table(_), Some(_)) => self.fault(name, place, "is a setting, not a section", "write NAME = VALUE"),
                (DeValue::Table(inner), None) if known::is_section(&name) && inner.is_empty() => self.empty.push((name, place)),
                (DeValue::Table(inner), None) if known::is_section(&name) => self.table(path, text, &name, inner),
                (_, None) if known::is_section(&name) => {
                    let hint = format!("write [{name}] and the settings below it");
                    self.fault(name, place, "is a section, not a setting", &hint);
                }
                (DeValue::Table(inner), None) => {
                    // The section may be misspelt: each of its settings may say which one was meant.
                    let meant = inner.keys().next().and_then(|inside| known::nearest(&format!("{name}.{}", inside.get_ref())));
                    let hint = meant.map_or_else(sections, |meant| format!("did you mean {meant}?"));
                    self.fault(name, place, "there is no such section", &hint);
                }
                (_, None) => {
                    let hint = known::nearest(&name).map_or_else(
                        || "docs/operating.md and the commented regcard.toml have every setting".to_owned(),
                        |meant| format!("did you mean {meant}?"),
                    );
                    self.fault(name, place, "there is no such setting", &hint);
                }
                (value, Some(setting)) => {
                    self.settings.insert(setting, Given { written: written(value), place });
                }
            }
        }
    }

    /// Takes what the environment says. An empty variable says nothing, but for the setting that is switched off so.
    pub(super) fn environment(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables.into_iter().filter(|(name, _)| name.starts_with("REGCARD_")) {
            if let Some(setting) = known::SETTINGS.iter().find(|setting| known::variable(setting) == name) {
                if !value.is_empty() || *setting == "operator.listen" {
                    self.settings.insert(setting, Given { written: Written::Text(value), place: Place::Environment(name) });
                }
            } else if let Some(meant) = known::nearest_variable(&name) {
                let place = Place::Environment(name.clone());
                self.fault(name, place, "there is no such variable", &format!("did you mean {meant}?"));
            }
        }
    }

    /// Takes what the command line says.
    pub(super) fn flag(&mut self, setting: &'static str, flag: &'static str, value: Option<String>) {
        if let Some(value) = value {
            self.settings.insert(setting, Given { written: Written::Text(value), place: Place::Flag(flag) });
        }
    }

    fn fault(&mut self, setting: String, place: Place, what: &str, hint: &str) {
        self.faults.push(Fault { setting, place: Some(place), what: what.to_owned(), hint: Some(hint.to_owned()) });
    }
}

fn sections() -> String {
    let mut all: Vec<&str> = known::SETTINGS.iter().filter_map(|setting| setting.rsplit_once('.')).map(|(section, _)| section).collect();
    all.dedup();
    format!("there are {}", all.join(", "))
}

fn written(value: &DeValue<'_>) -> Written {
    match value {
        DeValue::String(text) => Written::Text(text.to_string()),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).map_or(Written::Other("a number"), Written::Whole),
        DeValue::Boolean(truth) => Written::Truth(*truth),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> = items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(Written::Other("a list of other things"), Written::List)
        }
        DeValue::Float(_) => Written::Other("a number with a point"),
        DeValue::Datetime(_) => Written::Other("a date"),
        DeValue::Table(_) => Written::Other("a section"),
    }
}

fn line_of(text: &str, start: usize) -> usize {
    text.bytes().take(start).filter(|byte| *byte == b'\n').count() + 1
}
