//! The binary as a merchant meets it: commands that make a shop, a gateway that starts, ends, and says what is wrong.

use std::fs;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;

use crate::process::{Process, does_not_start, folder, folder_on_disk, line, run};
use crate::shop::{FORM, ORIGIN, registration};

fn said(output: &std::process::Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn a_shop_is_made_and_changed_by_one_command() {
    let folder = folder();
    let bare = run(folder.path(), &["merchant", "put", "bare", "--form", "nowhere", "--json"]);
    assert!(bare.status.success() && said(&bare).contains("bare has no origin"), "{}", said(&bare));
    assert!(said(&bare).contains("forms/nowhere.toml is not there"), "{}", said(&bare));
    let stored: serde_json::Value = serde_json::from_slice(&bare.stdout).unwrap();
    assert_eq!((&stored["id"], &stored["forms"]), (&"bare".into(), &serde_json::json!(["nowhere"])));
    let folder = self::folder();
    let put = |arguments: &[&str]| line(folder.path(), &[&["merchant", "put", "demo"], arguments].concat());
    put(&["--name", "Demo", "--origin", "https://Shop.example/", "--origin", "http://127.0.0.1:8080", "--form", FORM]);
    let list = || serde_json::from_str::<serde_json::Value>(&line(folder.path(), &["merchant", "list", "--json"])).unwrap();
    assert_eq!(list()["origins"].as_array().unwrap().len(), 2);
    assert_eq!(put(&["--origin", ORIGIN]), format!("demo\tDemo\t{ORIGIN}\t{FORM}\tkept here\tnobody is told"));
    let changed = list();
    assert_eq!((&changed["origins"], &changed["name"]), (&serde_json::json!([ORIGIN]), &serde_json::json!("Demo")));
    assert_eq!((&changed["forms"], &changed["upstream"]), (&serde_json::json!([FORM]), &serde_json::Value::Null));
}

#[test]
fn what_cannot_be_is_refused_with_a_sentence_and_changes_nothing() {
    let folder = folder();
    for (arguments, why) in [
        (vec!["merchant", "put", "De mo"], "no name for a merchant"),
        (vec!["merchant", "put", "--", "-demo"], "no name for a merchant"),
        (vec!["merchant", "put", "demo", "--name", " "], "--name says nothing"),
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

#[test]
fn a_command_that_reads_makes_no_store_where_there_is_none() {
    let folder = folder_on_disk();
    for command in [
        &["merchant", "list"][..],
        &["outbox", "list"],
        &["webhook", "list"],
        &["key", "list", "--merchant", "demo"],
        &["secret", "list"],
        &["serials", "export", "--merchant", "demo"],
        &["merchant", "notify", "demo", "orders@shop.example"],
    ] {
        let refused = run(folder.path(), command);
        assert!(!refused.status.success() && said(&refused).contains("nothing has been kept yet"), "{command:?}: {}", said(&refused));
    }
    assert!(!folder.path().join("regcard-data").exists());
}

#[test]
fn a_merchant_goes_to_another_api_with_a_word_and_comes_back() {
    let folder = folder_on_disk();
    fs::write(folder.path().join("token"), "a-token-of-another-api\n").unwrap();
    line(folder.path(), &["merchant", "put", "demo", "--form", FORM]);
    fs::write(folder.path().join("list.csv"), "email,serialNumber\nann@example.com,SN-1\n").unwrap();
    fs::write(folder.path().join("numbers.csv"), "serialNumber\nSN-1\n").unwrap();
    line(folder.path(), &["serials", "import", "--merchant", "demo", "numbers.csv"]);
    line(folder.path(), &["registrations", "import", "--merchant", "demo", "list.csv"]);
    let goes = |url: &str| run(folder.path(), &["merchant", "put", "demo", "--upstream", url, "--upstream-token-file", "token"]);
    let plain = goes("http://api.example.com/api");
    assert!(!plain.status.success() && said(&plain).contains("is not encrypted"), "{}", said(&plain));
    let gone = goes("https://api.example.com/api");
    assert!(gone.status.success() && said(&gone).contains("stay here") && said(&gone).contains("--keep-here"), "{}", said(&gone));
    // What would be found by nobody is not loaded.
    for command in
        [["serials", "import", "--merchant", "demo", "numbers.csv"], ["registrations", "import", "--merchant", "demo", "list.csv"]]
    {
        let refused = run(folder.path(), &command);
        assert!(!refused.status.success() && said(&refused).contains("kept at https://api.example.com/api"), "{}", said(&refused));
    }
    assert!(line(folder.path(), &["merchant", "put", "demo", "--keep-here"]).contains("kept here"));
    assert!(line(folder.path(), &["registrations", "export", "--merchant", "demo"]).contains("ann@example.com"));
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

#[tokio::test]
async fn a_second_gateway_on_one_data_folder_is_refused_and_touches_nothing() {
    let mut gateway = Process::start();
    let coming = gateway.folder().join("regcard-data").join("coming").join("on-its-way");
    fs::write(&coming, "half a receipt").unwrap();
    let told = does_not_start(gateway.folder());
    assert!(told.contains("another gateway serves the data folder regcard-data"), "{told}");
    assert!(coming.exists());
    // Commands work beside the one, and after it was killed the next one starts at once.
    line(gateway.folder(), &["merchant", "put", "second"]);
    gateway.kill();
    // A receipt of another store's, whose place somebody has taken for a moment.
    let foreign = gateway.folder().join("regcard-data").join("receipts").join("0123456789abcdef0123456789abcdef");
    fs::write(&foreign, "a receipt").unwrap();
    gateway.start_again();
    assert!(!coming.exists(), "what a crash left is swept away");
    assert!(foreign.exists() && gateway.log().contains("receipts that this store does not know"), "{}", gateway.log());
}

#[test]
fn access_tokens_without_the_secret_they_were_made_with_are_told_and_no_other_secret_is_made() {
    let folder = folder_on_disk();
    line(folder.path(), &["merchant", "put", "demo", "--name", "Demo", "--origin", ORIGIN, "--form", FORM]);
    let secrets = folder.path().join("regcard-data").join("secrets");
    assert!(!secrets.exists(), "nothing needs one yet");
    line(folder.path(), &["key", "create", "--merchant", "demo", "--kind", "access"]);
    let kept = fs::read(&secrets).unwrap();
    fs::remove_file(&secrets).unwrap();
    let lost = "put the file `secrets` back";
    assert!(does_not_start(folder.path()).to_lowercase().contains(lost));
    for arguments in [
        &["key", "create", "--merchant", "demo", "--kind", "access"][..],
        &["secret", "list"],
        &["webhook", "add", "demo", "https://shop.example/hooks"],
        &["backup", "copy"],
    ] {
        let output = run(folder.path(), arguments);
        assert!(!output.status.success() && said(&output).to_lowercase().contains(lost), "{arguments:?}: {}", said(&output));
    }
    assert!(!secrets.exists() && !folder.path().join("copy").exists());
    // What needs none goes on.
    line(folder.path(), &["key", "list", "--merchant", "demo"]);
    assert_eq!(line(folder.path(), &["secret", "add"]), "k1", "whoever has lost it for good says so");
    fs::write(&secrets, kept).unwrap();
    assert_eq!(line(folder.path(), &["secret", "list"]), "k1");
}

#[tokio::test]
async fn a_script_reads_where_a_gateway_listens() {
    let folder = folder();
    let mut child = std::process::Command::new(env!("CARGO_BIN_EXE_regcard"))
        .env_clear()
        .current_dir(folder.path())
        .args(["serve", "--listen", "127.0.0.1:0", "--json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let mut said = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut said).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    let said: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert!(said["listening"].as_str().unwrap().starts_with("http://127.0.0.1:"));
}

#[test]
fn what_cannot_be_opened_is_named_with_what_to_do() {
    let home = folder_on_disk();
    let folder = home.path();
    fs::write(folder.join("a-file"), "").unwrap();
    fs::create_dir_all(folder.join("broken").join("regcard.sqlite3")).unwrap();
    fs::write(folder.join("away.toml"), "[store]\npostgres = 'postgres://regcard@127.0.0.1:1/kept'\n").unwrap();
    fs::write(folder.join("empty"), "\n").unwrap();
    for (arguments, told) in [
        (&["--data", "a-file", "merchant", "put", "demo"][..], &["a-file", "--data names another"][..]),
        (&["--data", "a-file/data", "serve", "--listen", "127.0.0.1:0"], &["a-file/data", "--data names another"]),
        (&["--data", "/proc/regcard", "merchant", "put", "demo"], &["/proc/regcard", "--data names another"]),
        (&["--data", "broken", "merchant", "list"], &["broken/regcard.sqlite3", "to write it"]),
        (&["--config", "away.toml", "merchant", "list"], &["PostgreSQL at 127.0.0.1:1/kept", "refused", "is it running"]),
        (
            &["merchant", "put", "demo", "--upstream", "https://api.example/api", "--upstream-token-file", "empty"],
            &["empty holds no token"],
        ),
        (
            &["merchant", "put", "demo", "--upstream", "https://api.example/api", "--upstream-token-file", "missing"],
            &["missing: No such file"],
        ),
    ] {
        let output = run(folder, arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        for word in told {
            assert!(said(&output).contains(word), "{arguments:?}: {word}: {}", said(&output));
        }
    }
}

#[test]
fn what_is_asked_about_and_not_there_is_told() {
    let folder = folder();
    line(folder.path(), &["merchant", "put", "demo", "--name", "Demo", "--origin", ORIGIN, "--form", FORM]);
    let added = line(folder.path(), &["webhook", "add", "demo", "https://shop.example/hooks"]);
    let endpoint = added.split('\t').next().unwrap();
    for (arguments, why) in [
        (vec!["webhook", "replay", endpoint, "--message", "foo"], "has no message \"foo\""),
        (vec!["webhook", "list", "--merchant", "nope"], "there is no merchant \"nope\""),
        (vec!["outbox", "list", "--merchant", "nope"], "there is no merchant \"nope\""),
        (vec!["outbox", "retry", "--parked", "nope"], "there is no merchant \"nope\""),
        (vec!["outbox", "retry", "nope"], "there is no message \"nope\""),
        (vec!["outbox", "discard", "nope"], "there is no message \"nope\""),
    ] {
        let output = run(folder.path(), &arguments);
        assert!(output.status.code() == Some(1) && said(&output).contains(why), "{arguments:?}: {}", said(&output));
    }
    assert_eq!(line(folder.path(), &["webhook", "replay", endpoint, "--since", "2026-01-01T00:00:00Z"]), "0 taken up again");
}

#[test]
fn an_overlap_that_is_no_while_is_refused() {
    let folder = folder();
    line(folder.path(), &["merchant", "put", "demo", "--name", "Demo"]);
    let key = line(folder.path(), &["key", "create", "--merchant", "demo", "--kind", "publishable"]);
    let output = run(folder.path(), &["key", "rotate", &key, "--overlap", "99999999d"]);
    assert!(!output.status.success() && said(&output).contains("at most 366d"), "{}", said(&output));
    assert_eq!(line(folder.path(), &["key", "list", "--merchant", "demo"]).lines().count(), 1);
}
