//! The outbox: what is noted is sent, by one at a time, in order, and leaves nothing behind.

use futures_util::future::join_all;

use super::{Open, batch, registration, shop, submit};
use crate::limits;
use crate::store::{
    DueLane, Keeping, Left, MerchantSettings, Mode, NewOutbox, OutboxChange, OutboxKind, OutboxQuery, OutboxRow, OutboxState, Outcome,
    Registering, Sending, Store, SubmitState, Upstream,
};

pub(super) fn message(id: &str) -> NewOutbox {
    NewOutbox {
        id: id.into(),
        merchant: "shop".into(),
        kind: OutboxKind::Forward,
        endpoint: String::new(),
        aggregate: id.into(),
        seq: 0,
        payload: format!("what {id} says"),
        next_at: 10,
        sending: None,
    }
}

fn outcome(ids: &[Option<&str>]) -> Outcome {
    Outcome { ids: ids.iter().map(|id| id.map(str::to_owned)).collect(), ..Outcome::default() }
}

/// Adds a message with a submit of its own.
async fn add(store: &dyn Store, key: u8, new: NewOutbox) {
    let merchant = new.merchant.clone();
    assert_eq!(store.begin_forward(submit(&merchant, key, 7), outcome(&[None]), new, 1).await.unwrap(), None);
}

async fn claim(store: &dyn Store, lane: DueLane, now: i64) -> Vec<OutboxRow> {
    store.outbox_claim(lane, now, now + 100).await.unwrap()
}

fn lane(merchant: &str, due: usize) -> DueLane {
    DueLane { kind: OutboxKind::Forward, merchant: merchant.into(), endpoint: String::new(), due }
}

pub(super) fn change(row: &OutboxRow, state: OutboxState) -> OutboxChange {
    OutboxChange {
        id: row.id.clone(),
        attempt: row.attempt,
        state,
        payload: row.payload.clone(),
        next_at: 10,
        unsettled_until: row.unsettled_until,
        last_error: None,
        submit: None,
        announced: Vec::new(),
        mails: Vec::new(),
    }
}

fn ids(rows: &[OutboxRow]) -> Vec<&str> {
    rows.iter().map(|row| row.id.as_str()).collect()
}

pub(in crate::store) async fn a_submit_and_its_message_are_noted_together(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let begin = |key, body, id: &str, sending| {
        let new = NewOutbox { sending, ..message(id) };
        store.begin_forward(submit("shop", key, body), outcome(&[None, None]), new, 1)
    };
    let sending = Some(Sending { lease_until: 50, unsettled_until: 90 });
    assert_eq!(begin(1, 7, "m1", sending).await.unwrap(), None);
    assert_eq!(begin(2, 7, "m2", None).await.unwrap(), None);
    let again = begin(1, 8, "m3", None).await.unwrap().unwrap();
    assert_eq!((again.state, again.fingerprint, again.outcome), (SubmitState::Sending, [7; 32], outcome(&[None, None])));
    assert_eq!(store.submit(submit("shop", 2, 7).key).await.unwrap().unwrap().state, SubmitState::Queued);
    drop(store);
    let store = open();
    assert_eq!(store.outbox_row("m3".into()).await.unwrap(), None, "what has a key already brings no message");
    let first = store.outbox_row("m1".into()).await.unwrap().unwrap();
    assert_eq!((first.attempt, first.unsettled_until, first.payload.as_str()), (1, Some(90), "what m1 says"));
    assert_eq!(store.outbox_row("m2".into()).await.unwrap().unwrap().unsettled_until, None);
    assert_eq!(store.outbox_due(10).await.unwrap(), [lane("shop", 1)], "the other one is being sent");
    assert_eq!(store.outbox_due(50).await.unwrap(), [lane("shop", 2)]);
}

