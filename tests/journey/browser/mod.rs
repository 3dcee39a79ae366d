//! A browser of a test's own, and what it has to say at the end.

mod kind;

use serde_json::Value;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::prelude::*;

use crate::proxy::Proxy;
use crate::wait::in_time;
pub(crate) use kind::Kind;
use kind::{Driver, WINDOW};

/// Closed when this is dropped; the session goes first, then the driver.
pub(crate) struct Browser {
    pub(crate) kind: Kind,
    driver: WebDriver,
    _process: Driver,
}

impl Browser {
    pub(crate) async fn open() -> Browser {
        Browser::open_with(None).await
    }

    /// One that asks for everything by way of a proxy.
    pub(crate) async fn open_behind(proxy: &Proxy) -> Browser {
        Browser::open_with(Some(proxy)).await
    }

    async fn open_with(way: Option<&Proxy>) -> Browser {
        let kind = Kind::of_this_run();
        let process = kind.start();
        let driver = WebDriver::new(format!("http://127.0.0.1:{}", process.port), kind.wanted(way)).await.expect("the browser opens");
        match kind {
            Kind::Chromium => {}
            // Its driver's windows are small, and in WebKit only a window that was set has the focus.
            Kind::Firefox | Kind::WebKit => driver.set_window_rect(0, 0, WINDOW.0, WINDOW.1).await.unwrap(),
        }
        Browser { kind, driver, _process: process }
    }

    pub(crate) async fn go(&self, url: &str) {
        self.driver.goto(url).await.unwrap();
        self.listens().await;
    }

    pub(crate) async fn reloads(&self) {
        self.driver.refresh().await.unwrap();
        self.listens().await;
    }

    async fn listens(&self) {
        match self.kind {
            Kind::Chromium => {}
            Kind::Firefox | Kind::WebKit => drop(self.js(EAR, Vec::new()).await),
        }
    }

    pub(crate) async fn url(&self) -> String {
        self.driver.current_url().await.unwrap().to_string()
    }

    /// Runs a script's function body in the page; answers what it returns.
    pub(crate) async fn js(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{error}: {script}")).json().clone()
    }

    /// The same for a script that calls its last argument when it is done; answers what it is called with.
    pub(crate) async fn js_until_done(&self, script: &str, arguments: Vec<Value>) -> Value {
        let answer = self.driver.execute_async(script, arguments).await;
        answer.unwrap_or_else(|error| panic!("{error}: {script}")).json().clone()
    }

    /// The element that a script's function body returns, if it returns one that is still there when the answer is written.
    pub(crate) async fn element(&self, script: &str, arguments: Vec<Value>) -> Option<WebElement> {
        match self.driver.execute(script, arguments).await {
            Ok(answer) => answer.element().ok(),
            Err(error) if is_stale(&error) => None,
            Err(error) => panic!("{error}: {script}"),
        }
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

    /// A tab of its own for what comes, without anything that was kept in the one before, which is closed.
    pub(crate) async fn takes_a_new_tab(&self) {
        let old = self.driver.window().await.unwrap();
        let new = self.driver.new_tab().await.unwrap();
        self.driver.close_window().await.unwrap();
        self.driver.switch_to_window(new).await.unwrap();
        assert_ne!(self.driver.window().await.unwrap(), old);
        self.takes_a_window_of(WINDOW.0, WINDOW.1).await;
        drop(self.complaints().await);
    }

    pub(crate) async fn takes_a_window_of(&self, width: u32, height: u32) {
        self.driver.set_window_rect(0, 0, width, height).await.unwrap();
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

    /// Everything in the console that is an error or a warning has to be one of these, and each of these comes.
    pub(crate) async fn console_says(&self, expected: &[&str]) {
        // What the browser itself writes about requests is only in Chromium's log.
        let can_be_heard =
            |line: &&&str| self.kind == Kind::Chromium || !["Failed to load resource", "net::"].iter().any(|own| line.contains(own));
        let mut lines = Vec::new();
        let complete = in_time(async || {
            lines.extend(self.complaints().await);
            for line in &lines {
                assert!(expected.iter().any(|expected| line.contains(expected)), "the console says {line}\nof {lines:?}");
            }
            let is_there = |expected: &&str| lines.iter().any(|line: &String| line.contains(expected));
            expected.iter().filter(can_be_heard).all(is_there).then_some(())
        });
        assert!(complete.await.is_some(), "the console does not say all of {expected:?}, but {lines:?}");
    }

    /// What the console has of errors and warnings, once.
    async fn complaints(&self) -> Vec<String> {
        match self.kind {
            Kind::Chromium => {
                let log = self.driver.browser_log().await.unwrap();
                log.into_iter().filter(|entry| matches!(&*entry.level, "SEVERE" | "WARNING")).map(|entry| entry.message).collect()
            }
            Kind::Firefox | Kind::WebKit => {
                let heard = self.js("return window.heard.splice(0);", Vec::new()).await;
                heard.as_array().expect("the page is listened to").iter().map(|line| line.as_str().unwrap_or_default().to_owned()).collect()
            }
        }
    }

    /// Nothing at all is in the console.
    pub(crate) async fn console_is_silent(&self) {
        self.console_says(&[]).await;
    }
}

/// Whether an element was replaced before the driver was done with it.
pub(crate) fn is_stale(error: &WebDriverError) -> bool {
    matches!(**error, WebDriverErrorInner::StaleElementReference(_))
}

/// Notes what a page complains of from then on, where the driver keeps no log: errors that nobody caught, refusals by a policy, and
/// what is written to the console. What the browser itself writes there, such as a failed request, cannot be heard.
const EAR: &str = "
    if (window.heard) return;
    window.heard = [];
    for (const name of ['error', 'warn']) {
        const say = console[name];
        console[name] = (...words) => { heard.push(words.join(' ')); say.apply(console, words); };
    }
    addEventListener('error', event => heard.push(`${event.message} ${event.error?.stack ?? ''}`));
    addEventListener('unhandledrejection', event => heard.push(`${event.reason} ${event.reason?.stack ?? ''}`));
    addEventListener('securitypolicyviolation', event => heard.push(`refused by ${event.violatedDirective}: ${event.blockedURI} ${event.sample}`));
";
