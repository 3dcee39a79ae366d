//! What people are called and how they are reached: taken as it is typed, by the card's route, by the page without scripts and
//! by the merchant's API, and stored the same by all of them.

use serde_json::{Value, json};

use crate::gateway::Gateway;
use crate::shop::{FORM, one};
use crate::visitor::Visitor;

/// A form that asks for all there is about a person, and for no serial number.
const ASKS: &str = r#"
default_country = "DE"

[[field]]
key = "customerName"
kind = "name"
required = true

[[field]]
key = "customerEmail"
kind = "email"
required = true

[[field]]
key = "productName"
kind = "product"

[[field]]
key = "purchaseDate"
kind = "purchase-date"

[[field]]
key = "phone"
kind = "phone"

[[field]]
key = "address"
kind = "address"
required = true
"#;

/// A customer's ways to the same form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Card,
    Page,
    Api,
}

const WAYS: [Way; 3] = [Way::Card, Way::Page, Way::Api];

async fn gateway() -> Gateway {
    let gateway = Gateway::start().await;
    gateway.save_form(FORM, ASKS);
    gateway
}

/// What is stored of a registration with these answers; or the fault, as `KEY CODE`.
async fn registered(gateway: &Gateway, way: Way, answers: &[(&str, &str)]) -> Result<Value, String> {
    let required =
        [("customerName", "Mara Lindqvist"), ("customerEmail", "mara@example.com"), ("country", "DE"), ("address1", "Hauptstr. 1")];
    let answers: Vec<(&str, &str)> = [&required[..], &[("city", "Berlin")], answers].concat();
    // Newest first is by time.
    gateway.clock.advance(1);
    match way {
        Way::Page => {
            let filled = answers.into_iter().fold(Visitor::opens(gateway).await, |page, (name, text)| page.types(name, text));
            let end = filled.sends().await;
            if end.page.status != 201 {
                return Err(end.complaints().join(", "));
            }
        }
        Way::Card | Way::Api => {
            let members: serde_json::Map<_, _> = answers.into_iter().map(|(name, text)| (name.to_owned(), json!(text))).collect();
            let answer = match way {
                Way::Api => gateway.api_post("/api/registrations", &one(members.into())).await,
                // Each of them is another customer, with a session and a key of their own.
                Way::Card | Way::Page => {
                    gateway.page().await.register(&format!("the-key-of-{}", gateway.clock.millis()), members.into()).await
                }
            };
            if answer.status != 201 {
                return Err(answer.faults(422, "validation").join(", ").replace("/registrations/0/", ""));
            }
        }
    }
    Ok(gateway.registrations().await.swap_remove(0))
}

/// Names that people have, a line each.
const NAMES: &str = include_str!("../../../protocol/tests/names.txt");

#[tokio::test]
async fn one_letter_is_a_name_whoever_sends_it() {
    let gateway = gateway().await;
    for way in WAYS {
        for name in NAMES.lines() {
            let stored = registered(&gateway, way, &[("customerName", &format!(" {name} "))]).await;
            assert_eq!(stored.map(|one| one["customerName"].clone()), Ok(json!(name)), "{way:?}");
        }
    }
    for way in [Way::Card, Way::Page] {
        let refused = registered(&gateway, way, &[("customerName", " \u{2003} ")]).await;
        assert!(refused.as_ref().is_err_and(|fault| fault.starts_with("customerName")), "{way:?}: {refused:?}");
    }
}

#[tokio::test]
async fn a_name_is_found_however_a_keyboard_puts_its_letters_together() {
    let gateway = gateway().await;
    for way in WAYS {
        let stored = registered(&gateway, way, &[("customerName", "Jose\u{301} Nguye\u{302}\u{303}n")]).await;
        assert_eq!(stored.map(|one| one["customerName"].clone()), Ok(json!("José Nguy\u{1EC5}n")), "{way:?}");
    }
}

