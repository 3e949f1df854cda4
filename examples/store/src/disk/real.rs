//! A directory of the file system.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Disk, DiskFile};
use crate::error::Error;

const LOCK: &str = "LOCK";

/// A directory, locked while this exists.
#[derive(Debug)]
pub struct RealDisk {
    path: PathBuf,
    /// The operating system gives up the lock when the process ends, however it ends.
    lock: File,
}

impl RealDisk {
    /// Opens a directory, which is made if it does not exist, and locks it.
    ///
    /// # Errors
    /// [`Error::InUse`] when it is locked, [`Error::Disk`] when it cannot be made or locked.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, Error> {
        let path = path.into();
        make_directory(&path)?;
        let lock = OpenOptions::new().create(true).append(true).open(path.join(LOCK))?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { path, lock }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse),
            Err(TryLockError::Error(error)) => Err(error.into()),
        }
    }
}

impl Drop for RealDisk {
    /// To close the file would not always do: while another thread starts a process, that has a copy of it
    /// for a moment, and the lock lasts as long as any copy.
    fn drop(&mut self) {
        // If this fails, closing the file does it a moment later.
        let _ = self.lock.unlock();
    }
}

/// A new directory is a name in its parent, and durable when the parent is synced. An old one may be as
/// new: the process that made it may have ended before the sync.
fn make_directory(path: &Path) -> io::Result<()> {
    match fs::create_dir(path) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => Err(error),
        _ => sync_directory(&path.join("..")),
    }
}

fn sync_directory(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

impl Disk for RealDisk {
    type File = File;

    fn names(&self) -> io::Result<Vec<String>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(&self.path)? {
            names.extend(entry?.file_name().into_string());
        }
        Ok(names)
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        fs::read(self.path.join(name))
    }

    fn create(&self, name: &str) -> io::Result<File> {
        OpenOptions::new().append(true).create_new(true).open(self.path.join(name))
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        fs::rename(self.path.join(from), self.path.join(to))
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        fs::remove_file(self.path.join(name))
    }

    fn sync_names(&self) -> io::Result<()> {
        sync_directory(&self.path)
    }
}

impl DiskFile for File {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.write_all(bytes)
    }

    /// `fdatasync` on Linux: it leaves out the time of the last change, not the length of the file.
    fn sync(&mut self) -> io::Result<()> {
        self.sync_data()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lock_ends_with_the_disk_although_a_copy_of_the_file_is_open() {
        let directory = tempfile::tempdir().expect("a directory");
        let disk = RealDisk::open(directory.path()).expect("it is free");
        let _copy = disk.lock.try_clone().expect("a copy, as a new process has");
        drop(disk);
        RealDisk::open(directory.path()).expect("it is free again");
    }
}
