//! One gateway: its configuration, what it holds, and the routers over it.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use thiserror::Error;
use tokio::sync::Semaphore;

use crate::assets::Assets;
use crate::budget::Budgets;
use crate::card::Cards;
use crate::clock::Clock;
use crate::config;
use crate::forms::{self, Forms, LoadedForm};
use crate::keys::PublishableKey;
use crate::mail::{MailError, Mailer};
use crate::origin::Origin;
use crate::outbox::Outbox;
use crate::problem::GatewayError;
use crate::receipts::{Receipts, ReceiptsError};
use crate::secrets::{Secrets, SecretsError};
use crate::store::{self, Merchant, Mode, Store, StoreError};
use crate::test_keys;
use crate::token::Tokens;
use crate::turns::Turns;
use crate::upstream::Upstreams;
use crate::webhooks::Sender;

/// How a gateway is set up.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where everything is kept.
    pub data: PathBuf,
    /// What holds the registrations.
    pub store: config::Store,
    /// Where the gateway is reached, without a slash at the end. Never taken from a request.
    pub public_url: String,
    /// The folder of forms.
    pub forms: PathBuf,
    /// The widget's files; without it those that the binary carries.
    pub assets: Option<PathBuf>,
    /// Budgets per address are this many times the defaults.
    pub address_budget_factor: u32,
    /// Seconds for which a card may be taken from a cache; 0 for none.
    pub card_max_age: u32,
    /// Whether an upstream may have a private address.
    pub allow_private_upstreams: bool,
    /// Whether a webhook may go to a private address, and without TLS.
    pub allow_private_webhooks: bool,
    /// For how long an upstream may go on working on a registration after the connection broke.
    pub upstream_quiet: Duration,
    /// How much of the disk has to be free for the gateway to be ready, in hundredths.
    pub disk_free_percent: u32,
    /// Requests that are worked on at once.
    pub requests_at_once: u32,
    /// Where receipts are kept.
    pub receipts: config::Receipts,
    /// By what mail goes out; without it none does.
    pub mail: Option<config::Mail>,
    /// The time.
    pub clock: Clock,
}

