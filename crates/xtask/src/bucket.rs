//! The bucket's binary, as others use it: its command line, and its one line of output when it accepts connections.
//! Knows nothing of what is inside.

use std::path::Path;
use std::process::Stdio;

use anyhow::{Context, Result};

use crate::gateway::{Running, started};
use crate::run::program;
use crate::workspace;

/// Who signs, by which secret. It listens on this machine alone, so the secret is none.
pub(crate) const KEY: &str = "demo";
pub(crate) const SECRET: &str = "the-demo-has-no-secrets";

/// The one bucket in it.
pub(crate) const NAME: &str = "receipts";

/// Starts it, with its objects in a folder, and waits until it accepts connections. Port 0 takes a free one.
pub(crate) fn serve(folder: &Path, port: u16) -> Result<Running> {
    let binary = workspace::bucket();
    let mut command = program(&binary);
    command.args(["--bucket", NAME, "--access-key", KEY, "--secret-key", SECRET, "--listen", &format!("127.0.0.1:{port}")]);
    let child = command.arg("--folder").arg(folder).stdout(Stdio::piped()).spawn();
    started(child.with_context(|| format!("cannot start {}", binary.display()))?, "bucket")
}
