//! Where a site is rendered before it takes the place of the old one: on the same file system, so that it
//! can be moved, and locked, so that what a killed build left can be told from what a running one needs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;

use tempfile::TempDir;

const PREFIX: &str = ".book-";
const LOCK: &str = "lock";

/// The directory of one build; removed when dropped.
pub(super) struct Staging {
    dir: TempDir,
    // Held until the directory is gone.
    _lock: File,
}

impl Staging {
    /// Makes a fresh directory in `parent`, and removes what killed builds left there.
    pub(super) fn new(parent: &Path) -> io::Result<Self> {
        // Whoever makes a directory and its lock does so alone, where a directory can be locked.
        let _turn = File::open(parent).and_then(|turn| turn.lock().map(|()| turn));
        remove_abandoned(parent);
        let dir = tempfile::Builder::new().prefix(PREFIX).tempdir_in(parent)?;
        let lock = File::create(dir.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { dir, _lock: lock })
    }

    pub(super) fn path(&self) -> &Path {
        self.dir.path()
    }
}

fn remove_abandoned(parent: &Path) {
    let entries = fs::read_dir(parent).into_iter().flatten().flatten();
    for dir in entries.map(|entry| entry.path()).filter(|dir| is_abandoned(dir)) {
        let _ = fs::remove_dir_all(dir);
    }
}

/// Whether no build that still runs holds the lock in a directory like those of builds.
fn is_abandoned(dir: &Path) -> bool {
    let name = dir.file_name().unwrap_or_default().to_string_lossy();
    let lock = File::open(dir.join(LOCK));
    let is_held = lock.is_ok_and(|lock| matches!(lock.try_lock(), Err(TryLockError::WouldBlock)));
    name.starts_with(PREFIX) && !is_held
}
