//! Running other programs: visibly, from the project's root, and ended when this one is.
//! Decides nothing about what is run.

use std::ffi::OsStr;
use std::io::{Read, Write};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::workspace;

/// Set by Ctrl-C and by SIGTERM. Everything that waits looks at it.
static ENDED: AtomicBool = AtomicBool::new(false);

/// How often something that waits looks again. Short: the demo waits for a dozen small programs.
const PAUSE: Duration = Duration::from_millis(5);

/// How long a program that was asked to end may take. The gateway finishes the answers under way.
const GRACE: Duration = Duration::from_secs(8);

/// Somebody pressed Ctrl-C or sent SIGTERM.
#[derive(Debug)]
pub(crate) struct Ended;

impl Ended {
    /// What a shell shows for a program that SIGTERM ended: 128 + 15.
    pub(crate) const CODE: u8 = 143;
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("ended")
    }
}

impl std::error::Error for Ended {}

/// From now on Ctrl-C and SIGTERM are noticed instead of ending this program where it stands.
pub(crate) fn listen_for_the_end() -> Result<()> {
    ctrlc::set_handler(|| ENDED.store(true, Ordering::SeqCst)).context("cannot listen for Ctrl-C and SIGTERM")
}

/// Whether somebody wants this program to end.
pub(crate) fn has_ended() -> bool {
    ENDED.load(Ordering::SeqCst)
}

/// For people. Standard output belongs to what other programs read.
pub(crate) fn say(text: &str) {
    // A closed standard error is no reason to stop building.
    let _ = writeln!(std::io::stderr(), "{text}");
}

/// A program, started from the project's root.
pub(crate) fn program(name: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(name);
    command.current_dir(workspace::root()).stdin(Stdio::null());
    // What cargo told *this* program about itself would be taken for the child's own.
    for name in std::env::vars_os().map(|(name, _)| name) {
        let text = name.to_string_lossy();
        if text == "CARGO" || text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST") || text.starts_with("CARGO_BIN_") {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo, with the default toolchain or the named one.
pub(crate) fn cargo(toolchain: Option<&str>) -> Command {
    let mut command = program("cargo");
    command.env("CARGO_TARGET_DIR", workspace::target());
    if let Some(toolchain) = toolchain {
        command.env("RUSTUP_TOOLCHAIN", toolchain);
    }
    command
}

/// Runs it to its end, its output visible on standard error. Fails where it fails.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let name = name(command);
    // Standard output is for the demo's five lines alone, so the child's goes where the rest goes.
    command.stdout(std::io::stderr());
    let mut child = command.spawn().with_context(|| format!("cannot start {name}"))?;
    let status = wait(&mut child)?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Runs it to its end and gives what it wrote to standard output.
pub(crate) fn read(command: &mut Command) -> Result<String> {
    let name = name(command);
    let mut child = command.stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let mut text = String::new();
    if let Some(mut output) = child.stdout.take() {
        output.read_to_string(&mut text).with_context(|| format!("cannot read what {name} prints"))?;
    }
    let status = wait(&mut child)?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(text.trim_end().to_owned())
}

/// Gives it bytes on its standard input and returns what it wrote to standard output.
pub(crate) fn filter(command: &mut Command, input: &[u8]) -> Result<Vec<u8>> {
    let name = name(command);
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().with_context(|| format!("cannot start {name}"))?;
    let (pipe, output) = (child.stdin.take(), child.stdout.take());
    let mut bytes = Vec::new();
    thread::scope(|scope| {
        // Written beside the reading: both pipes are short, and a program may answer before it has read everything.
        scope.spawn(move || pipe.map(|mut pipe| pipe.write_all(input)));
        output.map_or(Ok(0), |mut output| output.read_to_end(&mut bytes))
    })
    .with_context(|| format!("cannot read what {name} prints"))?;
    let status = wait(&mut child)?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(bytes)
}

/// [`read`], silently: for asking whether something is there at all.
pub(crate) fn probe(command: &mut Command) -> Option<String> {
    read(command.stderr(Stdio::null())).ok()
}

/// Waits for a child; ends it when this program is to end.
pub(crate) fn wait(child: &mut Child) -> Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            // A key press goes to child and parent alike; the child's failure is then no failure.
            if has_ended() {
                return Err(Ended.into());
            }
            return Ok(status);
        }
        if has_ended() {
            end(child);
            return Err(Ended.into());
        }
        thread::sleep(PAUSE);
    }
}

/// Waits for a child as long as `goes_on` allows; ends it after that. `None` if it had to be ended.
pub(crate) fn wait_while(child: &mut Child, mut goes_on: impl FnMut() -> bool) -> Result<Option<ExitStatus>> {
    while goes_on() {
        if has_ended() {
            break;
        }
        if let Some(status) = child.try_wait().context("cannot wait for a child")? {
            return Ok(Some(status));
        }
        thread::sleep(PAUSE);
    }
    end(child);
    if has_ended() { Err(Ended.into()) } else { Ok(None) }
}

/// Asks a child to end, and insists after [`GRACE`]. Afterwards it is gone, and its ports are free.
pub(crate) fn end(child: &mut Child) {
    let patience = if ask_to_end(child) { GRACE } else { Duration::ZERO };
    let since = Instant::now();
    while since.elapsed() < patience {
        match child.try_wait() {
            Ok(None) => thread::sleep(PAUSE),
            Ok(Some(_)) | Err(_) => return,
        }
    }
    // Both fail only if it is gone already.
    let _ = child.kill();
    let _ = child.wait();
}

/// Asks a child to end, and does not wait. Whether it could be asked.
pub(crate) fn ask_to_end(child: &Child) -> bool {
    i32::try_from(child.id()).is_ok_and(|id| kill(Pid::from_raw(id), Signal::SIGTERM).is_ok())
}

/// The command as a person would type it, for messages.
fn name(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    format!("`{}`", words.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_program_that_fails_is_named() {
        let error = run(program("sh").args(["-c", "exit 3"])).unwrap_err();
        assert!(error.to_string().contains("`sh -c exit 3` failed"), "{error}");
    }

    #[test]
    fn what_a_program_prints_is_read_without_its_last_newline() {
        assert_eq!(read(program("printf").arg("one\\ntwo\\n")).unwrap(), "one\ntwo");
    }

    #[test]
    fn a_program_can_be_given_more_than_a_pipe_holds() {
        let text = "0123456789abcdef".repeat(20_000);
        assert_eq!(filter(&mut program("cat"), text.as_bytes()).unwrap(), text.as_bytes());
    }

    #[test]
    fn a_program_that_is_not_allowed_to_go_on_is_ended() {
        let mut child = program("sleep").arg("60").spawn().unwrap();
        assert_eq!(wait_while(&mut child, || false).unwrap(), None);
        assert!(child.try_wait().unwrap().is_some());
    }
}
