//! What is wrong with a form that was sent without scripts is said at each field, and nothing has to be typed or chosen
//! twice.

use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, photo, registration};
use crate::visitor::{NONCE, Visitor};

const KEPT: &str = "kept InvoiceUpload";

#[tokio::test]
async fn every_fault_is_said_at_its_field_and_in_a_summary_that_leads_there() {
    let gateway = Gateway::start().await;
    let page = Visitor::opens(&gateway).await.types("customerEmail", "mara@").types("purchaseDate", "2027-01-01").sends().await;
    assert_eq!((page.page.status, page.page.header("content-type").as_str()), (422, "text/html; charset=utf-8"));
    assert_eq!(
        page.complaints(),
        [
            "customerName: Enter your full name",
            "customerEmail: Enter an e-mail address such as name@example.com",
            "productName: Enter the product's name",
            "serialNumber: Enter the serial number",
            "purchaseDate: Enter a date of purchase that is not in the future",
        ]
    );
    let heading = &page.texts("[data-summary] h3")[0];
    assert_eq!(page.texts("title"), [format!("{heading} · Register your product · demo & Sons")], "it is what is heard first");
    assert!(heading.contains("5 answers"), "{heading}");
    let lines = page.texts("[data-summary] li a");
    let messages: Vec<String> = page.complaints().iter().map(|complaint| complaint.split_once(": ").unwrap().1.to_owned()).collect();
    assert_eq!(lines, messages);
    let html = page.page.text();
    for id in ["f0", "f1", "f2", "f3", "f4"] {
        assert!(html.contains(&format!("href=\"#{id}\"")) && html.contains(&format!("id=\"{id}\"")), "{id}");
    }
    assert!(!html.contains("<template"), "a link leads nowhere in a shadow root");
    assert_eq!(page.texts("[data-summary][autofocus]").len(), 1);
    assert!(gateway.registrations().await.is_empty());
}

#[tokio::test]
async fn the_answer_is_in_the_language_of_the_page() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::follows(&gateway, &format!("/v1/forms/{}/{FORM}?lang=de", gateway.key)).await.ticks("PrivacyPolicy");
    let page = page.fills_in("SN-1").types("customerName", "").sends().await;
    assert!(page.page.text().contains("<html lang=\"de\" dir=\"ltr\">"), "{}", page.page.text());
    assert_eq!(page.complaints(), ["customerName: Geben Sie Ihren Vor- und Nachnamen ein"]);
    let end = page.types("customerName", "Mara").sends().await;
    assert_eq!((end.page.status, end.texts("h2")), (201, vec!["Espresso Duo ist jetzt registriert".to_owned()]));
    let again = Visitor::follows(&gateway, &end.leads("Weiteres Produkt registrieren")).await;
    assert!(again.page.text().contains("<html lang=\"de\" dir=\"ltr\">"));
}

#[tokio::test]
async fn everything_that_was_typed_ticked_and_sent_along_is_kept_and_a_corrected_form_registers() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").types("customerEmail", "mara@example").ticks("PrivacyPolicy");
    let filled = filled.types("note", "\"><b>A gift</b>").types("boughtFrom", "store").ticks("newParts");
    let page = filled.chooses("InvoiceUpload", "my receipt.jpg", photo(5_000)).sends().await;
    assert_eq!(page.page.status, 422);
    assert_eq!(page.complaints(), ["customerEmail: Enter an e-mail address such as name@example.com"]);
    for (name, held) in [
        ("customerName", "Mara Lindqvist"),
        ("customerEmail", "mara@example"),
        ("productName", "Espresso Duo"),
        ("serialNumber", "SN-1"),
        ("purchaseDate", "2026-11-14"),
        ("note", "\"><b>A gift</b>"),
        ("boughtFrom", "store"),
        ("newParts", "true"),
        ("PrivacyPolicy", "true"),
    ] {
        assert_eq!(page.holds(name), Some(held));
    }
    assert_eq!(page.texts(".drop .name"), ["my receipt.jpg"]);
    assert!(page.texts(".drop .say")[0].contains("Received"));
    assert_eq!((gateway.registrations().await.len(), gateway.files()), (0, 1));
    let still = page.clone().types("customerName", "").sends().await;
    assert_eq!((still.page.status, still.texts(".drop .name")), (422, vec!["my receipt.jpg".to_owned()]), "however often it takes");
    let end = still.types("customerName", "Mara").types("customerEmail", "mara@example.com").sends().await;
    assert_eq!(end.page.status, 201, "{}", end.page.text());
    let stored = gateway.registrations().await;
    assert_eq!((stored.len(), gateway.files()), (1, 1));
    let url = stored[0]["fieldData"]["InvoiceUpload"].as_str().unwrap();
    assert_eq!(gateway.get(url).await.body, photo(5_000));
}

