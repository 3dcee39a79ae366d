//! `cargo xtask bench`: memory and speed of the gateway as it is released, by its own stories. Holds it to what is promised of its memory; speed is a figure.

use anyhow::{Result, bail};

use crate::run::{cargo, run};
use crate::workspace;

/// The command.
pub(crate) fn run_figures(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask bench` takes nothing, not `{}`", arguments.join(" "));
    }
    // A server that says hello, to hold the gateway against.
    run(cargo(None).args(["build", "--release", "-p", "regcard-gateway", "--bin", "regcard", "--example", "hello"]))?;
    let hello = workspace::gateway("release").with_file_name("examples").join("hello");
    // One after the other, so that they do not measure each other.
    let stories = ["test", "--quiet", "-p", "regcard-gateway", "--test", "it", "figures"];
    let all_of_them = ["--", "--nocapture", "--include-ignored", "--test-threads=1"];
    let mut command = cargo(None);
    command.env("REGCARD_TEST_BINARY", workspace::gateway("release")).env("REGCARD_TEST_HELLO", hello);
    run(command.args(stories).args(all_of_them))
}
