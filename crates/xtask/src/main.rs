//! The project's own commands: `cargo xtask demo`, `build`, `test`, `screenshots`, `serve`.
//! One file or folder a command. Knows the other crates only by their file names and command lines: it depends on none of them.

/// Memory and speed of the gateway.
mod bench;
/// The bucket's binary, as others use it: its command line.
mod bucket;
/// The widget as the gateway serves it: wasm, glue, loader and style under hashed names, compressed beforehand.
mod build;
/// The gateway with a demo merchant and, on another origin, a shop.
mod demo;
/// The gateway's binary, as others use it: its command line.
mod gateway;
/// Asks a local server for a page. Just enough of HTTP/1.0 to weigh an answer.
mod http;
/// Runs other programs: visibly, from the project's root, ended when this one is.
mod run;
/// Pictures of every state of the card.
mod screenshots;
/// The page contributors edit on.
mod serve;
/// Installs what is missing, and says what and why.
mod setup;
/// What a visitor downloads, and what it may weigh.
mod size;
/// Everything that has to hold before a change is merged.
mod test;
/// The written invariants: which room does not know what.
mod tidy;
/// Where things lie in this project.
mod workspace;

use std::process::ExitCode;

use run::say;

const USAGE: &str = "\
cargo xtask demo [--port N] [--data DIR] [--fresh] [--forward | --s3]
                                 a demo shop with the card on it, and the gateway behind it
cargo xtask build [--debug-names]
                                 the widget (target/regcard-assets/) and the gateway, as they are released; prints the sizes
cargo xtask test [PART] [FILTER] everything that has to hold, or one part of it: format, tidy, clippy, deny, native, wasm, size,
                                 browser (Chromium), browsers (Firefox and WebKit), trunk; FILTER chooses tests by name in
                                 native, wasm, browser and browsers
cargo xtask test crash [--cycles N]
                                 the gateway killed under load, 1,000 times or N; 100 times are part of every run
cargo xtask bench                memory and speed of the gateway as it is released
cargo xtask screenshots          pictures of every state of the card, into target/screenshots/
cargo xtask serve                the page for contributors: the card is rebuilt and reloaded when a file is saved";

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let command = arguments.next().unwrap_or_default();
    let rest: Vec<String> = arguments.collect();
    let outcome = run::listen_for_the_end().and_then(|()| match command.as_str() {
        "demo" => demo::run(&rest),
        "build" => build::run(&rest),
        "test" => test::run_parts(&rest),
        "bench" => bench::run_figures(&rest),
        "screenshots" => screenshots::take(&rest),
        "serve" => serve::run_page(&rest),
        "" | "help" | "--help" | "-h" => {
            say(USAGE);
            Ok(())
        }
        other => Err(anyhow::anyhow!("there is no command `{other}`\n\n{USAGE}")),
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<run::Ended>() => ExitCode::from(run::Ended::CODE),
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
