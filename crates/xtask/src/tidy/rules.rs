//! Each invariant as a function from files to findings.

use super::{File, Finding};

/// Words that may stand only below certain folders (or in certain files), and why.
struct Boundary {
    words: &'static [&'static str],
    within: &'static [&'static str],
    allowed: &'static [&'static str],
    why: &'static str,
}

const BOUNDARIES: [Boundary; 10] = [
    Boundary {
        words: &["web_sys", "js_sys", "wasm_bindgen"],
        within: &["src/", "tests/", "crates/"],
        allowed: &["src/browser/", "tests/element.rs", "crates/xtask/"],
        why: "only src/browser knows the browser",
    },
    Boundary {
        words: &["leptos::"],
        within: &["src/", "crates/"],
        allowed: &["src/view/", "src/browser/", "crates/xtask/"],
        why: "only the view and the browser's shell know Leptos",
    },
    Boundary {
        words: &["rusqlite"],
        within: &["crates/gateway/src/"],
        allowed: &["crates/gateway/src/store/"],
        why: "only the store knows SQL",
    },
    Boundary {
        words: &[".route(", ".route_service(", ".nest(", ".nest_service("],
        within: &["crates/gateway/src/"],
        allowed: &["crates/gateway/src/routes/table.rs", "crates/gateway/src/listen/tests.rs"],
        why: "a route and its name are taken down in one place, so that every route is described and tried with every credential",
    },
    Boundary {
        words: &["rusty_s3"],
        within: &["crates/gateway/src/"],
        allowed: &["crates/gateway/src/receipts/"],
        why: "only the receipts know the bucket",
    },
    Boundary {
        words: &["regcard_", "regcard::"],
        within: &["crates/bucket/"],
        allowed: &[],
        why: "what is wrong on one side is not to be wrong on the other, too",
    },
    Boundary { words: &["axum", "hyper"], within: &["crates/gateway/src/store/"], allowed: &[], why: "the store knows no HTTP" },
    Boundary {
        words: &["routes::merchant", "super::merchant", "merchant::"],
        within: &["crates/gateway/src/routes/browser/"],
        allowed: &[],
        why: "the pages' and the merchants' routes share no handler",
    },
    Boundary {
        words: &["routes::browser", "super::browser", "browser::"],
        within: &["crates/gateway/src/routes/merchant/"],
        allowed: &[],
        why: "the pages' and the merchants' routes share no handler",
    },
    Boundary {
        words: &["std::net", "std::fs", "std::time", "std::process", "std::env"],
        within: &["crates/protocol/src/", "src/form/", "src/text/", "src/view/"],
        allowed: &[],
        why: "the core knows no I/O and no clock",
    },
];

/// Every invariant that the files alone can show.
pub(super) fn all(files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for file in files {
        if file.path.ends_with(".rs") {
            findings.extend(opening(file));
            findings.extend(boundaries(file));
            findings.extend(left_open(file));
        }
        match file.path.as_str() {
            "crates/protocol/Cargo.toml" => findings.extend(protocol_dependencies(file)),
            "src/view/card.css" | "src/view/later.css" => {
                findings.extend(words(file, &["rem"], "a page's rem is the page's; the card counts in em", is_unit))
            }
            "www/loader.js" => findings.extend(loader(file)),
            path if path.starts_with("www/extras/") && path.ends_with(".js") => findings.extend(nodes_only(file)),
            _ => {}
        }
    }
    findings.extend(options_are_told(files));
    findings
}

/// Paths that the map of the architecture names.
pub(super) fn paths_exist(map: &File, exists: impl Fn(&str) -> bool) -> Vec<Finding> {
    let named = |line: &str| -> Vec<String> {
        let quoted = line.split('`').skip(1).step_by(2).map(str::to_owned);
        quoted.filter(|text| is_path(text)).collect()
    };
    let lines = map.text.lines().enumerate();
    let missing = lines.flat_map(|(index, line)| named(line).into_iter().map(move |path| (index, path))).filter(|(_, path)| !exists(path));
    missing.map(|(index, path)| finding(map, index, format!("there is no {path}"))).collect()
}

fn is_path(text: &str) -> bool {
    let made_up = |character: char| character.is_whitespace() || "<>{}:*()?=…".contains(character);
    text.contains('/') && !text.starts_with('/') && !text.starts_with("target/") && !text.contains(made_up)
}

/// A file opens by saying what it is.
fn opening(file: &File) -> Option<Finding> {
    let opens = file.text.lines().next().is_some_and(|line| line.starts_with("//! "));
    (!opens).then(|| finding(file, 0, "does not open with `//!` and what it is".to_owned()))
}

