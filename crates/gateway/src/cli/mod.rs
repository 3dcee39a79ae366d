//! The command line: `serve`, and the merchant's commands. They work on the data folder, also while a gateway runs.
//!
//! What a script reads goes to standard output, everything for people to standard error.

mod backup;
mod configuration;
mod data_folder;
mod files;
mod forms;
mod init;
mod keys;
mod merchants;
mod outbox;
mod registration_lines;
mod registrations;
mod secrets;
mod serials;
mod serve;
mod upstream;
mod webhooks;

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use thiserror::Error;

use crate::app::StartError;
use crate::clock::NoRandomness;
use crate::config::{self, CommandLine, Faults};
use crate::limits;
use crate::lists::ListError;
use crate::secrets::{Secrets, SecretsError};
use crate::store::{Merchant, Mode, StoreError};
use crate::token::TokenError;

/// The registration card's gateway.
#[derive(Debug, Parser)]
#[command(name = "regcard", version, about)]
pub struct Cli {
    /// The configuration's file. Without it `regcard.toml`, if there is one here. [env: REGCARD_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Where everything is kept. [env: REGCARD_DATA] [default: regcard-data]
    #[arg(long, global = true)]
    data: Option<String>,
    /// Answer in JSON, for scripts.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Set a gateway up: configuration, merchant, keys, and what goes on the shop's page.
    Init(init::Init),
    /// Serve the card and the registration API.
    Serve(serve::Serve),
    /// The configuration.
    #[command(subcommand)]
    Config(configuration::Configuration),
    /// Copy everything that is kept into a new folder. The gateway may run meanwhile.
    Backup(backup::Backup),
    /// The gateway's own secret.
    #[command(subcommand)]
    Secret(secrets::Secret),
    /// Merchants.
    #[command(subcommand)]
    Merchant(merchants::Merchants),
    /// A merchant's keys.
    #[command(subcommand)]
    Key(keys::Keys),
    /// What is still to be sent.
    #[command(subcommand)]
    Outbox(outbox::Outbox),
    /// A merchant's registration API.
    #[command(subcommand)]
    Upstream(upstream::Upstream),
    /// Serial numbers.
    #[command(subcommand)]
    Serials(serials::Serials),
    /// Registrations.
    #[command(subcommand)]
    Registrations(registrations::Registrations),
    /// Forms.
    #[command(subcommand)]
    Form(forms::Form),
    /// Where a merchant is told what happens to registrations.
    #[command(subcommand)]
    Webhook(webhooks::Webhooks),
}

/// Why a command did not do what it was asked for.
#[derive(Debug, Error)]
pub enum CliError {
    /// The configuration.
    #[error("the configuration cannot be used:\n{0}")]
    Configuration(#[from] Faults),
    /// The gateway cannot start.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The store.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The gateway's secret.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// No key can be made.
    #[error(transparent)]
    Random(#[from] NoRandomness),
    /// An upstream's token cannot be sealed.
    #[error(transparent)]
    Token(#[from] TokenError),
    /// A file, or the network.
    #[error("{what}: {source}")]
    Io {
        /// What was being done.
        what: String,
        /// Why it failed.
        #[source]
        source: std::io::Error,
    },
    /// A list.
    #[error("{path}: {source}")]
    List {
        /// The file.
        path: String,
        /// Why it cannot be read.
        #[source]
        source: ListError,
    },
    /// Something on the command line makes no sense.
    #[error("{0}")]
    Usage(String),
    /// Done, but for some lines of a list.
    #[error("{0} lines were left out")]
    LeftOut(u64),
    /// Whoever read standard output has gone; that is no fault.
    #[error("nobody reads standard output any more")]
    Closed,
}

/// Runs a command.
pub fn run(cli: Cli) -> ExitCode {
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&CliError::Io { what: "cannot start".to_owned(), source: error }),
    };
    let Cli { config: file, data, json, command } = cli;
    let given = CommandLine { file, without_file: false, flags: vec![("data", "data", data)] };
    let done = runtime.block_on(async {
        match command {
            Command::Serve(serve) => serve.run(given, json).await,
            Command::Init(init) => init.run(given, json).await,
            Command::Config(configuration) => configuration.run(given, json),
            Command::Secret(secret) => secret.run(&config::load(given)?, json).await,
            Command::Backup(backup) => backup.run(&config::load(given)?, json).await,
            Command::Merchant(merchants) => merchants.run(&config::load(given)?, json).await,
            Command::Key(keys) => keys.run(&config::load(given)?, json).await,
            Command::Serials(serials) => serials.run(&config::load(given)?, json).await,
            Command::Registrations(registrations) => registrations.run(&config::load(given)?, json).await,
            Command::Form(forms) => forms.run(&config::load(given)?, json).await,
            Command::Outbox(outbox) => outbox.run(&config::load(given)?, json).await,
            Command::Upstream(upstream) => upstream.run(&config::load(given)?, json).await,
            Command::Webhook(webhooks) => webhooks.run(&config::load(given)?, json).await,
        }
    });
    match done {
        Ok(()) | Err(CliError::Closed) => ExitCode::SUCCESS,
        Err(error) => failed(&error),
    }
}

/// What a process ends with that has done its work but for some lines of a list. 1 is any other failure, 2 a command line that makes no sense.
const LEFT_OUT: u8 = 3;

fn failed(error: &CliError) -> ExitCode {
    tell(&format!("regcard: {error}"));
    if matches!(error, CliError::LeftOut(_)) { ExitCode::from(LEFT_OUT) } else { ExitCode::FAILURE }
}

/// One line for a script.
fn print(line: &str) -> Result<(), CliError> {
    let mut output = std::io::stdout().lock();
    writeln!(output, "{line}").and_then(|()| output.flush()).map_err(|source| not_said("standard output", source))
}

fn not_said(what: &str, source: std::io::Error) -> CliError {
    match source.kind() {
        std::io::ErrorKind::BrokenPipe => CliError::Closed,
        _ => CliError::Io { what: what.to_owned(), source },
    }
}

/// One line for people.
fn tell(line: &str) {
    // Where nobody listens there is nobody to tell.
    drop(writeln!(std::io::stderr().lock(), "{line}"));
}

/// A merchant that there is.
async fn known(store: &dyn crate::store::Store, merchant: &str) -> Result<Merchant, CliError> {
    store.merchant(merchant.to_owned()).await?.ok_or_else(|| {
        CliError::Usage(format!("there is no merchant \"{merchant}\"; `regcard merchant put {merchant} --name NAME` makes one"))
    })
}

/// The same, and that what is loaded for it would be found: of a merchant whose registrations are elsewhere nothing is asked for here.
async fn keeps_here(store: &dyn crate::store::Store, merchant: &str) -> Result<Merchant, CliError> {
    let found = known(store, merchant).await?;
    match &found.mode {
        Mode::Forward(upstream) => {
            Err(CliError::Usage(format!("{merchant}'s registrations and serial numbers are kept at {}; load the list there", upstream.url)))
        }
        Mode::Own | Mode::Test => Ok(found),
    }
}

/// The gateway's secrets, made the first time they are needed.
async fn secrets_of(settings: &config::Settings, store: &dyn crate::store::Store) -> Result<Secrets, CliError> {
    Ok(Secrets::beside(&settings.data, store).await?)
}

/// Waits until every gateway on the store has looked at what merchants and keys are now: what has ended then is believed by none.
async fn seen_everywhere() {
    tokio::time::sleep(limits::DIRECTORY_LOOK).await;
}
