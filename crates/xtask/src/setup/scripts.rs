//! Old libraries that shops still have on their pages, for the tests to put beside the card. Debian has the last release of each;
//! no package registry does.

use std::path::PathBuf;

use anyhow::{Result, bail};

use super::install_debian_packages;

/// Where Debian keeps them.
const SHARED: &str = "/usr/share/javascript";

/// What the tests take from there.
const WANTED: [&str; 2] = ["prototype/prototype.js", "mootools/mootools.js"];

/// A folder with Prototype.js and MooTools: from `REGCARD_SHARED_SCRIPTS`, or Debian's.
pub(crate) fn shared_scripts() -> Result<PathBuf> {
    let folder = std::env::var_os("REGCARD_SHARED_SCRIPTS").map_or_else(|| PathBuf::from(SHARED), PathBuf::from);
    let complete = || WANTED.iter().all(|file| folder.join(file).is_file());
    if complete()
        || install_debian_packages(&["libjs-prototype", "libjs-mootools"], "the tests put the card on pages that have them")? && complete()
    {
        return Ok(folder);
    }
    bail!(
        "the tests put the card on pages with old libraries, and they are missing. Please put Prototype.js 1.7 and MooTools 1.4 into a \
         folder, as {}, and name it by the variable REGCARD_SHARED_SCRIPTS",
        WANTED.join(" and ")
    )
}
