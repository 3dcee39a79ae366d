//! Notices to the merchant: each new registration is told by mail, with nothing of the customer in it.

use reqwest::Method;
use serde_json::{Value, json};

use crate::answer::Answer;
use crate::gateway::{FORM_FILE, Gateway};
use crate::mailbox::{Mail, Mailbox};
use crate::process::{Process, line, run};
use crate::shop::{FORM, one, registration, registration_with};
use crate::visitor::Visitor;

const KEY: &str = "0123456789abcdef";
const OFFICE: &str = "orders@shop.example";

async fn telling() -> (Gateway, Mailbox) {
    let mailbox = Mailbox::start();
    let settings = mailbox.settings();
    let gateway = Gateway::start_with(|config| config.mail = Some(settings)).await;
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    notify(&gateway, Some(OFFICE)).await;
    (gateway, mailbox)
}

async fn notify(gateway: &Gateway, address: Option<&str>) {
    assert!(gateway.app.store.notify("demo".to_owned(), address.map(str::to_owned)).await.is_ok_and(|known| known));
}

/// The mails to the merchant, once all is sent.
async fn notices(gateway: &Gateway, mailbox: &Mailbox) -> Vec<Mail> {
    gateway.until_all_is_sent().await;
    mailbox.mails().into_iter().filter(|mail| mail.to == [OFFICE]).collect()
}

/// Everything of a mail that somebody could read.
fn all_of(mail: &Mail) -> String {
    format!("{}\n{}\n{}", mail.data, mail.part("plain"), mail.part("html"))
}

#[tokio::test]
async fn the_merchant_is_told_of_each_registration_once_and_learns_nothing_of_the_customer() {
    let (gateway, mailbox) = telling().await;
    let page = gateway.page().await;
    let typed = registration_with("SN-1", json!({ "note": "A gift for Tom" }));
    let done = page.register(KEY, typed.clone()).await.good(201);
    page.register(KEY, typed).await.good(201);
    let number = done["registrations"][0]["id"].as_str().unwrap_or_default().to_owned();
    let told = notices(&gateway, &mailbox).await;
    assert_eq!(told.len(), 1, "the same submit again is not told again");
    let mail = &told[0];
    assert_eq!((mail.header("Auto-Submitted"), mail.header("Reply-To")), ("auto-generated".to_owned(), "help@shop.example".to_owned()));
    assert_eq!(mail.header("Subject"), "New registration: Espresso Duo");
    for part in [mail.part("plain"), mail.part("html")] {
        for said in [&number, "Espresso Duo", "SN-1", "2026-11-14", "2026-11-25", FORM, "demo &"] {
            assert!(part.contains(said), "{said}: {part}");
        }
    }
    for unsaid in ["Mara", "Lindqvist", "mara@example.com", "Tom", "/s/v4.local"] {
        assert!(!all_of(mail).contains(unsaid), "{unsaid}: {}", all_of(mail));
    }
    assert_eq!(mailbox.mails().len(), 2, "and the customer has the confirmation");
}

#[tokio::test]
async fn it_is_in_the_forms_language_whatever_the_customer_reads() {
    let (gateway, mailbox) = telling().await;
    gateway.save_form(FORM, &format!("language = \"de\"\n{FORM_FILE}"));
    Visitor::follows(&gateway, &format!("/v1/forms/{}/{FORM}?lang=ja", gateway.key)).await.fills_in("SN-1").sends().await;
    let mail = notices(&gateway, &mailbox).await.remove(0);
    assert_eq!(mail.header("Subject"), "Neue Registrierung: Espresso Duo");
    assert!(mail.part("html").contains("<html lang=\"de\" dir=\"ltr\">") && mail.part("plain").contains("Kaufdatum: 2026-11-14"));
}

#[tokio::test]
async fn several_of_one_submit_are_one_notice_without_what_was_erased() {
    let (gateway, mailbox) = telling().await;
    // Out of reach, so that nothing is sent before something is erased.
    notify(&gateway, Some("busy@shop.example")).await;
    let all: Vec<Value> = (1..=3).map(|number| registration(&format!("SN-{number}"))).collect();
    let done = gateway.page().await.submit(KEY, &json!({ "registrations": all })).await.good(201);
    crate::until_so("it was tried once", async || gateway.unsent().await.iter().any(|row| row.last_error.is_some())).await;
    let erased = done["registrations"][1]["id"].as_str().unwrap_or_default();
    Answer::to(gateway.request(Method::DELETE, &format!("/api/registrations/{erased}")).bearer_auth(&gateway.access_token)).await.good(200);
    gateway.until_all_is_sent().await;
    let told: Vec<Mail> = mailbox.mails().into_iter().filter(|mail| mail.to == ["busy@shop.example"]).collect();
    assert_eq!((told.len(), told[0].header("Subject").as_str()), (1, "New registration"));
    let text = told[0].part("plain");
    assert!(text.contains("SN-1") && !text.contains("SN-2") && text.contains("SN-3"), "{text}");
}

