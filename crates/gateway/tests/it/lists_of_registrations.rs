//! What goes out with a list of registrations and comes in with it somewhere else is the same, whatever kind of value it was.
#![expect(clippy::unwrap_used, reason = "a story's own helpers: what cannot be done fails it")]

use std::fs;
use std::process::Output;

use serde_json::{Value, json};

use crate::gateway::FORM_FILE;
use crate::process::{Process, line, run};
use crate::shop::{FORM, Shop};

/// A gateway on which anything can be registered, with a warranty, and another of its merchants.
fn two_merchants() -> (Process, Shop) {
    let gateway = Process::start();
    let (_, fields) = FORM_FILE.split_once("[[field]]").unwrap();
    let form = format!("warranty_months = 24\n[serial_numbers]\nseveral = true\n[[field]]{fields}");
    fs::write(gateway.folder().join("forms").join(format!("{FORM}.toml")), form).unwrap();
    line(gateway.folder(), &["merchant", "put", "other", "--name", "Other", "--form", FORM]);
    let access_token = line(gateway.folder(), &["key", "create", "--merchant", "other", "--kind", "access"]);
    let other = Shop { access_token, ..gateway.shop.clone() };
    (gateway, other)
}

fn export(gateway: &Process, merchant: &str) -> String {
    line(gateway.folder(), &["registrations", "export", "--merchant", merchant])
}

fn import(gateway: &Process, merchant: &str, csv: &str) -> Output {
    fs::write(gateway.folder().join("list.csv"), csv).unwrap();
    run(gateway.folder(), &["registrations", "import", "--merchant", merchant, "list.csv", "--json"])
}

