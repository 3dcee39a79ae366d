//! Receipts on the local disk, and files on their way through the gateway, wherever they are kept in the end. Bytes are judged as they
//! pass; none are held in memory.
//!
//! A file is complete on the disk, under its name, before the store says it is there. What a crash leaves half done is
//! swept away at the next start.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use tokio::fs::{self, File};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::judged::{Judged, Passed, Signed, Wanted};
use crate::limits;
use crate::problem::GatewayError;
use crate::store::{Store, UploadState};

/// The folder of receipts.
#[derive(Debug)]
pub struct Disk {
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

/// A file that has come whole and lies on the disk. Unless it is kept, it goes with this.
#[derive(Debug)]
pub struct Come {
    /// What it is.
    pub judged: Judged,
    place: Place,
}

/// Where a file comes to. Erased with this, whoever goes away meanwhile.
#[derive(Debug)]
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        // What was kept lies elsewhere by then.
        let _left = std::fs::remove_file(&self.0);
    }
}

impl Come {
    /// Its bytes, piece by piece.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn read(&self) -> io::Result<impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static> {
        File::open(&self.place.0).await.map(pieces)
    }
}

/// 64 KiB at a time.
const PIECE: usize = 64 * 1024;

/// A file's bytes, piece by piece.
pub fn pieces(file: File) -> impl Stream<Item = io::Result<Vec<u8>>> + Send + 'static {
    stream::try_unfold(file, |mut file| async move {
        let mut bytes = vec![0; PIECE];
        let count = file.read(&mut bytes).await?;
        bytes.truncate(count);
        Ok((count > 0).then_some((bytes, file)))
    })
}

impl Disk {
    /// The receipts of a data folder.
    ///
    /// # Errors
    /// If the folders cannot be made.
    pub fn open(data: &Path) -> io::Result<Disk> {
        let receipts = Disk { kept: data.join("receipts"), coming: data.join("coming"), busy: Arc::default() };
        for folder in [&receipts.kept, &receipts.coming] {
            std::fs::create_dir_all(folder).map_err(|error| at(folder, &error))?;
        }
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
        let come = self.come(receipt, Wanted::Signed(signed), body).await?;
        let hash = come.judged.hash;
        self.keep(come, receipt).await?;
        Ok(hash)
    }

    /// Takes the bytes of a file, to the end and onto the disk, to be kept or not. `name` is one that nobody else uses.
    ///
    /// # Errors
    /// As [`Disk::take`].
    pub async fn come<E>(
        &self,
        name: &str,
        wanted: Wanted,
        mut body: impl Stream<Item = Result<Bytes, E>> + Unpin,
    ) -> Result<Come, GatewayError> {
        let place = Place(self.coming.join(name));
        let mut file = File::create(&place.0).await.map_err(no_room)?;
        let mut passed = Passed::new(wanted);
        while let Some(piece) = timeout(limits::BODY_IDLE, body.next()).await.map_err(|_| GatewayError::RequestTimeout)? {
            let piece = piece.map_err(|_| GatewayError::LengthMismatch)?;
            passed.take(&piece)?;
            file.write_all(&piece).await.map_err(no_room)?;
        }
        let judged = passed.end()?;
        file.flush().await.map_err(no_room)?;
        file.sync_all().await.map_err(no_room)?;
        Ok(Come { judged, place })
    }

    /// Keeps a file as this receipt.
    ///
    /// # Errors
    /// If the disk refuses.
    pub async fn keep(&self, come: Come, receipt: &str) -> Result<(), GatewayError> {
        fs::rename(&come.place.0, self.kept.join(receipt)).await.map_err(no_room)?;
        File::open(&self.kept).await.map_err(GatewayError::File)?.sync_all().await.map_err(GatewayError::File)
    }

    /// Reads past bytes that came a second time. What they are.
    ///
    /// # Errors
    /// As [`Disk::take`].
    pub async fn compare<E>(&self, wanted: Wanted, mut body: impl Stream<Item = Result<Bytes, E>> + Unpin) -> Result<Judged, GatewayError> {
        let mut passed = Passed::new(wanted);
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

    /// Erases a receipt. One that is not here is no fault.
    ///
    /// # Errors
    /// If the disk refuses.
    pub async fn erase(&self, receipt: &str) -> io::Result<()> {
        match fs::remove_file(self.kept.join(receipt)).await {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            Ok(()) | Err(_) => Ok(()),
        }
    }

    /// After a start: erases what a crash left half done. How many files. Of another gateway on this folder it would erase what is under way;
    /// so only the one that holds the folder's lock may do it. What the store has never heard of is left, and told: it is another store's
    /// whose receipts these are.
    ///
    /// # Errors
    /// If a folder or the store cannot be read.
    pub async fn clean_up(&self, store: &dyn Store) -> Result<usize, GatewayError> {
        let (mut erased, mut foreign) = (0, 0_usize);
        let mut coming = fs::read_dir(&self.coming).await.map_err(|error| GatewayError::File(at(&self.coming, &error)))?;
        while let Some(entry) = coming.next_entry().await.map_err(GatewayError::File)? {
            erased += usize::from(fs::remove_file(entry.path()).await.is_ok());
        }
        let mut kept = fs::read_dir(&self.kept).await.map_err(|error| GatewayError::File(at(&self.kept, &error)))?;
        while let Some(entry) = kept.next_entry().await.map_err(GatewayError::File)? {
            let receipt = entry.file_name().to_string_lossy().into_owned();
            match store.receipt(receipt).await?.map(|upload| upload.state) {
                Some(UploadState::Stored | UploadState::Attached) => {}
                Some(UploadState::Granted) => erased += usize::from(fs::remove_file(entry.path()).await.is_ok()),
                None => foreign += 1,
            }
        }
        if foreign > 0 {
            tracing::warn!(
                foreign,
                "{} holds receipts that this store does not know, and they are left alone: does `store` name the right database?",
                self.kept.display()
            );
        }
        Ok(erased)
    }
}

fn at(folder: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", folder.display()))
}

fn no_room(error: io::Error) -> GatewayError {
    if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge) {
        GatewayError::InsufficientStorage(error)
    } else {
        GatewayError::File(error)
    }
}
