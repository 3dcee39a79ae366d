//! Scripts written for the documented registration API run as they stand. Those in `tests/scripts` know nothing of this project.
#![expect(clippy::unwrap_used, reason = "a story's own helpers: what cannot be done fails it")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::gateway::FORM_FILE;
use crate::process::Process;
use crate::shop::FORM;

fn scripts() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts")
}

/// Runs a script to its end, against a gateway of its own.
async fn runs(script: &str) {
    let gateway = Process::start();
    // The documentation's forms take several numbers and any extra field.
    assert!(FORM_FILE.contains("several = true"), "the documentation registers two numbers at once");
    assert_eq!(FORM, "product-registration", "the documentation's default form");
    let program = match Path::new(script).extension().and_then(|ending| ending.to_str()) {
        Some("mjs") => "node",
        _ => "sh",
    };
    let (api, token) = (format!("{}/api", gateway.shop.gateway), gateway.shop.access_token.clone());
    let mut command = Command::new(program);
    command.arg(scripts().join(script)).args([&api, &token]).current_dir(gateway.folder());
    let output: Option<Output> = tokio::task::spawn_blocking(move || command.output().ok()).await.unwrap();
    assert!(output.is_some(), "{program} is missing: the scripts of merchants are JavaScript and shell, and none of them is left out");
    let output = output.unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.success(),
        "{script}: {said}\n{}",
        gateway.log().lines().filter(|line| line.contains("answered")).collect::<Vec<_>>().join("\n")
    );
}

#[tokio::test]
async fn several_products_are_registered_in_one_call_with_the_token_in_the_body() {
    runs("register.mjs").await;
}

#[tokio::test]
async fn a_receipt_is_uploaded_with_its_type_alone_and_named_by_its_url() {
    runs("upload.mjs").await;
}

#[tokio::test]
async fn support_looks_up_corrects_and_takes_back() {
    runs("support.mjs").await;
}

#[tokio::test]
async fn serial_numbers_are_loaded_looked_up_and_handed_out() {
    runs("serials.mjs").await;
}

#[tokio::test]
async fn a_whole_shop_is_copied_page_by_page() {
    runs("sync.mjs").await;
}

#[tokio::test]
async fn a_cron_job_does_everything_with_curl() {
    runs("warehouse.sh").await;
}

#[test]
fn every_script_is_run() {
    let here = include_str!("scripts.rs");
    for entry in fs::read_dir(scripts()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "README.md" || here.contains(&format!("runs(\"{name}\")")), "{name}");
    }
}
