//! What docs/webhooks.md gives merchants to copy, run as it stands there: in Node and in Python, which tests of this project need anyway.

use std::fs;
use std::process::{Command, Output};

use regcard_gateway::webhooks::SigningSecret;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

const GUIDE: &str = include_str!("../../../../docs/webhooks.md");

/// What stands in the guide in this language.
fn code(language: &str) -> &'static str {
    let (_, after) = GUIDE.split_once(&format!("```{language}\n")).expect("the guide has some");
    after.split_once("```").expect("it ends").0
}

/// Headers, body and second of a webhook, and whether it is to be taken.
fn cases(secret: &SigningSecret) -> Vec<(Value, String, i64, bool)> {
    let (body, second) = ("{\"event\":\"created\",\"name\":\"Zoë 😀\"}", 1_795_604_400);
    let other = SigningSecret::create().unwrap();
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

fn runs(program: &str, file: &str, text: &str) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(file);
    fs::write(&path, text).unwrap();
    let Output { status, stdout, stderr } = Command::new(program).arg(&path).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = format!("{}{}", String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success(), "{said}");
}

#[test]
fn the_guides_javascript_takes_what_is_good_and_nothing_else() {
    let secret = SigningSecret::create().unwrap();
    let shown = secret.reveal();
    let mut script = code("js").to_owned();
    for (headers, body, now, good) in cases(&secret) {
        let call = format!("isFromRegcard({}, {headers}, {}, {now})", json!(shown.expose_secret()), json!(body));
        script += &format!("if ({call} !== {good}) throw new Error({});\n", json!(format!("{headers} {body} {now} {good}")));
    }
    runs("node", "verify.mjs", &script);
}

#[test]
fn the_guides_python_takes_what_is_good_and_nothing_else() {
    let secret = SigningSecret::create().unwrap();
    let shown = secret.reveal();
    let mut script = code("python").to_owned();
    script += "import json\n";
    for (headers, body, now, good) in cases(&secret) {
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
    runs("python3", "verify.py", &script);
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
