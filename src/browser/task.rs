//! What goes on beside the turn of a click: a task is a future that nobody waits for.

use std::pin::Pin;

use wasm_bindgen_futures::spawn_local;

/// Starts a task.
pub(super) fn spawn(task: impl Future<Output = ()> + 'static) {
    spawn_boxed(Box::pin(task));
}

/// One type of task for all: the machinery around each further type costs the customer half a kilobyte.
fn spawn_boxed(task: Pin<Box<dyn Future<Output = ()>>>) {
    spawn_local(task);
}
