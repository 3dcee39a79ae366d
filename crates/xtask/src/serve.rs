//! `cargo xtask serve`: the page for contributors. Trunk rebuilds the card when a file is saved and reloads the page.

use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::run::{program, run, say};
use crate::setup::{self, Wasm};
use crate::workspace;

/// The command.
pub(crate) fn run_page(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask serve` takes no arguments");
    }
    let toolchain = setup::wasm()?;
    setup::wasm_bindgen()?;
    setup::trunk()?;
    say(
        "The page talks to a gateway on port 8787: run `cargo xtask demo --port 8787` beside this, and open the page with ?key=pk_… from its form's address.",
    );
    run(trunk(toolchain)?.arg("serve"))
}

/// Trunk, with this project's tools and a build folder of its own.
pub(crate) fn trunk(wasm: Wasm) -> Result<Command> {
    let mut command = program(workspace::tool("trunk"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    let own = workspace::tools().join("bin");
    let paths = std::iter::once(own).chain(std::env::split_paths(&path));
    command.env("PATH", std::env::join_paths(paths).context("the tools' folder cannot stand in PATH")?);
    command.env("CARGO_TARGET_DIR", workspace::target().join("trunk"));
    // Trunk reads this one and takes only true or false, where others write 1.
    command.env_remove("NO_COLOR");
    if let Some(toolchain) = wasm.toolchain {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    Ok(command)
}
