//! The first form as it is rendered natively: what the loader paints and the hosted page shows.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "what a story is told with may fail as loudly as the story itself")]

use regcard::form::{Answers, Given};
use regcard::text::Words;
use regcard::view::render;
use regcard_protocol::form::Form;

fn form() -> Form {
    toml::from_str(include_str!("../forms/product-registration.toml")).unwrap()
}

#[test]
fn the_first_form_stays_as_it_is() {
    let html = render(&form(), "product-registration", &Words::of("en"), "https://gateway.example/form", &Answers::default());
    insta::assert_snapshot!(html.replace("><", ">\n<"));
}

#[test]
fn what_was_answered_stands_in_the_controls() {
    let mut answers = Answers::default();
    answers.push("customerName", Given::Text("Ann \"<Bob>\" & Co".into()));
    answers.push("serialNumber", Given::Text("S1".into()));
    answers.push("serialNumber", Given::Text("S2".into()));
    answers.push("boughtFrom", Given::Text("store".into()));
    let html = render(&form(), "product-registration", &Words::of("en"), "https://gateway.example/form", &answers);
    assert!(
        html.contains("value=\"Ann &quot;&lt;Bob&gt;&quot; &amp; Co\"") || html.contains("value=\"Ann &quot;<Bob>&quot; &amp; Co\""),
        "{html}"
    );
    assert!(html.contains("value=\"S1\"") && html.contains("value=\"S2\""));
    assert!(html.contains("<option value=\"store\" selected=\"\">"));
    assert!(!html.contains("<!"), "no markers are left");
}

#[test]
fn the_loader_is_told_how_long_a_draft_is_kept() {
    let painted = |draft: &str| {
        let form: Form = toml::from_str(&format!("draft = \"{draft}\"\n{}", include_str!("../forms/product-registration.toml"))).unwrap();
        render(&form, "product-registration", &Words::of("en"), "https://gateway.example/form", &Answers::default())
    };
    assert!(painted("week").contains("<form data-draft=\"week\" "));
    assert!(painted("off").contains("<form data-draft=\"off\" "));
    assert!(!painted("tab").contains("data-draft"));
}
