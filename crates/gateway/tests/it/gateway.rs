//! A gateway that runs in this process: the real router over a real socket, a shop in its store, a clock moved by hand.
#![expect(clippy::unwrap_used, reason = "a helper of tests: what cannot be started fails the story")]

use std::io::Write;
use std::net::SocketAddr;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use regcard_gateway::app::{App, Config};
use regcard_gateway::clock::Clock;
use regcard_gateway::config::{Receipts, Store};
use regcard_gateway::keys::{AccessToken, PublishableKey};
use regcard_gateway::limits;
use regcard_gateway::origin::Origin;
use regcard_gateway::outbox;
use regcard_gateway::routes;
use regcard_gateway::scopes::Scopes;
use regcard_gateway::store::{Keeping, Key, KeyKind, MerchantSettings, OutboxQuery, OutboxRow, OutboxState, Query, Upstream};
use regcard_gateway::token::seal_upstream_token;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::database::Database;
use crate::shop::{FORM, ORIGIN, Shop, client};

/// The form that most stories use; every kind of field is in it.
pub(crate) const FORM_FILE: &str = include_str!("product-registration.toml");
/// 2026-11-25, eleven o'clock.
const NOW: i64 = 1_795_604_400;

/// A running gateway, and the shop that most stories are about.
#[derive(Debug)]
pub(crate) struct Gateway {
    pub(crate) shop: Shop,
    pub(crate) app: Arc<App>,
    pub(crate) clock: Clock,
    _folder: TempDir,
    _database: Option<Database>,
    config: Config,
    address: SocketAddr,
    running: Option<Running>,
    /// Earlier ones that go on until the story is over.
    left: Vec<Running>,
}

/// What ends a gateway, and tells that it has ended: what answers, and what sends.
#[derive(Debug)]
struct Running {
    ends: [oneshot::Sender<()>; 2],
    tasks: [JoinHandle<()>; 2],
}

impl Running {
    async fn end(self) {
        for end in self.ends {
            end.send(()).unwrap();
        }
        for task in self.tasks {
            task.await.unwrap();
        }
    }
}

impl Deref for Gateway {
    type Target = Shop;

    fn deref(&self) -> &Shop {
        &self.shop
    }
}

impl Gateway {
    pub(crate) async fn start() -> Gateway {
        Gateway::start_with(|_| {}).await
    }

    /// A gateway that is set up in another way than most.
    pub(crate) async fn start_with(set_up: impl FnOnce(&mut Config)) -> Gateway {
        Gateway::start_beside(Router::new(), set_up).await
    }

    /// The same with more routes than a gateway has.
    pub(crate) async fn start_beside(more: Router<Arc<App>>, set_up: impl FnOnce(&mut Config)) -> Gateway {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut config = Config {
            data: folder.path().join("data"),
            store: Store::Sqlite,
            public_url: format!("http://{address}"),
            forms: folder.path().join("forms"),
            assets: None,
            address_budget_factor: 1_000,
            card_max_age: 60,
            allow_private_upstreams: false,
            allow_private_webhooks: false,
            upstream_quiet: std::time::Duration::from_secs(120),
            disk_free_percent: 0,
            requests_at_once: limits::REQUESTS,
            receipts: Receipts::Local,
            mail: None,
            clock: Clock::manual(NOW),
        };
        let database = on_postgres().then(Database::create);
        if let Some(database) = &database {
            config.store = Store::Postgres(database.url.clone().into());
        }
        set_up(&mut config);
        std::fs::create_dir(&config.forms).unwrap();
        std::fs::write(config.forms.join(format!("{FORM}.toml")), FORM_FILE).unwrap();
        let app = App::open(config.clone()).await.unwrap();
        let shop = open_shop(&app, "demo", ORIGIN, &[FORM]).await;
        let running = Some(serve_beside(Arc::clone(&app), listener, more));
        Gateway { shop, app, clock: config.clock.clone(), _folder: folder, _database: database, config, address, running, left: Vec::new() }
    }

    /// Another shop at the same gateway.
    pub(crate) async fn another_shop(&self, id: &str, origin: &str) -> Shop {
        open_shop(&self.app, id, origin, &[FORM]).await
    }

    /// The shop as it is seen by its test key and a test token.
    pub(crate) async fn tried_out(&self) -> Shop {
        give_keys(&self.app, "demo", true).await
    }

    /// Ends the gateway and starts another one on what it kept, at the same address.
    pub(crate) async fn restart(self) -> Gateway {
        self.restart_with(|_| {}).await
    }

