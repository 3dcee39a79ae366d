//! Schemathesis, which asks a gateway whatever its description allows and looks at every answer: a program in Python, in a folder of its own.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::{in_path, install_debian_packages};
use crate::run::{probe, program, run, say};
use crate::workspace;

/// The version: another one may ask other questions.
const VERSION: &str = "4.32.5";

/// The program.
pub(crate) fn schemathesis() -> Result<PathBuf> {
    let folder = workspace::target().join("schemathesis");
    let tool = folder.join("bin/schemathesis");
    let is_there = || probe(program(&tool).arg("--version")).is_some_and(|said| said.contains(VERSION));
    if is_there() {
        return Ok(tool);
    }
    say(&format!("Installing Schemathesis {VERSION} from PyPI into target/schemathesis: it compares the gateway with its description."));
    make_place(&folder)?;
    run(program(folder.join("bin/python")).args(["-m", "pip", "install", "--quiet", &format!("schemathesis=={VERSION}")]))
        .context("Schemathesis could not be installed")?;
    Ok(tool)
}

/// A virtual environment, so that the system's Python stays as it is.
fn make_place(folder: &Path) -> Result<()> {
    let make = || run(program("python3").args(["-m", "venv", "--clear"]).arg(folder));
    if in_path("python3").is_some() && make().is_ok() {
        return Ok(());
    }
    install_debian_packages(&["python3", "python3-venv"], "Schemathesis, which compares the gateway with its description, needs it")?;
    make().context("the gateway is compared with its description by Schemathesis. Please install Python 3.10 or later with its module venv")
}
