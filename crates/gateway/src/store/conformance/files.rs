//! Receipts: stored once, in their order, and erased when they are told to.

use regcard_protocol::validate::Fault;

use super::super::{
    Address, Erasure, FileReference, NewReceipts, NewRegistration, NewUpload, RecordReceipts, Registering, Store, Stored, UploadState,
};
use super::{Open, batch, here, receipts, registration, shop, upload};

pub(in crate::store) async fn a_file_is_stored_once_and_tied_to_its_session(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (id, sid) in [("own", Some("session")), ("foreign", Some("another")), ("announced", Some("session")), ("servers", None)] {
        store.add_upload(upload(id, sid), 1).await.unwrap();
    }
    for id in ["own", "foreign"] {
        assert!(store.upload_stored(id.into(), here(1)).await.unwrap());
        assert!(!store.upload_stored(id.into(), here(2)).await.unwrap());
    }
    assert_eq!(store.upload("own".into()).await.unwrap().unwrap().hash.unwrap(), [1; 32]);
    let with = |id: &str, file: FileReference| {
        let receipts = vec![receipts(false, vec![file])];
        store.register(batch(None, vec![NewRegistration { receipts, ..registration(id, &[]) }]), 1)
    };
    for id in ["foreign", "announced", "servers", "nothing"] {
        assert!(matches!(with("r1", FileReference::Upload(id.into())).await.unwrap(), Registering::Refused(_)), "{id}");
    }
    assert_eq!(with("r1", FileReference::Upload("own".into())).await.unwrap(), Registering::Stored);
    assert!(matches!(with("r2", FileReference::Upload("own".into())).await.unwrap(), Registering::Refused(_)), "it is another's");
    assert_eq!(store.receipt("receipt of own".into()).await.unwrap().unwrap().state, UploadState::Attached);
    for id in ["r3", "r4"] {
        assert_eq!(with(id, FileReference::Receipt("receipt of servers".into())).await.unwrap(), Registering::Stored);
    }
    let address = store.records("shop".into(), vec!["r3".into()]).await.unwrap()[0].receipts[0].addresses.clone();
    assert_eq!(address, [Address::Here("receipt of servers".into())]);
}

pub(in crate::store) async fn the_files_of_a_field_keep_their_order(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for id in ["a", "b", "c"] {
        store.add_upload(upload(id, Some("session")), 1).await.unwrap();
        store.upload_stored(id.into(), here(1)).await.unwrap();
    }
    let files = |ids: &[&str]| ids.iter().map(|id| FileReference::Upload((*id).into())).collect();
    let with = |id: &str, receipts: Vec<NewReceipts>| NewRegistration { receipts, ..registration(id, &[]) };
    let other = NewReceipts { field: "Another".into(), several: true, files: files(&["b"]) };
    let refused = store.register(batch(None, vec![with("r1", vec![receipts(true, files(&["a", "nothing"]))])]), 1).await.unwrap();
    let Registering::Refused(refusals) = refused else { panic!("it was stored") };
    assert_eq!((refusals[0].complaint.index, refusals[0].complaint.fault), (Some(1), Fault::File));
    let new = with("r1", vec![receipts(true, files(&["c", "a", "b"])), other]);
    assert_eq!(store.register(batch(None, vec![new]), 1).await.unwrap(), Registering::Stored);
    let here = |ids: &[&str]| ids.iter().map(|id| Address::Here(format!("receipt of {id}"))).collect();
    let stored = store.records("shop".into(), vec!["r1".into()]).await.unwrap().remove(0).receipts;
    let expected = [
        RecordReceipts { field: "Another".into(), several: true, addresses: here(&["b"]) },
        RecordReceipts { field: "InvoiceUpload".into(), several: true, addresses: here(&["c", "a", "b"]) },
    ];
    assert_eq!(stored, expected);
}

pub(in crate::store) async fn what_is_to_be_erased_is_not_forgotten_before_it_is_erased(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for id in ["here", "in the bucket", "never came", "elsewhere"] {
        let upstream_url = (id == "elsewhere").then(|| "https://files.example/1".into());
        store.add_upload(NewUpload { upstream_url, ..upload(id, Some("session")) }, 1).await.unwrap();
    }
    store.upload_stored("here".into(), here(1)).await.unwrap();
    let judged = Stored { hash: None, etag: Some("\"e1\"".into()) };
    store.upload_stored("in the bucket".into(), judged).await.unwrap();
    let kept = store.upload("in the bucket".into()).await.unwrap().unwrap();
    assert_eq!((kept.hash, kept.etag.as_deref()), (None, Some("\"e1\"")));
    let erasure =
        |id: &str, in_bucket| Erasure { upload: id.into(), receipt: format!("receipt of {id}"), merchant: "shop".into(), in_bucket };
    let expected = [erasure("here", false), erasure("in the bucket", true), erasure("never came", false)];
    let swept = async |store: &dyn Store| {
        let mut swept = store.sweep(2, 2).await.unwrap();
        swept.sort_by(|one, other| one.receipt.cmp(&other.receipt));
        swept
    };
    assert_eq!(swept(&*store).await, expected);
    assert!(store.upload("here".into()).await.unwrap().is_none());
    drop(store);
    let store = open();
    assert_eq!(swept(&*store).await, expected, "none of them is erased yet");
    store.erased(vec!["receipt of here".into(), "receipt of never came".into()]).await.unwrap();
    assert_eq!(swept(&*store).await, expected[1..2]);
    store.erased(vec!["receipt of in the bucket".into()]).await.unwrap();
    assert!(swept(&*store).await.is_empty());
}

pub(in crate::store) async fn a_file_that_is_named_before_it_comes_is_waited_for(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (id, now) in [("named", 5), ("came", 5), ("alone", 5), ("long ago", 4)] {
        store.add_upload(upload(id, None), now).await.unwrap();
    }
    store.upload_stored("came".into(), here(1)).await.unwrap();
    for id in ["named", "came", "long ago"] {
        let receipts = vec![receipts(false, vec![FileReference::Receipt(format!("receipt of {id}"))])];
        store.register(batch(None, vec![NewRegistration { receipts, ..registration(id, &[]) }]), 6).await.unwrap();
    }
    let waited_for = async || store.named_before_they_came(5).await.unwrap().into_iter().map(|one| one.about.id).collect::<Vec<_>>();
    assert_eq!(waited_for().await, ["named"]);
    store.upload_stored("named".into(), here(1)).await.unwrap();
    assert!(waited_for().await.is_empty());
}
