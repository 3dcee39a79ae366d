//! `cargo xtask test`: everything that has to hold before a change is merged, part by part, or one part of it.
//! A part that cannot run has failed; at the end there is a line for each.

mod advisories;
mod api;
mod crash;
mod journey;

pub(crate) use journey::take_screenshots;

use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::build::{self, Finish};
use crate::run::{cargo, has_ended, program, run, say};
use crate::setup::{self, Wasm};
use crate::{size, tidy, workspace};

/// One thing that has to hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Format,
    Tidy,
    Clippy,
    Deny,
    Native,
    Api,
    WasmClippy,
    Wasm,
    Size,
    Browser,
    Browsers,
    Trunk,
}

impl Part {
    /// In the order they run: what is quick to know first, what needs the network's tools alone last.
    const ALL: [Part; 12] = [
        Part::Format,
        Part::Tidy,
        Part::Clippy,
        Part::Deny,
        Part::Native,
        Part::Api,
        Part::WasmClippy,
        Part::Wasm,
        Part::Size,
        Part::Browser,
        Part::Browsers,
        Part::Trunk,
    ];

    /// What needs neither a browser nor wasm.
    const WITHOUT_BROWSER: [Part; 6] = [Part::Format, Part::Tidy, Part::Clippy, Part::Deny, Part::Native, Part::Api];

    fn word(self) -> &'static str {
        match self {
            Part::Format => "format",
            Part::Tidy => "tidy",
            Part::Clippy => "clippy",
            Part::Deny => "deny",
            Part::Native => "native",
            Part::Api => "api",
            Part::WasmClippy => "wasm-clippy",
            Part::Wasm => "wasm",
            Part::Size => "size",
            Part::Browser => "browser",
            Part::Browsers => "browsers",
            Part::Trunk => "trunk",
        }
    }

    fn run(self, filter: Option<&str>) -> Result<()> {
        match self {
            Part::Format => {
                setup::components()?;
                run(cargo(None).args(["fmt", "--all", "--check"]))
            }
            Part::Tidy => tidy::run(),
            Part::Clippy => {
                setup::components()?;
                run(cargo(None).args(["clippy", "--quiet", "--workspace", "--all-targets", "--", "-D", "warnings"]))?;
                // `--all-targets` passes over a target that plain `cargo test` leaves out.
                run(cargo(None).args(["clippy", "--quiet", "-p", "regcard", "--test", "journey", "--", "-D", "warnings"]))
            }
            Part::Deny => {
                setup::cargo_deny()?;
                run(deny().args(["check", "bans", "licenses", "sources"]))?;
                advisories::check()
            }
            // The journey stands apart: it needs a browser, and is no part of a plain `cargo test`.
            Part::Native => {
                setup::what_scripts_need()?;
                let postgres = setup::postgres()?;
                setup::strace()?;
                // Stories of the gateway start it, and fail without it.
                build::bucket()?;
                run(cargo(None).env(setup::POSTGRES_VARIABLE, &postgres.url).args(["test", "--workspace"]).args(filter))?;
                // The gateway's stories once more, on the other store.
                let again = ["test", "-p", "regcard-gateway", "--test", "it"];
                run(cargo(None).env(setup::POSTGRES_VARIABLE, &postgres.url).env("REGCARD_TEST_STORE", "postgres").args(again).args(filter))
            }
            Part::Api => api::check(),
            Part::WasmClippy => {
                let arguments = ["clippy", "--quiet", "--all-targets"];
                run(wasm_cargo(setup::wasm()?, &arguments).args(["--", "-D", "warnings"]))
            }
            Part::Wasm => wasm(filter),
            Part::Size => weigh(),
            Part::Browser => journey::in_chromium(filter),
            Part::Browsers => journey::in_the_others(filter),
            Part::Trunk => trunk(),
        }
    }
}

/// The command.
pub(crate) fn run_parts(arguments: &[String]) -> Result<()> {
    if let [word, rest @ ..] = arguments
        && word == crash::WORD
    {
        return crash::again_and_again(rest);
    }
    let (parts, filter): (Vec<Part>, Option<&str>) = match arguments {
        [] => (Part::ALL.to_vec(), None),
        [word, rest @ ..] => {
            let filter = match rest {
                [] => None,
                [filter] => Some(filter.as_str()),
                more => bail!("`cargo xtask test` takes a part and a filter, not `{}`", more.join(" ")),
            };
            match Part::ALL.into_iter().find(|part| part.word() == word) {
                // With a filter somebody looks for one test; the rest of the native part would only be in the way.
                Some(Part::Native) if filter.is_none() => (Part::WITHOUT_BROWSER.to_vec(), None),
                Some(part) => (vec![part], filter),
                None => bail!("there is no part `{word}`; the parts are {}, {}", Part::ALL.map(Part::word).join(", "), crash::WORD),
            }
        }
    };
    let mut results: Vec<(Part, Duration, Result<()>)> = Vec::new();
    for part in parts {
        say(&format!("\n== {} ==", part.word()));
        let since = Instant::now();
        let outcome = part.run(filter);
        if has_ended() {
            return outcome;
        }
        if let Err(error) = &outcome {
            say(&format!("{}: {error:#}", part.word()));
        }
        results.push((part, since.elapsed(), outcome));
    }
    report(&results)
}

fn report(results: &[(Part, Duration, Result<()>)]) -> Result<()> {
    say("");
    for (part, took, outcome) in results {
        say(&format!("{:<12} {:<6} {:>6.1} s", part.word(), if outcome.is_ok() { "holds" } else { "FAILED" }, took.as_secs_f64()));
    }
    let failed = results.iter().filter(|(_, _, outcome)| outcome.is_err()).count();
    say(&format!("{} passed, {failed} failed", results.len() - failed));
    if failed == 0 { Ok(()) } else { bail!("not everything holds") }
}

/// `cargo deny`, in the version that is installed for this project. By itself it would look at the card alone.
fn deny() -> Command {
    let mut command = program(workspace::tool("cargo-deny"));
    command.arg("--workspace");
    command.env("CARGO_TARGET_DIR", workspace::target());
    command
}

fn wasm_cargo(wasm: Wasm, arguments: &[&str]) -> Command {
    let mut command = cargo(wasm.toolchain);
    command.args(arguments).args(["-p", "regcard", "--target", "wasm32-unknown-unknown", "--target-dir"]).arg(workspace::wasm_target());
    command
}

/// The component in a browser: `tests/element.rs`.
fn wasm(filter: Option<&str>) -> Result<()> {
    let toolchain = setup::wasm()?;
    setup::wasm_bindgen()?;
    let chromium = setup::chromium()?;
    let mut command = wasm_cargo(toolchain, &["test", "--test", "element"]);
    command.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", workspace::tool("wasm-bindgen-test-runner"));
    command.env("CHROMEDRIVER", chromium.driver).env("WASM_BINDGEN_TEST_TIMEOUT", "120");
    if let Some(filter) = filter {
        command.args(["--", filter]);
    }
    run(&mut command)
}

fn weigh() -> Result<()> {
    build::widget(Finish::Small)?;
    build::gateway()?;
    let sizes = size::measure(&workspace::gateway("debug"), Some(&workspace::assets()))?;
    say(&sizes.to_string());
    sizes.within_budget()
}

/// The page that contributors edit on, built as they build it, without the network.
fn trunk() -> Result<()> {
    let toolchain = setup::wasm()?;
    setup::wasm_bindgen()?;
    setup::trunk()?;
    run(crate::serve::trunk(toolchain)?.args(["build", "--offline"]))
}
