//! Webhooks: told in the same transaction, to whom it concerns, in order, and given up together with the endpoint.

use futures_util::future::join_all;

use super::{Open, RULES, batch, load, registration, serial, shop};
use crate::limits;
use crate::store::{
    AddingEndpoint, Change, Changing, DueLane, Left, NewBatch, Notice, OutboxChange, OutboxKind, OutboxQuery, OutboxRow, OutboxState,
    Registering, Replay, Sending, Store, WebhookEndpoint, WebhookEvent,
};

fn endpoint(merchant: &str, id: &str, events: &[WebhookEvent]) -> WebhookEndpoint {
    WebhookEndpoint {
        id: id.into(),
        merchant: merchant.into(),
        url: format!("https://shop.example/{id}"),
        events: events.to_vec(),
        secret_sealed: format!("sealed for {id}"),
        previous: None,
        disabled: None,
        failing_since: None,
        created_at: 1,
    }
}

async fn add(store: &dyn Store, merchant: &str, id: &str, events: &[WebhookEvent]) {
    assert_eq!(store.add_webhook(endpoint(merchant, id, events)).await.unwrap(), AddingEndpoint::Added);
}

async fn rows(store: &dyn Store, state: Option<OutboxState>) -> Vec<OutboxRow> {
    store.outbox_list(OutboxQuery { state, limit: 1_000, ..OutboxQuery::default() }).await.unwrap()
}

async fn claim(store: &dyn Store, endpoint: &str, now: i64) -> Vec<OutboxRow> {
    let lane = DueLane { kind: OutboxKind::Webhook, merchant: "shop".into(), endpoint: endpoint.into(), due: 100 };
    store.outbox_claim(lane, now, now + 100).await.unwrap()
}

async fn announce(store: &dyn Store, event: WebhookEvent, registration: &str, now: i64) {
    store.announce("shop".into(), Notice::of_kept(event, registration, "f", now), now).await.unwrap();
}

async fn settle(store: &dyn Store, row: &OutboxRow, state: OutboxState, now: i64) -> bool {
    let change = OutboxChange {
        id: row.id.clone(),
        attempt: row.attempt,
        state,
        payload: row.payload.clone(),
        next_at: row.next_at,
        unsettled_until: None,
        last_error: None,
        submit: None,
        announced: Vec::new(),
        mails: Vec::new(),
    };
    store.outbox_change(change, now).await.unwrap()
}

fn told(rows: &[OutboxRow]) -> Vec<(String, WebhookEvent, String)> {
    let read = |row: &OutboxRow| Notice::read(&row.payload).map(|notice| (notice.event, notice.registration.unwrap_or_default())).unwrap();
    let mut told: Vec<_> = rows.iter().map(|row| (row.endpoint.clone(), read(row).0, read(row).1)).collect();
    told.sort_by(|one, two| (&one.0, &one.2).cmp(&(&two.0, &two.2)));
    told
}

pub(in crate::store) async fn an_endpoint_is_told_with_the_registration_or_not_at_all(open: Open<'_>) {
    let store = open();
    for id in ["shop", "other"] {
        shop(&*store, id).await;
    }
    load(&*store, "shop", &["SN-1", "SN-2"]).await;
    add(&*store, "shop", "all", &WebhookEvent::ALL).await;
    add(&*store, "shop", "erased", &[WebhookEvent::Deleted]).await;
    add(&*store, "other", "theirs", &WebhookEvent::ALL).await;
    let both = vec![registration("r-1", &["SN-1"]), registration("r-2", &["SN-2"])];
    assert_eq!(store.register(batch(None, both), 5).await.unwrap(), Registering::Stored);
    let expected = ["r-1", "r-2"].map(|id| ("all".to_owned(), WebhookEvent::Created, id.to_owned()));
    assert_eq!(told(&rows(&*store, None).await), expected);
    assert!(rows(&*store, None).await.iter().all(|row| row.next_at == 5 && !row.payload.contains("Mara")), "and nothing that was typed");
    // One of two is refused, so neither is there.
    let one_too_many = vec![registration("r-3", &[]), registration("r-4", &["SN-1"])];
    assert!(matches!(store.register(batch(None, one_too_many), 6).await.unwrap(), Registering::Refused(_)));
    assert_eq!(rows(&*store, None).await.len(), 2, "nothing is told of what was taken back");
    let quiet = NewBatch { announced: false, ..batch(None, vec![registration("r-6", &[])]) };
    assert_eq!(store.register(quiet, 6).await.unwrap(), Registering::Stored);
    assert_eq!(rows(&*store, None).await.len(), 2, "nor of what comes from a list");
    assert!(store.disable_webhook("all".into(), "410".into(), 7).await.unwrap());
    store.register(batch(None, vec![registration("r-5", &[])]), 8).await.unwrap();
    assert_eq!(rows(&*store, None).await.len(), 2, "nor to one that is switched off");
}

