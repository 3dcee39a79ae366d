//! `regcard key`: the key that stands in pages, and the token that stays with the merchant. Made, listed, replaced and ended.

use std::time::Duration;

use clap::{Subcommand, ValueEnum};
use serde_json::json;

use super::{CliError, data_folder, known, print, secrets_of, seen_everywhere, tell};
use crate::clock::{self, Clock};
use crate::config::Settings;
use crate::keys::{AccessToken, PublishableKey};
use crate::limits;
use crate::scopes::Scopes;
use crate::store::{KeptKey, Key, KeyKind, Store};

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
        /// A publishable key for trying things out: nothing is kept, and serial numbers such as TEST-REGISTERED show every answer.
        #[arg(long)]
        test: bool,
        /// What an access token may do; named once for each, none for everything: registrations:read, registrations:write,
        /// serial_numbers:read, serial_numbers:write, uploads:write.
        #[arg(long = "scope", value_delimiter = ',')]
        scopes: Vec<String>,
    },
    /// A merchant's keys; of access tokens the part they are found by.
    List {
        /// Whose.
        #[arg(long)]
        merchant: String,
    },
    /// End a key now. The sessions of a publishable key end with it.
    Revoke {
        /// The publishable key, or the part of an access token that `key list` shows, or the token itself.
        id: String,
    },
    /// Make a key in place of another one, which goes on for a while, so that nothing stands still meanwhile.
    Rotate {
        /// As for `key revoke`.
        id: String,
        /// For how long the old one goes on: 90m, 24h, 30d, at most 366d; 0 for not at all.
        #[arg(long, default_value = "24h", value_parser = overlap)]
        overlap: i64,
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
        let store = data_folder::open(settings)?;
        let now = Clock::System.millis();
        match self {
            Keys::Create { merchant, kind, test, scopes } => {
                known(&*store, &merchant).await?;
                let named = !scopes.is_empty();
                let scopes = Scopes::parse(scopes.iter().map(String::as_str)).map_err(|error| CliError::Usage(error.to_string()))?;
                if kind == Kind::Publishable && named {
                    return Err(CliError::Usage("a publishable key has no scopes: what pages may do is always the same".to_owned()));
                }
                if test && kind == Kind::Access {
                    return Err(CliError::Usage(
                        "an access token has nothing to try out: a test key keeps nothing that it could read".to_owned(),
                    ));
                }
                let shown = create(&*store, settings, merchant, kind, test, scopes, now).await?;
                print(&if json { json!({ "key": shown }).to_string() } else { shown })
            }
            Keys::List { merchant } => {
                known(&*store, &merchant).await?;
                store.keys(merchant).await?.iter().try_for_each(|key| print(&line(key, now, json)))
            }
            Keys::Revoke { id } => {
                let old = find(&*store, id).await?;
                store.end_key(old.key.id.clone(), now).await?;
                seen_everywhere().await;
                let ended = store.key(old.key.id.clone()).await?.unwrap_or(old);
                print(&line(&ended, now, json))
            }
            Keys::Rotate { id, overlap } => {
                let old = find(&*store, id).await?;
                if old.ends_at.is_some_and(|end| end <= now) {
                    return Err(CliError::Usage(format!("the key {} has ended; `regcard key create` makes a new one", old.key.id)));
                }
                let (kind, test) = match old.key.kind {
                    KeyKind::Publishable => (Kind::Publishable, old.key.id.starts_with("pk_test_")),
                    KeyKind::Access(_) => (Kind::Access, false),
                };
                let shown = create(&*store, settings, old.key.merchant.clone(), kind, test, old.key.scopes, now).await?;
                let end = now.saturating_add(overlap);
                store.end_key(old.key.id.clone(), end).await?;
                if Duration::from_millis(overlap.unsigned_abs()) < limits::DIRECTORY_LOOK {
                    seen_everywhere().await;
                }
                let ends = clock::written(old.ends_at.unwrap_or(end).min(end));
                tell(&format!("The old one, {}, ends at {ends}.", old.key.id));
                print(&if json { json!({ "key": shown, "old": old.key.id, "oldEndsAt": ends }).to_string() } else { shown })
            }
        }
    }
}

