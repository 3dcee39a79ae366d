//! A copy of everything, made while the gateway runs, and a gateway that goes on from it.

use std::os::unix::fs::PermissionsExt;

use serde_json::{Value, json};

use crate::process::{Process, folder_on_disk, line, run};
use crate::shop::{photo, registration, registration_with};

#[tokio::test]
async fn what_was_answered_before_a_copy_is_in_it_with_receipt_and_keys() {
    // Of the data folder; of PostgreSQL its own tools make a copy.
    let mut gateway = Process::start_on_disk("", &[]);
    let shop = gateway.shop.clone();
    shop.load_serials(&["SN-1", "SN-2"]).await;
    let page = shop.page().await;
    let receipt = page.upload(photo(700)).await;
    let typed = registration_with("SN-1", json!({ "InvoiceUpload": { "uploadId": receipt } }));
    page.register("0123456789abcdef", typed.clone()).await.good(201);
    line(gateway.folder(), &["backup", "copy", "--json"]);
    page.register("after-the-copy-was-made", registration("SN-2")).await.good(201);
    let copy = gateway.folder().join("copy");
    assert_eq!(std::fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o700);
    let again = run(gateway.folder(), &["backup", "copy"]);
    assert!(!again.status.success(), "a copy is not written over");
    assert!(gateway.terminate().await);

    std::fs::rename(gateway.folder().join("regcard-data"), gateway.folder().join("lost")).unwrap();
    std::fs::rename(copy, gateway.folder().join("regcard-data")).unwrap();
    gateway.start_again();
    let kept = gateway.shop.registrations().await;
    assert_eq!((kept.len(), &kept[0]["serialNumbers"]), (1, &json!(["SN-1"])));
    assert_eq!(gateway.shop.get(kept[0]["fieldData"]["InvoiceUpload"].as_str().unwrap()).await.body, photo(700));
    // The same session, the same submit: the same answer; and what came after the copy comes again.
    let page = crate::shop::Page { shop: gateway.shop.clone(), ..page };
    let replayed = page.register("0123456789abcdef", typed).await;
    assert_eq!((replayed.status, replayed.header("idempotency-replayed")), (201, "true".to_owned()));
    page.register("after-the-copy-was-made", registration("SN-2")).await.good(201);
}

#[test]
fn a_copy_before_the_first_start_holds_what_there_is_and_one_that_fails_leaves_nothing() {
    let home = folder_on_disk();
    let folder = home.path();
    let nothing = run(folder, &["backup", "copy"]);
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert!(!nothing.status.success() && said.contains("regcard-data/regcard.sqlite3: nothing has been kept yet"), "{said}");
    line(folder, &["merchant", "put", "demo", "--name", "Demo"]);
    let told: Value = serde_json::from_str(&line(folder, &["backup", "copy", "--json"])).unwrap();
    assert_eq!(told, json!({ "folder": "copy", "notCopiedBucket": null, "receipts": 0, "secret": false }));
    assert!(line(folder, &["--data", "copy", "merchant", "list"]).contains("Demo"));

    let secrets = folder.join("regcard-data").join("secrets");
    std::fs::write(&secrets, "rubbish").unwrap();
    std::fs::set_permissions(&secrets, std::fs::Permissions::from_mode(0o600)).unwrap();
    let refused = run(folder, &["backup", "worthless"]);
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(!refused.status.success() && said.contains("regcard-data/secrets: line 1") && !folder.join("worthless").exists(), "{said}");
    std::fs::remove_file(&secrets).unwrap();

    // A receipt that cannot be copied: a folder of that name.
    let broken = folder.join("regcard-data").join("receipts").join("a-folder");
    std::fs::create_dir_all(&broken).unwrap();
    let failed = run(folder, &["backup", "second"]);
    let said = String::from_utf8_lossy(&failed.stderr).into_owned();
    assert!(!failed.status.success() && said.contains("regcard-data/receipts/a-folder: "), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().contains("second")), "{left:?}");
    std::fs::create_dir(folder.join("rubbish")).unwrap();
    std::fs::write(folder.join("rubbish").join("regcard.sqlite3"), [7; 8_192]).unwrap();
    let damaged = run(folder, &["--data", "rubbish", "backup", "third"]);
    let said = String::from_utf8_lossy(&damaged.stderr).into_owned();
    assert!(!damaged.status.success() && said.contains("rubbish/regcard.sqlite3 is damaged") && !folder.join("third").exists(), "{said}");
    let nowhere = run(folder, &["backup", "no/where"]);
    let said = String::from_utf8_lossy(&nowhere.stderr).into_owned();
    assert!(!nowhere.status.success() && said.contains("no/"), "{said}");
}

#[test]
fn a_copy_says_which_bucket_is_not_in_it() {
    let home = folder_on_disk();
    home.configure(
        "[receipts.s3]\nendpoint = 'https://s3.example'\nbucket = 'shop-receipts'\naccess_key_file = 'key'\nsecret_key_file = 'key'\n",
    );
    std::fs::write(home.path().join("key"), "word").unwrap();
    line(home.path(), &["merchant", "put", "demo"]);
    let said = run(home.path(), &["backup", "copy"]);
    let said = String::from_utf8_lossy(&said.stderr).into_owned();
    assert!(said.contains("does not hold the receipts in the bucket \"shop-receipts\"") && !said.contains("everything"), "{said}");
    let said: serde_json::Value = serde_json::from_str(&line(home.path(), &["backup", "second", "--json"])).unwrap();
    assert_eq!(said["notCopiedBucket"], "shop-receipts");
}
