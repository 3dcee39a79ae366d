//! Endpoints of merchants, and the rows of the outbox that tell them.

use std::collections::BTreeMap;

use super::super::StoreError;
use super::super::engine::{Row, Sql, values};
use super::super::outbox::{NewOutbox, OutboxKind};
use super::super::webhooks::{AddingEndpoint, Notice, Replay, WebhookCount, WebhookEndpoint, WebhookEvent};
use super::outbox;
use crate::clock;
use crate::limits;

/// Adds a row for each of the merchant's endpoints that wants to know. Called within the transaction of what has happened, so that
/// there is neither one without the other.
pub(in crate::store) fn announce(sql: &mut dyn Sql, merchant: &str, notice: &Notice, now: i64) -> Result<(), StoreError> {
    let rows = sql.rows(
        "SELECT id, events FROM webhook_endpoints WHERE merchant_id = ?1 AND disabled_at IS NULL ORDER BY created_at, id",
        values![merchant],
    )?;
    for row in rows {
        if events(&row.text(1)?)?.contains(&notice.event) {
            let id = clock::id_at(now);
            let endpoint = row.text(0)?;
            // What has no number is about nothing else.
            let aggregate = notice.registration.clone().unwrap_or_else(|| id.clone());
            let seq = behind(sql, merchant, &endpoint, &aggregate, now)?;
            let payload = notice.written();
            let merchant = merchant.to_owned();
            let new = NewOutbox { id, merchant, kind: OutboxKind::Webhook, endpoint, aggregate, seq, payload, next_at: now, sending: None };
            outbox::add(sql, &new, now)?;
        }
    }
    Ok(())
}

/// The place behind everything about the same registration: by the time, so that it holds among what has been sent and is replayed, and behind
/// what waits, whatever the clock says. Whoever changes that has its row, so nobody else is at it.
fn behind(sql: &mut dyn Sql, merchant: &str, endpoint: &str, aggregate: &str, now: i64) -> Result<i64, StoreError> {
    let last = sql.row(
        "SELECT coalesce(max(seq), 0) FROM outbox
         WHERE aggregate = ?1 AND state = 'waiting' AND kind = 'webhook' AND endpoint = ?2 AND merchant_id = ?3",
        values![aggregate, endpoint, merchant],
    )?;
    Ok(now.max(last.map_or(Ok(0), |row| row.int(0))? + 1))
}

pub(in crate::store) fn add(sql: &mut dyn Sql, new: &WebhookEndpoint) -> Result<AddingEndpoint, StoreError> {
    let events: Vec<&str> = new.events.iter().map(|event| event.word()).collect();
    // Of two who add at once the second waits here for the first, and counts what that has added.
    sql.execute("UPDATE merchants SET name = name WHERE id = ?1", values![&new.merchant])?;
    let added = sql.execute(
        "INSERT INTO webhook_endpoints (id, merchant_id, url, events, secret_sealed, created_at)
         SELECT ?1, ?2, ?3, ?4, ?5, ?6 WHERE (SELECT count(*) FROM webhook_endpoints WHERE merchant_id = ?2) < ?7
         ON CONFLICT (merchant_id, url) DO NOTHING",
        values![&new.id, &new.merchant, &new.url, events.join(","), &new.secret_sealed, new.created_at, limits::WEBHOOK_ENDPOINTS],
    )?;
    if added == 1 {
        return Ok(AddingEndpoint::Added);
    }
    let known = sql.any("SELECT id FROM webhook_endpoints WHERE merchant_id = ?1 AND url = ?2", values![&new.merchant, &new.url])?;
    Ok(if known { AddingEndpoint::Known } else { AddingEndpoint::TooMany })
}

pub(in crate::store) fn all(sql: &mut dyn Sql, merchant: Option<&str>) -> Result<Vec<WebhookEndpoint>, StoreError> {
    let rows = sql.rows(
        "SELECT id, merchant_id, url, events, secret_sealed, previous_sealed, previous_until, disabled_at, disabled_why, failing_since, created_at
         FROM webhook_endpoints WHERE ?1 = '' OR merchant_id = ?1 ORDER BY merchant_id, created_at, id",
        values![merchant.unwrap_or_default()],
    )?;
    rows.iter().map(read).collect()
}

pub(in crate::store) fn by_id(sql: &mut dyn Sql, id: &str) -> Result<Option<WebhookEndpoint>, StoreError> {
    let found = sql.row(
        "SELECT id, merchant_id, url, events, secret_sealed, previous_sealed, previous_until, disabled_at, disabled_why, failing_since, created_at
         FROM webhook_endpoints WHERE id = ?1",
        values![id],
    )?;
    found.map(|row| read(&row)).transpose()
}

/// Takes an endpoint away, and gives up what it was to be told. An attempt that is on its way changes nothing any more.
pub(in crate::store) fn remove(sql: &mut dyn Sql, id: &str, now: i64) -> Result<bool, StoreError> {
    sql.execute(
        "UPDATE outbox SET state = 'discarded', payload = '', lease_until = 0, changed_at = ?2, attempt = attempt + 1
         WHERE kind = 'webhook' AND endpoint = ?1 AND state NOT IN ('done', 'discarded')",
        values![id, now],
    )?;
    Ok(sql.execute("DELETE FROM webhook_endpoints WHERE id = ?1", values![id])? == 1)
}

