//! Cargo's part: the widget's crate as wasm, before anything is done to it.

use std::path::PathBuf;

use anyhow::Result;

use crate::run::{cargo, run};
use crate::setup::Wasm;
use crate::workspace;

/// Compiles the root crate and says where the wasm lies.
pub(super) fn compile(wasm: Wasm) -> Result<PathBuf> {
    let arguments = ["build", "--lib", "-p", "regcard", "--target", "wasm32-unknown-unknown", "--profile", "wasm-release"];
    run(cargo(wasm.toolchain).args(arguments).arg("--target-dir").arg(workspace::wasm_target()))?;
    Ok(workspace::wasm_target().join("wasm32-unknown-unknown/wasm-release/regcard.wasm"))
}
