//! Registering from the hosted page with scripts off: what is sent once, twice, five times at once, and what is stored.

use futures_util::future::join_all;
use serde_json::json;

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, photo};
use crate::visitor::{NONCE, Visitor};

const DAY: i64 = 24 * 3_600;

/// A gateway whose form takes any serial number, as often as anybody likes.
async fn easy_gateway() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &FORM_FILE.replace("validate = true", "validate = false").replace("one_time = true", "one_time = false"));
    gateway
}

/// The form with two receipts.
fn two_receipts() -> String {
    format!("{FORM_FILE}\n[[field]]\nkey = \"Label\"\nkind = \"receipt\"\nlabel = \"A photo of the label\"\n")
}

#[tokio::test]
async fn a_purchase_is_registered_without_scripts_receipt_and_consent_included() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-0001"]).await;
    let page = Visitor::opens(&gateway).await;
    let filled = page.fills_in("sn–0001").types("boughtFrom", "store").types("note", "A gift").ticks("newParts").ticks("PrivacyPolicy");
    let end = filled.chooses("InvoiceUpload", "kitchen \"receipt\".jpg", photo(70_000)).sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    assert_eq!(end.page.header("cache-control"), "no-store", "what somebody typed is kept in no cache");
    assert_eq!(end.texts("h2"), ["Your Espresso Duo is registered"]);
    assert_eq!(end.texts("title"), ["Your registration has arrived · demo & Sons"]);
    assert!(end.texts("dd").contains(&"2026-11-14".to_owned()), "{:?}", end.texts("dd"));
    assert!(!end.page.text().contains("<button") && !end.page.text().contains("<script"), "no button is there that only a script hears");
    let stored = gateway.registrations().await;
    assert_eq!(stored.len(), 1);
    let url = stored[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    let expected = json!({
        "id": end.number(),
        "type": FORM,
        "productName": "Espresso Duo",
        "customerEmail": "mara@example.com",
        "customerName": "Mara Lindqvist",
        "serialNumbers": ["SN-0001"],
        "purchaseDate": "2026-11-14",
        "status": "active",
        "createdAt": "2026-11-25T11:00:00.000Z",
        "updatedAt": "2026-11-25T11:00:00.000Z",
        "customer": { "name": "Mara Lindqvist", "email": "mara@example.com" },
        "customerTags": null,
        "productSku": null,
        "warranty": null,
        "warrantyEndDate": null,
        "shopifyOrderId": null,
        "shopifyOrderName": null,
        "shopifyOrderCreatedAt": null,
        "fieldData": {
            "InvoiceUpload": url,
            "boughtFrom": "store",
            "note": "A gift",
            "newParts": true,
            "PrivacyPolicy": "Tell me about new parts and recipes, about once a month",
        },
    });
    assert_eq!(stored[0], expected);
    let receipt = gateway.get(&url).await;
    assert_eq!((receipt.header("content-type").as_str(), receipt.body), ("image/jpeg", photo(70_000)));
    gateway.clock.advance(DAY + 1);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.get(&url).await.status, 200, "a registration names it");
}

#[tokio::test]
async fn what_is_not_answered_is_not_stored_and_no_box_is_ticked_by_itself() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    assert_eq!(Visitor::opens(&gateway).await.fills_in("SN-1").sends().await.page.status, 201);
    assert_eq!(gateway.registrations().await[0]["fieldData"], json!({ "newParts": false, "PrivacyPolicy": "" }));
}

#[tokio::test]
async fn a_post_that_names_no_encoding_registers_as_well() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let end = Visitor::opens(&gateway).await.fills_in("SN-1").ticks("PrivacyPolicy").sends_urlencoded().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    assert_eq!(gateway.registrations().await[0]["id"], end.number());
}

/// Every kind of field that a form can have beside those that every registration has.
const KINDS: &str = r#"
default_country = "DE"

[[field]]
key = "customerEmail"
kind = "email"
required = true

[[field]]
kind = "heading"
label = "About the machine"

[[field]]
key = "story"
kind = "long-text"
label = "What happened?"

[[field]]
key = "phone"
kind = "phone"

[[field]]
key = "cups"
kind = "number"
label = "Cups a day"
min = 1

[[field]]
key = "since"
kind = "date"
label = "In use since"

[[field]]
key = "grind"
kind = "choice"
label = "Grind"
style = "radio"
choices = [{ value = "fine" }, { value = "coarse" }]

[[field]]
key = "milk"
kind = "choice"
label = "Milk"
value = "cow"
choices = [{ value = "cow" }, { value = "oat" }]

