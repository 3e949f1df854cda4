//! Directories for compiling and running, all below one place that survives nothing but the cache.
//!
//! Each check works in a directory of its own and holds a lock in it, so that two checks at once do
//! not meet, and what a killed check left can be told from what a running one needs.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use tempfile::TempDir;

use super::os;

const LOCK: &str = "lock";

/// The working directory of one check; removed when dropped.
#[derive(Debug)]
pub struct Scratch {
    dir: TempDir,
    // Held until the directory is gone.
    _lock: File,
}

impl Scratch {
    /// Makes a fresh directory in `base`, and removes what killed checks left there.
    pub(crate) fn new(base: &Path) -> Result<Self> {
        fs::create_dir_all(base).with_context(|| format!("cannot create `{}`", base.display()))?;
        Self::in_dir(base).with_context(|| format!("cannot work in `{}`", base.display()))
    }

    fn in_dir(base: &Path) -> io::Result<Self> {
        // Processes are found by their directory, which the system knows without links.
        let base = base.canonicalize()?;
        // Whoever makes a directory and its lock does so alone: what has none was left behind.
        let turn = File::create(base.with_extension(LOCK))?;
        turn.lock()?;
        remove_abandoned(&base);
        let dir = tempfile::Builder::new().prefix(&own_prefix()).tempdir_in(base)?;
        let lock = File::create(dir.path().join(LOCK))?;
        lock.lock()?;
        Ok(Self { dir, _lock: lock })
    }

    /// The directory itself.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.dir.path()
    }

    /// A new empty directory, removed when the check ends if not before.
    pub(crate) fn subdir(&self) -> Result<TempDir> {
        let path = self.path();
        tempfile::tempdir_in(path)
            .with_context(|| format!("cannot create a directory in `{}`", path.display()))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        os::end_processes_of(self.dir.path());
        // What cannot be moved may still be removable.
        let _ = flatten(self.dir.path());
    }
}

/// Ends what runs in this process's directories in `base` and removes them: for an interrupted check.
pub(crate) fn clean_up(base: &Path) {
    let Ok(base) = base.canonicalize() else { return };
    for dir in directories(&base) {
        let name = dir.file_name().unwrap_or_default().to_string_lossy();
        if name.starts_with(&own_prefix()) {
            remove(&dir);
        }
    }
}

fn own_prefix() -> String {
    format!("check-{}-", std::process::id())
}

/// Removes directories whose check does not run any more.
fn remove_abandoned(base: &Path) {
    for dir in directories(base).filter(|dir| is_abandoned(dir)) {
        remove(&dir);
    }
}

fn is_abandoned(dir: &Path) -> bool {
    let lock = dir.join(LOCK);
    // A program may have made something of it whose opening never ends.
    let is_locked = || {
        matches!(File::open(&lock).map(|lock| lock.try_lock()), Ok(Err(TryLockError::WouldBlock)))
    };
    !(lock.is_file() && is_locked())
}

fn directories(base: &Path) -> impl Iterator<Item = PathBuf> {
    fs::read_dir(base).into_iter().flatten().flatten().map(|entry| entry.path())
}

/// Ends what still runs for a check and removes its directory.
fn remove(dir: &Path) {
    // Out of the way first: from then on nobody starts anything in it.
    let away = dir.with_extension("gone");
    let away = if fs::rename(dir, &away).is_ok() { &away } else { dir };
    os::end_processes_of(dir);
    let _ = flatten(away);
    let _ = fs::remove_dir_all(away);
}

/// Moves directories up until none in `dir` is deep below it, and opens those that are shut: removing them
/// takes a stack and open files for each level, and a program may have made more levels than there are.
fn flatten(dir: &Path) -> io::Result<()> {
    os::open_up(dir);
    let mut open = subdirectories(dir);
    let top = tempfile::tempdir_in(dir)?.keep();
    let mut names = 0_u64..;
    while let Some(next) = open.pop() {
        for inner in subdirectories(&next) {
            let up = top.join(names.next().unwrap_or_default().to_string());
            fs::rename(inner, &up)?;
            open.push(up);
        }
    }
    Ok(())
}

/// The directories in `dir`, opened.
fn subdirectories(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).into_iter().flatten().flatten();
    let is_dir = |entry: &fs::DirEntry| entry.file_type().is_ok_and(|kind| kind.is_dir());
    entries.filter(is_dir).map(|entry| entry.path()).inspect(|dir| os::open_up(dir)).collect()
}
