//! A copy of everything, made while the gateway runs, and a gateway that goes on from it.

use std::os::unix::fs::PermissionsExt;

use serde_json::json;

use crate::process::{Process, line, run};
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