[[field]]
key = "drinks"
kind = "choices"
label = "Drinks"
choices = [{ value = "espresso" }, { value = "ristretto" }, { value = "other" }]

[[field]]
key = "otherDrink"
kind = "text"
label = "Which other?"
required = true
show_if = "drinks"
is = ["other"]

[[field]]
key = "address"
kind = "address"

[[field]]
key = "campaign"
kind = "hidden"
value = "spring"
"#;

#[tokio::test]
async fn every_kind_of_field_works_without_scripts() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, KINDS);
    let page = Visitor::opens(&gateway).await.types("customerEmail", "mara@example.com").types("story", "It leaked.\nTwice.");
    let page =
        page.types("phone", "+49 30 000000").types("cups", "7").types("since", "2026-01-02").picks("grind", "coarse").types("milk", "");
    let page = page.picks("drinks", "espresso").picks("drinks", "other");
    let page = page.types("address1", "1 Highstreet").types("city", "Hahn").types("postCode", "01234");
    let faulty = page.types("cups", "0").sends().await;
    assert_eq!(faulty.page.status, 422);
    let said = faulty.complaints();
    assert!(said.len() == 2 && said[0].starts_with("cups: ") && said[1] == "otherDrink: Fill in: Which other?", "{said:?}");
    for (name, held) in [("story", "It leaked.\nTwice."), ("grind", "coarse"), ("milk", ""), ("country", "DE"), ("campaign", "spring")] {
        assert_eq!(faulty.holds(name), Some(held));
    }
    assert_eq!(faulty.all("drinks"), ["espresso", "other"]);
    let end = faulty.types("cups", "7").types("otherDrink", "Cortado").sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    let expected = json!({
        "story": "It leaked.\nTwice.", "phone": "+49 30 000000", "cups": "7", "since": "2026-01-02", "grind": "coarse",
        "drinks": ["espresso", "other"], "otherDrink": "Cortado", "campaign": "spring",
        "address1": "1 Highstreet", "city": "Hahn", "postCode": "01234", "country": "DE",
    });
    assert_eq!(gateway.registrations().await[0]["fieldData"], expected);
}

#[tokio::test]
async fn what_hangs_on_another_answer_can_be_answered_where_no_script_shows_it() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, KINDS);
    let page = Visitor::opens(&gateway).await.types("customerEmail", "mara@example.com");
    assert_eq!(page.texts("[data-unasked] label").len(), 2, "the other drink, and the state that no German address has");
    assert!(page.texts("[hidden]:not([aria-hidden])").is_empty(), "nothing that could be filled in is hidden for good");
    let answered = page.types("address1", "1 Highstreet").types("city", "Nice").picks("drinks", "other").types("otherDrink", "Tea");
    assert_eq!(answered.types("country", "HK").types("postCode", "999077").sends().await.page.status, 201);
    let stored = gateway.registrations().await[0]["fieldData"].clone();
    assert_eq!((&stored["otherDrink"], stored.get("postCode")), (&json!("Tea"), None), "what is not asked for there is left out");
    gateway.clock.advance(1);
    let page = Visitor::opens(&gateway).await.types("customerEmail", "mara@example.com");
    let ignored = page.types("address1", "1 Highstreet").types("city", "Nice").types("otherDrink", "Tea");
    assert_eq!(ignored.sends().await.page.status, 201);
    assert_eq!(gateway.registrations().await[0]["fieldData"].get("otherDrink"), None);
}

