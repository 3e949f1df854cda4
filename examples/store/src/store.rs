//! The store: what is in memory, and who may write.

use std::sync::{Condvar, Mutex, RwLock, RwLockReadGuard};

use crate::batch::{Batch, Entries};
use crate::commit::Queue;
use crate::disk::Disk;
use crate::error::Error;
use crate::record::Kind;
use crate::recovery::{self, Recovery};

/// A crash-safe map from keys to values. Threads share it by reference.
///
/// ```
/// use store::{RealDisk, Store};
///
/// let directory = tempfile::tempdir()?;
/// let store = Store::open(RealDisk::open(directory.path())?)?;
/// store.put(b"tea", b"3")?;
/// drop(store); // or the machine loses power
///
/// let store = Store::open(RealDisk::open(directory.path())?)?;
/// assert_eq!(store.get(b"tea"), Some(b"3".to_vec()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Store<D: Disk> {
    pub(crate) disk: D,
    /// What is durable, and nothing else: a reader never sees what a crash could take back.
    pub(crate) entries: RwLock<Entries>,
    pub(crate) queue: Mutex<Queue<D::File>>,
    /// The log was handed back, or lost.
    pub(crate) log_released: Condvar,
    /// Held by the compaction that is under way.
    pub(crate) compacting: Mutex<()>,
    recovery: Recovery,
}

impl<D: Disk> Store<D> {
    /// Opens the store that is on the disk; on an empty disk, a new one. What it shows is durable.
    ///
    /// # Errors
    /// [`Error::Damaged`] when something that was acknowledged cannot be read, [`Error::Disk`] when the
    /// disk fails. Opening can be tried again after any error.
    pub fn open(disk: D) -> Result<Self, Error> {
        let (entries, log, recovery) = recovery::recover(&disk)?;
        Ok(Self {
            disk,
            entries: RwLock::new(entries),
            queue: Mutex::new(Queue::new(log)),
            log_released: Condvar::new(),
            compacting: Mutex::new(()),
            recovery,
        })
    }

    /// What was found when the store was opened.
    pub fn recovery(&self) -> &Recovery {
        &self.recovery
    }

    /// The value of a key.
    pub fn get(&self, key: &[u8]) -> Option<Vec<u8>> {
        self.read().get(key).cloned()
    }

    /// A copy of everything.
    pub fn entries(&self) -> Entries {
        self.read().clone()
    }

    /// Sets the value of a key; it is durable when this returns.
    ///
    /// # Errors
    /// As for [`commit`](Self::commit), or when the key or the value is too long.
    pub fn put(&self, key: &[u8], value: &[u8]) -> Result<(), Error> {
        let mut batch = Batch::default();
        batch.put(key, value)?;
        self.commit(&batch)
    }

    /// Removes a key, durably when this returns. It need not exist.
    ///
    /// # Errors
    /// As for [`commit`](Self::commit), or when the key is too long.
    pub fn delete(&self, key: &[u8]) -> Result<(), Error> {
        let mut batch = Batch::default();
        batch.delete(key)?;
        self.commit(&batch)
    }

    /// Seals the log, so that from now on a damaged last record cannot pass for a torn one. A store that
    /// is dropped instead loses nothing.
    ///
    /// # Errors
    /// When the store has stopped or the disk fails.
    pub fn close(self) -> Result<(), Error> {
        self.wait_for_log()?.work(|log| log.commit(Kind::Seal, &[]))
    }

    pub(crate) fn read(&self) -> RwLockReadGuard<'_, Entries> {
        self.entries.read().expect("nothing panics while it writes")
    }
}
