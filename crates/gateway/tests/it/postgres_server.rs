//! A PostgreSQL of a story's own, which it stops and starts as it likes. The others share the one that `cargo xtask test native` starts.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use postgres::NoTls;
use tempfile::TempDir;

/// A server, gone with this.
#[derive(Debug)]
pub(crate) struct Server {
    folder: TempDir,
    programs: PathBuf,
    port: u16,
    running: Option<Child>,
}

impl Server {
    /// Makes one and starts it.
    pub(crate) async fn start() -> Server {
        let memory = PathBuf::from("/dev/shm");
        let folder = if memory.is_dir() { TempDir::new_in(memory) } else { TempDir::new() }.unwrap();
        if let Some((user, group)) = user() {
            chown(folder.path(), Some(user), Some(group)).unwrap();
        }
        let mut server = Server { folder, programs: programs(), port: 0, running: None };
        let data = server.folder.path().join("data");
        let mut make = server.command("initdb");
        let made = make.args(["--auth=trust", "--username=regcard", "--no-instructions", "-D"]).arg(data).output().unwrap();
        assert!(made.status.success(), "{made:?}");
        server.starts().await;
        server
    }

    /// `postgres://…`
    pub(crate) fn url(&self) -> String {
        format!("postgres://regcard@127.0.0.1:{}/postgres", self.port)
    }

    /// Ends it as `pg_ctl stop -m immediate` does: nothing is finished, every connection breaks.
    pub(crate) fn stops_at_once(&mut self) {
        let mut child = self.running.take().unwrap();
        let told = Command::new("kill").args(["-QUIT", &child.id().to_string()]).status().unwrap();
        assert!(told.success());
        child.wait().unwrap();
    }

    /// Starts it on what it has, and waits until it answers.
    pub(crate) async fn starts(&mut self) {
        let log = File::options().create(true).append(true).open(self.folder.path().join("log")).unwrap();
        let data = self.folder.path().join("data");
        let first = self.port == 0;
        crate::until_so("PostgreSQL answers", async || {
            // One that is started while the last of the one before still ends gives up at once; and one of which somebody has taken the port, which
            // was free a moment ago. Until the first of them answers any port will do.
            if self.running.as_mut().is_none_or(|child| child.try_wait().unwrap().is_some()) {
                if first {
                    self.port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                }
                let mut command = self.command("postgres");
                command.arg("-D").arg(&data).args(["-p", &self.port.to_string(), "-c", "listen_addresses=127.0.0.1", "-k"]);
                command.arg(self.folder.path()).stdout(Stdio::null()).stderr(log.try_clone().unwrap());
                self.running = Some(command.spawn().unwrap());
            }
            let (url, data) = (self.url(), data.clone());
            tokio::task::spawn_blocking(move || is_served(&url, &data)).await.unwrap()
        })
        .await;
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(self.folder.path()).env("LC_ALL", "C.UTF-8");
        if let Some((user, group)) = user() {
            command.uid(user).gid(group);
        }
        command
    }
}

/// Whether the server there is the one of this folder, and answers.
fn is_served(url: &str, data: &Path) -> bool {
    let asked = postgres::Client::connect(url, NoTls).and_then(|mut client| client.query_one("SHOW data_directory", &[]));
    asked.is_ok_and(|row| Path::new(row.get::<_, &str>(0)) == data)
}

impl Drop for Server {
    fn drop(&mut self) {
        if self.running.is_some() {
            self.stops_at_once();
        }
    }
}

/// The folder with `initdb` and `postgres`, looked for as `cargo xtask test native` does, which installs them where they are missing.
fn programs() -> PathBuf {
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut folders: Vec<PathBuf> = versions.map(|entry| entry.path().join("bin")).collect();
    folders.sort();
    folders.reverse();
    folders.extend(std::env::split_paths(&std::env::var_os("PATH").unwrap_or_default()));
    let found = folders.into_iter().find(|folder| folder.join("initdb").is_file());
    assert!(
        found.is_some(),
        "PostgreSQL's programs are not here, and this story stops and starts a server of its own: install PostgreSQL 15 or later"
    );
    found.unwrap()
}

/// The user that it runs as: it refuses to be root. `None` for the one who runs this.
fn user() -> Option<(u32, u32)> {
    if fs::metadata("/proc/self").is_ok_and(|own| own.uid() != 0) {
        return None;
    }
    let users = fs::read_to_string("/etc/passwd").unwrap();
    let of = |name: &str| {
        let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
        let mut numbers = line.split(':').skip(2).map(str::parse);
        Some((numbers.next()?.ok()?, numbers.next()?.ok()?))
    };
    of("postgres").or_else(|| of("nobody"))
}
