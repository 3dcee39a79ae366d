//! One gateway in front of another: what a customer does at the one is what the other one's shop reads.

use serde_json::json;

use crate::gateway::Gateway;
use crate::shop::{Shop, photo, registration, registration_with};

/// The one in front, and the one that keeps the registrations.
async fn one_in_front_of_another() -> (Gateway, Gateway) {
    let keeper = Gateway::start().await;
    let front = Gateway::start_with(|config| config.allow_private_upstreams = true).await;
    front.forward_to(&format!("{}/api", keeper.gateway), &keeper.access_token).await;
    (front, keeper)
}

#[tokio::test]
async fn a_registration_passes_through_and_its_receipt_goes_straight_to_the_keeper() {
    let (front, keeper) = one_in_front_of_another().await;
    let loaded = json!({ "serialNumbers": [{ "serialNumber": "SN-1", "sku": "DUO", "productName": "Espresso Duo" }] });
    keeper.api_post("/api/serial_numbers", &loaded).await.good(201);
    let page = front.page().await;
    let checked = page.check("sn 1").await.good(200);
    let product = json!({ "name": "Espresso Duo", "sku": "DUO" });
    assert_eq!(checked, json!({ "status": "available", "serialNumber": "SN-1", "product": product }));
    let granted = page.upload_file("image/jpeg", 500).await.good(201);
    let signed = granted["signedRequest"].as_str().unwrap();
    assert!(signed.starts_with(&format!("{}/v1/uploads/", keeper.gateway)), "{signed}");
    let put = page.put(signed, "image/jpeg", photo(500)).await;
    assert_eq!((put.status, put.header("access-control-allow-origin")), (201, "*".to_owned()));
    let fields =
        json!({ "InvoiceUpload": { "uploadId": granted["uploadId"] }, "note": "Ünïcode 😀", "newParts": true, "PrivacyPolicy": true });
    let answer = page.register("0123456789abcdef", registration_with("sn1", fields)).await.good(201);

    let kept = keeper.registrations().await;
    assert_eq!(kept.len(), 1);
    assert_eq!(answer["registrations"], json!([{ "id": kept[0]["id"], "status": "registered" }]));
    assert_eq!((&kept[0]["serialNumbers"], &kept[0]["customerName"]), (&json!(["SN-1"]), &json!("Mara Lindqvist")));
    let url = kept[0]["fieldData"]["InvoiceUpload"].as_str().unwrap();
    assert!(url.starts_with(&format!("{}/r/", keeper.gateway)), "{url}");
    assert_eq!(keeper.get(url).await.body, photo(500));
    assert_eq!(kept[0]["fieldData"]["note"], "Ünïcode 😀");
    assert_eq!((front.held().await, front.files()), (0, 0), "the one in front keeps neither the registration nor the receipt");

    assert_eq!(page.check("SN-1").await.good(200)["status"], "registered");
    let again = page.register("0123456789abcdef", registration_with("sn1", json!({}))).await;
    again.problem(422, "idempotency-key-reused");
    let other = page.register("the-key-of-another", registration("SN-1")).await;
    assert_eq!(other.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/0 serial-number-registered"]);
    assert_eq!(keeper.registrations().await.len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_who_race_for_one_serial_number_through_the_front_one_gets_it() {
    let (front, keeper) = one_in_front_of_another().await;
    keeper.load_serials(&["SN-1"]).await;
    let pages = futures_util::future::join_all((0..8).map(|_| front.page())).await;
    let submits = pages
        .iter()
        .enumerate()
        .map(|(number, page)| async move { page.register(&format!("the-key-of-number-{number}"), registration("SN-1")).await });
    let answers = futures_util::future::join_all(submits).await;
    for lost in answers.iter().filter(|answer| answer.status != 201) {
        assert_eq!(lost.faults(409, "serial-already-registered"), ["/registrations/0/serialNumbers/0 serial-number-registered"]);
    }
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert_eq!(keeper.registrations().await.len(), 1);
}

#[tokio::test]
async fn what_the_keeper_finds_wrong_is_said_at_the_field() {
    let (front, keeper) = one_in_front_of_another().await;
    keeper.load_serials(&["SN-1"]).await;
    // The form of the one in front lets through what the other one's does not.
    front.save_form("product-registration", &crate::gateway::FORM_FILE.replace("validate = true", "validate = false"));
    let page = front.page().await;
    let refused = page.register("0123456789abcdef", registration("SN-9")).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/serialNumbers/0 serial-number-unknown"]);
    assert!(keeper.registrations().await.is_empty());
}

#[tokio::test]
async fn a_keeper_that_no_longer_takes_the_token_gets_nothing_twice() {
    let (front, keeper) = one_in_front_of_another().await;
    keeper.load_serials(&["SN-1"]).await;
    front.forward_to(&format!("{}/api", keeper.gateway), "sk_live_an_old_token").await;
    let page = front.page().await;
    page.check("SN-1").await.problem(503, "upstream-unavailable");
    page.register("0123456789abcdef", registration("SN-1")).await.good(202);
    front.forward_to(&format!("{}/api", keeper.gateway), &keeper.access_token).await;
    assert!(front.until_all_is_sent().await.is_empty());
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    let shop: &Shop = &keeper;
    assert_eq!(shop.registrations().await.len(), 1);
}
