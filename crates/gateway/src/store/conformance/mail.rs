//! What a mail's link adds, and how often a registration is confirmed.

use futures_util::future::join_all;
use regcard_protocol::serial_number::SerialNumber;

use super::{Open, batch, here, load, registration, serial, shop, upload};
use crate::limits;
use crate::serial_fold::Folded;
use crate::store::{DueLane, LateReceipt, NewBatch, NewOutbox, NewRegistration, OutboxKind, OutboxQuery, OutboxState, SerialRules};

fn folded(text: &str) -> Folded {
    Folded::of(&SerialNumber::parse(text).unwrap())
}

/// A mail about a registration.
pub(super) fn confirmation(about: &str) -> NewOutbox {
    NewOutbox {
        id: format!("the mail of {about}"),
        merchant: "shop".into(),
        kind: OutboxKind::Mail,
        endpoint: String::new(),
        aggregate: about.into(),
        seq: 1,
        payload: "{}".into(),
        next_at: 1,
        sending: None,
    }
}

pub(in crate::store) async fn a_receipt_is_added_once_to_whose_it_is(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    store.register(batch(None, vec![registration("r1", &[])]), 1).await.unwrap();
    for id in ["a", "b", "foreign"] {
        let sid = if id == "foreign" { "another" } else { "link" };
        store.add_upload(upload(id, Some(sid)), 1).await.unwrap();
        store.upload_stored(id.into(), here(1)).await.unwrap();
    }
    let add = |merchant: &str, id: &str, upload: &str| {
        let late = LateReceipt {
            merchant: merchant.into(),
            registration: id.into(),
            field: "invoice".into(),
            several: false,
            upload: upload.into(),
            sid: "link".into(),
        };
        store.add_receipt(late, 5)
    };
    assert!(!add("shop", "r9", "a").await.unwrap(), "no such registration");
    assert!(!add("other", "r1", "a").await.unwrap(), "another merchant's");
    assert!(!add("shop", "r1", "foreign").await.unwrap(), "another link's file");
    assert!(add("shop", "r1", "a").await.unwrap());
    assert!(!add("shop", "r1", "b").await.unwrap(), "there is one");
    let receipts = store.records("shop".into(), vec!["r1".into()]).await.unwrap().remove(0).receipts;
    assert_eq!(receipts.iter().map(|one| (one.field.as_str(), one.addresses.len())).collect::<Vec<_>>(), [("invoice", 1)]);
    assert_eq!(store.sweep(10, 10).await.unwrap().len(), 2, "what was not added is swept away, what was is not");
}

pub(in crate::store) async fn a_number_leads_to_its_owner_or_to_the_newest(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let free = SerialRules { validate: false, one_time: false };
    let with = |id: &str, number: &str| NewRegistration { rules: free, serial_numbers: vec![serial(number)], ..registration(id, &[]) };
    store.register(batch(None, vec![registration("r1", &["SN-1"])]), 1).await.unwrap();
    store.register(batch(None, vec![with("r2", "SN-1"), with("r3", "X-7"), with("r4", "X-7")]), 2).await.unwrap();
    let of = |merchant: &str, text: &str| store.registration_of_serial(merchant.into(), folded(text));
    assert_eq!(of("shop", "sn1").await.unwrap().as_deref(), Some("r1"));
    assert_eq!(of("shop", "x-7").await.unwrap().as_deref(), Some("r4"));
    assert_eq!((of("shop", "X-8").await.unwrap(), of("other", "SN-1").await.unwrap()), (None, None));
}

pub(in crate::store) async fn a_registration_is_confirmed_so_often_and_no_more(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    store.register(batch(None, vec![registration("r1", &[]), registration("r2", &[])]), 1).await.unwrap();
    let mail = |id: &str, about: &str| NewOutbox { id: id.into(), ..confirmation(about) };
    assert!(store.add_mail(mail("m1", "r1"), 2, 0, 10).await.unwrap());
    assert!(store.add_mail(mail("m2", "r1"), 2, 0, 11).await.unwrap());
    assert!(!store.add_mail(mail("m3", "r1"), 2, 0, 12).await.unwrap());
    assert!(store.add_mail(mail("m4", "r2"), 2, 0, 12).await.unwrap(), "another registration");
    assert!(store.add_mail(mail("m5", "r1"), 2, 10, 13).await.unwrap(), "an earlier one counts no more");
    let notice = NewOutbox { id: "n1".into(), endpoint: "merchant".into(), ..confirmation("r2") };
    let with_notice = NewBatch { outbox: vec![notice], ..batch(None, vec![registration("r3", &[])]) };
    store.register(with_notice, 13).await.unwrap();
    assert!(store.add_mail(mail("m6", "r2"), 2, 0, 13).await.unwrap(), "a notice to the merchant does not count");
    assert!(!store.add_mail(mail("m7", "r9"), 2, 0, 13).await.unwrap(), "no such registration");
    assert_eq!(store.outbox_due(20).await.unwrap().iter().map(|lane| lane.due).sum::<usize>(), 6);
}

pub(in crate::store) async fn a_mail_that_was_not_sent_is_kept_for_a_month(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for (about, state) in [("r1", OutboxState::Rejected), ("r2", OutboxState::Exhausted), ("r3", OutboxState::Waiting)] {
        let mut new = batch(None, vec![registration(about, &[])]);
        new.outbox.push(confirmation(about));
        store.register(new, 1).await.unwrap();
        if state != OutboxState::Waiting {
            let lane = DueLane { kind: OutboxKind::Mail, merchant: "shop".into(), endpoint: String::new(), due: 1 };
            let row = store.outbox_claim(lane, 1, 1).await.unwrap().remove(0);
            assert!(store.outbox_change(super::outbox::change(&row, state), 1).await.unwrap());
        }
    }
    let left = async || store.outbox_list(OutboxQuery { limit: 9, ..OutboxQuery::default() }).await.unwrap().len();
    store.sweep(0, 1 + limits::MAIL_KEPT_MILLIS).await.unwrap();
    assert_eq!(left().await, 3);
    store.sweep(0, 2 + limits::MAIL_KEPT_MILLIS).await.unwrap();
    assert_eq!(left().await, 0, "nor is one for which there was no server all the while");
}

pub(in crate::store) async fn of_many_who_ask_at_once_for_one_confirmation_three_get_it(open: Open<'_>) {
    let (one, another) = (open(), open());
    shop(&*one, "shop").await;
    for round in 0..5 {
        let about = format!("r{round}");
        one.register(batch(None, vec![registration(&about, &[])]), 1).await.unwrap();
        let asks = (0..12).map(|number| {
            let mail = NewOutbox { id: format!("{about} {number}"), ..confirmation(&about) };
            if number % 2 == 0 { one.add_mail(mail, 3, 0, 10) } else { another.add_mail(mail, 3, 0, 10) }
        });
        let added = join_all(asks).await.into_iter().filter(|added| *added.as_ref().unwrap()).count();
        assert_eq!(added, 3);
    }
}
