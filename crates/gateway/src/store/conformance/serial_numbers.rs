//! Finding a serial number, and what it may have been.

use futures_util::future::join_all;

use regcard_protocol::validate::{Complaint, Fault};

use super::super::{Checked, NewRegistration, Refusal, Registering, SerialRules};
use super::{Open, batch, everything, ids, load, registration, serial, shop};
use crate::serial_fold::Folded;

pub(in crate::store) async fn a_serial_number_is_found_however_it_is_written(open: Open<'_>) {
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

pub(in crate::store) async fn what_looks_alike_is_suggested(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-O1", "SN-0I", "5N-01", "SN-Ol", "SN-02", "L4BEL:SN-01"]).await;
    let check = async |text, few| store.check_serial("shop".into(), Folded::of(&serial(text)), few).await.unwrap();
    let suggested = async |text, few| match check(text, few).await {
        Checked::Known(known) => panic!("{known:?}"),
        Checked::Unknown(alike) => alike.iter().map(|one| one.as_str().to_owned()).collect::<Vec<_>>(),
    };
    assert_eq!(suggested("SN01", 9).await, ["5N-01", "SN-0I", "SN-O1", "SN-Ol"]);
    assert_eq!(suggested("SN01", 3).await, ["5N-01", "SN-0I", "SN-O1"]);
    // With a label before it that was copied along: first what looks like all of it, then what looks like the rest.
    assert_eq!(suggested("S/N:SNO1", 2).await, ["5N-01", "SN-0I"]);
    assert_eq!(suggested("L48EL:SNO1", 2).await, ["L4BEL:SN-01", "5N-01"]);
    assert!(suggested("-:-", 3).await.is_empty() && suggested("SN-03", 3).await.is_empty());
    let known = check("sn0i", 3).await;
    assert_eq!(known, Checked::Known(store.serial("shop".into(), Folded::of(&serial("SN-0I"))).await.unwrap().unwrap()));
}

pub(in crate::store) async fn of_many_who_want_one_serial_number_one_gets_it(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    let all = (0..50).map(|number| store.register(batch(None, vec![registration(&format!("r{number}"), &["sn1"])]), 1));
    let stored = join_all(all).await.into_iter().filter(|answer| matches!(answer, Ok(Registering::Stored))).count();
    assert_eq!((stored, ids(&*store, everything()).await.len()), (1, 1));
}

pub(in crate::store) async fn a_number_that_is_not_one_time_has_many_owners(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let rules = SerialRules { validate: false, one_time: false };
    for id in ["r1", "r2"] {
        let new = NewRegistration { rules, ..registration(id, &["SN-7"]) };
        assert_eq!(store.register(batch(None, vec![new]), 1).await.unwrap(), Registering::Stored);
    }
    load(&*store, "shop", &["SN-7"]).await;
    let known = store.serial("shop".into(), Folded::of(&serial("SN-7"))).await.unwrap().unwrap();
    assert!(known.registered);
    // A form that takes each number once does not take it any more, and neither does a change; those who have it keep it.
    let again =
        Refusal { position: 0, complaint: Complaint { key: "serialNumbers".into(), index: Some(0), fault: Fault::SerialNumberRegistered } };
    assert_eq!(store.register(batch(None, vec![registration("r3", &["sn7"])]), 1).await.unwrap(), Registering::Refused(vec![again]));
    for id in ["r1", "r2"] {
        store.erase_registration("shop".into(), id.into(), 2).await.unwrap().unwrap();
    }
    assert_eq!(store.register(batch(None, vec![registration("r3", &["sn7"])]), 1).await.unwrap(), Registering::Stored);
}

pub(in crate::store) async fn of_many_forms_that_want_one_serial_number_one_time_is_kept(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    for round in 0..20 {
        let number = format!("SN-{round}");
        if round % 2 == 0 {
            load(&*store, "shop", &[&number]).await;
        }
        let wanting = (0..8).map(|one| {
            // Each second form takes a number once; none asks that it is loaded.
            let rules = SerialRules { validate: false, one_time: one % 2 == 0 };
            let new = NewRegistration { rules, ..registration(&format!("r{round}-{one}"), &[&number]) };
            store.register(batch(None, vec![new]), one)
        });
        let answers = join_all(wanting).await;
        let stored = |once: usize| answers.iter().skip(once).step_by(2).filter(|answer| matches!(answer, Ok(Registering::Stored))).count();
        assert_eq!(stored(1), 4, "whoever does not ask is not refused: {answers:?}");
        assert!(stored(0) <= 1, "{answers:?}");
        // Whoever comes later sees all of them.
        let rules = SerialRules { validate: false, one_time: true };
        let late = NewRegistration { rules, ..registration(&format!("late{round}"), &[&number]) };
        assert!(matches!(store.register(batch(None, vec![late]), 9).await.unwrap(), Registering::Refused(_)));
    }
}
