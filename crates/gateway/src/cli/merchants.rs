//! `regcard merchant`: who may use this gateway, from where, with which forms.

use std::path::{Path, PathBuf};

use clap::Subcommand;
use regcard_protocol::contact::EmailAddress;
use secrecy::SecretString;
use serde_json::json;
use url::Url;

use super::{CliError, data_folder, known, print, secrets_of, seen_everywhere, tell};
use crate::clock::Clock;
use crate::config::Settings;
use crate::forms::{Forms, is_slug};
use crate::origin::Origin;
use crate::public_address::is_private_literal;
use crate::store::{Keeping, Merchant, MerchantSettings, Mode, OutboxCount, OutboxKind, OutboxState, Store, Upstream};
use crate::token::seal_upstream_token;

/// Merchants.
#[derive(Debug, Subcommand)]
pub(super) enum Merchants {
    /// Create a merchant, or change one. Given origins and forms replace the old ones.
    Put {
        /// Its name in commands.
        id: String,
        /// Its name for people.
        #[arg(long)]
        name: Option<String>,
        /// Where its card may stand, such as https://shop.example.
        #[arg(long = "origin")]
        origins: Vec<String>,
        /// Its forms, by the names of their files; the first is the default.
        #[arg(long = "form")]
        forms: Vec<String>,
        /// The base address of the registration API that keeps its registrations.
        #[arg(long, requires = "upstream_token_file")]
        upstream: Option<String>,
        /// The file with that API's access token.
        #[arg(long, requires = "upstream")]
        upstream_token_file: Option<PathBuf>,
        /// Keep its registrations here again, and not at an upstream.
        #[arg(long, conflicts_with = "upstream")]
        keep_here: bool,
    },
    /// Tell an address of each new registration by mail, or nobody any more. Needs a mail server in the configuration.
    Notify {
        /// The merchant.
        id: String,
        /// The address, as in orders@shop.example. It replaces the one before.
        #[arg(required_unless_present = "nobody", conflicts_with = "nobody")]
        address: Option<String>,
        /// Take the address away.
        #[arg(long)]
        nobody: bool,
    },
    /// Every merchant.
    List,
}

impl Merchants {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = match self {
            Merchants::Put { .. } => data_folder::open_or_make(settings)?,
            Merchants::Notify { .. } | Merchants::List => data_folder::open(settings)?,
        };
        match self {
            Merchants::Put { id, name, origins, forms, upstream, upstream_token_file, keep_here } => {
                if !is_slug(&id) {
                    return Err(CliError::Usage(format!(
                        "\"{id}\" is no name for a merchant: small letters, digits and dashes, 64 at most"
                    )));
                }
                if name.as_ref().is_some_and(|name| name.trim().is_empty()) {
                    return Err(CliError::Usage("--name says nothing: it stands in mails and on the hosted page".to_owned()));
                }
                if let Some(form) = forms.iter().find(|form| !is_slug(form)) {
                    return Err(CliError::Usage(format!("\"{form}\" is no form's name: small letters, digits and dashes, 64 at most")));
                }
                let origins = origins.iter().map(|text| origin(text)).collect::<Result<Vec<_>, _>>()?;
                let keeping = match (upstream, upstream_token_file) {
                    (Some(url), Some(file)) => Keeping::At(sealed(settings, &*store, &id, &url, &file).await?),
                    (_, _) if keep_here => Keeping::Here,
                    (_, _) => Keeping::AsBefore,
                };
                let before = store.merchant(id.clone()).await?;
                let new = before.is_none();
                if let Some(before) = before {
                    moves(&*store, &before, &keeping).await?;
                }
                let put = MerchantSettings { id: id.clone(), name, origins, forms, keeping, upload_origins: Vec::new() };
                store.put_merchant(put, Clock::System.millis()).await?;
                // What nobody knew nobody believes.
                if !new {
                    seen_everywhere().await;
                }
                let Some(kept) = store.merchant(id).await? else { return Ok(()) };
                warn(&kept, &Forms::new(&settings.forms), &settings.forms);
                print(&line(&kept, json))
            }
            Merchants::Notify { id, address, nobody: _ } => {
                let address = address.map(|text| recipient(&text)).transpose()?;
                known(&*store, &id).await?;
                store.notify(id.clone(), address.clone()).await?;
                seen_everywhere().await;
                if address.is_some() && settings.mail.is_none() {
                    tell("No mail server is set up: nothing is sent until the configuration has a section [mail].");
                }
                print(&if json {
                    json!({ "merchant": id, "noticeTo": address }).to_string()
                } else {
                    format!("{id}\t{}", address.as_deref().unwrap_or("nobody is told"))
                })
            }
            Merchants::List => store.merchants().await?.iter().try_for_each(|merchant| print(&line(merchant, json))),
        }
    }
}

