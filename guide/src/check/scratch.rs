//! Directories for compiling and running, all below one place that survives nothing but the cache.
//!
//! Each check works in a directory of its own and holds a lock in it, so that two checks at once do
//! not meet, and what a killed check left can be told from what a running one needs.

use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::os;

const LOCK: &str = "lock";

/// The working directory of one check; removed when dropped.
pub(crate) struct Scratch {
    dir: TempDir,
    // Held until the directory is gone.
    _lock: File,
}

impl Scratch {
    /// Makes a fresh directory in `base`, and removes what killed checks left there.
    pub(crate) fn new(base: &Path) -> Result<Self> {
        fs::create_dir_all(base).with_context(|| format!("cannot create `{}`", base.display()))?;
        remove_abandoned(base);
        let describe = || format!("cannot create a directory in `{}`", base.display());
        let dir =
            tempfile::Builder::new().prefix("check-").tempdir_in(base).with_context(describe)?;
        let lock = File::create(dir.path().join(LOCK)).with_context(describe)?;
        lock.try_lock().with_context(describe)?;
        Ok(Self { dir, _lock: lock })
    }

    /// A new empty directory, removed when the check ends if not before.
    pub(crate) fn subdir(&self) -> Result<TempDir> {
        let path = self.dir.path();
        tempfile::tempdir_in(path)
            .with_context(|| format!("cannot create a directory in `{}`", path.display()))
    }
}

/// Ends what runs in this process's directories in `base` and removes them: for an interrupted check.
pub(crate) fn clean_up(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(&own_prefix()) {
            os::end_processes_in(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn own_prefix() -> String {
    format!("check-{}-", std::process::id())
}

/// Removes directories whose check does not run any more, and ends what still runs in them.
fn remove_abandoned(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        if is_abandoned(&entry.path()) {
            os::end_processes_in(&entry.path());
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn is_abandoned(dir: &PathBuf) -> bool {
    match File::open(dir.join(LOCK)) {
        Ok(lock) => !matches!(lock.try_lock(), Err(TryLockError::WouldBlock)),
        // Killed between making the directory and the lock, or about to make the lock just now.
        Err(_) => age_in_seconds(dir).is_some_and(|age| age > 60),
    }
}

fn age_in_seconds(dir: &PathBuf) -> Option<u64> {
    let modified = fs::metadata(dir).ok()?.modified().ok()?;
    Some(modified.elapsed().ok()?.as_secs())
}
