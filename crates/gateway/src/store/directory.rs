//! Who is known here: merchants, their keys, the origins of their pages. It rarely changes and every request asks for it, so a gateway keeps it in
//! memory, and looks at one row whether it is still so.
//!
//! What has ended is believed for [`limits::DIRECTORY_LOOK`] at most: not at all in the process that ended it, and a command of another process says
//! that it is done once no gateway believes it any more. What is not found is looked for in the store before anybody is told so.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use super::engine::Engine;
use super::sql::directory;
use super::{AccessKey, KeptKey, KeyKind, Merchant, StoreError};
use crate::limits;
use crate::origin::Origin;

/// Everything that is known of merchants, as of one version of it.
#[derive(Debug)]
pub(super) struct Directory {
    pub(super) version: i64,
    merchants: HashMap<String, Merchant>,
    keys: HashMap<String, KeptKey>,
    origins: HashSet<Origin>,
}

impl Directory {
    pub(super) fn new(version: i64, merchants: Vec<Merchant>, keys: Vec<KeptKey>) -> Directory {
        let origins = merchants.iter().flat_map(|merchant| merchant.origins.iter().cloned()).collect();
        let keys = keys.into_iter().map(|kept| (kept.key.id.clone(), kept)).collect();
        Directory { version, merchants: merchants.into_iter().map(|merchant| (merchant.id.clone(), merchant)).collect(), keys, origins }
    }

    /// The merchant of a publishable key that has not ended.
    pub(super) fn merchant_of_key(&self, key: &str, now: i64) -> Option<Merchant> {
        let kept = self.key(key, now).filter(|kept| kept.key.kind == KeyKind::Publishable)?;
        self.merchants.get(&kept.key.merchant).cloned()
    }

    /// An access token that has not ended, by the part it is found by.
    pub(super) fn access_key(&self, id: &str, now: i64) -> Option<AccessKey> {
        let kept = self.key(id, now)?;
        match kept.key.kind {
            KeyKind::Publishable => None,
            KeyKind::Access(hash) => {
                let merchant = self.merchants.get(&kept.key.merchant).cloned()?;
                Some(AccessKey { merchant, hash, scopes: kept.key.scopes })
            }
        }
    }

    /// Whether any merchant has this origin.
    pub(super) fn knows(&self, origin: &Origin) -> bool {
        self.origins.contains(origin)
    }

    fn key(&self, id: &str, now: i64) -> Option<&KeptKey> {
        self.keys.get(id).filter(|kept| kept.ends_at.is_none_or(|end| end > now))
    }
}

/// The directory as a gateway has it in memory.
#[derive(Debug, Default)]
pub struct Remembered {
    state: Mutex<State>,
    /// One of those who want to look does, for all.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Debug, Default)]
struct State {
    known: Option<Arc<Directory>>,
    /// When the last look began that found it so; none if this process has changed something since.
    looked: Option<Instant>,
    /// How often this process has changed something.
    changes: u64,
}

impl Remembered {
    /// This process has changed something: nothing is believed before the next look.
    pub(super) fn forget(&self) {
        let mut state = self.state();
        state.looked = None;
        state.changes += 1;
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn since(&self, since: Option<Instant>) -> Option<Arc<Directory>> {
        let state = self.state();
        let fresh = state.looked.is_some_and(|looked| since.is_none_or(|since| looked >= since));
        state.known.clone().filter(|_| fresh)
    }

    fn keep(&self, found: &Arc<Directory>, looked: Instant, changes: u64) {
        let mut state = self.state();
        if state.changes == changes {
            state.known = Some(Arc::clone(found));
            state.looked = Some(looked);
        }
    }
}

/// Whatever `wanted` finds: in memory, or else in the store.
pub(super) async fn find<T>(engine: &impl Engine, wanted: impl Fn(&Directory) -> Option<T>) -> Result<Option<T>, StoreError> {
    let arrived = Instant::now();
    let found = wanted(&*known(engine, arrived.checked_sub(limits::DIRECTORY_LOOK)).await?);
    if found.is_some() {
        return Ok(found);
    }
    // It may have come into being since.
    Ok(wanted(&*known(engine, Some(arrived)).await?))
}

/// The directory as it was then, or later.
async fn known(engine: &impl Engine, since: Option<Instant>) -> Result<Arc<Directory>, StoreError> {
    let remembered = engine.remembered();
    if let Some(known) = remembered.since(since) {
        return Ok(known);
    }
    let _turn = remembered.turn.lock().await;
    if let Some(known) = remembered.since(since) {
        return Ok(known);
    }
    let looked = Instant::now();
    let (old, changes) = {
        let state = remembered.state();
        (state.known.clone(), state.changes)
    };
    let found = engine.read(move |sql| directory::look(sql, old.as_ref())).await?;
    remembered.keep(&found, looked, changes);
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::super::counting::Counting;
    use super::super::sqlite::Sqlite;
    use super::super::{Key, MerchantSettings, Store};
    use super::*;
    use crate::scopes::Scopes;

    async fn shop(store: &impl Store) {
        let origins = vec![Origin::parse("https://shop.example").unwrap()];
        store.put_merchant(MerchantSettings { id: "shop".into(), origins, ..MerchantSettings::default() }, 1).await.unwrap();
        let key = Key { id: "pk".into(), merchant: "shop".into(), kind: KeyKind::Publishable, scopes: Scopes::ALL };
        store.add_key(key, 1).await.unwrap();
    }

    #[tokio::test]
    async fn who_is_known_is_looked_for_once_and_then_once_a_second() {
        let folder = tempfile::tempdir().unwrap();
        let store = Counting::new(Sqlite::open(folder.path()).unwrap());
        shop(&store).await;
        store.work();
        let begun = Instant::now();
        for _ in 0..1_000 {
            assert_eq!(store.merchant_of_key("pk".into(), 1).await.unwrap().unwrap().id, "shop");
            assert!(store.origin_known(Origin::parse("https://shop.example").unwrap()).await.unwrap());
        }
        let seconds = usize::try_from(begun.elapsed().as_secs()).unwrap();
        let work = store.work();
        assert!(work.reads <= 1 + seconds, "{work:?} in {seconds} s");
        // Whoever is not known costs one row, however many of them there are.
        for number in 0..100 {
            assert!(store.merchant_of_key(format!("pk{number}"), 1).await.unwrap().is_none());
        }
        let work = store.work();
        assert!(work.statements == work.reads && work.rows == work.reads && work.reads <= 200, "{work:?}");
    }

    /// What began before a change must not be believed after it.
    #[test]
    fn a_look_that_was_overtaken_by_a_change_counts_for_nothing() {
        let remembered = Remembered::default();
        let found = Arc::new(Directory::new(1, Vec::new(), Vec::new()));
        remembered.keep(&found, Instant::now(), 0);
        assert!(remembered.since(None).is_some());
        remembered.forget();
        assert!(remembered.since(None).is_none());
        remembered.keep(&found, Instant::now(), 0);
        assert!(remembered.since(None).is_none());
        remembered.keep(&found, Instant::now(), 1);
        assert!(remembered.since(None).is_some());
    }
}
