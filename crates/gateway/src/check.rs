//! Checking one serial number: whether it can be registered, and nothing about who did.

use regcard_protocol::form::SerialNumberRules;
use regcard_protocol::limits as shared;
use regcard_protocol::serial_number::{CheckAnswer, CheckStatus, CheckedProduct, SerialNumber};

use crate::app::App;
use crate::discreet;
use crate::extract::PageSession;
use crate::forward;
use crate::problem::GatewayError;
use crate::serial_fold::Folded;
use crate::store::{Checked, Merchant, Mode, Upstream};
use crate::test_keys;

/// Checks a serial number for a card.
///
/// # Errors
/// What the store, or an upstream, refuses.
pub async fn check(app: &App, page: &PageSession, serial: &SerialNumber) -> Result<CheckAnswer, GatewayError> {
    let form = app.form(&page.merchant, &page.session.frm).ok_or(GatewayError::FormNotAllowed)?;
    let rules = &form.form.serial_numbers;
    let answer = match &page.merchant.mode {
        Mode::Own => own(app, &page.merchant.id, serial, rules).await,
        Mode::Forward(upstream) => at_upstream(app, &page.merchant, upstream, serial, rules).await,
        Mode::Test => test_keys::check(serial).await,
    }?;
    Ok(if rules.discreet { discreet::answer(serial, answer.status) } else { answer })
}

async fn own(app: &App, merchant: &str, serial: &SerialNumber, rules: &SerialNumberRules) -> Result<CheckAnswer, GatewayError> {
    // What is not told is not looked for either: it would take longer than for a number that is known.
    let few = if rules.discreet { 0 } else { shared::SUGGESTIONS };
    let known = match app.store.check_serial(merchant.to_owned(), Folded::of(serial), few).await? {
        Checked::Known(known) => known,
        // Any number can be registered, once: one that is not loaded may have been.
        Checked::Unknown(_) if rules.one_time && !rules.validate && is_registered(app, merchant, serial).await? => {
            return Ok(CheckAnswer { status: CheckStatus::Registered, ..unknown(serial) });
        }
        Checked::Unknown(alike) => {
            let did_you_mean = alike.iter().map(|serial| serial.as_str().to_owned()).collect();
            return Ok(CheckAnswer { did_you_mean, ..unknown(serial) });
        }
    };
    let status = if rules.one_time && known.registered { CheckStatus::Registered } else { CheckStatus::Available };
    Ok(CheckAnswer { status, serial_number: known.serial, product: product(known.product_name, known.sku), did_you_mean: Vec::new() })
}

async fn is_registered(app: &App, merchant: &str, serial: &SerialNumber) -> Result<bool, GatewayError> {
    Ok(app.store.registration_of_serial(merchant.to_owned(), Folded::of(serial)).await?.is_some())
}

async fn at_upstream(
    app: &App,
    merchant: &Merchant,
    upstream: &Upstream,
    serial: &SerialNumber,
    rules: &SerialNumberRules,
) -> Result<CheckAnswer, GatewayError> {
    // What cannot be one of the maker's numbers is not asked for; what it may have been follows from the format alone, since the
    // upstream has no way to ask what looks alike.
    if !rules.looks_right(serial.as_str()) {
        return Ok(CheckAnswer { did_you_mean: rules.meant(serial.as_str()), ..unknown(serial) });
    }
    let client = forward::client(app, merchant, upstream).await?;
    let found = match client.serial_number(serial).await {
        Ok(found) => found,
        Err(trouble) => return Err(forward::unanswered(app, merchant, upstream, trouble).await),
    };
    forward::answered(app, merchant, upstream).await;
    let Some(known) = found else {
        return Ok(unknown(serial));
    };
    let status = if rules.one_time && known.registered { CheckStatus::Registered } else { CheckStatus::Available };
    let serial_number = known.serial.unwrap_or_else(|| serial.as_str().to_owned());
    Ok(CheckAnswer { status, serial_number, product: product(known.product_name, known.sku), did_you_mean: Vec::new() })
}

/// What is said of a number that is not known.
pub fn unknown(serial: &SerialNumber) -> CheckAnswer {
    CheckAnswer { status: CheckStatus::Unknown, serial_number: serial.as_str().to_owned(), product: None, did_you_mean: Vec::new() }
}

