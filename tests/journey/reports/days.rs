//! A day is a day: the same in every time zone, and of the one calendar that it is stored in.

use serde_json::{Value, json};

use crate::browser::{Browser, Kind};
use crate::card::NAME;
use crate::visit::{EMAIL, SERIAL, Visit};
use crate::wait::{until, until_true};

const NO_ZONES: &str = "its driver sets neither time zone nor language";

/// A page that keeps the calendar files it is given instead of downloading them.
const KEEPS_CALENDARS: &str = "<script>
    URL.createObjectURL = file => { file.text().then(text => { window.calendar = text; }); return '#'; };
    HTMLAnchorElement.prototype.click = () => {};
</script>";

/// A form that takes any serial number as often as anybody likes, and tells of the warranty.
fn with_a_warranty(form: &str) -> String {
    let form = form.replace("validate = true", "validate = false").replace("one_time = true", "one_time = false");
    format!("warranty_months = 24\n{form}")
}

impl Visit {
    /// Sets a day as a picker does: at once, in the way every script writes it.
    async fn picks_the_day(&self, day: &str) {
        let pick = "(() => { const control = root.querySelector('[name=purchaseDate]'); control.focus(); control.value = given;
            for (const type of ['input', 'change']) control.dispatchEvent(new Event(type, { bubbles: true })); control.blur(); })()";
        self.card().read_with(pick, json!(day)).await;
    }

    /// What the end shows behind a label.
    async fn shown_at_the_end(&self, nth: usize) -> String {
        let shown =
            self.card().read_with("[...root.querySelectorAll('[data-state=done] dd:not(.serial)')][given]?.innerText", json!(nth)).await;
        shown.as_str().unwrap_or_default().to_owned()
    }

    async fn stored_day(&self) -> Value {
        self.gateway.merchant.registrations_of(EMAIL).await[0]["purchaseDate"].clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_day_is_the_same_day_in_every_time_zone() {
    if Kind::of_this_run().lacks(NO_ZONES) {
        return;
    }
    // The gateway of all of these tests stands in Honolulu.
    let visit = Visit::with_form(|form| with_a_warranty(&form)).await;
    let card = visit.card();
    for (zone, keys, day, shown, until_day) in [
        ("Pacific/Honolulu", "03312026", "2026-03-31", "March 31, 2026", "March 31, 2028"),
        ("Pacific/Kiritimati", "03312026", "2026-03-31", "March 31, 2026", "March 31, 2028"),
        // No midnight that day.
        ("America/Sao_Paulo", "11042018", "2018-11-04", "November 4, 2018", "November 4, 2020"),
    ] {
        visit.browser.command("Emulation.setTimezoneOverride", json!({ "timezoneId": zone })).await;
        visit.goes_to(KEEPS_CALENDARS, &format!("{}{}", visit.gateway.script(), visit.gateway.element())).await;
        assert_eq!(visit.browser.js("return Intl.DateTimeFormat().resolvedOptions().timeZone", vec![]).await, zone);
        card.type_into("customerName", NAME).await;
        card.becomes_live().await;
        card.type_into("customerEmail", EMAIL).await;
        card.type_into("serialNumber", SERIAL).await;
        card.type_into("purchaseDate", &format!("\u{E012}\u{E012}{keys}")).await;
        assert_eq!(card.value_of("purchaseDate").await, day, "{zone}");
        visit.browser.reloads().await;
        card.is_painted().await;
        until_true("it is kept", async || card.value_of("purchaseDate").await == day).await;
        card.click("[name=customerName]").await;
        card.becomes_live().await;
        assert_eq!(card.value_of("purchaseDate").await, day, "{zone}");
        card.submit().await;
        card.done().await;
        assert_eq!((visit.shown_at_the_end(0).await, visit.shown_at_the_end(1).await), (shown.to_owned(), until_day.to_owned()), "{zone}");
        assert_eq!(visit.stored_day().await, day, "{zone}");
        card.click("[data-state=done] .ways button").await;
        let calendar =
            until("the calendar file", async || visit.browser.js("return window.calendar", vec![]).await.as_str().map(str::to_owned)).await;
        let year: i32 = day[..4].parse().unwrap();
        let compact = format!("{}{}", year + 2, day[4..].replace('-', ""));
        assert!(calendar.contains(&format!("\r\nDTSTART;VALUE=DATE:{compact}\r\n")), "{zone}: {calendar}");
        visit.browser.console_is_silent().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_of_another_calendar_registers_the_same_day() {
    if Kind::of_this_run().lacks(NO_ZONES) {
        return;
    }
    for (locale, calendar) in [("th-TH", "buddhist"), ("fa-IR", "persian"), ("ar-SA-u-ca-islamic-umalqura", "islamic-umalqura")] {
        let visit = Visit::with_form(|form| with_a_warranty(&form)).await;
        let agent = visit.browser.js("return navigator.userAgent", vec![]).await;
        visit.browser.command("Emulation.setUserAgentOverride", json!({ "userAgent": agent, "acceptLanguage": locale })).await;
        visit.browser.command("Emulation.setLocaleOverride", json!({ "locale": locale })).await;
        visit.shows_the_card().await;
        let own = visit
            .browser
            .js("const own = Intl.DateTimeFormat().resolvedOptions(); return [navigator.language, own.locale, own.calendar]", vec![])
            .await;
        assert_eq!(own, json!([locale, locale, calendar]));
        for lang in ["", " lang=\"ar\""] {
            let element = visit.gateway.element().replace("<reg-card", &format!("<reg-card{lang}"));
            // A page that does not say in which language it is.
            let page = format!("<!doctype html><title>Shop</title><link rel=\"icon\" href=\"data:,\">{}{element}", visit.gateway.script());
            visit.shop.serve("/plain", &[("content-type", "text/html; charset=utf-8")], page);
            visit.browser.go(&format!("{}/plain", visit.shop.origin())).await;
            let card = visit.card();
            card.type_into("customerName", NAME).await;
            card.becomes_live().await;
            card.type_into("customerEmail", EMAIL).await;
            card.type_into("serialNumber", SERIAL).await;
            visit.picks_the_day("2026-11-01").await;
            visit.browser.reloads().await;
            card.is_painted().await;
            until_true("it is kept", async || card.value_of("purchaseDate").await == "2026-11-01").await;
            visit.picks_the_day("2026-11-01").await;
            card.becomes_live().await;
            assert_eq!(card.value_of("purchaseDate").await, "2026-11-01", "{locale}");
            let controls = years(&visit.browser).await;
            assert!(controls.contains(&2026) && controls.iter().all(|year| *year == 2026), "{locale}: the control shows {controls:?}");
            card.submit().await;
            card.done().await;
            for (nth, year) in [(0, "2026"), (1, "2028")] {
                let shown = visit.shown_at_the_end(nth).await;
                assert!(plain(&shown).contains(year), "{locale}: the end shows {shown}");
            }
            assert_eq!(visit.stored_day().await, "2026-11-01", "{locale}");
        }
        // As somebody types it who lives by that calendar, and as a page gives it.
        let before = visit.gateway.merchant.registrations_of(EMAIL).await.len();
        let element = visit.gateway.element().replace("<reg-card", "<reg-card prefill-purchasedate=\"2569-11-01\"");
        visit.goes_to("", &format!("{}{element}", visit.gateway.script())).await;
        let card = visit.card();
        card.type_into("customerName", NAME).await;
        card.becomes_live().await;
        card.type_into("customerEmail", EMAIL).await;
        card.type_into("serialNumber", SERIAL).await;
        assert_eq!(card.value_of("purchaseDate").await, "2569-11-01");
        card.submit().await;
        card.until("it is asked about", "root.querySelector('[name=purchaseDate]').getAttribute('aria-invalid') === 'true'").await;
        assert_eq!((visit.submits(), visit.gateway.merchant.registrations_of(EMAIL).await.len()), (before, before));
        visit.browser.console_is_silent().await;
    }
}

/// The years that a browser says to whoever cannot see its control for a day.
async fn years(browser: &Browser) -> Vec<u32> {
    browser.command("Accessibility.enable", json!({})).await;
    let tree = browser.command("Accessibility.getFullAXTree", json!({})).await;
    let nodes = tree["nodes"].as_array().unwrap();
    let parts = nodes.iter().filter(|node| node["role"]["value"] == "spinbutton");
    parts
        .filter_map(|part| plain(&part["value"]["value"].to_string()).trim_matches('"').parse().ok())
        .filter(|number| *number > 31)
        .collect()
}

/// With digits that Rust reads.
fn plain(text: &str) -> String {
    let digit = |character: char| match character {
        '\u{0660}'..='\u{0669}' => char::from_digit(character as u32 - 0x0660, 10),
        '\u{06F0}'..='\u{06F9}' => char::from_digit(character as u32 - 0x06F0, 10),
        _ => None,
    };
    text.chars().map(|character| digit(character).unwrap_or(character)).collect()
}
