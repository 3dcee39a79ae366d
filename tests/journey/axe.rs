//! What keeps people out: axe-core looks at every state of the card, in every language and mode, by day and by night.
//! It finds what can be found by rules, which is about half of it; the rest is shown by stories and by people.

use std::io::Write;

use serde_json::{Value, json};

use crate::browser::Browser;
use crate::gateway::root;
use crate::states::{Mode, State, Walk};
use crate::visit::{OTHER_SERIAL, Visit};

/// What the card's `theme` can be set to.
const THEMES: [&str; 2] = ["light", "dark"];

/// The rules of WCAG up to 2.2 AA, and what axe-core calls good practice.
const RULES: [&str; 6] = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_half_of_the_languages() {
    every_state(&halves().0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn axe_finds_nothing_in_the_other_half() {
    every_state(&halves().1).await;
}

/// Two tests run at a time.
fn halves() -> (Vec<&'static str>, Vec<&'static str>) {
    regcard::text::languages().into_iter().enumerate().fold((Vec::new(), Vec::new()), |mut halves, (nth, language)| {
        if nth % 2 == 0 {
            halves.0.push(language)
        } else {
            halves.1.push(language)
        }
        halves
    })
}

async fn every_state(languages: &[&str]) {
    let visit = Visit::begin().await;
    let serial_number = |language: &str, mode: Mode| format!("AXE-{language}-{}", mode.word());
    let walks = || languages.iter().flat_map(|language| Mode::ALL.map(|mode| (*language, mode)));
    visit.gateway.load(walks().map(|(language, mode)| serial_number(language, mode)));
    visit.gateway.merchant.register(OTHER_SERIAL).await;
    let mut checked = 0;
    let mut wrong: Vec<String> = Vec::new();
    let mut missing: Option<Mode> = None;
    for (language, mode) in walks() {
        if missing == Some(mode) {
            continue;
        }
        let walk = Walk { visit: &visit, language, mode, serial_number: serial_number(language, mode) };
        let mut seen: Vec<State> = Vec::new();
        let there = walk
            .goes(async |state| {
                for theme in THEMES {
                    for fault in faults(&visit.browser, theme).await {
                        wrong.push(format!("{language}, {}, {}, {theme}: {fault}", mode.word(), state.name()));
                    }
                    checked += 1;
                }
                seen.push(state);
            })
            .await;
        if there {
            seen.sort_by_key(|state| State::ALL.iter().position(|one| one == state));
            assert_eq!(seen, State::ALL, "a state was passed over");
        } else {
            say(&format!("axe: not yet: there is no mode {}", mode.word()));
            missing = Some(mode);
        }
    }
    say(&format!("axe: {checked} states of the card looked at, in {}: {} faults", languages.join(", "), wrong.len()));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What axe-core finds in the card as it is just now.
async fn faults(browser: &Browser, theme: &str) -> Vec<String> {
    if browser.js("return !window.axe", vec![]).await == true {
        let axe = std::fs::read_to_string(root().join("node_modules/axe-core/axe.min.js"));
        browser.js(&axe.expect("`cargo xtask test browser` installs axe-core"), vec![]).await;
        // A colour on its way to another one is neither.
        let still = json!([{ "name": "prefers-reduced-motion", "value": "reduce" }]);
        browser.command("Emulation.setEmulatedMedia", json!({ "features": still })).await;
    }
    let run = "const [theme, rules, done] = arguments;
        document.querySelector('reg-card').setAttribute('theme', theme);
        document.body.style.background = theme === 'dark' ? '#101214' : '#fff';
        document.body.style.color = theme === 'dark' ? '#fff' : '#101214';
        axe.run('reg-card', { runOnly: rules, resultTypes: ['violations'] }).then(
            found => done(found.violations.flatMap(one => one.nodes.map(node => `${one.id}: ${one.help}: ${node.target.flat().join(' ')} ${node.html} ${node.failureSummary}`))),
            error => done([String(error)]));";
    let found = browser.js_until_done(run, vec![json!(theme), json!(RULES)]).await;
    let lines = found.as_array().unwrap_or_else(|| panic!("{found}"));
    lines.iter().map(|line| line.as_str().map_or_else(|| Value::to_string(line), |line| line.replace('\n', " "))).collect()
}

/// Past the harness, which keeps what a passing test prints to itself.
fn say(line: &str) {
    drop(std::io::stderr().write_all(format!("{line}\n").as_bytes()));
}