fn boundaries(file: &File) -> Vec<Finding> {
    let inside = |folders: &[&str]| folders.iter().any(|folder| file.path.starts_with(folder));
    let crossed = BOUNDARIES.iter().filter(|boundary| inside(boundary.within) && !inside(boundary.allowed));
    crossed.flat_map(|boundary| words(file, boundary.words, boundary.why, |_, _| true)).collect()
}

/// Nothing is left open, and nothing panics, outside tests.
fn left_open(file: &File) -> Vec<Finding> {
    // Put together here, so that this file does not find itself.
    let open = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("unimple", "mented!"), concat!("to", "do!(")];
    let mut findings = words(file, &open, "nothing is left open", |_, _| true);
    let test = file.path.starts_with("tests/")
        || file.path.contains("/tests/")
        || file.path.ends_with("/tests.rs")
        || file.path.contains("conformance");
    if !test {
        let panics = [concat!(".unw", "rap()"), concat!(".exp", "ect(")];
        findings.extend(words(file, &panics, "an error is answered, not a reason to stop", |_, _| true));
    }
    findings
}

fn protocol_dependencies(file: &File) -> Vec<Finding> {
    let mut inside = false;
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        if line.starts_with('[') {
            inside = line == "[dependencies]";
        } else if inside
            && !line.trim().is_empty()
            && !line.starts_with('#')
            && !line.starts_with("serde ")
            && !line.starts_with("thiserror ")
        {
            findings.push(finding(file, index, "the protocol depends on nothing that does I/O: serde and thiserror alone".to_owned()));
        }
    }
    findings
}

/// The loader knows no rule of the form: it fetches scripts, wasm and the card, and never makes HTML from text.
fn loader(file: &File) -> Vec<Finding> {
    let mut findings = nodes_only(file);
    findings.extend(words(file, &["XMLHttpRequest", "fetch("], "the loader fetches wasm and the card alone", |line, _| {
        !line.contains("fetch(config.wasm, unnamed)") && !line.contains("fetch(url, unnamed)")
    }));
    findings
}

/// What Trusted Types refuse.
fn nodes_only(file: &File) -> Vec<Finding> {
    let strings = ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"];
    words(file, &strings, "the loader makes nodes, never HTML from text", |_, _| true)
}

/// Each option that the loader knows stands in the types and in the guide.
fn options_are_told(files: &[File]) -> Vec<Finding> {
    let file = |path: &str| files.iter().find(|file| file.path == path);
    let (Some(loader), Some(types), Some(guide)) = (file("www/loader.js"), file("www/regcard.d.ts"), file("docs/embedding.md")) else {
        return Vec::new();
    };
    let Some((_, list)) = loader.text.split_once("const options = [") else {
        return vec![finding(loader, 0, "`const options = […]`, by which this is checked, is gone".to_owned())];
    };
    let names = list.split(']').next().unwrap_or_default().split('\'').skip(1).step_by(2).chain(["lang", "prefill-", "hidden-"]);
    names
        .flat_map(|name| {
            let typed = if name.ends_with('-') { format!("`{name}${{string}}`") } else { format!("\n  {}?:", camel(name)) };
            let untyped = (!types.text.contains(&typed)).then(|| finding(types, 0, format!("the option {name} is not here")));
            let untold = (!guide.text.contains(&format!("`{name}"))).then(|| finding(guide, 0, format!("the option {name} is not here")));
            [untyped, untold].into_iter().flatten()
        })
        .collect()
}

/// `heading-level` as scripts write it.
fn camel(name: &str) -> String {
    let mut parts = name.split('-');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |name, part| name + &part[..1].to_uppercase() + &part[1..])
}

/// Whether `rem` is a unit at this place, not a part of a word.
fn is_unit(line: &str, at: usize) -> bool {
    let before = line[..at].chars().next_back();
    let after = line[at + 3..].chars().next();
    before.is_some_and(|character| character.is_ascii_digit() || character == '.') && !after.is_some_and(char::is_alphanumeric)
}

/// Where these words stand outside comments and tests.
fn words(file: &File, words: &[&str], why: &str, counts: impl Fn(&str, usize) -> bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        // Tests stand last in a file.
        if line.trim() == "#[cfg(test)]" {
            break;
        }
        if line.trim_start().starts_with("//") {
            continue;
        }
        for word in words {
            if line.match_indices(word).any(|(at, _)| counts(line, at)) {
                findings.push(finding(file, index, format!("`{word}`: {why}")));
            }
        }
    }
    findings
}

