//! The browser that the tests use, and the program that drives it.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{in_path, may_install_debian_packages};
use crate::run::{program, run, say};

/// Chromium and its driver.
#[derive(Debug)]
pub(crate) struct Browser {
    pub chromium: PathBuf,
    pub driver: PathBuf,
}

/// Chromium and chromedriver: from `CHROMIUM` and `CHROMEDRIVER`, from `PATH`, or from Debian.
pub(crate) fn browser() -> Result<Browser> {
    if let Some(browser) = find() {
        return Ok(browser);
    }
    if may_install_debian_packages() {
        say("Installing Chromium and chromedriver by apt-get: the tests use the card as a customer does.");
        run(program("apt-get").arg("update"))?;
        let packages = ["chromium", "chromium-driver"];
        run(program("apt-get").env("DEBIAN_FRONTEND", "noninteractive").args(["install", "-y", "--no-install-recommends"]).args(packages))?;
        if let Some(browser) = find() {
            return Ok(browser);
        }
    }
    bail!(
        "the tests use the card in a real browser, and Chromium (or Chrome) or chromedriver is missing. Please install both in the \
         same version, in PATH or named by the variables CHROMIUM and CHROMEDRIVER"
    )
}

fn find() -> Option<Browser> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let mac = || Some(PathBuf::from(MAC)).filter(|file| file.is_file());
    let chromium = named("CHROMIUM").or_else(|| NAMES.into_iter().find_map(in_path)).or_else(mac)?;
    let driver = named("CHROMEDRIVER").or_else(|| in_path("chromedriver"))?;
    Some(Browser { chromium, driver })
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|file| Path::is_file(file))
}
