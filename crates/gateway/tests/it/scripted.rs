//! A registration API that is a process of its own and knows nothing of the gateway: it does what a script tells it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::{client, with_json};

/// The process, until the story is over.
#[derive(Debug)]
pub(crate) struct Scripted {
    /// Its base address.
    pub(crate) url: String,
    origin: String,
    child: Child,
}

/// What opens the API to the gateway: a word that must never be seen anywhere else.
pub(crate) const TOKEN: &str = "SENTINEL-access-token-of-the-upstream";

/// A gateway that passes on, and the API that it passes on to.
pub(crate) async fn forwarding() -> (Gateway, Scripted) {
    let upstream = Scripted::start();
    let gateway = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    gateway.forward_to(&upstream.url, TOKEN).await;
    (gateway, upstream)
}

/// A binary beside the one that runs the stories; built once, since it is another package's.
pub(crate) fn binary(name: &str) -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let folder = BUILT.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let built = Command::new(cargo).args(["build", "--quiet", "--locked", "--package", "regcard-upstream"]).status().unwrap();
        assert!(built.success(), "the scripted processes could not be built");
        // target/debug/deps/it-… → target/debug
        std::env::current_exe().unwrap().ancestors().nth(2).unwrap().to_owned()
    });
    folder.join(name)
}

impl Scripted {
    pub(crate) fn start() -> Scripted {
        Scripted::start_at("127.0.0.1:0")
    }

    /// One at an address where another one was before.
    pub(crate) fn start_at(address: &str) -> Scripted {
        let mut child = Command::new(binary("regcard-upstream"))
            .args(["--listen", address])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
        let origin = said.trim_end().strip_prefix("listening: ").unwrap().to_owned();
        Scripted { url: format!("{origin}/api"), origin, child }
    }

    /// Ends it; where it was, another one can be started.
    pub(crate) fn stop(self) -> String {
        self.origin.trim_start_matches("http://").to_owned()
    }

    /// Says what it is to do from now on.
    pub(crate) async fn script(&self, script: Value) {
        let answer = Answer::to(with_json(client().post(format!("{}/script", self.origin)), &script)).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    /// How it treats registrations: `times` of them, or all.
    pub(crate) async fn registering(&self, manner: Value) {
        let mut rule = json!({ "on": "register" });
        rule.as_object_mut().unwrap().extend(manner.as_object().unwrap().clone());
        self.script(json!({ "rules": [rule] })).await;
    }

    /// Does now what it was told to hold.
    pub(crate) async fn release(&self) {
        let answer = Answer::to(client().post(format!("{}/release", self.origin))).await;
        assert_eq!(answer.status, 204, "{}", answer.text());
    }

    pub(crate) async fn behaving(&self) {
        self.script(json!({ "rules": [], "shape": {} })).await;
    }

    /// Everything that came, and how many registrations there are by a field's value.
    pub(crate) async fn seen(&self, field: &str) -> Value {
        Answer::to(client().get(format!("{}/seen?field={field}", self.origin))).await.good(200)
    }

    /// How many registrations it has of each reference.
    pub(crate) async fn by_reference(&self) -> BTreeMap<String, u64> {
        let seen = self.seen("regcardReference").await;
        seen["registrations"].as_object().unwrap().iter().map(|(key, count)| (key.clone(), count.as_u64().unwrap())).collect()
    }

    /// How many registrations it has in all.
    pub(crate) async fn total(&self) -> u64 {
        self.seen("").await["total"].as_u64().unwrap()
    }

    /// The requests of one method whose target holds this.
    pub(crate) async fn requests(&self, method: &str, target: &str) -> Vec<Value> {
        let seen = self.seen("").await;
        let fits = |request: &&Value| request["method"] == method && request["target"].as_str().unwrap().contains(target);
        seen["requests"].as_array().unwrap().iter().filter(fits).cloned().collect()
    }

    /// Waits until it has so many registrations.
    pub(crate) async fn until_it_has(&self, total: u64) {
        crate::until_so(&format!("{total} registrations"), async || self.total().await == total).await;
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}
