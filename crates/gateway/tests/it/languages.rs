//! A form in the language of whoever fills it in, in the merchant's own words, and what is stored of a consent.

use reqwest::Method;
use serde_json::json;

use crate::answer::Answer;
use crate::forms::{configuration, with_widget};
use crate::gateway::{FORM_FILE, Gateway};
use crate::shop::{FORM, registration_with};

const GERMAN: &str = "
[texts.de]
intro = 'Dauert eine Minute.'
register = 'Jetzt registrieren'
boughtFrom.label = 'Gekauft bei'
boughtFrom.choice.store = 'Einem Laden'
PrivacyPolicy.label = 'Schreiben Sie mir einmal im Monat'
";

fn card(gateway: &Gateway, query: &str) -> String {
    format!("/v1/forms/{}/{FORM}/card{query}", gateway.key)
}

/// The hosted page as a browser shows it to somebody who reads these languages.
async fn page(gateway: &Gateway, query: &str, languages: &str) -> String {
    let path = format!("/v1/forms/{}/{FORM}{query}", gateway.key);
    let page = Answer::to(gateway.request(Method::GET, &path).header("accept-language", languages)).await;
    assert_eq!((page.status, page.header("vary").contains("Accept-Language")), (200, true));
    page.text().to_owned()
}

#[tokio::test]
async fn a_form_is_in_its_own_language_until_another_is_asked_for() {
    let (gateway, _built) = with_widget().await;
    gateway.save_form(FORM, &format!("language = \"de\"\n{FORM_FILE}"));
    let script = format!("/v1/{}/regcard.js", gateway.key);
    for (query, language, direction, button) in [
        ("", "de", "ltr", "Registrieren"),
        ("?lang=", "de", "ltr", "Registrieren"),
        ("?lang=tlh", "de", "ltr", "Registrieren"),
        ("?lang=sv-FI", "sv", "ltr", "Registrera"),
        ("?lang=ar", "ar", "rtl", "تسجيل"),
        ("?lang=zh-TW", "zh-Hans", "ltr", "注册"),
    ] {
        let config = configuration(gateway.get(&format!("{script}{query}")).await.text());
        let card = gateway.get(&card(&gateway, query)).await.good(200);
        assert_eq!((&config["lang"], &card["lang"]), (&json!(language), &json!(language)), "{query}");
        assert_eq!(card["texts"]["register"], button, "{query}");
        assert_eq!(config["tree"], card["tree"], "{query}");
        assert_eq!(card["tree"][1], json!({ "class": "regcard", "lang": language, "dir": direction }), "{query}");
        assert!(card["tree"].to_string().contains(&format!("?lang={language}\"")), "the hosted page goes on in {language}");
    }
}

#[tokio::test]
async fn the_script_says_which_languages_there_are() {
    let (gateway, _built) = with_widget().await;
    let script = format!("/v1/{}/regcard.js", gateway.key);
    let config = configuration(gateway.get(&script).await.text());
    let all = ["en", "es", "fr", "de", "it", "pt-BR", "nl", "sv", "pl", "ar", "ja", "zh-Hans"];
    assert_eq!(config["languages"], json!(all));
    for language in all {
        let card = gateway.get(&card(&gateway, &format!("?lang={language}"))).await.good(200);
        assert_eq!((&card["lang"], card["texts"].as_object().map(|texts| texts.len() > 100)), (&json!(language), Some(true)));
    }
    // Of a language that nobody speaks a page that is written in any other sees nothing else.
    let pseudo = configuration(gateway.get(&format!("{script}?lang=en-XA")).await.text());
    assert_eq!((&pseudo["lang"], &pseudo["languages"]), (&json!("en-XA"), &json!(["en-XA"])));
    assert!(pseudo["tree"].to_string().contains("[Ŕéĝîšţéŕ "), "{}", pseudo["tree"]);
}

