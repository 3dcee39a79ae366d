//! Serial numbers are whatever makers print, and the same however they are typed; none of them names another route.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, one, registration, registration_with};

/// A serial number as the last part of a path, every byte of it encoded.
fn encoded(serial: &str) -> String {
    serial.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

async fn look_up(gateway: &Gateway, serial: &str) -> Answer {
    gateway.api(&format!("/api/serial_numbers/{}", encoded(serial))).await
}

#[tokio::test]
async fn every_way_of_typing_a_serial_number_finds_the_loaded_one() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-0123-Ab", "№7/Ä", "K1"]).await;
    for (typed, loaded) in [
        ("SN-0123-Ab", "SN-0123-Ab"),
        ("sn-0123-aB", "SN-0123-Ab"),
        (" SN-0123-Ab\r\n", "SN-0123-Ab"),
        ("SN - 0123 - Ab", "SN-0123-Ab"),
        ("SN–0123—Ab", "SN-0123-Ab"),
        ("SN\u{2011}0123\u{2212}Ab", "SN-0123-Ab"),
        ("ＳＮ－０１２３－Ａｂ", "SN-0123-Ab"),
        ("\u{FEFF}SN-01\u{200B}23-Ab\u{202C}", "SN-0123-Ab"),
        ("SN0123AB", "SN-0123-Ab"),
        ("№7/a\u{308}", "№7/Ä"),
        ("\u{212A}1", "K1"),
    ] {
        let page = gateway.page().await;
        let checked = page.check(typed).await.good(200);
        assert_eq!((&checked["status"], &checked["serialNumber"]), (&json!("available"), &json!(loaded)), "{typed:?}");
        assert_eq!(look_up(&gateway, typed).await.good(200)["data"]["serialNumber"], loaded, "{typed:?}");
    }
}

#[tokio::test]
async fn what_only_looks_alike_is_suggested_and_not_taken() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-O1B8", "0007", "AA-11", "A-A11", "AA-1-1"]).await;
    let page = gateway.page().await;
    for (typed, suggested) in [
        ("SN-0188", json!(["SN-O1B8"])),
        ("7", json!(["0007"])),
        ("S/N:0007", json!(["0007"])),
        ("SN-O1B9", Value::Null),
        ("aa11", json!(["A-A11", "AA-1-1", "AA-11"])),
    ] {
        let checked = page.check(typed).await.good(200);
        assert_eq!((&checked["status"], &checked["didYouMean"]), (&json!("unknown"), &suggested), "{typed}");
        assert_eq!(checked["serialNumber"], typed);
        assert_eq!(look_up(&gateway, typed).await.status, 204);
    }
}

#[tokio::test]
async fn one_to_sixty_four_characters_are_a_serial_number() {
    let gateway = Gateway::start().await;
    let longest = "é".repeat(64);
    gateway.load_serials(&["7", &longest]).await;
    let page = gateway.page().await;
    for serial in ["7", &longest, &format!("  {longest}\t")] {
        assert_eq!(page.check(serial).await.good(200)["status"], "available");
    }
    for (typed, fault) in [
        ("", "required"),
        (" \u{200B} ", "required"),
        (&*"é".repeat(65), "too-long"),
        ("..", "serial-number"),
        ("．．", "serial-number"),
        ("a\u{0}b", "serial-number"),
        ("a\u{E000}", "serial-number"),
        ("\u{FFFD}", "serial-number"),
    ] {
        assert_eq!(page.check(typed).await.faults(422, "validation"), [format!("/serialNumber {fault}")], "{typed:?}");
    }
    let refused = gateway.api_post("/api/serial_numbers", &json!({ "serialNumbers": ["SN-1", "é".repeat(65), "..", {}] })).await;
    let expected = [
        "/serialNumbers/1/serialNumber serial-number",
        "/serialNumbers/2/serialNumber serial-number",
        "/serialNumbers/3/serialNumber required",
    ];
    assert_eq!(refused.faults(422, "validation"), expected);
    assert_eq!(look_up(&gateway, "SN-1").await.status, 204, "one that is wrong keeps all of them out");
}

