//! A customer's visit: a shop, the gateway behind it and a browser, all of a test's own.

use crate::browser::Browser;
use crate::card::Card;
use crate::folder::Folder;
use crate::gateway::Gateway;
use crate::shop::Shop;

pub(crate) struct Visit {
    // The browser goes first, so that nothing is asked for any more when the gateway ends.
    pub(crate) browser: Browser,
    pub(crate) gateway: Gateway,
    pub(crate) shop: Shop,
}

/// A serial number that the shop has sold.
pub(crate) const SERIAL: &str = "ED5-2204-0817";
pub(crate) const OTHER_SERIAL: &str = "ED5-2204-0818";
pub(crate) const EMAIL: &str = "tom@example.org";

impl Visit {
    /// Opens everything; no page is shown yet.
    pub(crate) async fn begin() -> Visit {
        let shop = Shop::open().await;
        let gateway = Gateway::start(&shop.origin()).await;
        Visit { browser: Browser::open().await, gateway, shop }
    }

    /// The same, with the page that the README's snippet makes.
    pub(crate) async fn to_the_product_page() -> Visit {
        let visit = Visit::begin().await;
        let body = format!("{}{}", visit.gateway.script(), visit.gateway.element());
        visit.goes_to("", &body).await;
        visit
    }

    /// Shows a page, and goes there.
    pub(crate) async fn goes_to(&self, head: &str, body: &str) {
        self.goes_to_with(head, body, &[]).await;
    }

    /// The same, with headers of the page's own.
    pub(crate) async fn goes_to_with(&self, head: &str, body: &str, headers: &[(&str, &str)]) {
        self.is_somebody_new().await;
        self.shop.show(head, body, headers);
        self.browser.go(&format!("{}/", self.shop.origin())).await;
    }

    /// Nothing is left of what was typed on the shop's pages before.
    pub(crate) async fn is_somebody_new(&self) {
        self.shop.serve(
            "/nothing",
            &[("content-type", "text/html")],
            "<!doctype html><title>Shop</title><link rel=\"icon\" href=\"data:,\">",
        );
        self.browser.go(&format!("{}/nothing", self.shop.origin())).await;
        self.browser.js("localStorage.clear(); sessionStorage.clear();", Vec::new()).await;
    }

    pub(crate) fn card(&self) -> Card<'_> {
        self.card_at(0)
    }

    pub(crate) fn card_at(&self, nth: usize) -> Card<'_> {
        Card { browser: &self.browser, nth }
    }

    pub(crate) fn folder(&self) -> &Folder {
        self.gateway.folder()
    }

    /// How many submits have reached the gateway.
    pub(crate) fn submits(&self) -> usize {
        self.gateway.proxy.count("POST", "/v1/registrations")
    }

    /// How often the wasm was fetched.
    pub(crate) fn wasm_fetches(&self) -> usize {
        self.gateway.proxy.count("GET", ".wasm")
    }

    /// There is one registration of this customer, of this number.
    pub(crate) async fn is_registered_once(&self, number: &str) {
        let found = self.gateway.merchant.registrations_of(EMAIL).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["id"], number, "{found:?}");
    }
}
