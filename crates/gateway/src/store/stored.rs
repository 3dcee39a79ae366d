//! The store on whatever database: each promise of [`Store`] as a job.

use regcard_protocol::serial_number::SerialNumber;

use super::engine::Engine;
use super::sql::{keys, merchants, registrations, serials, submits, uploads};
use super::{
    AccessKey, Answer, Key, Merchant, MerchantSettings, NewBatch, NewSerial, NewSubmit, NewUpload, Outcome, Page, Query, Record,
    Registering, Serial, Store, Submit, SubmitKey, SubmitState, Upload,
};
use crate::origin::Origin;
use crate::serial_fold::Folded;

impl<E: Engine> Store for E {
    fn put_merchant(&self, settings: MerchantSettings, now: i64) -> Answer<'_, ()> {
        self.write(move |sql| merchants::put(sql, &settings, now))
    }

    fn merchants(&self) -> Answer<'_, Vec<Merchant>> {
        self.read(|sql| merchants::all(sql))
    }

    fn merchant(&self, id: String) -> Answer<'_, Option<Merchant>> {
        self.read(move |sql| merchants::by_id(sql, &id))
    }

    fn merchant_of_key(&self, key: String) -> Answer<'_, Option<Merchant>> {
        self.read(move |sql| keys::merchant(sql, &key))
    }

    fn add_key(&self, key: Key, now: i64) -> Answer<'_, ()> {
        self.write(move |sql| keys::add(sql, &key, now))
    }

    fn keys(&self, merchant: String) -> Answer<'_, Vec<Key>> {
        self.read(move |sql| keys::of_merchant(sql, &merchant))
    }

    fn access_key(&self, id: String) -> Answer<'_, Option<AccessKey>> {
        self.read(move |sql| keys::access(sql, &id))
    }

    fn origin_known(&self, origin: Origin) -> Answer<'_, bool> {
        self.read(move |sql| merchants::origin_known(sql, &origin))
    }

    fn add_upload_origin(&self, merchant: String, origin: Origin) -> Answer<'_, ()> {
        self.write(move |sql| merchants::add_upload_origin(sql, &merchant, &origin))
    }

    fn put_serials(&self, merchant: String, new: Vec<NewSerial>, now: i64) -> Answer<'_, Vec<Serial>> {
        self.write(move |sql| serials::put(sql, &merchant, &new, now))
    }

    fn serial(&self, merchant: String, serial: Folded) -> Answer<'_, Option<Serial>> {
        self.read(move |sql| serials::find(sql, &merchant, &serial))
    }

    fn alike(&self, merchant: String, looks: Vec<String>, limit: usize) -> Answer<'_, Vec<SerialNumber>> {
        self.read(move |sql| serials::alike(sql, &merchant, &looks, limit))
    }

    fn register(&self, batch: NewBatch, now: i64) -> Answer<'_, Registering> {
        self.change(move |sql| registrations::register(sql, &batch, now))
    }

    fn records(&self, merchant: String, ids: Vec<String>) -> Answer<'_, Vec<Record>> {
        self.read(move |sql| registrations::by_ids(sql, &merchant, &ids))
    }

    fn registrations(&self, query: Query) -> Answer<'_, Page> {
        self.read(move |sql| registrations::page(sql, &query))
    }

    fn submit(&self, key: SubmitKey) -> Answer<'_, Option<Submit>> {
        self.read(move |sql| submits::find(sql, &key))
    }

    fn submits_of_key(&self, hash: [u8; 32]) -> Answer<'_, Vec<(String, Submit)>> {
        self.read(move |sql| submits::of_key(sql, &hash))
    }

    fn begin_submit(&self, submit: NewSubmit, now: i64) -> Answer<'_, Option<Submit>> {
        self.write(move |sql| submits::begin(sql, &submit, SubmitState::Sending, &Outcome::default(), now))
    }

    fn settle_submit(&self, key: SubmitKey, state: SubmitState, outcome: Outcome) -> Answer<'_, ()> {
        self.write(move |sql| submits::settle(sql, &key, state, &outcome))
    }

    fn free_submit(&self, key: SubmitKey) -> Answer<'_, ()> {
        self.write(move |sql| submits::free(sql, &key))
    }

    fn lose_track_of_submits(&self) -> Answer<'_, u64> {
        self.write(|sql| submits::lose_track(sql))
    }

    fn add_upload(&self, upload: NewUpload, now: i64) -> Answer<'_, ()> {
        self.write(move |sql| uploads::add(sql, &upload, now))
    }

    fn upload(&self, id: String) -> Answer<'_, Option<Upload>> {
        self.read(move |sql| uploads::by_id(sql, &id))
    }

    fn receipt(&self, receipt: String) -> Answer<'_, Option<Upload>> {
        self.read(move |sql| uploads::by_receipt(sql, &receipt))
    }

    fn upload_stored(&self, id: String, hash: [u8; 32]) -> Answer<'_, bool> {
        self.write(move |sql| uploads::stored(sql, &id, &hash))
    }

    fn sweep(&self, uploads_before: i64, now: i64) -> Answer<'_, Vec<String>> {
        self.write(move |sql| {
            submits::forget(sql, now)?;
            uploads::sweep(sql, uploads_before)
        })
    }
}