#[tokio::test]
async fn the_hosted_page_is_in_the_language_that_a_browser_asks_for() {
    let gateway = Gateway::start().await;
    let starts = |html: &str, language: &str, direction: &str| {
        let start = format!("<!doctype html>\n<html lang=\"{language}\" dir=\"{direction}\">");
        assert!(html.starts_with(&start) && html.contains(&format!("<reg-card form=\"{FORM}\" lang=\"{language}\">")), "{html}");
    };
    starts(&page(&gateway, "", "da, fr-CH;q=0.9, en;q=0.8").await, "fr", "ltr");
    starts(&page(&gateway, "?lang=ar", "fr").await, "ar", "rtl");
    starts(&page(&gateway, "", "da").await, "en", "ltr");
    gateway.save_form(FORM, &format!("language = \"ja\"\n{FORM_FILE}"));
    starts(&page(&gateway, "", "da").await, "ja", "ltr");
    starts(&page(&gateway, "", "en-XA").await, "en", "ltr");
}

#[tokio::test]
async fn a_merchants_words_stand_in_the_card_the_script_and_the_page_of_their_language_alone() {
    let (gateway, _built) = with_widget().await;
    gateway.save_form(FORM, &format!("{FORM_FILE}{GERMAN}"));
    let german = gateway.get(&card(&gateway, "?lang=de")).await.good(200);
    assert_eq!(german["texts"]["register"], "Jetzt registrieren");
    assert_eq!(german["form"]["intro"], "Dauert eine Minute.");
    let script = gateway.get(&format!("/v1/{}/regcard.js?lang=de", gateway.key)).await;
    let hosted = page(&gateway, "", "de").await;
    for shown in [&german.to_string(), script.text(), &hosted] {
        for words in ["Dauert eine Minute.", "Jetzt registrieren", "Gekauft bei", "Einem Laden", "Schreiben Sie mir einmal im Monat"] {
            assert!(shown.contains(words), "{words}: {shown}");
        }
        assert!(shown.contains("It was a gift"), "what the merchant did not translate is said as the file says it");
    }
    let french = gateway.get(&card(&gateway, "?lang=fr")).await;
    assert!(!french.text().contains("Jetzt registrieren") && french.text().contains("Bought from"), "{}", french.text());
}

#[tokio::test]
async fn words_for_nothing_leave_the_last_good_form_in_use() {
    let gateway = Gateway::start().await;
    let before = gateway.get(&card(&gateway, "?lang=de")).await;
    for broken in ["[texts.de]\ntitel = 'x'\n", "[texts.dk]\n", "[texts.de]\nnote.labl = 'x'\n", "[texts.de]\ndone-product = '{x}'\n"] {
        gateway.save_form(FORM, &format!("{FORM_FILE}\n{broken}"));
        assert_eq!(gateway.get(&card(&gateway, "?lang=de")).await.body, before.body, "{broken}");
    }
}

#[tokio::test]
async fn a_consent_is_stored_as_it_was_read_and_nothing_else_is() {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, &format!("{FORM_FILE}{GERMAN}"));
    gateway.load_serials(&["SN-1", "SN-2", "SN-3"]).await;
    let session = gateway.page().await;
    let english = "Tell me about new parts and recipes, about once a month";
    for (number, (sent, stored)) in [
        (json!("Schreiben Sie mir einmal im Monat"), "Schreiben Sie mir einmal im Monat"),
        (json!(english), english),
        // A card that knows no sentences says yes: to the file's own.
        (json!(true), english),
    ]
    .into_iter()
    .enumerate()
    {
        let typed = registration_with(&format!("SN-{}", number + 1), json!({ "PrivacyPolicy": sent }));
        session.register(&format!("the-key-of-consent-{number}"), typed).await.good(201);
        assert_eq!(gateway.registrations().await[0]["fieldData"]["PrivacyPolicy"], stored);
    }
    for never_shown in ["Gekauft bei", "true", "Schreiben Sie mir täglich"] {
        let typed = registration_with("SN-3", json!({ "PrivacyPolicy": never_shown }));
        let refused = session.register("the-key-of-no-consent", typed).await;
        assert_eq!(refused.faults(422, "validation"), ["/registrations/0/PrivacyPolicy kind"]);
    }
    assert_eq!(gateway.registrations().await.len(), 3);
}
