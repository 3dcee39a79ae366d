//! The configuration's file as the binary meets it: read where it lies, checked before the start, told about when it is wrong.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::process::{Process, does_not_start, folder, folder_on_disk, line, run};
use crate::shop::{FORM, ORIGIN};

fn told(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[tokio::test]
async fn every_command_reads_the_file_that_lies_where_it_is_run() {
    let folder = folder();
    fs::write(folder.path().join("regcard.toml"), "data = 'elsewhere'\n").unwrap();
    line(folder.path(), &["merchant", "put", "demo", "--name", "Demo", "--origin", ORIGIN, "--form", FORM]);
    assert!(folder.path().join("elsewhere").join("regcard.sqlite3").exists() && !folder.path().join("regcard-data").exists());
    fs::write(folder.path().join("other.toml"), "data = 'third'\n").unwrap();
    let list = |arguments: &[&str]| line(folder.path(), &[arguments, &["merchant", "list"]].concat());
    assert!(list(&[]).contains("Demo"));
    let empty = run(folder.path(), &["--config", "other.toml", "merchant", "list"]);
    assert!(String::from_utf8_lossy(&empty.stderr).contains("third/regcard.sqlite3: nothing has been kept yet"), "{empty:?}");
    assert!(list(&["--config", "other.toml", "--data", "elsewhere"]).contains("Demo"));
}

#[tokio::test]
async fn a_gateway_starts_from_its_file_alone() {
    let gateway = Process::start_configured("card_max_age = 7\n[operator]\nlisten = ''\n");
    let shop = &gateway.shop;
    let script = shop.get(&format!("/v1/forms/{}/{FORM}/card", shop.key)).await;
    assert!(script.header("cache-control").contains("max-age=7"), "{script:?}");
}

#[test]
fn a_check_tells_everything_that_would_keep_it_from_starting() {
    let folder = folder();
    let check = |text: &str| {
        fs::write(folder.path().join("regcard.toml"), text).unwrap();
        run(folder.path(), &["config", "check"])
    };
    let good = check("");
    assert!(good.status.success() && told(&good).contains("is good"), "{}", told(&good));
    assert!(!folder.path().join("regcard-data").exists(), "a check makes nothing");
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);

    fs::write(folder.path().join("a-file"), "").unwrap();
    fs::write(folder.path().join("forms").join("broken.toml"), "title = 'x'\n[[field]\n").unwrap();
    fs::write(folder.path().join("forms").join("My Form.toml"), "").unwrap();
    let wrong = check("data = 'a-file/data'\nassets = 'nowhere'\nlisten = '0.0.0.0:8787'\noperator.listen = '0.0.0.0:8787'\n");
    assert_eq!(wrong.status.code(), Some(1));
    for fault in [
        "data: a-file/data: ",
        "broken.toml:2: ",
        "\"My Form\" is no form's name",
        "assets: nowhere: ",
        "public_url: is missing",
        "operator.listen: ",
    ] {
        assert!(told(&wrong).contains(fault), "{fault}: {}", told(&wrong));
    }
    let missing = check("forms = 'no-forms'");
    assert!(told(&missing).contains("forms: no-forms: "), "{}", told(&missing));
}

#[test]
fn a_check_answers_a_script_in_json() {
    let folder = folder();
    fs::write(folder.path().join("regcard.toml"), "\nlisen = '127.0.0.1:1'\n").unwrap();
    let output = run(folder.path(), &["config", "check", "--json"]);
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let fault = serde_json::json!({
        "setting": "lisen", "place": "regcard.toml:2", "message": "there is no such setting", "hint": "did you mean listen?",
    });
    assert_eq!((output.status.code(), said), (Some(1), serde_json::json!({ "faults": [fault] })));
    fs::write(folder.path().join("regcard.toml"), "").unwrap();
    assert_eq!(line(folder.path(), &["config", "check", "--json"]), "{\"faults\":[]}");
}

#[test]
fn a_gateway_that_is_set_up_wrongly_does_not_start_and_says_all_of_it() {
    let folder = folder();
    fs::write(folder.path().join("regcard.toml"), "lisen = '127.0.0.1:1'\n[log]\nformat = 'xml'\n").unwrap();
    let refused = run(folder.path(), &["serve", "--card-max-age", "soon"]);
    for fault in ["regcard.toml:1: lisen", "regcard.toml:3: log.format", "--card-max-age: card_max_age"] {
        assert!(told(&refused).contains(fault), "{fault}: {}", told(&refused));
    }
    assert!(!refused.status.success() && refused.stdout.is_empty());
}

#[test]
fn a_check_looks_at_what_a_start_looks_at() {
    let folder = folder_on_disk();
    fs::write(folder.path().join("key"), "word").unwrap();
    let keys = "access_key_file = 'key'\nsecret_key_file = 'key'\n";
    let bucket = format!("[receipts.s3]\nendpoint = 'http://127.0.0.1:9000'\nbucket = 'receipts'\n{keys}");
    folder.configure(&bucket);
    let check = || run(folder.path(), &["config", "check"]);
    let wrong = check();
    assert!(!wrong.status.success() && told(&wrong).contains("set receipts.s3.path_style"), "{}", told(&wrong));
    assert!(does_not_start(folder.path()).contains("set receipts.s3.path_style"));
    folder.configure(&format!("{bucket}path_style = true\n"));
    assert!(check().status.success(), "{}", told(&check()));
    folder.configure("");
    let secrets = folder.path().join("regcard-data").join("secrets");
    fs::write(&secrets, "k1 not a secret\n").unwrap();
    fs::set_permissions(&secrets, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(told(&check()).contains("secrets: line 1 is not"), "{}", told(&check()));
}

#[test]
fn a_folder_without_a_form_is_told_before_and_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("forms")).unwrap();
    let check = run(folder.path(), &["config", "check"]);
    assert!(!check.status.success() && told(&check).contains("forms: there is no form in it"), "{}", told(&check));
    // It gets as far as this line, and not on to an address that is none of this machine's.
    let serve = run(folder.path(), &["serve", "--listen", "192.0.2.1:0"]);
    assert!(told(&serve).contains("there is no form in forms: nobody can register"), "{}", told(&serve));
}