/// From now on this secret signs; the one before signs as well until then.
pub(in crate::store) fn rotate(sql: &mut dyn Sql, id: &str, sealed: &str, until: i64) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE webhook_endpoints SET previous_sealed = secret_sealed, previous_until = ?3, secret_sealed = ?2 WHERE id = ?1",
        values![id, sealed, until],
    )?;
    Ok(changed == 1)
}

/// Notes that an attempt failed. Since when none has succeeded.
pub(in crate::store) fn failed(sql: &mut dyn Sql, id: &str, now: i64) -> Result<Option<i64>, StoreError> {
    sql.execute("UPDATE webhook_endpoints SET failing_since = ?2 WHERE id = ?1 AND failing_since IS NULL", values![id, now])?;
    let since = sql.row("SELECT failing_since FROM webhook_endpoints WHERE id = ?1", values![id])?;
    since.map_or(Ok(None), |row| row.maybe_int(0))
}

pub(in crate::store) fn worked(sql: &mut dyn Sql, id: &str) -> Result<(), StoreError> {
    sql.execute("UPDATE webhook_endpoints SET failing_since = NULL WHERE id = ?1 AND failing_since IS NOT NULL", values![id])?;
    Ok(())
}

/// Nothing is sent there any more. False if that was so before.
pub(in crate::store) fn disable(sql: &mut dyn Sql, id: &str, why: &str, now: i64) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE webhook_endpoints SET disabled_at = ?3, disabled_why = ?2 WHERE id = ?1 AND disabled_at IS NULL",
        values![id, why, now],
    )?;
    Ok(changed == 1)
}

pub(in crate::store) fn enable(sql: &mut dyn Sql, id: &str) -> Result<bool, StoreError> {
    let changed = sql
        .execute("UPDATE webhook_endpoints SET disabled_at = NULL, disabled_why = NULL, failing_since = NULL WHERE id = ?1", values![id])?;
    Ok(changed == 1)
}

/// Takes up messages again, with a schedule of their own. What is being sent is left alone, and so is that of which nothing is left.
pub(in crate::store) fn replay(sql: &mut dyn Sql, endpoint: &str, which: &Replay, now: i64) -> Result<u64, StoreError> {
    let (state, since, one) = match which {
        Replay::Failed => ("exhausted", 0, ""),
        Replay::Since(since) => ("", *since, ""),
        Replay::One(id) => ("", 0, id.as_str()),
    };
    let rows = sql.rows(
        "SELECT id, payload, attempt FROM outbox WHERE kind = 'webhook' AND endpoint = ?1 AND lease_until <= ?5 AND state <> 'discarded'
             AND (?2 = '' OR state = ?2) AND created_at >= ?3 AND (?4 = '' OR id = ?4)
         ORDER BY id",
        values![endpoint, state, since, one, now],
    )?;
    let mut taken_up = 0;
    for row in rows {
        let notice = Notice::read(&row.text(1)?).filter(Notice::can_be_sent);
        if let Some(notice) = notice {
            let again = Notice { tries: 0, ..notice };
            taken_up += sql.execute(
                "UPDATE outbox SET state = 'waiting', payload = ?3, next_at = ?4, lease_until = 0, changed_at = ?4, attempt = attempt + 1
                 WHERE id = ?1 AND attempt = ?2 AND lease_until <= ?4",
                values![row.text(0)?, row.int(2)?, again.written(), now],
            )?;
        }
    }
    Ok(taken_up)
}

pub(in crate::store) fn counts(sql: &mut dyn Sql) -> Result<Vec<WebhookCount>, StoreError> {
    let rows = sql.rows(
        "SELECT endpoint, state, count(*) FROM outbox WHERE kind = 'webhook' AND state IN ('waiting', 'exhausted') GROUP BY endpoint, state",
        &[],
    )?;
    let mut all: BTreeMap<String, WebhookCount> = BTreeMap::new();
    for row in rows {
        let endpoint = row.text(0)?;
        let count = all.entry(endpoint.clone()).or_insert_with(|| WebhookCount { endpoint, ..WebhookCount::default() });
        if row.text(1)? == "waiting" {
            count.waiting = row.count(2)?;
        } else {
            count.failed = row.count(2)?;
        }
    }
    Ok(all.into_values().collect())
}

/// Forgets what was given up, as [`outbox::forget`] forgets what was received.
pub(in crate::store) fn forget(sql: &mut dyn Sql, before: i64) -> Result<(), StoreError> {
    sql.execute("DELETE FROM outbox WHERE kind = 'webhook' AND state = 'exhausted' AND changed_at < ?1", values![before])?;
    Ok(())
}

fn read(row: &Row) -> Result<WebhookEndpoint, StoreError> {
    Ok(WebhookEndpoint {
        id: row.text(0)?,
        merchant: row.text(1)?,
        url: row.text(2)?,
        events: events(&row.text(3)?)?,
        secret_sealed: row.text(4)?,
        previous: row.maybe_text(5)?.zip(row.maybe_int(6)?),
        disabled: row.maybe_int(7)?.zip(row.maybe_text(8)?),
        failing_since: row.maybe_int(9)?,
        created_at: row.int(10)?,
    })
}

fn events(text: &str) -> Result<Vec<WebhookEvent>, StoreError> {
    text.split(',').map(|word| WebhookEvent::parse(word).ok_or(StoreError::Content("an event"))).collect()
}
