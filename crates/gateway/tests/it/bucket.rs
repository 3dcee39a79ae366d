//! A bucket for a story: a process of its own, which imports nothing of the gateway; or any other one, which the environment names
//! (`REGCARD_TEST_S3_ENDPOINT`, `_REGION`, `_BUCKET`, `_ACCESS_KEY`, `_SECRET_KEY`, `_PATH_STYLE`). Never none: a story that finds no bucket
//! fails.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests: what cannot be started fails the story")]

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use regcard_gateway::config;
use regcard_gateway::origin::Origin;
use serde_json::Value;
use tempfile::TempDir;

use crate::shop::client;

/// A bucket that is empty, but for what other stories have in a foreign one.
#[derive(Debug)]
pub(crate) struct Bucket {
    pub(crate) config: config::Bucket,
    own: Option<Own>,
}

#[derive(Debug)]
struct Own {
    child: Child,
    folder: TempDir,
}

impl Drop for Own {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.child.kill();
        let _waited = self.child.wait();
    }
}

impl Bucket {
    /// The bucket that the environment names, else one of the story's own.
    pub(crate) fn any() -> Bucket {
        let named = |name: &str| std::env::var(format!("REGCARD_TEST_S3_{name}")).ok();
        let Some(endpoint) = named("ENDPOINT") else { return Bucket::own() };
        let needed = |name: &str| named(name).unwrap_or_else(|| panic!("REGCARD_TEST_S3_{name} is missing"));
        let config = config::Bucket {
            endpoint: Origin::parse(&endpoint).unwrap(),
            region: named("REGION").unwrap_or_else(|| "us-east-1".to_owned()),
            bucket: needed("BUCKET"),
            access_key: needed("ACCESS_KEY").into(),
            secret_key: needed("SECRET_KEY").into(),
            path_style: named("PATH_STYLE").is_some_and(|text| text == "true"),
        };
        Bucket { config, own: None }
    }

    /// One of the story's own, which tells what was asked of it, and fails when it is told to.
    pub(crate) fn own() -> Bucket {
        let binary = Path::new(env!("CARGO_BIN_EXE_regcard")).with_file_name("regcard-bucket");
        let binary = std::env::var_os("REGCARD_BUCKET").map_or(binary, PathBuf::from);
        let folder = tempfile::tempdir().unwrap();
        let mut command = Command::new(&binary);
        command.args(["--access-key", "test", "--secret-key", "a-secret-of-tests", "--folder"]).arg(folder.path());
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child = started.unwrap_or_else(|error| {
            panic!("{}: {error}; `cargo build -p regcard-bucket` makes it, `cargo xtask test native` does so by itself", binary.display())
        });
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let config = config::Bucket {
            endpoint: Origin::parse(line.trim().strip_prefix("listening: ").unwrap()).unwrap(),
            region: "us-east-1".to_owned(),
            bucket: "receipts".to_owned(),
            access_key: "test".to_owned().into(),
            secret_key: "a-secret-of-tests".to_owned().into(),
            path_style: true,
        };
        Bucket { config, own: Some(Own { child, folder }) }
    }

    /// Whether it is a process of the story's own.
    pub(crate) fn is_own(&self) -> bool {
        self.own.is_some()
    }

    /// What lies in a bucket of the story's own, by key.
    pub(crate) fn objects(&self) -> Vec<String> {
        let root = self.own.as_ref().unwrap().folder.path().join(&self.config.bucket);
        let (mut found, mut folders) = (Vec::new(), vec![root.clone()]);
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    found.push(path.strip_prefix(&root).unwrap().to_string_lossy().into_owned());
                }
            }
        }
        found.sort();
        found
    }

    /// Everything that was asked of it so far.
    pub(crate) async fn requests(&self) -> Vec<Value> {
        let answer = client().get(format!("{}/-/requests", self.config.endpoint)).send().await.unwrap();
        serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap()
    }

    /// What the gateway itself asked, as `METHOD STATUS`, once the bucket has noted so much: what is done shows a moment before it is noted.
    pub(crate) async fn asked_by_the_gateway(&self, count: usize) -> Vec<String> {
        let own = |one: &Value| one["agent"].as_str().is_some_and(|agent| agent.starts_with("regcard/"));
        let told = |one: &Value| format!("{} {}", one["method"].as_str().unwrap(), one["status"]);
        let mut asked: Vec<String> = Vec::new();
        crate::until_so(&format!("it has noted {count} requests"), async || {
            asked = self.requests().await.iter().filter(|one| own(one)).map(told).collect();
            asked.len() >= count
        })
        .await;
        asked
    }

    /// From now on nothing fails any more.
    pub(crate) async fn heal(&self) {
        let told = client().post(format!("{}/-/heal", self.config.endpoint)).send().await.unwrap();
        assert_eq!(told.status().as_u16(), 204);
    }

    /// Lets the next requests fail: `times=2&method=GET&status=503`.
    pub(crate) async fn fail(&self, which: &str) {
        let told = client().post(format!("{}/-/fail?{which}", self.config.endpoint)).send().await.unwrap();
        assert_eq!(told.status().as_u16(), 204);
    }
}
