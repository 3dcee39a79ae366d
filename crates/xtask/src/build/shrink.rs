//! wasm and glue, made smaller as a pair: what nobody calls is taken out, and the names they call each other by are short.
//!
//! A dependency of Leptos exports three classes for streams, which the card never makes; each import's name ends in a
//! hash of sixteen digits. Together they were a twelfth of what a customer fetches. wasm-metadce and wasm-opt do the work on
//! the wasm; the glue is changed by its lines, as wasm-bindgen writes them, and whatever looks otherwise fails the build.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};
use serde_json::json;

use super::finish::FEATURES;
use crate::run::{program, read};
use crate::workspace;

/// The classes that are the card's own. Others were exported by dependencies.
const OWN_CLASSES: [&str; 1] = ["Mounted"];

/// What wasm-bindgen calls the module of the imports, and what wasm-opt calls it.
const MODULE: (&str, &str) = ("\"./regcard_bg.js\"", "\"a\"");

/// Takes out of both files what nobody calls.
pub(super) fn take_out_unused(wasm: &Path, glue: &Path) -> Result<()> {
    let text = without_foreign_classes(&fs::read_to_string(glue).context("cannot read the glue")?)?;
    let names: Vec<String> = members_of_wasm(&text).map(str::to_owned).collect();
    let mut graph = vec![json!({ "name": "glue", "root": true, "reaches": names })];
    graph.extend(names.iter().map(|name| json!({ "name": name, "export": name })));
    let graph_file = wasm.with_extension("graph.json");
    fs::write(&graph_file, serde_json::to_string(&graph)?).context("cannot write under target/wasm")?;
    let small = wasm.with_extension("used.wasm");
    let mut command = program(workspace::node_tool("wasm-metadce"));
    // It tells at length what it has left out.
    read(command.args(FEATURES).arg(wasm).arg("--graph-file").arg(&graph_file).arg("-o").arg(&small))?;
    fs::rename(&small, wasm).context("cannot replace the wasm by the smaller one")?;
    fs::write(glue, text).context("cannot write under target/wasm")
}

/// Gives everything that one of the files calls in the other a name of one or two letters.
pub(super) fn shorten_names(wasm: &Path, glue: &Path) -> Result<()> {
    let small = wasm.with_extension("short.wasm");
    let mut command = program(workspace::node_tool("wasm-opt"));
    let names = read(command.args(FEATURES).arg("--minify-imports-and-exports-and-modules").arg(wasm).arg("-o").arg(&small))?;
    let names: Names = Names::read(&names)?;
    let text = names.put_into(&fs::read_to_string(glue).context("cannot read the glue")?)?;
    fs::rename(&small, wasm).context("cannot replace the wasm by the smaller one")?;
    fs::write(glue, text).context("cannot write under target/wasm")
}

/// Short names by long ones.
#[derive(Debug, Default)]
struct Names {
    imports: BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
}

impl Names {
    /// Reads what wasm-opt writes: `{"imports": [[module, long, short], …], "exports": [[long, short], …]}`.
    fn read(text: &str) -> Result<Names> {
        let written: serde_json::Value = serde_json::from_str(text).context("wasm-opt wrote another list of names than expected")?;
        let list = |name: &str| -> BTreeMap<String, String> {
            let pairs = written[name].as_array().into_iter().flatten().filter_map(|entry| {
                let words: Vec<&str> = entry.as_array()?.iter().filter_map(serde_json::Value::as_str).collect();
                let [.., long, short] = words[..] else { return None };
                Some((long.to_owned(), short.to_owned()))
            });
            pairs.collect()
        };
        let names = Names { imports: list("imports"), exports: list("exports") };
        if names.imports.is_empty() || names.exports.is_empty() {
            bail!("wasm-opt shortened no names");
        }
        Ok(names)
    }

    /// The glue with the short names.
    fn put_into(&self, glue: &str) -> Result<String> {
        let mut text = String::with_capacity(glue.len());
        let mut given = 0;
        for line in glue.replace(MODULE.0, MODULE.1).lines() {
            let line = match line.trim_start().split_once(": function(") {
                Some((name, rest)) if self.imports.contains_key(name) => {
                    given += 1;
                    format!("{}: function({rest}", self.imports[name])
                }
                Some(_) | None => line.to_owned(),
            };
            let mut pieces = line.split("wasm.");
            text.push_str(pieces.next().unwrap_or_default());
            for piece in pieces {
                let (name, rest) = piece.split_at(identifier(piece));
                text.push_str("wasm.");
                text.push_str(self.exports.get(name).map_or(name, String::as_str));
                text.push_str(rest);
            }
            text.push('\n');
        }
        if given != self.imports.len() || !text.contains(MODULE.1) {
            bail!("the wasm imports {} functions, and the glue gives {given} of them", self.imports.len());
        }
        Ok(text)
    }
}

