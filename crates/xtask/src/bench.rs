//! `cargo xtask bench`: memory and speed of the gateway as it is released, by its own stories. Holds it to what is promised of its memory; speed is a figure.

use anyhow::{Result, bail};

use crate::run::{cargo, run};
use crate::workspace;

/// The command.
pub(crate) fn run_figures(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask bench` takes nothing, not `{}`", arguments.join(" "));
    }
    run(cargo(None).args(["build", "--release", "-p", "regcard-gateway"]))?;
    // One after the other, so that they do not measure each other.
    let stories = [
        "test",
        "--quiet",
        "-p",
        "regcard-gateway",
        "--test",
        "it",
        "figures",
        "--",
        "--nocapture",
        "--include-ignored",
        "--test-threads=1",
    ];
    run(cargo(None).env("REGCARD_TEST_BINARY", workspace::gateway("release")).args(stories))
}
