//! The gateway's binary, as others use it: its command line, and its one line of output when it accepts connections.
//! Knows nothing of what is inside.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bucket;
use crate::run::{self, program, read};

/// The slug of the one form that is shipped.
pub(crate) const FORM: &str = "product-registration";

/// A form with every kind of field, to look at.
pub(crate) const EVERY_FIELD: &str = "every-field";

/// The merchant that the demo and the scales register.
const MERCHANT: &str = "demo";

/// A gateway that has not come up by then will not.
const PATIENCE: Duration = Duration::from_secs(30);

/// A gateway that is not running: a binary and its data.
#[derive(Debug, Clone)]
pub(crate) struct Gateway {
    binary: PathBuf,
    data: PathBuf,
    quiet: bool,
}

/// Which of the two keys.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Key {
    /// Stands in pages.
    Publishable,
    /// Stays with the merchant.
    Access,
}

/// Where a merchant's registrations go instead of being kept.
#[derive(Debug, Clone)]
pub(crate) struct Upstream {
    pub api: String,
    pub token_file: PathBuf,
}

/// How it runs.
#[derive(Debug, Clone)]
pub(crate) struct Listen<'a> {
    /// 0 for a free one.
    pub port: u16,
    /// Without it, what the binary carries.
    pub assets: Option<&'a Path>,
    pub private_upstreams: bool,
    /// The address of the bucket that keeps receipts, if it is one.
    pub bucket: Option<&'a str>,
}

/// A program that accepts connections, a gateway or what it needs; ended when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    pub url: String,
    what: &'static str,
}

impl Gateway {
    /// The binary, with its data in a folder.
    pub(crate) fn new(binary: &Path, data: &Path) -> Gateway {
        Gateway { binary: binary.to_owned(), data: data.to_owned(), quiet: false }
    }

    /// The same, which tells what goes wrong alone.
    pub(crate) fn quiet(self) -> Gateway {
        Gateway { quiet: true, ..self }
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = program(&self.binary);
        command.args(words).arg("--data").arg(&self.data);
        if self.quiet {
            command.env("REGCARD_LOG", "warn");
        }
        command
    }

    /// Creates the merchant, or sets its origins and upstream anew.
    pub(crate) fn put_merchant(&self, origin: Option<&str>, upstream: Option<&Upstream>) -> Result<()> {
        let mut command = self.command(&["merchant", "put", MERCHANT, "--name", "Brightkitchen", "--form", FORM, "--form", EVERY_FIELD]);
        command.args(origin.iter().flat_map(|origin| ["--origin", origin]));
        if let Some(upstream) = upstream {
            command.args(["--upstream", &upstream.api, "--upstream-token-file"]).arg(&upstream.token_file);
        }
        read(&mut command).map(drop)
    }

    /// A new key of the merchant's.
    pub(crate) fn create_key(&self, key: Key) -> Result<String> {
        let kind = match key {
            Key::Publishable => "publishable",
            Key::Access => "access",
        };
        let text = read(&mut self.command(&["key", "create", "--merchant", MERCHANT, "--kind", kind]))?;
        if text.is_empty() || text.contains(char::is_whitespace) {
            bail!("the gateway printed something else than a key");
        }
        Ok(text)
    }

    /// Loads serial numbers; those that are known already stay as they are.
    pub(crate) fn import_serials(&self, file: &Path) -> Result<()> {
        read(self.command(&["serials", "import", "--merchant", MERCHANT]).arg(file)).map(drop)
    }

