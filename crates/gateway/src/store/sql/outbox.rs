//! The outbox: rows are claimed with a lease, and changed only by the attempt that claimed them last.

use super::super::engine::{Row, Sql, values};
use super::super::outbox::{DueLane, Left, NewOutbox, OutboxChange, OutboxCount, OutboxKind, OutboxQuery, OutboxRow, OutboxState, Sending};
use super::super::webhooks::Notice;
use super::super::{NewSubmit, Outcome, StoreError, Submit, SubmitKey, SubmitState};
use super::{submits, webhooks};

pub(in crate::store) fn add(sql: &mut dyn Sql, new: &NewOutbox, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO outbox (id, merchant_id, kind, endpoint, aggregate, seq, payload, attempt, next_at, lease_until, unsettled_until, state, created_at, changed_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, 'waiting', ?12, ?12)",
        values![
            &new.id,
            &new.merchant,
            new.kind.word(),
            &new.endpoint,
            &new.aggregate,
            new.seq,
            &new.payload,
            // Whoever adds it and sends it at once is at the first attempt.
            i64::from(new.sending.is_some()),
            new.next_at,
            new.sending.map_or(0, |sending| sending.lease_until),
            new.sending.map(|sending| sending.unsettled_until),
            now
        ],
    )?;
    Ok(())
}

/// Adds a mail, unless there were too many about the same registration, or that is gone. Mails to the merchant do not count.
pub(in crate::store) fn add_mail(sql: &mut dyn Sql, mail: &NewOutbox, most: u64, since: i64, now: i64) -> Result<bool, StoreError> {
    // Of two at once the second waits here for the first, and counts what that has added.
    let there = sql.execute(
        "UPDATE registrations SET version = version WHERE merchant_id = ?1 AND id = ?2",
        values![&mail.merchant, &mail.aggregate],
    )?;
    if there == 0 {
        return Ok(false);
    }
    let counted = sql.row(
        "SELECT count(*) FROM outbox WHERE aggregate = ?1 AND merchant_id = ?2 AND kind = 'mail' AND endpoint = '' AND created_at > ?3",
        values![&mail.aggregate, &mail.merchant, since],
    )?;
    let room = counted.map_or(Ok(0), |row| row.count(0))? < most;
    if room {
        add(sql, mail, now)?;
    }
    Ok(room)
}

/// Notes a submit that goes to an upstream, with the row that sends it. `None` if it is new; else the one that has this key.
pub(in crate::store) fn begin(
    sql: &mut dyn Sql,
    submit: &NewSubmit,
    outcome: &Outcome,
    row: &NewOutbox,
    now: i64,
) -> Result<Option<Submit>, StoreError> {
    let state = if row.sending.is_some() { SubmitState::Sending } else { SubmitState::Queued };
    let earlier = submits::begin(sql, submit, state, outcome, now)?;
    if earlier.is_none() {
        add(sql, row, now)?;
    }
    Ok(earlier)
}

/// Who has rows that are due. None whose lease has not run out, and none that stand behind another one about the same thing.
pub(in crate::store) fn due(sql: &mut dyn Sql, now: i64) -> Result<Vec<DueLane>, StoreError> {
    let rows = sql.rows(
        "SELECT o.kind, o.merchant_id, o.endpoint, count(*) FROM outbox o
         WHERE o.state = 'waiting' AND o.next_at <= ?1 AND o.lease_until <= ?1 AND NOT EXISTS (
             SELECT 1 FROM outbox e WHERE e.aggregate = o.aggregate AND e.seq < o.seq AND e.state = 'waiting' AND e.endpoint = o.endpoint
                 AND e.kind = o.kind AND e.merchant_id = o.merchant_id)
         GROUP BY o.kind, o.merchant_id, o.endpoint ORDER BY min(o.next_at)",
        values![now],
    )?;
    rows.iter()
        .map(|row| {
            let due = usize::try_from(row.count(3)?).unwrap_or(usize::MAX);
            Ok(DueLane { kind: kind(&row.text(0)?)?, merchant: row.text(1)?, endpoint: row.text(2)?, due })
        })
        .collect()
}

