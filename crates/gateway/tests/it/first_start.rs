//! From nothing to a shop that registers, by one command; and never over what is there.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use crate::process::{line, run};

#[tokio::test]
async fn one_command_makes_a_gateway_that_serves() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = [
        "init",
        "--origin",
        crate::shop::ORIGIN,
        "--public-url",
        "https://register.shop.example",
        "--name",
        "The \"Shop\"",
        "--qr-svg",
        "box.svg",
        "--json",
    ];
    let said: serde_json::Value = serde_json::from_str(&line(folder.path(), &arguments)).unwrap();
    let key = said["publishableKey"].as_str().unwrap();
    let page = format!("https://register.shop.example/v1/forms/{key}/product-registration");
    assert_eq!(said["hostedPage"], page.as_str());
    assert!(said["snippet"].as_str().unwrap().contains(&format!("src=\"https://register.shop.example/v1/{key}/regcard.js\"")));
    assert!(said["contentSecurityPolicy"].as_str().unwrap().contains("'wasm-unsafe-eval'"));
    assert!(fs::read_to_string(folder.path().join("box.svg")).unwrap().contains("<svg"));
    let list: serde_json::Value = serde_json::from_str(&line(folder.path(), &["merchant", "list", "--json"])).unwrap();
    assert_eq!((&list["id"], &list["name"]), (&"shop".into(), &"The \"Shop\"".into()));
    line(folder.path(), &["config", "check", "--json"]);
    let written = fs::read_to_string(folder.path().join("regcard.toml")).unwrap();
    assert!(written.contains("\npublic_url = \"https://register.shop.example\"\n") && written.contains("\n#data = "), "{written}");

    let gateway = crate::process::Process::start_on(folder, key, said["accessToken"].as_str().unwrap());
    gateway.shop.load_serials(&["SN-1"]).await;
    let registering = gateway.shop.page().await;
    registering.register("0123456789abcdef", crate::shop::registration("SN-1")).await.good(201);
    assert_eq!(gateway.shop.registrations().await.len(), 1);
}

#[test]
fn what_is_there_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let init = |more: &[&str]| {
        run(folder.path(), &[&["init", "--origin", "https://shop.example", "--public-url", "https://r.example"], more].concat())
    };
    let first = init(&["--data", "own data"]);
    let said = String::from_utf8_lossy(&first.stdout);
    assert!(first.status.success() && said.contains("access token: sk_live_") && said.contains("█"), "{said}");
    let written = || fs::read_to_string(folder.path().join("regcard.toml")).unwrap();
    let before = written();
    assert!(before.contains("\ndata = \"own data\"\n"));
    let keys = || line(folder.path(), &["key", "list", "--merchant", "shop"]);
    let (two, form) = (keys(), folder.path().join("forms").join("product-registration.toml"));
    fs::write(&form, format!("# mine\n{}", fs::read_to_string(&form).unwrap())).unwrap();
    for (more, told) in [
        (&[][..], "regcard.toml is there already"),
        (&["--config", "other.toml", "--data", "own data"], "there is a merchant \"shop\" already"),
    ] {
        let again = init(more);
        let told_ = String::from_utf8_lossy(&again.stderr).into_owned();
        assert!(
            !again.status.success() && told_.contains(told) && told_.contains("nothing was changed") && again.stdout.is_empty(),
            "{told_}"
        );
    }
    assert_eq!((written(), keys(), folder.path().join("other.toml").exists()), (before, two, false));
    assert!(fs::read_to_string(form).unwrap().starts_with("# mine"));
    assert!(init(&["--config", "other.toml", "--data", "own data", "--merchant", "second"]).status.success());
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let folder = tempfile::tempdir().unwrap();
    for (arguments, told) in [
        (&["init", "--public-url", "https://r.example"][..], "--origin is missing, and nobody is there to be asked"),
        (&["init", "--origin", "shop.example"], "is no origin"),
        (&["init", "--origin", "https://shop.example", "--public-url", "https://r.example/x"], "is no origin"),
        (&["init", "--origin", "https://shop.example", "--merchant", "The Shop"], "is no name"),
        (&["init", "--origin", "https://shop.example", "--form", "other"], "only product-registration comes along"),
    ] {
        let refused = run(folder.path(), arguments);
        assert!(!refused.status.success() && String::from_utf8_lossy(&refused.stderr).contains(told), "{arguments:?}: {refused:?}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn what_cannot_be_written_is_found_out_before_there_is_a_token_and_the_next_try_works() {
    let folder = tempfile::tempdir().unwrap();
    let init = |more: &[&str]| run(folder.path(), &[&["init", "--origin", "https://shop.example"], more].concat());
    fs::write(folder.path().join("taken.svg"), "mine").unwrap();
    for (more, told) in [
        (&["--qr-svg", "nowhere/x.svg"][..], "nowhere/x.svg cannot be written, and nothing was changed"),
        (&["--qr-svg", "taken.svg"], "taken.svg cannot be written, and nothing was changed"),
        (&["--config", "nowhere/regcard.toml"], "nowhere/regcard.toml cannot be written, and nothing was changed"),
    ] {
        let refused = init(more);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(!refused.status.success() && said.contains(told) && refused.stdout.is_empty(), "{said}");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "{more:?}");
    }
    let data = folder.path().join("regcard-data");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("secrets"), format!("k1 {}\n", "0".repeat(64))).unwrap();
    fs::set_permissions(data.join("secrets"), fs::Permissions::from_mode(0o644)).unwrap();
    let refused = init(&[]);
    assert!(String::from_utf8_lossy(&refused.stderr).contains("mode 600") && refused.stdout.is_empty(), "{refused:?}");
    assert_eq!(line(folder.path(), &["merchant", "list"]), "");
    fs::set_permissions(data.join("secrets"), fs::Permissions::from_mode(0o600)).unwrap();
    let done = init(&["--qr-svg", "box.svg"]);
    assert!(done.status.success() && String::from_utf8_lossy(&done.stdout).contains("access token: sk_live_"), "{done:?}");
}
