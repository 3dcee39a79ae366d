//! `regcard config`: whether a gateway could start as it is set up, told before it does.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use clap::Subcommand;
use secrecy::ExposeSecret;
use serde_json::json;

use super::{CliError, print, tell};
use crate::config::{self, CommandLine, Fault, Faults, Settings, Store};
use crate::forms;
use crate::mail::Mailer;
use crate::receipts::Receipts;
use crate::secrets::{Secrets, SecretsError};
use crate::store::StoreError;

/// The configuration.
#[derive(Debug, Subcommand)]
pub(super) enum Configuration {
    /// Tell everything that is wrong with it: settings, folders, forms. Changes nothing.
    Check,
}

impl Configuration {
    pub(super) fn run(self, given: CommandLine, json: bool) -> Result<(), CliError> {
        let Configuration::Check = self;
        let faults = match config::load(given) {
            Ok(settings) => on_the_machine(&settings),
            Err(Faults(faults)) => faults,
        };
        if json {
            print(&json!({ "faults": faults.iter().map(Fault::json).collect::<Vec<_>>() }).to_string())?;
        }
        if faults.is_empty() {
            if !json {
                tell("The configuration is good.");
            }
            return Ok(());
        }
        Err(CliError::Configuration(Faults(faults)))
    }
}

/// What only a look at the machine can tell.
fn on_the_machine(settings: &Settings) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut fault = |setting: &str, what: String, hint: &str| {
        faults.push(Fault { setting: setting.to_owned(), place: None, what, hint: Some(hint.to_owned()) });
    };
    if let Err(error) = writable(&settings.data) {
        let what = format!("{}: {error}", settings.data.display());
        fault("data", what, "the gateway's user has to be able to make it, or to write in it");
    }
    let secrets = settings.data.join("secrets");
    if fs::metadata(&secrets).is_ok_and(|about| about.permissions().mode() & 0o077 != 0) {
        fault("data", format!("{}: others can read it", secrets.display()), "allow its owner alone (mode 600)");
    } else if secrets.exists()
        && let Err(error) = Secrets::open(&settings.data)
    {
        let hint = if matches!(error, SecretsError::File { .. }) {
            "its owner has to be the gateway's user"
        } else {
            "put a copy in its place: another secret would open nothing that this one has made"
        };
        fault("data", error.to_string(), hint);
    }
    if let Err(error) = Receipts::check(&settings.receipts) {
        fault("receipts.s3", error.to_string(), "docs/receipts.md says what a bucket needs");
    }
    if let Some(Err(error)) = settings.mail.as_ref().map(Mailer::open) {
        fault("mail", error.to_string(), "docs/mail.md says what a mail server needs");
    }
    if let Store::Postgres(url) = &settings.store
        && let Err(error) = url.expose_secret().parse::<postgres::Config>()
    {
        fault("store.postgres", StoreError::Url(error).to_string(), "docs/scaling.md has what may stand in it");
    }
    match forms::faults(&settings.forms) {
        Ok(wrong) if wrong.is_empty() && forms::are_none(&settings.forms).unwrap_or(false) => {
            fault(
                "forms",
                format!("{}: there is no form in it", settings.forms.display()),
                "docs/forms.md says what one is; `regcard init` makes one",
            );
        }
        Ok(wrong) => wrong.into_iter().for_each(|what| fault("forms", what, "docs/forms.md has what a form's file may hold")),
        Err(error) => {
            let what = format!("{}: {error}", settings.forms.display());
            fault("forms", what, "it is a folder with a form's file in it, as `regcard init` makes one");
        }
    }
    if let Some(assets) = settings.assets.as_ref().filter(|assets| !assets.join("manifest.json").is_file()) {
        fault("assets", format!("{}: there is no manifest.json", assets.display()), "it is what `cargo xtask build` leaves");
    }
    if settings.public_url.is_none() && !settings.listen.ip().is_loopback() {
        let what = "is missing, and the gateway does not listen on a loopback address".to_owned();
        fault("public_url", what, "say where people reach it, as in https://register.example.com");
    }
    if let Some(operator) = settings.operator.filter(|operator| operator.listen == settings.listen && operator.listen.port() != 0) {
        fault("operator.listen", format!("{} is where the gateway itself listens", operator.listen), "take another port");
    }
    faults
}

/// Whether files can be made in a folder, or in the first one above it that there is, without leaving one.
pub(super) fn writable(folder: &Path) -> io::Result<()> {
    let absolute = std::path::absolute(folder)?;
    let there = absolute.ancestors().find(|folder| folder.exists()).map_or_else(|| PathBuf::from("/"), Path::to_owned);
    if !there.is_dir() {
        return Err(io::Error::new(io::ErrorKind::NotADirectory, format!("{} is no folder", there.display())));
    }
    let probe = there.join(format!(".regcard-check-{}", std::process::id()));
    fs::OpenOptions::new().write(true).create_new(true).open(&probe)?;
    fs::remove_file(&probe)
}
