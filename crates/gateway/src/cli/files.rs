//! Files that commands read and write: by name, or `-` for standard input and output. Whoever watches sees how far it is.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use serde_json::{Value, json};

use super::{CliError, not_said, tell};
use crate::lists::{List, ListError};

/// Bad lines that are told one by one; a file that is no list at all would fill the screen.
const TOLD: u64 = 100;

/// A list that is read, and how far it is.
pub(super) struct Reading {
    pub(super) list: List,
    bar: ProgressBar,
    left_out: LeftOut,
}

/// Lines that were left out.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    pub(super) count: u64,
    /// The first of them.
    told: Vec<(u64, String)>,
}

impl Reading {
    /// Opens a list. `name` gives the name by which a column is known.
    pub(super) fn open(file: &Path, name: impl Fn(&str) -> Option<&'static str>) -> Result<Reading, CliError> {
        let fault = |source| CliError::Io { what: file.display().to_string(), source };
        let (source, length): (Box<dyn Read>, Option<u64>) = if file == Path::new("-") {
            (Box::new(io::stdin()), None)
        } else {
            let opened = File::open(file).map_err(fault)?;
            let length = opened.metadata().ok().map(|about| about.len());
            (Box::new(opened), length)
        };
        // Shown on a terminal alone, on standard error.
        let bar = length.map_or_else(ProgressBar::no_length, ProgressBar::new);
        if let Ok(style) = ProgressStyle::with_template("{wide_bar} {bytes} of {total_bytes}, {eta} left") {
            bar.set_style(style);
        }
        let list = List::open(bar.wrap_read(source), name).map_err(|source| not_read(file, source))?;
        Ok(Reading { list, bar, left_out: LeftOut::default() })
    }

    /// Tells of a line that is left out.
    pub(super) fn leave_out(&mut self, line: u64, why: &str) {
        self.left_out.count += 1;
        match self.left_out.count {
            1..=TOLD => {
                self.bar.suspend(|| tell(&format!("line {line}: {why}")));
                self.left_out.told.push((line, why.to_owned()));
            }
            count if count == TOLD + 1 => self.bar.suspend(|| tell("more lines are left out; they are counted")),
            _ => {}
        }
    }

    /// Lines that were left out.
    pub(super) fn end(self) -> LeftOut {
        self.bar.finish_and_clear();
        self.left_out
    }
}

impl LeftOut {
    /// What came of a list, with the lines that were left out of it, if there are any.
    pub(super) fn json(&self, mut came: Value) -> String {
        came["bad"] = self.count.into();
        if self.count > 0 {
            came["leftOut"] = self.told.iter().map(|(line, why)| json!({ "line": line, "why": why })).collect();
        }
        came.to_string()
    }

    /// Whether it was the whole list.
    pub(super) fn whole(self) -> Result<(), CliError> {
        if self.count == 0 { Ok(()) } else { Err(CliError::LeftOut(self.count)) }
    }
}

pub(super) fn not_read(file: &Path, source: ListError) -> CliError {
    CliError::List { path: file.display().to_string(), source }
}

/// Where a list is written to, and whether that is a file: standard output then is for what is said of it.
pub(super) fn output(file: Option<PathBuf>) -> Result<(Box<dyn Write>, bool), CliError> {
    match file.filter(|file| file != Path::new("-")) {
        Some(file) => {
            let opened = File::create(&file).map_err(|source| CliError::Io { what: file.display().to_string(), source })?;
            Ok((Box::new(io::BufWriter::new(opened)), true))
        }
        None => Ok((Box::new(io::BufWriter::new(io::stdout())), false)),
    }
}

/// A list that could not be written.
pub(super) fn not_written(source: io::Error) -> CliError {
    not_said("writing the list", source)
}
