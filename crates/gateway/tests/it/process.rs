//! A gateway that is a process of its own: the real binary, set up by its own commands, that can be killed.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::database::Database;
use crate::gateway::{FORM_FILE, on_postgres};
use crate::shop::{FORM, ORIGIN, Shop, client};

/// A gateway's folder, and the process that serves it now.
#[derive(Debug)]
pub(crate) struct Process {
    pub(crate) shop: Shop,
    folder: Home,
    options: Vec<String>,
    child: Child,
}

/// Where a gateway is at home: a folder with a form, and a database if it is to use one.
#[derive(Debug)]
pub(crate) struct Home {
    folder: TempDir,
    database: Option<Database>,
}

impl Home {
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the configuration's file. What it says is said beside the store, which is the one that the stories are told of.
    pub(crate) fn configure(&self, configuration: &str) {
        let store = self.database.as_ref().map(|database| format!("\n[store]\npostgres = '{}'\n", database.url));
        std::fs::write(self.path().join("regcard.toml"), format!("{configuration}{}", store.unwrap_or_default())).unwrap();
    }
}

/// A folder with a form, and nothing in it yet.
pub(crate) fn folder() -> Home {
    folder_for(on_postgres().then(Database::create))
}

/// The same for a gateway that keeps its registrations in its data folder, whatever the other stories are told of.
pub(crate) fn folder_on_disk() -> Home {
    folder_for(None)
}

fn folder_for(database: Option<Database>) -> Home {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("forms")).unwrap();
    std::fs::write(folder.path().join("forms").join(format!("{FORM}.toml")), FORM_FILE).unwrap();
    let home = Home { folder, database };
    if home.database.is_some() {
        home.configure("");
    }
    home
}

/// Runs one of the binary's commands on a folder to its end.
pub(crate) fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder).args(arguments).output().unwrap()
}

/// The one line that a command prints if all is well.
pub(crate) fn line(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
}

