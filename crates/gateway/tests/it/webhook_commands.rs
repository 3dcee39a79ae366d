//! `regcard webhook` as an operator meets it, and that nothing secret is said or written on the way.

use std::fs;

use serde_json::{Value, json};

use crate::process::{Process, line, run};
use crate::receiver::Receiver;
use crate::shop::{one, registration};

const SWITCH: &str = "allow_private_webhooks = true\n";

fn told(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn now() -> i64 {
    jiff::Timestamp::now().as_second()
}

/// Runs a command and reads what it prints for scripts.
fn json_of(gateway: &Process, arguments: &[&str]) -> Value {
    let all = [&["webhook"], arguments, &["--json"]].concat();
    let output = run(gateway.folder(), &all);
    let read = serde_json::from_slice(&output.stdout);
    assert!(read.is_ok(), "{all:?}: {}", told(&output));
    read.unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endpoint_is_added_tried_out_replaced_replayed_and_taken_away() {
    let mut gateway = Process::start_configured(SWITCH);
    let shop = gateway.shop.clone();
    let receiver = Receiver::saying(&[204, 204, 500, 204]).await;
    let added = json_of(&gateway, &["add", "demo", &receiver.url]);
    let (endpoint, secret) = (added["endpoint"].as_str().unwrap(), added["secret"].as_str().unwrap());
    assert!(secret.starts_with("whsec_") && secret.len() == 6 + 44);
    let listed = json_of(&gateway, &["list"]);
    assert_eq!((&listed["endpoint"], &listed["url"]), (&json!(endpoint), &json!(receiver.url)));
    assert_eq!((&listed["events"], &listed["disabled"]), (&json!(["created", "updated", "deleted", "rejected"]), &Value::Null));

    let tried = json_of(&gateway, &["send-test", endpoint]);
    assert_eq!((&tried["received"], &tried["told"]), (&json!(true), &json!("received (204)")));
    let trial = receiver.until_it_has(1).await.remove(0);
    assert!(trial.is_from_whoever_has(secret, now()) && trial.event() == "test" && tried["id"] == trial.id);

    shop.load_serials(&["SN-1"]).await;
    shop.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    let created = receiver.until_it_has(2).await.remove(1);
    assert!(created.is_from_whoever_has(secret, now()) && created.event() == "created");

    let rotated = json_of(&gateway, &["rotate-secret", endpoint]);
    let newer = rotated["secret"].as_str().unwrap();
    let failed = run(gateway.folder(), &["webhook", "send-test", endpoint]);
    assert!(!failed.status.success() && told(&failed).contains("answered 500"), "{}", told(&failed));
    let both = receiver.until_it_has(3).await.remove(2);
    assert!(both.is_from_whoever_has(secret, now()) && both.is_from_whoever_has(newer, now()));
    assert_eq!(json_of(&gateway, &["rotate-secret", endpoint, "--keep-hours", "0"])["endpoint"], endpoint);

    let replay = ["replay", endpoint, "--message", &created.id];
    crate::until("it is settled and can be replayed", || json_of(&gateway, &replay)["takenUp"] == 1).await;
    let again = receiver.until_it_has(4).await.remove(3);
    assert_eq!((&again.id, &again.body), (&created.id, &created.body));
    assert!(!again.is_from_whoever_has(newer, now()), "its time is over");
    assert_eq!(json_of(&gateway, &["replay", endpoint, "--since", "2050-01-01T00:00:00Z"])["takenUp"], 0);
    assert_eq!(json_of(&gateway, &["enable", endpoint])["done"], "enabled");

    assert_eq!(json_of(&gateway, &["remove", endpoint])["done"], "removed");
    assert_eq!(line(gateway.folder(), &["webhook", "list"]), "");
    assert!(gateway.terminate().await);
    let log = gateway.log();
    assert!(log.contains("regcard"), "there is a log, of everything that there is to log");
    let parts = [secret, newer].map(|secret| secret.trim_start_matches("whsec_"));
    for hidden in [parts[0], parts[1], "PRIVATE-part-of-the-address", "mara@example.com", &created.signature] {
        assert!(!log.contains(hidden), "{hidden}");
    }
    for entry in fs::read_dir(gateway.folder().join("regcard-data")).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        let text = String::from_utf8_lossy(&bytes);
        assert!(parts.iter().all(|secret| !text.contains(secret)), "secrets are sealed");
    }
}

#[test]
fn what_can_be_no_endpoint_is_refused_with_a_sentence() {
    let gateway = Process::start();
    for (arguments, why) in [
        (vec!["add", "nobody", "https://shop.example/"], "there is no merchant"),
        (vec!["add", "demo", "http://shop.example/"], "does not begin with https://"),
        (vec!["add", "demo", "https://shop.example:8443/"], "port 443"),
        (vec!["add", "demo", "https://user:word@shop.example/"], "a user or a password"),
        (vec!["add", "demo", "https://127.1/"], "none that the internet reaches"),
        (vec!["add", "demo", "https://[::ffff:a9fe:a9fe]/"], "none that the internet reaches"),
        (vec!["add", "demo", "https://localhost./"], "none that the internet reaches"),
        (vec!["add", "demo", "shop.example"], "is no address"),
        (vec!["add", "demo", "https://shop.example/", "--events", "created,bought"], "one of created, updated, deleted"),
        (vec!["remove", "nobody"], "there is no endpoint"),
        (vec!["rotate-secret", "nobody"], "there is no endpoint"),
        (vec!["rotate-secret", "nobody", "--keep-hours", "721"], "721 is not in"),
        (vec!["enable", "nobody"], "there is no endpoint"),
        (vec!["send-test", "nobody"], "there is no endpoint"),
        (vec!["replay", "nobody"], "there is no endpoint"),
    ] {
        let output = run(gateway.folder(), &[&["webhook"], &arguments[..]].concat());
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(told(&output).contains(why), "{arguments:?}: {}", told(&output));
    }
    let add = ["webhook", "add", "demo", "https://shop.example/hooks", "--events", "deleted,created,created"];
    assert!(line(gateway.folder(), &add).contains("\twhsec_"));
    assert!(told(&run(gateway.folder(), &add)).contains("has an endpoint with this address"));
    let listed = line(gateway.folder(), &["webhook", "list", "--merchant", "demo"]);
    assert!(listed.contains("created,deleted\t0 waiting, 0 given up\twell") && !listed.contains("whsec_"), "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_sent_again_to_an_endpoint_that_is_switched_off() {
    let gateway = Process::start_configured(SWITCH);
    let receiver = Receiver::saying(&[410, 204]).await;
    let added = json_of(&gateway, &["add", "demo", &receiver.url]);
    let endpoint = added["endpoint"].as_str().unwrap();
    gateway.shop.load_serials(&["SN-1"]).await;
    gateway.shop.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    crate::until("it is switched off", || !json_of(&gateway, &["list"])["disabled"].is_null()).await;
    let refused = run(gateway.folder(), &["webhook", "replay", endpoint]);
    assert!(!refused.status.success() && told(&refused).contains("regcard webhook enable"), "{}", told(&refused));
    assert_eq!(json_of(&gateway, &["enable", endpoint])["done"], "enabled");
    assert_eq!(json_of(&gateway, &["replay", endpoint])["takenUp"], 1);
    assert_eq!(receiver.until_it_has(2).await.len(), 2);
}
