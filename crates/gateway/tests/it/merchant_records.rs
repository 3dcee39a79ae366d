//! What the registration API knows of a registration beside what was typed: customer, order, warranty, tags; forms, and random numbers.

use serde_json::{Value, json};

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, registration, registration_with};

#[tokio::test]
async fn customer_and_address_are_read_and_shown_in_both_ways() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let flat = json!({
        "customerName": null, "firstName": "James", "surname": "Hunt", "phone": "1234567", "address1": "1 Highstreet", "address2": "Haham",
        "city": "New York", "country": "US", "state": "NY", "postCode": "01234", "productId": 11_651_617_295_u64, "sku": "00042",
        "orderNumber": "#1001", "warrantyStartDate": "2026-11-14T10:58:17.597Z",
    });
    let added = gateway.added(registration_with("SN-1", flat)).await;
    let customer = json!({
        "name": "James Hunt", "firstName": "James", "surname": "Hunt", "email": "mara@example.com", "phone": "1234567",
        "address1": "1 Highstreet", "address2": "Haham", "city": "New York", "country": "US", "state": "NY", "postCode": "01234",
    });
    assert_eq!(added["customer"], customer);
    for (key, value) in [
        ("customerName", json!("James Hunt")),
        ("lastName", json!("Hunt")),
        ("postCode", json!("01234")),
        ("productId", json!(11_651_617_295_u64)),
        ("productSku", json!("00042")),
        ("orderNumber", json!("#1001")),
        ("warrantyStartDate", json!("2026-11-14")),
        ("shopifyOrderId", Value::Null),
    ] {
        assert_eq!(added[key], value, "{key}");
    }
    let mut nested = registration("SN-2");
    for key in ["customerName", "customerEmail"] {
        nested.as_object_mut().unwrap().remove(key);
    }
    let mut sent = customer.clone();
    sent["locale"] = json!("uk");
    nested["customer"] = sent;
    let nested = gateway.added(nested).await;
    assert_eq!(
        (&nested["customer"], &nested["customerEmail"], &nested["city"]),
        (&customer, &json!("mara@example.com"), &json!("New York"))
    );
    assert_eq!(nested["fieldData"]["locale"], "uk");
    // Said twice: what stands flat counts. What the first version called extraFields are fields.
    let twice = json!({ "customer": { "name": "Other" }, "extraFields": { "note": "x", "city": "Turku" }, "city": "Oulu" });
    let twice = gateway.added(registration_with("SN-3", twice)).await;
    assert_eq!(
        (&twice["customerName"], &twice["city"], &twice["fieldData"]["note"]),
        (&json!("Mara Lindqvist"), &json!("Oulu"), &json!("x"))
    );
}

#[tokio::test]
async fn the_warranty_ends_as_the_card_says() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    assert_eq!(gateway.added(registration("SN-1")).await["warrantyEndDate"], Value::Null);
    gateway.save_form(FORM, &format!("warranty_months = 24\n{FORM_FILE}"));
    let added = gateway.added(registration("SN-2")).await;
    assert_eq!((&added["warranty"], &added["warrantyEndDate"]), (&json!(24), &json!("2028-11-14")));
    let given = gateway.added(registration_with("SN-3", json!({ "warrantyEndDate": "2030-01-01", "warranty": "5 years" }))).await;
    assert_eq!((&given["warranty"], &given["warrantyEndDate"]), (&json!("5 years"), &json!("2030-01-01")));
    gateway.save_form(FORM, &format!("warranty_months = 1\nwarranty_from = \"registration\"\n{FORM_FILE}"));
    let ends: Vec<Value> = gateway.registrations().await.into_iter().map(|one| one["warrantyEndDate"].clone()).collect();
    assert_eq!(ends, ["2030-01-01", "2026-12-25", "2026-12-25"]);
}

#[tokio::test]
async fn the_tags_of_a_serial_number_are_put_on_its_customer_and_told_to_no_page() {
    let gateway = Gateway::start().await;
    let list = json!([
        { "serialNumber": "SN-1", "sku": "DUO", "customerTags": "new,vip" },
        { "serialNumber": "SN-2", "customerTags": ["vip", "two"] },
        "SN-3",
    ]);
    gateway.api_post("/api/serial_numbers", &list).await.good(201);
    let page = gateway.page().await;
    let checked = page.check("SN-1").await;
    assert_eq!(checked.good(200)["product"], json!({ "sku": "DUO" }));
    let answer = page.register("0123456789abcdef", registration_with("SN-1", json!({ "serialNumbers": ["SN-1", "SN-2"] }))).await;
    answer.good(201);
    for told in [checked.text(), answer.text()] {
        assert!(!told.contains("vip") && !told.contains("Tags"), "{told}");
    }
    let stored = gateway.registrations().await.remove(0);
    assert_eq!((&stored["customerTags"], &stored["productSku"]), (&json!("new,vip,two"), &json!("DUO")));
    assert_eq!(gateway.added(registration("SN-3")).await["customerTags"], Value::Null);
    let refused = page.register("0123456789abcdeg", registration_with("SN-3", json!({ "customerTags": "vip" }))).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/customerTags unknown-field"]);
}

