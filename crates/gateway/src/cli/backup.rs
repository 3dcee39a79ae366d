//! `regcard backup`: everything that a gateway keeps, as it is at one moment, in a folder that a gateway can be started on. It may run meanwhile.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{CliError, data_folder, print, tell};
use crate::config::{Receipts, Settings, Store};
use crate::secrets::Secrets;
use crate::store::copy_database;

/// Copy everything that is kept into a new folder.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder; it must not be there yet.
    folder: PathBuf,
}

impl Backup {
    pub(super) async fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        if !matches!(settings.store, Store::Sqlite) {
            let data = settings.data.display();
            return Err(CliError::Usage(format!(
                "the registrations are in PostgreSQL: pg_dump copies them. `secrets` and `receipts` in {data} belong to such a copy"
            )));
        }
        let database = settings.data.join("regcard.sqlite3");
        if !database.exists() {
            return Err(data_folder::nothing_kept(&database));
        }
        let with_secret = Secrets::are_there(&settings.data);
        if with_secret {
            // Whoever restores it is to find out now that it cannot be read.
            Secrets::open(&settings.data)?;
        } else {
            // A copy without them would be worth nothing, if something needs them.
            Secrets::look_for(&settings.data, &*data_folder::open(settings)?).await?;
        }
        if self.folder.symlink_metadata().is_ok() {
            return Err(CliError::Usage(format!("{} is there already, and is left as it is", self.folder.display())));
        }
        let coming = beside(&self.folder)?;
        // It holds the secret and customers' data: its owner's alone.
        DirBuilder::new().mode(0o700).create(&coming).map_err(at(&coming))?;
        let copied = copy(&settings.data, &database, &coming).and_then(|receipts| {
            fs::rename(&coming, &self.folder).and_then(|()| synced(&parent(&self.folder))).map_err(at(&self.folder))?;
            Ok(receipts)
        });
        let receipts = copied.inspect_err(|_| {
            // Half a copy is none. What failed is told; that this fails as well says nothing new.
            drop(fs::remove_dir_all(&coming));
        })?;
        let bucket = match &settings.receipts {
            Receipts::Local => None,
            Receipts::S3(bucket) => Some(bucket),
        };
        if json {
            return print(
                &json!({
                    "folder": self.folder, "receipts": receipts, "secret": with_secret,
                    "notCopiedBucket": bucket.map(|bucket| &bucket.bucket),
                })
                .to_string(),
            );
        }
        let folder = self.folder.display();
        let secret = if with_secret { "the gateway's secret" } else { "no secret yet, since nothing has needed one" };
        tell(&match bucket {
            None => format!("{folder} holds everything, with {receipts} receipts and {secret}: keep it as safe as the original."),
            Some(bucket) => format!(
                "{folder} holds the database, {secret}, and the {receipts} receipts of the data folder: keep it as safe as the \
                 original. It does not hold the receipts in the bucket \"{}\" at {}: the bucket's own means copy those.",
                bucket.bucket, bucket.endpoint
            ),
        });
        Ok(())
    }
}

/// Copies everything into a folder that is there. How many receipts there were.
fn copy(data: &Path, database: &Path, into: &Path) -> Result<usize, CliError> {
    copy_database(data, into).map_err(|error| CliError::Usage(format!("copying {} to {}: {error}", database.display(), into.display())))?;
    // After the database: whatever that names has been on the disk before.
    let receipts = copy_files(&data.join("receipts"), &into.join("receipts"))?;
    let (secret, copied) = (data.join("secrets"), into.join("secrets"));
    if Secrets::are_there(data) {
        fs::copy(&secret, &copied).map_err(at(&secret))?;
        synced(&copied).map_err(at(&copied))?;
    }
    synced(into).map_err(at(into))?;
    Ok(receipts)
}

/// How many there were; none before a gateway has served. One that is erased meanwhile belongs to nothing that is kept.
fn copy_files(from: &Path, to: &Path) -> Result<usize, CliError> {
    fs::create_dir(to).map_err(at(to))?;
    let mut count = 0;
    let entries = match fs::read_dir(from) {
        Ok(entries) => Some(entries),
        Err(error) if error.kind() == io::ErrorKind::NotFound => None,
        Err(error) => return Err(at(from)(error)),
    };
    for entry in entries.into_iter().flatten() {
        let entry = entry.map_err(at(from))?;
        let target = to.join(entry.file_name());
        match fs::copy(entry.path(), &target) {
            Ok(_) => synced(&target).map_err(at(&target))?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(at(&entry.path())(error)),
        }
        count += 1;
    }
    synced(to).map_err(at(to))?;
    Ok(count)
}

fn synced(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Where a copy is made, beside the folder that it becomes once it is whole.
fn beside(folder: &Path) -> Result<PathBuf, CliError> {
    let name = folder.file_name().ok_or_else(|| CliError::Usage(format!("\"{}\" is no name for a new folder", folder.display())))?;
    Ok(parent(folder).join(format!(".{}.{}.unfinished", name.to_string_lossy(), std::process::id())))
}

fn parent(folder: &Path) -> PathBuf {
    folder.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> CliError {
    let what = path.display().to_string();
    move |source| CliError::Io { what, source }
}
