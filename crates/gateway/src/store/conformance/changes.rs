//! Registrations that are changed and erased.

use futures_util::future::{join, join_all};
use serde_json::{Map, json};

use super::super::{
    Change, Changing, Erasure, FileReference, NewReceipts, NewRegistration, NewSerial, Record, RecordSerial, Refusal, Registering,
    SerialRules, Store,
};
use super::{Open, RULES, batch, here, ids, load, receipts, registration, serial, shop, upload};
use regcard_protocol::validate::{Complaint, Fault};

async fn read(store: &dyn Store, id: &str) -> Record {
    store.records("shop".into(), vec![id.into()]).await.unwrap().remove(0)
}

/// What is to be erased of a file on the disk.
fn to_erase(upload: &str) -> Erasure {
    Erasure { upload: upload.into(), receipt: format!("receipt of {upload}"), merchant: "shop".into(), in_bucket: false }
}

async fn register(store: &dyn Store, new: NewRegistration) {
    let stored = store.register(batch(None, vec![new]), 1).await.unwrap();
    assert_eq!(stored, Registering::Stored);
}

/// The change that changes nothing.
fn same(record: &Record) -> Change {
    Change {
        merchant: "shop".into(),
        id: record.id.clone(),
        version: record.version,
        rules: RULES,
        customer_name: record.customer_name.clone(),
        customer_email: record.customer_email.clone(),
        product_name: record.product_name.clone(),
        purchase_date: record.purchase_date.clone(),
        fields: record.fields.clone(),
        serial_numbers: None,
        without_receipts: Vec::new(),
        receipts: Vec::new(),
    }
}

fn with_serials(record: &Record, serials: &[&str]) -> Change {
    Change { serial_numbers: Some(serials.iter().map(|text| serial(text)).collect()), ..same(record) }
}

async fn owned(store: &dyn Store, text: &str) -> bool {
    store.serial("shop".into(), crate::serial_fold::Folded::of(&serial(text))).await.unwrap().unwrap().registered
}

fn changed() -> Changing {
    Changing::Changed(Vec::new())
}

pub(in crate::store) async fn a_change_is_made_to_what_was_read_or_not_at_all(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    register(&*store, registration("r1", &["SN-1"])).await;
    let before = read(&*store, "r1").await;
    assert_eq!((before.created_at, before.updated_at), (1, 1));
    let fields = Map::from_iter([("note".to_owned(), json!("new"))]);
    let change = Change { customer_email: "New@example.com".into(), product_name: Some("Duo".into()), fields, ..same(&before) };
    assert_eq!(store.change_registration(change.clone(), 5).await.unwrap(), changed());
    let after = read(&*store, "r1").await;
    assert_eq!(
        (after.customer_email.as_str(), after.product_name.as_deref(), &after.fields["note"]),
        ("New@example.com", Some("Duo"), &json!("new"))
    );
    assert_eq!((after.created_at, after.updated_at, &after.serial_numbers), (1, 5, &before.serial_numbers));
    assert!(after.version > before.version);
    let named = |email: &str| super::Query { email: Some(email.into()), ..super::everything() };
    assert_eq!(ids(&*store, named("new@EXAMPLE.com")).await, ["r1"]);
    // However a keyboard puts its letters together.
    register(&*store, NewRegistration { customer_email: "mu\u{308}ller@example.com".into(), ..registration("r2", &[]) }).await;
    assert_eq!(ids(&*store, named("M\u{FC}ller@example.com")).await, ["r2"]);
    // Made from what was read before the other change.
    assert_eq!(store.change_registration(change.clone(), 6).await.unwrap(), Changing::Overtaken);
    assert_eq!(store.change_registration(Change { merchant: "other".into(), ..same(&after) }, 6).await.unwrap(), Changing::Overtaken);
    assert_eq!(store.change_registration(Change { id: "r9".into(), ..same(&after) }, 6).await.unwrap(), Changing::Overtaken);
    assert_eq!(read(&*store, "r1").await.updated_at, 5);
}

