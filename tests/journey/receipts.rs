//! Real files on their way from a customer's device to the merchant: what is stored of each, and what is said of those that are not.

use std::path::PathBuf;

use serde_json::Value;

use crate::http;
use crate::pictures::{CLEAN, Said, jpeg, photo, png, roll, says_something, seen_upright, webp};
use crate::visit::{EMAIL, Visit};
use crate::wait::until_true;

/// A form that asks for files and little else.
const FORM: &str = r#"
[[field]]
key = "customerEmail"
kind = "email"
required = true
[[field]]
key = "InvoiceUpload"
kind = "receipt"
"#;

/// A visit to a page with a form that asks for files: one, or several.
pub(crate) async fn visit(several: bool, head: &str) -> Visit {
    let visit = Visit::begin().await;
    std::fs::write(visit.gateway.form_file(), if several { format!("{FORM}several = true\n") } else { FORM.to_owned() }).unwrap();
    let body = format!("{}{}", visit.gateway.script(), visit.gateway.element());
    visit.goes_to(head, &body).await;
    visit
}

/// What is stored of these files, which are sent together with one registration.
async fn stored(visit: &Visit, files: &[PathBuf]) -> Vec<Vec<u8>> {
    let card = visit.card();
    card.is_painted().await;
    // Whoever registers another product has said it already.
    if card.value_of("customerEmail").await.is_empty() {
        card.type_into("customerEmail", EMAIL).await;
    }
    card.becomes_live().await;
    card.choose_all(files).await;
    card.receipt_is("stored").await;
    card.submit().await;
    card.done().await;
    read(visit).await
}