/// What a gateway says that does not start on a folder. One that does is ended.
#[track_caller]
pub(crate) fn does_not_start(folder: &Path) -> String {
    let mut child =
        command(folder).args(["serve", "--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    if !said.is_empty() {
        child.kill().unwrap();
    }
    let output = child.wait_with_output().unwrap();
    assert_eq!((said.as_str(), output.status.code()), ("", Some(1)), "it started");
    String::from_utf8(output.stderr).unwrap()
}

/// Begins one of them.
pub(crate) fn spawn(folder: &Path, arguments: &[&str]) -> Child {
    command(folder).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// A token in a file of its own, outside the gateway's folder.
fn token_file(token: &str) -> (TempDir, String) {
    let elsewhere = tempfile::tempdir().unwrap();
    let file = elsewhere.path().join("token");
    std::fs::write(&file, format!("{token}\n")).unwrap();
    let path = file.to_str().unwrap().to_owned();
    (elsewhere, path)
}

/// The gateway as it is released, where `cargo xtask bench` names it.
fn released() -> Option<std::ffi::OsString> {
    std::env::var_os("REGCARD_TEST_BINARY")
}

/// Whether the stories are about that one.
pub(crate) fn is_released() -> bool {
    released().is_some()
}

fn command(folder: &Path) -> Command {
    let mut command = Command::new(released().unwrap_or_else(|| env!("CARGO_BIN_EXE_regcard").into()));
    command.env_clear().current_dir(folder).stdin(Stdio::null());
    if !is_released() {
        // What stands in no line of it stands in none of a shorter one.
        command.env("REGCARD_LOG", "trace");
    }
    command
}

/// The same where a file may be limited in its length, see [`Process::lets_files_grow_to`]. A process that writes past that is ended, unless it asks not to be.
fn limited(folder: &Path) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_regcard")]);
    command.env_clear().env("REGCARD_LOG", "info").current_dir(folder).stdin(Stdio::null());
    command
}

/// The same, and `strace` (Debian's package of that name, installed by `cargo xtask test native`) looks on from a process of its own, so that the child is
/// the gateway. Where the system lets nobody look on, the gateway does not start, and the log says so.
fn traced(folder: &Path, trace: &Path) -> Command {
    let mut command = Command::new("strace");
    let calls = "trace=read,recvfrom,recvmsg,write,writev,sendto,sendmsg,pwrite64,fsync,fdatasync";
    command.args(["-D", "-f", "-y", "-s", "64", "-e", calls, "-o"]).arg(trace).arg(env!("CARGO_BIN_EXE_regcard"));
    let path = std::env::var_os("PATH").unwrap_or_default();
    command.env_clear().env("PATH", path).env("REGCARD_LOG", "info").current_dir(folder).stdin(Stdio::null());
    command
}

impl Process {
    /// A shop of which the gateway keeps the registrations.
    pub(crate) fn start() -> Process {
        Process::start_with(&[], &[])
    }

    /// The same with more arguments for the command that makes the shop, and for the gateway.
    pub(crate) fn start_with(merchant: &[&str], serve: &[&str]) -> Process {
        Process::start_in(folder(), merchant, serve)
    }

    /// A shop whose gateway has a configuration's file.
    pub(crate) fn start_configured(configuration: &str) -> Process {
        Process::start_in_configured(configuration, &[])
    }

    /// The same with arguments for the gateway.
    pub(crate) fn start_in_configured(configuration: &str, serve: &[&str]) -> Process {
        let home = folder();
        home.configure(configuration);
        Process::start_in(home, &[], serve)
    }

    /// A shop whose gateway keeps its registrations in its data folder, whatever the other stories are told of.
    pub(crate) fn start_on_disk(configuration: &str, serve: &[&str]) -> Process {
        let home = folder_on_disk();
        home.configure(configuration);
        Process::start_in(home, &[], serve)
    }

    /// The same whose log finds no room for a single line.
    pub(crate) fn start_with_a_full_log() -> Process {
        let home = folder();
        std::os::unix::fs::symlink("/dev/full", log_file(home.path())).unwrap();
        Process::start_in(home, &[], &[])
    }

    /// The same where the disk can be made to look full.
    pub(crate) fn start_on_a_disk_with_an_end() -> Process {
        let home = folder_on_disk();
        Process::start_under(limited(home.path()), home, &[], &[])
    }

    /// A shop whose gateway keeps its registrations on a server of the story's own.
    pub(crate) fn start_on_server(url: &str, serve: &[&str]) -> Process {
        Process::start_on_disk(&format!("[store]\npostgres = '{url}'\n"), serve)
    }

    /// A shop whose gateway keeps its registrations in its data folder, with a list of the system calls that read, write and sync.
    pub(crate) fn start_traced(trace: &Path) -> Process {
        let home = folder_on_disk();
        Process::start_under(traced(home.path(), trace), home, &[], &[])
    }

    /// The gateway of a folder in which there is a shop already. Where it says that it is reached nobody is.
    pub(crate) fn start_on(folder: TempDir, key: &str, access_token: &str) -> Process {
        let (child, gateway) = serve_on(command(folder.path()), folder.path(), "127.0.0.1:0", &[]);
        let shop = Shop { http: client(), gateway, key: key.to_owned(), access_token: access_token.to_owned() };
        Process { shop, folder: Home { folder, database: None }, options: Vec::new(), child }
    }

    /// A shop in a folder that is set up already.
    pub(crate) fn start_at(folder: Home, serve: &[&str]) -> Process {
        Process::start_in(folder, &[], serve)
    }

    fn start_in(folder: Home, merchant: &[&str], serve: &[&str]) -> Process {
        Process::start_under(command(folder.path()), folder, merchant, serve)
    }

    fn start_under(program: Command, folder: Home, merchant: &[&str], serve: &[&str]) -> Process {
        let put = ["merchant", "put", "demo", "--name", "Demo", "--origin", ORIGIN, "--form", FORM];
        line(folder.path(), &[&put, merchant].concat());
        let key = line(folder.path(), &["key", "create", "--merchant", "demo", "--kind", "publishable"]);
        let access_token = line(folder.path(), &["key", "create", "--merchant", "demo", "--kind", "access"]);
        let options: Vec<String> = serve.iter().map(|option| (*option).to_owned()).collect();
        let (child, gateway) = serve_on(program, folder.path(), "127.0.0.1:0", &options);
        Process { shop: Shop { http: client(), gateway, key, access_token }, folder, options, child }
    }

    /// A shop of which another API keeps the registrations, and more options for the gateway.
    pub(crate) fn in_front_of(upstream: &str, token: &str, serve: &[&str]) -> Process {
        let (_elsewhere, file) = token_file(token);
        Process::start_with(&["--upstream", upstream, "--upstream-token-file", &file], &[&["--allow-private-upstreams"], serve].concat())
    }

    /// `kill -9`: nothing is finished, nothing is flushed.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again on what it left, at the same address.
    pub(crate) fn start_again(&mut self) {
        let address = self.shop.gateway.trim_start_matches("http://").to_owned();
        let (child, gateway) = serve_on(command(self.folder.path()), self.folder.path(), &address, &self.options);
        assert_eq!(gateway, self.shop.gateway);
        self.child = child;
        // Connections to the one that is gone are of no use.
        self.shop.http = client();
    }

    /// Asks it to end, and waits until it has; whether it ended well.
    pub(crate) async fn terminate(&mut self) -> bool {
        self.signal();
        self.ended().await
    }

    /// Asks it to end.
    pub(crate) fn signal(&self) {
        let told = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(told.success());
    }

    /// Waits until it has ended; whether it ended well, and cut nothing off that it waited for in vain.
    pub(crate) async fn ended(&mut self) -> bool {
        let mut ended = None;
        crate::until("it has ended", || {
            ended = self.child.try_wait().unwrap();
            ended.is_some()
        })
        .await;
        ended.is_some_and(|status| status.success()) && !self.log().contains("some requests did not end in time")
    }

    /// Where the operator's routes are.
    pub(crate) fn operator(&self) -> String {
        let log = self.log();
        let said = log.lines().rev().find_map(|line| line.split_once("the operator's routes are on ")).unwrap();
        said.1.trim().to_owned()
    }

    /// Waits until it works on so many requests.
    pub(crate) async fn working_on(&self, count: usize) {
        self.works_on(&count.to_string(), |working| working == count).await;
    }

    /// The same, where the number itself is not known.
    pub(crate) async fn works_on(&self, what: &str, enough: impl Fn(usize) -> bool) {
        let asking = async { while !enough(self.in_flight().await) {} };
        assert!(tokio::time::timeout(crate::NEVER, asking).await.is_ok(), "never: works on {what}");
    }

    async fn in_flight(&self) -> usize {
        let said = self.shop.http.get(format!("{}/metrics", self.operator())).send().await.unwrap().text().await.unwrap();
        said.lines().find_map(|line| line.strip_prefix("regcard_requests_in_flight ")).unwrap().parse().unwrap()
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn home(&self) -> &Home {
        &self.folder
    }

    /// Its memory as the system counts it, in KiB: now (`VmRSS`), or the most since [`Process::forget_the_most`] (`VmHWM`).
    pub(crate) fn memory_kib(&self, name: &str) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with(name)).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }

    /// From now on no file of its grows longer than so many bytes; `None` for as long as there is room.
    pub(crate) fn lets_files_grow_to(&self, bytes: Option<u64>) {
        let process = rustix::process::Pid::from_raw(self.child.id().try_into().unwrap());
        let limit = rustix::process::Rlimit { current: bytes, maximum: None };
        rustix::process::prlimit(process, rustix::process::Resource::Fsize, limit).unwrap();
    }

    /// From now on the most memory is counted anew.
    pub(crate) fn forget_the_most(&self) {
        std::fs::write(format!("/proc/{}/clear_refs", self.child.id()), "5").unwrap();
    }

    /// Everything it has logged so far, over all its starts.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(log_file(self.folder.path())).unwrap()
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

fn log_file(folder: &Path) -> PathBuf {
    folder.join("log")
}

fn serve_on(mut command: Command, folder: &Path, address: &str, options: &[String]) -> (Child, String) {
    let log = File::options().create(true).append(true).open(log_file(folder)).unwrap();
    // How full the machine's disk is, is no part of a story, unless it says so itself.
    if !std::fs::read_to_string(folder.join("regcard.toml")).is_ok_and(|text| text.contains("disk_free_percent")) {
        command.env("REGCARD_OPERATOR_DISK_FREE_PERCENT", "0");
    }
    let mut child = command.args(["serve", "--listen", address]).args(options).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    let gateway = said.trim_end().strip_prefix("listening: ").map(str::to_owned);
    // Of a log that goes to /dev/full there is no end.
    let log = || {
        let mut text = String::new();
        File::open(log_file(folder)).unwrap().take(1 << 20).read_to_string(&mut text).unwrap();
        text
    };
    (child, gateway.ok_or_else(|| format!("it said {said:?} and logged {}", log())).unwrap())
}
