//! What an operator does with what could not be sent, and how one finds out what an upstream is like. The real binary, on a folder that a
//! gateway is serving.

use serde_json::{Value, json};

use crate::answer::Answer;
use crate::process::{Process, line, run};
use crate::scripted::{Scripted, TOKEN};
use crate::shop::registration;

/// A gateway that passes on to this API.
fn in_front_of(upstream: &Scripted) -> Process {
    Process::in_front_of(&upstream.url, TOKEN, &["--upstream-quiet", "0"])
}

fn listed(gateway: &Process, arguments: &[&str]) -> Vec<Value> {
    let all = line(gateway.folder(), &[&["outbox", "list", "--json"], arguments].concat());
    all.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

async fn status(gateway: &Process, key: &str) -> Answer {
    Answer::to(gateway.shop.request(reqwest::Method::GET, "/v1/registrations/status").header("idempotency-key", key)).await
}

#[tokio::test]
async fn what_is_parked_is_listed_without_what_was_typed_and_taken_up_or_given_up() {
    let upstream = Scripted::start();
    let gateway = in_front_of(&upstream);
    // Stored without a word, and nobody can tell from the list.
    upstream
        .script(json!({ "rules": [{ "on": "register", "then": "drop" }, { "on": "list", "then": { "say": { "status": 404 } } }] }))
        .await;
    let page = gateway.shop.page().await;
    for number in 1..=3 {
        page.register(&format!("the-key-of-number-{number}"), registration(&format!("SN-{number}"))).await.good(202);
    }
    crate::until("they are parked", || listed(&gateway, &["--state", "unknown"]).len() == 3).await;
    let all = listed(&gateway, &["--merchant", "demo"]);
    for row in &all {
        assert_eq!((&row["kind"], &row["mayHaveArrived"]), (&json!("forward"), &json!(true)));
        assert!(!row.to_string().contains("mara@example.com"));
    }
    assert!(line(gateway.folder(), &["outbox", "list"]).contains("there is no list in which it could be looked for"));
    let ids: Vec<&str> = all.iter().map(|row| row["id"].as_str().unwrap()).collect();
    let shown: Value = serde_json::from_str(&line(gateway.folder(), &["outbox", "show", ids[0]])).unwrap();
    assert!(shown["payload"].to_string().contains("mara@example.com"));

    // The first is there, somebody says; the second is not; the third is given up.
    upstream.behaving().await;
    assert_eq!(line(gateway.folder(), &["outbox", "discard", ids[0], "--arrived", "reg_1001"]), "1 given up");
    assert_eq!(line(gateway.folder(), &["outbox", "retry", "--resend", ids[1]]), "1 taken up again");
    assert_eq!(line(gateway.folder(), &["outbox", "discard", "--json", ids[2]]), r#"{"done":1,"refused":[]}"#);
    upstream.until_it_has(4).await;
    crate::until("nothing is left", || listed(&gateway, &[]).is_empty()).await;
    assert_eq!(status(&gateway, "the-key-of-number-1").await.good(200)["registrations"][0]["id"], "reg_1001");
    assert_eq!(status(&gateway, "the-key-of-number-2").await.good(200)["registrations"][0]["id"], "reg_1004");
    status(&gateway, "the-key-of-number-3").await.problem(504, "outcome-unknown");
    let again = run(gateway.folder(), &["outbox", "retry", ids[2]]);
    assert!(!again.status.success() && String::from_utf8_lossy(&again.stderr).contains("is settled"));
    let none = run(gateway.folder(), &["outbox", "show", "nothing"]);
    assert!(String::from_utf8_lossy(&none.stderr).contains("there is no message"));
}

#[tokio::test]
async fn a_private_upstream_is_probed_where_the_configuration_lets_it_be_called() {
    let upstream = Scripted::start();
    upstream.script(json!({ "token": TOKEN, "knows": false, "cors": [crate::shop::ORIGIN] })).await;
    let gateway = in_front_of(&upstream);
    let probe = || run(gateway.folder(), &["upstream", "probe", "--merchant", "demo"]);
    let refused = probe();
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("has the address 127.0.0.1"), "{said}");
    assert!(said.contains("allow_private_upstreams = true"), "{said}");
    let before = std::fs::read_to_string(gateway.folder().join("regcard.toml")).unwrap_or_default();
    std::fs::write(gateway.folder().join("regcard.toml"), format!("allow_private_upstreams = true\n{before}")).unwrap();
    let probed = probe();
    assert!(probed.status.success(), "{}", String::from_utf8_lossy(&probed.stderr));
}

#[tokio::test]
async fn an_upstream_says_what_it_is_like() {
    let upstream = Scripted::start();
    upstream.script(json!({ "token": TOKEN, "knows": false, "cors": [crate::shop::ORIGIN] })).await;
    let gateway = in_front_of(&upstream);
    let probe = |arguments: &[&str]| {
        let all = ["upstream", "probe", "--merchant", "demo", "--allow-private-upstreams", "--json"];
        let output = run(gateway.folder(), &[&all, arguments].concat());
        let lines = String::from_utf8(output.stdout).unwrap();
        assert!(!lines.contains(TOKEN) && !String::from_utf8_lossy(&output.stderr).contains(TOKEN));
        let found: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        (output.status.success(), found)
    };
    let bad = |found: &[Value]| -> Vec<String> {
        found.iter().filter(|one| one["good"] == false).map(|one| one["about"].as_str().unwrap().to_owned()).collect()
    };
    let (good, found) = probe(&[]);
    assert_eq!((good, bad(&found)), (true, Vec::new()), "{found:#?}");
    let seen = upstream.seen("").await;
    let methods: Vec<&str> = seen["requests"].as_array().unwrap().iter().map(|request| request["method"].as_str().unwrap()).collect();
    assert!(methods.iter().all(|method| matches!(*method, "GET" | "OPTIONS")), "nothing is changed: {methods:?}");

    let (good, found) = probe(&["--write"]);
    assert_eq!((good, bad(&found)), (true, Vec::new()), "{found:#?}");
    assert_eq!(upstream.total().await, 0, "what was registered is deleted again");

    upstream.script(json!({ "shape": { "without": ["regcardReference", "createdAt"], "total": "nowhere" }, "cors": [] })).await;
    let (good, found) = probe(&["--write"]);
    assert!(!good);
    assert_eq!(
        bad(&found),
        ["a list tells how many there are", "files may be sent from https://shop.example", "the gateway's reference is kept"]
    );
    upstream.script(json!({ "token": "another" })).await;
    assert_eq!(bad(&probe(&[]).1), ["the token opens the list of registrations"]);
}

#[tokio::test]
async fn an_upstream_says_what_its_lists_are_worth() {
    let upstream = Scripted::start();
    let gateway = in_front_of(&upstream);
    let bad = || -> Vec<String> {
        let all = ["upstream", "probe", "--merchant", "demo", "--allow-private-upstreams", "--json"];
        let lines = String::from_utf8(run(gateway.folder(), &all).stdout).unwrap();
        let found = lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
        let of_lists = found.filter(|one| one["good"] == false && one["about"].as_str().unwrap().contains("list"));
        of_lists.map(|one| one["about"].as_str().unwrap().to_owned()).collect()
    };
    let one = |serial: &str, created_at: u64| {
        let mut one = registration(serial);
        one["createdAt"] = json!(created_at);
        one
    };
    upstream.script(json!({ "registrations": [one("SN-1", 1_700_000_000_000), one("SN-2", 1_700_000_000_001)] })).await;
    assert_eq!(bad(), [""; 0]);
    upstream.script(json!({ "shape": { "ascending": true, "total": "page" } })).await;
    assert_eq!(bad(), ["lists have the newest first", "a list's total counts all of its pages"]);
    for nothing in ["", r#"{"data":null}"#] {
        let said = json!({ "say": { "status": 200, "body": nothing } });
        upstream.script(json!({ "shape": {}, "rules": [{ "on": "list", "containing": "email=", "then": said }] })).await;
        assert_eq!(bad(), ["nobody's list is an empty one"], "{nothing}");
    }
    upstream.script(json!({ "rules": [{ "on": "list", "containing": "email=", "then": { "say": { "status": 204 } } }] })).await;
    assert_eq!(bad(), [""; 0], "which says so");
}
