//! strace, by which a story sees that what is answered is on the disk. Debian's.

use anyhow::{Result, bail};

use super::{in_path, install_debian_packages};

/// Sees to it that `strace` can be started.
pub(crate) fn strace() -> Result<()> {
    if in_path("strace").is_some() || install_debian_packages(&["strace"], "a story of the gateway looks at its system calls")? {
        return Ok(());
    }
    bail!("a story of the gateway looks at its system calls, and strace is missing. Please install it")
}
