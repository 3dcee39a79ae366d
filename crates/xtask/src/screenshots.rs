//! `cargo xtask screenshots`: a picture of every state of the card, into `target/screenshots/`. To be looked at by somebody.

use anyhow::{Context, Result, bail};

use crate::run::say;
use crate::{setup, test, workspace};

/// The command.
pub(crate) fn take(arguments: &[String]) -> Result<()> {
    if !arguments.is_empty() {
        bail!("`cargo xtask screenshots` takes nothing, not `{}`", arguments.join(" "));
    }
    setup::fonts()?;
    let folder = workspace::target().join("screenshots");
    if folder.exists() {
        std::fs::remove_dir_all(&folder).context("cannot empty target/screenshots")?;
    }
    test::take_screenshots(&folder)?;
    say(&format!("They are in {}.", folder.display()));
    Ok(())
}
