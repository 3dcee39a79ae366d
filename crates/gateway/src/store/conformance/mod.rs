//! Stories every store has to live up to. A store lists itself with [`conformance`] and each of them becomes its test.
//!
//! A story opens the store itself, and again where something has to outlive a restart: each opening is the same place.

mod changes;
mod lists;
pub(super) mod mail;
pub(super) mod outbox;
pub(super) mod several;
pub(super) mod webhooks;

use std::sync::Arc;

use futures_util::future::join_all;
use regcard_protocol::serial_number::SerialNumber;
use regcard_protocol::validate::Fault;
use serde_json::{Map, json};

use super::{
    Address, Erasure, FileReference, Interface, Key, KeyKind, MerchantSettings, Mode, NewBatch, NewReceipts, NewRegistration, NewSerial,
    NewSubmit, NewUpload, Outcome, Query, RecordReceipts, Registering, SerialRules, Spent, Store, Stored, SubmitKey, SubmitState,
    UploadState, Upstream,
};
use crate::limits;
use crate::origin::Origin;
use crate::scopes::Scopes;
use crate::serial_fold::Folded;

pub(super) use changes::*;
pub(super) use lists::*;

/// Opens the place that the story is about.
pub(super) type Open<'a> = &'a (dyn Fn() -> Arc<dyn Store> + Sync);

/// A test for each story, on whatever `$place` makes: a place and what opens it.
macro_rules! conformance {
    ($place:path) => {
        $crate::store::conformance::conformance!($place =>
            a_merchant_keeps_what_is_not_given_anew,
            each_key_opens_what_it_is_for,
            a_serial_number_is_found_however_it_is_written,
            what_looks_alike_is_suggested,
            registrations_are_stored_all_or_none,
            the_same_key_is_one_submit,
            a_refused_submit_leaves_its_key_free,
            of_many_who_want_one_serial_number_one_gets_it,
            a_number_that_is_not_one_time_has_many_owners,
            a_file_is_stored_once_and_tied_to_its_session,
            the_files_of_a_field_keep_their_order,
            registrations_are_read_the_newest_first,
            mail::a_receipt_is_added_once_to_whose_it_is,
            mail::a_number_leads_to_its_owner_or_to_the_newest,
            mail::a_registration_is_confirmed_so_often_and_no_more,
            what_is_noted_for_a_day_is_gone_after_it,
            outbox::a_submit_and_its_message_are_noted_together,
            outbox::a_message_is_claimed_once_and_again_when_its_lease_has_run_out,
            outbox::what_may_have_arrived_is_looked_for_first,
            outbox::an_attempt_that_lost_its_lease_changes_nothing,
            outbox::messages_about_one_thing_keep_their_order,
            outbox::one_receiver_takes_nothing_of_anothers,
            outbox::what_is_settled_is_told_and_erased,
            outbox::a_person_takes_up_or_gives_up_what_is_parked,
            outbox::a_message_is_added_with_a_registration_or_not_at_all,
            outbox::what_is_on_its_way_is_not_swept_away,
            outbox::an_upstream_is_held_until_it_has_a_new_token,
            webhooks::an_endpoint_is_told_with_the_registration_or_not_at_all,
            webhooks::an_endpoint_is_told_of_one_registration_in_order,
            webhooks::a_change_is_told_with_it_and_an_erasure_too,
            webhooks::what_arrives_upstream_is_told_by_whoever_still_has_the_message,
            webhooks::an_endpoint_is_kept_changed_and_taken_away,
            webhooks::a_merchant_has_so_many_endpoints,
            webhooks::webhooks_are_sent_again_under_their_number,
            webhooks::what_was_given_up_is_kept_for_a_month,
            what_is_out_of_date_is_swept_away,
            what_is_to_be_erased_is_not_forgotten_before_it_is_erased,
            a_file_that_is_named_before_it_comes_is_waited_for,
            what_was_answered_is_there_after_a_restart,
            a_key_ends_when_it_is_told_to,
            a_change_is_made_to_what_was_read_or_not_at_all,
            a_changed_serial_number_comes_free,
            files_that_no_registration_names_any_more_are_told,
            what_is_erased_is_gone_and_its_numbers_are_free,
            a_random_number_is_one_that_nobody_has,
            long_lists_are_read_piece_by_piece,
            several::a_budget_is_counted_to_the_last_and_begins_anew,
            several::what_costs_once_is_counted_once_or_not_at_all,
            several::a_file_of_the_widget_is_there_for_every_gateway,
        );
    };
    ($place:path => $($($room:ident)::+),* $(,)?) => {
        $($crate::store::conformance::story!($place, $($room)::+);)*
    };
}
pub(super) use conformance;

