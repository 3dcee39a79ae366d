//! How a gateway is set up: one file, over it the environment, over that the command line, read into types once. Every fault is told.
//!
//! Nothing is opened or made here, but for the files that hold secrets.

mod fault;
mod given;
mod kept;
mod known;
mod read;
#[cfg(test)]
mod tests;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use tracing::level_filters::LevelFilter;

use crate::client_address::{Header, Trusted};
use crate::limits;
use crate::origin::Origin;

pub use fault::{Fault, Faults, Place};
use given::AllGiven;
pub use kept::{Bucket, Mail, Receipts, Store};
pub use known::{SETTINGS, variable};
use read::Reader;

/// The file that is read where none is named, if it is there.
pub const DEFAULT_FILE: &str = "regcard.toml";

/// The file with every setting, its default and what it is for.
pub const COMMENTED: &str = include_str!("../../assets/regcard.toml");

/// Everything that can be set.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where everything is kept.
    pub data: PathBuf,
    /// Where the gateway is reached.
    pub public_url: Option<Origin>,
    /// Where it listens.
    pub listen: SocketAddr,
    /// The folder of forms.
    pub forms: PathBuf,
    /// The widget's files, instead of those that the binary carries.
    pub assets: Option<PathBuf>,
    /// Seconds for which a card may be taken from a cache.
    pub card_max_age: u32,
    /// Seconds between the first sign that the gateway ends and its end.
    pub shutdown_notice: u32,
    /// Whether an upstream may have a private address.
    pub allow_private_upstreams: bool,
    /// Seconds for which an upstream may go on working on a registration after the connection broke.
    pub upstream_quiet: u32,
    /// Whether a webhook may go to a private address.
    pub allow_private_webhooks: bool,
    /// Budgets per address and merchant are this many times the defaults.
    pub address_budget_factor: u32,
    /// Connections and requests at once.
    pub crowd: Crowd,
    /// The operator's listener; `None` for none.
    pub operator: Option<Operator>,
    /// How much of the disk has to be free for the gateway to be ready, in hundredths.
    pub disk_free_percent: u32,
    /// Whose word on the visitor's address is taken.
    pub proxies: Trusted,
    /// What holds the registrations.
    pub store: Store,
    /// What holds the receipts.
    pub receipts: Receipts,
    /// By what mail goes out.
    pub mail: Option<Mail>,
    /// How the log is written.
    pub log: Log,
}

/// How many at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Crowd {
    /// Connections in all.
    pub connections: u32,
    /// Connections of one address, before the factor of the budgets.
    pub connections_per_address: u32,
    /// Requests that are being worked on.
    pub requests: u32,
}

/// The operator's listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Operator {
    /// Where it listens.
    pub listen: SocketAddr,
    /// Whether somebody chose that. A default that is taken by another gateway is no reason not to start.
    pub chosen: bool,
}

/// How the log is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Log {
    /// Lines for people, or JSON.
    pub format: LogFormat,
    /// What is logged.
    pub filter: String,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// An object a line.
    Json,
}

/// What the command line says.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    /// The file, where it is named.
    pub file: Option<PathBuf>,
    /// No file is read, not even the one that lies there.
    pub without_file: bool,
    /// Settings: the setting, the flag, the value.
    pub flags: Vec<(&'static str, &'static str, Option<String>)>,
}

/// Reads everything that was given, from the process's environment too.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load(command_line: CommandLine) -> Result<Settings, Faults> {
    // What is no text names no setting.
    let variables: Vec<(String, String)> =
        std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?))).collect();
    load_from(command_line, variables)
}

/// Reads everything that was given.
///
/// # Errors
/// Everything that is wrong with it.
pub fn load_from(command_line: CommandLine, variables: Vec<(String, String)>) -> Result<Settings, Faults> {
    let named = variables.iter().find(|(name, value)| name == "REGCARD_CONFIG" && !value.is_empty());
    let named = command_line.file.or_else(|| named.map(|(_, value)| PathBuf::from(value)));
    let mut all = AllGiven::default();
    let (path, required) = named.map_or_else(|| (PathBuf::from(DEFAULT_FILE), false), |path| (path, true));
    let text = if command_line.without_file { Ok(String::new()) } else { fs::read_to_string(&path) };
    match text {
        Ok(text) => all.file(&path, &text),
        Err(error) if !required && error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => all.faults.push(Fault {
            setting: String::new(),
            place: None,
            what: format!("{}: {error}", path.display()),
            hint: Some("--config or REGCARD_CONFIG names the configuration's file".to_owned()),
        }),
    }
    all.environment(variables);
    for (setting, flag, value) in command_line.flags {
        all.flag(setting, flag, value);
    }
    let (settings, reader) = read(all);
    if reader.faults.is_empty() { Ok(settings) } else { Err(Faults(reader.faults)) }
}

/// Reads a text as if it were the file, without an environment.
///
/// # Errors
/// Everything that is wrong with it.
pub fn of_text(text: &str) -> Result<Settings, Faults> {
    let mut all = AllGiven::default();
    all.file(Path::new(DEFAULT_FILE), text);
    let (settings, reader) = read(all);
    if reader.faults.is_empty() { Ok(settings) } else { Err(Faults(reader.faults)) }
}