#[track_caller]
fn counted(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Without what another merchant's registration cannot have: its number here.
fn without_id(mut registration: Value) -> Value {
    registration.as_object_mut().unwrap().remove("id");
    registration
}

#[tokio::test]
async fn a_value_comes_back_as_what_it_was() {
    let (gateway, other) = two_merchants();
    for extras in [
        json!({ "PrivacyPolicy": true, "n": 5, "n2": "00042", "f": 1.5, "yes": "true", "five": "5", "l": ["a"], "o": { "a": [1, null] } }),
        json!({ "s": "[1]", "t": "{\"a\":1}", "q": "'=1", "qq": "''-1", "apostrophe": "'t", "blank": "  padded ", "nothing": "", "e": "=1" }),
        json!({ "purchaseDate": "2026-01-31", "multi": "a\nb", "quote": "\"", "long": "x".repeat(500), "false": false, "list": [] }),
        json!({ "warranty": 36, "warrantyEndDate": "2030-01-01", "productId": 11_651_617_295_u64, "sku": "[2]", "city": "'+1" }),
        json!({ "productName": "[1]", "serialNumbers": ["=1-2", "A;B", "'-3"], "phone": "+49 30", "null": null }),
        json!({ "fields": { "id": "A-1", "status": "gone", "email": "x", "customerTags": "vip", " blanks ": "x", "'=key": "y", "fieldData": "z" } }),
        json!({ "serialNumbers": ["000123", "123"], "firstName": "Mara", "lastName": "L.", "customerName": null }),
    ] {
        let mut sent = json!({ "customerEmail": "mara@example.com" });
        sent.as_object_mut().unwrap().extend(extras.as_object().unwrap().clone());
        gateway.shop.added(sent).await;
    }
    let before = gateway.shop.registrations().await;
    let written = export(&gateway, "demo");
    assert_eq!(counted(&import(&gateway, "other", &written)), json!({ "added": 7, "before": 0, "bad": 0 }));
    assert_eq!(counted(&import(&gateway, "other", &written)), json!({ "added": 0, "before": 7, "bad": 0 }));
    let after = other.registrations().await;
    assert_eq!(after.len(), before.len());
    for (before, after) in before.into_iter().zip(after) {
        assert_eq!(without_id(before), without_id(after));
    }
    // What was worked out is worked out anew.
    let first = &other.registrations().await[4];
    assert_eq!((&first["warranty"], &first["warrantyEndDate"]), (&json!(24), &json!("2028-01-31")));
    let path = format!("/api/registrations/{}", first["id"].as_str().unwrap());
    let changed = other.api_put(&path, &json!({ "registration": { "purchaseDate": "2025-01-31" } })).await.good(200);
    assert_eq!(changed["data"]["warrantyEndDate"], "2027-01-31");
    // And people still read it in the list.
    assert!(written.contains("2028-01-31") && written.lines().next().unwrap().contains("formWarrantyEndDate"), "{written}");
    // Whose list it was knows its own.
    assert_eq!(counted(&import(&gateway, "demo", &written)), json!({ "added": 0, "before": 7, "bad": 0 }));
}

#[tokio::test]
async fn a_number_that_another_merchant_has_is_no_reason_to_stop() {
    let (gateway, other) = two_merchants();
    let one = gateway.shop.added(json!({ "customerEmail": "mara@example.com" })).await;
    let gone = gateway.shop.added(json!({ "customerEmail": "tom@example.com" })).await;
    let written = export(&gateway, "demo");
    gateway.shop.api_delete(&format!("/api/registrations/{}", gone["id"].as_str().unwrap())).await.good(200);
    let csv = format!("{}\r\n", written.trim_end());
    assert_eq!(counted(&import(&gateway, "other", &csv)), json!({ "added": 2, "before": 0, "bad": 0 }));
    assert_eq!(counted(&import(&gateway, "other", &csv)), json!({ "added": 0, "before": 2, "bad": 0 }));
    let all = other.registrations().await;
    assert!(all.iter().all(|other| other["id"] != one["id"] && other["id"] != gone["id"]), "{all:?}");
    // They are the other's own: erased there, they are gone there alone.
    for other_one in &all {
        other.api_delete(&format!("/api/registrations/{}", other_one["id"].as_str().unwrap())).await.good(200);
    }
    assert_eq!((gateway.shop.registrations().await, other.registrations().await), (vec![one], vec![]));
    assert_eq!(counted(&import(&gateway, "other", &csv)), json!({ "added": 0, "before": 2, "bad": 0 }));
}

#[tokio::test]
async fn two_lines_that_are_the_same_are_two_registrations() {
    let (gateway, _) = two_merchants();
    let csv = "productName,customerEmail\nMug,mara@example.com\nMug,mara@example.com\nCup,mara@example.com\n";
    assert_eq!(counted(&import(&gateway, "demo", csv)), json!({ "added": 3, "before": 0, "bad": 0 }));
    assert_eq!(counted(&import(&gateway, "demo", csv)), json!({ "added": 0, "before": 3, "bad": 0 }));
    let more = format!("{csv}Mug,mara@example.com\n");
    assert_eq!(counted(&import(&gateway, "demo", &more)), json!({ "added": 1, "before": 3, "bad": 0 }));
    assert_eq!(gateway.shop.registrations().await.len(), 4);
    // A number says which one it is.
    let csv = "id,customerEmail\n018f3f5e-0000-7000-8000-000000000000,a@example.com\n018f3f5e-0000-7000-8000-000000000000,a@example.com\n";
    assert_eq!(counted(&import(&gateway, "demo", csv)), json!({ "added": 1, "before": 1, "bad": 0 }));
}

#[tokio::test]
async fn what_another_shop_calls_a_number_or_a_state_is_kept() {
    let (gateway, _) = two_merchants();
    let csv = "id,customerEmail,status,customerTags,serialNumber,iccid,list\nA-1,mara@example.com,expired,vip,89314404000123456789,\"[89314404000123456789]\",[1\n\
        A-2,mara@example.com,active,,,,\n";
    let output = import(&gateway, "demo", csv);
    assert_eq!(counted(&output), json!({ "added": 2, "before": 0, "bad": 0 }));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("not read") && said.contains("customerTags") && !said.contains("status"), "{said}");
    let all = gateway.shop.registrations().await;
    let of = |id: &str| all.iter().find(|one| one["fieldData"]["id"] == id).unwrap();
    let first = json!({ "id": "A-1", "status": "expired", "iccid": ["89314404000123456789"], "list": "[1" });
    assert_eq!((&of("A-1")["fieldData"], &of("A-1")["serialNumbers"]), (&first, &json!(["89314404000123456789"])));
    assert_eq!((&of("A-2")["fieldData"], &of("A-2")["status"]), (&json!({ "id": "A-2" }), &json!("active")));
}
