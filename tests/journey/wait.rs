//! Waiting for something to come about, as long as it can be expected to take and no longer.

use std::time::{Duration, Instant};

/// Two tests share the machine, and each has a browser; what has not come about by then will not.
const PATIENCE: Duration = Duration::from_secs(30);

/// Short beside anything that a browser does.
const PAUSE: Duration = Duration::from_millis(20);

/// Looks again and again until there is something.
pub(crate) async fn until<T>(what: &str, look: impl AsyncFnMut() -> Option<T>) -> T {
    let since = Instant::now();
    in_time(look).await.unwrap_or_else(|| panic!("{what}: not after {} s", since.elapsed().as_secs()))
}

/// The same, for who has more to say when it does not come about.
pub(crate) async fn in_time<T>(mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let since = Instant::now();
    loop {
        if let Some(found) = look().await {
            return Some(found);
        }
        if since.elapsed() > PATIENCE {
            return None;
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Looks again and again until it is so.
pub(crate) async fn until_true(what: &str, mut look: impl AsyncFnMut() -> bool) {
    until(what, async || look().await.then_some(())).await;
}
