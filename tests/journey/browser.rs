//! A browser of a test's own, and what it has to say at the end.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::{Value, json};
use thirtyfour::CapabilitiesHelper;
use thirtyfour::prelude::*;
use thirtyfour::{ChromiumLikeCapabilities, DesiredCapabilities};

use crate::proxy::Proxy;

/// Nothing that reaches out by itself, nothing that asks before the first page.
const FLAGS: [&str; 10] = [
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

/// Closed when this is dropped; the session goes first, then the driver.
pub(crate) struct Browser {
    driver: WebDriver,
    _process: Process,
}

struct Process(Child);

impl Browser {
    pub(crate) async fn open() -> Browser {
        Browser::open_with(&[]).await
    }

    /// One that asks for everything by way of a proxy.
    pub(crate) async fn open_behind(proxy: &Proxy) -> Browser {
        // Without the second one it would go straight to loopback addresses.
        Browser::open_with(&[&format!("--proxy-server=http://{}", proxy.authority()), "--proxy-bypass-list=<-loopback>"]).await
    }

    async fn open_with(more: &[&str]) -> Browser {
        let (process, port) = Process::start();
        let mut wanted = DesiredCapabilities::chrome();
        wanted.set_binary(&std::env::var("CHROMIUM").expect("`cargo xtask test browser` runs these tests")).unwrap();
        for flag in FLAGS.iter().chain(more) {
            wanted.add_arg(flag).unwrap();
        }
        wanted.set("goog:loggingPrefs", json!({ "browser": "ALL" })).unwrap();
        let driver = WebDriver::new(format!("http://127.0.0.1:{port}"), wanted).await.expect("the browser opens");
        Browser { driver, _process: process }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
    }

    pub(crate) async fn url(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    /// Runs a script's function body in the page; answers what it returns.
    pub(crate) async fn js(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{error}: {script}")).json().clone()
    }

    /// The element that a script's function body returns, if it returns one.
    pub(crate) async fn element(&self, script: &str, arguments: Vec<Value>) -> Option<WebElement> {
        self.driver.execute(script, arguments).await.unwrap_or_else(|error| panic!("{error}: {script}")).element().ok()
    }

    /// Lets the page come to rest: two frames, and the tasks between them.
    pub(crate) async fn breathe(&self) {
        let script =
            "const done = arguments[0]; requestAnimationFrame(() => setTimeout(() => requestAnimationFrame(() => setTimeout(done))));";
        self.driver.execute_async(script, Vec::new()).await.unwrap();
    }

    /// Presses keys, whatever has the focus.
    pub(crate) async fn keys(&self, keys: &str) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// The driver, for the mouse.
    pub(crate) fn driver(&self) -> &WebDriver {
        &self.driver
    }

    /// A command of Chromium's own protocol.
    pub(crate) async fn command(&self, method: &str, parameters: Value) -> Value {
        self.driver.cdp().send_raw(method, parameters).await.unwrap()
    }

    /// All that the page holds: its document, its cards, and what it has stored.
    pub(crate) async fn everything(&self) -> String {
        let script =
            "return document.documentElement.outerHTML + [...document.querySelectorAll('*')].map(one => one.shadowRoot?.innerHTML).join('')
            + JSON.stringify([localStorage, sessionStorage, document.cookie]);";
        self.js(script, Vec::new()).await.as_str().unwrap_or_default().to_owned()
    }

    /// Everything in the console that is an error or a warning has to be one of these, and each of these is there.
    pub(crate) async fn console_says(&self, expected: &[&str]) {
        let log = self.driver.browser_log().await.unwrap();
        let lines: Vec<String> =
            log.into_iter().filter(|entry| matches!(&*entry.level, "SEVERE" | "WARNING")).map(|entry| entry.message).collect();
        for line in &lines {
            assert!(expected.iter().any(|expected| line.contains(expected)), "the console says {line}\nof {lines:?}");
        }
        for expected in expected {
            assert!(lines.iter().any(|line| line.contains(expected)), "the console does not say {expected}, but {lines:?}");
        }
    }

    /// Nothing at all is in the console.
    pub(crate) async fn console_is_silent(&self) {
        self.console_says(&[]).await;
    }
}

impl Process {
    /// A driver on a free port.
    fn start() -> (Process, u16) {
        let mut command = Command::new(std::env::var_os("CHROMEDRIVER").expect("`cargo xtask test browser` runs these tests"));
        let mut child = command.arg("--port=0").stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("the driver starts");
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
        let port = lines.find_map(|line| line.split_once("successfully on port ")?.1.trim_end_matches('.').parse().ok());
        // What else it prints is read, so that the pipe neither fills nor breaks.
        std::thread::spawn(move || lines.for_each(drop));
        (Process(child), port.expect("the driver names its port"))
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}