#[tokio::test]
async fn an_address_that_people_have_is_taken_by_one_rule() {
    let gateway = gateway().await;
    let local = |length: usize| format!("{}@example.com", "a".repeat(length));
    let mut good: Vec<String> = [
        "ann+box@example.com",
        "o'hara@example.com",
        "a_b-c@example.photography",
        "x@a.example.co.uk",
        "1@example.com",
        "user%tag@example.com",
        "ANN@EXAMPLE.COM",
    ]
    .map(str::to_owned)
    .to_vec();
    good.extend([local(64), local(65), local(100), local(254 - "@example.com".len())]);
    for way in WAYS {
        for address in &good {
            let stored = registered(&gateway, way, &[("customerEmail", &format!(" {address} "))]).await;
            assert_eq!(stored.map(|one| one["customerEmail"].clone()), Ok(json!(address)), "{way:?}");
        }
        for wrong in ["ann@example", "ann@@example.com", "ann@exam ple.com", "ann@.com", &local(255 - "@example.com".len())] {
            let refused = registered(&gateway, way, &[("customerEmail", wrong)]).await;
            assert!(refused.as_ref().is_err_and(|fault| fault.starts_with("customerEmail")), "{way:?}, {wrong}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_telephone_number_is_taken_as_people_write_it() {
    let gateway = gateway().await;
    for way in [Way::Card, Way::Page] {
        for (typed, stored) in [
            ("+1 640-555-0100", "+1 640-555-0100"),
            ("057 1234567", "057 1234567"),
            ("+383 44 000 000", "+383 44 000 000"),
            ("06-00000000", "06-00000000"),
            ("(030) 000 00 ext. 12", "(030) 000 00 ext. 12"),
            ("0039 06 0000", "0039 06 0000"),
            ("\u{202A}+49 30 000000\u{202C}", "+49 30 000000"),
        ] {
            let read = registered(&gateway, way, &[("phone", typed), ("country", "ZM")]).await;
            assert_eq!(read.map(|one| one["fieldData"]["phone"].clone()), Ok(json!(stored)), "{way:?}");
        }
    }
}

#[tokio::test]
async fn a_postal_code_is_asked_for_where_there_are_some_and_stored_as_it_is_typed() {
    let gateway = gateway().await;
    for way in WAYS {
        for country in ["IE", "HK", "AE", "XK"] {
            let stored = registered(&gateway, way, &[("country", country)]).await.unwrap();
            assert_eq!((&stored["fieldData"]["country"], stored["fieldData"].get("postCode")), (&json!(country), None), "{way:?}");
        }
        for (country, code) in [("IE", "T12 Y275"), ("NL", "1234AB"), ("GB", "sw1a1aa"), ("US", "02138"), ("XK", "10000")] {
            let stored = registered(&gateway, way, &[("country", country), ("postCode", code)]).await.unwrap();
            assert_eq!(stored["fieldData"]["postCode"], code, "{way:?}, {country}");
        }
    }
    let stored = registered(&gateway, Way::Card, &[("country", "US"), ("postCode", " 02138 ")]).await.unwrap();
    assert_eq!(stored["fieldData"]["postCode"], "02138");
}

#[tokio::test]
async fn what_a_box_lets_in_is_taken_and_nothing_is_cut_in_half() {
    let gateway = gateway().await;
    let family = "👩‍👩‍👧‍👦";
    // A box counts a fox as two, the rule as one: so both the full box and twice as many by the API are taken.
    for (key, limit) in [("customerName", 200), ("productName", 200), ("city", 200), ("address1", 200), ("postCode", 200)] {
        let cut: String = family.repeat(limit).chars().take(limit).collect();
        for text in ["é".repeat(limit), "🦊".repeat(limit / 2), "🦊".repeat(limit), cut] {
            for way in WAYS {
                let stored = registered(&gateway, way, &[(key, &text)]).await.unwrap();
                let stored = stored.get(key).unwrap_or(&stored["fieldData"][key]);
                assert_eq!(stored, &json!(text), "{way:?}, {key}");
                assert!(!stored.to_string().contains('\u{FFFD}'));
            }
        }
        for way in [Way::Card, Way::Page] {
            let refused = registered(&gateway, way, &[(key, &"🦊".repeat(limit + 1))]).await;
            assert!(refused.as_ref().is_err_and(|fault| fault.starts_with(key)), "{way:?}, {key}: {refused:?}");
        }
    }
    // What was cut in half somewhere else is said, instead of being stored as it came.
    for way in WAYS {
        for key in ["customerName", "city"] {
            let refused = registered(&gateway, way, &[(key, "Zoë \u{FFFD}")]).await;
            assert!(refused.as_ref().is_err_and(|fault| fault.starts_with(key)), "{way:?}, {key}: {refused:?}");
        }
    }
}

#[tokio::test]
async fn a_year_of_another_calendar_is_refused_and_not_stored() {
    let gateway = gateway().await;
    for way in WAYS {
        let stored = registered(&gateway, way, &[("purchaseDate", "2026-11-01")]).await;
        assert_eq!(stored.map(|one| one["purchaseDate"].clone()), Ok(json!("2026-11-01")), "{way:?}");
        // Buddhist, and of the Hijra.
        for day in ["2569-11-01", "1448-05-20"] {
            let refused = registered(&gateway, way, &[("purchaseDate", day)]).await;
            assert!(refused.as_ref().is_err_and(|fault| fault.starts_with("purchaseDate")), "{way:?}, {day}: {refused:?}");
        }
    }
    assert_eq!(gateway.registrations().await.len(), WAYS.len());
}