/// Claims rows of one receiver, first those that may have arrived: to look is harmless, and shows whether the receiver is well. Two who claim at once: the second one's condition is looked at again after the first one's change.
pub(in crate::store) fn claim(sql: &mut dyn Sql, lane: &DueLane, now: i64, lease_until: i64) -> Result<Vec<OutboxRow>, StoreError> {
    let rows = sql.rows(
        "UPDATE outbox SET lease_until = ?5, attempt = attempt + 1, changed_at = ?4
         WHERE state = 'waiting' AND next_at <= ?4 AND lease_until <= ?4 AND id IN (
             SELECT o.id FROM outbox o
             WHERE o.kind = ?1 AND o.merchant_id = ?2 AND o.endpoint = ?3 AND o.state = 'waiting' AND o.next_at <= ?4 AND o.lease_until <= ?4
                 AND NOT EXISTS (
                     SELECT 1 FROM outbox e WHERE e.aggregate = o.aggregate AND e.seq < o.seq AND e.state = 'waiting' AND e.endpoint = o.endpoint
                         AND e.kind = o.kind AND e.merchant_id = o.merchant_id)
             ORDER BY CASE WHEN o.unsettled_until IS NULL THEN 1 ELSE 0 END, o.next_at, o.id LIMIT ?6)
         RETURNING id, merchant_id, kind, endpoint, aggregate, seq, payload, attempt, next_at, unsettled_until, state, last_error, created_at, lease_until",
        values![lane.kind.word(), &lane.merchant, &lane.endpoint, now, lease_until, lane.due],
    )?;
    rows.iter().map(read).collect()
}

/// The attempt is about to send. False if it is another one's turn by now.
pub(in crate::store) fn sending(
    sql: &mut dyn Sql,
    id: &str,
    attempt: u32,
    left: &Left,
    sending: Sending,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE outbox SET payload = ?3, lease_until = ?4, unsettled_until = ?5, changed_at = ?6 WHERE id = ?1 AND attempt = ?2 AND state = 'waiting'",
        values![id, attempt, &left.payload, sending.lease_until, sending.unsettled_until, now],
    )?;
    if changed == 1 {
        announce(sql, id, &left.announced, now)?;
        left.mails.iter().try_for_each(|mail| add(sql, mail, now))?;
    }
    Ok(changed == 1)
}

/// What became of an attempt. False if it is another one's turn by now.
pub(in crate::store) fn change(sql: &mut dyn Sql, change: &OutboxChange, now: i64) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE outbox SET state = ?3, payload = ?4, next_at = ?5, unsettled_until = ?6, last_error = ?7, lease_until = 0, changed_at = ?8
         WHERE id = ?1 AND attempt = ?2 AND state = 'waiting'",
        values![
            &change.id,
            change.attempt,
            change.state.word(),
            &change.payload,
            change.next_at,
            change.unsettled_until,
            &change.last_error,
            now
        ],
    )?;
    if changed == 1 {
        tell(sql, change.submit.as_ref())?;
        announce(sql, &change.id, &change.announced, now)?;
        change.mails.iter().try_for_each(|mail| add(sql, mail, now))?;
    }
    Ok(changed == 1)
}

/// What has arrived upstream is told to the merchant's endpoints, in the same transaction.
fn announce(sql: &mut dyn Sql, id: &str, announced: &[Notice], now: i64) -> Result<(), StoreError> {
    if announced.is_empty() {
        return Ok(());
    }
    let merchant = sql.row("SELECT merchant_id FROM outbox WHERE id = ?1", values![id])?;
    let merchant = merchant.map_or(Ok(String::new()), |row| row.text(0))?;
    announced.iter().try_for_each(|notice| webhooks::announce(sql, &merchant, notice, now))
}

/// A submit may have been forgotten meanwhile; what is registered stays so.
fn tell(sql: &mut dyn Sql, submit: Option<&(SubmitKey, SubmitState, Outcome)>) -> Result<(), StoreError> {
    submit.map_or(Ok(()), |(key, state, outcome)| submits::tell(sql, key, *state, outcome))
}

pub(in crate::store) fn row(sql: &mut dyn Sql, id: &str) -> Result<Option<OutboxRow>, StoreError> {
    let found = sql.row(
        "SELECT id, merchant_id, kind, endpoint, aggregate, seq, payload, attempt, next_at, unsettled_until, state, last_error, created_at, lease_until
         FROM outbox WHERE id = ?1",
        values![id],
    )?;
    found.map(|row| read(&row)).transpose()
}

