//! What is refused, and how it is said: a number that somebody else has, files that are no receipts.

use crate::card::{DATE, NAME};
use crate::visit::{EMAIL, OTHER_SERIAL, SERIAL, Visit};

#[tokio::test(flavor = "multi_thread")]
async fn a_serial_number_registered_meanwhile_is_said_at_it_and_the_rest_is_kept() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    let (receipt, _) = visit.folder().receipt();
    card.fill(EMAIL, SERIAL).await;
    card.choose(&receipt).await;
    card.serial_is("available").await;
    card.receipt_is("stored").await;
    visit.gateway.merchant.register(SERIAL).await;
    card.submit().await;

    card.says("This number is registered already").await;
    card.until("the serial's control is marked", "root.querySelector('[data-check]').getAttribute('aria-invalid') === 'true'").await;
    card.until("the summary has the focus", "root.activeElement?.matches('[data-summary]')").await;
    assert_eq!(card.value_of("customerName").await, NAME);
    assert_eq!(card.value_of("customerEmail").await, EMAIL);
    assert_eq!(card.value_of("purchaseDate").await, DATE);
    assert_eq!(card.value_of("serialNumber").await, SERIAL);
    card.receipt_is("stored").await;
    assert!(visit.gateway.merchant.registrations_of(EMAIL).await.is_empty());

    // All of the old number is typed over.
    card.type_into("serialNumber", &format!("{}{OTHER_SERIAL}", "\u{E003}".repeat(SERIAL.len()))).await;
    card.serial_is("available").await;
    card.submit().await;
    let number = card.done().await;
    visit.is_registered_once(&number).await;
    visit.browser.console_says(&["/v1/registrations - Failed to load resource: the server responded with a status of 409"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_no_receipt_is_refused_before_it_is_sent() {
    let visit = Visit::to_the_product_page().await;
    let card = visit.card();
    card.is_painted().await;
    let empty = visit.folder().file("empty.png", b"");
    let text = visit.folder().file("text.jpg", b"Dear shop, this is no picture.");
    let mut large = b"%PDF-1.7\n".to_vec();
    large.resize(10 * 1024 * 1024 + 1, b' ');
    let large = visit.folder().file("large.pdf", &large);

    for (file, words) in [
        (&empty, "The file is empty. Choose a photo or PDF of the receipt"),
        (&text, "The file must be a photo (JPEG, PNG, WebP, HEIC) or a PDF"),
        (&large, "The file must be smaller than 10 MB"),
    ] {
        card.choose(file).await;
        card.says(words).await;
        card.receipt_is("none").await;
    }
    assert_eq!(visit.gateway.proxy.count("POST", "/v1/upload_file"), 0);

    let (receipt, _) = visit.folder().receipt();
    card.choose(&receipt).await;
    card.receipt_is("stored").await;
    assert!(!card.text().await.contains("The file must"), "the old complaint is gone");
    visit.browser.console_is_silent().await;
}