#[tokio::test]
async fn a_random_number_is_one_that_can_be_registered() {
    let gateway = Gateway::start().await;
    assert_eq!(gateway.api("/api/serial_number").await.status, 204);
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let mut free = std::collections::BTreeSet::new();
    for _ in 0..60 {
        let found = gateway.api("/api/serial_number").await.good(200);
        assert_eq!(found["data"]["registered"], false);
        free.insert(found["data"]["serialNumber"].as_str().unwrap().to_owned());
    }
    assert_eq!(free.len(), 3);
    for left in (0..3).rev() {
        let found = gateway.api("/api/serial_number").await.good(200);
        gateway.added(registration(found["data"]["serialNumber"].as_str().unwrap())).await;
        let next = gateway.api("/api/serial_number").await;
        assert_eq!(next.status, if left == 0 { 204 } else { 200 });
        assert_eq!(next.body.is_empty(), left == 0);
    }
}

#[tokio::test]
async fn serial_numbers_come_in_every_shape_that_scripts_may_send() {
    let gateway = Gateway::start().await;
    for (body, loaded) in [
        (json!({ "serialNumbers": [{ "serialNumber": "A-1", "sku": "MERC", "customerTags": "new,vip" }] }), json!(["A-1"])),
        (json!({ "serial_numbers": ["A-2", 3] }), json!(["A-2", "3"])),
        (json!(["A-4", { "serialNumber": "A-5" }]), json!(["A-4", "A-5"])),
        (json!({ "serialNumber": "A-6", "sku": 42 }), json!(["A-6"])),
    ] {
        let answer = gateway.api_post("/api/serial_numbers", &body).await.good(201);
        let found: Vec<&Value> = answer["data"].as_array().unwrap().iter().map(|one| &one["serialNumber"]).collect();
        assert_eq!(json!(found), loaded);
    }
    let one = gateway.api("/api/serial_numbers/A-1").await.good(200);
    assert_eq!(one["data"], json!({ "serialNumber": "A-1", "sku": "MERC", "customerTags": "new,vip", "registered": false }));
    assert_eq!(gateway.api("/api/serial_numbers/A-9").await.status, 204);
}

#[tokio::test]
async fn what_is_said_to_be_nothing_is_taken_from_a_serial_number() {
    let gateway = Gateway::start().await;
    let put = async |members: Value| {
        let mut sent = json!({ "serialNumber": "A-1" });
        sent.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        let answer = gateway.api_post("/api/serial_numbers", &json!([sent])).await.good(201);
        let one = answer["data"][0].clone();
        assert_eq!(gateway.api("/api/serial_numbers/A-1").await.good(200)["data"], one);
        json!([one["sku"], one["customerTags"], one["productName"]])
    };
    assert_eq!(put(json!({ "sku": "", "customerTags": null })).await, json!([null, null, null]));
    assert_eq!(put(json!({ "sku": "DUO", "customerTags": "new,vip", "productName": "Duo" })).await, json!(["DUO", "new,vip", "Duo"]));
    assert_eq!(put(json!({})).await, json!(["DUO", "new,vip", "Duo"]), "what is not named stays");
    assert_eq!(put(json!({ "customerTags": "" })).await, json!(["DUO", null, "Duo"]));
    assert_eq!(put(json!({ "sku": " ", "customerTags": ["vip"] })).await, json!([null, "vip", "Duo"]));
    assert_eq!(put(json!({ "productName": null, "customerTags": [] })).await, json!([null, null, null]));
}

#[tokio::test]
async fn the_shops_forms_are_listed() {
    let gateway = Gateway::start().await;
    gateway.save_form("tools", &format!("intro = \"For tools\"\n{FORM_FILE}"));
    gateway.offer(&[FORM, "tools", "gone"]).await;
    let listed = gateway.api("/api/forms").await.good(200);
    let named = |slug: &str, description: Value| json!({ "name": "Register your product", "slug": slug, "description": description });
    assert_eq!(listed, json!({ "data": [named(FORM, Value::Null), named("tools", json!("For tools"))] }));
}

#[tokio::test]
async fn what_a_form_says_of_its_serial_numbers_holds_for_servers() {
    let gateway = Gateway::start().await;
    let rules = |rules: &str| {
        let (_, fields) = FORM_FILE.split_once("[[field]]").unwrap();
        format!("[serial_numbers]\n{rules}\n[[field]]{fields}")
    };
    gateway.save_form(FORM, &rules("format = \"AA9999\""));
    let try_it = async |serials: Value| {
        let sent = registration_with("", json!({ "serialNumbers": serials }));
        gateway.api_post("/api/registrations", &crate::shop::one(sent)).await
    };
    assert_eq!(try_it(json!(["12"])).await.faults(422, "validation"), ["/registrations/0/serialNumbers/0 serial-number"]);
    assert_eq!(
        try_it(json!(["AB1234", "AB1235"])).await.faults(422, "validation"),
        ["/registrations/0/serialNumbers too-many-serial-numbers"]
    );
    // Neither validated nor one-time.
    for _ in 0..2 {
        try_it(json!(["AB1234"])).await.good(201);
    }
    gateway.save_form(FORM, &rules("several = true\ncheck_digit = \"luhn\"\none_time = true"));
    assert_eq!(try_it(json!(["79927398710"])).await.faults(422, "validation"), ["/registrations/0/serialNumbers/0 check-digit"]);
    try_it(json!(["79927398713", "18"])).await.good(201);
    try_it(json!(["79927398713"])).await.problem(409, "serial-already-registered");
}
