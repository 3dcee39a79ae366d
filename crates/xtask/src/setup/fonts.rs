//! Fonts for the pictures: without one for a script a browser paints boxes.

use anyhow::{Result, bail};

use super::install_debian_packages;
use crate::run::{probe, program};

/// Fonts for Arabic and Japanese: what is there, or Debian's.
pub(crate) fn fonts() -> Result<()> {
    let there = || {
        ["ar", "ja"].iter().all(|language| probe(program("fc-list").arg(format!(":lang={language}"))).is_some_and(|list| !list.is_empty()))
    };
    if there()
        || install_debian_packages(&["fontconfig", "fonts-noto-core", "fonts-noto-cjk"], "the pictures show Arabic and Japanese")?
            && there()
    {
        return Ok(());
    }
    bail!("the pictures show Arabic and Japanese, and `fc-list` names no font for one of them. Please install some")
}
