//! `regcard serve`: takes connections until it is told to end, and finishes what it has begun.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::interval;

use super::{CliError, print};
use crate::app::{App, Config};
use crate::clock::Clock;
use crate::limits;
use crate::listen;
use crate::routes;

/// Serve the card and the registration API.
#[derive(Debug, Args)]
pub(super) struct Serve {
    /// Address and port; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8787")]
    listen: SocketAddr,
    /// Where the gateway is reached. Without it, the address it listens on, which has to be a loopback one.
    #[arg(long, env = "REGCARD_PUBLIC_URL")]
    public_url: Option<String>,
    /// The folder of forms.
    #[arg(long, default_value = "forms")]
    forms: PathBuf,
    /// The widget's files, instead of those that the binary carries.
    #[arg(long)]
    assets: Option<PathBuf>,
    /// Budgets per address are this many times the defaults.
    #[arg(long, default_value_t = 1)]
    address_budget_factor: u32,
    /// Seconds for which a card may be taken from a cache; 0 for none.
    #[arg(long, default_value_t = 60)]
    card_max_age: u32,
    /// Let a merchant's upstream have a private address. For tests and for upstreams in one's own network.
    #[arg(long)]
    allow_private_upstreams: bool,
}

impl Serve {
    pub(super) async fn run(self, data: PathBuf) -> Result<(), CliError> {
        let io = |what: String| move |source| CliError::Io { what, source };
        let log = tracing_subscriber::EnvFilter::try_from_env("REGCARD_LOG").unwrap_or_else(|_| "info".into());
        // A second subscriber in one process would be a test's; the first one stays.
        drop(tracing_subscriber::fmt().with_env_filter(log).with_writer(std::io::stderr).with_ansi(false).try_init());
        let listener = TcpListener::bind(self.listen).await.map_err(io(format!("cannot listen on {}", self.listen)))?;
        let bound = listener.local_addr().map_err(io("cannot listen".to_owned()))?;
        let public_url = match self.public_url {
            Some(url) => url,
            None if bound.ip().is_loopback() => format!("http://{bound}"),
            None => {
                return Err(CliError::Usage(format!(
                    "{bound} is no loopback address, so --public-url has to say where the gateway is reached"
                )));
            }
        };
        let app = App::open(Config {
            data,
            public_url,
            forms: self.forms,
            assets: self.assets,
            address_budget_factor: self.address_budget_factor,
            card_max_age: self.card_max_age,
            allow_private_upstreams: self.allow_private_upstreams,
            clock: Clock::System,
        })
        .await?;
        let sweeping = tokio::spawn(sweep(Arc::clone(&app)));
        let router = routes::router(app);
        let mut terminate = signal(SignalKind::terminate()).map_err(io("cannot hear signals".to_owned()))?;
        let mut interrupt = signal(SignalKind::interrupt()).map_err(io("cannot hear signals".to_owned()))?;
        print(&format!("listening: http://{bound}"))?;
        let ended = async move {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        };
        listen::serve(listener, router, ended).await;
        sweeping.abort();
        Ok(())
    }
}

/// A gateway may run for months: what is out of date is not kept until the next start.
async fn sweep(app: Arc<App>) {
    let mut hours = interval(limits::SWEEP_EVERY);
    // The first tick is now, and the start has swept.
    hours.tick().await;
    loop {
        hours.tick().await;
        match app.sweep().await {
            Ok(erased) => tracing::info!(erased, "swept"),
            Err(error) => tracing::warn!(%error, "could not sweep; the next hour tries again"),
        }
    }
}