#[tokio::test]
async fn no_serial_number_names_another_route() {
    let gateway = Gateway::start().await;
    let odd = ["a/b", "1.2", "..x", "50%", "%2e%2e", "#1", "a?email=x", "😀-1", "a\\b", "a;b", "registrations", "a+b", "李-1", "<b>\"'"];
    gateway.load_serials(&odd).await;
    let page = gateway.page().await;
    for serial in odd {
        let found = look_up(&gateway, serial).await.good(200);
        assert_eq!(found["data"]["serialNumber"], serial);
        assert_eq!(page.check(serial).await.good(200)["serialNumber"], serial);
    }
    page.register("0123456789abcdef", registration_with("", json!({ "serialNumbers": odd }))).await.good(201);
    assert_eq!(gateway.registrations().await[0]["serialNumbers"], json!(odd));
    for (path, status) in [
        ("%2e%2e", 204),
        ("%2E", 204),
        ("%2e%2e%2fregistrations", 204),
        ("..%2fregistrations%3femail=mara@example.com", 204),
        ("%00", 204),
        ("a%2Fb", 200),
        ("a/b", 404),
        ("", 404),
        ("%FF", 400),
    ] {
        let head = format!(
            "GET /api/serial_numbers/{path} HTTP/1.1\nhost: x\nconnection: close\nauthorization: Bearer {}\n\n",
            gateway.access_token
        );
        let (answered, text) = gateway.raw(&head).await;
        assert_eq!(answered, status, "{path}: {text}");
        assert!(!text.contains("mara"), "{path}");
    }
}

#[tokio::test]
async fn a_number_that_is_loaded_again_keeps_what_is_known_of_it() {
    let gateway = Gateway::start().await;
    let shop = &gateway.shop;
    let load = |serials: Value| async move { shop.api_post("/api/serial_numbers", &serials).await.good(201) };
    let first = json!({ "serialNumber": "SN-1", "sku": "DUO", "customerTags": "new,vip", "productName": "Duo" });
    let loaded = load(json!({ "serialNumbers": [first, "SN-2", 12345] })).await;
    let known =
        |serial: &str, sku: Value, tags: Value| json!({ "serialNumber": serial, "sku": sku, "customerTags": tags, "registered": false });
    let mut duo = known("SN-1", json!("DUO"), json!("new,vip"));
    duo["productName"] = json!("Duo");
    assert_eq!(loaded["data"], json!([duo, known("SN-2", Value::Null, Value::Null), known("12345", Value::Null, Value::Null)]));
    let again = load(json!([{ "serialNumber": "sn-1", "sku": "DUO-2" }])).await;
    (duo["serialNumber"], duo["sku"]) = (json!("sn-1"), json!("DUO-2"));
    assert_eq!(again["data"], json!([duo]));
    assert_eq!(look_up(&gateway, "SN-1").await.good(200)["data"], duo);
}

#[tokio::test]
async fn a_check_says_the_same_whoever_owns_the_number() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = gateway.page().await;
    page.register("0123456789abcdef", registration("SN-1")).await.good(201);
    let expected = json!({ "status": "registered", "serialNumber": "SN-1" });
    assert_eq!(page.check("sn-1").await.good(200), expected);
    assert_eq!(gateway.page().await.check("sn-1").await.good(200), expected);
    let post = page.request(Method::GET, "/v1/serial_numbers/check");
    Answer::to(post).await.problem(405, "method-not-allowed");
}

#[tokio::test]
async fn what_was_pasted_along_with_a_number_is_no_part_of_it() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &FORM_FILE.replace("one_time = true", "one_time = false"));
    gateway.load_serials(&["SN12345678"]).await;
    let page = gateway.page().await;
    for (nth, pasted) in [
        " SN12345678",
        "SN12345678 ",
        "SN12 3456 78",
        "SN12345678\t",
        "SN12345678\r\n",
        "\u{A0}SN12345678",
        "SN1234\u{200B}5678",
        "\u{FEFF}SN12345678",
        "SN12345678\u{202C}",
    ]
    .into_iter()
    .enumerate()
    {
        let checked = page.check(pasted).await.good(200);
        assert_eq!((&checked["status"], &checked["serialNumber"]), (&json!("available"), &json!("SN12345678")), "{pasted:?}");
        page.register(&format!("0123456789abcde{nth}"), registration(pasted)).await.good(201);
        assert_eq!(gateway.registrations().await[0]["serialNumbers"], json!(["SN12345678"]), "{pasted:?}");
        gateway.clock.advance(1);
    }
    let label = page.check("S/N: SN12345678").await.good(200);
    assert_eq!((&label["status"], &label["didYouMean"]), (&json!("unknown"), &json!(["SN12345678"])));
}

