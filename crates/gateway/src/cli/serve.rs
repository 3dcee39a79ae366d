//! `regcard serve`: takes connections until it is told to end, and finishes what it has begun.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use clap::Args;
use metrics_exporter_prometheus::PrometheusHandle;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use tokio::time::{interval, sleep};

use super::data_folder::{self, Alone};
use super::{CliError, print};
use crate::app::{App, Config};
use crate::clock::Clock;
use crate::config::{self, CommandLine, Log, LogFormat, Operator, Settings};
use crate::forms;
use crate::limits;
use crate::listen::{self, Crowd, Door, Pace};
use crate::measure;
use crate::outbox;
use crate::panics;
use crate::routes;

/// Serve the card and the registration API. What is not given here comes from the environment, then from the configuration's file.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port; port 0 takes a free one. [default: 127.0.0.1:8787]
    #[arg(long)]
    listen: Option<String>,
    /// Where the gateway is reached. Without it, the address it listens on, which has to be a loopback one.
    #[arg(long)]
    public_url: Option<String>,
    /// The folder of forms. [default: forms]
    #[arg(long)]
    forms: Option<String>,
    /// The widget's files, instead of those that the binary carries.
    #[arg(long)]
    assets: Option<String>,
    /// Budgets per address and merchant are this many times the defaults.
    #[arg(long)]
    address_budget_factor: Option<String>,
    /// Seconds for which a card may be taken from a cache; 0 for none. [default: 60]
    #[arg(long)]
    card_max_age: Option<String>,
    /// Let a merchant's upstream have a private address. For tests and for upstreams in one's own network.
    #[arg(long)]
    allow_private_upstreams: bool,
    /// Seconds for which an upstream may go on working on a registration after the connection broke. [default: 120]
    #[arg(long)]
    upstream_quiet: Option<String>,
    /// Let webhooks go to private addresses, and without TLS. For tests.
    #[arg(long)]
    allow_private_webhooks: bool,
    /// Where the operator's routes are; "" for nowhere. [default: 127.0.0.1:9787]
    #[arg(long)]
    operator_listen: Option<String>,
}

impl Serve {
    pub(super) async fn run(self, mut given: CommandLine, json: bool) -> Result<(), CliError> {
        given.flags.extend([
            ("listen", "listen", self.listen),
            ("public_url", "public-url", self.public_url),
            ("forms", "forms", self.forms),
            ("assets", "assets", self.assets),
            ("budgets.address_factor", "address-budget-factor", self.address_budget_factor),
            ("card_max_age", "card-max-age", self.card_max_age),
            ("allow_private_upstreams", "allow-private-upstreams", self.allow_private_upstreams.then(|| "true".to_owned())),
            ("upstream_quiet", "upstream-quiet", self.upstream_quiet),
            ("allow_private_webhooks", "allow-private-webhooks", self.allow_private_webhooks.then(|| "true".to_owned())),
            ("operator.listen", "operator-listen", self.operator_listen),
        ]);
        serve(config::load(given)?, json).await
    }
}

async fn serve(settings: Settings, json: bool) -> Result<(), CliError> {
    let io = |what: String| move |source| CliError::Io { what, source };
    begin_log(&settings.log);
    let folder = settings.forms.display();
    match forms::are_none(&settings.forms) {
        Ok(false) => {}
        Ok(true) => tracing::warn!("there is no form in {folder}: nobody can register; `regcard init` makes one"),
        Err(error) => tracing::warn!("the forms in {folder} cannot be read, and nobody can register: {error}"),
    }
    let listener = TcpListener::bind(settings.listen).await.map_err(io(format!("cannot listen on {}", settings.listen)))?;
    let bound = listener.local_addr().map_err(io("cannot listen".to_owned()))?;
    let public_url = match &settings.public_url {
        Some(url) => url.to_string(),
        None if bound.ip().is_loopback() => format!("http://{bound}"),
        None => {
            return Err(CliError::Usage(format!(
                "{bound} is no loopback address, so public_url (--public-url) has to say where the gateway is reached"
            )));
        }
    };
    // Before anything is cleaned up that may be another one's.
    let _alone = Alone::on(&settings.data).await?;
    let store = data_folder::open_or_make(&settings)?;
    let config = Config {
        data: settings.data,
        store: settings.store,
        public_url,
        forms: settings.forms,
        assets: settings.assets,
        address_budget_factor: settings.address_budget_factor,
        card_max_age: settings.card_max_age,
        allow_private_upstreams: settings.allow_private_upstreams,
        upstream_quiet: Duration::from_secs(settings.upstream_quiet.into()),
        allow_private_webhooks: settings.allow_private_webhooks,
        disk_free_percent: settings.disk_free_percent,
        requests_at_once: settings.crowd.requests,
        receipts: settings.receipts,
        mail: settings.mail.clone(),
        clock: Clock::System,
    };
    let app = App::on(store, config).await?;
    let sweeping = tokio::spawn(sweep(Arc::clone(&app)));
    let looking = tokio::spawn(look(Arc::clone(&app)));
    let (end, ending) = oneshot::channel::<()>();
    let sending = tokio::spawn(outbox::run(Arc::clone(&app), async move { drop(ending.await) }));
    let operator = match settings.operator {
        Some(operator) => serve_operator(operator, Arc::clone(&app)).await?,
        None => None,
    };
    let router = routes::router(Arc::clone(&app));
    let factor = settings.address_budget_factor;
    let door = Door {
        crowd: Crowd::new(settings.crowd.connections, settings.crowd.connections_per_address.saturating_mul(factor)),
        pace: Pace::default(),
        trusted: settings.proxies,
    };
    let notice = Duration::from_secs(settings.shutdown_notice.into());
    let mut terminate = signal(SignalKind::terminate()).map_err(io("cannot hear signals".to_owned()))?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(io("cannot hear signals".to_owned()))?;
    let address = format!("http://{bound}");
    match print(&if json { json!({ "listening": address }).to_string() } else { format!("listening: {address}") }) {
        // Nobody reads it: no reason not to serve.
        Ok(()) | Err(CliError::Closed) => {}
        Err(error) => return Err(error),
    }
    let ended = async move {
        told_to_end(&mut terminate, &mut interrupt).await;
        app.stopping.store(true, Ordering::Relaxed);
        tracing::info!(notice = notice.as_secs(), "told to end");
        // Whoever is told a second time does not wait.
        tokio::select! {
            () = sleep(notice) => {}
            () = told_to_end(&mut terminate, &mut interrupt) => {}
        }
    };
    listen::serve(listener, router, door, limits::SHUTDOWN.saturating_sub(notice), ended).await;
    sweeping.abort();
    looking.abort();
    drop(end);
    drop(sending.await);
    // Last: until then it says that the gateway is about to end.
    if let Some(operator) = operator {
        operator.abort();
    }
    Ok(())
}

