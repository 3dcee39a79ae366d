//! Installs what is missing, and says what and why. What is there already is left alone.
//! Each file answers one question: which toolchain, which tool, which browser.

mod browser;
mod node;
mod rust;
mod tools;

pub(crate) use browser::browser;
pub(crate) use node::{npm_is_there, packages};
pub(crate) use rust::{Wasm, components, wasm};
pub(crate) use tools::{cargo_deny, trunk, wasm_bindgen};

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// A program of that name in `PATH`.
fn in_path(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file())
}

/// Debian and this user may install its packages: the one case in which the system itself is changed.
fn may_install_debian_packages() -> bool {
    let is_root = std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0);
    let debian = std::fs::read_to_string("/etc/os-release").is_ok_and(|text| text.lines().any(|line| line == "ID=debian"));
    is_root && debian && Path::new("/usr/bin/apt-get").exists()
}