    /// The same, set up in another way from now on.
    pub(crate) async fn restart_with(mut self, set_up: impl FnOnce(&mut Config)) -> Gateway {
        set_up(&mut self.config);
        self.running.take().unwrap().end().await;
        self.app = App::open(self.config.clone()).await.unwrap();
        let listener = TcpListener::bind(self.address).await.unwrap();
        self.running = Some(serve(Arc::clone(&self.app), listener));
        self
    }

    /// Starts another gateway on the same folder, at an address of its own, while this one goes on.
    pub(crate) async fn leave_and_start_another(mut self) -> Gateway {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        self.address = listener.local_addr().unwrap();
        self.app = App::open(self.config.clone()).await.unwrap();
        self.shop.gateway = format!("http://{}", self.address);
        self.left.extend(self.running.take());
        self.running = Some(serve(Arc::clone(&self.app), listener));
        self
    }

    /// Lets time pass, so that what waited for it is done.
    pub(crate) fn later(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.app.outbox.wake();
    }

    /// Lets so many seconds pass; what was still to be sent, or waited for a person, before that. While something is being sent time stands still, or
    /// its lease would run out under a machine that is slow; and where something may have begun since, less time than a lease passes.
    pub(crate) async fn time_passes(&self, seconds: i64) -> Vec<OutboxRow> {
        let (unsent, now) = (self.unsent().await, self.clock.millis());
        let is_due = unsent.iter().any(|row| row.state == OutboxState::Waiting && row.next_at <= now);
        if unsent.iter().all(|row| row.lease_until == 0) {
            self.later(if is_due { seconds.min(limits::SENDING_LEASE_MILLIS / 2_000) } else { seconds });
        }
        unsent
    }

    /// What is still to be sent, or waits for a person.
    pub(crate) async fn unsent(&self) -> Vec<OutboxRow> {
        self.app.store.outbox_list(OutboxQuery { limit: 10_000, ..OutboxQuery::default() }).await.unwrap()
    }

    /// Lets time pass, again and again, until nothing is left to be sent; what is parked then.
    pub(crate) async fn until_all_is_sent(&self) -> Vec<OutboxRow> {
        // Each of them may take its time; what counts is that it goes on.
        let mut left = usize::MAX;
        while left > 0 {
            crate::until_so("one more is sent or parked", async || {
                let unsent = self.time_passes(10).await;
                let (before, now) = (left, unsent.iter().filter(|row| row.state == OutboxState::Waiting).count());
                left = now;
                now < before
            })
            .await;
        }
        self.unsent().await
    }

    /// Another access token of the shop, for these scopes.
    pub(crate) async fn access_token_for(&self, scopes: &[&str]) -> String {
        let token = AccessToken::create(false).unwrap();
        let (hash, scopes) = (token.hash(&self.app.secrets).unwrap(), Scopes::parse(scopes.iter().copied()).unwrap());
        let key = Key { id: token.id().to_owned(), merchant: "demo".to_owned(), kind: KeyKind::Access(hash), scopes };
        self.app.store.add_key(key, self.clock.millis()).await.unwrap();
        token.reveal().to_owned()
    }

    /// So many checks of the shop's numbers found nothing, from addresses that no story has.
    pub(crate) async fn is_guessed_at(&self, misses: u32) {
        let merchant = self.app.store.merchant("demo".to_owned()).await.unwrap().unwrap();
        let nobody = std::net::IpAddr::from([198, 51, 100, 1]).into();
        self.app.budgets.missed(misses as usize, nobody, &merchant, self.clock.seconds()).await.unwrap();
    }

    /// From now on another registration API keeps the shop's registrations.
    pub(crate) async fn forward_to(&self, url: &str, token: &str) {
        self.forward_for("demo", url, token).await;
    }

    /// The same for another shop.
    pub(crate) async fn forward_for(&self, id: &str, url: &str, token: &str) {
        let sealed_token = seal_upstream_token(&self.app.secrets, id, &token.to_owned().into()).unwrap();
        let keeping = Keeping::At(Upstream { url: url.to_owned(), sealed_token });
        let settings = MerchantSettings { id: id.to_owned(), keeping, ..MerchantSettings::default() };
        self.app.store.put_merchant(settings, self.clock.millis()).await.unwrap();
    }

    /// From now on the shop's key is good for these forms.
    pub(crate) async fn offer(&self, forms: &[&str]) {
        let forms = forms.iter().map(|form| (*form).to_owned()).collect();
        let settings = MerchantSettings { id: "demo".to_owned(), forms, ..MerchantSettings::default() };
        self.app.store.put_merchant(settings, self.clock.millis()).await.unwrap();
    }

