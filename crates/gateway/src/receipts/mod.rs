//! Receipts: on the local disk, or in a bucket that browsers send to and read from by themselves.
//!
//! Which one is a matter of the configuration, and of each receipt: what has been kept before a bucket was set up stays where it is and is
//! read from there.

mod bucket;
mod disk;
mod judged;
mod objects;

use std::io;
use std::path::Path;

use regcard_protocol::receipt::FileType;
use thiserror::Error;
use tokio::fs::File;
use tokio::time::timeout;
use url::Url;

use crate::config;
use crate::limits;
use crate::origin::Origin;
use crate::problem::GatewayError;
use crate::store::{Erasure, NewUpload, Store, Stored, Upload, UploadState};

pub use bucket::{BucketConfigError, SignedPut, Signer};
pub use disk::{Come, Disk, Turn, pieces};
pub use judged::{Judged, Signed, Wanted};
pub use objects::{BucketError, Objects};

/// Receipts cannot be kept.
#[derive(Debug, Error)]
pub enum ReceiptsError {
    /// The folders.
    #[error(transparent)]
    Folder(#[from] io::Error),
    /// The bucket.
    #[error(transparent)]
    Bucket(#[from] BucketConfigError),
}

/// Where receipts are kept.
#[derive(Debug)]
pub struct Receipts {
    /// The disk: what passes through the gateway comes here first, and stays here without a bucket.
    pub disk: Disk,
    bucket: Option<Objects>,
}

/// A receipt to be read.
#[derive(Debug)]
pub enum Reading {
    /// Here.
    Here(File),
    /// There, for a minute.
    There(Url),
}

impl Receipts {
    /// The receipts of a data folder, and of a bucket. Nothing is asked of it yet: a gateway starts while its bucket is away.
    ///
    /// # Errors
    /// If the folders cannot be made; if what is configured is no bucket.
    pub fn open(data: &Path, config: &config::Receipts) -> Result<Receipts, ReceiptsError> {
        let bucket = match config {
            config::Receipts::Local => None,
            config::Receipts::S3(config) => Some(Objects::new(config)?),
        };
        Ok(Receipts { disk: Disk::open(data)?, bucket })
    }

    /// Whether a bucket could be called as it is configured. Asks it nothing.
    ///
    /// # Errors
    /// If what is configured is no bucket.
    pub fn check(config: &config::Receipts) -> Result<(), BucketConfigError> {
        match config {
            config::Receipts::Local => Ok(()),
            config::Receipts::S3(config) => Objects::new(config).map(drop),
        }
    }

    /// Where browsers send files to, if not to the gateway.
    pub fn origin(&self) -> Option<&Origin> {
        self.bucket.as_ref().map(|bucket| bucket.signer.origin())
    }

    /// Signs addresses in the bucket, if there is one.
    pub fn signer(&self) -> Option<&Signer> {
        self.bucket.as_ref().map(|bucket| &bucket.signer)
    }

    /// Looks whether a file that was to go straight to the bucket is there, and what it is. If it is what was signed, it is kept from now
    /// on; if not, nothing changes: whoever names it is told that there is no such file.
    ///
    /// # Errors
    /// If the bucket or the store cannot be asked now. Nothing is lost by that.
    pub async fn look(&self, store: &dyn Store, upload: &Upload) -> Result<(), GatewayError> {
        let (Some(bucket), UploadState::Granted, None) = (&self.bucket, upload.state, &upload.about.upstream_url) else {
            return Ok(());
        };
        let looking = timeout(limits::BUCKET_LOOK, judge(bucket, &upload.about)).await;
        let etag = looking.unwrap_or(Err(BucketError::Late)).map_err(GatewayError::Bucket)?;
        if let Some(etag) = etag {
            store.upload_stored(upload.about.id.clone(), Stored { hash: None, etag: Some(etag) }).await?;
            let (bucket, incoming) = (bucket.clone(), bucket::incoming(&upload.about.merchant, &upload.about.id));
            // Nobody has to wait for that. Where it fails, the bucket's own rule for what has come erases it.
            tokio::spawn(async move { bucket.erase(&incoming).await.inspect_err(|error| tracing::warn!(%error, "a copied file stays")) });
        }
        Ok(())
    }

    /// Keeps a file that came through the gateway, as an upload's receipt.
    ///
    /// # Errors
    /// If the disk or the bucket refuses.
    pub async fn keep(&self, come: Come, upload: &NewUpload) -> Result<Stored, GatewayError> {
        let hash = Some(come.judged.hash);
        let etag = match &self.bucket {
            None => self.disk.keep(come, &upload.receipt).await.map(|()| None)?,
            Some(bucket) => {
                let kept = bucket::kept(&upload.merchant, &upload.receipt);
                Some(bucket.put(&kept, &come).await.map_err(GatewayError::Bucket)?)
            }
        };
        Ok(Stored { hash, etag })
    }

    /// The way to a receipt that is kept.
    ///
    /// # Errors
    /// If it is not where it was.
    pub async fn read(&self, upload: &Upload, file_type: FileType) -> Result<Reading, GatewayError> {
        if upload.etag.is_none() {
            return self.disk.read(&upload.about.receipt).await.map(Reading::Here).map_err(GatewayError::File);
        }
        let bucket = self.bucket.as_ref().ok_or(GatewayError::NoBucket)?;
        let key = bucket::kept(&upload.about.merchant, &upload.about.receipt);
        Ok(Reading::There(bucket.signer.get(&key, file_type.media_type(), &format!("receipt.{}", file_type.ending()))))
    }

    /// Erases a receipt, wherever it is, and what came to be one. One that is not there is no fault.
    ///
    /// # Errors
    /// If the disk or the bucket cannot do it now.
    pub async fn erase(&self, erasure: &Erasure) -> Result<(), GatewayError> {
        let Erasure { upload, receipt, merchant, in_bucket } = erasure;
        self.disk.erase(receipt).await.map_err(GatewayError::File)?;
        match &self.bucket {
            None if *in_bucket => Err(GatewayError::NoBucket),
            None => Ok(()),
            Some(bucket) => {
                // Both, whatever the store knew: it may have stopped between a copy and a note of it.
                bucket.erase(&bucket::incoming(merchant, upload)).await.map_err(GatewayError::Bucket)?;
                bucket.erase(&bucket::kept(merchant, receipt)).await.map_err(GatewayError::Bucket)
            }
        }
    }

    /// Erases receipts that the store has forgotten, and has it cross them out. What cannot be erased now stays noted for the next sweep.
    /// How many were erased.
    ///
    /// # Errors
    /// If the store cannot be asked.
    pub async fn erase_all(&self, store: &dyn Store, erasures: Vec<Erasure>) -> Result<usize, GatewayError> {
        let mut erased = Vec::new();
        for erasure in erasures {
            match self.erase(&erasure).await {
                Ok(()) => erased.push(erasure.receipt),
                Err(error) => {
                    error.log();
                    if matches!(error, GatewayError::Bucket(_)) {
                        // The others would only be tried in vain, one after the other.
                        break;
                    }
                }
            }
        }
        let count = erased.len();
        store.erased(erased).await?;
        Ok(count)
    }

    /// Looks for files that were named before they came, and erases what no registration names. How many were erased.
    ///
    /// # Errors
    /// If the store cannot be asked.
    pub async fn sweep(&self, store: &dyn Store, now: i64) -> Result<usize, GatewayError> {
        if self.bucket.is_some() {
            for upload in store.named_before_they_came(now - limits::UNATTACHED_MILLIS).await? {
                if let Err(error) = self.look(store, &upload).await {
                    error.log();
                    break;
                }
            }
        }
        let forgotten = store.sweep(now - limits::UNATTACHED_MILLIS, now).await?;
        self.erase_all(store, forgotten).await
    }
}

/// What names a file's content, once the bucket keeps it where nobody can change it. `None` if it is not there or not what was signed.
async fn judge(bucket: &Objects, upload: &NewUpload) -> Result<Option<String>, BucketError> {
    let incoming = bucket::incoming(&upload.merchant, &upload.id);
    let Some(found) = bucket.beginning(&incoming).await? else {
        return Ok(None);
    };
    let signed = FileType::parse(&upload.file_type);
    if found.size != upload.file_size || signed.is_none() || FileType::of_content(&found.first) != signed {
        return Ok(None);
    }
    let copied = bucket.copy(&incoming, &bucket::kept(&upload.merchant, &upload.receipt), &found.etag).await?;
    Ok(copied.then_some(found.etag))
}
