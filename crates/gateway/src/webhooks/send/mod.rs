//! Sends one webhook: to a public address, over TLS, once; nothing of the answer is kept but its status.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, RETRY_AFTER, USER_AGENT};

use super::destination::destination;
use super::schedule::Sent;
use super::signature::{SigningSecret, signatures};
use crate::clock::Clock;
use crate::limits;
use crate::outbox::backoff::retry_after;
use crate::public_address::PublicOnly;

/// Sends webhooks, one connection pool for all receivers. It shares nothing with the way to upstreams.
#[derive(Debug)]
pub struct Sender {
    http: Option<reqwest::Client>,
    allow_private: bool,
}

impl Sender {
    /// `allow_private` lets an endpoint be any address, and without TLS.
    pub fn new(allow_private: bool) -> Sender {
        let builder = builder();
        Sender::of(if allow_private { builder } else { builder.dns_resolver(PublicOnly::default()).https_only(true) }, allow_private)
    }

    fn of(builder: reqwest::ClientBuilder, allow_private: bool) -> Sender {
        let http = builder.build().inspect_err(|error| tracing::error!(%error, "webhooks cannot be sent")).ok();
        Sender { http, allow_private }
    }

    /// Sends a body under this number. The number stays the same over all attempts; the second is the attempt's own.
    pub async fn send(&self, url: &str, id: &str, second: i64, secrets: &[SigningSecret], body: String) -> Sent {
        let Some(http) = &self.http else {
            return Sent::Failed("the gateway cannot send webhooks");
        };
        // Looked at each time: the switch may have been taken back since the endpoint was added.
        let Ok(url) = destination(url, self.allow_private) else {
            return Sent::Failed("the address is none that webhooks may go to");
        };
        let request = http
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header(USER_AGENT, concat!("regcard/", env!("CARGO_PKG_VERSION")))
            .header("webhook-id", id)
            .header("webhook-timestamp", second)
            .header("webhook-signature", signatures(secrets, id, second, &body))
            .body(body);
        // An error's own text names the address, which may hold a secret of the merchant's.
        let mut answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) if error.is_timeout() => return Sent::Failed("no answer in time"),
            Err(error) if error.is_connect() => return Sent::Failed("it cannot be reached, or not at a public address"),
            Err(_) => return Sent::Failed("the connection broke"),
        };
        let status = answer.status().as_u16();
        let said = answer.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let asked = said.and_then(|said| retry_after(said, Clock::System.seconds()));
        // The rest of it says nothing; it is read so that the connection can be used again, and no longer than that pays.
        let mut read = 0;
        while let Ok(Some(piece)) = answer.chunk().await {
            read += piece.len();
            if read > limits::WEBHOOK_ANSWER_BYTES {
                break;
            }
        }
        match status {
            200..300 => Sent::Received(status),
            410 => Sent::Gone,
            _ => Sent::Answered(status, asked),
        }
    }
}

fn builder() -> reqwest::ClientBuilder {
    // Installed by whoever comes first; it is the same one.
    drop(rustls::crypto::ring::default_provider().install_default());
    reqwest::Client::builder()
        .connect_timeout(limits::WEBHOOK_CONNECT)
        .timeout(limits::WEBHOOK_TOTAL)
        .redirect(reqwest::redirect::Policy::none())
        .pool_idle_timeout(Duration::from_secs(20))
        .pool_max_idle_per_host(limits::LANE_SLOTS)
        .no_proxy()
}

#[cfg(test)]
mod tests;