pub(in crate::store) async fn a_message_is_claimed_once_and_again_when_its_lease_has_run_out(open: Open<'_>) {
    let (store, other) = (open(), open());
    shop(&*store, "shop").await;
    for (key, id) in [(1, "m1"), (2, "m2"), (3, "m3")] {
        add(&*store, key, message(id)).await;
    }
    assert!(claim(&*store, lane("shop", 9), 9).await.is_empty(), "none is due");
    assert_eq!(ids(&claim(&*store, lane("shop", 1), 10).await), ["m1"], "as many as there are slots, the oldest first");
    let claims = join_all((0..20).map(|number| claim(if number % 2 == 0 { &*store } else { &*other }, lane("shop", 1), 10))).await;
    let mut claimed: Vec<String> = claims.iter().flatten().map(|row| row.id.clone()).collect();
    claimed.sort();
    assert_eq!(claimed, ["m2", "m3"]);
    assert!(claim(&*store, lane("shop", 9), 109).await.is_empty());
    let mut again = claim(&*other, lane("shop", 9), 110).await;
    again.sort_by(|one, two| one.id.cmp(&two.id));
    assert_eq!((ids(&again), again[0].attempt), (vec!["m1", "m2", "m3"], 2));
}

pub(in crate::store) async fn what_may_have_arrived_is_looked_for_first(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, 1, message("a1")).await;
    let sending = Some(Sending { lease_until: 20, unsettled_until: 90 });
    add(&*store, 2, NewOutbox { next_at: 20, sending, ..message("b2") }).await;
    assert_eq!(ids(&claim(&*store, lane("shop", 1), 20).await), ["b2"]);
}

pub(in crate::store) async fn an_attempt_that_lost_its_lease_changes_nothing(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, 1, message("m1")).await;
    let first = claim(&*store, lane("shop", 1), 10).await.remove(0);
    let second = claim(&*store, lane("shop", 1), 110).await.remove(0);
    let sending = Sending { lease_until: 300, unsettled_until: 400 };
    let send = |row: &OutboxRow| {
        store.outbox_sending(
            "m1".into(),
            row.attempt,
            Left { payload: "less".into(), announced: Vec::new(), mails: Vec::new() },
            sending,
            120,
        )
    };
    assert!(!send(&first).await.unwrap() && send(&second).await.unwrap());
    assert!(claim(&*store, lane("shop", 1), 299).await.is_empty(), "sending holds on to it");
    assert!(!store.outbox_change(change(&first, OutboxState::Done), 130).await.unwrap());
    let now = store.outbox_row("m1".into()).await.unwrap().unwrap();
    assert_eq!((now.state, now.payload.as_str(), now.unsettled_until), (OutboxState::Waiting, "less", Some(400)));
    assert!(store.outbox_change(change(&second, OutboxState::Done), 130).await.unwrap());
    assert!(!store.outbox_change(change(&second, OutboxState::Waiting), 131).await.unwrap(), "what is settled stays so");
}

pub(in crate::store) async fn messages_about_one_thing_keep_their_order(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let about = |id: &str, endpoint: &str, seq| NewOutbox {
        kind: OutboxKind::Webhook,
        endpoint: endpoint.into(),
        aggregate: "r1".into(),
        seq,
        ..message(id)
    };
    for (key, new) in [(1, about("b2", "one", 2)), (2, about("a1", "one", 1)), (3, about("c2", "two", 2))] {
        add(&*store, key, new).await;
    }
    let hooks = |endpoint: &str| DueLane { kind: OutboxKind::Webhook, endpoint: endpoint.into(), ..lane("shop", 9) };
    let mut due = store.outbox_due(10).await.unwrap();
    due.sort_by(|one, two| one.endpoint.cmp(&two.endpoint));
    assert_eq!(due, [DueLane { due: 1, ..hooks("one") }, DueLane { due: 1, ..hooks("two") }]);
    let first = claim(&*store, hooks("one"), 10).await;
    assert_eq!(ids(&first), ["a1"]);
    assert!(claim(&*store, hooks("one"), 10).await.is_empty(), "it is being sent");
    assert_eq!(ids(&claim(&*store, hooks("two"), 10).await), ["c2"], "another endpoint has an order of its own");
    store.outbox_change(OutboxChange { next_at: 500, ..change(&first[0], OutboxState::Waiting) }, 20).await.unwrap();
    assert!(claim(&*store, hooks("one"), 20).await.is_empty(), "it is to be sent again first");
    let again = claim(&*store, hooks("one"), 500).await;
    store.outbox_change(change(&again[0], OutboxState::Exhausted), 501).await.unwrap();
    assert_eq!(ids(&claim(&*store, hooks("one"), 502).await), ["b2"], "what is parked holds up nothing");
}

