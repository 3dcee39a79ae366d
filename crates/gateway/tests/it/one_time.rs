//! A number that can be registered once: it is free only as long as no registration names it, by whichever form that came.

use futures_util::future::join_all;
use serde_json::json;

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, Page, Shop, one, registration, registration_with};

/// The form of the stories with these rules for serial numbers.
fn with_rules(rules: &str) -> String {
    let (_, fields) = FORM_FILE.split_once("[[field]]").unwrap_or(("", FORM_FILE));
    format!("[serial_numbers]\n{rules}\n[[field]]{fields}")
}

async fn status(page: &Page, serial: &str) -> serde_json::Value {
    page.check(serial).await.good(200)["status"].clone()
}

async fn register(shop: &Shop, form: &str, serial: &str) -> u16 {
    shop.api_post("/api/registrations", &one(registration_with(serial, json!({ "type": form })))).await.status
}

#[tokio::test]
async fn a_number_that_another_form_registered_is_taken() {
    let gateway = Gateway::start().await;
    gateway.save_form("free", &with_rules("validate = true"));
    gateway.offer(&[FORM, "free"]).await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let page = gateway.page().await;
    assert_eq!(status(&page, "SN-1").await, "available");
    assert_eq!((register(&gateway, "free", "SN-1").await, register(&gateway, "free", "SN-1").await), (201, 201));
    assert_eq!(status(&page, "sn1").await, "registered");
    let refused = gateway.api_post("/api/registrations", &one(registration("SN-1"))).await;
    assert_eq!(refused.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/0 serial-number-registered"]);
    page.register("0123456789abcdef", registration("SN-1")).await.problem(409, "serial-already-registered");
    // And the change of another registration.
    let other = gateway.added(registration("SN-2")).await;
    let path = format!("/api/registrations/{}", other["id"].as_str().unwrap());
    let refused = gateway.api_put(&path, &json!({ "registration": { "serialNumbers": ["SN-1"] } })).await;
    assert_eq!(refused.faults(409, "serial-already-registered"), ["/registration/serialNumbers/0 serial-number-registered"]);
    // Once nobody names it, it is free.
    for one in gateway.registrations().await.iter().filter(|one| one["type"] == "free") {
        gateway.api_delete(&format!("/api/registrations/{}", one["id"].as_str().unwrap())).await.good(200);
    }
    assert_eq!(status(&page, "SN-1").await, "available");
    assert_eq!(register(&gateway, FORM, "SN-1").await, 201);
}

#[tokio::test]
async fn a_number_that_was_registered_before_the_setting_is_taken() {
    let gateway = Gateway::start().await;
    for validate in [true, false] {
        let serial = format!("SN-{validate}");
        gateway.save_form(FORM, &with_rules(&format!("validate = {validate}\nseveral = true")));
        if validate {
            gateway.load_serials(&[&serial, "SN-9"]).await;
        }
        let first = gateway.added(registration(&serial)).await;
        let second = gateway.added(registration(&serial)).await;
        gateway.save_form(FORM, &with_rules(&format!("validate = {validate}\nseveral = true\none_time = true")));
        assert_eq!(status(&gateway.page().await, &serial).await, "registered", "{serial}");
        assert_eq!(register(&gateway, FORM, &serial).await, 409, "{serial}");
        // Those who have it keep it, whatever else of theirs changes.
        for (one, more) in [(&first, "SN-9"), (&second, "")] {
            let path = format!("/api/registrations/{}", one["id"].as_str().unwrap());
            let sent = json!({ "registration": { "serialNumbers": [more, serial.as_str()] } });
            gateway.api_put(&path, &sent).await.good(200);
        }
        for one in gateway.registrations().await {
            gateway.api_delete(&format!("/api/registrations/{}", one["id"].as_str().unwrap())).await.good(200);
        }
        assert_eq!(register(&gateway, FORM, &serial).await, 201, "{serial}");
    }
}

#[tokio::test]
async fn of_many_forms_that_want_one_number_at_once_one_time_is_kept() {
    let gateway = Gateway::start().await;
    gateway.save_form("free", &with_rules(""));
    gateway.save_form("once", &with_rules("one_time = true"));
    gateway.offer(&["free", "once"]).await;
    for number in 0..10 {
        let serial = format!("SN-{number}");
        if number % 2 == 0 {
            gateway.load_serials(&[&serial]).await;
        }
        let wanting = ["once", "free", "once", "free", "once"].map(|form| register(&gateway, form, &serial));
        let answers = join_all(wanting).await;
        assert_eq!((answers[1], answers[3]), (201, 201), "nothing keeps the other form from it");
        let once = [0, 2, 4].into_iter().filter(|at| answers[*at] == 201).count();
        assert!(once <= 1, "{answers:?}");
        let of_serial: Vec<_> =
            gateway.registrations().await.into_iter().filter(|one| one["serialNumbers"][0] == serial.as_str()).collect();
        assert_eq!(of_serial.len(), 2 + once);
        // The one that had it alone was there first, whatever order they were answered in.
        if once == 1 {
            assert!(of_serial.iter().any(|one| one["type"] == "once"));
        }
        assert_eq!(register(&gateway, "once", &serial).await, 409);
    }
}
