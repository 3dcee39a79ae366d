//! Registering: all or none, once for one key, and read the newest first.

use futures_util::future::join_all;
use regcard_protocol::validate::Fault;
use serde_json::json;

use super::super::{NewRegistration, Query, Registering, SubmitState};
use super::{Open, batch, everything, ids, load, registration, serial, shop, submit};
use crate::serial_fold::Folded;

pub(in crate::store) async fn registrations_are_stored_all_or_none(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1", "SN-2"]).await;
    let both = vec![registration("r1", &["SN-1"]), registration("r2", &["SN-9", "SN-1", "sn-2"])];
    let Registering::Refused(refusals) = store.register(batch(None, both), 1).await.unwrap() else { panic!("it was stored") };
    let found: Vec<_> = refusals.iter().map(|one| (one.position, one.complaint.index, one.complaint.fault)).collect();
    assert_eq!(found, [(1, Some(0), Fault::SerialNumberUnknown), (1, Some(1), Fault::SerialNumberRegistered)]);
    assert!(ids(&*store, everything()).await.is_empty());
    let both = vec![registration("r1", &["SN-1"]), registration("r2", &["sn2"])];
    assert_eq!(store.register(batch(None, both), 1).await.unwrap(), Registering::Stored);
    let records = store.records("shop".into(), vec!["r2".into(), "r1".into(), "r9".into()]).await.unwrap();
    assert_eq!(records.iter().map(|record| record.id.as_str()).collect::<Vec<_>>(), ["r2", "r1"]);
    assert_eq!((records[0].serial_numbers[0].serial.as_str(), &records[0].fields["note"]), ("SN-2", &json!({ "a": [1, null] })));
    assert!(store.records("other".into(), vec!["r1".into()]).await.unwrap().is_empty());
    let owned = store.serial("shop".into(), Folded::of(&serial("SN-1"))).await.unwrap().unwrap();
    assert!(owned.registered);
}

pub(in crate::store) async fn the_same_key_is_one_submit(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let send = |id: String, body| {
        let (registrations, submit) = (vec![registration(&id, &["SN-1"])], submit("shop", 1, body));
        store.register(batch(Some(submit), registrations), 1)
    };
    let answers = join_all((0..20).map(|number| send(format!("r{number}"), 7))).await;
    let stored = answers.iter().filter(|answer| matches!(answer, Ok(Registering::Stored))).count();
    let replayed = answers.iter().filter_map(|answer| match answer {
        Ok(Registering::Replayed(submit)) => Some(submit.clone()),
        _ => None,
    });
    let replayed: Vec<_> = replayed.collect();
    assert_eq!((stored, replayed.len()), (1, 19));
    assert!(replayed.iter().all(|submit| *submit == replayed[0] && submit.state == SubmitState::Registered));
    assert_eq!(ids(&*store, everything()).await, replayed[0].outcome.ids.iter().flatten().cloned().collect::<Vec<_>>());
    assert_eq!(send("r99".into(), 8).await.unwrap(), Registering::KeyReused);
    assert_eq!(store.submits_of_key([1; 32]).await.unwrap(), [("shop".to_owned(), replayed[0].clone())]);
}

pub(in crate::store) async fn a_refused_submit_leaves_its_key_free(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let send = |serial, body| store.register(batch(Some(submit("shop", 1, body)), vec![registration("r1", &[serial])]), 1);
    assert!(matches!(send("SN-9", 7).await.unwrap(), Registering::Refused(_)));
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap(), None);
    assert_eq!(send("SN-1", 8).await.unwrap(), Registering::Stored);
}

pub(in crate::store) async fn registrations_are_read_the_newest_first(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (now, id) in [(3, "r3"), (1, "r1"), (2, "r2")] {
        let customer_email = if id == "r2" { "tom@example.com" } else { "Mara@Example.com" }.to_owned();
        let new = NewRegistration { customer_email, ..registration(id, &[]) };
        store.register(batch(None, vec![new]), now).await.unwrap();
    }
    assert_eq!(ids(&*store, everything()).await, ["r3", "r2", "r1"]);
    assert_eq!(ids(&*store, Query { email: Some("MARA@example.com".into()), ..everything() }).await, ["r3", "r1"]);
    let page = store.registrations(Query { limit: 1, offset: 1, ..everything() }).await.unwrap();
    assert_eq!((page.records[0].id.as_str(), page.total, page.records[0].created_at), ("r2", 3, 2));
    assert!(ids(&*store, Query { form: Some("g".into()), ..everything() }).await.is_empty());
    assert!(ids(&*store, Query { merchant: "other".into(), ..everything() }).await.is_empty());
}
