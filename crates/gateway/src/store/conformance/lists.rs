//! Keys, and lists of serial numbers and registrations.

use super::super::{Key, KeyKind, LoadedSerial, NewSerial, SerialRules};
use super::{Open, batch, load, registration, serial, shop};
use crate::scopes::Scopes;

pub(in crate::store) async fn a_key_ends_when_it_is_told_to(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let scopes = Scopes::parse(["registrations:read"]).unwrap();
    for (id, kind) in [("pk", KeyKind::Publishable), ("sk", KeyKind::Access([7; 32]))] {
        store.add_key(Key { id: id.into(), merchant: "shop".into(), kind, scopes }, 1).await.unwrap();
    }
    assert_eq!(store.access_key("sk".into(), 5).await.unwrap().unwrap().scopes, scopes);
    for id in ["pk", "sk"] {
        store.end_key(id.into(), 10).await.unwrap();
        // An end that was set is not put off, only brought nearer.
        store.end_key(id.into(), 20).await.unwrap();
        let kept = store.key(id.into()).await.unwrap().unwrap();
        assert_eq!((kept.created_at, kept.ends_at, kept.key.scopes), (1, Some(10), scopes));
    }
    assert!(store.merchant_of_key("pk".into(), 9).await.unwrap().is_some() && store.access_key("sk".into(), 9).await.unwrap().is_some());
    assert!(store.merchant_of_key("pk".into(), 10).await.unwrap().is_none() && store.access_key("sk".into(), 10).await.unwrap().is_none());
    store.end_key("sk".into(), 5).await.unwrap();
    assert!(store.access_key("sk".into(), 5).await.unwrap().is_none());
    assert_eq!(store.keys("shop".into()).await.unwrap().len(), 2);
    assert!(store.key("nobodys".into()).await.unwrap().is_none());
}

pub(in crate::store) async fn a_random_number_is_one_that_nobody_has(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    shop(&*store, "other").await;
    let free = async |lot| store.free_serial("shop".into(), lot).await.unwrap().map(|free| free.serial);
    assert_eq!(free(0).await, None);
    load(&*store, "other", &["SN-0"]).await;
    // Registered before it was loaded, as a form without checks allows.
    let unchecked = SerialRules { validate: false, one_time: false };
    let first = super::super::NewRegistration { rules: unchecked, ..registration("r0", &["SN-9"]) };
    store.register(batch(None, vec![first]), 1).await.unwrap();
    load(&*store, "shop", &["SN-1", "SN-2", "SN-3", "SN-9"]).await;
    let starts = (0..64).map(|step| step << 47);
    let mut seen = std::collections::BTreeSet::new();
    for lot in starts.clone() {
        seen.insert(free(lot).await.unwrap());
    }
    assert_eq!(seen.iter().map(String::as_str).collect::<Vec<_>>(), ["SN-1", "SN-2", "SN-3"]);
    store.register(batch(None, vec![registration("r1", &["SN-1", "SN-3"])]), 2).await.unwrap();
    for lot in starts {
        assert_eq!(free(lot).await.as_deref(), Some("SN-2"));
    }
    store.register(batch(None, vec![registration("r2", &["SN-2"])]), 3).await.unwrap();
    assert_eq!(free(1).await, None);
    store.erase_registration("shop".into(), "r1".into(), 4).await.unwrap();
    assert!(free(1).await.is_some_and(|free| free != "SN-2"));
}

pub(in crate::store) async fn long_lists_are_read_piece_by_piece(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let sku = |text: &str| NewSerial { serial: serial(text), sku: Some("0042".into()), customer_tags: None, product_name: None };
    let tagged = NewSerial { sku: None, customer_tags: Some("vip".into()), ..sku("c-3") };
    store.load_serials("shop".into(), LoadedSerial::in_order(vec![sku("B-2"), sku("A-1"), sku("C-3")]), 1).await.unwrap();
    // What is loaded again keeps what it is not given anew.
    store.load_serials("shop".into(), LoadedSerial::in_order(vec![tagged]), 2).await.unwrap();
    let first = store.serials("shop".into(), String::new(), 2).await.unwrap();
    assert_eq!(first.iter().map(|one| one.serial.as_str()).collect::<Vec<_>>(), ["A-1", "B-2"]);
    let rest = store.serials("shop".into(), "b-2".into(), 2).await.unwrap();
    assert_eq!(
        (rest.len(), rest[0].serial.as_str(), rest[0].sku.as_deref(), rest[0].customer_tags.as_deref()),
        (1, "c-3", Some("0042"), Some("vip"))
    );
    for (id, now) in [("r2", 1), ("r1", 1), ("r3", 2)] {
        store.register(batch(None, vec![registration(id, &[])]), now).await.unwrap();
    }
    let after = async |instant, id: &str| {
        let records = store.registrations_after("shop".into(), (instant, id.into()), 2).await.unwrap();
        records.into_iter().map(|record| record.id).collect::<Vec<_>>()
    };
    assert_eq!(after(0, "").await, ["r1", "r2"]);
    assert_eq!(after(1, "r2").await, ["r3"]);
    assert!(after(2, "r3").await.is_empty());
}
