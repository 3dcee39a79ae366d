//! Which browser a run of the tests uses, and how each of them is started. What is done with it is in the file beside this one.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use thirtyfour::Capabilities;

use crate::proxy::Proxy;

/// Chosen for a whole run, by `REGCARD_BROWSER`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Chromium,
    Firefox,
    WebKit,
}

/// A driver that runs, with the screen that it shows things on if it needs one. Ended when this is dropped.
pub(super) struct Driver {
    processes: Vec<Child>,
    pub(super) port: u16,
}

/// Nothing that reaches out by itself, nothing that asks before the first page.
const CHROMIUM_FLAGS: [&str; 10] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-US",
    "--window-size=1280,1800",
];

/// How often a driver is started that ends before it listens.
const DRIVER_STARTS: u32 = 5;

/// Wide enough for every page, and high enough that a card needs no scrolling.
pub(super) const WINDOW: (u32, u32) = (1280, 1800);

impl Kind {
    pub(crate) fn of_this_run() -> Kind {
        match std::env::var("REGCARD_BROWSER").as_deref() {
            Ok("chromium") | Err(_) => Kind::Chromium,
            Ok("firefox") => Kind::Firefox,
            Ok("webkit") => Kind::WebKit,
            Ok(other) => panic!("REGCARD_BROWSER is chromium, firefox or webkit, not {other}"),
        }
    }

    /// Whether this is another browser than Chromium, where a story cannot be had; says so, and why.
    pub(crate) fn lacks(self, what: &str) -> bool {
        match self {
            Kind::Chromium => false,
            Kind::Firefox | Kind::WebKit => {
                // Written past the harness, which keeps what a passing test prints to itself.
                let line = format!("not in {self:?}: {}: {what}\n", std::thread::current().name().unwrap_or_default());
                drop(std::io::stderr().write_all(line.as_bytes()));
                true
            }
        }
    }

    /// Starts its driver.
    pub(super) fn start(self) -> Driver {
        match self {
            Kind::Chromium => {
                let mut command = Command::new(named("CHROMEDRIVER"));
                command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null());
                listening(&mut command, |line| Some(line.split_once("successfully on port ")?.1.trim_end_matches('.').to_owned()))
            }
            Kind::Firefox => {
                let mut command = Command::new(named("GECKODRIVER"));
                command.args(["--port=0", "--log=info"]).stdout(Stdio::piped()).stderr(Stdio::null());
                listening(&mut command, |line| Some(line.split_once("Listening on 127.0.0.1:")?.1.trim().to_owned()))
            }
            Kind::WebKit => {
                let mut command = Command::new(named("XVFB"));
                let screen = format!("{}x{}x24", WINDOW.0, WINDOW.1);
                // It chooses a number that is free, and tells it.
                command.args(["-displayfd", "1", "-nolisten", "tcp", "-screen", "0", &screen]).stdout(Stdio::piped()).stderr(Stdio::null());
                let mut screen = command.spawn().expect("the screen starts");
                let display = said(screen.stdout.take(), |line| Some(format!(":{}", line.trim()))).expect("the screen has a number");
                // This driver takes no port of its own choice and does not say when it listens.
                let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
                let mut command = Command::new(named("WEBKITDRIVER"));
                command.arg(format!("--port={port}")).env("DISPLAY", display).env("GDK_BACKEND", "x11").env("LC_ALL", "C.UTF-8");
                let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the driver starts");
                while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
                    std::thread::yield_now();
                }
                Driver { port, processes: vec![child, screen] }
            }
        }
    }

    /// What its driver is asked for: the browser, and the way it takes to everything.
    pub(super) fn wanted(self, way: Option<&Proxy>) -> Capabilities {
        let mut wanted = Capabilities::new();
        let mut set = |name: &str, value: Value| wanted.set(name, value).unwrap();
        let proxy = way.map(|way| json!({ "proxyType": "manual", "httpProxy": way.authority() }));
        match self {
            Kind::Chromium => {
                let mut flags: Vec<String> = CHROMIUM_FLAGS.map(str::to_owned).to_vec();
                if let Some(way) = way {
                    // Without the second one it would go straight to loopback addresses.
                    flags.extend([format!("--proxy-server=http://{}", way.authority()), "--proxy-bypass-list=<-loopback>".to_owned()]);
                }
                set("browserName", json!("chrome"));
                set("goog:chromeOptions", json!({ "binary": named("CHROMIUM"), "args": flags }));
                set("goog:loggingPrefs", json!({ "browser": "ALL" }));
            }
            Kind::Firefox => {
                let settings = json!({
                    "intl.accept_languages": "en-US",
                    "network.proxy.allow_hijacking_localhost": true,
                    "datareporting.policy.dataSubmissionEnabled": false,
                });
                set("browserName", json!("firefox"));
                set("moz:firefoxOptions", json!({ "binary": named("FIREFOX"), "args": ["-headless"], "prefs": settings }));
                if let Some(proxy) = proxy {
                    set("proxy", proxy);
                }
            }
            Kind::WebKit => {
                set("browserName", json!("MiniBrowser"));
                set("webkitgtk:browserOptions", json!({ "binary": named("MINIBROWSER"), "args": ["--automation"] }));
                if let Some(proxy) = proxy {
                    set("proxy", proxy);
                }
            }
        }
        wanted
    }

    /// The keys for 2 January 2026 in a date control of which the middle was clicked. WebKit does not go on to the next part by itself.
    pub(crate) fn date_keys(self) -> [&'static str; 3] {
        match self {
            Kind::Chromium | Kind::Firefox => ["\u{E012}\u{E012}01", "02", "2026"],
            Kind::WebKit => ["\u{E012}\u{E012}01", "\u{E014}02", "\u{E014}2026"],
        }
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        for child in &mut self.processes {
            drop(child.kill());
            drop(child.wait());
        }
    }
}

fn named(variable: &str) -> PathBuf {
    std::env::var_os(variable).map(PathBuf::from).expect("`cargo xtask test browser` and `browsers` run these tests")
}

/// A driver that chooses its own port and says which. One port is free on both kinds of addresses, or it ends; then another one is tried.
fn listening(command: &mut Command, port: impl Fn(&str) -> Option<String>) -> Driver {
    let started = (0..DRIVER_STARTS).find_map(|_| {
        let mut child = command.spawn().expect("the driver starts");
        let said = said(child.stdout.take(), &port);
        let mut driver = Driver { port: 0, processes: vec![child] };
        driver.port = said?.parse().expect("a port");
        Some(driver)
    });
    started.expect("the driver says where it listens")
}

/// The first thing of interest that a program says; none if it ends before. What else it says is read, so that the pipe neither fills
/// nor breaks.
fn said(output: Option<impl Read + Send + 'static>, interest: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut lines = BufReader::new(output.unwrap()).lines().map_while(Result::ok);
    let found = lines.find_map(|line| interest(&line));
    std::thread::spawn(move || lines.for_each(drop));
    found
}