pub(in crate::store) fn list(sql: &mut dyn Sql, query: &OutboxQuery) -> Result<Vec<OutboxRow>, StoreError> {
    let rows = sql.rows(
        "SELECT id, merchant_id, kind, endpoint, aggregate, seq, payload, attempt, next_at, unsettled_until, state, last_error, created_at, lease_until
         FROM outbox WHERE (?1 = '' OR merchant_id = ?1) AND (state = ?2 OR ?2 = '' AND state NOT IN ('done', 'discarded')) AND id > ?3
         ORDER BY id LIMIT ?4",
        values![
            query.merchant.as_deref().unwrap_or_default(),
            query.state.map_or("", OutboxState::word),
            query.after.as_deref().unwrap_or_default(),
            query.limit
        ],
    )?;
    rows.iter().map(read).collect()
}

/// Takes a row up again that is parked, or that waits for longer. `afresh`: a person says that nothing of it has arrived.
pub(in crate::store) fn retry(sql: &mut dyn Sql, id: &str, afresh: bool, now: i64) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE outbox SET state = 'waiting', next_at = ?2, lease_until = 0, changed_at = ?2, attempt = attempt + 1,
             unsettled_until = CASE WHEN ?3 = 1 THEN NULL ELSE unsettled_until END
         WHERE id = ?1 AND (state IN ('rejected', 'unknown', 'exhausted') OR state = 'waiting' AND lease_until <= ?2)",
        values![id, now, afresh],
    )?;
    Ok(changed == 1)
}

/// Gives a row up. Nothing is kept of what it would have sent. False if it is settled, or being sent.
pub(in crate::store) fn discard(
    sql: &mut dyn Sql,
    id: &str,
    submit: Option<&(SubmitKey, SubmitState, Outcome)>,
    now: i64,
) -> Result<bool, StoreError> {
    let changed = sql.execute(
        "UPDATE outbox SET state = 'discarded', payload = '', lease_until = 0, changed_at = ?2, attempt = attempt + 1
         WHERE id = ?1 AND state NOT IN ('done', 'discarded') AND lease_until <= ?2",
        values![id, now],
    )?;
    if changed == 1 {
        tell(sql, submit)?;
    }
    Ok(changed == 1)
}

pub(in crate::store) fn counts(sql: &mut dyn Sql) -> Result<Vec<OutboxCount>, StoreError> {
    let rows = sql.rows(
        "SELECT merchant_id, kind, state, count(*), min(created_at) FROM outbox WHERE state NOT IN ('done', 'discarded')
         GROUP BY merchant_id, kind, state ORDER BY merchant_id, kind, state",
        &[],
    )?;
    rows.iter()
        .map(|row| {
            Ok(OutboxCount {
                merchant: row.text(0)?,
                kind: kind(&row.text(1)?)?,
                state: state(&row.text(2)?)?,
                count: row.count(3)?,
                oldest: row.int(4)?,
            })
        })
        .collect()
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, before: i64) -> Result<(), StoreError> {
    sql.execute("DELETE FROM outbox WHERE state IN ('done', 'discarded') AND changed_at < ?1", values![before])?;
    Ok(())
}

/// Forgets mails at which nothing has happened since, whether they were given up or had no server to go to.
pub(in crate::store) fn forget_mails(sql: &mut dyn Sql, before: i64) -> Result<(), StoreError> {
    sql.execute("DELETE FROM outbox WHERE kind = 'mail' AND changed_at < ?1", values![before])?;
    Ok(())
}

fn read(row: &Row) -> Result<OutboxRow, StoreError> {
    Ok(OutboxRow {
        id: row.text(0)?,
        merchant: row.text(1)?,
        kind: kind(&row.text(2)?)?,
        endpoint: row.text(3)?,
        aggregate: row.text(4)?,
        seq: row.int(5)?,
        payload: row.text(6)?,
        attempt: u32::try_from(row.int(7)?).map_err(|_| StoreError::Content("a number of attempts"))?,
        next_at: row.int(8)?,
        unsettled_until: row.maybe_int(9)?,
        state: state(&row.text(10)?)?,
        last_error: row.maybe_text(11)?,
        created_at: row.int(12)?,
        lease_until: row.int(13)?,
    })
}

fn kind(word: &str) -> Result<OutboxKind, StoreError> {
    OutboxKind::parse(word).ok_or(StoreError::Content("a kind of message"))
}

fn state(word: &str) -> Result<OutboxState, StoreError> {
    OutboxState::parse(word).ok_or(StoreError::Content("a message's state"))
}