/// The files of the newest registration.
pub(crate) async fn read(visit: &Visit) -> Vec<Vec<u8>> {
    let one = visit.gateway.merchant.registrations_of(EMAIL).await.remove(0);
    let urls = match &one["fieldData"]["InvoiceUpload"] {
        Value::Array(urls) => urls.clone(),
        Value::Null => Vec::new(),
        url => vec![url.clone()],
    };
    let mut files = Vec::new();
    for url in urls {
        let answer = http::ask("GET", url.as_str().unwrap(), &[], "").await;
        assert_eq!(answer.status(), 200, "{url}");
        files.push(answer.body);
    }
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn a_photo_arrives_upright_smaller_and_without_the_place_where_it_was_taken() {
    let visit = visit(false, "").await;
    let bytes = photo(Said { turn: 6, place: true });
    assert!(bytes.len() > 3_000_000 && says_something(&bytes), "{}", bytes.len());
    let files = stored(&visit, &[visit.folder().file("IMG_0001.JPG", &bytes)]).await;
    assert_eq!(seen_upright("the file", &files[0]), (1_500, 2_000));
    assert!(!says_something(&files[0]));
    assert!(files[0].len() < bytes.len() / 2, "{} of {}", files[0].len(), bytes.len());
    let asked = visit.gateway.proxy.seen("POST", "/v1/upload_file").remove(0).request.json();
    assert_eq!(asked["fileName"], "IMG_0001.JPG");
    assert_eq!((asked["fileType"].as_str(), asked["fileSize"].as_u64()), (Some("image/jpeg"), Some(files[0].len() as u64)));
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pictures_are_upright_however_the_camera_was_held() {
    let visit = visit(true, "").await;
    let turned = |turn| Said { turn, place: false };
    let mut files: Vec<(String, Vec<u8>)> = (2..=8).map(|turn| (format!("exif-{turn}.jpg"), jpeg(turned(turn)))).collect();
    files.push(("exif-6.webp".to_owned(), webp(turned(6))));
    files.push(("exif-8.png".to_owned(), png(turned(8))));
    files.push(("exif-1-place.jpg".to_owned(), jpeg(Said { turn: 1, place: true })));
    for five in files.chunks(5) {
        let paths: Vec<PathBuf> = five.iter().map(|(name, bytes)| visit.folder().file(name, bytes)).collect();
        let stored = stored(&visit, &paths).await;
        for ((name, before), after) in five.iter().zip(&stored) {
            assert!(says_something(before), "{name}");
            assert_eq!(seen_upright(name, after), (300, 400));
            assert!(!says_something(after), "{name}");
        }
        visit.card().click(".ways .btn:last-child").await;
    }
    let asked: Vec<String> =
        visit.gateway.proxy.seen("POST", "/v1/upload_file").iter().map(|one| one.request.json()["fileName"].to_string()).collect();
    assert!(asked.contains(&"\"exif-6.jpg\"".to_owned()) && !asked.iter().any(|name| name.contains("webp")), "{asked:?}");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_nothing_done_to_it_arrives_byte_for_byte() {
    let visit = visit(true, "").await;
    let heic = include_bytes!("../files/receipt.heic").to_vec();
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n".to_vec();
    let files = [
        ("upright.png", png(CLEAN)),
        ("upright.webp", webp(CLEAN)),
        ("photo.heic", heic),
        ("invoice.pdf", pdf),
        ("windows.jfif", jpeg(CLEAN)),
        ("UPPER.JPG", jpeg(CLEAN)),
        ("old.jpe", jpeg(CLEAN)),
        ("no-extension", jpeg(CLEAN)),
    ];
    for four in files.chunks(4) {
        let paths: Vec<PathBuf> = four.iter().map(|(name, bytes)| visit.folder().file(name, bytes)).collect();
        let stored = stored(&visit, &paths).await;
        for ((name, before), after) in four.iter().zip(&stored) {
            assert!(before == after, "{name} became something else: {} bytes, not {}", after.len(), before.len());
        }
        visit.card().click(".ways .btn:last-child").await;
    }
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_till_roll_stays_legible() {
    let visit = visit(false, "").await;
    let files = stored(&visit, &[visit.folder().file("roll.png", &roll())]).await;
    let (width, height) = seen_upright("the file", &files[0]);
    assert!(width >= 800 && width * height <= 4_000_000, "{width}×{height}");
    visit.browser.console_is_silent().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_taken_is_said_at_once_and_nobody_is_asked_about_it() {
    let visit = visit(false, "").await;
    let card = visit.card();
    card.type_into("customerEmail", EMAIL).await;
    card.becomes_live().await;
    let mut large = b"%PDF-1.4\n".to_vec();
    large.resize(10 * 1024 * 1024 + 1, b'a');
    for (name, bytes, words) in [
        ("zero.jpg", &b""[..], "The file is empty"),
        ("letter.jpg", b"Dear shop, this is no picture.", "The file must be a photo (JPEG, PNG, WebP, HEIC) or a PDF"),
        ("large.pdf", &large, "The file must be smaller than 10 MB"),
    ] {
        card.choose(&visit.folder().file(name, bytes)).await;
        card.says(words).await;
        card.receipt_is("none").await;
    }
    assert_eq!(visit.gateway.proxy.count("", "/v1/upload"), 0);
    card.submit().await;
    card.done().await;
    assert!(read(&visit).await.is_empty(), "the form can be sent all the same");
    visit.browser.console_is_silent().await;
}

/// Files of the right types that are pages or scripts as well, as far as a browser would take them for such.
fn double() -> [(&'static str, Vec<u8>); 4] {
    let page = "<!doctype html><script>parent.postMessage('it ran', '*')</script><svg onload=\"parent.postMessage('it ran', '*')\"/>";
    let script = "*/=1;document.title='it ran';/*";
    [
        ("application/pdf", format!("%PDF-1.7\n{page}").into_bytes()),
        ("image/jpeg", [b"\xFF\xD8\xFF\xE0", page.as_bytes()].concat()),
        ("image/jpeg", [b"\xFF\xD8\xFF\xE0/*", script.as_bytes(), b"*/"].concat()),
        ("image/webp", [b"RIFF\x24\0\0\0WEBPVP8 ", page.as_bytes()].concat()),
    ]
}

/// Every way in which a page takes up a file, which stands where it says `FILE`.
const WAYS: [&str; 5] = [
    "<iframe src=\"FILE\"></iframe>",
    "<object data=\"FILE\"></object>",
    "<embed src=\"FILE\">",
    "<img src=\"FILE\" alt=\"\">",
    "<script src=\"FILE\" charset=\"iso-8859-1\"></script>",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_that_is_a_page_as_well_never_runs() {
    let visit = Visit::begin().await;
    let listening = "<script>onmessage = ({ data }) => { document.title = data; }</script>";
    let title = async || visit.browser.js("return document.title;", vec![]).await;
    // Elsewhere, served as what it pretends to be, it would.
    for (nth, (_, bytes)) in double().into_iter().enumerate() {
        let media_type = if nth == 2 { "text/javascript" } else { "text/html" };
        visit.shop.serve("/double", &[("content-type", media_type)], bytes);
        visit.goes_to(listening, &WAYS.concat().replace("FILE", "/double")).await;
        until_true("it runs where it is a page", async || title().await == "it ran").await;
    }
    // Each way has a file of its own: one address, wanted twice at once, a browser may ask for once.
    let (mut page, mut urls) = (String::new(), Vec::new());
    for (file_type, bytes) in double() {
        for way in WAYS {
            let url = visit.gateway.merchant.upload(file_type, &bytes).await;
            page += &way.replace("FILE", &url);
            urls.push(url);
        }
    }
    visit.goes_to(listening, &page).await;
    for url in &urls {
        let file = &url[url.find("/r/").unwrap()..];
        until_true("each was asked for in every way", async || visit.gateway.proxy.count("GET", file) > 0).await;
    }
    visit.browser.breathe().await;
    assert_eq!(title().await, "Shop");
}
