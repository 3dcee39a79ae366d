//! `regcard secret`: the gateway's own secret, changed without anybody noticing.

use clap::Subcommand;
use serde_json::json;

use super::{CliError, data_folder, print, secrets_of, tell};
use crate::config::Settings;
use crate::secrets::{self, Secrets};

/// The gateway's own secret, from which tokens are made.
#[derive(Debug, Subcommand)]
pub(super) enum Secret {
    /// The names of the secrets there are. The first one makes tokens, all of them read.
    List,
    /// Add one. It reads from now on, and makes nothing yet.
    Add,
    /// Let one make everything from now on. What the others have made stays good as long as they are there.
    Promote {
        /// Its name.
        name: String,
    },
}

impl Secret {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let there = Secrets::are_there(&settings.data);
        let all = match self {
            // Whoever has lost them for good says so by this.
            Secret::Add => Secrets::open(&settings.data)?,
            Secret::List | Secret::Promote { .. } if there => Secrets::open(&settings.data)?,
            Secret::List | Secret::Promote { .. } => secrets_of(settings, &*data_folder::open(settings)?).await?,
        };
        match self {
            Secret::Add if !there => {
                tell("There were none. What others have made before, if there were any, is not read by this one.");
                let name = all.names().concat();
                print(&if json { json!({ "added": name }).to_string() } else { name })
            }
            Secret::List if json => print(&json!({ "secrets": all.names() }).to_string()),
            Secret::List => print(&all.names().join("\n")),
            Secret::Add => {
                let name = secrets::add(&settings.data)?;
                tell("It makes nothing yet: where several gateways share a store, copy the file `secrets` to each of them first.");
                print(&if json { json!({ "added": name }).to_string() } else { name })
            }
            Secret::Promote { name } => {
                secrets::promote(&settings.data, &name)?;
                tell("A gateway that runs notices within a second.");
                print(&if json { json!({ "makes": name }).to_string() } else { name })
            }
        }
    }
}