fn product(name: Option<String>, sku: Option<String>) -> Option<CheckedProduct> {
    (name.is_some() || sku.is_some()).then_some(CheckedProduct { name, sku })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::Duration;

    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use serde_json::{Value, json};
    use tower::ServiceExt;

    use super::*;
    use crate::app::Config;
    use crate::clock::Clock;
    use crate::config;
    use crate::keys::PublishableKey;
    use crate::origin::Origin;
    use crate::routes;
    use crate::scopes::Scopes;
    use crate::store::{Counting, Key, KeyKind, MerchantSettings, NewSerial, Sqlite, Store, Work};
    use crate::token::{Operation, Session};

    const ORIGIN: &str = "https://shop.example";

    /// A gateway on a store that counts, where one number is loaded, and a session of its shop.
    async fn gateway(folder: &std::path::Path, store_of_budgets: config::Store) -> (Arc<Counting<Sqlite>>, axum::Router, String) {
        let forms = folder.join("forms");
        std::fs::create_dir(&forms).unwrap();
        std::fs::write(forms.join("f.toml"), include_str!("../tests/it/product-registration.toml")).unwrap();
        let config = Config {
            data: folder.to_owned(),
            store: store_of_budgets,
            public_url: "http://localhost".to_owned(),
            forms,
            assets: None,
            address_budget_factor: 1,
            card_max_age: 0,
            allow_private_upstreams: false,
            allow_private_webhooks: false,
            upstream_quiet: Duration::from_secs(1),
            disk_free_percent: 0,
            requests_at_once: 9,
            receipts: config::Receipts::Local,
            mail: None,
            clock: Clock::manual(1_795_604_400),
        };
        let store = Arc::new(Counting::new(Sqlite::open(folder).unwrap()));
        let app = App::on(Arc::clone(&store) as Arc<dyn Store>, config).await.unwrap();
        let origins = vec![Origin::parse(ORIGIN).unwrap()];
        let settings = MerchantSettings { id: "shop".into(), origins, forms: vec!["f".into()], ..MerchantSettings::default() };
        store.put_merchant(settings, 1).await.unwrap();
        let key = PublishableKey::create(false).unwrap();
        let id = key.as_str().to_owned();
        store.add_key(Key { id: id.clone(), merchant: "shop".into(), kind: KeyKind::Publishable, scopes: Scopes::ALL }, 1).await.unwrap();
        let serial = SerialNumber::parse("SN-001").unwrap();
        store.put_serials("shop".into(), vec![NewSerial { serial, sku: None, customer_tags: None, product_name: None }], 1).await.unwrap();
        let now = app.clock.seconds();
        let session = Session {
            v: 1,
            mid: "shop".into(),
            ep: 1,
            pk: id,
            sid: "session".into(),
            org: ORIGIN.into(),
            frm: "f".into(),
            ops: Operation::ALL,
            iat: now,
            exp: now + 900,
            rex: now + 900,
            jti: "one".into(),
        };
        let token = app.tokens.seal_session(&session).unwrap();
        (store, routes::router(app), token)
    }

    async fn asked(router: &axum::Router, token: &str, serial: &str) -> Value {
        let request = Request::post("/v1/serial_numbers/check")
            .header("host", "x")
            .header("origin", ORIGIN)
            .header("authorization", format!("Bearer {token}"))
            .header("content-type", "application/json")
            .body(Body::from(json!({ "serialNumber": serial }).to_string()))
            .unwrap();
        let answer = router.clone().oneshot(request).await.unwrap();
        serde_json::from_slice(&to_bytes(answer.into_body(), 10_000).await.unwrap()).unwrap()
    }

    /// What a check takes at the least, of some. Once a second a row tells whether merchants and keys still are what they were; a machine that is
    /// slow may need some tries to fall between two of these looks.
    async fn work(store: &Counting<Sqlite>, router: &axum::Router, token: &str, serial: &str, status: &str, alike: &Value) -> Work {
        let mut all = Vec::new();
        for _ in 0..10 {
            store.work();
            let answer = asked(router, token, serial).await;
            assert_eq!((&answer["status"], &answer["didYouMean"]), (&json!(status), alike), "{serial}");
            all.push(store.work());
        }
        all.into_iter().min_by_key(|work| work.statements).unwrap()
    }

    #[tokio::test]
    async fn a_check_looks_for_the_number_and_for_its_look_alikes_and_for_nothing_else() {
        let of_its_own = (config::Store::Sqlite, 0, 0);
        // Of a session and an address, and whether that one or many have guessed too much: in one transaction, and what was not found in
        // another one.
        let together = (config::Store::Postgres("postgres://several".to_owned().into()), 1, 4);
        for (budgets, transactions, spent) in [of_its_own, together] {
            let folder = tempfile::tempdir().unwrap();
            let (store, router, token) = gateway(folder.path(), budgets).await;
            for (serial, status, alike, looks) in [
                ("sn-001", "available", json!(null), 1),
                ("SN001", "available", json!(null), 1),
                ("SN-OOI", "unknown", json!(["SN-001"]), 2),
                ("SN-2", "unknown", json!(null), 2),
            ] {
                let work = work(&store, &router, &token, serial, status, &alike).await;
                let missed = transactions * usize::from(status == "unknown");
                let counted = (work.reads, work.changes, work.statements);
                assert_eq!(counted, (1, transactions + missed, looks + spent + 2 * missed), "{serial}");
            }
        }
    }
}
