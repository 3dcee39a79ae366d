//! The binary as a merchant meets it: commands that make a shop, a gateway that starts, ends, and says what is wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::process::{Process, folder, line, run};
use crate::shop::{FORM, ORIGIN, registration};

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_shop_is_made_and_changed_by_one_command() {
    let folder = folder();
    let put = |arguments: &[&str]| line(folder.path(), &[&["merchant", "put", "demo"], arguments].concat());
    put(&["--name", "Demo", "--origin", "https://Shop.example/", "--origin", "http://127.0.0.1:8080", "--form", FORM]);
    let list = || serde_json::from_str::<serde_json::Value>(&line(folder.path(), &["merchant", "list", "--json"])).unwrap();
    assert_eq!(list()["origins"].as_array().unwrap().len(), 2);
    put(&["--origin", ORIGIN]);
    let changed = list();
    assert_eq!((&changed["origins"], &changed["name"]), (&serde_json::json!([ORIGIN]), &serde_json::json!("Demo")));
    assert_eq!((&changed["forms"], &changed["upstream"]), (&serde_json::json!([FORM]), &serde_json::Value::Null));
}

#[test]
fn what_cannot_be_is_refused_with_a_sentence_and_changes_nothing() {
    let folder = folder();
    for (arguments, why) in [
        (vec!["merchant", "put", "De mo"], "no name for a merchant"),
        (vec!["merchant", "put", "demo", "--origin", "shop.example"], "no origin"),
        (vec!["merchant", "put", "demo", "--origin", "*"], "no origin"),
        (vec!["merchant", "put", "demo", "--form", "../secrets"], "no form's name"),
        (vec!["merchant", "put", "demo", "--upstream", "https://api.example"], "--upstream-token-file"),
        (vec!["merchant", "put", "demo", "--upstream", "file:///etc/passwd", "--upstream-token-file", "x"], "no base address"),
        (vec!["key", "create", "--merchant", "nobody", "--kind", "access"], "there is no merchant"),
        (vec!["serials", "import", "--merchant", "nobody", "x.csv"], "there is no merchant"),
        (vec!["serve", "--listen", "0.0.0.0:0"], "--public-url"),
        (vec!["serve", "--listen", "127.0.0.1:0", "--public-url", "https://a.example/path"], "no address for a gateway"),
    ] {
        let output = run(folder.path(), &arguments);
        assert!(!output.status.success() && output.stdout.is_empty(), "{arguments:?}");
        assert!(said(&output).contains(why), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(line(folder.path(), &["merchant", "list"]), "");
}

#[tokio::test]
async fn commands_work_while_the_gateway_runs() {
    let gateway = Process::start();
    fs::write(gateway.folder().join("serials.csv"), "serialNumber\nSN-1\n").unwrap();
    line(gateway.folder(), &["serials", "import", "--merchant", "demo", "serials.csv"]);
    let page = gateway.shop.page().await;
    page.register("0123456789abcdef", registration("sn1")).await.good(201);
    line(gateway.folder(), &["merchant", "put", "demo", "--origin", "https://moved.example"]);
    page.check("SN-1").await.problem(403, "origin-not-allowed");
    gateway.shop.session("https://moved.example", FORM, None).await.good(201);
}

#[tokio::test]
async fn sigterm_ends_it_well_once_what_runs_is_finished() {
    let mut gateway = Process::start();
    gateway.shop.load_serials(&["SN-1"]).await;
    let page = gateway.shop.page().await;
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    // A connection that is kept alive keeps nobody waiting.
    assert!(gateway.terminate().await);
    gateway.start_again();
    assert_eq!(gateway.shop.registrations().await.len(), 1);
}

#[tokio::test]
async fn the_gateways_secret_is_its_owners_alone() {
    let mut gateway = Process::start();
    let secrets = gateway.folder().join("regcard-data").join("secrets");
    assert_eq!(fs::metadata(&secrets).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(gateway.terminate().await);
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o644)).unwrap();
    let refused = run(gateway.folder(), &["serve", "--listen", "127.0.0.1:0"]);
    assert!(!refused.status.success() && said(&refused).contains("mode 600"), "{}", said(&refused));
}