pub(in crate::store) async fn a_changed_serial_number_comes_free(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let vip = NewSerial { serial: serial("SN-1"), sku: Some("DUO".into()), customer_tags: Some("vip".into()), product_name: None };
    store.put_serials("shop".into(), vec![vip], 1).await.unwrap();
    load(&*store, "shop", &["SN-2", "SN-3"]).await;
    register(&*store, registration("r1", &["SN-1"])).await;
    register(&*store, registration("r2", &["SN-3"])).await;
    let given = RecordSerial { serial: "SN-1".into(), customer_tags: Some("vip".into()), sku: Some("DUO".into()) };
    assert_eq!(read(&*store, "r1").await.serial_numbers, std::slice::from_ref(&given));
    for _ in 0..2 {
        let record = read(&*store, "r1").await;
        assert_eq!(store.change_registration(with_serials(&record, &["sn2"]), 2).await.unwrap(), changed());
        assert_eq!((owned(&*store, "SN-1").await, owned(&*store, "SN-2").await), (false, true));
    }
    // Another's, an unknown one, one twice: nothing changes.
    let record = read(&*store, "r1").await;
    let refusal = |index, fault| Refusal { position: 0, complaint: Complaint { key: "serialNumbers".into(), index: Some(index), fault } };
    for (serials, refused) in [
        (&["SN-1", "SN-3"][..], refusal(1, Fault::SerialNumberRegistered)),
        (&["SN-9"], refusal(0, Fault::SerialNumberUnknown)),
        (&["SN-1", "sn1"], refusal(1, Fault::SerialNumberTwice)),
    ] {
        let answer = store.change_registration(with_serials(&record, serials), 3).await.unwrap();
        assert_eq!(answer, Changing::Refused(vec![refused]));
        let now = read(&*store, "r1").await;
        assert_eq!((now.version, now.serial_numbers, owned(&*store, "SN-1").await), (record.version, record.serial_numbers.clone(), false));
    }
    assert_eq!(store.change_registration(with_serials(&record, &["SN-1", "SN-2"]), 4).await.unwrap(), changed());
    let both = read(&*store, "r1").await;
    assert_eq!(both.serial_numbers[0], given);
    // What was known of it when it was registered stays known of it, whatever the list says later.
    let other = NewSerial { serial: serial("SN-1"), sku: None, customer_tags: Some("other".into()), product_name: None };
    store.put_serials("shop".into(), vec![other], 5).await.unwrap();
    assert_eq!(store.change_registration(with_serials(&both, &["SN-2", "SN-1"]), 6).await.unwrap(), changed());
    let turned = read(&*store, "r1").await;
    assert_eq!(turned.serial_numbers[1], given);
    assert_eq!(store.change_registration(with_serials(&turned, &[]), 7).await.unwrap(), changed());
    assert!(read(&*store, "r1").await.serial_numbers.is_empty() && !owned(&*store, "SN-1").await);
    register(&*store, registration("r3", &["SN-1", "SN-2"])).await;
}

pub(in crate::store) async fn files_that_no_registration_names_any_more_are_told(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for id in ["u1", "u2", "shared"] {
        store.add_upload(upload(id, None), 1).await.unwrap();
        store.upload_stored(id.into(), here(1)).await.unwrap();
    }
    let file = |id: &str| FileReference::Receipt(format!("receipt of {id}"));
    let free = SerialRules { validate: false, one_time: false };
    let with = |id: &str, files| NewRegistration { rules: free, receipts: vec![receipts(true, files)], ..registration(id, &[]) };
    register(&*store, with("r1", vec![file("u1"), file("shared")])).await;
    register(&*store, with("r2", vec![file("shared")])).await;
    let gone = vec!["InvoiceUpload".to_owned()];
    let come = NewReceipts { field: "Other".into(), several: false, files: vec![file("u2")] };
    let change = Change { without_receipts: gone.clone(), receipts: vec![come], ..same(&read(&*store, "r1").await) };
    assert_eq!(store.change_registration(change, 2).await.unwrap(), Changing::Changed(vec![to_erase("u1")]));
    let now = read(&*store, "r1").await.receipts;
    assert_eq!((now.len(), now[0].field.as_str(), now[0].several), (1, "Other", false));
    assert!(store.upload("u1".into()).await.unwrap().is_none() && store.upload("shared".into()).await.unwrap().is_some());
    // A file that is not there takes nothing away.
    let missing = NewReceipts { field: "Other".into(), several: false, files: vec![file("u9")] };
    let change = Change { without_receipts: vec!["Other".into()], receipts: vec![missing], ..same(&read(&*store, "r1").await) };
    assert!(matches!(store.change_registration(change, 3).await.unwrap(), Changing::Refused(_)));
    assert_eq!(read(&*store, "r1").await.receipts.len(), 1);
    let last = store.erase_registration("shop".into(), "r2".into(), 4).await.unwrap();
    assert_eq!(last, Some(vec![to_erase("shared")]));
    let noted: Vec<_> = store.sweep(0, 0).await.unwrap().into_iter().map(|erasure| erasure.upload).collect();
    assert_eq!(noted.len(), 2, "both are noted as to be erased: {noted:?}");
}

