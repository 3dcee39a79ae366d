//! The whole journey in a real browser, against the real gateway, and pages that make it hard.
//!
//! `cargo xtask test browser [FILTER]` builds what is needed and starts these tests. Each has its own shop, gateway and
//! browser, and nothing is shared, so any of them runs alone. Between browser and gateway stands a proxy, by which a
//! test holds back, loses or spoils what it wants. What happens is waited for, never slept for.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "these are tests; what goes wrong here has to end them")]

mod browser;
mod card;
mod demo;
mod folder;
mod gateway;
mod http;
mod pictures;
mod proxy;
mod shop;
mod states;
mod visit;
mod wait;

mod axe;
mod before_live;
mod console;
mod dialog;
mod discreet;
mod drafts;
mod faults;
mod hosts;
mod many;
mod on_a_page;
mod once;
mod options;
mod panic;
mod receipts;
mod refused;
mod reports;
mod screenshots;
mod uploads;
mod whole_journey;
mod without_scripts;