#[tokio::test]
async fn a_serial_number_that_is_unknown_or_taken_is_said_at_its_row() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    gateway.page().await.register("0123456789abcdef", registration("SN-2")).await.good(201);
    let rows = Visitor::opens(&gateway).await.fills_in("SN-1").types_into("serialNumber", 2, "SN-7").types_into("serialNumber", 5, "sn2");
    let page = rows.sends().await;
    assert_eq!(page.page.status, 422);
    let complaints = page.complaints();
    assert!(complaints[0].starts_with("serialNumber: No such number is known") && complaints.len() == 2, "{complaints:?}");
    assert!(complaints[1].starts_with("serialNumber: This number is registered already"), "{complaints:?}");
    assert_eq!(page.all("serialNumber")[..3], ["SN-1", "SN-7", "sn2"]);
    let html = page.page.text();
    assert!(html.contains("href=\"#f3r1\"") && html.contains("id=\"f3r1\"") && html.contains("href=\"#f3r2\""), "{html}");
    let taken = page.types_into("serialNumber", 1, "").sends().await;
    assert_eq!((taken.page.status, taken.complaints().len()), (422, 1), "one that is taken alone is a fault like any other");
    let end = taken.types_into("serialNumber", 1, "").sends().await;
    assert_eq!(end.page.status, 201, "an emptied row is none");
}

#[tokio::test]
async fn files_that_are_no_receipts_are_said_to_be_and_the_form_can_go_without() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::opens(&gateway).await;
    for (file, bytes, words) in [
        ("zero.jpg", Vec::new(), "The file is empty. Choose a photo or PDF of the receipt"),
        ("text.jpg", b"Dear shop, this is no picture.".to_vec(), "The file must be a photo (JPEG, PNG, WebP, HEIC) or a PDF"),
        ("page.jpg", b"<!doctype html><script>alert(1)</script>".to_vec(), "The file must be a photo (JPEG, PNG, WebP, HEIC) or a PDF"),
        ("large.jpg", photo(10 * 1024 * 1024 + 1), "The file must be smaller than 10 MB"),
    ] {
        let filled = page.clone().fills_in("SN-1").ticks("PrivacyPolicy").chooses("InvoiceUpload", file, bytes);
        let answer = filled.sends().await;
        assert_eq!((answer.page.status, answer.complaints()), (422, vec![format!("InvoiceUpload: {words}")]), "{file}");
        assert_eq!((answer.holds("customerName"), answer.holds("PrivacyPolicy")), (Some("Mara Lindqvist"), Some("true")));
        assert_eq!(answer.holds(KEPT), None);
        let both = filled.types("customerName", "").sends().await;
        assert_eq!(both.complaints().len(), 2, "{file}: {:?}", both.complaints());
        assert_eq!((gateway.registrations().await.len(), gateway.files()), (0, 0), "{file}");
    }
    let last = page.fills_in("SN-1").chooses("InvoiceUpload", "text.jpg", b"text".to_vec()).sends().await;
    assert_eq!(last.sends().await.page.status, 201);
    assert!(gateway.registrations().await[0]["fieldData"].get("InvoiceUpload").is_none());
}

#[tokio::test]
async fn a_receipt_may_have_ten_mebibytes_to_the_byte() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1"]).await;
    let filled = Visitor::opens(&gateway).await.fills_in("SN-1").chooses("InvoiceUpload", "large.jpg", photo(10 * 1024 * 1024));
    assert_eq!(filled.sends().await.page.status, 201);
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(gateway.get(&url).await.body.len(), 10 * 1024 * 1024);
}

#[tokio::test]
async fn a_video_taken_for_a_photo_is_said_to_be_up_to_sixty_four_mebibytes() {
    let gateway = Gateway::start().await;
    let page = Visitor::opens(&gateway).await.chooses("InvoiceUpload", "v.jpg", photo(64 * 1024 * 1024)).sends().await;
    assert!(page.complaints().contains(&"InvoiceUpload: The file must be smaller than 10 MB".to_owned()), "{:?}", page.complaints());
    assert_eq!(gateway.files(), 0);
}

