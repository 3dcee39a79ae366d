//! Pictures of every state, for people to look at. Decides nothing: `cargo xtask screenshots` starts it, and a person says what is wrong.

use std::path::{Path, PathBuf};

use base64::Engine;
use serde_json::json;

use crate::card::Card;
use crate::states::{Mode, State, Walk};
use crate::visit::{OTHER_SERIAL, Visit};

/// One of each script and direction, and the one with the long words.
const LANGUAGES: [&str; 4] = ["en", "de", "ar", "ja"];

/// The card's `theme`, and what the page around it is painted with.
const THEMES: [(&str, &str); 2] = [("light", "#f3f4f6"), ("dark", "#101214")];

/// Of the window, in pixels: a page with room, and the narrowest phone.
const WIDTHS: [u32; 2] = [900, 320];

/// Room around the card, for its shadow and its focus ring. Pixels.
const MARGIN: f64 = 12.0;

#[tokio::test(flavor = "multi_thread")]
#[ignore = "`cargo xtask screenshots` takes them"]
async fn every_state_in_pictures() {
    let folder = PathBuf::from(std::env::var_os("REGCARD_SCREENSHOTS").expect("`cargo xtask screenshots` names the folder"));
    let visit = Visit::begin().await;
    let serial_number = |language: &str, mode: Mode| format!("SHOT-{language}-{}", mode.word());
    let walks = || LANGUAGES.into_iter().flat_map(|language| Mode::ALL.map(|mode| (language, mode)));
    visit.gateway.load(walks().map(|(language, mode)| serial_number(language, mode)));
    visit.gateway.merchant.register(OTHER_SERIAL).await;
    for (language, mode) in walks() {
        let walk = Walk { visit: &visit, language, mode, serial_number: serial_number(language, mode) };
        let place = folder.join(language);
        std::fs::create_dir_all(&place).unwrap();
        walk.goes(async |state| {
            for (theme, paper) in THEMES {
                for width in WIDTHS {
                    let file = place.join(format!("{}-{theme}-{width}-{}.png", state.name(), mode.word()));
                    take(visit.card(), mode, state, theme, paper, width, &file).await;
                }
            }
            visit.browser.command("Emulation.clearDeviceMetricsOverride", json!({})).await;
        })
        .await;
    }
}

async fn take(card: Card<'_>, mode: Mode, state: State, theme: &str, paper: &str, width: u32, file: &Path) {
    let metrics = json!({ "width": width, "height": 900, "deviceScaleFactor": 1, "mobile": false });
    card.browser.command("Emulation.setDeviceMetricsOverride", metrics).await;
    // It would be gone in the picture, and everything a little wider than it was measured.
    card.browser.command("Emulation.setScrollbarsHidden", json!({ "hidden": true })).await;
    let look = "document.querySelectorAll('reg-card').forEach(card => card.setAttribute('theme', arguments[0])); document.body.style.background = arguments[1];";
    card.browser.js(look, vec![json!(theme), json!(paper)]).await;
    // Colours and the panel of a dialog need a moment.
    card.until(
        "nothing moves",
        "root.getAnimations().every(one => one.playState !== 'running' || one.effect.getTiming().iterations === Infinity)",
    )
    .await;
    card.browser.breathe().await;
    // A dialog is shown with what is behind it, as high as the window; an inline card alone, as high as it is.
    let clip = match mode {
        Mode::Dialog => None,
        Mode::Inline => {
            let place = card
                .read("(({ x, y, width, height }) => [x + scrollX, y + scrollY, width, height])(root.host.getBoundingClientRect())")
                .await;
            let of = |n: usize| place[n].as_f64().unwrap_or_else(|| panic!("{state:?} is nowhere: {place}"));
            let (x, y) = ((of(0) - MARGIN).max(0.0), (of(1) - MARGIN).max(0.0));
            Some(
                json!({ "x": x, "y": y, "width": of(2).min(f64::from(width)) + of(0) - x + MARGIN, "height": of(3) + of(1) - y + MARGIN, "scale": 1 }),
            )
        }
    };
    let mut wanted = json!({ "format": "png", "captureBeyondViewport": clip.is_some() });
    if let Some(clip) = clip {
        wanted["clip"] = clip;
    }
    let picture = card.browser.command("Page.captureScreenshot", wanted).await;
    let bytes = base64::engine::general_purpose::STANDARD.decode(picture["data"].as_str().expect("a picture")).unwrap();
    std::fs::write(file, bytes).unwrap();
}