/// The gateway cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The secret.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// The receipts.
    #[error("receipts: {0}")]
    Receipts(#[from] ReceiptsError),
    /// What a crash left.
    #[error("cleaning up after the last run: {0}")]
    Sweep(#[source] GatewayError),
    /// The mail server.
    #[error(transparent)]
    Mail(#[from] MailError),
    /// The public address.
    #[error("\"{0}\" is no address for a gateway: scheme, host and port alone, as in https://register.example.com")]
    PublicUrl(String),
}

/// What a gateway holds.
#[derive(Debug)]
pub struct App {
    /// Where everything is kept.
    pub store: Arc<dyn Store>,
    /// The data folder.
    pub data: PathBuf,
    /// How much of its disk has to be free, in hundredths.
    pub disk_free_percent: u32,
    /// Room for requests that are worked on.
    pub room: Semaphore,
    /// Whether the gateway is about to end, so that nothing more is sent to it.
    pub stopping: AtomicBool,
    /// Makes and reads tokens.
    pub tokens: Tokens,
    /// The gateway's secret.
    pub secrets: Arc<Secrets>,
    /// The time.
    pub clock: Clock,
    /// How much may be asked for.
    pub budgets: Budgets,
    /// The merchants' forms.
    pub forms: Forms,
    /// The widget's files.
    pub assets: Assets,
    /// The receipts.
    pub receipts: Receipts,
    /// What was made of forms.
    pub cards: Cards,
    /// Posts of one hosted page, one after the other.
    pub turns: Turns,
    /// Calls other registration APIs.
    pub upstreams: Upstreams,
    /// What is still to be sent.
    pub outbox: Outbox,
    /// Sends mails, where a server is set up.
    pub mail: Option<Mailer>,
    /// For how long an upstream may go on working on a registration after the connection broke.
    pub upstream_quiet: Duration,
    /// Sends webhooks.
    pub webhooks: Sender,
    /// Where the gateway is reached.
    pub public_url: String,
    /// The same as an origin; it counts as allowed for every key, since the hosted page stands there.
    pub origin: Origin,
    /// Seconds for which a card may be taken from a cache.
    pub card_max_age: u32,
}

impl App {
    /// Opens everything and cleans up what the last run left.
    ///
    /// # Errors
    /// [`StartError`], with what to do about it where that is known.
    pub async fn open(config: Config) -> Result<Arc<App>, StartError> {
        let store = store::open(&config.store, &config.data)?;
        App::on(store, config).await
    }

    /// The same on a store that is open.
    ///
    /// # Errors
    /// As [`App::open`].
    pub async fn on(store: Arc<dyn Store>, config: Config) -> Result<Arc<App>, StartError> {
        let origin = Origin::parse(&config.public_url).ok_or_else(|| StartError::PublicUrl(config.public_url.clone()))?;
        let secrets = Arc::new(Secrets::beside(&config.data, &*store).await?);
        let public_url = origin.to_string();
        let shared = match &config.store {
            config::Store::Sqlite => None,
            config::Store::Postgres(_) => Some(Arc::clone(&store)),
        };
        let app = App {
            tokens: Tokens::new(Arc::clone(&secrets), &public_url),
            budgets: Budgets::new(config.address_budget_factor, &secrets, shared),
            forms: Forms::new(&config.forms),
            assets: Assets::open(config.assets.as_deref()),
            receipts: Receipts::open(&config.data, &config.receipts)?,
            cards: Cards::default(),
            turns: Turns::default(),
            upstreams: Upstreams::new(config.allow_private_upstreams),
            webhooks: Sender::new(config.allow_private_webhooks),
            outbox: Outbox::default(),
            mail: config.mail.as_ref().map(Mailer::open).transpose()?,
            upstream_quiet: config.upstream_quiet,
            clock: config.clock,
            room: Semaphore::new(config.requests_at_once as usize),
            stopping: AtomicBool::new(false),
            data: config.data,
            disk_free_percent: config.disk_free_percent,
            card_max_age: config.card_max_age,
            store,
            secrets,
            public_url,
            origin,
        };
        app.assets.file(app.store.as_ref(), app.clock.millis()).await?;
        app.receipts.disk.clean_up(app.store.as_ref()).await.map_err(StartError::Sweep)?;
        for warning in forms::that_nobody_can_send(&app.forms, &*app.store).await? {
            tracing::warn!("{warning}");
        }
        Ok(Arc::new(app))
    }

    /// Erases receipts that no registration names, and forgets submits, once they are out of date.
    ///
    /// # Errors
    /// If the store cannot do it now.
    pub async fn sweep(&self) -> Result<usize, GatewayError> {
        self.receipts.sweep(self.store.as_ref(), self.clock.millis()).await
    }

    /// The merchant of a publishable key that is not switched off. Asked with a test key it has neither store nor upstream.
    ///
    /// # Errors
    /// If the store cannot be asked.
    pub async fn merchant_of_key(&self, key: &PublishableKey) -> Result<Option<Merchant>, StoreError> {
        let merchant = self.store.merchant_of_key(key.as_str().to_owned(), self.clock.millis()).await?;
        Ok(merchant.map(|merchant| if key.is_test() { Merchant { mode: Mode::Test, ..merchant } } else { merchant }))
    }

    /// A form as this merchant is asked for it: whether it is confirmed by mail; with a test key it takes test serial numbers, whatever the maker's look like.
    pub fn form(&self, merchant: &Merchant, slug: &str) -> Option<Arc<LoadedForm>> {
        let form = self.forms.get(slug)?;
        Some(match merchant.mode {
            Mode::Own if self.mail.is_some() => Arc::new(form.confirmed_by_mail()),
            Mode::Own | Mode::Forward(_) => form,
            Mode::Test => test_keys::form(form),
        })
    }

    /// Whether a page of this origin may use a merchant's keys.
    pub fn allows(&self, merchant: &Merchant, origin: &Origin) -> bool {
        *origin == self.origin || merchant.origins.contains(origin)
    }

    /// Where a receipt is read.
    pub fn receipt_url(&self, receipt: &str) -> String {
        format!("{}/r/{receipt}", self.public_url)
    }
}