    /// Starts it and waits until it accepts connections.
    pub(crate) fn serve(&self, listen: &Listen<'_>) -> Result<Running> {
        let mut command = self.command(&["serve", "--forms", "forms", "--card-max-age", "0", "--address-budget-factor", "1000"]);
        command.args(["--listen", &format!("127.0.0.1:{}", listen.port)]);
        // A machine that is nearly full is no reason not to try an upload.
        command.env("REGCARD_OPERATOR_DISK_FREE_PERCENT", "0");
        if let Some(assets) = listen.assets {
            command.arg("--assets").arg(assets);
        }
        if listen.private_upstreams {
            command.arg("--allow-private-upstreams");
        }
        if let Some(endpoint) = listen.bucket {
            for (setting, value) in [
                ("ENDPOINT", endpoint),
                ("BUCKET", bucket::NAME),
                ("PATH_STYLE", "true"),
                ("ACCESS_KEY", bucket::KEY),
                ("SECRET_KEY", bucket::SECRET),
            ] {
                command.env(format!("REGCARD_RECEIPTS_S3_{setting}"), value);
            }
        }
        let child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {}", self.binary.display()))?;
        started(child, "gateway")
    }
}

/// Waits until a program that was started accepts connections; ended if it does not.
pub(crate) fn started(mut child: Child, what: &'static str) -> Result<Running> {
    match listening(&mut child, what) {
        Ok(url) => Ok(Running { child, url, what }),
        Err(error) => {
            run::end(&mut child);
            Err(error)
        }
    }
}

impl Running {
    /// Fails if it is not running any more.
    pub(crate) fn check(&mut self) -> Result<()> {
        match self.child.try_wait().with_context(|| format!("cannot look after the {}", self.what))? {
            None => Ok(()),
            Some(status) => bail!("the {} at {} has ended ({status})", self.what, self.url),
        }
    }

    /// Tells it to end, without waiting: several end side by side.
    pub(crate) fn ask_to_end(&self) {
        run::ask_to_end(&self.child);
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        run::end(&mut self.child);
    }
}

/// Waits for the line with the address. What follows on its standard output is read and thrown away, so that the pipe
/// neither fills nor breaks.
fn listening(child: &mut Child, what: &str) -> Result<String> {
    let output = child.stdout.take().with_context(|| format!("the {what} has no standard output"))?;
    let (found, addresses) = mpsc::channel();
    thread::spawn(move || {
        let mut output = BufReader::new(output);
        let mut line = String::new();
        while matches!(output.read_line(&mut line), Ok(1..)) {
            if let Some(url) = address(&line) {
                // Nobody listens any more if the gateway was given up meanwhile.
                let _ = found.send(url.to_owned());
                break;
            }
            line.clear();
        }
        drop(found);
        let _ = output.read_to_end(&mut Vec::new());
    });
    let since = Instant::now();
    loop {
        match addresses.recv_timeout(Duration::from_millis(20)) {
            Ok(url) => return Ok(url),
            Err(RecvTimeoutError::Disconnected) => {
                let status = run::wait(child)?;
                bail!("the {what} ended before it accepted connections ({status})");
            }
            Err(RecvTimeoutError::Timeout) if run::has_ended() => return Err(run::Ended.into()),
            Err(RecvTimeoutError::Timeout) if since.elapsed() > PATIENCE => {
                bail!("the {what} does not accept connections after {} s", PATIENCE.as_secs());
            }
            Err(RecvTimeoutError::Timeout) => {}
        }
    }
}

fn address(line: &str) -> Option<&str> {
    line.trim().strip_prefix("listening: ").map(|url| url.trim_end_matches('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn child(script: &str) -> Child {
        program("sh").args(["-c", script]).stdout(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn the_address_is_read_from_what_the_gateway_prints() {
        let mut child = child("echo something else; echo listening: http://127.0.0.1:1; exec sleep 60");
        assert_eq!(listening(&mut child, "gateway").unwrap(), "http://127.0.0.1:1");
        run::end(&mut child);
    }

    #[test]
    fn a_gateway_that_ends_at_once_is_noticed() {
        let error = listening(&mut child("exit 2"), "gateway").unwrap_err();
        assert!(error.to_string().contains("ended before it accepted"), "{error}");
    }
}
