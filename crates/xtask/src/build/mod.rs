//! `cargo xtask build`: the widget under hashed names in `target/regcard-assets/`, and the gateway that carries it.
//! Decides what has to be made again; the making itself is in the files beside this one.

mod compile;
mod finish;
mod folder;
mod shrink;
mod sources;
mod window;

use std::collections::BTreeMap;

use anyhow::{Context, Result, bail};

pub(crate) use finish::Finish;

use crate::run::{cargo, say};
use crate::{run as programs, setup, size, workspace};

/// The command.
pub(crate) fn run(arguments: &[String]) -> Result<()> {
    let finish = match arguments {
        [] => Finish::Small,
        [one] if one == "--debug-names" => Finish::Named,
        other => bail!("`cargo xtask build` knows --debug-names and nothing else, not `{}`", other.join(" ")),
    };
    widget(finish)?;
    say("Building the gateway, as it is released.");
    programs::run(cargo(None).args(["build", "--release", "-p", "regcard-gateway"]))?;
    let sizes = size::measure(&workspace::gateway("release"), None)?;
    say(&sizes.to_string());
    // With the names of its functions the wasm is larger than what anybody is sent.
    if finish == Finish::Small { sizes.within_budget() } else { Ok(()) }
}

/// The widget with that finish, made again only if something it is made of has changed.
pub(crate) fn widget(finish: Finish) -> Result<()> {
    let _alone = folder::lock()?;
    let sources = sources::fingerprint()?;
    if folder::made_from().is_some_and(|made| made == (sources.clone(), finish)) {
        return Ok(());
    }
    if finish != Finish::Plain {
        setup::packages()?;
    }
    make(finish, &sources)
}

/// The widget for the demo: whatever is there and current; otherwise as small as this machine can make it.
pub(crate) fn widget_for_demo() -> Result<()> {
    let sources = sources::fingerprint()?;
    let current = folder::made_from().filter(|(from, _)| *from == sources).map(|(_, finish)| finish);
    match current {
        Some(Finish::Small | Finish::Named) => return Ok(()),
        Some(Finish::Plain) | None => {}
    }
    let finish = if !setup::npm_is_there() {
        say("There is no npm here, so the widget stays as the compiler makes it: three times as large, and otherwise the same.");
        Finish::Plain
    } else if let Err(error) = setup::packages() {
        if error.is::<programs::Ended>() {
            return Err(error);
        }
        say(&format!("{error:#}. The widget stays as the compiler makes it: three times as large, and otherwise the same."));
        Finish::Plain
    } else {
        Finish::Small
    };
    widget(finish)
}

/// The gateway for the demo and the tests.
pub(crate) fn gateway() -> Result<()> {
    programs::run(cargo(None).args(["build", "--quiet", "-p", "regcard-gateway"])).context("the gateway cannot be built")
}

/// The bucket for the demo and the tests.
pub(crate) fn bucket() -> Result<()> {
    programs::run(cargo(None).args(["build", "--quiet", "-p", "regcard-bucket"])).context("the bucket cannot be built")
}

fn make(finish: Finish, sources: &str) -> Result<()> {
    let wasm = setup::wasm()?;
    setup::wasm_bindgen()?;
    say("Building the widget: Rust compiled to wasm. The first time this takes some minutes.");
    let compiled = compile::compile(wasm)?;
    let bound = finish::bind(&compiled, finish)?;
    let pieces = folder::Pieces {
        wasm: bound.wasm,
        glue: finish::module(&bound.glue, finish)?,
        loader: finish::loader(&read("www/loader.js")?, finish)?,
        style: finish::style(&read("src/view/card.css")?, finish)?,
        later: finish::style(&read("src/view/later.css")?, finish)?,
        extras: extras(finish)?,
    };
    folder::write(&pieces, sources, finish)
}

/// The modules in `www/extras/`, by name.
fn extras(finish: Finish) -> Result<BTreeMap<String, String>> {
    let mut extras = BTreeMap::new();
    for entry in std::fs::read_dir(workspace::root().join("www/extras")).context("cannot read www/extras")? {
        let name = entry.context("cannot read www/extras")?.file_name().to_string_lossy().into_owned();
        if let Some(stem) = name.strip_suffix(".js") {
            extras.insert(stem.to_owned(), finish::module(&read(&format!("www/extras/{name}"))?, finish)?);
        }
    }
    Ok(extras)
}

fn read(name: &str) -> Result<String> {
    std::fs::read_to_string(workspace::root().join(name)).with_context(|| format!("cannot read {name}"))
}