#[tokio::test]
async fn leading_zeros_are_part_of_a_number() {
    let gateway = Gateway::start().await;
    let numbers = json!({ "serialNumbers": [{ "serialNumber": "000123", "sku": "00042" }, { "serialNumber": "123" }] });
    gateway.api_post("/api/serial_numbers", &numbers).await.good(201);
    let page = gateway.page().await;
    assert_eq!(
        page.check("000123").await.good(200),
        json!({ "status": "available", "serialNumber": "000123", "product": { "sku": "00042" } })
    );
    assert_eq!(page.check("123").await.good(200), json!({ "status": "available", "serialNumber": "123" }));
    let between = page.check("0123").await.good(200);
    assert_eq!((&between["status"], &between["didYouMean"]), (&json!("unknown"), &json!(["000123", "123"])));
    page.register("0123456789abcdef", registration("123")).await.good(201);
    assert_eq!(page.check("000123").await.good(200)["status"], "available", "it is another product");
}

#[tokio::test]
async fn nothing_is_nobodys_number() {
    let gateway = Gateway::start().await;
    let optional = FORM_FILE.replace("kind = \"serial-number\"\nrequired = true", "kind = \"serial-number\"");
    gateway.save_form(FORM, &optional.replace("validate = true", "validate = false"));
    let page = gateway.page().await;
    let nothing = ["", " ", "-", "–", "\u{200B}"];
    for (nth, typed) in nothing.into_iter().enumerate() {
        page.register(&format!("0123456789abcde{nth}"), registration(typed)).await.good(201);
    }
    for serials in [json!([]), json!([""]), json!(["-"])] {
        gateway.api_post("/api/registrations", &one(registration_with("", json!({ "serialNumbers": serials })))).await.good(201);
    }
    let stored = gateway.registrations().await;
    assert_eq!(stored.len(), 8);
    assert!(stored.iter().all(|one| one["serialNumbers"] == json!([])), "{stored:?}");
    for typed in nothing {
        assert_eq!(page.check(typed).await.faults(422, "validation"), ["/serialNumber required"], "{typed:?}");
    }
    for typed in [" ", "-", "\u{200B}"] {
        assert_eq!(look_up(&gateway, typed).await.status, 204, "{typed:?}");
    }
    gateway.clock.advance(1);
    gateway.api_post("/api/registrations", &one(registration_with("", json!({ "serialNumbers": ["  ", "S1"] })))).await.good(201);
    assert_eq!(gateway.registrations().await[0]["serialNumbers"], json!(["S1"]));
}

#[tokio::test]
async fn a_number_is_the_same_in_turkey() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["TI1234I", "STRASSE1"]).await;
    let page = gateway.page().await;
    let found = page.check("ti1234i").await.good(200);
    assert_eq!((&found["status"], &found["serialNumber"]), (&json!("available"), &json!("TI1234I")));
    for (typed, meant) in
        [("tı1234ı", "TI1234I"), ("Tİ1234İ", "TI1234I"), ("ı", ""), ("İ", ""), ("straße1", "STRASSE1"), ("STRAẞE1", "STRASSE1")]
    {
        let checked = page.check(typed).await.good(200);
        let suggested = if meant.is_empty() { Value::Null } else { json!([meant]) };
        assert_eq!((&checked["status"], &checked["didYouMean"]), (&json!("unknown"), &suggested), "{typed}");
    }
    page.register("0123456789abcdef", registration("ti1234i")).await.good(201);
    assert_eq!(gateway.registrations().await[0]["serialNumbers"], json!(["TI1234I"]));
}
