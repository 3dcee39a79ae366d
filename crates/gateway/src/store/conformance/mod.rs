//! Stories every store has to live up to. A store lists itself with [`conformance`] and each of them becomes its test.
//!
//! A story opens the store itself, and again where something has to outlive a restart: each opening is the same place.

mod changes;
mod files;
mod lists;
pub(super) mod mail;
mod merchants;
pub(super) mod outbox;
mod serial_numbers;
pub(super) mod several;
mod submits;
mod time;
pub(super) mod webhooks;

use std::sync::Arc;

use regcard_protocol::serial_number::SerialNumber;
use serde_json::{Map, json};

use super::{
    FileReference, Interface, MerchantSettings, NewBatch, NewReceipts, NewRegistration, NewSerial, NewSubmit, NewUpload, Query,
    SerialRules, Store, Stored, SubmitKey,
};

pub(super) use changes::*;
pub(super) use files::*;
pub(super) use lists::*;
pub(super) use merchants::*;
pub(super) use serial_numbers::*;
pub(super) use submits::*;
pub(super) use time::*;

/// Opens the place that the story is about.
pub(super) type Open<'a> = &'a (dyn Fn() -> Arc<dyn Store> + Sync);

/// A test for each story, on whatever `$place` makes: a place and what opens it.
macro_rules! conformance {
    ($place:path) => {
        $crate::store::conformance::conformance!($place =>
            a_merchant_keeps_what_is_not_given_anew,
            each_key_opens_what_it_is_for,
            what_another_process_changes_is_seen,
            a_serial_number_is_found_however_it_is_written,
            what_looks_alike_is_suggested,
            registrations_are_stored_all_or_none,
            the_same_key_is_one_submit,
            a_refused_submit_leaves_its_key_free,
            of_many_who_want_one_serial_number_one_gets_it,
            a_number_that_is_not_one_time_has_many_owners,
            of_many_forms_that_want_one_serial_number_one_time_is_kept,
            a_file_is_stored_once_and_tied_to_its_session,
            the_files_of_a_field_keep_their_order,
            registrations_are_read_the_newest_first,
            mail::a_receipt_is_added_once_to_whose_it_is,
            mail::a_number_leads_to_its_owner_or_to_the_newest,
            mail::a_registration_is_confirmed_so_often_and_no_more,
            mail::of_many_who_ask_at_once_for_one_confirmation_three_get_it,
            mail::a_mail_that_was_not_sent_is_kept_for_a_month,
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
            webhooks::of_many_endpoints_that_are_added_at_once_so_many_are,
            webhooks::webhooks_are_sent_again_under_their_number,
            webhooks::what_is_sent_again_keeps_its_order_about_one_registration,
            webhooks::what_was_given_up_is_kept_for_a_month,
            what_is_out_of_date_is_swept_away,
            what_is_to_be_erased_is_not_forgotten_before_it_is_erased,
            a_file_that_is_named_before_it_comes_is_waited_for,
            what_was_answered_is_there_after_a_restart,
            a_key_ends_when_it_is_told_to,
            a_change_is_made_to_what_was_read_or_not_at_all,
            a_changed_serial_number_comes_free,
            files_that_no_registration_names_any_more_are_told,
            a_file_that_several_name_goes_with_the_last_of_them_also_at_the_same_time,
            what_is_erased_is_gone_and_its_numbers_are_free,
            a_random_number_is_one_that_nobody_has,
            long_lists_are_read_piece_by_piece,
            several::a_budget_is_counted_to_the_last_and_begins_anew,
            several::budgets_are_spent_in_turn_until_one_has_none_left,
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
