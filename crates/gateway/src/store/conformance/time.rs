//! What is kept for how long, and what outlives a restart.

use super::super::{FileReference, NewRegistration, Outcome, SubmitState};
use super::{Open, batch, everything, here, ids, load, receipts, registration, shop, submit, upload};
use crate::limits;

pub(in crate::store) async fn what_is_noted_for_a_day_is_gone_after_it(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let outcome = Outcome { ids: vec![None], stays_queued: true, ..Outcome::default() };
    let note = |body| store.note_submit(submit("shop", 1, body), SubmitState::Registered, outcome.clone(), 1, 10);
    assert_eq!(note(7).await.unwrap(), None);
    let earlier = note(8).await.unwrap().unwrap();
    assert_eq!((earlier.fingerprint, &earlier.outcome, earlier.state), ([7; 32], &outcome, SubmitState::Registered));
    assert!(ids(&*store, everything()).await.is_empty());
    store.sweep(0, 10).await.unwrap();
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap(), Some(earlier));
    store.sweep(0, 11).await.unwrap();
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap(), None);
}

pub(in crate::store) async fn what_is_out_of_date_is_swept_away(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (id, now) in [("attached", 1), ("old", 1), ("announced", 1), ("new", 10)] {
        store.add_upload(upload(id, Some("session")), now).await.unwrap();
    }
    for id in ["attached", "old", "new"] {
        store.upload_stored(id.into(), here(1)).await.unwrap();
    }
    let receipts = vec![receipts(false, vec![FileReference::Upload("attached".into())])];
    let new = NewRegistration { receipts, ..registration("r1", &[]) };
    store.register(batch(Some(submit("shop", 1, 7)), vec![new]), 1).await.unwrap();
    let mut swept: Vec<String> =
        store.sweep(10, 1 + limits::IDEMPOTENCY_MILLIS).await.unwrap().into_iter().map(|erasure| erasure.receipt).collect();
    swept.sort();
    assert_eq!(swept, ["receipt of announced", "receipt of old"]);
    store.erased(swept).await.unwrap();
    assert!(store.submit(submit("shop", 1, 7).key).await.unwrap().is_some());
    assert!(store.sweep(10, 2 + limits::IDEMPOTENCY_MILLIS).await.unwrap().is_empty());
    assert!(store.submit(submit("shop", 1, 7).key).await.unwrap().is_none());
    assert_eq!(store.records("shop".into(), vec!["r1".into()]).await.unwrap()[0].receipts.len(), 1);
}

pub(in crate::store) async fn what_was_answered_is_there_after_a_restart(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    store.register(batch(Some(submit("shop", 1, 7)), vec![registration("r1", &["SN-1"])]), 1).await.unwrap();
    let before = store.submit(submit("shop", 1, 7).key).await.unwrap();
    drop(store);
    let store = open();
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap(), before);
    assert_eq!(ids(&*store, everything()).await, ["r1"]);
    assert_eq!(store.records("shop".into(), vec!["r1".into()]).await.unwrap()[0].purchase_date.as_deref(), Some("2026-11-14"));
}
