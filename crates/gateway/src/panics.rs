//! A fault of the program, as the operator hears of it: counted, and a line in the log that says where. What it says itself is not told: it may
//! quote what somebody typed. Whoever waits for the answer is told elsewhere, in `routes` and in `store`.

use std::any::Any;
use std::future::Future;
use std::panic::{AssertUnwindSafe, PanicHookInfo, catch_unwind, set_hook};

use futures_util::FutureExt;

use crate::measure;

/// The program failed in the middle of something. What it said has been dealt with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Panicked;

/// From now on faults are counted and logged, wherever they happen.
pub fn watch() {
    set_hook(Box::new(tell));
}

/// Does something of which nothing else is to suffer if it fails. Whatever it holds must be of use afterwards.
///
/// # Errors
/// [`Panicked`].
pub fn contain<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    catch_unwind(AssertUnwindSafe(work)).map_err(forget)
}

/// The same for something that is awaited.
///
/// # Errors
/// [`Panicked`].
pub async fn contain_all<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    AssertUnwindSafe(work).catch_unwind().await.map_err(forget)
}

fn tell(panic: &PanicHookInfo<'_>) {
    measure::panicked();
    let place = panic.location().map(ToString::to_string);
    // Within a request's span, where it is one, so that the line has the request's id.
    tracing::error!(place = place.as_deref().unwrap_or("-"), "the program failed");
}

fn forget(_said: Box<dyn Any + Send>) -> Panicked {
    Panicked
}
