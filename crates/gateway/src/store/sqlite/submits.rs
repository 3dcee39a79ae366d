//! Submits by their keys: what makes two submits one.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{Interface, NewSubmit, Outcome, StoreError, Submit, SubmitKey, SubmitState};
use crate::limits;

/// Notes a submit. `None` if it is new; else the one that has this key.
pub(super) fn begin(
    connection: &Connection,
    submit: &NewSubmit,
    state: SubmitState,
    outcome: &Outcome,
    now: i64,
) -> Result<Option<Submit>, StoreError> {
    let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Content("an outcome"))?;
    let noted = connection
        .prepare_cached(
            "INSERT INTO submits (merchant_id, interface, key_hash, fingerprint, state, outcome, status_token, created_at, expires_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING",
        )?
        .execute(params![
            submit.key.merchant,
            interface(submit.key.interface),
            submit.key.hash,
            submit.fingerprint,
            word(state),
            outcome,
            submit.status_token,
            now,
            now + limits::IDEMPOTENCY_MILLIS
        ])?;
    if noted == 1 { Ok(None) } else { find(connection, &submit.key) }
}

pub(super) fn find(connection: &Connection, key: &SubmitKey) -> Result<Option<Submit>, StoreError> {
    connection
        .prepare_cached(
            "SELECT fingerprint, state, outcome, status_token FROM submits WHERE merchant_id = ?1 AND interface = ?2 AND key_hash = ?3",
        )?
        .query_row(params![key.merchant, interface(key.interface), key.hash], |row| Ok(submit(row, 0)))
        .optional()?
        .transpose()
}

pub(super) fn of_key(connection: &Connection, hash: &[u8; 32]) -> Result<Vec<(String, Submit)>, StoreError> {
    let mut statement = connection.prepare_cached(
        "SELECT merchant_id, fingerprint, state, outcome, status_token FROM submits WHERE key_hash = ?1 AND interface = 'browser'
         ORDER BY created_at DESC LIMIT 10",
    )?;
    let rows = statement.query_map([hash], |row| Ok((row.get::<_, String>(0)?, submit(row, 1))))?.collect::<Result<Vec<_>, _>>()?;
    rows.into_iter().map(|(merchant, submit)| submit.map(|submit| (merchant, submit))).collect()
}

/// A submit that is not there cannot be settled: losing that silently would let it be sent twice.
pub(super) fn settle(connection: &Connection, key: &SubmitKey, state: SubmitState, outcome: &Outcome) -> Result<(), StoreError> {
    let outcome = serde_json::to_string(outcome).map_err(|_| StoreError::Content("an outcome"))?;
    let settled = connection
        .prepare_cached(
            "UPDATE submits SET state = ?4, outcome = ?5 WHERE merchant_id = ?1 AND interface = ?2 AND key_hash = ?3 AND state = 'sending'",
        )?
        .execute(params![key.merchant, interface(key.interface), key.hash, word(state), outcome])?;
    if settled == 1 { Ok(()) } else { Err(StoreError::Content("no submit to settle")) }
}

pub(super) fn free(connection: &Connection, key: &SubmitKey) -> Result<(), StoreError> {
    connection
        .prepare_cached("DELETE FROM submits WHERE merchant_id = ?1 AND interface = ?2 AND key_hash = ?3 AND state = 'sending'")?
        .execute(params![key.merchant, interface(key.interface), key.hash])?;
    Ok(())
}

pub(super) fn lose_track(connection: &Connection) -> Result<usize, StoreError> {
    Ok(connection.execute("UPDATE submits SET state = 'unknown' WHERE state = 'sending'", [])?)
}

pub(super) fn forget(connection: &Connection, now: i64) -> Result<(), StoreError> {
    connection.execute("DELETE FROM submits WHERE expires_at < ?1", [now])?;
    Ok(())
}

fn submit(row: &Row<'_>, from: usize) -> Result<Submit, StoreError> {
    let outcome: String = row.get(from + 2)?;
    Ok(Submit {
        fingerprint: row.get(from)?,
        state: state(&row.get::<_, String>(from + 1)?)?,
        outcome: serde_json::from_str(&outcome).map_err(|_| StoreError::Content("an outcome"))?,
        status_token: row.get(from + 3)?,
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
        SubmitState::Refused => "refused",
        SubmitState::Unknown => "unknown",
    }
}

fn state(word: &str) -> Result<SubmitState, StoreError> {
    match word {
        "registered" => Ok(SubmitState::Registered),
        "sending" => Ok(SubmitState::Sending),
        "refused" => Ok(SubmitState::Refused),
        "unknown" => Ok(SubmitState::Unknown),
        _ => Err(StoreError::Content("a submit's state")),
    }
}
