//! Other people's pages: a page for each row of the list, on the shop's own origin, and what is promised there.
//!
//! The list is `list.rs`; what happens in a row is in the file of its group. A group's rows share a gateway and a browser, each
//! row in a tab of its own.

mod focus;
mod libraries;
mod list;
mod moved;
mod network;
mod policies;
mod storage;
mod styles;
mod tags;

use std::cell::Cell;
use std::collections::BTreeSet;
use std::future::poll_fn;
use std::io::Write;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::task::Poll;

use serde_json::Value;

use crate::browser::Browser;
use crate::card::Card;
use crate::gateway::root;
use crate::proxy::Exchange;
use crate::visit::Visit;
use list::{Group, LIST, Row, Shown};

/// What happens in a row.
type Story = for<'a> fn(&'a Host<'a>) -> Pin<Box<dyn Future<Output = ()> + 'a>>;

/// Of what went wrong, in characters: the test's own output has all of it.
const LONG_ENOUGH: usize = 300;

/// How many registrations a row may make, in all its parts.
const REGISTRATIONS: u32 = 6;

/// Notes what the card tells the page, and when it was touched first.
const NOTES: &str = "
    window.told = [];
    for (const name of ['ready', 'serial', 'upload', 'submit', 'registered', 'error'])
        addEventListener('regcard:' + name, event => told.push({ name, detail: event.detail, at: performance.now() }));
    for (const type of ['pointerdown', 'keydown', 'focusin']) addEventListener(type, () => { window.touched ??= performance.now(); }, true);";

/// A row's page and what stands behind it.
struct Host<'a> {
    visit: &'a Visit,
    row: u32,
    /// How many requests others had made before.
    before: usize,
    registered: Cell<u32>,
}

