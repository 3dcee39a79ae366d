//! The written invariants: what a room does not know, checked in the text of its files.
//! `docs/architecture.md` says each of them in words; what only a person can see is left to review.

mod reports;
mod rules;

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::run::say;
use crate::workspace;

/// A file of the project, with its path from the root.
#[derive(Clone, Debug)]
struct File {
    path: String,
    text: String,
}

/// Something that does not hold: file, line (from 1; 0 for the file as a whole), what.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

/// The command.
pub(crate) fn run() -> Result<()> {
    let root = workspace::root();
    let mut files = Vec::new();
    for folder in ["src", "crates", "tests", "www", "docs"] {
        collect(&root, folder, &mut files)?;
    }
    let exists = |path: &str| root.join(path).exists();
    let mut findings = rules::all(&files);
    findings.extend(files.iter().filter(|file| file.path == "docs/architecture.md").flat_map(|map| rules::paths_exist(map, exists)));
    findings.extend(
        files.iter().filter(|file| reports::LISTS.contains(&file.path.as_str())).flat_map(|list| reports::tests_exist(list, &files)),
    );
    for finding in &findings {
        say(&format!("{}:{}: {}", finding.path, finding.line, finding.what));
    }
    match findings.len() {
        0 => Ok(()),
        count => bail!("{count} invariants do not hold"),
    }
}

fn collect(root: &Path, folder: &str, files: &mut Vec<File>) -> Result<()> {
    let at = root.join(folder);
    if !at.exists() {
        return Ok(());
    }
    for entry in fs::read_dir(&at).with_context(|| format!("cannot read {folder}"))? {
        let entry = entry.with_context(|| format!("cannot read {folder}"))?;
        let path = format!("{folder}/{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            collect(root, &path, files)?;
        } else if [".rs", ".toml", ".js", ".ts", ".css", ".md"].iter().any(|ending| path.ends_with(ending)) {
            let text = fs::read_to_string(entry.path()).with_context(|| format!("cannot read {path}"))?;
            files.push(File { path, text });
        }
    }
    Ok(())
}