pub(in crate::store) async fn a_file_that_several_name_goes_with_the_last_of_them_also_at_the_same_time(open: Open<'_>) {
    let (one, another) = (open(), open());
    shop(&*one, "shop").await;
    let free = SerialRules { validate: false, one_time: false };
    for round in 0..20 {
        let shared = format!("shared {round}");
        one.add_upload(upload(&shared, None), 1).await.unwrap();
        one.upload_stored(shared.clone(), here(1)).await.unwrap();
        let file = FileReference::Receipt(format!("receipt of {shared}"));
        let with = |id: &str| NewRegistration { rules: free, receipts: vec![receipts(true, vec![file.clone()])], ..registration(id, &[]) };
        let named: Vec<String> = (0..4).map(|nth| format!("r{round}-{nth}")).collect();
        for id in &named {
            register(&*one, with(id)).await;
        }
        let erased = named.iter().enumerate().map(|(nth, id)| {
            let store = if nth % 2 == 0 { &one } else { &another };
            store.erase_registration("shop".into(), id.clone(), 2)
        });
        // And somebody names it once more, who has it then, or is told that there is no such file.
        let late = format!("late {round}");
        let (erased, late) = join(join_all(erased), another.register(batch(None, vec![with(&late)]), 1)).await;
        let erased: Vec<Erasure> = erased.into_iter().flat_map(|erased| erased.unwrap().unwrap()).collect();
        let left = one.upload(shared.clone()).await.unwrap();
        match late.unwrap() {
            Registering::Stored => assert!(left.is_some() && erased.is_empty(), "{erased:?}"),
            Registering::Refused(_) => assert_eq!((left.is_none(), erased), (true, vec![to_erase(&shared)])),
            other => panic!("{other:?}"),
        }
    }
}

pub(in crate::store) async fn what_is_erased_is_gone_and_its_numbers_are_free(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1", "SN-2"]).await;
    register(&*store, registration("r1", &["SN-1", "SN-2"])).await;
    assert_eq!(store.erase_registration("other".into(), "r1".into(), 2).await.unwrap(), None);
    let owner = async |id: &str| store.registration_owner(id.into()).await.unwrap();
    assert_eq!((owner("r1").await.as_deref(), owner("r9").await), (Some("shop"), None));
    assert_eq!(store.erase_registration("shop".into(), "r1".into(), 2).await.unwrap(), Some(Vec::new()));
    assert_eq!(owner("r1").await.as_deref(), Some("shop"), "it was there");
    assert_eq!(store.erase_registration("shop".into(), "r1".into(), 3).await.unwrap(), None, "it was there once");
    assert!(store.records("shop".into(), vec!["r1".into()]).await.unwrap().is_empty());
    assert!(!owned(&*store, "SN-1").await && !owned(&*store, "SN-2").await);
    register(&*store, registration("r2", &["SN-1", "SN-2"])).await;
    assert_eq!(ids(&*store, super::everything()).await, ["r2"]);
}
