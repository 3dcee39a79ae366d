//! Who counts: this gateway in its memory, or the store for all gateways on it.
//!
//! What is counted has no name here, but the hash of one.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::limits;
use crate::store::{Counted, InTurn, Once, Spent, Store, StoreError, Takes};

/// What is counted, by the hash of its name.
pub(super) type Name = [u8; 32];

/// Who counts.
#[derive(Debug)]
pub(super) enum Books {
    /// This gateway. A restart forgives.
    Own(Mutex<HashMap<Name, Spent>>),
    /// The store.
    Shared(Arc<dyn Store>),
}

impl Books {
    pub(super) fn own() -> Books {
        Books::Own(Mutex::default())
    }

    /// Takes something of each of these, up to one that has none left. A count that has ended begins anew.
    pub(super) async fn spend_each(&self, of: Vec<(Counted, Takes)>, now: i64) -> Result<InTurn, StoreError> {
        let books = match self {
            Books::Shared(store) => return store.spend_each(of, now).await,
            Books::Own(books) => books,
        };
        let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut books, now);
        let mut each = InTurn::default();
        for (budget, takes) in of {
            let spent = current(&mut books, budget.name, budget.ends, now);
            each.over = spent.used >= budget.limit;
            if let Takes::Some(count) = takes {
                spent.used += count;
            }
            each.spent.push(*spent);
            if each.over {
                break;
            }
        }
        Ok(each)
    }

    /// Counts something in each of these, or in none of them.
    pub(super) async fn spend_once(&self, once: Counted, of: [Counted; 2], now: i64) -> Result<Once, StoreError> {
        let books = match self {
            Books::Shared(store) => return store.spend_once(once, of.to_vec(), now).await,
            Books::Own(books) => books,
        };
        let mut books = books.lock().unwrap_or_else(PoisonError::into_inner);
        make_room(&mut books, now);
        if current(&mut books, once.name, once.ends, now).used > 0 {
            return Ok(Once::Before);
        }
        for (position, budget) in of.iter().enumerate() {
            let spent = *current(&mut books, budget.name, budget.ends, now);
            if spent.used >= budget.limit {
                return Ok(Once::Over(position, spent));
            }
        }
        for counted in [once].iter().chain(&of) {
            current(&mut books, counted.name, counted.ends, now).used += 1;
        }
        let [first, _] = of;
        Ok(Once::Now(*current(&mut books, first.name, first.ends, now)))
    }

    /// What has been counted, where that has not ended.
    pub(super) async fn spent(&self, name: Name, now: i64) -> Result<Option<Spent>, StoreError> {
        let spent = match self {
            Books::Shared(store) => store.spent(name).await?,
            Books::Own(books) => books.lock().unwrap_or_else(PoisonError::into_inner).get(&name).copied(),
        };
        Ok(spent.filter(|spent| now < spent.ends))
    }
}

/// What is counted under a name, from nothing again where that has ended.
fn current(books: &mut HashMap<Name, Spent>, name: Name, ends: i64, now: i64) -> &mut Spent {
    let spent = books.entry(name).or_insert(Spent { used: 0, ends });
    if now >= spent.ends {
        *spent = Spent { used: 0, ends };
    }
    spent
}

/// Keeps a map within [`limits::BUDGET_ENTRIES`]: what has run out goes first, then whatever comes first.
fn make_room(books: &mut HashMap<Name, Spent>, now: i64) {
    if books.len() < limits::BUDGET_ENTRIES {
        return;
    }
    books.retain(|_, spent| now < spent.ends);
    if books.len() >= limits::BUDGET_ENTRIES {
        let some: Vec<Name> = books.keys().take(limits::BUDGET_ENTRIES / 10).copied().collect();
        for name in some {
            books.remove(&name);
        }
    }
}
