//! Files: what may come, what is here, what a registration names.

use super::super::engine::{Row, Sql, values};
use super::super::{FileReference, NewUpload, StoreError, Upload, UploadState};

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
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash FROM uploads WHERE id = ?1",
        values![id],
    )?;
    found.map(|row| upload(&row)).transpose()
}

pub(in crate::store) fn by_receipt(sql: &mut dyn Sql, receipt: &str) -> Result<Option<Upload>, StoreError> {
    let found = sql.row(
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash FROM uploads WHERE receipt = ?1",
        values![receipt],
    )?;
    found.map(|row| upload(&row)).transpose()
}

pub(in crate::store) fn stored(sql: &mut dyn Sql, id: &str, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let changed = sql.execute("UPDATE uploads SET state = 'stored', hash = ?2 WHERE id = ?1 AND state = 'granted'", values![id, hash])?;
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
            let found = sql.row("SELECT id FROM uploads WHERE receipt = ?1 AND merchant_id = ?2", values![receipt, merchant])?;
            let id = found.map(|row| row.text(0)).transpose()?;
            if let Some(id) = &id {
                sql.execute("UPDATE uploads SET state = 'attached' WHERE id = ?1 AND state = 'stored'", values![id])?;
            }
            Ok(id)
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

/// Forgets those of these files that no registration names. Their receipts.
pub(super) fn erase(sql: &mut dyn Sql, uploads: &[String]) -> Result<Vec<String>, StoreError> {
    let mut erased = Vec::new();
    for upload in uploads {
        let row = sql.row(
            "DELETE FROM uploads WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id)
             RETURNING receipt",
            values![upload],
        )?;
        erased.extend(row.map(|row| row.text(0)).transpose()?);
    }
    Ok(erased)
}

pub(in crate::store) fn sweep(sql: &mut dyn Sql, before: i64) -> Result<Vec<String>, StoreError> {
    let erased = sql.rows(
        "DELETE FROM uploads WHERE state <> 'attached' AND created_at < ?1
             AND NOT EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id) RETURNING receipt",
        values![before],
    )?;
    erased.iter().map(|row| row.text(0)).collect()
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
    Ok(Upload { about, state, hash: row.maybe_bytes(9)? })
}