#[tokio::test]
async fn a_required_receipt_is_asked_for_once() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &FORM_FILE.replace("kind = \"receipt\"", "kind = \"receipt\"\nrequired = true"));
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::opens(&gateway).await.fills_in("SN-1").sends().await;
    assert_eq!(page.complaints(), ["InvoiceUpload: Choose a photo or PDF of the receipt"]);
    let page = page.chooses("InvoiceUpload", "a.jpg", b"text".to_vec()).sends().await;
    assert_eq!(page.complaints(), ["InvoiceUpload: The file must be a photo (JPEG, PNG, WebP, HEIC) or a PDF"]);
    let page = page.types("customerName", "").chooses("InvoiceUpload", "a.jpg", photo(90)).sends().await;
    assert_eq!(page.complaints(), ["customerName: Enter your full name"]);
    assert_eq!(page.types("customerName", "Mara").sends().await.page.status, 201);
}

#[tokio::test]
async fn a_kept_receipt_can_be_replaced_or_taken_out() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let faulty = |serial: &'static str| {
        let gateway = &gateway;
        async move {
            let filled = Visitor::opens(gateway).await.fills_in(serial).types("customerName", "");
            filled.chooses("InvoiceUpload", "first.jpg", photo(500)).sends().await.types("customerName", "Mara")
        }
    };
    let replaced = faulty("SN-1").await.chooses("InvoiceUpload", "second.jpg", photo(700));
    assert_eq!(replaced.sends().await.page.status, 201);
    let url = gateway.registrations().await[0]["fieldData"]["InvoiceUpload"].as_str().unwrap().to_owned();
    assert_eq!(gateway.get(&url).await.body, photo(700));

    let worse = faulty("SN-2").await.chooses("InvoiceUpload", "second.txt", b"text".to_vec()).sends().await;
    assert_eq!((worse.page.status, worse.texts(".drop .name")), (422, vec!["first.jpg".to_owned()]), "the good one stays");
    gateway.clock.advance(1);
    assert_eq!(worse.ticks("without InvoiceUpload").sends().await.page.status, 201);
    assert!(gateway.registrations().await[0]["fieldData"].get("InvoiceUpload").is_none());
    gateway.clock.advance(24 * 3_600 + 1);
    gateway.app.sweep().await.unwrap();
    assert_eq!(gateway.files(), 1, "what no registration names is gone after a day");
}

#[tokio::test]
async fn a_page_names_its_own_receipts_alone() {
    let gateway = Gateway::start().await;
    gateway.load_serials(&["SN-1", "SN-2"]).await;
    let other = Visitor::opens(&gateway).await.chooses("InvoiceUpload", "private.jpg", photo(500)).sends().await;
    let foreign = other.holds(KEPT).unwrap().to_owned();
    let of_a_card = gateway.page().await.upload(photo(500)).await;
    let kept = Visitor::opens(&gateway).await.fills_in("SN-1").types("customerName", "").chooses("InvoiceUpload", "a.jpg", photo(90));
    let page = kept.sends().await.types("customerName", "Mara");
    for named in [foreign.as_str(), &of_a_card, "no-such-upload", "../secrets", "a\0b"] {
        let refused = page.clone().forges(KEPT, Some(named)).sends().await;
        assert_eq!(refused.complaints(), ["InvoiceUpload: The receipt has to be chosen again"], "{named}");
        let faulty = page.clone().forges(KEPT, Some(named)).types("customerName", "").sends().await;
        assert!(faulty.page.status == 422 && !faulty.page.text().contains("private.jpg"), "nor is it told what a foreign one is called");
    }
    assert!(gateway.registrations().await.is_empty());
    assert_eq!(page.sends().await.page.status, 201);
    let used = page.forges(NONCE, Visitor::opens(&gateway).await.holds(NONCE)).types("serialNumber", "SN-2");
    assert_eq!(used.sends().await.complaints(), ["InvoiceUpload: The receipt has to be chosen again"], "it is a registration's by now");
}

#[tokio::test]
async fn a_page_that_has_asked_too_often_is_told_so_and_keeps_what_was_typed() {
    let gateway = Gateway::start_with(|config| config.address_budget_factor = 1).await;
    gateway.load_serials(&["SN-1"]).await;
    let page = Visitor::opens(&gateway).await;
    let guess = |number: usize| page.clone().fills_in(&format!("SN-{}", number + 100)).types_into("serialNumber", 1, "SN-99");
    for number in 0..60 {
        assert_eq!(guess(number).sends().await.page.status, 422);
    }
    let refused = page.clone().fills_in("SN-1").sends().await;
    assert_eq!((refused.page.status, refused.holds("customerName")), (429, Some("Mara Lindqvist")), "sixty times from one page");
    assert!(refused.texts(".note")[0].contains("too often") && !refused.page.header("retry-after").is_empty());
    let fresh = Visitor::opens(&gateway).await.fills_in("SN-1");
    assert_eq!(fresh.sends().await.page.status, 429, "a hundred and twenty misses from one address");
    gateway.clock.advance(3_600);
    assert_eq!(fresh.sends().await.page.status, 201);
}
