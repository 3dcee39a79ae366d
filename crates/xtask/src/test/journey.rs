//! The stories of `tests/journey`, each in a real browser: all of them in Chromium, and in Firefox and WebKit what has to hold everywhere.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::build::{self, Finish};
use crate::run::{cargo, run, say};
use crate::setup;

/// What is shown in every browser, by the names of the stories and of their files.
const EVERYWHERE: [&str; 6] =
    ["console::", "whole_journey::", "before_live::", "once::", "drafts::", "a_page_that_trusts_no_html_gets_the_whole_form"];

/// All stories, in Chromium.
pub(super) fn in_chromium(filter: Option<&str>) -> Result<()> {
    let chromium = setup::chromium()?;
    let mut command = stories(filter.as_slice())?;
    command.env("REGCARD_BROWSER", "chromium").env("CHROMEDRIVER", chromium.driver).env("CHROMIUM", chromium.browser);
    // What other people have on their pages.
    setup::packages()?;
    command.env("REGCARD_SHARED_SCRIPTS", setup::shared_scripts()?);
    run(&mut command)
}

/// Pictures of every state, in Chromium, into a folder.
pub(crate) fn take_screenshots(folder: &Path) -> Result<()> {
    let chromium = setup::chromium()?;
    let mut command = stories(&["screenshots::", "--ignored"])?;
    command.env("REGCARD_BROWSER", "chromium").env("CHROMEDRIVER", chromium.driver).env("CHROMIUM", chromium.browser);
    command.env("REGCARD_SCREENSHOTS", folder);
    run(&mut command)
}

/// What has to hold everywhere, in Firefox and in WebKit. Both are tried, and what fails in either is said.
pub(super) fn in_the_others(filter: Option<&str>) -> Result<()> {
    let filters: Vec<&str> = filter.map_or_else(|| EVERYWHERE.to_vec(), |filter| vec![filter]);
    let mut failed = Vec::new();
    for (name, outcome) in [("Firefox", in_firefox(&filters)), ("WebKit", in_webkit(&filters))] {
        if let Err(error) = outcome {
            // Said here as well: the next browser prints much below it.
            say(&format!("{name}: {error:#}"));
            failed.push(format!("{name}: {error:#}"));
        }
    }
    if failed.is_empty() { Ok(()) } else { bail!("{}", failed.join("; ")) }
}

fn in_firefox(filters: &[&str]) -> Result<()> {
    let firefox = setup::firefox()?;
    say("In Firefox:");
    let mut command = stories(filters)?;
    command.env("REGCARD_BROWSER", "firefox").env("GECKODRIVER", firefox.driver).env("FIREFOX", firefox.browser);
    run(&mut command)
}

fn in_webkit(filters: &[&str]) -> Result<()> {
    let webkit = setup::webkit()?;
    say("In WebKit:");
    let mut command = stories(filters)?;
    command.env("REGCARD_BROWSER", "webkit").env("WEBKITDRIVER", webkit.driver).env("MINIBROWSER", webkit.browser);
    command.env("XVFB", webkit.screen);
    run(&mut command)
}

/// The stories whose names hold one of these, two at a time. What they need is built before.
fn stories(filters: &[&str]) -> Result<Command> {
    build::widget(Finish::Small)?;
    build::gateway()?;
    build::bucket()?;
    let own = std::env::current_exe().context("cannot tell which program this is")?;
    let mut command = cargo(None);
    command.args(["test", "-p", "regcard", "--test", "journey", "--"]).args(filters).arg("--test-threads=2");
    command.env("REGCARD_XTASK", own);
    Ok(command)
}