/// The test for one story, which may stand in a file of its own.
macro_rules! story {
    ($place:path, $room:ident :: $story:ident) => {
        $crate::store::conformance::story!($place, $story, $room::$story);
    };
    ($place:path, $story:ident) => {
        $crate::store::conformance::story!($place, $story, $story);
    };
    ($place:path, $story:ident, $($path:ident)::+) => {
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $story() {
            let (_place, open) = $place();
            $crate::store::conformance::$($path)::+(&open).await;
        }
    };
}
pub(super) use story;

const RULES: SerialRules = SerialRules { validate: true, one_time: true };

async fn shop(store: &dyn Store, id: &str) {
    store.put_merchant(MerchantSettings { id: id.into(), forms: vec!["f".into()], ..MerchantSettings::default() }, 1).await.unwrap();
}

/// A file that lies on the disk, with such a hash.
fn here(hash: u8) -> Stored {
    Stored { hash: Some([hash; 32]), etag: None }
}

fn serial(text: &str) -> SerialNumber {
    SerialNumber::parse(text).unwrap()
}

async fn load(store: &dyn Store, merchant: &str, serials: &[&str]) {
    let new = serials.iter().map(|text| NewSerial { serial: serial(text), sku: None, customer_tags: None, product_name: None });
    store.put_serials(merchant.into(), new.collect(), 1).await.unwrap();
}

fn registration(id: &str, serials: &[&str]) -> NewRegistration {
    NewRegistration {
        id: id.into(),
        form: "f".into(),
        rules: RULES,
        customer_name: Some("Mara".into()),
        customer_email: "Mara@example.com".into(),
        product_name: None,
        purchase_date: Some("2026-11-14".into()),
        serial_numbers: serials.iter().map(|text| serial(text)).collect(),
        fields: Map::from_iter([("note".to_owned(), json!({ "a": [1, null] }))]),
        receipts: Vec::new(),
    }
}

fn submit(merchant: &str, key: u8, body: u8) -> NewSubmit {
    let key = SubmitKey { merchant: merchant.into(), interface: Interface::Browser, hash: [key; 32] };
    NewSubmit { key, fingerprint: [body; 32], status_token: format!("status of {body}") }
}

fn batch(submit: Option<NewSubmit>, registrations: Vec<NewRegistration>) -> NewBatch {
    NewBatch { merchant: "shop".into(), sid: Some("session".into()), submit, registrations, outbox: Vec::new(), announced: true }
}

fn upload(id: &str, sid: Option<&str>) -> NewUpload {
    NewUpload {
        id: id.into(),
        receipt: format!("receipt of {id}"),
        merchant: "shop".into(),
        sid: sid.map(str::to_owned),
        file_name: "r.jpg".into(),
        file_type: "image/jpeg".into(),
        file_size: 9,
        upstream_url: None,
    }
}

fn receipts(several: bool, files: Vec<FileReference>) -> NewReceipts {
    NewReceipts { field: "InvoiceUpload".into(), several, files }
}

fn everything() -> Query {
    Query { merchant: "shop".into(), email: None, form: None, limit: 100, offset: 0 }
}

async fn ids(store: &dyn Store, query: Query) -> Vec<String> {
    store.registrations(query).await.unwrap().records.into_iter().map(|record| record.id).collect()
}

