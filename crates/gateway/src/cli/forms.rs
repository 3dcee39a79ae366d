//! `regcard form`: whether the forms' files make sense, and whether what they ask for can be answered.

use std::path::PathBuf;

use clap::Subcommand;
use serde_json::json;

use super::{CliError, data_folder, print};
use crate::config::Settings;
use crate::forms::{self, Forms};

/// Forms.
#[derive(Debug, Subcommand)]
pub(super) enum Form {
    /// Look at files of forms: those that are named, or all of the folder. Fails if one of them cannot be used.
    Check {
        /// The files.
        files: Vec<PathBuf>,
    },
}

impl Form {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let Form::Check { files } = self;
        let io = |source| CliError::Io { what: settings.forms.display().to_string(), source };
        let all = files.is_empty();
        let faults =
            if all { forms::faults(&settings.forms).map_err(io)? } else { files.iter().flat_map(|file| forms::faults_of(file)).collect() };
        // Of a merchant there is something to say only once there is a store.
        let warnings = if all && data_folder::is_there(settings) {
            let store = data_folder::open(settings)?;
            forms::that_nobody_can_send(&Forms::new(&settings.forms), &*store).await?
        } else {
            Vec::new()
        };
        if json {
            print(&json!({ "faults": faults, "warnings": warnings }).to_string())?;
        } else {
            faults.iter().try_for_each(|fault| print(fault))?;
            warnings.iter().try_for_each(|warning| print(&format!("warning: {warning}")))?;
        }
        match faults.len() {
            0 if json => Ok(()),
            0 if warnings.is_empty() => print("every form can be used"),
            0 => Ok(()),
            count => Err(CliError::Usage(format!("{count} mistakes in the forms"))),
        }
    }
}
