//! Known faults of dependencies, where the database of them can be reached. Whether it was is always said.

use std::process::Stdio;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use super::deny;
use crate::run::{run, say, wait_while};

/// Fetching the database takes some seconds where it can be reached at all.
const PATIENCE: Duration = Duration::from_secs(30);

/// Fails for a known fault. A database that cannot be reached is no fault of this project, and is said.
pub(super) fn check() -> Result<()> {
    let since = Instant::now();
    let mut fetch = deny().args(["fetch", "db"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let fetched = wait_while(&mut fetch, || since.elapsed() < PATIENCE)?.is_some_and(|status| status.success());
    if !fetched {
        say("The database of advisories cannot be reached from here, so advisories were NOT checked.");
        return Ok(());
    }
    if run(deny().args(["check", "--disable-fetch", "advisories"])).is_err() {
        bail!("a dependency has a known fault");
    }
    Ok(())
}
