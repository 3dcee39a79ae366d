//! `regcard key`: the key that stands in pages, and the token that stays with the merchant.

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{CliError, known, print, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::keys::{AccessToken, PublishableKey};
use crate::scopes::Scopes;
use crate::secrets::Secrets;
use crate::store::{self, Key, KeyKind};

/// A merchant's keys.
#[derive(Debug, Subcommand)]
pub(super) enum Keys {
    /// Make a key. It is printed once; of an access token only a hash is kept.
    Create {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// Which.
        #[arg(long)]
        kind: Kind,
        /// A key for trying things out.
        #[arg(long)]
        test: bool,
    },
    /// A merchant's keys; of access tokens the part they are found by.
    List {
        /// Whose.
        #[arg(long)]
        merchant: String,
    },
}

/// Which key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Kind {
    /// For pages; public.
    Publishable,
    /// For servers; secret.
    Access,
}

impl Keys {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = store::open(&settings.store, &settings.data)?;
        match self {
            Keys::Create { merchant, kind, test } => {
                known(&*store, &merchant).await?;
                let (key, shown) = match kind {
                    Kind::Publishable => {
                        let key = PublishableKey::create(test)?;
                        (
                            Key { id: key.as_str().to_owned(), merchant, kind: KeyKind::Publishable, scopes: Scopes::ALL },
                            key.as_str().to_owned(),
                        )
                    }
                    Kind::Access => {
                        let token = AccessToken::create(test)?;
                        let hash = token
                            .hash(&Secrets::open(&settings.data)?)
                            .ok_or_else(|| CliError::Usage("the gateway has no secret".to_owned()))?;
                        (
                            Key { id: token.id().to_owned(), merchant, kind: KeyKind::Access(hash), scopes: Scopes::ALL },
                            token.reveal().to_owned(),
                        )
                    }
                };
                store.add_key(key, Clock::System.millis()).await?;
                if kind == Kind::Access {
                    tell("This token is shown once. It stays on the merchant's server and in no page.");
                }
                print(&if json { json!({ "key": shown }).to_string() } else { shown })
            }
            Keys::List { merchant } => {
                known(&*store, &merchant).await?;
                for key in store.keys(merchant).await?.into_iter().map(|kept| kept.key) {
                    let kind = match key.kind {
                        KeyKind::Publishable => "publishable",
                        KeyKind::Access(_) => "access",
                    };
                    print(&if json { json!({ "id": key.id, "kind": kind }).to_string() } else { format!("{kind}\t{}", key.id) })?;
                }
                Ok(())
            }
        }
    }
}
