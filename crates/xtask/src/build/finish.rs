//! From the compiler's wasm, the glue, the loader and the style sheet to what is sent: bound, optimised, minified.
//! Knows nothing about names and folders of what is served.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};

use super::{shrink, window};
use crate::run::{filter, program, run};
use crate::workspace;

/// How much is done to make the widget small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Finish {
    /// Everything: what a release carries.
    Small,
    /// Everything, but the wasm keeps the names of its functions, for whoever looks where its bytes go.
    Named,
    /// Nothing: what can be had without npm.
    Plain,
}

/// wasm and glue, which belong together.
#[derive(Debug)]
pub(super) struct Bound {
    pub wasm: Vec<u8>,
    pub glue: String,
}

/// What the compiler's wasm may use, said again because wasm-opt only believes a part of what stands in the file.
/// Every browser with ES2022 has all of it.
pub(super) const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Smallest once it is compressed, which is not the same as smallest: what is merged, inlined or computed once is shorter
/// as it stands, but less alike. Measured on the card: 3.5 KB of 113. Below the first kilobyte of memory lies the end of
/// the stack, so no pointer leads there (`--low-memory-unused`).
const SMALLEST: [&str; 8] = [
    "-Oz",
    "--converge",
    "--low-memory-unused",
    "--one-caller-inline-max-function-size=0",
    "--always-inline-max-function-size=1",
    "--skip-pass=local-cse",
    "--skip-pass=merge-similar-functions",
    "--skip-pass=simplify-locals",
];

impl Finish {
    /// The word that stands for it in a file.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Finish::Small => "small",
            Finish::Named => "named",
            Finish::Plain => "plain",
        }
    }

    /// The finish that a word stands for.
    pub(crate) fn from_word(word: &str) -> Option<Finish> {
        [Finish::Small, Finish::Named, Finish::Plain].into_iter().find(|finish| finish.word() == word)
    }

    fn optimisation(self) -> Option<Vec<&'static str>> {
        let names: &[&str] = match self {
            Finish::Small => &["--strip-debug", "--strip-producers"],
            Finish::Named => &["--debuginfo", "--strip-producers"],
            Finish::Plain => return None,
        };
        Some(SMALLEST.iter().chain(&FEATURES).chain(names).copied().collect())
    }

    fn minifies(self) -> bool {
        match self {
            Finish::Small | Finish::Named => true,
            Finish::Plain => false,
        }
    }
}

/// Gives the wasm its glue and makes it small. What was made of the same wasm before is taken from `target/`.
pub(super) fn bind(compiled: &Path, finish: Finish) -> Result<Bound> {
    let folder = workspace::wasm_target().join("bound").join(finish.word());
    let (wasm, glue) = (folder.join("regcard_bg.wasm"), folder.join("regcard.js"));
    let from = provenance(compiled, finish)?;
    let stamp = folder.join("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|made| made == from) {
        return read(&wasm, &glue);
    }
    if folder.exists() {
        fs::remove_dir_all(&folder).context("cannot empty a folder under target/wasm")?;
    }
    let mut command = program(workspace::tool("wasm-bindgen"));
    command.args(["--target", "web", "--no-typescript", "--omit-default-module-path", "--out-name", "regcard", "--out-dir"]);
    run(command.arg(&folder).arg(compiled))?;
    if folder.join("snippets").exists() {
        bail!(
            "wasm-bindgen wrote a folder of snippets: some dependency brings JavaScript of its own. The glue is one file, so that \
             one request fetches it; the dependency has to go, or its feature"
        );
    }
    let told = window::told_by_itself(&fs::read_to_string(&glue).context("cannot read the glue")?)?;
    fs::write(&glue, told).context("cannot write under target/wasm")?;
    if let Some(optimisation) = finish.optimisation() {
        shrink::take_out_unused(&wasm, &glue)?;
        if finish == Finish::Small {
            shrink::shorten_names(&wasm, &glue)?;
        }
        let small = folder.join("small.wasm");
        run(program(workspace::node_tool("wasm-opt")).args(optimisation).arg(&wasm).arg("-o").arg(&small))?;
        fs::rename(&small, &wasm).context("cannot replace the wasm by the optimised one")?;
    }
    fs::write(&stamp, from).context("cannot write under target/wasm")?;
    read(&wasm, &glue)
}

fn read(wasm: &Path, glue: &Path) -> Result<Bound> {
    Ok(Bound {
        wasm: fs::read(wasm).context("cannot read the bound wasm")?,
        glue: fs::read_to_string(glue).context("cannot read the glue")?,
    })
}

fn provenance(compiled: &Path, finish: Finish) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(fs::read(compiled).context("cargo left no wasm")?);
    hash.update(fs::read(workspace::root().join("package-lock.json")).context("cannot read package-lock.json")?);
    hash.update(finish.optimisation().unwrap_or_default().join(" "));
    hash.update(include_str!("shrink.rs"));
    hash.update(include_str!("window.rs"));
    Ok(format!("{:x}", hash.finalize()))
}

/// A module: the glue, or one of the extras.
pub(super) fn module(text: &str, finish: Finish) -> Result<String> {
    if finish.minifies() { minify(text, &["--loader=js", "--format=esm", "--target=es2022"]) } else { Ok(text.to_owned()) }
}

/// The style sheet.
pub(super) fn style(text: &str, finish: Finish) -> Result<String> {
    if finish.minifies() { minify(text, &["--loader=css"]) } else { Ok(text.to_owned()) }
}

/// The loader: one expression, which esbuild would drop as unused, so it is given away as a default export for the while.
pub(super) fn loader(text: &str, finish: Finish) -> Result<String> {
    if !finish.minifies() {
        return Ok(text.to_owned());
    }
    expression(&minify(&format!("{EXPORT} {text}"), &["--loader=js", "--target=es2022"])?)
}

const EXPORT: &str = "export default";

/// The expression in a default export, so that `(…)` after it calls it.
fn expression(module: &str) -> Result<String> {
    let Some(rest) = module.trim().strip_prefix(EXPORT) else {
        bail!("esbuild made something else of the loader than one expression: {}…", module.chars().take(80).collect::<String>());
    };
    let rest = rest.trim().trim_end_matches(';');
    Ok(if rest.starts_with('(') { rest.to_owned() } else { format!("({rest})") })
}

fn minify(text: &str, arguments: &[&str]) -> Result<String> {
    let mut command = program(workspace::node_tool("esbuild"));
    let bytes = filter(command.args(["--minify", "--charset=utf8", "--log-level=warning"]).args(arguments), text.as_bytes())?;
    String::from_utf8(bytes).context("esbuild wrote something that is not text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loader_is_an_expression_that_can_be_called() {
        assert_eq!(expression("export default(e=>{f()});\n").unwrap(), "(e=>{f()})");
        assert_eq!(expression("export default e=>{f()};\n").unwrap(), "(e=>{f()})");
    }

    #[test]
    fn a_loader_that_became_something_else_is_noticed() {
        assert!(expression("var a=e=>{};export{a as default};").is_err());
        assert!(expression("").is_err());
    }

    #[test]
    fn a_finish_is_found_again_by_its_word() {
        for finish in [Finish::Small, Finish::Named, Finish::Plain] {
            assert_eq!(Finish::from_word(finish.word()), Some(finish));
        }
        assert_eq!(Finish::from_word("other"), None);
    }
}