pub(in crate::store) async fn an_endpoint_is_told_of_one_registration_in_order(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    add(&*store, "shop", "slow", &WebhookEvent::ALL).await;
    for event in WebhookEvent::ALL {
        // All of it within one millisecond.
        announce(&*store, event, "r-1", 5).await;
    }
    announce(&*store, WebhookEvent::Created, "r-2", 5).await;
    let first = claim(&*store, "e", 5).await;
    let expect = |event, id: &str| ("e".to_owned(), event, id.to_owned());
    assert_eq!(told(&first), [expect(WebhookEvent::Created, "r-1"), expect(WebhookEvent::Created, "r-2")]);
    assert!(claim(&*store, "e", 5).await.is_empty());
    assert!(settle(&*store, &first[0], OutboxState::Done, 6).await && settle(&*store, &first[1], OutboxState::Done, 6).await);
    let second = claim(&*store, "e", 6).await;
    assert_eq!(told(&second), [expect(WebhookEvent::Updated, "r-1")]);
    assert!(settle(&*store, &second[0], OutboxState::Exhausted, 7).await, "what is given up holds up nothing");
    assert_eq!(told(&claim(&*store, "e", 7).await), [expect(WebhookEvent::Deleted, "r-1")]);
    assert_eq!(claim(&*store, "slow", 7).await.len(), 2, "and the other one has its own");
}

pub(in crate::store) async fn a_change_is_told_with_it_and_an_erasure_too(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    load(&*store, "shop", &["SN-1"]).await;
    store.register(batch(None, vec![registration("r-1", &["SN-1"])]), 5).await.unwrap();
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    let record = store.records("shop".into(), vec!["r-1".into()]).await.unwrap().remove(0);
    let change = |version, serials: Option<&[&str]>| Change {
        merchant: "shop".into(),
        id: "r-1".into(),
        version,
        rules: RULES,
        customer_name: Some("Mara Berg".into()),
        customer_email: "mara@example.com".into(),
        product_name: None,
        purchase_date: None,
        fields: serde_json::Map::new(),
        serial_numbers: serials.map(|serials| serials.iter().map(|text| serial(text)).collect()),
        without_receipts: Vec::new(),
        receipts: Vec::new(),
    };
    assert!(matches!(store.change_registration(change(record.version, Some(&["SN-9"])), 6).await.unwrap(), Changing::Refused(_)));
    assert_eq!(store.change_registration(change(record.version + 7, None), 6).await.unwrap(), Changing::Overtaken);
    assert!(rows(&*store, None).await.is_empty(), "nothing is told of what did not happen");
    assert!(matches!(store.change_registration(change(record.version, None), 6).await.unwrap(), Changing::Changed(_)));
    assert!(store.erase_registration("shop".into(), "r-1".into(), 7).await.unwrap().is_some());
    assert_eq!(store.erase_registration("shop".into(), "r-1".into(), 8).await.unwrap(), None);
    let waiting = rows(&*store, None).await;
    let events: Vec<_> = waiting.iter().map(|row| Notice::read(&row.payload).unwrap().event).collect();
    assert_eq!(events, [WebhookEvent::Updated, WebhookEvent::Deleted]);
    assert!(waiting[0].seq < waiting[1].seq && waiting.iter().all(|row| !row.payload.contains("Mara")));
}

