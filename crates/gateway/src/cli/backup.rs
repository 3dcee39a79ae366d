//! `regcard backup`: everything that a gateway keeps, as it is at one moment, in a folder that a gateway can be started on. It may run meanwhile.

use std::fs::{self, DirBuilder, File};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;

use super::{CliError, print, tell};
use crate::config::{Settings, Store};
use crate::store::copy_database;

/// Copy everything that is kept into a new folder.
#[derive(Debug, Args)]
pub(super) struct Backup {
    /// The folder; it must not be there yet.
    folder: PathBuf,
}

impl Backup {
    pub(super) fn run(self, settings: &Settings, json: bool) -> Result<(), CliError> {
        if !matches!(settings.store, Store::Sqlite) {
            return Err(CliError::Usage("the registrations are in PostgreSQL: pg_dump copies them".to_owned()));
        }
        let fault = |path: &Path| {
            let what = path.display().to_string();
            move |source| CliError::Io { what, source }
        };
        // It holds the secret and customers' data: its owner's alone.
        DirBuilder::new().mode(0o700).create(&self.folder).map_err(fault(&self.folder))?;
        copy_database(&settings.data, &self.folder)?;
        // After the database: whatever that names has been on the disk before.
        let receipts = copy_files(&settings.data.join("receipts"), &self.folder.join("receipts")).map_err(fault(&self.folder))?;
        let secret = self.folder.join("secrets");
        fs::copy(settings.data.join("secrets"), &secret).and_then(|_| File::open(&secret)?.sync_all()).map_err(fault(&secret))?;
        File::open(&self.folder).and_then(|folder| folder.sync_all()).map_err(fault(&self.folder))?;
        if json { print(&json!({ "folder": self.folder, "receipts": receipts }).to_string()) } else { told(&self.folder, receipts) }
    }
}

fn told(folder: &Path, receipts: usize) -> Result<(), CliError> {
    tell(&format!(
        "{} holds everything, with {receipts} receipts and the gateway's secret: keep it as safe as the original.",
        folder.display()
    ));
    Ok(())
}

/// How many there were. One that is erased meanwhile belongs to nothing that is kept.
fn copy_files(from: &Path, to: &Path) -> io::Result<usize> {
    fs::create_dir(to)?;
    let mut count = 0;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        match fs::copy(entry.path(), &target) {
            Ok(_) => File::open(&target)?.sync_all()?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            Err(error) => return Err(error),
        }
        count += 1;
    }
    File::open(to)?.sync_all()?;
    Ok(count)
}
