//! The gateway as it is described: Schemathesis asks it whatever `/v1/openapi.json` allows and what it does not. No answer may be a fault of the
//! gateway's, have a status or a type that is not described, or a body outside its schema.
//!
//! What is asked follows from a fixed seed, so that the same gateway gets the same questions.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::gateway::{FORM, Gateway, Key, Listen, Running};
use crate::run::{program, run, say};
use crate::{build, http, setup, workspace};

/// Where the merchant's pages stand.
const ORIGIN: &str = "https://shop.example";

/// What is looked at. That what is described as wrong is refused is not among it: the registration API reads loosely, and is to.
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance";

/// What decides which questions are asked.
const SEED: &str = "1";

/// Questions of one kind to one route, at most: some thousand in all, in half a minute.
const EXAMPLES: &str = "30";

/// Serial numbers that the description's examples name, and some to draw.
const SERIALS: &str = "serialNumber,sku,customerTags\nSN-1,ED-2,espresso\nSN-2,ED-2,\nSN-3,,\n";

/// Erased when it is dropped.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _erased = fs::remove_dir_all(&self.0);
    }
}

/// The command.
pub(super) fn check() -> Result<()> {
    let tool = setup::schemathesis()?;
    build::gateway()?;
    let folder = Folder(std::env::temp_dir().join(format!("regcard-api-{}", std::process::id())));
    fs::create_dir_all(&folder.0).context("cannot make a folder for the gateway")?;
    let gateway = Gateway::new(&workspace::gateway("debug"), &folder.0.join("data")).quiet();
    gateway.put_merchant(Some(ORIGIN), None)?;
    let key = gateway.create_key(Key::Publishable)?;
    let access = gateway.create_key(Key::Access)?;
    let serials = folder.0.join("serials.csv");
    fs::write(&serials, SERIALS).context("cannot write the serial numbers")?;
    gateway.import_serials(&serials)?;
    // Made up, these would never be known.
    let known = folder.0.join("schemathesis.toml");
    fs::write(&known, format!("[parameters]\n\"path.key\" = \"{key}\"\n\"path.form\" = \"{FORM}\"\n"))
        .context("cannot write the settings")?;
    let running = gateway.serve(&Listen { port: 0, assets: None, private_upstreams: false, bucket: None })?;
    say("The merchants' API, with an access token:");
    ask(&tool, &known, &running, "^/api/", &access)?;
    say("What pages call, with a session:");
    ask(&tool, &known, &running, "^/(v1|r|s)/", &session(&running, &key)?)
}

fn session(running: &Running, key: &str) -> Result<String> {
    let body = serde_json::json!({ "key": key, "form": FORM }).to_string();
    let answer = http::post(&format!("{}/v1/sessions", running.url), &[("origin", ORIGIN)], &body)?;
    let read: serde_json::Value = serde_json::from_slice(&answer.body).context("a session's answer is not JSON")?;
    match read["token"].as_str() {
        Some(token) => Ok(token.to_owned()),
        None => bail!("no session was opened: {read}"),
    }
}

fn ask(tool: &Path, known: &Path, running: &Running, paths: &str, token: &str) -> Result<()> {
    let mut command = program(tool);
    // Its own memory of earlier failures would make it ask differently the next time.
    command.current_dir(known.parent().unwrap_or(known)).arg("--config-file").arg(known);
    command.args(["run", &format!("{}/v1/openapi.json", running.url), "--include-path-regex", paths]);
    command.args(["-H", &format!("Authorization: Bearer {token}"), "-H", &format!("Origin: {ORIGIN}")]);
    command.args(["--checks", CHECKS, "--seed", SEED, "--max-examples", EXAMPLES, "--warnings", "off", "--max-failures", "20"]);
    run(&mut command)
}
