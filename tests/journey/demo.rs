//! The demo, started as anybody would, and read by the lines that it prints.

use std::io::{BufRead, BufReader, Write};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use crate::folder::Folder;
use crate::gateway::{Merchant, run_on};

/// Told to end when this is dropped.
pub(crate) struct Demo {
    child: Child,
    folder: Folder,
    pub(crate) shop: String,
    /// The hosted page.
    pub(crate) form: String,
    pub(crate) merchant: Merchant,
}

impl Demo {
    /// Starts it and waits until it is ready.
    pub(crate) fn start(options: &[&str]) -> Demo {
        let folder = Folder::new();
        let mut command = Command::new(std::env::var_os("REGCARD_XTASK").expect("`cargo xtask test browser` runs these tests"));
        command.arg("demo").args(options).arg("--data").arg(folder.path().join("demo"));
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("the demo starts");
        let lines = BufReader::new(child.stdout.as_mut().unwrap()).lines().map_while(Result::ok);
        let lines: Vec<String> = lines.take_while(|line| line != "ready").collect();
        let said = |name: &str| {
            let line = lines.iter().find_map(|line| line.strip_prefix(name));
            line.unwrap_or_else(|| panic!("the demo does not say {name} in {lines:?}")).to_owned()
        };
        let merchant = Merchant { api: said("api: "), token: said("access token: ") };
        Demo { shop: said("shop: "), form: said("form: "), merchant, child, folder }
    }

    /// The data of the gateway behind it, with `--forward`.
    pub(crate) fn upstream_data(&self) -> PathBuf {
        self.front_data().join("upstream")
    }

    /// The data of the gateway that the card talks to.
    pub(crate) fn front_data(&self) -> PathBuf {
        self.folder.path().join("demo")
    }

    /// With `--forward`: stops the gateway behind, or starts it again.
    pub(crate) fn press_enter(&mut self) {
        self.child.stdin.as_mut().unwrap().write_all(b"\n").unwrap();
    }

    /// With `--forward`: what the gateway in front has not passed on yet, a line each.
    pub(crate) fn waiting(&self) -> String {
        run_on(&self.front_data(), &["outbox", "list"])
    }

    /// Where a test may put files of its own.
    pub(crate) fn folder(&self) -> &Folder {
        &self.folder
    }
}

impl Demo {
    /// Ends it and its gateways. Their files are complete then, and nobody's any more.
    pub(crate) fn end(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            // SIGTERM, so that it ends its gateways, too.
            drop(Command::new("kill").arg(self.child.id().to_string()).status());
            drop(self.child.wait());
        }
    }
}

impl Drop for Demo {
    fn drop(&mut self) {
        self.end();
    }
}
