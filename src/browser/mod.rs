//! The shell around the form: the only place that knows the browser, names `web_sys` and `js_sys`, reads the clock and
//! draws randomness.
//!
//! The loader calls [`mount::mount`]; from then on events go to `form::update`, and the effects that come back are run
//! in [`effects`]. After everything that is waited for, the shell asks whether the card still stands.

mod clock;
mod controls;
mod effects;
mod extras;
mod focus;
mod from_js;
mod gateway;
mod hearing;
mod kept;
mod local;
pub mod mount;
mod page;
mod panic;
mod shell;
mod task;
mod upload;