#[tokio::test]
async fn further_serial_numbers_have_rows_that_open_without_scripts() {
    let gateway = easy_gateway().await;
    let page = Visitor::opens(&gateway).await;
    assert_eq!(page.all("serialNumber").len(), 20, "as many as fit into one registration");
    assert_eq!(page.texts("summary").len(), 19);
    let some = page.fills_in("SN-1").types_into("serialNumber", 2, "SN-3").types_into("serialNumber", 19, "SN-20");
    let again = some.clone().types("customerEmail", "").sends().await;
    assert_eq!(again.all("serialNumber")[..4], ["SN-1", "SN-3", "SN-20", ""], "the blank ones are behind the others then");
    assert_eq!(again.texts("summary").len(), 17);
    assert_eq!(some.sends().await.page.status, 201);
    assert_eq!(gateway.registrations().await[0]["serialNumbers"], json!(["SN-1", "SN-3", "SN-20"]));
    gateway.save_form(FORM, &FORM_FILE.replace("several = true", "several = false"));
    assert_eq!(Visitor::opens(&gateway).await.all("serialNumber").len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_clicks_are_one_registration_and_five_pages_that_say_so() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &two_receipts());
    gateway.load_serials(&["SN-1"]).await;
    let mut label = photo(50_000);
    label[40_000] = 0;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1");
    let filled = filled.chooses("InvoiceUpload", "receipt.jpg", photo(50_000)).chooses("Label", "label.jpg", label.clone());
    let ends = join_all((0..5).map(|_| filled.sends())).await;
    for end in &ends {
        assert_eq!((end.page.status, end.number()), (201, ends[0].number()), "{}", end.page.text());
        assert_eq!(end.texts("h2"), ["Your Espresso Duo is registered"]);
    }
    let stored = gateway.registrations().await;
    assert_eq!((stored.len(), &stored[0]["id"]), (1, &json!(ends[0].number())));
    assert_eq!(gateway.files(), 2, "of the four others nothing lies about");
    gateway.clock.advance(DAY + 1);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 2);
    let url = |field: &str| stored[0]["fieldData"][field].as_str().unwrap().to_owned();
    assert_eq!(gateway.get(&url("InvoiceUpload")).await.body, photo(50_000));
    assert_eq!(gateway.get(&url("Label")).await.body, label);
}

#[tokio::test]
async fn going_back_and_sending_again_shows_the_same_end() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "a.jpg", photo(500));
    let end = filled.sends().await;
    gateway.clock.advance(600);
    let gateway = gateway.restart().await;
    let again = filled.sends().await;
    assert_eq!((again.page.status, again.number(), again.texts("dd")), (201, end.number(), end.texts("dd")));
    let renamed = filled.clone().chooses("InvoiceUpload", "other-name.jpg", photo(500));
    // More often than a page may send files: those that come again are only compared.
    for _ in 0..13 {
        let again = renamed.sends().await;
        assert_eq!((again.page.status, again.number()), (201, end.number()));
    }
    gateway.clock.advance(2 * DAY);
    let much_later = filled.sends().await;
    assert_eq!((much_later.page.status, much_later.number()), (201, end.number()), "the page has run out, what it registered has not");
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (1, 1));
}

#[tokio::test]
async fn another_form_after_the_end_says_what_is_registered_and_leads_to_an_empty_one() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "a.jpg", photo(500));
    let end = filled.sends().await;
    let others = [
        filled.clone().types("serialNumber", "SN-2"),
        filled.clone().ticks("PrivacyPolicy"),
        filled.clone().chooses("InvoiceUpload", "a.jpg", photo(501)),
        filled.clone().chooses("InvoiceUpload", "a.jpg", b"Dear shop".to_vec()),
    ];
    for other in others {
        let other = other.sends().await;
        assert_eq!((other.page.status, other.number()), (409, end.number()));
        assert!(other.texts(".note")[0].contains("your last changes are not part of it"), "{:?}", other.texts(".note"));
        assert!(!other.page.text().contains("SN-") && !other.page.text().contains("Mara"), "nothing is read back");
    }
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (1, 1));
    let empty = Visitor::follows(&gateway, &end.leads("Register another product")).await;
    assert_ne!(empty.holds(NONCE), filled.holds(NONCE));
    assert_ne!(empty.fills_in("SN-2").sends().await.number(), end.number());
    assert_eq!(gateway.registrations().await.len(), 2);
}

#[tokio::test]
async fn a_visitor_who_goes_away_in_the_middle_leaves_nothing() {
    use tokio::io::AsyncWriteExt;

    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "a.jpg", photo(500_000));
    let body = filled.body();
    let host = gateway.gateway.strip_prefix("http://").unwrap();
    let mut socket = tokio::net::TcpStream::connect(host).await.unwrap();
    let path = filled.action.strip_prefix(&gateway.gateway).unwrap();
    let (media_type, length) = (crate::visitor::MULTIPART, body.len());
    let head = format!("POST {path} HTTP/1.1\r\nHost: {host}\r\nContent-Type: {media_type}\r\nContent-Length: {length}\r\n\r\n");
    socket.write_all(head.as_bytes()).await.unwrap();
    socket.write_all(&body[..400_000]).await.unwrap();
    crate::until("some of it is on the disk", || gateway.files() == 1).await;
    drop(socket);
    crate::until("nothing is left of it", || gateway.files() == 0).await;
    assert_eq!(filled.sends().await.page.status, 201, "and nobody waits for it");
    assert_eq!(gateway.files(), 1);
}
