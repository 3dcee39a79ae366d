//! Installs what is missing, and says what and why. What is there already is left alone.
//! Each file answers one question: which toolchain, which tool, which browser.

mod browser;
mod fonts;
mod node;
mod postgres;
mod python;
mod rust;
mod scripts;
mod strace;
mod tools;

pub(crate) use browser::{chromium, firefox, webkit};
pub(crate) use fonts::fonts;
pub(crate) use node::{npm_is_there, packages, what_scripts_need};
pub(crate) use postgres::{VARIABLE as POSTGRES_VARIABLE, postgres};
pub(crate) use python::schemathesis;
pub(crate) use rust::{Wasm, components, wasm};
pub(crate) use scripts::shared_scripts;
pub(crate) use strace::strace;
pub(crate) use tools::{cargo_deny, geckodriver, trunk, wasm_bindgen};

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::run::{program, run, say};

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

/// Installs Debian's packages, where that can be done. Whether it was.
fn install_debian_packages(packages: &[&str], why: &str) -> Result<bool> {
    if !may_install_debian_packages() {
        return Ok(false);
    }
    say(&format!("Installing {} by apt-get: {why}.", packages.join(", ")));
    run(program("apt-get").arg("update"))?;
    run(program("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "--no-install-recommends"]).args(packages))
        .with_context(|| format!("{} could not be installed", packages.join(", ")))?;
    Ok(true)
}
