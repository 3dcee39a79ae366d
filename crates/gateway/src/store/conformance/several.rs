//! Stories about what several gateways on one store have together.

use futures_util::future::join_all;

use super::super::{Counted, InTurn, Once, Spent, Store, Takes};
use super::Open;

/// So much of one budget, which may have none left.
async fn spend(store: &dyn Store, name: u8, count: u64, ends: i64, now: i64) -> Spent {
    let counted = Counted { name: [name; 32], limit: u64::MAX, ends };
    store.spend_each(vec![(counted, Takes::Some(count))], now).await.unwrap().spent[0]
}

pub(in crate::store) async fn a_budget_is_counted_to_the_last_and_begins_anew(open: Open<'_>) {
    let (one, another) = (open(), open());
    let spends = (0..40).map(|number| spend(if number % 2 == 0 { &*one } else { &*another }, 1, 1, 160, 100));
    let mut used: Vec<u64> = join_all(spends).await.into_iter().map(|spent| spent.used).collect();
    used.sort_unstable();
    assert_eq!(used, (1..=40).collect::<Vec<_>>());
    assert_eq!(spend(&*another, 1, 9, 219, 159).await, Spent { used: 49, ends: 160 }, "it ends when it was to end");
    assert_eq!(spend(&*one, 1, 3, 220, 160).await, Spent { used: 3, ends: 220 });
    assert_eq!(another.spent([1; 32]).await.unwrap(), Some(Spent { used: 3, ends: 220 }));
    one.sweep(0, 220_000).await.unwrap();
    assert_eq!((one.spent([1; 32]).await.unwrap(), one.spent([2; 32]).await.unwrap()), (None, None));
}

pub(in crate::store) async fn budgets_are_spent_in_turn_until_one_has_none_left(open: Open<'_>) {
    let (one, another) = (open(), open());
    let counted = |name: u8, limit| Counted { name: [name; 32], limit, ends: 160 };
    let of = |last| vec![(counted(1, 9), Takes::Some(1)), (counted(2, 1), Takes::Nothing), (counted(3, last), Takes::Some(1))];
    let used = |each: InTurn| (each.spent.iter().map(|spent| spent.used).collect::<Vec<_>>(), each.over);
    for (store, times) in [(&one, 1), (&another, 2)] {
        assert_eq!(used(store.spend_each(of(2), 100).await.unwrap()), (vec![times, 0, times], false));
    }
    assert_eq!(one.spent([2; 32]).await.unwrap(), None, "what is only looked at costs nothing");
    assert_eq!(used(one.spend_each(of(2), 100).await.unwrap()), (vec![3, 0, 3], true));
    spend(&*another, 2, 1, 130, 100).await;
    let stopped = one.spend_each(of(9), 129).await.unwrap();
    assert_eq!(stopped.spent[1], Spent { used: 1, ends: 130 });
    assert_eq!(used(stopped), (vec![4, 1], true));
    assert_eq!(another.spent([3; 32]).await.unwrap().unwrap().used, 3, "what comes after it is not spent");
    assert_eq!(used(one.spend_each(of(9), 130).await.unwrap()), (vec![5, 0, 4], false), "what has ended begins anew");
    assert_eq!(used(one.spend_each(Vec::new(), 130).await.unwrap()), (vec![], false));
}

pub(in crate::store) async fn what_costs_once_is_counted_once_or_not_at_all(open: Open<'_>) {
    let (one, another) = (open(), open());
    let counted = |name: u8, limit| Counted { name: [name; 32], limit, ends: 160 };
    let budgets = || vec![counted(1, 2), counted(2, 9)];
    let all = join_all((0..20).map(|number| if number % 2 == 0 { &one } else { &another }.spend_once(counted(7, 1), budgets(), 100))).await;
    let all: Vec<Once> = all.into_iter().map(Result::unwrap).collect();
    assert_eq!(all.iter().filter(|once| **once == Once::Now(Spent { used: 1, ends: 160 })).count(), 1);
    assert_eq!(all.iter().filter(|once| **once == Once::Before).count(), 19);
    assert_eq!(one.spend_once(counted(8, 1), budgets(), 100).await.unwrap(), Once::Now(Spent { used: 2, ends: 160 }));
    for _ in 0..2 {
        let over = one.spend_once(counted(9, 1), budgets(), 100).await.unwrap();
        assert_eq!(over, Once::Over(0, Spent { used: 3, ends: 160 }), "and so it is when it is tried again");
    }
    assert_eq!(another.spent([2; 32]).await.unwrap(), Some(Spent { used: 2, ends: 160 }), "what was refused has cost nothing");
    let later = Counted { ends: 220, ..counted(7, 1) };
    assert_eq!(another.spend_once(later, budgets(), 160).await.unwrap(), Once::Now(Spent { used: 1, ends: 160 }));
}

pub(in crate::store) async fn a_file_of_the_widget_is_there_for_every_gateway(open: Open<'_>) {
    let (one, another) = (open(), open());
    let files = |names: &[&str]| names.iter().map(|name| ((*name).to_owned(), vec![0, 7])).collect::<Vec<_>>();
    one.file_assets(files(&["a.wasm", "a.js"]), 10, 0).await.unwrap();
    another.file_assets(files(&["a.js", "b.js"]), 20, 0).await.unwrap();
    assert_eq!(another.asset("a.wasm".into()).await.unwrap().unwrap(), [0, 7]);
    one.file_assets(files(&["b.js"]), 30, 20).await.unwrap();
    let there = join_all(["a.wasm", "a.js", "b.js", "c.js"].map(|name| one.asset(name.into()))).await;
    assert_eq!(there.into_iter().map(|asset| asset.unwrap().is_some()).collect::<Vec<_>>(), [false, true, true, false]);
}
