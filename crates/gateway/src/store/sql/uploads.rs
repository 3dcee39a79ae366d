//! Files: what may come, what is here, what a registration names.

use super::super::engine::{Row, Sql, values};
use super::super::{Erasure, FileReference, NewUpload, StoreError, Stored, Upload, UploadState};
use super::erasures;

pub(in crate::store) fn add(sql: &mut dyn Sql, upload: &NewUpload, now: i64) -> Result<(), StoreError> {
    sql.execute(
        "INSERT INTO uploads (id, receipt, merchant_id, sid, file_name, file_type, file_size, state, upstream_url, created_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'granted', ?8, ?9)",
        values![
            &upload.id,
            &upload.receipt,
            &upload.merchant,
            &upload.sid,
            &upload.file_name,
            &upload.file_type,
            upload.file_size,
            &upload.upstream_url,
            now
        ],
    )?;
    Ok(())
}

pub(in crate::store) fn by_id(sql: &mut dyn Sql, id: &str) -> Result<Option<Upload>, StoreError> {
    let found = sql.row(
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash, etag FROM uploads
         WHERE id = ?1",
        values![id],
    )?;
    found.map(|row| upload(&row)).transpose()
}

pub(in crate::store) fn by_receipt(sql: &mut dyn Sql, receipt: &str) -> Result<Option<Upload>, StoreError> {
    let found = sql.row(
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash, etag FROM uploads
         WHERE receipt = ?1",
        values![receipt],
    )?;
    found.map(|row| upload(&row)).transpose()
}

pub(in crate::store) fn stored(sql: &mut dyn Sql, id: &str, stored: &Stored) -> Result<bool, StoreError> {
    let hash = stored.hash.map(|hash| hash.to_vec());
    let changed = sql.execute(
        "UPDATE uploads SET state = 'stored', hash = ?2, etag = ?3 WHERE id = ?1 AND state = 'granted'",
        values![id, hash, &stored.etag],
    )?;
    Ok(changed == 1)
}

/// Ties a file to a registration. The upload's number, or `None` if this registration may not have it.
pub(super) fn attach(sql: &mut dyn Sql, merchant: &str, sid: Option<&str>, file: &FileReference) -> Result<Option<String>, StoreError> {
    match file {
        // A page's file has to be here, of the same session, and not another registration's.
        FileReference::Upload(id) => {
            let changed = sql.execute(
                "UPDATE uploads SET state = 'attached' WHERE id = ?1 AND merchant_id = ?2 AND sid = ?3 AND state = 'stored'",
                values![id, merchant, sid],
            )?;
            Ok((changed == 1).then(|| id.clone()))
        }
        // A merchant's server may name a file before it is here, and more than once.
        FileReference::Receipt(receipt) => {
            let found = sql.row(
                // Changed in any case, so that it is held: nobody erases it meanwhile.
                "UPDATE uploads SET state = CASE WHEN state = 'stored' THEN 'attached' ELSE state END WHERE receipt = ?1 AND merchant_id = ?2
                 RETURNING id",
                values![receipt, merchant],
            )?;
            found.map(|row| row.text(0)).transpose()
        }
    }
}

/// Takes files off a registration, of one field or of all. The uploads' numbers.
pub(super) fn detach(sql: &mut dyn Sql, registration: &str, field: Option<&str>) -> Result<Vec<String>, StoreError> {
    let rows = sql.rows(
        "DELETE FROM registration_receipts WHERE registration_id = ?1 AND field = coalesce(?2, field) RETURNING upload_id",
        values![registration, field],
    )?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Forgets those of these files that no registration names, and notes in the same transaction that they are to be erased.
pub(super) fn erase(sql: &mut dyn Sql, mut uploads: Vec<String>) -> Result<Vec<Erasure>, StoreError> {
    // In one order, whoever it is: two that wait for each other would wait for ever.
    uploads.sort();
    let mut erased = Vec::new();
    for id in &uploads {
        // Held first: of two registrations with one file that are erased at the same time, the second has to see that the first is gone.
        sql.execute("UPDATE uploads SET state = state WHERE id = ?1", values![id])?;
        let row = sql.row(
            "DELETE FROM uploads WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id)
             RETURNING id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash, etag",
            values![id],
        )?;
        if let Some(row) = row {
            erased.extend(erasures::add(sql, &upload(&row)?)?);
        }
    }
    Ok(erased)
}

pub(in crate::store) fn named_before_they_came(sql: &mut dyn Sql, since: i64) -> Result<Vec<Upload>, StoreError> {
    let found = sql.rows(
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash, etag FROM uploads
         WHERE state = 'granted' AND created_at >= ?1
             AND EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id)",
        values![since],
    )?;
    found.iter().map(upload).collect()
}

/// Forgets what no registration names, and notes in the same transaction that it is to be erased.
pub(in crate::store) fn sweep(sql: &mut dyn Sql, before: i64) -> Result<(), StoreError> {
    let forgotten = sql.rows(
        "DELETE FROM uploads WHERE state <> 'attached' AND created_at < ?1
             AND NOT EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id)
         RETURNING id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash, etag",
        values![before],
    )?;
    forgotten.iter().try_for_each(|row| erasures::add(sql, &upload(row)?).map(drop))
}

fn upload(row: &Row) -> Result<Upload, StoreError> {
    let about = NewUpload {
        id: row.text(0)?,
        receipt: row.text(1)?,
        merchant: row.text(2)?,
        sid: row.maybe_text(3)?,
        file_name: row.text(4)?,
        file_type: row.text(5)?,
        file_size: row.count(6)?,
        upstream_url: row.maybe_text(7)?,
    };
    let state = match row.text(8)?.as_str() {
        "granted" => UploadState::Granted,
        "stored" => UploadState::Stored,
        "attached" => UploadState::Attached,
        _ => return Err(StoreError::Content("an upload's state")),
    };
    Ok(Upload { about, state, hash: row.maybe_bytes(9)?, etag: row.maybe_text(10)? })
}