fn finding(file: &File, index: usize, what: String) -> Finding {
    Finding { path: file.path.clone(), line: index + 1, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        all(&[File { path: path.to_owned(), text: text.to_owned() }]).len()
    }

    #[test]
    fn a_file_says_what_it_is() {
        assert_eq!(found("src/form/field.rs", "//! One field.\nuse x;\n"), 0);
        assert_eq!(found("src/form/field.rs", "use x;\n"), 1);
    }

    #[test]
    fn each_room_keeps_its_words() {
        for (path, line) in [
            ("src/form/field.rs", "use web_sys::Element;"),
            ("src/form/field.rs", "use leptos::prelude::*;"),
            ("src/view/card.rs", "use std::time::Instant;"),
            ("crates/gateway/src/uploads.rs", "use rusty_s3::Bucket;"),
            ("crates/bucket/src/main.rs", "use regcard_gateway::receipts::BucketConfig;"),
            ("crates/gateway/src/register.rs", "use rusqlite::Connection;"),
            ("crates/gateway/src/store/sqlite/mod.rs", "use axum::Router;"),
            ("crates/gateway/src/routes/browser/card.rs", "use super::super::merchant::add;"),
            ("crates/gateway/src/routes/merchant/uploads.rs", "use crate::routes::browser::x;"),
            ("crates/protocol/src/date.rs", "use std::fs;"),
        ] {
            assert!(found(path, &format!("//! A file.\n{line}\n")) >= 1, "{path}: {line}");
        }
        assert_eq!(found("src/browser/focus.rs", "//! A file.\nuse web_sys::Element;\n"), 0);
        assert_eq!(found("crates/gateway/src/store/sqlite/mod.rs", "//! A file.\nuse rusqlite::Connection;\n"), 0);
        assert_eq!(found("src/form/field.rs", "//! Not web_sys.\n// web_sys\n"), 0);
    }

    #[test]
    fn nothing_is_left_open_outside_tests() {
        let open = concat!("//! A file.\nlet x = y.unw", "rap();\n");
        assert_eq!(found("src/form/field.rs", open), 1);
        assert_eq!(found("tests/form.rs", open), 0);
        assert_eq!(found("src/form/field.rs", &format!("//! A file.\n#[cfg(test)]\n{}", &open[12..])), 0);
        assert_eq!(found("src/form/field.rs", concat!("//! A file.\nlet x = 1; // TO", "DO\n")), 1);
    }

    #[test]
    fn the_card_counts_in_em() {
        assert_eq!(found("src/view/card.css", "p { margin: 1rem }\n"), 1);
        assert_eq!(found("src/view/card.css", "p { margin: 1em; --premium: 1 }\n"), 0);
    }

    #[test]
    fn the_loader_makes_nodes() {
        assert_eq!(found("www/loader.js", "x.innerHTML = y;\n"), 1);
        assert_eq!(found("www/loader.js", "fetch('/v1/sessions');\n"), 1);
        assert_eq!(found("www/loader.js", "const wasm = fetch(config.wasm, unnamed);\n"), 0);
        assert_eq!(found("www/extras/dialog.js", "x.innerHTML = y;\n"), 1);
        assert_eq!(found("www/extras/diagnose.js", "fetch('/v1/sessions');\n"), 0);
    }

    #[test]
    fn every_option_is_told() {
        let file = |path: &str, text: &str| File { path: path.to_owned(), text: text.to_owned() };
        let loader = file("www/loader.js", "const options = ['form', 'heading-level'];\n");
        let types = "interface X {\n  form?: string;\n  lang?: string;\n  headingLevel?: number;\n  [a: `prefill-${string}`]: b;\n  [a: `hidden-${string}`]: b;\n}";
        let guide = "| `form` | `lang` | `heading-level` | `prefill-KEY` | `hidden-KEY` |";
        let told = |types: &str, guide: &str| all(&[loader.clone(), file("www/regcard.d.ts", types), file("docs/embedding.md", guide)]);
        assert_eq!(told(types, guide), []);
        assert_eq!(told(&types.replace("headingLevel", "level"), guide).len(), 1);
        assert_eq!(told(types, &guide.replace("`form`", "")).len(), 1);
    }

    #[test]
    fn the_protocol_stays_small() {
        let manifest = |line: &str| format!("[dependencies]\nserde = {{ workspace = true }}\n{line}\n\n[dev-dependencies]\nproptest = 1\n");
        assert_eq!(found("crates/protocol/Cargo.toml", &manifest("")), 0);
        assert_eq!(found("crates/protocol/Cargo.toml", &manifest("tokio = \"1\"")), 1);
    }

    #[test]
    fn the_map_names_what_is_there() {
        let map =
            File { path: "docs/architecture.md".to_owned(), text: "`src/form/` and `src/gone.rs`, `GET /v1/x`, `a/{b}`\n".to_owned() };
        let missing = paths_exist(&map, |path| path == "src/form/");
        assert_eq!(missing.iter().map(|finding| finding.what.as_str()).collect::<Vec<_>>(), ["there is no src/gone.rs"]);
    }
}
