//! The browsers that the tests use, and the programs that drive them: Chromium for everything, Firefox and WebKit for what has
//! to hold everywhere. Each is looked for in the variables that name it, in `PATH`, and on Debian among its packages.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use super::{geckodriver, in_path, install_debian_packages};

/// Chromium and its driver.
#[derive(Debug)]
pub(crate) struct Chromium {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

/// Firefox and its driver.
#[derive(Debug)]
pub(crate) struct Firefox {
    pub browser: PathBuf,
    pub driver: PathBuf,
}

/// WebKit in the browser that is made for testing it, its driver, and a screen that nobody sees: it has no mode without one.
#[derive(Debug)]
pub(crate) struct WebKit {
    pub browser: PathBuf,
    pub driver: PathBuf,
    pub screen: PathBuf,
}

/// Chromium and chromedriver: from `CHROMIUM` and `CHROMEDRIVER`, from `PATH`, or from Debian.
pub(crate) fn chromium() -> Result<Chromium> {
    const NAMES: [&str; 4] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
    const MAC: &str = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";
    let find = || {
        let mac = || Some(PathBuf::from(MAC)).filter(|file| file.is_file());
        let browser = named("CHROMIUM").or_else(|| NAMES.into_iter().find_map(in_path)).or_else(mac)?;
        Some(Chromium { browser, driver: named("CHROMEDRIVER").or_else(|| in_path("chromedriver"))? })
    };
    if let Some(found) = find_or_install(find, &["chromium", "chromium-driver"])? {
        return Ok(found);
    }
    bail!(
        "the tests use the card in a real browser, and Chromium (or Chrome) or chromedriver is missing. Please install both in the \
         same version, in PATH or named by the variables CHROMIUM and CHROMEDRIVER"
    )
}

/// Firefox from `FIREFOX`, from `PATH`, or from Debian; geckodriver from `GECKODRIVER`, from `PATH`, or by cargo.
pub(crate) fn firefox() -> Result<Firefox> {
    const NAMES: [&str; 2] = ["firefox-esr", "firefox"];
    const MAC: &str = "/Applications/Firefox.app/Contents/MacOS/firefox";
    let find = || {
        let mac = || Some(PathBuf::from(MAC)).filter(|file| file.is_file());
        named("FIREFOX").or_else(|| NAMES.into_iter().find_map(in_path)).or_else(mac)
    };
    let Some(browser) = find_or_install(find, &["firefox-esr"])? else {
        bail!("the tests use the card in Firefox, too, and it is missing. Please install it, in PATH or named by the variable FIREFOX")
    };
    let driver = match named("GECKODRIVER").or_else(|| in_path("geckodriver")) {
        Some(driver) => driver,
        None => geckodriver()?,
    };
    Ok(Firefox { browser, driver })
}

/// WebKitWebDriver, MiniBrowser and Xvfb: from `WEBKITDRIVER`, `MINIBROWSER` and `XVFB`, from where they are installed, or from Debian.
pub(crate) fn webkit() -> Result<WebKit> {
    let find = || {
        let driver = named("WEBKITDRIVER").or_else(|| in_path("WebKitWebDriver"))?;
        let screen = named("XVFB").or_else(|| in_path("Xvfb"))?;
        Some(WebKit { browser: named("MINIBROWSER").or_else(mini_browser)?, driver, screen })
    };
    if let Some(found) = find_or_install(find, &["webkit2gtk-driver", "xvfb"])? {
        return Ok(found);
    }
    bail!(
        "the tests use the card in WebKit, too, and WebKitWebDriver, its MiniBrowser or Xvfb is missing. They are the packages \
         webkit2gtk-driver and xvfb of Debian; elsewhere please name them by the variables WEBKITDRIVER, MINIBROWSER and XVFB"
    )
}

/// No distribution puts it into `PATH`: it stands in a folder that carries the version of its interface.
fn mini_browser() -> Option<PathBuf> {
    let folders = |place: &str| std::fs::read_dir(place).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut places: Vec<PathBuf> = folders("/usr/libexec").chain(folders("/usr/lib")).collect();
    places.extend(places.clone().iter().filter(|place| place.is_dir()).flat_map(|place| folders(&place.to_string_lossy())));
    let mut found: Vec<PathBuf> = places.into_iter().map(|place| place.join("MiniBrowser")).filter(|file| file.is_file()).collect();
    found.sort();
    found.pop()
}

/// Looks, and where nothing is found installs Debian's packages, if that can be done here, and looks again.
fn find_or_install<T>(find: impl Fn() -> Option<T>, packages: &[&str]) -> Result<Option<T>> {
    if let Some(found) = find() {
        return Ok(Some(found));
    }
    if install_debian_packages(packages, "the tests use the card as a customer does")? {
        return Ok(find());
    }
    Ok(None)
}

fn named(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).map(PathBuf::from).filter(|file| Path::is_file(file))
}