/// Tries every row of a group, says what became of each, and fails if one is not as the list says.
async fn run(group: Group) {
    let visit = Visit::begin().await;
    // For who works on one of them: `REGCARD_ROW=11 cargo xtask test browser hosts`.
    let only = std::env::var("REGCARD_ROW").ok().map(|row| row.parse::<u32>().expect("the number of a row"));
    let rows: Vec<&Row> = LIST.iter().filter(|row| row.group == group && only.is_none_or(|only| only == row.number)).collect();
    let numbers: BTreeSet<u32> = rows.iter().map(|row| row.number).collect();
    let serial_numbers = numbers.into_iter().flat_map(|row| (1..=REGISTRATIONS).map(move |nth| serial_number(row, nth)));
    visit.gateway.load(serial_numbers);
    let mut wrong = Vec::new();
    let (mut part_of, mut registered) = (0, 0);
    for row in rows {
        // The parts of a row share its serial numbers.
        if part_of != row.number {
            (part_of, registered) = (row.number, 0);
        }
        let outcome = match row.shown {
            Shown::By(story) => match attempt(&visit, row, &mut registered, story).await {
                Ok(()) => "holds".to_owned(),
                Err(fault) => {
                    wrong.push(format!("row {} ({}): {fault}", row.number, row.situation));
                    format!("FAILS: {fault}")
                }
            },
            Shown::Elsewhere(name) => format!("shown by {name}"),
            Shown::NotHere(why) => format!("cannot be had here: {why}"),
        };
        // Written past the harness, which keeps what a passing test prints to itself.
        drop(std::io::stderr().write_all(format!("row {:>2}, {}: {outcome}\n", row.number, row.situation).as_bytes()));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Tries one row in a tab of its own, after so many registrations of its other parts; answers what went wrong.
async fn attempt(visit: &Visit, row: &Row, registered: &mut u32, story: Story) -> Result<(), String> {
    visit.browser.takes_a_new_tab().await;
    let host = Host { visit, row: row.number, before: visit.gateway.proxy.count("", ""), registered: Cell::new(*registered) };
    let mut story = story(&host);
    let outcome = poll_fn(|context| match catch_unwind(AssertUnwindSafe(|| story.as_mut().poll(context))) {
        Ok(poll) => poll.map(Ok),
        Err(panic) => Poll::Ready(Err(panic)),
    });
    let outcome = outcome.await.map_err(|panic| match panic.downcast::<String>() {
        Ok(message) => message.lines().map(str::trim).collect::<Vec<_>>().join("; ").chars().take(LONG_ENOUGH).collect(),
        Err(panic) => panic.downcast_ref::<&str>().copied().unwrap_or("it fails").to_owned(),
    });
    drop(story);
    *registered = host.registered.get();
    visit.gateway.proxy.let_everything_through();
    outcome
}

fn serial_number(row: u32, nth: u32) -> String {
    format!("HOST-{row:02}-{nth}")
}

impl Host<'_> {
    fn browser(&self) -> &Browser {
        &self.visit.browser
    }

    fn card(&self) -> Card<'_> {
        self.visit.card()
    }

    /// The script and the element, as the README has them.
    fn snippet(&self) -> String {
        format!("{}{}", self.visit.gateway.script(), self.visit.gateway.element())
    }

    /// The gateway's origin, as policies name it.
    fn gateway(&self) -> String {
        self.visit.gateway.proxy.origin()
    }

    /// Shows a page, and goes there.
    async fn goes_to(&self, head: &str, body: &str) {
        self.visit.goes_to(head, body).await;
    }

    /// The same, with a policy or another header of the page's own.
    async fn goes_to_with(&self, head: &str, body: &str, headers: &[(&str, &str)]) {
        self.visit.goes_to_with(head, body, headers).await;
    }

    async fn js(&self, script: &str) -> Value {
        self.browser().js(script, Vec::new()).await
    }

    /// A script of somebody else's, served by the shop: its element. A path below `node_modules`, or below Debian's shared scripts.
    fn library(&self, path: &str) -> String {
        let shared = std::env::var_os("REGCARD_SHARED_SCRIPTS").map(std::path::PathBuf::from);
        let file =
            [Some(root().join("node_modules")), shared].into_iter().flatten().map(|folder| folder.join(path)).find(|file| file.is_file());
        let file = file.unwrap_or_else(|| panic!("{path} is not installed; `cargo xtask test browser` does that"));
        self.script(&format!("/{path}"), &std::fs::read_to_string(file).unwrap())
    }

    /// A script of the shop's own: its element.
    fn script(&self, path: &str, text: &str) -> String {
        self.visit.shop.serve(path, &[("content-type", "text/javascript; charset=utf-8")], text);
        format!("<script src=\"{path}\"></script>")
    }

    /// What this row's page has asked the gateway for.
    fn requests(&self) -> Vec<Exchange> {
        self.visit.gateway.proxy.seen("", "").split_off(self.before)
    }

    fn email(&self) -> String {
        format!("row{}-{}@example.org", self.row, self.registered.get())
    }

    /// A serial number that nobody has registered.
    fn serial_number(&self) -> String {
        serial_number(self.row, self.registered.get())
    }

    /// A new customer comes.
    fn next_customer(&self) {
        self.registered.set(self.registered.get() + 1);
        assert!(self.registered.get() <= REGISTRATIONS, "no more serial numbers are loaded");
    }

    /// The whole journey, with a receipt; the console has nothing to say about it.
    async fn registers(&self) {
        self.fills().await;
        self.submits().await;
        self.browser().console_is_silent().await;
    }

    /// Everything up to the button.
    async fn fills(&self) {
        self.next_customer();
        let card = self.card();
        card.fill(&self.email(), &self.serial_number()).await;
        card.serial_is("available").await;
        let (receipt, _) = self.visit.folder().receipt();
        card.choose(&receipt).await;
        card.receipt_is("stored").await;
    }

    /// The button, and what becomes of it.
    async fn submits(&self) {
        self.card().submit().await;
        let number = self.card().done().await;
        let found = self.visit.gateway.merchant.registrations_of(&self.email()).await;
        assert_eq!(found.len(), 1, "{found:?}");
        assert_eq!(found[0]["id"], number, "{found:?}");
        assert!(found[0]["fieldData"]["InvoiceUpload"].is_string(), "no receipt in {found:?}");
    }

    /// Types a name, by which wasm takes over; the name stays.
    async fn touches(&self) {
        let card = self.card();
        card.type_into("customerName", crate::card::NAME).await;
        card.becomes_live().await;
        assert_eq!(card.value_of("customerName").await, crate::card::NAME);
    }

    /// Waits until the link inside the element can be seen.
    async fn shows_the_link(&self) {
        let seen =
            "const link = document.querySelector('reg-card a'); return link.checkVisibility() && link.getBoundingClientRect().height > 0;";
        crate::wait::until_true("the link to the hosted page is seen", async || self.js(seen).await == true).await;
    }
}

#[test]
fn every_row_of_the_table_stands_in_the_list_in_its_order() {
    // 16, 18, 24, 42, 55 and 59 are no rows of the table.
    let table = (1..=63).filter(|number| ![16, 18, 24, 42, 55, 59].contains(number));
    let mut list: Vec<u32> = LIST.iter().map(|row| row.number).collect();
    // One row may be shown in parts.
    list.dedup();
    assert_eq!(list, table.collect::<Vec<u32>>());
}
