//! The store on whatever database: each promise of [`Store`] as a job.

use super::directory;
use super::engine::Engine;
use super::sql::{changes, erasures, keys, merchants, outbox, records, registrations, serials, several, submits, uploads, webhooks};
use super::{
    AccessKey, AddingEndpoint, Answer, Change, Changing, Checked, Counted, DueLane, Erasure, InTurn, KeptKey, Key, LateReceipt, Left,
    LoadedSerial, Merchant, MerchantSettings, NewBatch, NewOutbox, NewSerial, NewSubmit, NewUpload, Notice, Once, OutboxChange,
    OutboxCount, OutboxQuery, OutboxRow, Outcome, Page, Query, Record, Registering, Replay, Sending, Serial, Spent, Store, Stored, Submit,
    SubmitKey, SubmitState, Takes, Upload, Upstream, WebhookCount, WebhookEndpoint,
};
use crate::limits;
use crate::origin::Origin;
use crate::serial_fold::Folded;

impl<E: Engine> Store for E {
    fn probe(&self) -> Answer<'_, ()> {
        self.write(merchants::touch)
    }

    fn put_merchant(&self, settings: MerchantSettings, now: i64) -> Answer<'_, ()> {
        self.write_directory(move |sql| merchants::put(sql, &settings, now))
    }

    fn notify(&self, merchant: String, address: Option<String>) -> Answer<'_, bool> {
        self.write_directory(move |sql| merchants::notify(sql, &merchant, &address))
    }

    fn merchants(&self) -> Answer<'_, Vec<Merchant>> {
        self.read(|sql| merchants::all(sql))
    }

    fn merchant(&self, id: String) -> Answer<'_, Option<Merchant>> {
        self.read(move |sql| merchants::by_id(sql, &id))
    }

    fn merchant_of_key(&self, key: String, now: i64) -> Answer<'_, Option<Merchant>> {
        Box::pin(directory::find(self, move |known| known.merchant_of_key(&key, now)))
    }

    fn add_key(&self, key: Key, now: i64) -> Answer<'_, ()> {
        self.write_directory(move |sql| keys::add(sql, &key, now))
    }

    fn keys(&self, merchant: String) -> Answer<'_, Vec<KeptKey>> {
        self.read(move |sql| keys::of_merchant(sql, &merchant))
    }

    fn key(&self, id: String) -> Answer<'_, Option<KeptKey>> {
        self.read(move |sql| keys::by_id(sql, &id))
    }

    fn end_key(&self, id: String, at: i64) -> Answer<'_, ()> {
        self.write_directory(move |sql| keys::end(sql, &id, at))
    }

    fn access_key(&self, id: String, now: i64) -> Answer<'_, Option<AccessKey>> {
        Box::pin(directory::find(self, move |known| known.access_key(&id, now)))
    }

    fn origin_known(&self, origin: Origin) -> Answer<'_, bool> {
        Box::pin(async move { Ok(directory::find(self, |known| known.knows(&origin).then_some(())).await?.is_some()) })
    }

    fn add_upload_origin(&self, merchant: String, origin: Origin) -> Answer<'_, ()> {
        self.write_directory(move |sql| merchants::add_upload_origin(sql, &merchant, &origin))
    }

    fn put_serials(&self, merchant: String, new: Vec<NewSerial>, now: i64) -> Answer<'_, Vec<Serial>> {
        self.write(move |sql| serials::put(sql, &merchant, &new, now))
    }

    fn load_serials(&self, merchant: String, new: Vec<LoadedSerial>, now: i64) -> Answer<'_, ()> {
        self.load(move |sql| serials::load(sql, &merchant, &new, now))
    }

    fn serials(&self, merchant: String, after: String, limit: usize) -> Answer<'_, Vec<Serial>> {
        self.read(move |sql| serials::after(sql, &merchant, &after, limit))
    }

    fn free_serial(&self, merchant: String, lot: i64) -> Answer<'_, Option<Serial>> {
        self.read(move |sql| serials::free(sql, &merchant, lot))
    }

    fn serial(&self, merchant: String, serial: Folded) -> Answer<'_, Option<Serial>> {
        self.read(move |sql| serials::find(sql, &merchant, &serial))
    }

    fn check_serial(&self, merchant: String, serial: Folded, few: usize) -> Answer<'_, Checked> {
        self.read(move |sql| serials::checked(sql, &merchant, &serial, few))
    }

    fn register(&self, batch: NewBatch, now: i64) -> Answer<'_, Registering> {
        self.change(move |sql| registrations::register(sql, &batch, now))
    }

    fn records(&self, merchant: String, ids: Vec<String>) -> Answer<'_, Vec<Record>> {
        self.read(move |sql| records::by_ids(sql, &merchant, &ids))
    }

    fn change_registration(&self, change: Change, now: i64) -> Answer<'_, Changing> {
        self.change(move |sql| changes::change(sql, &change, now))
    }

    fn erase_registration(&self, merchant: String, id: String, now: i64) -> Answer<'_, Option<Vec<Erasure>>> {
        self.change(move |sql| changes::erase(sql, &merchant, &id, now))
    }

    fn registration_owner(&self, id: String) -> Answer<'_, Option<String>> {
        self.read(move |sql| changes::owner(sql, &id))
    }

    fn registrations_after(&self, merchant: String, after: (i64, String), limit: usize) -> Answer<'_, Vec<Record>> {
        self.read(move |sql| records::after(sql, &merchant, &after, limit))
    }

    fn registrations(&self, query: Query) -> Answer<'_, Page> {
        self.read(move |sql| records::page(sql, &query))
    }

    fn submit(&self, key: SubmitKey) -> Answer<'_, Option<Submit>> {
        self.read(move |sql| submits::find(sql, &key))
    }

    fn submits_of_key(&self, hash: [u8; 32]) -> Answer<'_, Vec<(String, Submit)>> {
        self.read(move |sql| submits::of_key(sql, &hash))
    }

    fn add_receipt(&self, late: LateReceipt, now: i64) -> Answer<'_, bool> {
        self.change(move |sql| registrations::add_late_receipt(sql, &late, now))
    }

    fn registration_of_serial(&self, merchant: String, serial: Folded) -> Answer<'_, Option<String>> {
        self.read(move |sql| registrations::of_serial(sql, &merchant, &serial))
    }

    fn add_mail(&self, mail: NewOutbox, most: u64, since: i64, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| outbox::add_mail(sql, &mail, most, since, now))
    }

    fn note_submit(&self, submit: NewSubmit, state: SubmitState, outcome: Outcome, now: i64, until: i64) -> Answer<'_, Option<Submit>> {
        self.write(move |sql| submits::note(sql, &submit, state, &outcome, now, until))
    }

    fn begin_forward(&self, submit: NewSubmit, outcome: Outcome, row: NewOutbox, now: i64) -> Answer<'_, Option<Submit>> {
        self.write(move |sql| outbox::begin(sql, &submit, &outcome, &row, now))
    }

    fn hold_upstream(&self, merchant: String, upstream: Upstream, until: i64) -> Answer<'_, bool> {
        self.write_directory(move |sql| merchants::hold(sql, &merchant, &upstream, until))
    }

    fn try_held_upstream(&self, merchant: String, was: i64, until: i64) -> Answer<'_, bool> {
        self.write_directory(move |sql| merchants::try_held(sql, &merchant, was, until))
    }

    fn outbox_due(&self, now: i64) -> Answer<'_, Vec<DueLane>> {
        self.read(move |sql| outbox::due(sql, now))
    }

    fn outbox_claim(&self, lane: DueLane, now: i64, lease_until: i64) -> Answer<'_, Vec<OutboxRow>> {
        self.write(move |sql| outbox::claim(sql, &lane, now, lease_until))
    }

    fn outbox_sending(&self, id: String, attempt: u32, left: Left, sending: Sending, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| outbox::sending(sql, &id, attempt, &left, sending, now))
    }

    fn outbox_change(&self, change: OutboxChange, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| outbox::change(sql, &change, now))
    }

    fn outbox_row(&self, id: String) -> Answer<'_, Option<OutboxRow>> {
        self.read(move |sql| outbox::row(sql, &id))
    }

    fn outbox_list(&self, query: OutboxQuery) -> Answer<'_, Vec<OutboxRow>> {
        self.read(move |sql| outbox::list(sql, &query))
    }

    fn outbox_retry(&self, id: String, afresh: bool, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| outbox::retry(sql, &id, afresh, now))
    }

    fn outbox_discard(&self, id: String, submit: Option<(SubmitKey, SubmitState, Outcome)>, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| outbox::discard(sql, &id, submit.as_ref(), now))
    }

    fn outbox_counts(&self) -> Answer<'_, Vec<OutboxCount>> {
        self.read(|sql| outbox::counts(sql))
    }

    fn add_webhook(&self, new: WebhookEndpoint) -> Answer<'_, AddingEndpoint> {
        self.write(move |sql| webhooks::add(sql, &new))
    }

    fn webhooks(&self, merchant: Option<String>) -> Answer<'_, Vec<WebhookEndpoint>> {
        self.read(move |sql| webhooks::all(sql, merchant.as_deref()))
    }

    fn webhook(&self, id: String) -> Answer<'_, Option<WebhookEndpoint>> {
        self.read(move |sql| webhooks::by_id(sql, &id))
    }

    fn remove_webhook(&self, id: String, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| webhooks::remove(sql, &id, now))
    }

    fn rotate_webhook_secret(&self, id: String, sealed: String, until: i64) -> Answer<'_, bool> {
        self.write(move |sql| webhooks::rotate(sql, &id, &sealed, until))
    }

    fn webhook_worked(&self, id: String) -> Answer<'_, ()> {
        self.write(move |sql| webhooks::worked(sql, &id))
    }

    fn webhook_failed(&self, id: String, now: i64) -> Answer<'_, Option<i64>> {
        self.write(move |sql| webhooks::failed(sql, &id, now))
    }

    fn disable_webhook(&self, id: String, why: String, now: i64) -> Answer<'_, bool> {
        self.write(move |sql| webhooks::disable(sql, &id, &why, now))
    }

    fn enable_webhook(&self, id: String) -> Answer<'_, bool> {
        self.write(move |sql| webhooks::enable(sql, &id))
    }

    fn replay_webhooks(&self, endpoint: String, which: Replay, now: i64) -> Answer<'_, u64> {
        self.write(move |sql| webhooks::replay(sql, &endpoint, &which, now))
    }

    fn announce(&self, merchant: String, notice: Notice, now: i64) -> Answer<'_, ()> {
        self.write(move |sql| webhooks::announce(sql, &merchant, &notice, now))
    }

    fn webhook_counts(&self) -> Answer<'_, Vec<WebhookCount>> {
        self.read(|sql| webhooks::counts(sql))
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

    fn upload_stored(&self, id: String, stored: Stored) -> Answer<'_, bool> {
        self.write(move |sql| uploads::stored(sql, &id, &stored))
    }

    fn spend_each(&self, of: Vec<(Counted, Takes)>, now: i64) -> Answer<'_, InTurn> {
        self.write(move |sql| several::spend_each(sql, &of, now))
    }

    fn spend_once(&self, once: Counted, of: Vec<Counted>, now: i64) -> Answer<'_, Once> {
        self.change(move |sql| several::spend_once(sql, &once, &of, now))
    }

    fn spent(&self, name: [u8; 32]) -> Answer<'_, Option<Spent>> {
        self.read(move |sql| several::spent(sql, &name))
    }

    fn file_assets(&self, assets: Vec<(String, Vec<u8>)>, now: i64, before: i64) -> Answer<'_, ()> {
        self.write(move |sql| {
            assets.iter().try_for_each(|(name, bytes)| several::file_asset(sql, name, bytes, now))?;
            several::forget_assets(sql, before)
        })
    }

    fn asset(&self, name: String) -> Answer<'_, Option<Vec<u8>>> {
        self.read(move |sql| several::asset(sql, &name))
    }

    fn named_before_they_came(&self, since: i64) -> Answer<'_, Vec<Upload>> {
        self.read(move |sql| uploads::named_before_they_came(sql, since))
    }

    fn erased(&self, receipts: Vec<String>) -> Answer<'_, ()> {
        self.write(move |sql| erasures::done(sql, &receipts))
    }

    fn sweep(&self, uploads_before: i64, now: i64) -> Answer<'_, Vec<Erasure>> {
        self.write(move |sql| {
            submits::forget(sql, now)?;
            several::forget_budgets(sql, now / 1_000)?;
            outbox::forget(sql, now - limits::OUTBOX_KEPT_MILLIS)?;
            outbox::forget_mails(sql, now - limits::MAIL_KEPT_MILLIS)?;
            webhooks::forget(sql, now - limits::WEBHOOK_KEPT_MILLIS)?;
            uploads::sweep(sql, uploads_before)?;
            erasures::next(sql)
        })
    }
}