/// The glue without the classes that dependencies export.
fn without_foreign_classes(glue: &str) -> Result<String> {
    let class_of = |line: &str| line.strip_prefix("export class ").map(|rest| rest[..identifier(rest)].to_owned());
    let foreign: Vec<String> = glue.lines().filter_map(class_of).filter(|name| !OWN_CLASSES.contains(&name.as_str())).collect();
    let mut text = String::with_capacity(glue.len());
    // Until which line everything is left out.
    let mut until: Option<fn(&str) -> bool> = None;
    for line in glue.lines() {
        if let Some(last) = until {
            if last(line) {
                until = None;
            }
            continue;
        }
        let begins = |prefix: &str, suffix: &str| foreign.iter().any(|name| line.starts_with(&format!("{prefix}{name}{suffix}")));
        if begins("export class ", " ") {
            until = Some(|line| line == "}");
        } else if begins("const ", "Finalization ") {
            until = Some(|line| line.ends_with(';'));
        } else if !begins("if (Symbol.dispose) ", ".") {
            text.push_str(line);
            text.push('\n');
        }
    }
    match foreign.iter().find(|name| text.contains(name.as_str())) {
        Some(name) => bail!("the glue still speaks of {name}"),
        None => Ok(text),
    }
}

/// What the glue calls in the wasm, each name once.
fn members_of_wasm(glue: &str) -> impl Iterator<Item = &str> {
    let mut names: Vec<&str> =
        glue.split("wasm.").skip(1).map(|piece| &piece[..identifier(piece)]).filter(|name| !name.is_empty()).collect();
    names.sort_unstable();
    names.dedup();
    names.into_iter()
}

/// How long the identifier is that a text begins with.
fn identifier(text: &str) -> usize {
    text.find(|character: char| !character.is_ascii_alphanumeric() && character != '_' && character != '$').unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLUE: &str = "\
export class IntoSink {
    free() {
        wasm.__wbg_intosink_free(1);
    }
}
if (Symbol.dispose) IntoSink.prototype[Symbol.dispose] = IntoSink.prototype.free;
export class Mounted {
    free() {
        wasm.__wbg_mounted_free(1);
    }
}
const import0 = {
    __wbg_item_5b70: function(arg0) {
        return wasm.memory.buffer;
    },
};
const IntoSinkFinalization = x
    ? y
    : z;
return { \"./regcard_bg.js\": import0 };
";

    #[test]
    fn classes_that_nobody_makes_leave_the_glue() {
        let glue = without_foreign_classes(GLUE).unwrap();
        assert!(!glue.contains("IntoSink") && glue.contains("Mounted") && glue.contains("import0 };"));
        assert_eq!(members_of_wasm(&glue).collect::<Vec<_>>(), ["__wbg_mounted_free", "memory"]);
    }

    #[test]
    fn a_class_that_is_still_spoken_of_is_noticed() {
        assert!(without_foreign_classes(&format!("{GLUE}new IntoSink();\n")).is_err());
    }

    #[test]
    fn both_files_call_each_other_by_the_short_names() {
        let names =
            r#"{"imports": [["./regcard_bg.js", "__wbg_item_5b70", "b"]], "exports": [["memory", "c"], ["__wbg_mounted_free", "d"]]}"#;
        let glue = Names::read(names).unwrap().put_into(GLUE).unwrap();
        assert!(
            glue.contains("b: function(arg0)")
                && glue.contains("wasm.c.buffer")
                && glue.contains("wasm.d(1)")
                && glue.contains("\"a\": import0")
        );
    }

    #[test]
    fn an_import_that_the_glue_does_not_give_is_noticed() {
        let names = r#"{"imports": [["./regcard_bg.js", "__wbg_other_1", "b"]], "exports": [["memory", "c"]]}"#;
        assert!(Names::read(names).unwrap().put_into(GLUE).is_err());
        assert!(Names::read("{}").is_err() && Names::read("no names").is_err());
    }
}
