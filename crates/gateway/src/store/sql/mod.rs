//! Every statement, once for every database. Who may ask is decided before; what a database is like is not known here.

pub(super) mod changes;
pub(super) mod directory;
pub(super) mod erasures;
pub(super) mod keys;
pub(super) mod merchants;
pub(super) mod outbox;
pub(super) mod records;
pub(super) mod registrations;
pub(super) mod serials;
pub(super) mod several;
pub(super) mod submits;
pub(super) mod uploads;
pub(super) mod webhooks;