pub(in crate::store) async fn what_arrives_upstream_is_told_by_whoever_still_has_the_message(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    let message = super::outbox::message("m1");
    let none = crate::store::Outcome::default();
    assert_eq!(store.begin_forward(super::submit("shop", 1, 7), none, message, 1).await.unwrap(), None);
    let lane = || DueLane { kind: OutboxKind::Forward, merchant: "shop".into(), endpoint: String::new(), due: 1 };
    let lost = store.outbox_claim(lane(), 10, 20).await.unwrap().remove(0);
    let has = store.outbox_claim(lane(), 20, 30).await.unwrap().remove(0);
    let arrived = |id: &str| vec![Notice::of_forwarded(Some(id.into()), 20, serde_json::json!({ "type": "f", "customerName": "Mara" }))];
    let sending = |row: &OutboxRow, id| {
        let left = Left { payload: "the rest".into(), announced: arrived(id), mails: vec![super::mail::confirmation(id)] };
        store.outbox_sending(row.id.clone(), row.attempt, left, Sending { lease_until: 40, unsettled_until: 50 }, 21)
    };
    assert!(!sending(&lost, "up-0").await.unwrap() && sending(&has, "up-1").await.unwrap());
    let done = |row: &OutboxRow, id| OutboxChange {
        id: row.id.clone(),
        attempt: row.attempt,
        state: OutboxState::Done,
        payload: String::new(),
        next_at: 0,
        unsettled_until: None,
        last_error: None,
        submit: None,
        announced: arrived(id),
        mails: vec![super::mail::confirmation(id)],
    };
    assert!(!store.outbox_change(done(&lost, "up-0"), 22).await.unwrap() && store.outbox_change(done(&has, "up-2"), 22).await.unwrap());
    let waiting = rows(&*store, Some(OutboxState::Waiting)).await;
    let (mails, webhooks): (Vec<_>, Vec<_>) = waiting.into_iter().partition(|row| row.kind == OutboxKind::Mail);
    let expected = ["up-1", "up-2"].map(|id| ("e".to_owned(), WebhookEvent::Created, id.to_owned()));
    assert_eq!(told(&webhooks), expected);
    assert_eq!(mails.iter().map(|mail| mail.aggregate.as_str()).collect::<Vec<_>>(), ["up-1", "up-2"], "and so is the customer");
}

pub(in crate::store) async fn an_endpoint_is_kept_changed_and_taken_away(open: Open<'_>) {
    let store = open();
    for id in ["shop", "other"] {
        shop(&*store, id).await;
    }
    add(&*store, "shop", "e", &[WebhookEvent::Created, WebhookEvent::Deleted]).await;
    add(&*store, "other", "theirs", &WebhookEvent::ALL).await;
    assert_eq!(
        store.add_webhook(WebhookEndpoint { id: "e2".into(), ..endpoint("shop", "e", &[WebhookEvent::Created]) }).await.unwrap(),
        AddingEndpoint::Known
    );
    let same = endpoint("shop", "e", &[WebhookEvent::Created, WebhookEvent::Deleted]);
    assert_eq!(store.webhook("e".into()).await.unwrap(), Some(same.clone()));
    assert_eq!(store.webhooks(Some("shop".into())).await.unwrap(), [same]);
    assert_eq!(store.webhooks(None).await.unwrap().len(), 2);
    assert!(store.rotate_webhook_secret("e".into(), "another".into(), 99).await.unwrap());
    let changed = store.webhook("e".into()).await.unwrap().unwrap();
    assert_eq!((changed.secret_sealed.as_str(), changed.previous), ("another", Some(("sealed for e".to_owned(), 99))));
    assert_eq!(store.webhook_failed("e".into(), 10).await.unwrap(), Some(10));
    assert_eq!(store.webhook_failed("e".into(), 20).await.unwrap(), Some(10), "since the first");
    store.webhook_worked("e".into()).await.unwrap();
    assert_eq!(store.webhook_failed("e".into(), 30).await.unwrap(), Some(30));
    assert!(store.disable_webhook("e".into(), "gone".into(), 40).await.unwrap());
    assert!(!store.disable_webhook("e".into(), "once more".into(), 41).await.unwrap(), "told once");
    assert_eq!(store.webhook("e".into()).await.unwrap().unwrap().disabled, Some((40, "gone".to_owned())));
    assert!(store.enable_webhook("e".into()).await.unwrap());
    let enabled = store.webhook("e".into()).await.unwrap().unwrap();
    assert_eq!((enabled.disabled, enabled.failing_since), (None, None));
    announce(&*store, WebhookEvent::Created, "r-1", 50).await;
    let sending = claim(&*store, "e", 50).await.remove(0);
    assert!(store.remove_webhook("e".into(), 51).await.unwrap() && !store.remove_webhook("e".into(), 52).await.unwrap());
    assert!(rows(&*store, None).await.is_empty(), "what it was to be told is given up");
    assert!(!settle(&*store, &sending, OutboxState::Waiting, 53).await, "also by whoever is sending it");
    assert!(!store.enable_webhook("e".into()).await.unwrap());
    assert!(!store.rotate_webhook_secret("e".into(), "x".into(), 1).await.unwrap());
    assert_eq!(store.webhook_failed("e".into(), 1).await.unwrap(), None);
}

pub(in crate::store) async fn a_merchant_has_so_many_endpoints(open: Open<'_>) {
    let store = open();
    for id in ["shop", "other"] {
        shop(&*store, id).await;
    }
    for number in 0..limits::WEBHOOK_ENDPOINTS {
        add(&*store, "shop", &format!("e{number}"), &WebhookEvent::ALL).await;
    }
    assert_eq!(store.add_webhook(endpoint("shop", "one-more", &WebhookEvent::ALL)).await.unwrap(), AddingEndpoint::TooMany);
    add(&*store, "other", "theirs", &WebhookEvent::ALL).await;
}

