//! Files that commands read and write: by name, or `-` for standard input and output. Whoever watches sees how far it is.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use indicatif::{ProgressBar, ProgressStyle};

use super::{CliError, tell};
use crate::lists::{List, ListError};

/// Bad lines that are told one by one; a file that is no list at all would fill the screen.
const TOLD: u64 = 100;

/// A list that is read, and how far it is.
pub(super) struct Reading {
    pub(super) list: List,
    bar: ProgressBar,
    bad: u64,
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
        Ok(Reading { list, bar, bad: 0 })
    }

    /// Tells of a line that is left out.
    pub(super) fn leave_out(&mut self, line: u64, why: &str) {
        self.bad += 1;
        match self.bad {
            1..=TOLD => self.bar.suspend(|| tell(&format!("line {line}: {why}"))),
            _ if self.bad == TOLD + 1 => self.bar.suspend(|| tell("more lines are left out; they are counted")),
            _ => {}
        }
    }

    /// Lines that were left out.
    pub(super) fn end(self) -> u64 {
        self.bar.finish_and_clear();
        self.bad
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
    CliError::Io { what: "writing the list".to_owned(), source }
}