fn begin_log(log: &Log) {
    // The database's client would log statements with their values: names, addresses, serial numbers.
    let quiet = ["tokio_postgres=off", "postgres=off"].into_iter().filter_map(|directive| directive.parse().ok());
    let filter = quiet.fold(tracing_subscriber::EnvFilter::new(&log.filter), tracing_subscriber::EnvFilter::add_directive);
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(false);
    // A line that finds no room is lost. To complain about it where it found none would end the request, and then the gateway.
    let lines = lines.log_internal_errors(false);
    // A second subscriber in one process would be a test's; the first one stays.
    drop(match log.format {
        LogFormat::Text => lines.try_init(),
        LogFormat::Json => lines.json().flatten_event(true).try_init(),
    });
    panics::watch();
}

/// The operator's routes, until they are ended. A default address that another gateway has is no reason not to start.
async fn serve_operator(operator: Operator, app: Arc<App>) -> Result<Option<JoinHandle<()>>, CliError> {
    let listener = match TcpListener::bind(operator.listen).await {
        Ok(listener) => listener,
        Err(error) if !operator.chosen => {
            tracing::warn!(%error, "no /healthz, /readyz and /metrics on {}; operator.listen names another address", operator.listen);
            return Ok(None);
        }
        Err(source) => return Err(CliError::Io { what: format!("cannot listen on {} (operator.listen)", operator.listen), source }),
    };
    let bound = listener.local_addr().map_err(|source| CliError::Io { what: "cannot listen".to_owned(), source })?;
    tracing::info!("the operator's routes are on http://{bound}");
    let measures = measure::begin();
    Ok(Some(tokio::spawn(async move {
        let router = routes::operator_router(app, measures.clone());
        tokio::select! {
            () = listen::serve(listener, router, Door::ordinary(), Duration::ZERO, std::future::pending()) => {}
            () = upkeep(measures) => {}
        }
    })))
}

/// What is measured is summed up now and then, also where nobody reads it.
async fn upkeep(measures: Option<PrometheusHandle>) {
    let mut seconds = interval(limits::UPKEEP_EVERY);
    loop {
        seconds.tick().await;
        if let Some(measures) = &measures {
            measures.run_upkeep();
        }
    }
}

async fn told_to_end(terminate: &mut Signal, interrupt: &mut Signal) {
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
}

/// Whether the secret was changed, now and then. One that cannot be read leaves the gateway with those it has.
async fn look(app: Arc<App>) {
    let mut looks = interval(limits::SECRETS_LOOK);
    loop {
        looks.tick().await;
        match app.secrets.look() {
            Ok(true) => tracing::info!(secrets = ?app.secrets, "the secrets have changed"),
            Ok(false) => {}
            Err(error) => tracing::error!(%error, "the secrets have changed and cannot be read; those from before are used"),
        }
    }
}

/// At the start and then every hour, since a gateway may run for months. Nobody waits for it, nor for a bucket that does not answer.
async fn sweep(app: Arc<App>) {
    let mut hours = interval(limits::SWEEP_EVERY);
    loop {
        hours.tick().await;
        match panics::contain_all(app.sweep()).await {
            Ok(Ok(erased)) => tracing::info!(erased, "swept"),
            Ok(Err(error)) => tracing::warn!(%error, "could not sweep; the next hour tries again"),
            Err(panics::Panicked) => tracing::error!("could not sweep; the next hour tries again"),
        }
    }
}
