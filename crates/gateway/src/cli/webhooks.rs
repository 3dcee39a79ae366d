//! `regcard webhook`: where a merchant is told what happens to registrations, and whether that works.

use std::time::Instant;

use clap::Subcommand;
use jiff::Timestamp;
use secrecy::ExposeSecret;
use serde_json::{Value, json};

use super::{CliError, data_folder, known, print, secrets_of, tell};
use crate::clock::{self, Clock};
use crate::config::Settings;
use crate::limits;
use crate::store::{AddingEndpoint, Replay, Store, WebhookCount, WebhookEndpoint, WebhookEvent};
use crate::token::seal_webhook_secret;
use crate::webhooks::{self, Sender, Sent, SigningSecret};

/// A merchant's endpoints.
#[derive(Debug, Subcommand)]
pub(super) enum Webhooks {
    /// Tell an address from now on what happens to registrations. The secret that signs is printed once.
    Add {
        /// Whose registrations.
        merchant: String,
        /// Where, as in https://shop.example/webhooks.
        url: String,
        /// Of what, with commas between: created, updated, deleted, rejected.
        #[arg(long, value_delimiter = ',', value_parser = event, default_value = "created,updated,deleted,rejected")]
        events: Vec<WebhookEvent>,
    },
    /// Endpoints, and how it goes with them.
    List {
        /// Of this merchant alone.
        #[arg(long)]
        merchant: Option<String>,
    },
    /// Tell an address nothing any more, and forget what it was to be told.
    Remove {
        /// The endpoint's number.
        endpoint: String,
    },
    /// Make another secret. It is printed once; the one before signs as well for a while, so that the receiver can change over.
    RotateSecret {
        /// The endpoint's number.
        endpoint: String,
        /// For how many hours the one before still signs; 0 ends it now.
        #[arg(long, default_value_t = limits::WEBHOOK_ROTATION_HOURS, value_parser = clap::value_parser!(u32).range(..=i64::from(limits::WEBHOOK_ROTATION_HOURS_MOST)))]
        keep_hours: u32,
    },
    /// Take up an endpoint again that was switched off because it wanted no more, or failed for five days.
    Enable {
        /// The endpoint's number.
        endpoint: String,
    },
    /// Send a webhook for trying out, once and now, and tell what came of it.
    SendTest {
        /// The endpoint's number.
        endpoint: String,
    },
    /// Send webhooks again, each under the number it had: those that were given up, or as said.
    Replay {
        /// The endpoint's number.
        endpoint: String,
        /// All of them since this instant, received or not, as in 2026-11-24T11:00:00Z.
        #[arg(long, conflicts_with = "message")]
        since: Option<Timestamp>,
        /// This one, received or not.
        #[arg(long, value_name = "NUMBER")]
        message: Option<String>,
    },
}

impl Webhooks {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        let store = data_folder::open(settings)?;
        let now = Clock::System.millis();
        match self {
            Webhooks::Add { merchant, url, events } => {
                known(&*store, &merchant).await?;
                let url = webhooks::destination(&url, settings.allow_private_webhooks)
                    .map_err(|fault| CliError::Usage(format!("\"{url}\" {fault}")))?;
                let id = clock::new_id(&Clock::System);
                let (secret_sealed, shown) = secret(settings, &*store, &id).await?;
                let new = WebhookEndpoint {
                    id: id.clone(),
                    merchant,
                    url: url.to_string(),
                    events: distinct(events),
                    secret_sealed,
                    previous: None,
                    disabled: None,
                    failing_since: None,
                    created_at: now,
                };
                match store.add_webhook(new).await? {
                    AddingEndpoint::Added => show(&id, &shown, json),
                    AddingEndpoint::Known => Err(CliError::Usage("the merchant has an endpoint with this address".to_owned())),
                    AddingEndpoint::TooMany => {
                        Err(CliError::Usage(format!("the merchant has {} endpoints, and may have no more", limits::WEBHOOK_ENDPOINTS)))
                    }
                }
            }
            Webhooks::List { merchant } => {
                if let Some(merchant) = &merchant {
                    known(&*store, merchant).await?;
                }
                let counts = store.webhook_counts().await?;
                for endpoint in store.webhooks(merchant).await? {
                    let count = counts.iter().find(|count| count.endpoint == endpoint.id).cloned().unwrap_or_default();
                    print(&if json { about(&endpoint, &count).to_string() } else { line(&endpoint, &count) })?;
                }
                Ok(())
            }
            Webhooks::Remove { endpoint } => {
                let removed = store.remove_webhook(endpoint.clone(), now).await?;
                if removed { done("removed", &endpoint, json) } else { Err(unknown(&endpoint)) }
            }
            Webhooks::RotateSecret { endpoint, keep_hours } => {
                let (sealed, shown) = secret(settings, &*store, &endpoint).await?;
                let until = now + i64::from(keep_hours) * 60 * 60 * 1_000;
                if !store.rotate_webhook_secret(endpoint.clone(), sealed, until).await? {
                    return Err(unknown(&endpoint));
                }
                if keep_hours > 0 {
                    tell(&format!("Until {} the secret before signs as well.", clock::written(until)));
                }
                show(&endpoint, &shown, json)
            }
            Webhooks::Enable { endpoint } => {
                if !store.enable_webhook(endpoint.clone()).await? {
                    return Err(unknown(&endpoint));
                }
                let failed =
                    store.webhook_counts().await?.into_iter().find(|count| count.endpoint == endpoint).map_or(0, |count| count.failed);
                if failed > 0 {
                    tell(&format!("{failed} webhooks were given up; `regcard webhook replay {endpoint}` sends them again."));
                }
                done("enabled", &endpoint, json)
            }
            Webhooks::SendTest { endpoint } => {
                let endpoint = store.webhook(endpoint.clone()).await?.ok_or_else(|| unknown(&endpoint))?;
                send_test(settings, &*store, &endpoint, json).await
            }
            Webhooks::Replay { endpoint, since, message } => {
                let kept = store.webhook(endpoint.clone()).await?.ok_or_else(|| unknown(&endpoint))?;
                if kept.disabled.is_some() {
                    return Err(CliError::Usage(format!(
                        "the endpoint \"{endpoint}\" is switched off, so nothing is sent to it; `regcard webhook enable {endpoint}` switches it on"
                    )));
                }
                let which = match (message.clone(), since) {
                    (Some(message), _) => Replay::One(message),
                    (None, Some(since)) => Replay::Since(since.as_millisecond()),
                    (None, None) => Replay::Failed,
                };
                let taken_up = store.replay_webhooks(endpoint.clone(), which, now).await?;
                if let Some(message) = message.filter(|_| taken_up == 0) {
                    let kept = store.outbox_row(message.clone()).await?;
                    let own = kept.is_some_and(|row| row.endpoint == endpoint);
                    return Err(CliError::Usage(if own {
                        format!("the message \"{message}\" is being sent just now, or nothing of it is kept that could be sent")
                    } else {
                        format!("the endpoint \"{endpoint}\" has no message \"{message}\"; `regcard outbox list` tells which there are")
                    }));
                }
                print(&if json { json!({ "takenUp": taken_up }).to_string() } else { format!("{taken_up} taken up again") })
            }
        }
    }
}

