//! Whether the gateway can do its work now: what `/readyz` says. Looked at when it is asked, nothing is kept.

use std::fs;
use std::path::Path;

use tokio::time::timeout;

use crate::app::App;
use crate::limits;

/// What is looked at, by name, and what is wrong with it, in words for the operator.
pub type Found = Vec<(&'static str, Result<(), String>)>;

/// Looks at everything.
pub async fn look(app: &App) -> Found {
    let stopping = app.stopping.load(std::sync::atomic::Ordering::Relaxed);
    vec![
        ("running", if stopping { Err("the gateway is about to end".to_owned()) } else { Ok(()) }),
        ("store", store(app).await),
        ("disk", disk(&app.data, app.disk_free_percent)),
        ("widget", widget(app)),
        ("secret", fs::File::open(app.data.join("secrets")).map(drop).map_err(|error| format!("the gateway's secret: {error}"))),
    ]
}

/// A transaction that writes, and changes nothing.
async fn store(app: &App) -> Result<(), String> {
    match timeout(limits::READY_WITHIN, app.store.probe()).await {
        Ok(wrote) => wrote.map_err(|error| error.to_string()),
        Err(_) => Err("the store does not answer".to_owned()),
    }
}

/// Whether the disk has room for files. What is left of a disk that is nearly full is for registrations.
pub fn has_room_for_files(app: &App) -> bool {
    disk(&app.data, app.disk_free_percent).is_ok()
}

fn disk(data: &Path, percent: u32) -> Result<(), String> {
    let about = rustix::fs::statvfs(data).map_err(|error| format!("the data folder: {error}"))?;
    if has_room(about.f_bavail, about.f_blocks, percent) {
        Ok(())
    } else {
        Err(format!("less than {percent} % of the data folder's disk are free"))
    }
}

fn has_room(free: u64, all: u64, percent: u32) -> bool {
    // A file system that does not say how large it is does not say that it is full.
    all == 0 || u128::from(free) * 100 >= u128::from(all) * u128::from(percent)
}

/// The pair that a card asks for.
fn widget(app: &App) -> Result<(), String> {
    let manifest = app.assets.manifest().ok_or("the widget's files are not there; `cargo xtask build` makes them")?;
    match [&manifest.wasm, &manifest.glue].into_iter().find(|name| app.assets.get(name).is_none()) {
        Some(missing) => Err(format!("{missing} is not there")),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_disk_is_full_below_five_hundredths() {
        let has_room = |free, all| has_room(free, all, limits::DISK_FREE_PERCENT);
        assert!(has_room(5, 100) && has_room(u64::MAX, u64::MAX) && has_room(0, 0));
        assert!(!has_room(4, 100) && !has_room(49_999, 1_000_000));
    }

    #[test]
    fn a_folder_that_is_gone_is_told() {
        assert!(disk(Path::new("/nowhere/at/all"), 0).is_err());
        assert_eq!(disk(&std::env::temp_dir(), 0), Ok(()));
    }
}