pub(super) async fn a_merchant_keeps_what_is_not_given_anew(open: Open<'_>) {
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
        upstream: Some(upstream.clone()),
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
    store.put_merchant(MerchantSettings { origins: vec![two.clone()], ..settings("shop") }, 4).await.unwrap();
    assert!(!store.origin_known(one).await.unwrap() && store.origin_known(two).await.unwrap());
    shop(&*store, "another").await;
    let all: Vec<String> = store.merchants().await.unwrap().into_iter().map(|merchant| merchant.id).collect();
    assert_eq!(all, ["another", "shop"]);
    assert_eq!(store.merchant("nobody".into()).await.unwrap(), None);
}

pub(super) async fn each_key_opens_what_it_is_for(open: Open<'_>) {
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

pub(super) async fn a_serial_number_is_found_however_it_is_written(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    shop(&*store, "other").await;
    load(&*store, "shop", &["SN-1", "A-11", "A1-1"]).await;
    for (written, found) in [("sn–1", Some("SN-1")), ("sn1", Some("SN-1")), ("a11", None), ("a-11", Some("A-11")), ("SN-2", None)] {
        let known = store.serial("shop".into(), Folded::of(&serial(written))).await.unwrap();
        assert_eq!(known.map(|known| known.serial).as_deref(), found, "{written}");
        assert_eq!(store.serial("other".into(), Folded::of(&serial(written))).await.unwrap(), None);
    }
    load(&*store, "shop", &["sn-1"]).await;
    assert_eq!(store.serial("shop".into(), Folded::of(&serial("SN1"))).await.unwrap().unwrap().serial, "sn-1");
}

pub(super) async fn what_looks_alike_is_suggested(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-O1", "SN-0I", "5N-01", "SN-Ol", "SN-02"]).await;
    let alike = async |limit| store.alike("shop".into(), Folded::of(&serial("SN01")).looks(), limit).await.unwrap().len();
    assert_eq!((alike(3).await, alike(9).await), (3, 4));
}

pub(super) async fn registrations_are_stored_all_or_none(open: Open<'_>) {
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
    assert!(owned.registered && owned.owned);
}

pub(super) async fn the_same_key_is_one_submit(open: Open<'_>) {
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

pub(super) async fn a_refused_submit_leaves_its_key_free(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let send = |serial, body| store.register(batch(Some(submit("shop", 1, body)), vec![registration("r1", &[serial])]), 1);
    assert!(matches!(send("SN-9", 7).await.unwrap(), Registering::Refused(_)));
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap(), None);
    assert_eq!(send("SN-1", 8).await.unwrap(), Registering::Stored);
}

pub(super) async fn of_many_who_want_one_serial_number_one_gets_it(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let all = (0..50).map(|number| store.register(batch(None, vec![registration(&format!("r{number}"), &["sn1"])]), 1));
    let stored = join_all(all).await.into_iter().filter(|answer| matches!(answer, Ok(Registering::Stored))).count();
    assert_eq!((stored, ids(&*store, everything()).await.len()), (1, 1));
}

pub(super) async fn a_number_that_is_not_one_time_has_many_owners(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let rules = SerialRules { validate: false, one_time: false };
    for id in ["r1", "r2"] {
        let new = NewRegistration { rules, ..registration(id, &["SN-7"]) };
        assert_eq!(store.register(batch(None, vec![new]), 1).await.unwrap(), Registering::Stored);
    }
    load(&*store, "shop", &["SN-7"]).await;
    let known = store.serial("shop".into(), Folded::of(&serial("SN-7"))).await.unwrap().unwrap();
    assert!(known.registered && !known.owned);
}

pub(super) async fn a_file_is_stored_once_and_tied_to_its_session(open: Open<'_>) {
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

pub(super) async fn the_files_of_a_field_keep_their_order(open: Open<'_>) {
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

pub(super) async fn registrations_are_read_the_newest_first(open: Open<'_>) {
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

pub(super) async fn what_is_noted_for_a_day_is_gone_after_it(open: Open<'_>) {
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

pub(super) async fn what_is_out_of_date_is_swept_away(open: Open<'_>) {
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

pub(super) async fn what_is_to_be_erased_is_not_forgotten_before_it_is_erased(open: Open<'_>) {
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

pub(super) async fn a_file_that_is_named_before_it_comes_is_waited_for(open: Open<'_>) {
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

pub(super) async fn what_was_answered_is_there_after_a_restart(open: Open<'_>) {
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
