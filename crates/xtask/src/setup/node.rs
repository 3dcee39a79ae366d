//! What npm brings: esbuild and binaryen, which make the widget small, axe-core, which looks for what keeps people out, and the
//! libraries that the tests put on pages beside the card. Nothing of them is part of the widget.

use anyhow::{Context, Result, bail};

use crate::run::{probe, program, run, say};
use crate::workspace;

/// Whether there is an npm to ask.
pub(crate) fn npm_is_there() -> bool {
    probe(program("npm").arg("--version")).is_some()
}

/// What merchants' scripts are run by, which the gateway's tests run as they stand. None of them is left out where it is missing.
pub(crate) fn what_scripts_need() -> Result<()> {
    for (name, install) in [("node", "Node.js 20 or later"), ("curl", "curl 7.76 or later")] {
        if probe(program(name).arg("--version")).is_none() {
            bail!("{name} is missing: the tests run scripts as merchants have them. Please install {install}");
        }
    }
    Ok(())
}

/// The packages of `package-lock.json`, in `node_modules`. Fails where npm is missing.
pub(crate) fn packages() -> Result<()> {
    let lock = std::fs::read(workspace::root().join("package-lock.json")).context("cannot read package-lock.json")?;
    // npm leaves no trustworthy sign of which lock file it installed from, so a copy is kept beside what it installed.
    let installed = workspace::root().join("node_modules/.installed-from.json");
    if std::fs::read(&installed).is_ok_and(|copy| copy == lock) {
        return Ok(());
    }
    if !npm_is_there() {
        bail!("npm is missing: esbuild and wasm-opt come with it. Please install Node.js 20 or later with npm");
    }
    say("Installing packages by npm into node_modules: they make the widget small, and the tests put it beside them.");
    // No package needs its scripts, so none is run.
    run(program("npm").args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"])).context("npm could not install the packages")?;
    std::fs::write(&installed, lock).context("cannot write to node_modules")
}