pub(in crate::store) async fn one_receiver_takes_nothing_of_anothers(open: Open<'_>) {
    let store = open();
    for (key, merchant) in [(1, "shop"), (2, "other")] {
        shop(&*store, merchant).await;
        add(&*store, key, NewOutbox { merchant: merchant.into(), next_at: i64::from(key), ..message(merchant) }).await;
    }
    assert_eq!(store.outbox_due(10).await.unwrap(), [lane("shop", 1), lane("other", 1)], "who has waited longest comes first");
    assert_eq!(ids(&claim(&*store, lane("other", 9), 10).await), ["other"]);
    assert_eq!(store.outbox_due(10).await.unwrap(), [lane("shop", 1)]);
    let counts = store.outbox_counts().await.unwrap();
    let counted: Vec<_> = counts.iter().map(|count| (count.merchant.as_str(), count.state, count.count, count.oldest)).collect();
    assert_eq!(counted, [("other", OutboxState::Waiting, 1, 1), ("shop", OutboxState::Waiting, 1, 1)]);
    let of = |merchant: &str| OutboxQuery { merchant: Some(merchant.into()), limit: 10, ..OutboxQuery::default() };
    assert_eq!(ids(&store.outbox_list(of("shop")).await.unwrap()), ["shop"]);
    let all = OutboxQuery { limit: 1, ..OutboxQuery::default() };
    assert_eq!(ids(&store.outbox_list(all.clone()).await.unwrap()), ["other"]);
    assert_eq!(ids(&store.outbox_list(OutboxQuery { after: Some("other".into()), ..all }).await.unwrap()), ["shop"]);
}

pub(in crate::store) async fn what_is_settled_is_told_and_erased(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, 1, message("m1")).await;
    let row = claim(&*store, lane("shop", 1), 10).await.remove(0);
    let key = submit("shop", 1, 7).key;
    let told = |state, ids: &[Option<&str>]| Some((key.clone(), state, outcome(ids)));
    let done =
        OutboxChange { payload: String::new(), submit: told(SubmitState::Registered, &[Some("up-1")]), ..change(&row, OutboxState::Done) };
    assert!(store.outbox_change(done.clone(), 20).await.unwrap());
    let kept = store.submit(key.clone()).await.unwrap().unwrap();
    assert_eq!((kept.state, kept.outcome), (SubmitState::Registered, outcome(&[Some("up-1")])));
    assert_eq!(store.outbox_row("m1".into()).await.unwrap().unwrap().payload, "");
    let late = OutboxChange { submit: told(SubmitState::Refused, &[]), ..done };
    assert!(!store.outbox_change(late, 21).await.unwrap());
    assert_eq!(store.submit(key.clone()).await.unwrap().unwrap().state, SubmitState::Registered);
    store.sweep(0, 20 + limits::OUTBOX_KEPT_MILLIS).await.unwrap();
    assert!(store.outbox_row("m1".into()).await.unwrap().is_some());
    store.sweep(0, 21 + limits::OUTBOX_KEPT_MILLIS).await.unwrap();
    assert!(store.outbox_row("m1".into()).await.unwrap().is_none());
}

