//! Files: what may come, what is here, what a registration names.

use rusqlite::{Connection, OptionalExtension, Row, params};

use super::super::{FileReference, NewUpload, StoreError, Upload, UploadState};

pub(super) fn add(connection: &Connection, upload: &NewUpload, now: i64) -> Result<(), StoreError> {
    connection
        .prepare_cached(
            "INSERT INTO uploads (id, receipt, merchant_id, sid, file_name, file_type, file_size, state, upstream_url, created_at)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 'granted', ?8, ?9)",
        )?
        .execute(params![
            upload.id,
            upload.receipt,
            upload.merchant,
            upload.sid,
            upload.file_name,
            upload.file_type,
            i64::try_from(upload.file_size).unwrap_or(i64::MAX),
            upload.upstream_url,
            now
        ])?;
    Ok(())
}

pub(super) fn by_id(connection: &Connection, id: &str) -> Result<Option<Upload>, StoreError> {
    find(
        connection,
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash FROM uploads WHERE id = ?1",
        id,
    )
}

pub(super) fn by_receipt(connection: &Connection, receipt: &str) -> Result<Option<Upload>, StoreError> {
    find(
        connection,
        "SELECT id, receipt, merchant_id, sid, file_name, file_type, file_size, upstream_url, state, hash FROM uploads WHERE receipt = ?1",
        receipt,
    )
}

pub(super) fn stored(connection: &Connection, id: &str, hash: &[u8; 32]) -> Result<bool, StoreError> {
    let changed = connection
        .prepare_cached("UPDATE uploads SET state = 'stored', hash = ?2 WHERE id = ?1 AND state = 'granted'")?
        .execute(params![id, hash])?;
    Ok(changed == 1)
}

/// Ties a file to a registration. The upload's number, or `None` if this registration may not have it.
pub(super) fn attach(
    connection: &Connection,
    merchant: &str,
    sid: Option<&str>,
    file: &FileReference,
) -> Result<Option<String>, StoreError> {
    match file {
        // A page's file has to be here, of the same session, and not another registration's.
        FileReference::Upload(id) => {
            let changed = connection
                .prepare_cached(
                    "UPDATE uploads SET state = 'attached' WHERE id = ?1 AND merchant_id = ?2 AND sid = ?3 AND state = 'stored'",
                )?
                .execute(params![id, merchant, sid])?;
            Ok((changed == 1).then(|| id.clone()))
        }
        // A merchant's server may name a file before it is here, and more than once.
        FileReference::Receipt(receipt) => {
            let found: Option<String> = connection
                .prepare_cached("SELECT id FROM uploads WHERE receipt = ?1 AND merchant_id = ?2")?
                .query_row(params![receipt, merchant], |row| row.get(0))
                .optional()?;
            if let Some(id) = &found {
                connection.prepare_cached("UPDATE uploads SET state = 'attached' WHERE id = ?1 AND state = 'stored'")?.execute([id])?;
            }
            Ok(found)
        }
    }
}

pub(super) fn sweep(connection: &Connection, before: i64) -> Result<Vec<String>, StoreError> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM uploads WHERE state <> 'attached' AND created_at < ?1
             AND NOT EXISTS (SELECT 1 FROM registration_receipts r WHERE r.upload_id = uploads.id) RETURNING receipt",
    )?;
    Ok(statement.query_map([before], |row| row.get(0))?.collect::<Result<_, _>>()?)
}

fn find(connection: &Connection, sql: &str, by: &str) -> Result<Option<Upload>, StoreError> {
    connection.prepare_cached(sql)?.query_row([by], |row| Ok(upload(row))).optional()?.transpose()
}

fn upload(row: &Row<'_>) -> Result<Upload, StoreError> {
    let about = NewUpload {
        id: row.get(0)?,
        receipt: row.get(1)?,
        merchant: row.get(2)?,
        sid: row.get(3)?,
        file_name: row.get(4)?,
        file_type: row.get(5)?,
        file_size: u64::try_from(row.get::<_, i64>(6)?).map_err(|_| StoreError::Content("a size"))?,
        upstream_url: row.get(7)?,
    };
    let state = match row.get::<_, String>(8)?.as_str() {
        "granted" => UploadState::Granted,
        "stored" => UploadState::Stored,
        "attached" => UploadState::Attached,
        _ => return Err(StoreError::Content("an upload's state")),
    };
    Ok(Upload { about, state, hash: row.get(9)? })
}
