//! One after the other: whoever comes with the same name waits until the one before is done.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError, Weak};

use tokio::sync::{Mutex as Lock, OwnedMutexGuard};

/// Turns by name. In memory: it spares work, and what has to hold over a restart the store decides.
#[derive(Debug, Default)]
pub struct Turns(Mutex<HashMap<String, Weak<Lock<()>>>>);

/// A turn. The next one with the same name has it once this is dropped.
pub type Turn = OwnedMutexGuard<()>;

impl Turns {
    /// Waits for a turn.
    pub async fn of(&self, name: &str) -> Turn {
        self.lock(name).lock_owned().await
    }

    fn lock(&self, name: &str) -> Arc<Lock<()>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // Nobody waits for these any longer. There are as many as requests at a time.
        all.retain(|_, lock| lock.strong_count() > 0);
        if let Some(lock) = all.get(name).and_then(Weak::upgrade) {
            return lock;
        }
        let lock = Arc::default();
        all.insert(name.to_owned(), Arc::downgrade(&lock));
        lock
    }
}

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    #[tokio::test]
    async fn one_name_is_one_queue_and_nothing_is_left_of_it() {
        let turns = Turns::default();
        let first = turns.of("a").await;
        assert!(turns.of("a").now_or_never().is_none());
        assert!(turns.of("b").now_or_never().is_some());
        drop(first);
        assert!(turns.of("a").now_or_never().is_some());
        let _other = turns.of("c").await;
        assert_eq!(turns.0.lock().unwrap().len(), 1);
    }
}