/// Makes a key. What is shown of it, once.
pub(super) async fn create(
    store: &dyn Store,
    settings: &Settings,
    merchant: String,
    kind: Kind,
    test: bool,
    scopes: Scopes,
    now: i64,
) -> Result<String, CliError> {
    let (key, shown) = match kind {
        Kind::Publishable => {
            let key = PublishableKey::create(test)?;
            (Key { id: key.as_str().to_owned(), merchant, kind: KeyKind::Publishable, scopes }, key.as_str().to_owned())
        }
        Kind::Access => {
            let token = AccessToken::create(test)?;
            let hash =
                token.hash(&secrets_of(settings, store).await?).ok_or_else(|| CliError::Usage("the gateway has no secret".to_owned()))?;
            (Key { id: token.id().to_owned(), merchant, kind: KeyKind::Access(hash), scopes }, token.reveal().to_owned())
        }
    };
    store.add_key(key, now).await?;
    if kind == Kind::Access {
        tell("This token is shown once. It stays on the merchant's server and in no page.");
    }
    Ok(shown)
}

/// Whoever found a token in a log has the token, not the part it is found by.
async fn find(store: &dyn Store, id: String) -> Result<KeptKey, CliError> {
    let id = AccessToken::parse(&id).map_or(id, |token| token.id().to_owned());
    let found = store.key(id.clone()).await?;
    found.ok_or_else(|| CliError::Usage("there is no such key; `regcard key list --merchant MERCHANT` shows what there is".to_owned()))
}

fn line(kept: &KeptKey, now: i64, json: bool) -> String {
    let kind = match kept.key.kind {
        KeyKind::Publishable => "publishable",
        KeyKind::Access(_) => "access",
    };
    let scopes = if kind == "access" { kept.key.scopes.names() } else { Vec::new() };
    let (created, ends) = (clock::written(kept.created_at), kept.ends_at.map(clock::written));
    if json {
        return json!({ "id": kept.key.id, "kind": kind, "scopes": scopes, "createdAt": created, "endsAt": ends }).to_string();
    }
    let end = match (kept.ends_at, ends) {
        (Some(at), Some(ends)) if at <= now => format!("ended {ends}"),
        (_, Some(ends)) => format!("ends {ends}"),
        (_, None) => "-".to_owned(),
    };
    format!("{kind}\t{}\t{created}\t{}\t{end}", kept.key.id, if scopes.is_empty() { "-".to_owned() } else { scopes.join(" ") })
}

/// Milliseconds.
fn overlap(text: &str) -> Result<i64, String> {
    let wrong = || "a number with s, m, h or d behind it, as in 24h".to_owned();
    if text == "0" {
        return Ok(0);
    }
    let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(wrong)?;
    let seconds = match unit {
        "s" => 1,
        "m" => 60,
        "h" => 60 * 60,
        "d" => 24 * 60 * 60,
        _ => return Err(wrong()),
    };
    let number: u32 = number.parse().map_err(|_| wrong())?;
    Some(i64::from(number) * seconds * 1_000).filter(|millis| *millis <= limits::KEY_OVERLAP_MOST).ok_or_else(|| {
        let days = limits::KEY_OVERLAP_MOST / (24 * 60 * 60 * 1_000);
        format!("at most {days}d; a key that is to go on for longer needs no other in its place")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_while_is_a_number_and_a_unit() {
        for (text, millis) in [("0", 0), ("90s", 90_000), ("15m", 900_000), ("24h", 86_400_000), ("2d", 172_800_000)] {
            assert_eq!(overlap(text), Ok(millis));
        }
        assert_eq!(overlap("366d"), Ok(limits::KEY_OVERLAP_MOST));
        for text in ["367d", "99999999d", "4294967295d"] {
            assert!(overlap(text).is_err_and(|why| why.contains("at most 366d")), "{text}");
        }
        for text in ["", "24", "h", "-1h", "1w", "1.5h", "é"] {
            assert!(overlap(text).is_err(), "{text}");
        }
    }
}
