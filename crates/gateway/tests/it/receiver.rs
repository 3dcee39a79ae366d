//! A merchant's server that receives webhooks over a real socket, and does with each what a story tells it.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use regcard_gateway::clock;
use regcard_gateway::store::{AddingEndpoint, WebhookEndpoint, WebhookEvent};
use regcard_gateway::token::seal_webhook_secret;
use regcard_gateway::webhooks::SigningSecret;
use secrecy::ExposeSecret;
use serde_json::Value;
use sha2::Sha256;
use tokio::net::TcpListener;

use crate::gateway::Gateway;

/// A webhook as it came.
#[derive(Clone, Debug)]
pub(crate) struct Webhook {
    pub(crate) path: String,
    pub(crate) id: String,
    pub(crate) timestamp: i64,
    pub(crate) signature: String,
    pub(crate) text: String,
    pub(crate) body: Value,
}

/// What is answered: the status, and a header.
pub(crate) type Says = (u16, Option<(&'static str, String)>);

type Doing = Box<dyn Fn(Webhook, usize) -> Pin<Box<dyn Future<Output = Says> + Send>> + Send + Sync>;

/// A merchant's server.
#[derive(Clone, Debug)]
pub(crate) struct Receiver {
    pub(crate) url: String,
    seen: Arc<Mutex<Vec<Webhook>>>,
    at_once: Arc<AtomicUsize>,
    most_at_once: Arc<AtomicUsize>,
}

/// An endpoint of a shop, with the secret that its server has.
#[derive(Clone, Debug)]
pub(crate) struct Endpoint {
    pub(crate) id: String,
    pub(crate) secret: String,
}

impl Receiver {
    /// One that takes everything.
    pub(crate) async fn start() -> Receiver {
        Receiver::doing(|_, _| async { (204, None) }).await
    }

    /// One that answers with these statuses one after the other, and with the last one from then on.
    pub(crate) async fn saying(statuses: &'static [u16]) -> Receiver {
        Receiver::doing(move |_, before| async move { (statuses[before.min(statuses.len() - 1)], None) }).await
    }

    /// One that does this with each webhook, of which so many came before.
    pub(crate) async fn doing<F: Future<Output = Says> + Send + 'static>(
        doing: impl Fn(Webhook, usize) -> F + Send + Sync + 'static,
    ) -> Receiver {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/hooks?key=PRIVATE-part-of-the-address", listener.local_addr().unwrap());
        let receiver = Receiver { url, seen: Arc::default(), at_once: Arc::default(), most_at_once: Arc::default() };
        let doing: Arc<Doing> = Arc::new(Box::new(move |webhook, before| Box::pin(doing(webhook, before))));
        let serving = receiver.clone();
        let router = Router::new().fallback(move |headers: HeaderMap, uri: axum::http::Uri, body: Bytes| {
            let (receiver, doing) = (serving.clone(), Arc::clone(&doing));
            async move { receiver.receive(&doing, &headers, &uri, &body).await }
        });
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        receiver
    }

    async fn receive(&self, doing: &Doing, headers: &HeaderMap, uri: &axum::http::Uri, body: &Bytes) -> Response {
        let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        assert_eq!(header("content-type"), "application/json");
        let text = String::from_utf8(body.to_vec()).unwrap();
        let webhook = Webhook {
            path: uri.to_string(),
            id: header("webhook-id"),
            timestamp: header("webhook-timestamp").parse().unwrap_or_default(),
            signature: header("webhook-signature"),
            body: serde_json::from_str(&text).unwrap_or_default(),
            text,
        };
        let before = {
            let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
            seen.push(webhook.clone());
            seen.len() - 1
        };
        self.most_at_once.fetch_max(self.at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
        let (status, header) = doing(webhook, before).await;
        self.at_once.fetch_sub(1, Ordering::SeqCst);
        let mut answer = Response::builder().status(StatusCode::from_u16(status).unwrap());
        if let Some((name, value)) = header {
            answer = answer.header(name, value);
        }
        answer.body(Body::from("what it says to that")).unwrap()
    }

    /// Everything that came, in order.
    pub(crate) fn seen(&self) -> Vec<Webhook> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// How many it was busy with at a time, at most.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    /// Waits until so many have come.
    pub(crate) async fn until_it_has(&self, count: usize) -> Vec<Webhook> {
        crate::until(&format!("{count} webhooks"), || self.seen().len() >= count).await;
        self.seen()
    }
}

impl Webhook {
    /// What a receiver does before it believes a word, written from the specification.
    pub(crate) fn is_from_whoever_has(&self, secret: &str, now: i64) -> bool {
        let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap()).unwrap();
        let signed = format!("{}.{}.{}", self.id, self.timestamp, self.text);
        let good = |digits: &str| {
            let mut mac = Hmac::<Sha256>::new_from_slice(&key).unwrap();
            mac.update(signed.as_bytes());
            STANDARD.decode(digits).is_ok_and(|bytes| mac.verify_slice(&bytes).is_ok())
        };
        (now - self.timestamp).abs() <= 300 && self.signature.split(' ').filter_map(|one| one.strip_prefix("v1,")).any(good)
    }

    /// What happened.
    pub(crate) fn event(&self) -> &str {
        self.body["event"].as_str().unwrap()
    }
}

impl Gateway {
    /// From now on a shop's server is told what happens.
    pub(crate) async fn tell(&self, url: &str) -> Endpoint {
        self.tell_of("demo", url, &WebhookEvent::ALL).await
    }

    /// The same for any shop, of some events.
    pub(crate) async fn tell_of(&self, merchant: &str, url: &str, events: &[WebhookEvent]) -> Endpoint {
        let (id, secret) = (clock::new_id(&self.clock), SigningSecret::create().unwrap().reveal());
        let new = WebhookEndpoint {
            id: id.clone(),
            merchant: merchant.to_owned(),
            url: url.to_owned(),
            events: events.to_vec(),
            secret_sealed: seal_webhook_secret(&self.app.secrets, &id, &secret).unwrap(),
            previous: None,
            disabled: None,
            failing_since: None,
            created_at: self.clock.millis(),
        };
        assert_eq!(self.app.store.add_webhook(new).await.unwrap(), AddingEndpoint::Added);
        Endpoint { id, secret: secret.expose_secret().to_owned() }
    }

    /// How it goes with an endpoint.
    pub(crate) async fn endpoint(&self, endpoint: &Endpoint) -> WebhookEndpoint {
        self.app.store.webhook(endpoint.id.clone()).await.unwrap().unwrap()
    }
}
