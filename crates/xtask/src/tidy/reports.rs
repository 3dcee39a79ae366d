//! The lists in `docs/reports.md` (public bug reports) and `docs/threats.md` (threats and faults): every row has a test, or a line that says why
//! there is none.

use super::{File, Finding};

/// The lists.
pub(super) const LISTS: [&str; 2] = ["docs/reports.md", "docs/threats.md"];

/// Words that stand for a test where there is none.
const INSTEAD: [&str; 2] = ["later: ", "not here: "];

/// Tests that a list names and that are not there, and rows that nothing is said of.
pub(super) fn tests_exist(list: &File, files: &[File]) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in list.text.lines().enumerate().filter(|(_, line)| line.starts_with("| **")) {
        let mut find = |what: String| findings.push(Finding { path: list.path.clone(), line: index + 1, what });
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).filter(|words| words.contains("::")).collect();
        if named.is_empty() && !INSTEAD.iter().any(|words| line.contains(words)) {
            find(format!("neither a test nor one of {INSTEAD:?}"));
        }
        for test in named {
            let (path, name) = test.split_once("::").unwrap_or_default();
            if !files.iter().any(|file| file.path == path && is_tested(&file.text, name)) {
                find(format!("there is no test {test}"));
            }
        }
    }
    findings
}

/// Whether a file has a function of this name that is marked as a test.
fn is_tested(text: &str, name: &str) -> bool {
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let start = format!("fn {name}(");
    let at = lines.iter().position(|line| line.strip_prefix("async ").unwrap_or(line).starts_with(&start));
    // Other attributes may stand between.
    let mut above = lines[..at.unwrap_or_default()].iter().rev().take_while(|line| line.starts_with("#["));
    above.any(|line| line.contains("test]") || line.contains("test("))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(path: &str, text: &str) -> File {
        File { path: path.to_owned(), text: text.to_owned() }
    }

    fn found(row: &str) -> Vec<String> {
        let stories = "#[test]\nfn one() {}\n\n    #[tokio::test(flavor = \"multi_thread\")]\n    async fn two() {}\n\nfn three() {}\n\n#[wasm_bindgen_test]\nasync fn four() {}\n";
        let files = [file("tests/stories.rs", stories)];
        let findings = tests_exist(&file(LISTS[1], &format!("# A list\n\n| Report | Shown by |\n|---|---|\n{row}\n")), &files);
        assert!(findings.iter().all(|finding| finding.line == 5), "{findings:?}");
        findings.into_iter().map(|finding| finding.what).collect()
    }

    #[test]
    fn a_report_has_tests_that_exist_or_a_reason() {
        assert!(found("| **Known.** | `tests/stories.rs::one`, `tests/stories.rs::two`, `tests/stories.rs::four` |").is_empty());
        assert!(found("| **Put off.** | later: the gateway's webhooks |").is_empty());
        assert_eq!(found("| **Gone.** | `tests/stories.rs::five` |"), ["there is no test tests/stories.rs::five"]);
        assert_eq!(found("| **Elsewhere.** | `tests/other.rs::one` |"), ["there is no test tests/other.rs::one"]);
        assert_eq!(found("| **No test.** | `tests/stories.rs::three` |"), ["there is no test tests/stories.rs::three"]);
        assert_eq!(found("| **Forgotten.** | in `tests/stories.rs` |").len(), 1);
    }
}
