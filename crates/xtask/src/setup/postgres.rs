//! PostgreSQL for the tests: Debian's, started in a folder of its own by a user that is not root, and gone afterwards.
//! Another server can be named by `REGCARD_TEST_POSTGRES`.

use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::{in_path, install_debian_packages};
use crate::run::{end, probe, program, read};

/// Names the server to the tests.
pub(crate) const VARIABLE: &str = "REGCARD_TEST_POSTGRES";

/// How long a server may take to start.
const PATIENCE: Duration = Duration::from_secs(60);

/// How often it is asked whether it has.
const PAUSE: Duration = Duration::from_millis(50);

/// A server that runs while the tests do.
#[derive(Debug)]
pub(crate) struct Server {
    /// `postgres://…`
    pub(crate) url: String,
    own: Option<(Child, PathBuf)>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some((child, folder)) = &mut self.own {
            end(child);
            let _erased = std::fs::remove_dir_all(folder);
        }
    }
}

/// Starts a server, or takes the one that is named.
pub(crate) fn postgres() -> Result<Server> {
    if let Ok(url) = std::env::var(VARIABLE) {
        return Ok(Server { url, own: None });
    }
    let programs = match programs() {
        Some(programs) => programs,
        None => {
            install_debian_packages(&["postgresql"], "the store is tested on PostgreSQL, too")?;
            programs().context(
                "the store is tested on PostgreSQL, too, and initdb is missing. Please install PostgreSQL 15 or later, or name a server by \
                 the variable REGCARD_TEST_POSTGRES",
            )?
        }
    };
    // In memory where the system has room there: what a test's server forgets with the machine is no loss.
    let memory = PathBuf::from("/dev/shm");
    let place = if memory.is_dir() { memory } else { std::env::temp_dir() };
    let folder = place.join(format!("regcard-postgres-{}", std::process::id()));
    std::fs::create_dir_all(&folder).context("cannot make a folder for PostgreSQL")?;
    let user = user()?;
    if let Some((user, group)) = user {
        chown(&folder, Some(user), Some(group)).context("cannot give PostgreSQL its folder")?;
    }
    let command = |name: &str| {
        let mut command = program(programs.join(name));
        // The project's folder may be closed to the user that this runs as.
        command.current_dir(&folder).env("LC_ALL", "C.UTF-8").stdout(Stdio::null());
        if let Some((user, group)) = user {
            command.uid(user).gid(group);
        }
        command
    };
    let data = folder.join("data");
    read(command("initdb").args(["--auth=trust", "--username=regcard", "--no-instructions", "-D"]).arg(&data))?;
    // Free a moment ago; whoever takes it meanwhile makes the start fail, which is told.
    let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).context("no port is free")?.port();
    let log = std::fs::File::create(folder.join("log")).context("cannot write PostgreSQL's log")?;
    let mut child = command("postgres")
        .arg("-D")
        .arg(&data)
        .args(["-p", &port.to_string(), "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=400", "-k"])
        .arg(&folder)
        .stderr(log)
        .spawn()
        .context("cannot start PostgreSQL")?;
    let answers = || {
        let mut asks: Command = program(programs.join("pg_isready"));
        probe(asks.args(["-q", "-h", "127.0.0.1", "-p", &port.to_string()])).is_some()
    };
    if !started(&mut child, answers)? {
        end(&mut child);
        let log = std::fs::read_to_string(folder.join("log")).unwrap_or_default();
        let _erased = std::fs::remove_dir_all(&folder);
        bail!("PostgreSQL did not start: {log}");
    }
    Ok(Server { url: format!("postgres://regcard@127.0.0.1:{port}/postgres"), own: Some((child, folder)) })
}

/// Whether it answers in time, and has not ended meanwhile.
fn started(child: &mut Child, answers: impl Fn() -> bool) -> Result<bool> {
    let since = Instant::now();
    while since.elapsed() < PATIENCE && child.try_wait().context("cannot wait for PostgreSQL")?.is_none() {
        if answers() {
            return Ok(true);
        }
        std::thread::sleep(PAUSE);
    }
    Ok(false)
}

/// The folder with `initdb` and `postgres`: the newest of Debian's, or one in `PATH`.
fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> =
        versions.map(|entry| entry.path().join("bin")).filter(|folder| folder.join("initdb").is_file()).collect();
    folders.sort();
    folders.pop().or_else(|| in_path("initdb").and_then(|file| file.parent().map(Path::to_owned)))
}

/// The user that PostgreSQL runs as: it refuses to be root. `None` for the one who runs this.
fn user() -> Result<Option<(u32, u32)>> {
    if std::fs::metadata("/proc/self").map_or(true, |own| own.uid() != 0) {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("cannot read /etc/passwd")?;
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    match of("postgres").or_else(|| of("nobody")) {
        Some(user) => Ok(Some(user)),
        None => bail!("PostgreSQL refuses to run as root, and there is neither a user postgres nor nobody"),
    }
}
