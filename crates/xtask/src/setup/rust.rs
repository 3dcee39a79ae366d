//! Which Rust toolchain compiles to wasm here, and how one comes to be there.
//! `rustup target add` on most machines; Debian's compiler where the Rust distribution server cannot be reached.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::may_install_debian_packages;
use crate::run::{self, cargo, probe, program, run, say};
use crate::workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// The name under which Debian's compiler is known to rustup.
const DEBIAN: &str = "wasm";

/// The toolchain that compiles the widget.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Wasm {
    /// `None` is the default one.
    pub toolchain: Option<&'static str>,
}

/// A toolchain that compiles to wasm. Installs one where none is.
pub(crate) fn wasm() -> Result<Wasm> {
    if has_target(None) {
        return Ok(Wasm { toolchain: None });
    }
    if has_target(Some(DEBIAN)) {
        return Ok(Wasm { toolchain: Some(DEBIAN) });
    }
    let rustup = probe(program("rustup").arg("--version")).is_some();
    if rustup && add_target()? {
        return Ok(Wasm { toolchain: None });
    }
    if rustup && may_install_debian_packages() {
        say("Installing Debian's Rust compiler with its wasm target: the widget is Rust compiled to wasm, and");
        say("`rustup target add` does not work here. Packages by apt-get, then the standard library is built once (minutes).");
        run(program("bash").arg(workspace::root().join("crates/xtask/debian-wasm.sh")))?;
        if has_target(Some(DEBIAN)) {
            return Ok(Wasm { toolchain: Some(DEBIAN) });
        }
    }
    bail!(
        "the widget is Rust compiled to wasm, and no toolchain here can do that. Please install the target {TARGET}: \
         `rustup target add {TARGET}` with rustup, or your distribution's package of Rust's standard library for wasm"
    )
}

/// rustfmt and clippy, which a minimal toolchain lacks, for the default toolchain.
pub(crate) fn components() -> Result<()> {
    for (name, subcommand) in [("rustfmt", "fmt"), ("clippy", "clippy")] {
        if probe(cargo(None).args([subcommand, "--version"])).is_some() {
            continue;
        }
        say(&format!("Installing {name} by rustup: the tests look at format and lints."));
        if run(program("rustup").args(["component", "add", name])).is_err() {
            bail!("{name} is missing and rustup could not add it. Please install it for the toolchain that `cargo` uses");
        }
    }
    Ok(())
}

/// Whether the toolchain has a standard library for wasm that its own compiler made.
fn has_target(toolchain: Option<&str>) -> bool {
    let rustc = |argument: &[&str]| {
        let mut command = program("rustc");
        if let Some(toolchain) = toolchain {
            command.env("RUSTUP_TOOLCHAIN", toolchain);
        }
        probe(command.args(argument))
    };
    let Some(sysroot) = rustc(&["--print", "sysroot"]) else { return false };
    let libraries = Path::new(&sysroot).join("lib/rustlib").join(TARGET).join("lib");
    if !has_core(&libraries) {
        return false;
    }
    // Written by debian-wasm.sh. After an update of the compiler the library beside it is of no use.
    match std::fs::read_to_string(libraries.join(".built-by")) {
        Ok(built_by) => rustc(&["--version"]).is_some_and(|version| version == built_by.trim()),
        Err(_) => true,
    }
}

fn has_core(libraries: &Path) -> bool {
    let Ok(files) = std::fs::read_dir(libraries) else { return false };
    files.flatten().any(|file| file.file_name().to_string_lossy().starts_with("libcore-"))
}

/// Tries `rustup target add`. Given up when nothing has arrived for a while: an unreachable server is tried for
/// minutes, and a slow line that delivers is left alone.
fn add_target() -> Result<bool> {
    const SILENCE: Duration = Duration::from_secs(20);
    say(&format!("Installing the target {TARGET} by rustup: the widget is Rust compiled to wasm."));
    let mut child = match program("rustup").args(["target", "add", TARGET]).stdout(Stdio::null()).spawn() {
        Ok(child) => child,
        Err(_) => return Ok(false),
    };
    let (mut arrived, mut since) = (downloaded(), Instant::now());
    let status = run::wait_while(&mut child, || {
        let now = downloaded();
        if now != arrived {
            (arrived, since) = (now, Instant::now());
        }
        since.elapsed() < SILENCE
    })?;
    match status {
        Some(status) if status.success() => Ok(has_target(None)),
        Some(_) => Ok(false),
        None => {
            say(&format!("Nothing arrived for {} s, so another way is tried.", SILENCE.as_secs()));
            Ok(false)
        }
    }
}

/// Bytes in rustup's download and staging folders.
fn downloaded() -> u64 {
    let home = std::env::var_os("RUSTUP_HOME").map(PathBuf::from).or_else(|| std::env::home_dir().map(|home| home.join(".rustup")));
    let Some(home) = home else { return 0 };
    let folders = ["downloads", "tmp"].into_iter().filter_map(|folder| std::fs::read_dir(home.join(folder)).ok());
    folders.flatten().flatten().filter_map(|file| file.metadata().ok()).map(|file| file.len()).sum()
}
