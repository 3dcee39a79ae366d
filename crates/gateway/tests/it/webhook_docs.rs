//! What docs/webhooks.md gives merchants to copy, run as it stands there: in Node and in Python, which tests of this project need anyway.

use std::fs;
use std::io;
use std::process::{Command, Output};

use regcard_gateway::webhooks::SigningSecret;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../../../../docs/webhooks.md");

/// What stands in the guide in this language.
fn code(language: &str) -> &'static str {
    let (_, after) = GUIDE.split_once(&format!("```{language}\n")).unwrap_or_default();
    after.split_once("```").unwrap_or_default().0
}

/// Headers, body and second of a webhook, and whether it is to be taken.
fn cases(secret: &SigningSecret, other: &SigningSecret) -> Vec<(Value, String, i64, bool)> {
    let (body, second) = ("{\"event\":\"created\",\"name\":\"Zoë 😀\"}", 1_795_604_400);
    let headers = |signature: &str| json!({ "webhook-id": "m-1", "webhook-timestamp": second.to_string(), "webhook-signature": signature });
    let good = secret.sign("m-1", second, body);
    let both = format!("{} {good}", other.sign("m-1", second, body));
    let renamed = json!({ "webhook-id": "m-2", "webhook-timestamp": second.to_string(), "webhook-signature": good });
    vec![
        (headers(&good), body.to_owned(), second + 300, true),
        (headers(&both), body.to_owned(), second, true),
        (headers(&good), body.to_owned(), second + 301, false),
        (headers(&good), body.to_owned(), second - 301, false),
        (headers(&good), body.replace("created", "deleted"), second, false),
        (headers(&other.sign("m-1", second, body)), body.to_owned(), second, false),
        (headers("v1,"), body.to_owned(), second, false),
        (headers(""), body.to_owned(), second, false),
        (renamed, body.to_owned(), second, false),
        (json!({}), body.to_owned(), second, false),
    ]
}

/// Runs a script to its end.
fn run(program: &str, file: &str, text: &str) -> io::Result<Output> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join(file);
    fs::write(&path, text)?;
    Command::new(program).arg(&path).output()
}

fn ran_well(output: io::Result<Output>) {
    let well = output.as_ref().is_ok_and(|output| output.status.success());
    assert!(well, "{output:?}");
}

#[test]
fn the_guides_javascript_takes_what_is_good_and_nothing_else() {
    let secret = SigningSecret::create().unwrap();
    let shown = secret.reveal();
    let mut script = code("js").to_owned();
    assert!(script.contains("isFromRegcard"));
    for (headers, body, now, good) in cases(&secret, &SigningSecret::create().unwrap()) {
        let call = format!("isFromRegcard({}, {headers}, {}, {now})", json!(shown.expose_secret()), json!(body));
        script += &format!("if ({call} !== {good}) throw new Error({});\n", json!(format!("{headers} {body} {now} {good}")));
    }
    ran_well(run("node", "verify.mjs", &script));
}

#[test]
fn the_guides_python_takes_what_is_good_and_nothing_else() {
    let secret = SigningSecret::create().unwrap();
    let shown = secret.reveal();
    let mut script = code("python").to_owned();
    assert!(script.contains("is_from_regcard"));
    script += "import json\n";
    for (headers, body, now, good) in cases(&secret, &SigningSecret::create().unwrap()) {
        let good = if good { "True" } else { "False" };
        let text = |value: &Value| json!(value.to_string()).to_string();
        let call = format!(
            "is_from_regcard({}, json.loads({}), json.loads({}).encode(), {now})",
            json!(shown.expose_secret()),
            text(&headers),
            text(&json!(body))
        );
        script += &format!("assert {call} is {good}\n");
    }
    ran_well(run("python3", "verify.py", &script));
}

#[test]
fn the_guides_example_has_what_is_sent() {
    let example: Value = serde_json::from_str(code("json")).unwrap();
    let trial: Value = serde_json::from_str(&regcard_gateway::webhooks::trial("product-registration", 1_795_518_000_000)).unwrap();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let mut sorted = [keys(&example), keys(&trial)];
    sorted.iter_mut().for_each(|keys| keys.sort());
    assert_eq!(sorted[0], sorted[1]);
    for key in keys(&trial["items"][0]) {
        assert!(example["items"][0].get(&key).is_some(), "{key}");
    }
    assert_eq!(example["occurredAt"], trial["occurredAt"]);
}