#[tokio::test]
async fn nothing_that_was_typed_can_become_a_header_or_markup_of_it() {
    let (gateway, mailbox) = telling().await;
    let typed = json!({ "productName": "Duo Bcc: all@example.com <b>&\u{2028}é" });
    gateway.page().await.register(KEY, registration_with("SN-1", typed)).await.good(201);
    let mail = notices(&gateway, &mailbox).await.remove(0);
    assert!(!mail.names().iter().any(|name| name.eq_ignore_ascii_case("bcc")), "{:?}", mail.names());
    assert_eq!(mail.to, [OFFICE]);
    assert!(!mail.part("html").contains("<b>") && mail.part("html").contains("&lt;b&gt;") && !mail.part("plain").contains('\u{2028}'));
    // An address that no command lets through, written into the store by somebody.
    notify(&gateway, Some("orders@shop.example>\r\nBcc: <all@example.com")).await;
    gateway.page().await.register("another-key-of-a-page", registration("SN-2")).await.good(201);
    let parked = gateway.until_all_is_sent().await;
    assert_eq!((parked.len(), parked[0].last_error.as_deref()), (1, Some("no address that a mail can be sent to")));
}

#[tokio::test]
async fn an_address_that_was_taken_away_hears_no_more_also_of_what_waited() {
    let (gateway, mailbox) = telling().await;
    notify(&gateway, Some("busy@shop.example")).await;
    gateway.page().await.register(KEY, registration("SN-1")).await.good(201);
    crate::until_so("it was tried once", async || gateway.unsent().await.iter().any(|row| row.last_error.is_some())).await;
    notify(&gateway, None).await;
    gateway.page().await.register("another-key-of-a-page", registration("SN-2")).await.good(201);
    assert!(gateway.until_all_is_sent().await.is_empty());
    assert!(mailbox.mails().iter().all(|mail| mail.to == ["mara@example.com"]), "{:?}", mailbox.mails());
}

#[tokio::test]
async fn neither_the_merchants_own_server_nor_a_test_key_is_told_of() {
    let (gateway, mailbox) = telling().await;
    gateway.api_post("/api/registrations", &one(registration("SN-1"))).await.good(201);
    let tried = gateway.tried_out().await.page().await;
    tried.register(KEY, registration("TEST-AVAILABLE")).await.good(201);
    assert!(gateway.unsent().await.is_empty() && mailbox.mails().is_empty());
}

#[tokio::test]
async fn a_notice_does_not_count_among_a_customers_confirmations() {
    let (gateway, mailbox) = telling().await;
    let page = gateway.page().await;
    page.register(KEY, registration("SN-1")).await.good(201);
    mailbox.until(2).await;
    for _ in 0..2 {
        let again = page.post("/v1/registrations/confirmation", &json!({ "serialNumber": "SN-1" })).await;
        assert_eq!(again.status, 202);
    }
    mailbox.until(4).await;
    assert_eq!(notices(&gateway, &mailbox).await.len(), 1, "and three confirmations");
}

#[test]
fn the_address_is_set_and_taken_away_by_a_command() {
    let gateway = Process::start();
    let told = |output: &std::process::Output| String::from_utf8_lossy(&output.stderr).into_owned();
    let set = run(gateway.folder(), &["merchant", "notify", "demo", OFFICE, "--json"]);
    let json: Value = serde_json::from_slice(&set.stdout).unwrap_or_default();
    assert_eq!(json, json!({ "merchant": "demo", "noticeTo": OFFICE }));
    assert!(told(&set).contains("No mail server is set up"), "{}", told(&set));
    let listed: Value = serde_json::from_str(&line(gateway.folder(), &["merchant", "list", "--json"])).unwrap_or_default();
    assert_eq!(listed["noticeTo"], OFFICE);
    for (arguments, why) in [
        (vec!["notify", "nobody", OFFICE], "there is no merchant"),
        (vec!["notify", "demo", "orders"], "is no address"),
        (vec!["notify", "demo", "a@shop.example\r\nBcc: b@shop.example"], "is no address"),
        (vec!["notify", "demo", "a@shop.example, b@shop.example"], "is no address"),
        (vec!["notify", "demo"], "required"),
        (vec!["notify", "demo", OFFICE, "--nobody"], "cannot be used with"),
    ] {
        let output = run(gateway.folder(), &[&["merchant"], &arguments[..]].concat());
        assert!(!output.status.success() && told(&output).contains(why), "{arguments:?}: {}", told(&output));
    }
    assert_eq!(line(gateway.folder(), &["merchant", "notify", "demo", "--nobody"]), "demo\tnobody is told");
    let listed: Value = serde_json::from_str(&line(gateway.folder(), &["merchant", "list", "--json"])).unwrap_or_default();
    assert_eq!(listed["noticeTo"], Value::Null);
}