/// What is to be known of a merchant whose registrations are kept elsewhere from now on.
async fn moves(store: &dyn Store, before: &Merchant, keeping: &Keeping) -> Result<(), CliError> {
    let id = &before.id;
    match (&before.mode, keeping) {
        (Mode::Own | Mode::Test, Keeping::At(upstream)) => {
            if !store.registrations_after(id.clone(), (i64::MIN, String::new()), 1).await?.is_empty() {
                tell(&format!(
                    "The registrations that {id} has here stay here, and nobody is shown them while others are kept at {}: `regcard registrations \
                     export --merchant {id}` writes them, and `regcard merchant put {id} --keep-here` goes back",
                    upstream.url
                ));
            }
            Ok(())
        }
        (Mode::Forward(upstream), Keeping::Here) => {
            let waits = |count: &OutboxCount| {
                let settled = matches!(count.state, OutboxState::Done | OutboxState::Discarded);
                count.merchant == *id && count.kind == OutboxKind::Forward && !settled
            };
            match store.outbox_counts().await?.iter().filter(|count| waits(count)).map(|count| count.count).sum() {
                0 => Ok(()),
                count => Err(CliError::Usage(format!(
                    "{count} registrations are still on their way to {}, or wait for a person: `regcard outbox list --merchant {id}` shows them",
                    upstream.url
                ))),
            }
        }
        (Mode::Own | Mode::Test, Keeping::AsBefore | Keeping::Here) | (Mode::Forward(_), Keeping::AsBefore | Keeping::At(_)) => Ok(()),
    }
}

/// A merchant as it is kept.
fn line(merchant: &Merchant, json: bool) -> String {
    let origins: Vec<&str> = merchant.origins.iter().map(Origin::as_str).collect();
    let upstream = match &merchant.mode {
        Mode::Own | Mode::Test => None,
        Mode::Forward(upstream) => Some(upstream.url.as_str()),
    };
    if json {
        return json!({
            "id": merchant.id, "name": merchant.name, "origins": origins, "forms": merchant.forms, "upstream": upstream,
            "noticeTo": merchant.notice_to,
        })
        .to_string();
    }
    let told = merchant.notice_to.as_ref().map_or_else(|| "nobody is told".to_owned(), |to| format!("told: {to}"));
    let keeps = upstream.map_or_else(|| "kept here".to_owned(), |url| format!("kept at {url}"));
    [merchant.id.as_str(), &merchant.name, &origins.join(" "), &merchant.forms.join(" "), &keeps, &told].join("\t")
}

/// What a merchant still needs before anybody can register.
fn warn(merchant: &Merchant, forms: &Forms, folder: &Path) {
    let id = &merchant.id;
    if merchant.origins.is_empty() {
        tell(&format!("{id} has no origin: its card works on no page but the gateway's own; --origin names the shop's"));
    }
    if merchant.forms.is_empty() {
        tell(&format!("{id} has no form: nobody can register; --form names one"));
    }
    for form in merchant.forms.iter().filter(|form| forms.get(form).is_none()) {
        let file = folder.join(format!("{form}.toml"));
        tell(&format!(
            "{id} has the form \"{form}\", and {} is not there or cannot be used; `regcard form check` looks at it",
            file.display()
        ));
    }
}

fn origin(text: &str) -> Result<Origin, CliError> {
    Origin::parse(text)
        .ok_or_else(|| CliError::Usage(format!("\"{text}\" is no origin: scheme, host and port alone, as in https://shop.example")))
}

/// An address that mails can be sent to. A customer's has the same rules.
fn recipient(text: &str) -> Result<String, CliError> {
    let good = EmailAddress::parse(text).ok().filter(|address| address.as_str().parse::<lettre::Address>().is_ok());
    good.map(|address| address.as_str().to_owned())
        .ok_or_else(|| CliError::Usage(format!("\"{text}\" is no address, as in orders@shop.example")))
}

async fn sealed(settings: &Settings, store: &dyn Store, merchant: &str, url: &str, file: &Path) -> Result<Upstream, CliError> {
    let parsed =
        Url::parse(url).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.query().is_none() && url.fragment().is_none());
    let good = parsed.as_ref().is_some_and(|url| url.has_host() && url.username().is_empty() && url.password().is_none());
    if !good {
        return Err(CliError::Usage(format!("\"{url}\" is no base address of an API, as in https://api.example.com/api")));
    }
    if !settings.allow_private_upstreams && parsed.is_some_and(|url| url.scheme() == "http" && !is_private_literal(&url)) {
        return Err(CliError::Usage(format!(
            "{url} is not encrypted: whoever listens would have the token and every registration; an upstream is reached by https"
        )));
    }
    let read = std::fs::read_to_string(file).map_err(|source| CliError::Io { what: file.display().to_string(), source })?;
    if read.trim().is_empty() {
        return Err(CliError::Usage(format!(
            "{} holds no token: it is to hold that API's access token alone, on one line",
            file.display()
        )));
    }
    let token = SecretString::from(read.trim().to_owned());
    let secrets = secrets_of(settings, store).await?;
    let sealed_token = seal_upstream_token(&secrets, merchant, &token)?;
    Ok(Upstream { url: url.trim_end_matches('/').to_owned(), sealed_token })
}
