//! What is wrong with a setting: which one, where it was given, why, and what to write instead.

use std::fmt;
use std::path::PathBuf;

use serde_json::{Value, json};

/// Where a setting was given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the file, on this line.
    File(PathBuf, usize),
    /// By a variable of the environment.
    Environment(String),
    /// On the command line.
    Flag(&'static str),
}

impl fmt::Display for Place {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Place::File(path, line) => write!(formatter, "{}:{line}", path.display()),
            Place::Environment(name) => write!(formatter, "the environment's {name}"),
            Place::Flag(name) => write!(formatter, "--{name}"),
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The setting, section and name with points between; empty for a file that cannot be read at all.
    pub setting: String,
    /// Where it was given; `None` for one that is missing, or that is a default.
    pub place: Option<Place>,
    /// What is wrong. Never a value that may be secret.
    pub what: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Fault {
    /// As a script reads it.
    pub fn json(&self) -> Value {
        let place = self.place.as_ref().map(Place::to_string);
        json!({ "setting": self.setting, "place": place, "message": self.what, "hint": self.hint })
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = &self.place {
            write!(formatter, "{place}: ")?;
        }
        if !self.setting.is_empty() {
            write!(formatter, "{}: ", self.setting)?;
        }
        formatter.write_str(&self.what)?;
        self.hint.as_ref().map_or(Ok(()), |hint| write!(formatter, "; {hint}"))
    }
}

/// Everything that is wrong, at least one thing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Faults(pub Vec<Fault>);

impl fmt::Display for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.0.iter().map(Fault::to_string).collect();
        formatter.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for Faults {}