fn read(all: AllGiven) -> (Settings, Reader) {
    let mut reader = Reader { given: all.settings, empty: all.empty, faults: all.faults, asked: Vec::new() };
    let from = &mut reader;
    let settings = Settings {
        data: from.path("data").unwrap_or_else(|| "regcard-data".into()),
        public_url: public_url(from),
        listen: address(from, "listen", "127.0.0.1:8787").unwrap_or_else(|| loopback(limits::PORT)),
        forms: from.path("forms").unwrap_or_else(|| "forms".into()),
        assets: from.path("assets"),
        card_max_age: from.whole("card_max_age", 0, limits::CARD_MAX_AGE_MOST).unwrap_or(limits::CARD_MAX_AGE),
        shutdown_notice: from.whole("shutdown_notice", 0, limits::SHUTDOWN_NOTICE_MOST).unwrap_or(0),
        allow_private_upstreams: from.truth("allow_private_upstreams").unwrap_or(false),
        upstream_quiet: from.whole("upstream_quiet", 0, limits::UPSTREAM_QUIET_MOST).unwrap_or(limits::UPSTREAM_QUIET),
        allow_private_webhooks: from.truth("allow_private_webhooks").unwrap_or(false),
        address_budget_factor: from.whole("budgets.address_factor", 1, 1_000_000).unwrap_or(1),
        crowd: crowd(from),
        operator: operator(from),
        disk_free_percent: from.whole("operator.disk_free_percent", 0, 100).unwrap_or(limits::DISK_FREE_PERCENT),
        proxies: proxies(from),
        store: kept::store(from),
        receipts: kept::receipts(from),
        mail: kept::mail(from),
        log: log(from),
    };
    (settings, reader)
}

fn loopback(port: u16) -> SocketAddr {
    (Ipv4Addr::LOCALHOST, port).into()
}

fn address(from: &mut Reader, setting: &'static str, example: &str) -> Option<SocketAddr> {
    let hint = format!("write numbers, as in {example}, or [::1]:8787");
    from.parsed(setting, |text| text.parse().ok(), "no address with a port", &hint)
}

fn public_url(from: &mut Reader) -> Option<Origin> {
    let hint = "scheme, host and port alone, as in https://register.example.com";
    from.parsed("public_url", Origin::parse, "no address for a gateway", hint)
}

fn crowd(from: &mut Reader) -> Crowd {
    Crowd {
        connections: from.whole("limits.connections", 1, 1_000_000).unwrap_or(limits::CONNECTIONS),
        connections_per_address: from.whole("limits.connections_per_address", 1, 1_000_000).unwrap_or(limits::ADDRESS_CONNECTIONS),
        requests: from.whole("limits.requests", 1, 100_000).unwrap_or(limits::REQUESTS),
    }
}

/// Off if it is an empty text. Where the gateway itself takes a free port, so does this one.
fn operator(from: &mut Reader) -> Option<Operator> {
    if from.given.get("operator.listen").is_some_and(|given| matches!(&given.written, given::Written::Text(text) if text.trim().is_empty()))
    {
        from.asked.push("operator.listen");
        return None;
    }
    let chosen = address(from, "operator.listen", "127.0.0.1:9787");
    let free = from.given.get("listen").is_some_and(|given| matches!(&given.written, given::Written::Text(text) if text.ends_with(":0")));
    let default = loopback(if free { 0 } else { limits::OPERATOR_PORT });
    Some(Operator { listen: chosen.unwrap_or(default), chosen: chosen.is_some() })
}

fn proxies(from: &mut Reader) -> Trusted {
    let mut networks = Vec::new();
    for text in from.list("proxies.trusted") {
        match Trusted::network(&text) {
            Ok(network) => networks.push(network),
            Err(fault) => {
                from.fault("proxies.trusted", format!("\"{text}\" {fault}"), "write networks, as in [\"10.0.0.0/8\", \"fd00::/8\"]")
            }
        }
    }
    let read = |text: &str| match text {
        "x-forwarded-for" => Some(Header::XForwardedFor),
        "forwarded" => Some(Header::Forwarded),
        _ => None,
    };
    let hint = "it is \"x-forwarded-for\" or \"forwarded\", whichever the proxy writes";
    let header = from.parsed("proxies.header", read, "no header that is understood", hint);
    Trusted::new(networks, header.unwrap_or(Header::XForwardedFor))
}

fn log(from: &mut Reader) -> Log {
    let read = |text: &str| match text {
        "text" => Some(LogFormat::Text),
        "json" => Some(LogFormat::Json),
        _ => None,
    };
    let format = from.parsed("log.format", read, "no format", "it is \"text\" or \"json\"").unwrap_or(LogFormat::Text);
    // A word alone would be read as the name of a module, and a misspelt level would switch the log off.
    let said = |one: &str| one.is_empty() || one.contains(['=', '[']) || one.parse::<LevelFilter>().is_ok();
    let good = |text: &str| {
        let good = text.split(',').map(str::trim).all(said) && tracing_subscriber::EnvFilter::try_new(text).is_ok();
        good.then(|| text.to_owned())
    };
    let hint = "it is a level (error, warn, info, debug, trace), or levels by module, as in \"info,regcard_gateway=debug\"";
    Log { format, filter: from.parsed("log.filter", good, "no filter", hint).unwrap_or_else(|| "info".to_owned()) }
}