pub(in crate::store) async fn of_many_endpoints_that_are_added_at_once_so_many_are(open: Open<'_>) {
    let (one, another) = (open(), open());
    for round in 0..3 {
        let merchant = format!("shop-{round}");
        shop(&*one, &merchant).await;
        let adds = (0..limits::WEBHOOK_ENDPOINTS + 8).map(|number| {
            let new = endpoint(&merchant, &format!("{merchant}-{number}"), &WebhookEvent::ALL);
            if number % 2 == 0 { one.add_webhook(new) } else { another.add_webhook(new) }
        });
        let added = join_all(adds).await.into_iter().filter(|adding| *adding.as_ref().unwrap() == AddingEndpoint::Added).count();
        assert_eq!(added, limits::WEBHOOK_ENDPOINTS);
    }
}

pub(in crate::store) async fn webhooks_are_sent_again_under_their_number(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    for (number, state) in [(1, OutboxState::Done), (2, OutboxState::Exhausted), (3, OutboxState::Done)] {
        announce(&*store, WebhookEvent::Created, &format!("r-{number}"), number).await;
        let row = claim(&*store, "e", number).await.remove(0);
        assert!(settle(&*store, &row, state, number).await);
    }
    let erased = Notice { carried: None, ..Notice::of_forwarded(Some("up-1".into()), 4, serde_json::json!({})) };
    store.announce("shop".into(), erased, 4).await.unwrap();
    let row = claim(&*store, "e", 4).await.remove(0);
    assert!(settle(&*store, &row, OutboxState::Done, 4).await);
    let count = store.webhook_counts().await.unwrap().remove(0);
    assert_eq!((count.endpoint.as_str(), count.waiting, count.failed), ("e", 0, 1));
    let replay = |which| store.replay_webhooks("e".into(), which, 500);
    assert_eq!(replay(Replay::Failed).await.unwrap(), 1);
    let again = claim(&*store, "e", 500).await;
    assert_eq!((told(&again)[0].2.as_str(), again.len()), ("r-2", 1));
    assert_eq!(replay(Replay::Since(2)).await.unwrap(), 1, "not what is being sent, nor that of which nothing is left");
    assert_eq!(told(&claim(&*store, "e", 500).await)[0].2, "r-3");
    let first = rows(&*store, Some(OutboxState::Done)).await.iter().find(|row| row.payload.contains("r-1")).unwrap().id.clone();
    assert_eq!(store.replay_webhooks("another".into(), Replay::One(first.clone()), 500).await.unwrap(), 0);
    assert_eq!(replay(Replay::One(first.clone())).await.unwrap(), 1);
    assert_eq!(claim(&*store, "e", 500).await[0].id, first);
}

pub(in crate::store) async fn what_is_sent_again_keeps_its_order_about_one_registration(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    for (event, at) in [(WebhookEvent::Created, 1), (WebhookEvent::Updated, 2)] {
        announce(&*store, event, "r-1", at).await;
        let row = claim(&*store, "e", at).await.remove(0);
        assert!(settle(&*store, &row, OutboxState::Done, at).await);
    }
    assert_eq!(store.replay_webhooks("e".into(), Replay::Since(0), 500).await.unwrap(), 2);
    for event in [WebhookEvent::Created, WebhookEvent::Updated] {
        let rows = claim(&*store, "e", 500).await;
        assert_eq!((rows.len(), Notice::read(&rows[0].payload).unwrap().event), (1, event), "one after the other");
        assert!(settle(&*store, &rows[0], OutboxState::Done, 500).await);
    }
}

pub(in crate::store) async fn what_was_given_up_is_kept_for_a_month(open: Open<'_>) {
    let store = open();
    shop(&*store, "shop").await;
    add(&*store, "shop", "e", &WebhookEvent::ALL).await;
    announce(&*store, WebhookEvent::Created, "r-1", 1).await;
    let row = claim(&*store, "e", 1).await.remove(0);
    assert!(settle(&*store, &row, OutboxState::Exhausted, 1).await);
    store.sweep(0, 1 + limits::WEBHOOK_KEPT_MILLIS).await.unwrap();
    assert_eq!(rows(&*store, Some(OutboxState::Exhausted)).await.len(), 1);
    store.sweep(0, 2 + limits::WEBHOOK_KEPT_MILLIS).await.unwrap();
    assert!(rows(&*store, Some(OutboxState::Exhausted)).await.is_empty());
}
