//! What the store asks of a disk: so little that a test can stand in for it.

use std::io;

pub(crate) mod real;
pub(crate) mod simulated;

/// A directory of files.
pub trait Disk {
    /// A file that is being written.
    type File: DiskFile;

    /// The names of all files.
    ///
    /// # Errors
    /// When they cannot be read.
    fn names(&self) -> io::Result<Vec<String>>;

    /// The whole content of a file.
    ///
    /// # Errors
    /// When it does not exist or cannot be read.
    fn read(&self, name: &str) -> io::Result<Vec<u8>>;

    /// A new, empty file. Its name is durable after [`sync_names`](Self::sync_names).
    ///
    /// # Errors
    /// When the name is taken: nothing is ever overwritten.
    fn create(&self, name: &str) -> io::Result<Self::File>;

    /// Gives a file another name, atomically, taking that name from a file that has it. This is durable
    /// after [`sync_names`](Self::sync_names).
    ///
    /// # Errors
    /// When the file does not exist or the disk fails.
    fn rename(&self, from: &str, to: &str) -> io::Result<()>;

    /// Removes a file. This is durable after [`sync_names`](Self::sync_names).
    ///
    /// # Errors
    /// When the file does not exist or the disk fails.
    fn remove(&self, name: &str) -> io::Result<()>;

    /// Makes names durable, not what is in the files.
    ///
    /// # Errors
    /// When the disk fails: which names are durable is then unknown.
    fn sync_names(&self) -> io::Result<()>;
}

/// A file that grows at its end.
pub trait DiskFile {
    /// Adds bytes. A crash before the next [`sync`](Self::sync) may keep all, some or none of them.
    ///
    /// # Errors
    /// When the disk fails: what was added is then unknown.
    fn append(&mut self, bytes: &[u8]) -> io::Result<()>;

    /// Makes the content durable, not the name.
    ///
    /// # Errors
    /// When the disk fails. What was appended since the last sync may be lost for good, even if the next
    /// sync succeeds.
    fn sync(&mut self) -> io::Result<()>;
}