pub(in crate::store) async fn a_person_takes_up_or_gives_up_what_is_parked(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, 1, NewOutbox { sending: Some(Sending { lease_until: 50, unsettled_until: 90 }), ..message("m1") }).await;
    for refused in [store.outbox_retry("m1".into(), true, 49).await, store.outbox_discard("m1".into(), None, 49).await] {
        assert!(!refused.unwrap(), "it is being sent");
    }
    let row = claim(&*store, lane("shop", 1), 50).await.remove(0);
    store.outbox_change(change(&row, OutboxState::Unknown), 60).await.unwrap();
    let parked = OutboxQuery { state: Some(OutboxState::Unknown), limit: 10, ..OutboxQuery::default() };
    assert_eq!(ids(&store.outbox_list(parked).await.unwrap()), ["m1"]);
    assert!(store.outbox_due(1_000).await.unwrap().is_empty());
    assert!(store.outbox_retry("m1".into(), false, 70).await.unwrap());
    let again = claim(&*store, lane("shop", 1), 70).await.remove(0);
    assert_eq!(again.unsettled_until, Some(90), "it is looked for first");
    assert!(!store.outbox_change(change(&row, OutboxState::Done), 71).await.unwrap());
    store.outbox_change(change(&again, OutboxState::Rejected), 72).await.unwrap();
    assert!(store.outbox_retry("m1".into(), true, 80).await.unwrap());
    assert_eq!(store.outbox_row("m1".into()).await.unwrap().unwrap().unsettled_until, None, "somebody has looked");
    let told = (submit("shop", 1, 7).key, SubmitState::Unknown, outcome(&[None]));
    assert!(store.outbox_discard("m1".into(), Some(told.clone()), 81).await.unwrap());
    assert!(!store.outbox_discard("m1".into(), Some(told), 82).await.unwrap());
    assert!(!store.outbox_retry("m1".into(), true, 82).await.unwrap());
    let row = store.outbox_row("m1".into()).await.unwrap().unwrap();
    assert_eq!((row.state, row.payload.as_str()), (OutboxState::Discarded, ""));
    assert_eq!(store.submit(submit("shop", 1, 7).key).await.unwrap().unwrap().state, SubmitState::Unknown);
}

pub(in crate::store) async fn a_message_is_added_with_a_registration_or_not_at_all(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    let with = |id: &str, serial: &str| {
        let mut batch = batch(None, vec![registration(&format!("r{id}"), &[serial])]);
        batch.outbox = vec![NewOutbox { kind: OutboxKind::Mail, ..message(id) }];
        store.register(batch, 1)
    };
    assert!(matches!(with("m1", "SN-9").await.unwrap(), Registering::Refused(_)));
    assert_eq!(store.outbox_row("m1".into()).await.unwrap(), None);
    super::load(&*store, "shop", &["SN-9"]).await;
    assert_eq!(with("m1", "SN-9").await.unwrap(), Registering::Stored);
    assert_eq!(store.outbox_row("m1".into()).await.unwrap().unwrap().kind, OutboxKind::Mail);
}

pub(in crate::store) async fn what_is_on_its_way_is_not_swept_away(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, 1, message("m1")).await;
    store.sweep(0, 2 + 2 * limits::IDEMPOTENCY_MILLIS).await.unwrap();
    assert!(store.outbox_row("m1".into()).await.unwrap().is_some());
    assert!(store.submit(submit("shop", 1, 7).key).await.unwrap().is_some(), "the same key must not register it once more");
}

pub(in crate::store) async fn an_upstream_is_held_until_it_has_a_new_token(open: Open<'_>) {
    let store = open();
    let upstream = |sealed: &str| Upstream { url: "https://api.example/api".into(), sealed_token: sealed.into() };
    let put = |sealed: &str| {
        let settings = MerchantSettings { id: "shop".into(), keeping: Keeping::At(upstream(sealed)), ..MerchantSettings::default() };
        store.put_merchant(settings, 1)
    };
    put("old").await.unwrap();
    assert!(store.hold_upstream("shop".into(), upstream("old"), 500).await.unwrap());
    let held = store.merchant("shop".into()).await.unwrap().unwrap();
    assert_eq!((held.held_until, held.mode), (500, Mode::Forward(upstream("old"))));
    let tried = join_all((0..10).map(|_| store.try_held_upstream("shop".into(), 500, 800))).await;
    assert_eq!(tried.into_iter().filter(|taken| *taken.as_ref().unwrap()).count(), 1, "one of them finds out for all");
    put("new").await.unwrap();
    assert_eq!(store.merchant("shop".into()).await.unwrap().unwrap().held_until, 0);
    assert!(!store.hold_upstream("shop".into(), upstream("old"), 900).await.unwrap(), "of the new one nothing is known");
    assert_eq!(store.merchant("shop".into()).await.unwrap().unwrap().held_until, 0);
}
