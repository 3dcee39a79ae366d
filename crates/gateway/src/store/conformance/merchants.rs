//! Merchants, their keys and the origins of their pages.

use super::super::{Keeping, Key, KeyKind, MerchantSettings, Mode, Store, Upstream};
use super::{Open, shop};
use crate::limits;
use crate::origin::Origin;
use crate::scopes::Scopes;

pub(in crate::store) async fn a_merchant_keeps_what_is_not_given_anew(open: Open<'_>) {
    let store = open();
    let origin = |text: &str| Origin::parse(text).unwrap();
    let settings = |id: &str| MerchantSettings { id: id.into(), ..MerchantSettings::default() };
    shop(&*store, "shop").await;
    assert_eq!(store.merchant("shop".into()).await.unwrap().unwrap().name, "shop");
    let upstream = Upstream { url: "https://api.example/api".into(), sealed_token: "sealed".into() };
    let (one, two) = (origin("https://one.example"), origin("https://two.example"));
    let full = MerchantSettings {
        name: Some("Shop".into()),
        origins: vec![one.clone(), two.clone()],
        forms: vec!["b".into(), "a".into()],
        keeping: Keeping::At(upstream.clone()),
        ..settings("shop")
    };
    store.put_merchant(full, 2).await.unwrap();
    store.put_merchant(settings("shop"), 3).await.unwrap();
    store.add_upload_origin("shop".into(), two.clone()).await.unwrap();
    store.add_upload_origin("shop".into(), two.clone()).await.unwrap();
    let kept = store.merchant("shop".into()).await.unwrap().unwrap();
    assert_eq!((kept.name.as_str(), &kept.mode), ("Shop", &Mode::Forward(upstream)));
    assert_eq!((kept.forms, kept.upload_origins), (vec!["b".to_owned(), "a".to_owned()], vec![two.clone()]));
    assert_eq!(kept.origins.len(), 2);
    assert!(store.notify("shop".into(), Some("orders@shop.example".into())).await.unwrap());
    assert!(!store.notify("nobody".into(), Some("orders@shop.example".into())).await.unwrap());
    store.put_merchant(settings("shop"), 3).await.unwrap();
    assert_eq!(store.merchant("shop".into()).await.unwrap().unwrap().notice_to.as_deref(), Some("orders@shop.example"));
    assert!(store.notify("shop".into(), None).await.unwrap());
    assert_eq!(store.merchant("shop".into()).await.unwrap().unwrap().notice_to, None);
    store.put_merchant(MerchantSettings { origins: vec![two.clone()], ..settings("shop") }, 4).await.unwrap();
    assert!(!store.origin_known(one).await.unwrap() && store.origin_known(two).await.unwrap());
    shop(&*store, "another").await;
    let all: Vec<String> = store.merchants().await.unwrap().into_iter().map(|merchant| merchant.id).collect();
    assert_eq!(all, ["another", "shop"]);
    assert_eq!(store.merchant("nobody".into()).await.unwrap(), None);
}

pub(in crate::store) async fn each_key_opens_what_it_is_for(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (id, kind) in [("pk", KeyKind::Publishable), ("sk", KeyKind::Access([7; 32]))] {
        store.add_key(Key { id: id.into(), merchant: "shop".into(), kind, scopes: Scopes::ALL }, 1).await.unwrap();
    }
    assert_eq!(store.merchant_of_key("pk".into(), 9).await.unwrap().unwrap().id, "shop");
    assert_eq!(store.access_key("sk".into(), 9).await.unwrap().unwrap().hash, [7; 32]);
    assert!(store.merchant_of_key("sk".into(), 9).await.unwrap().is_none() && store.access_key("pk".into(), 9).await.unwrap().is_none());
    assert_eq!(store.keys("shop".into()).await.unwrap().len(), 2);
    assert!(
        store.add_key(Key { id: "pk".into(), merchant: "shop".into(), kind: KeyKind::Publishable, scopes: Scopes::ALL }, 2).await.is_err()
    );
}

/// Another process is one that opened the same place.
pub(in crate::store) async fn what_another_process_changes_is_seen(open: Open<'_>) {
    let (one, another) = (open(), open());
    shop(&*one, "shop").await;
    let key = |id: &str| Key { id: id.into(), merchant: "shop".into(), kind: KeyKind::Publishable, scopes: Scopes::ALL };
    let of_key = async |store: &dyn Store, id: &str| store.merchant_of_key(id.into(), 9).await.unwrap();
    for id in ["pk1", "pk2"] {
        one.add_key(key(id), 1).await.unwrap();
        assert!(of_key(&*another, id).await.is_some() && of_key(&*one, id).await.is_some(), "what is new is known at once");
    }
    let origin = Origin::parse("https://new.example").unwrap();
    assert!(!another.origin_known(origin.clone()).await.unwrap());
    let settings = MerchantSettings { id: "shop".into(), origins: vec![origin.clone()], ..MerchantSettings::default() };
    one.put_merchant(settings, 2).await.unwrap();
    assert!(another.origin_known(origin).await.unwrap());

    let ended = std::time::Instant::now();
    one.end_key("pk1".into(), 5).await.unwrap();
    assert!(of_key(&*one, "pk1").await.is_none(), "where it was ended it has ended at once");
    while of_key(&*another, "pk1").await.is_some() {
        // One who began to look before a second was over may be answered after it.
        assert!(ended.elapsed() < limits::DIRECTORY_LOOK * 10, "it is still believed");
    }
    assert!(of_key(&*another, "pk2").await.is_some());

    let upstream = Upstream { url: "https://api.example/api".into(), sealed_token: "sealed".into() };
    let forwarding = MerchantSettings { id: "shop".into(), keeping: Keeping::At(upstream.clone()), ..MerchantSettings::default() };
    one.put_merchant(forwarding, 3).await.unwrap();
    assert!(one.hold_upstream("shop".into(), upstream, 70).await.unwrap());
    assert_eq!(of_key(&*one, "pk2").await.unwrap().held_until, 70);
    assert!(one.try_held_upstream("shop".into(), 70, 90).await.unwrap());
    assert_eq!(of_key(&*one, "pk2").await.unwrap().held_until, 90);
    one.add_upload_origin("shop".into(), Origin::parse("https://files.example").unwrap()).await.unwrap();
    assert_eq!(of_key(&*one, "pk2").await.unwrap().upload_origins.len(), 1);
}