async fn send_test(settings: &Settings, store: &dyn Store, endpoint: &WebhookEndpoint, json: bool) -> Result<(), CliError> {
    let now = Clock::System.millis();
    let secrets = webhooks::secrets(&secrets_of(settings, store).await?, endpoint, now)?;
    let form = store.merchant(endpoint.merchant.clone()).await?.and_then(|merchant| merchant.forms.into_iter().next()).unwrap_or_default();
    let (id, body) = (clock::new_id(&Clock::System), webhooks::trial(&form, now));
    let (sender, began) = (Sender::new(settings.allow_private_webhooks), Instant::now());
    let sent = sender.send(&endpoint.url, &id, Clock::System.seconds(), &secrets, body).await;
    let millis = u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX);
    let received = matches!(sent, Sent::Received(_));
    let told = sent.told();
    print(&if json {
        json!({ "id": id, "received": received, "told": told, "millis": millis }).to_string()
    } else {
        format!("{told} after {millis} ms")
    })?;
    if received { Ok(()) } else { Err(CliError::Usage("it was not received".to_owned())) }
}

/// A new secret, sealed and as it is shown.
async fn secret(settings: &Settings, store: &dyn Store, endpoint: &str) -> Result<(String, String), CliError> {
    let shown = SigningSecret::create()?.reveal();
    let sealed = seal_webhook_secret(&secrets_of(settings, store).await?, endpoint, &shown)?;
    Ok((sealed, shown.expose_secret().to_owned()))
}

fn show(endpoint: &str, secret: &str, json: bool) -> Result<(), CliError> {
    tell("The secret is shown once. By it the receiver knows that a webhook comes from here.");
    print(&if json { json!({ "endpoint": endpoint, "secret": secret }).to_string() } else { format!("{endpoint}\t{secret}") })
}

fn done(what: &str, endpoint: &str, json: bool) -> Result<(), CliError> {
    print(&if json { json!({ "endpoint": endpoint, "done": what }).to_string() } else { format!("{endpoint}\t{what}") })
}

fn distinct(events: Vec<WebhookEvent>) -> Vec<WebhookEvent> {
    WebhookEvent::ALL.into_iter().filter(|event| events.contains(event)).collect()
}

fn about(endpoint: &WebhookEndpoint, count: &WebhookCount) -> Value {
    let disabled = endpoint.disabled.as_ref().map(|(at, why)| json!({ "at": clock::written(*at), "why": why }));
    json!({
        "endpoint": endpoint.id,
        "merchant": endpoint.merchant,
        "url": endpoint.url,
        "events": endpoint.events.iter().map(|event| event.word()).collect::<Vec<_>>(),
        "createdAt": clock::written(endpoint.created_at),
        "disabled": disabled,
        "failingSince": endpoint.failing_since.map(clock::written),
        "waiting": count.waiting,
        "failed": count.failed,
    })
}

fn line(endpoint: &WebhookEndpoint, count: &WebhookCount) -> String {
    let state = match (&endpoint.disabled, endpoint.failing_since) {
        (Some((at, why)), _) => format!("switched off at {}: {why}", clock::written(*at)),
        (None, Some(since)) => format!("failing since {}", clock::written(since)),
        (None, None) => "well".to_owned(),
    };
    let events = endpoint.events.iter().map(|event| event.word()).collect::<Vec<_>>().join(",");
    let counted = format!("{} waiting, {} given up", count.waiting, count.failed);
    [endpoint.id.as_str(), &endpoint.merchant, &endpoint.url, &events, &counted, &state].join("\t")
}

fn event(word: &str) -> Result<WebhookEvent, String> {
    WebhookEvent::parse(word).ok_or_else(|| format!("one of {}", WebhookEvent::ALL.map(WebhookEvent::word).join(", ")))
}

fn unknown(endpoint: &str) -> CliError {
    CliError::Usage(format!("there is no endpoint \"{endpoint}\"; `regcard webhook list` tells which there are"))
}