    /// Saves a form's file, as a merchant does while the gateway runs.
    pub(crate) fn save_form(&self, slug: &str, text: &str) {
        let path = self.config.forms.join(format!("{slug}.toml"));
        let saved = |path: &Path| std::fs::metadata(path).and_then(|about| about.modified());
        let before = saved(&path).ok();
        std::fs::write(&path, text).unwrap();
        // Where files are dated in steps, two that are saved within one would look like one. No merchant is as quick as that.
        if let Some(before) = before.filter(|before| saved(&path).unwrap() <= *before) {
            let file = std::fs::File::options().write(true).open(&path).unwrap();
            file.set_modified(before + std::time::Duration::from_millis(10)).unwrap();
        }
    }

    /// How many registrations the store holds, also where its own API shows none.
    pub(crate) async fn held(&self) -> u64 {
        let query = Query { merchant: "demo".to_owned(), email: None, form: None, limit: 1, offset: 0 };
        self.app.store.registrations(query).await.unwrap().total
    }

    /// How many files lie in the data folder, complete or not.
    pub(crate) fn files(&self) -> usize {
        ["receipts", "coming"].iter().map(|folder| std::fs::read_dir(self.config.data.join(folder)).unwrap().count()).sum()
    }
}

/// Whether the stories are told of gateways on PostgreSQL: `cargo xtask test native` tells them twice.
pub(crate) fn on_postgres() -> bool {
    std::env::var("REGCARD_TEST_STORE").is_ok_and(|store| store == "postgres")
}

/// A folder with what a build of the widget leaves, as far as a gateway looks at it.
pub(crate) fn built_widget() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    build_widget(folder.path(), "0a0a");
    folder
}

/// Builds the widget anew, under the names that this hash gives.
pub(crate) fn build_widget(folder: &Path, hash: &str) {
    let names = ["wasm", "js"].map(|ending| format!("regcard-{hash}.{ending}"));
    let (loader, style) = (format!("loader-{hash}.js"), format!("card-{hash}.css"));
    let manifest = serde_json::json!({ "version": "0.1.0", "wasm": names[0], "glue": names[1], "loader": loader, "style": style });
    for (name, text) in [
        (names[0].as_str(), format!("wasm of {hash}")),
        (&names[1], format!("// glue of {hash}")),
        (&loader, "(config => { window.seen = config; });".to_owned()),
        (&style, ".regcard { color: inherit }".to_owned()),
        ("manifest.json", manifest.to_string()),
    ] {
        std::fs::write(folder.join(name), &text).unwrap();
        let mut packed = brotli::CompressorWriter::new(Vec::new(), 4_096, 5, 22);
        packed.write_all(text.as_bytes()).unwrap();
        std::fs::write(folder.join(format!("{name}.br")), packed.into_inner()).unwrap();
    }
}

fn serve(app: Arc<App>, listener: TcpListener) -> Running {
    serve_beside(app, listener, Router::new())
}

fn serve_beside(app: Arc<App>, listener: TcpListener, more: Router<Arc<App>>) -> Running {
    let (end, ended) = oneshot::channel::<()>();
    let (end_sending, sending_ended) = oneshot::channel::<()>();
    let serving =
        axum::serve(listener, routes::router_with(Arc::clone(&app), more)).with_graceful_shutdown(async move { drop(ended.await) });
    let sending = tokio::spawn(outbox::run(app, async move { drop(sending_ended.await) }));
    Running { ends: [end, end_sending], tasks: [tokio::spawn(async move { serving.await.unwrap() }), sending] }
}

async fn open_shop(app: &App, id: &str, origin: &str, forms: &[&str]) -> Shop {
    let settings = MerchantSettings {
        id: id.to_owned(),
        name: Some(format!("{id} & Sons")),
        origins: vec![Origin::parse(origin).unwrap()],
        forms: forms.iter().map(|form| (*form).to_owned()).collect(),
        ..MerchantSettings::default()
    };
    app.store.put_merchant(settings, app.clock.millis()).await.unwrap();
    give_keys(app, id, false).await
}

async fn give_keys(app: &App, id: &str, test: bool) -> Shop {
    let (key, token) = (PublishableKey::create(test).unwrap(), AccessToken::create(test).unwrap());
    let hash = token.hash(&app.secrets).unwrap();
    for (name, kind) in [(key.as_str(), KeyKind::Publishable), (token.id(), KeyKind::Access(hash))] {
        app.store
            .add_key(Key { id: name.to_owned(), merchant: id.to_owned(), kind, scopes: Scopes::ALL }, app.clock.millis())
            .await
            .unwrap();
    }
    Shop { http: client(), gateway: app.public_url.clone(), key: key.as_str().to_owned(), access_token: token.reveal().to_owned() }
}
