//! Numbers that are longer than programs keep exactly: serial numbers of 20 digits, order numbers. They stay what was sent, or are refused.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::Gateway;
use crate::shop::Shop;

const LONG: &str = "89314404000123456789";

/// Posts a body as it stands here, byte by byte.
async fn post(shop: &Shop, path: &str, body: &str) -> Answer {
    let request = shop.request(Method::POST, path).bearer_auth(&shop.access_token).header("content-type", "application/json");
    Answer::to(request.body(body.to_owned())).await
}

#[tokio::test]
async fn a_long_serial_number_keeps_every_digit_though_it_is_sent_as_a_number() {
    let gateway = Gateway::start().await;
    let list = format!("{{\"serialNumbers\":[{{\"serialNumber\":{LONG},\"sku\":{LONG}0}},1{LONG},18446744073709551615,-5]}}");
    let loaded = post(&gateway, "/api/serial_numbers", &list).await.good(201);
    let numbers: Vec<&Value> = loaded["data"].as_array().unwrap().iter().map(|one| &one["serialNumber"]).collect();
    assert_eq!(json!(numbers), json!([LONG, format!("1{LONG}"), "18446744073709551615", "-5"]));
    assert_eq!(gateway.api(&format!("/api/serial_numbers/{LONG}")).await.good(200)["data"]["sku"], format!("{LONG}0"));
    let body = format!(
        "{{\"registrations\":[{{\"customerEmail\":\"mara@example.com\",\"serialNumbers\":[{LONG}],\"orderNumber\":{LONG},\
         \"list\":[{LONG},7,0.1],\"exact\":0.10000000000000000001,\"price\":1.50,\"big\":1e3,\"text\":\"\\\"{LONG}\\\\\"}}]}}"
    );
    let added = post(&gateway, "/api/registrations", &body).await.good(201)["data"][0].clone();
    assert_eq!((&added["serialNumbers"], &added["orderNumber"]), (&json!([LONG]), &json!(LONG)));
    let fields = &added["fieldData"];
    assert_eq!(fields["list"], json!([LONG, 7, 0.1]));
    // What a number holds exactly stays a number.
    assert_eq!((&fields["exact"], &fields["price"], &fields["big"]), (&json!("0.10000000000000000001"), &json!(1.5), &json!(1000.0)));
    assert_eq!(fields["text"], format!("\"{LONG}\\"));
    assert_eq!(gateway.registrations().await, [added]);
}

#[tokio::test]
async fn a_fraction_is_no_serial_number() {
    let gateway = Gateway::start().await;
    for (body, fault) in [
        ("{\"serialNumbers\":[{\"serialNumber\":1.50}]}", "/serialNumbers/0/serialNumber kind"),
        ("[1.0]", "/serialNumbers/0/serialNumber kind"),
        ("[{\"serialNumber\":\"A\",\"sku\":1e5}]", "/serialNumbers/0/sku kind"),
    ] {
        assert_eq!(post(&gateway, "/api/serial_numbers", body).await.faults(422, "validation"), [fault], "{body}");
    }
    let body = "{\"registrations\":[{\"customerEmail\":\"mara@example.com\",\"serialNumbers\":[1.5]}]}";
    let refused = post(&gateway, "/api/registrations", body).await;
    assert_eq!(refused.faults(422, "validation"), ["/registrations/0/serialNumbers/0 kind"]);
    // Quotes are put around nothing that is no JSON.
    for body in [format!("{{{LONG}:1}}"), format!("[{LONG}0.]"), format!("[0{LONG}]"), "[1e999]".to_owned()] {
        post(&gateway, "/api/serial_numbers", &body).await.problem(400, "malformed-json");
    }
}
