//! Tools that cargo installs into `target/tools`: wasm-bindgen, Trunk, cargo-deny and geckodriver, each in a known version.

use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::run::{cargo, probe, program, run, say};
use crate::workspace;

/// Turns the compiled wasm into one that JavaScript can call. Has to be of exactly the version the crate is locked to.
pub(crate) fn wasm_bindgen() -> Result<()> {
    let lock = std::fs::read_to_string(workspace::root().join("Cargo.lock")).context("cannot read Cargo.lock")?;
    let version = locked_version(&lock, "wasm-bindgen").context("Cargo.lock names no wasm-bindgen")?;
    let why = "turns the compiled widget into a module that a browser loads";
    // Without its own lock file: the command line tool is published without one.
    install("wasm-bindgen-cli", "wasm-bindgen", &version, &[], why)
}

/// Builds and serves the page for contributors.
pub(crate) fn trunk() -> Result<()> {
    install("trunk", "trunk", "0.21.14", &["--locked"], "builds and serves the page that contributors edit on")
}

/// Looks at the licences and the origin of what this project depends on.
pub(crate) fn cargo_deny() -> Result<()> {
    install("cargo-deny", "cargo-deny", "0.20.2", &["--locked"], "checks licences, origins and known flaws of the dependencies")
}

/// Drives Firefox. Debian has no package of it.
pub(crate) fn geckodriver() -> Result<PathBuf> {
    install("geckodriver", "geckodriver", "0.37.1", &["--locked"], "drives Firefox in the tests")?;
    Ok(workspace::tool("geckodriver"))
}

fn install(package: &str, binary: &str, version: &str, more: &[&str], why: &str) -> Result<()> {
    let tool = workspace::tool(binary);
    if tool.is_file() && probe(program(&tool).arg("--version")).is_some_and(|text| text.split_whitespace().any(|word| word == version)) {
        return Ok(());
    }
    say(&format!("Installing {package} {version} into target/tools: it {why}. Compiled from source, which takes minutes."));
    let mut command = cargo(None);
    // A folder of its own, emptied by cargo: what is compiled here is never needed again.
    command.env_remove("CARGO_TARGET_DIR").args(["install", "--force", "--root"]).arg(workspace::tools());
    run(command.args(["--version", &format!("={version}"), package]).args(more))
        .with_context(|| format!("{package} {version} could not be installed"))
}

/// The version of a package in `Cargo.lock`. Read as text: a parser would be the larger thing to trust.
fn locked_version(lock: &str, package: &str) -> Option<String> {
    let mut lines = lock.lines().skip_while(|line| *line != format!("name = \"{package}\""));
    lines.nth(1)?.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_from_the_lock_file() {
        let lock =
            "[[package]]\nname = \"wasm-bindgen-macro\"\nversion = \"9\"\n\n[[package]]\nname = \"wasm-bindgen\"\nversion = \"0.2.130\"\n";
        assert_eq!(locked_version(lock, "wasm-bindgen").as_deref(), Some("0.2.130"));
        assert_eq!(locked_version(lock, "leptos"), None);
    }
}
