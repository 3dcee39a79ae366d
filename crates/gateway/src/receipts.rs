//! Receipts on the local disk. Bytes are counted, judged and hashed as they pass; none are held in memory.
//!
//! A file is complete on the disk, under its name, before the store says it is there. What a crash leaves half done is
//! swept away at the next start.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use regcard_protocol::limits as shared;
use regcard_protocol::receipt::FileType;
use tokio::fs::{self, File};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

use crate::limits;
use crate::problem::GatewayError;
use crate::store::{Store, UploadState};

/// The folder of receipts.
#[derive(Debug)]
pub struct Receipts {
    kept: PathBuf,
    coming: PathBuf,
    /// Uploads whose bytes are on their way.
    busy: Arc<Mutex<HashSet<String>>>,
}

/// The one who may send an upload's bytes now; another one may once this is dropped.
#[derive(Debug)]
pub struct Turn {
    id: String,
    busy: Arc<Mutex<HashSet<String>>>,
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.busy.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.id);
    }
}

/// What was signed.
#[derive(Clone, Copy, Debug)]
pub struct Signed {
    /// Bytes, to the byte.
    pub size: u64,
    /// The type, judged by content.
    pub file_type: FileType,
}

impl Receipts {
    /// The receipts of a data folder.
    ///
    /// # Errors
    /// If the folders cannot be made.
    pub fn open(data: &Path) -> io::Result<Receipts> {
        let receipts = Receipts { kept: data.join("receipts"), coming: data.join("coming"), busy: Arc::default() };
        std::fs::create_dir_all(&receipts.kept)?;
        std::fs::create_dir_all(&receipts.coming)?;
        Ok(receipts)
    }

    /// A turn at sending an upload's bytes; `None` while another one has it.
    pub fn turn(&self, id: &str) -> Option<Turn> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        busy.insert(id.to_owned()).then(|| Turn { id: id.to_owned(), busy: Arc::clone(&self.busy) })
    }

    /// Takes the bytes of a file, to the end and onto the disk. Their hash.
    ///
    /// # Errors
    /// If they are not what was signed, do not come, or find no room. Nothing is left behind then.
    pub async fn take<E>(
        &self,
        receipt: &str,
        signed: Signed,
        body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<[u8; 32], GatewayError> {
        let coming = self.coming.join(receipt);
        let taken = self.write(&coming, signed, body).await;
        if taken.is_err() {
            let _left = fs::remove_file(&coming).await;
        }
        let hash = taken?;
        fs::rename(&coming, self.kept.join(receipt)).await.map_err(GatewayError::File)?;
        File::open(&self.kept).await.map_err(GatewayError::File)?.sync_all().await.map_err(GatewayError::File)?;
        Ok(hash)
    }

    async fn write<E>(
        &self,
        path: &Path,
        signed: Signed,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<[u8; 32], GatewayError> {
        let mut file = File::create(path).await.map_err(no_room)?;
        let mut passed = Passed::new(signed);
        while let Some(piece) = timeout(limits::BODY_IDLE, body.next()).await.map_err(|_| GatewayError::RequestTimeout)? {
            let piece = piece.map_err(|_| GatewayError::LengthMismatch)?;
            passed.take(&piece)?;
            file.write_all(&piece).await.map_err(no_room)?;
        }
        let hash = passed.end()?;
        file.flush().await.map_err(no_room)?;
        file.sync_all().await.map_err(no_room)?;
        Ok(hash)
    }

    /// Reads past bytes that came a second time. Their hash.
    ///
    /// # Errors
    /// As [`Receipts::take`].
    pub async fn compare<E>(
        &self,
        signed: Signed,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<[u8; 32], GatewayError> {
        let mut passed = Passed::new(signed);
        while let Some(piece) = timeout(limits::BODY_IDLE, body.next()).await.map_err(|_| GatewayError::RequestTimeout)? {
            passed.take(&piece.map_err(|_| GatewayError::LengthMismatch)?)?;
        }
        passed.end()
    }

    /// Opens a receipt to be sent.
    ///
    /// # Errors
    /// If it is not there.
    pub async fn read(&self, receipt: &str) -> io::Result<File> {
        File::open(self.kept.join(receipt)).await
    }

    /// After a start, and now and then: erases what a crash left half done and what no registration names.
    ///
    /// # Errors
    /// If the folder or the store cannot be read.
    pub async fn sweep(&self, store: &dyn Store, now: i64, after_start: bool) -> Result<usize, GatewayError> {
        let mut erased = 0;
        for receipt in store.sweep(now - limits::UNATTACHED_MILLIS, now).await? {
            erased += usize::from(fs::remove_file(self.kept.join(receipt)).await.is_ok());
        }
        if !after_start {
            return Ok(erased);
        }
        let mut coming = fs::read_dir(&self.coming).await.map_err(GatewayError::File)?;
        while let Some(entry) = coming.next_entry().await.map_err(GatewayError::File)? {
            erased += usize::from(fs::remove_file(entry.path()).await.is_ok());
        }
        let mut kept = fs::read_dir(&self.kept).await.map_err(GatewayError::File)?;
        while let Some(entry) = kept.next_entry().await.map_err(GatewayError::File)? {
            let receipt = entry.file_name().to_string_lossy().into_owned();
            let known = store.receipt(receipt).await?.is_some_and(|upload| upload.state != UploadState::Granted);
            if !known {
                erased += usize::from(fs::remove_file(entry.path()).await.is_ok());
            }
        }
        Ok(erased)
    }
}

/// What has passed of a file so far.
struct Passed {
    signed: Signed,
    count: u64,
    first: Vec<u8>,
    judged: bool,
    hasher: blake3::Hasher,
}

impl Passed {
    fn new(signed: Signed) -> Passed {
        Passed { signed, count: 0, first: Vec::new(), judged: false, hasher: blake3::Hasher::new() }
    }

    fn take(&mut self, piece: &[u8]) -> Result<(), GatewayError> {
        self.count += piece.len() as u64;
        if self.count > self.signed.size {
            return Err(GatewayError::LengthMismatch);
        }
        self.hasher.update(piece);
        if !self.judged {
            let wanted = shared::SNIFF_BYTES - self.first.len();
            self.first.extend_from_slice(&piece[..wanted.min(piece.len())]);
            if self.first.len() == shared::SNIFF_BYTES || self.count == self.signed.size {
                self.judge()?;
            }
        }
        Ok(())
    }

    fn judge(&mut self) -> Result<(), GatewayError> {
        self.judged = true;
        if FileType::of_content(&self.first) == Some(self.signed.file_type) { Ok(()) } else { Err(GatewayError::ContentMismatch) }
    }

    fn end(self) -> Result<[u8; 32], GatewayError> {
        if self.count == self.signed.size && self.judged { Ok(self.hasher.finalize().into()) } else { Err(GatewayError::LengthMismatch) }
    }
}

fn no_room(error: io::Error) -> GatewayError {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) {
        GatewayError::InsufficientStorage(error)
    } else {
        GatewayError::File(error)
    }
}
