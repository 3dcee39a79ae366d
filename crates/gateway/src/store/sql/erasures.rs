//! Receipts to be erased. They are noted in the transaction that forgets them, so that none is left for ever where erasing fails, and
//! crossed out once they are gone.

use super::super::engine::{Sql, values};
use super::super::{Erasure, NewUpload, StoreError, Upload};
use crate::limits;

/// Notes the receipt of an upload that is forgotten. Nothing of what an upstream keeps: it was never here.
pub(super) fn add(sql: &mut dyn Sql, upload: &Upload) -> Result<Option<Erasure>, StoreError> {
    let NewUpload { id, receipt, merchant, upstream_url, .. } = &upload.about;
    if upstream_url.is_some() {
        return Ok(None);
    }
    let in_bucket = upload.etag.is_some();
    sql.execute(
        "INSERT INTO erasures (receipt, upload_id, merchant_id, in_bucket) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
        values![receipt, id, merchant, in_bucket],
    )?;
    Ok(Some(Erasure { upload: id.clone(), receipt: receipt.clone(), merchant: merchant.clone(), in_bucket }))
}

/// Some that are to be erased.
pub(in crate::store) fn next(sql: &mut dyn Sql) -> Result<Vec<Erasure>, StoreError> {
    let found = sql.rows("SELECT upload_id, receipt, merchant_id, in_bucket FROM erasures LIMIT ?1", values![limits::SWEPT])?;
    let read = found
        .iter()
        .map(|row| Ok(Erasure { upload: row.text(0)?, receipt: row.text(1)?, merchant: row.text(2)?, in_bucket: row.flag(3)? }));
    read.collect()
}

/// These are gone.
pub(in crate::store) fn done(sql: &mut dyn Sql, receipts: &[String]) -> Result<(), StoreError> {
    for receipt in receipts {
        sql.execute("DELETE FROM erasures WHERE receipt = ?1", values![receipt])?;
    }
    Ok(())
}
