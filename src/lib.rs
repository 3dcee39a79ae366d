//! The registration card from the box, as a web widget: the form itself.
//!
//! The way of a registration: the merchant's page → the loader (`www/loader.js`) paints the first form → this crate,
//! as WebAssembly, takes over: `browser` mounts `view`, which shows `form`'s state and hands back events; the rules are
//! `regcard_protocol`'s, which the gateway checks again.
//!
//! The gateway also uses this crate natively: to render the form, and in the browser's place where no script runs.

/// The browser: mounting, effects, requests. The only place that knows there is one.
#[cfg(target_arch = "wasm32")]
pub mod browser;
/// What a person has typed, and what may happen next. No browser here.
pub mod form;
/// The words on the screen.
pub mod text;
/// State in, events out.
pub mod view;
