//! `regcard upstream`: what a merchant's registration API is like.

use std::net::IpAddr;

use clap::Subcommand;
use serde_json::json;
use url::{Host, Url};

use super::{CliError, data_folder, print, secrets_of, tell};
use crate::clock::{self, Clock};
use crate::config::Settings;
use crate::public_address::is_private;
use crate::store::Mode;
use crate::upstream::Upstreams;
use crate::upstream::survey::{NAME, survey};

/// A merchant's registration API.
#[derive(Debug, Subcommand)]
pub(super) enum Upstream {
    /// Find out whether it is as the gateway needs it, with the merchant's own token. Nothing is changed there without --write.
    Probe {
        /// Whose.
        #[arg(long)]
        merchant: String,
        /// With which form; without it, the merchant's first.
        #[arg(long)]
        form: Option<String>,
        /// Add a serial number, send a file of four bytes, and register and delete one registration, all under the name of REGCARD-PROBE.
        #[arg(long)]
        write: bool,
        /// It may have an address that only this machine or its network reaches, also where the configuration does not say so.
        #[arg(long)]
        allow_private_upstreams: bool,
    },
}

/// The private address that an upstream has, if it has no public one.
async fn private_address(url: &str) -> Option<IpAddr> {
    let url = Url::parse(url).ok()?;
    let found: Vec<IpAddr> = match url.host()? {
        Host::Ipv4(address) => vec![address.into()],
        Host::Ipv6(address) => vec![address.into()],
        Host::Domain(name) => tokio::net::lookup_host((name, 0)).await.ok()?.map(|address| address.ip()).collect(),
    };
    let first = found.first().copied();
    first.filter(|_| found.iter().all(|address| is_private(*address)))
}

impl Upstream {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let Upstream::Probe { merchant: id, form, write, allow_private_upstreams } = self;
        let store = data_folder::open(settings)?;
        let merchant = store.merchant(id.clone()).await?.ok_or_else(|| CliError::Usage(format!("there is no merchant \"{id}\"")))?;
        let Mode::Forward(upstream) = &merchant.mode else {
            return Err(CliError::Usage(format!("the registrations of \"{id}\" are kept here; there is no upstream")));
        };
        let allow_private = allow_private_upstreams || settings.allow_private_upstreams;
        if !allow_private && let Some(address) = private_address(&upstream.url).await {
            return Err(CliError::Usage(format!(
                "the upstream {} has the address {address}, which only this machine or its network reaches. If that is meant, set \
                 allow_private_upstreams = true in the configuration, so that the gateway calls it as well, or try it with --allow-private-upstreams",
                upstream.url
            )));
        }
        let upstreams = Upstreams::new(allow_private);
        let secrets = secrets_of(settings, &*store).await?;
        let client = upstreams.client(&secrets, &id, upstream);
        let client = client.map_err(|error| CliError::Usage(format!("the upstream cannot be called: {error}")))?;
        let form = form.or_else(|| merchant.forms.first().cloned()).unwrap_or_else(|| "product-registration".to_owned());
        let name = format!("{NAME}{}", clock::new_id(&Clock::System));
        let found = survey(&upstreams, &client, &merchant.origins, &form, &name, write).await;
        let mut bad = 0;
        for one in &found {
            bad += usize::from(one.good == Some(false));
            let word = match one.good {
                Some(true) => "yes",
                Some(false) => "no",
                None => "-",
            };
            print(&if json {
                json!({ "about": one.about, "good": one.good, "seen": one.seen }).to_string()
            } else {
                format!("{word:<4}{:<58}{}", one.about, one.seen)
            })?;
        }
        if !write {
            tell("Nothing was changed there. With --write more is found out, and what is written is deleted again as far as that API can.");
        }
        if bad == 0 { Ok(()) } else { Err(CliError::Usage(format!("{bad} of {} are not as the gateway needs them", found.len()))) }
    }
}
