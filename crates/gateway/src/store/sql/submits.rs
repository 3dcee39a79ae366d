//! Submits by their keys: what makes two submits one.

use super::super::engine::{Row, Sql, values};
use super::super::{Interface, NewSubmit, Outcome, StoreError, Submit, SubmitKey, SubmitState};
use crate::limits;

/// Notes a submit. `None` if it is new; else the one that has this key.
pub(in crate::store) fn begin(
    sql: &mut dyn Sql,
    submit: &NewSubmit,
    state: SubmitState,
    outcome: &Outcome,
    now: i64,
) -> Result<Option<Submit>, StoreError> {
    note(sql, submit, state, outcome, now, now + limits::IDEMPOTENCY_MILLIS)
}

/// The same, until an instant.
pub(in crate::store) fn note(
    sql: &mut dyn Sql,
    submit: &NewSubmit,
    state: SubmitState,
    outcome: &Outcome,
    now: i64,
    until: i64,
) -> Result<Option<Submit>, StoreError> {
    let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Content("an outcome"))?;
    let noted = sql.execute(
        "INSERT INTO submits (merchant_id, interface, key_hash, fingerprint, state, outcome, status_token, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        values![
            &submit.key.merchant,
            interface(submit.key.interface),
            &submit.key.hash,
            &submit.fingerprint,
            word(state),
            outcome,
            &submit.status_token,
            now,
            until
        ],
    )?;
    if noted == 1 { Ok(None) } else { find(sql, &submit.key) }
}

pub(in crate::store) fn find(sql: &mut dyn Sql, key: &SubmitKey) -> Result<Option<Submit>, StoreError> {
    let found = sql.row(
        "SELECT fingerprint, state, outcome, status_token FROM submits WHERE merchant_id = ?1 AND interface = ?2 AND key_hash = ?3",
        values![&key.merchant, interface(key.interface), &key.hash],
    )?;
    found.map(|row| submit(&row, 0)).transpose()
}

pub(in crate::store) fn of_key(sql: &mut dyn Sql, hash: &[u8; 32]) -> Result<Vec<(String, Submit)>, StoreError> {
    let rows = sql.rows(
        "SELECT merchant_id, fingerprint, state, outcome, status_token FROM submits WHERE key_hash = ?1 AND interface = 'browser'
         ORDER BY created_at DESC LIMIT 10",
        values![hash],
    )?;
    rows.iter().map(|row| Ok((row.text(0)?, submit(row, 1)?))).collect()
}

/// Says how it stands with a submit that is on its way. What is registered stays so, and of one that has been forgotten nothing is said.
pub(in crate::store) fn tell(sql: &mut dyn Sql, key: &SubmitKey, state: SubmitState, outcome: &Outcome) -> Result<(), StoreError> {
    let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Content("an outcome"))?;
    sql.execute(
        "UPDATE submits SET state = ?4, outcome = ?5 WHERE merchant_id = ?1 AND interface = ?2 AND key_hash = ?3 AND state <> 'registered'",
        values![&key.merchant, interface(key.interface), &key.hash, word(state), outcome],
    )?;
    Ok(())
}

pub(in crate::store) fn forget(sql: &mut dyn Sql, now: i64) -> Result<(), StoreError> {
    // What is on its way is known by its key until it has arrived, however long that takes.
    sql.execute("DELETE FROM submits WHERE expires_at < ?1 AND state NOT IN ('sending', 'queued')", values![now])?;
    Ok(())
}

fn submit(row: &Row, from: usize) -> Result<Submit, StoreError> {
    Ok(Submit {
        fingerprint: row.hash(from)?,
        state: state(&row.text(from + 1)?)?,
        outcome: serde_json::from_str(&row.text(from + 2)?).map_err(|_| StoreError::Content("an outcome"))?,
        status_token: row.text(from + 3)?,
    })
}

fn interface(interface: Interface) -> &'static str {
    match interface {
        Interface::Browser => "browser",
        Interface::Merchant => "merchant",
    }
}

fn word(state: SubmitState) -> &'static str {
    match state {
        SubmitState::Registered => "registered",
        SubmitState::Sending => "sending",
        SubmitState::Queued => "queued",
        SubmitState::Refused => "refused",
        SubmitState::Unknown => "unknown",
    }
}

fn state(word: &str) -> Result<SubmitState, StoreError> {
    match word {
        "registered" => Ok(SubmitState::Registered),
        "sending" => Ok(SubmitState::Sending),
        "queued" => Ok(SubmitState::Queued),
        "refused" => Ok(SubmitState::Refused),
        "unknown" => Ok(SubmitState::Unknown),
        _ => Err(StoreError::Content("a submit's state")),
    }
}
