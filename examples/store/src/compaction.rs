//! Compaction: a snapshot takes the place of the logs before it.
//!
//! 1. Seal the log and begin the next one, number *n*. Writers wait for this; for the rest they do not.
//! 2. Write all entries to a draft of snapshot *n*, a part at a time, and sync it.
//! 3. Rename the draft and sync the directory. From here on, recovery starts with snapshot *n*.
//! 4. Remove what is older.
//!
//! A crash before the third step leaves a draft, which the next opening removes; one after it leaves old
//! files, which it removes likewise. Steps three and four must not change places, nor may the sync between
//! them be left out: the removal could become durable without the rename.
//!
//! The snapshot is a log of one `put` for each entry. It belongs to no single moment: writers go on between
//! its parts, so it may hold what log *n* says once more. Recovery replays all of log *n* on top, and as
//! operations are idempotent, each entry ends as the last operation on it says.

use std::io;
use std::ops::Bound::{Excluded, Unbounded};
use std::sync::{MutexGuard, TryLockError};

use crate::batch::Batch;
use crate::disk::Disk;
use crate::error::Error;
use crate::files;
use crate::log::{self, Log};
use crate::record::Kind;
use crate::store::Store;

/// How many bytes a part of a snapshot has, about: so long do writers wait for a reader of the memory.
const PART: usize = 1 << 20;

/// A compaction that is under way. If it is dropped before its end, the logs stay and the draft goes.
#[derive(Debug)]
pub struct Compaction<'a, D: Disk> {
    store: &'a Store<D>,
    snapshot: Log<D::File>,
    /// Where the next part begins: behind this key.
    last: Option<Vec<u8>>,
    _only_one: MutexGuard<'a, ()>,
}

impl<D: Disk> Store<D> {
    /// Shortens the logs to one `put` for each entry.
    ///
    /// # Errors
    /// [`Error::Compacting`] when another thread does it, [`Error::Stopped`] when the store has stopped,
    /// [`Error::Disk`] when the disk fails. Nothing is lost in any case.
    pub fn compact(&self) -> Result<(), Error> {
        self.begin_compaction()?.finish()
    }

    /// Begins what [`compact`](Self::compact) does, for a caller that sets the pace.
    ///
    /// # Errors
    /// As for [`compact`](Self::compact).
    pub fn begin_compaction(&self) -> Result<Compaction<'_, D>, Error> {
        let only_one = match self.compacting.try_lock() {
            Ok(guard) => guard,
            Err(TryLockError::WouldBlock) => return Err(Error::Compacting),
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
        };
        let number = self.wait_for_log()?.work(|log| self.begin_next(log))?;
        let snapshot = Log::draft(&self.disk, &files::snapshot(number), number)?;
        Ok(Compaction { store: self, snapshot, last: None, _only_one: only_one })
    }

    // ANCHOR: begin-next
    /// Seals a log and puts the next one in its place; returns its number.
    fn begin_next(&self, log: &mut Log<D::File>) -> io::Result<u64> {
        let number = log.number() + 1;
        log.commit(Kind::Seal, &[])?;
        *log = Log::create(&self.disk, number, &[])?;
        Ok(number)
    }
    // ANCHOR_END: begin-next
}

impl<D: Disk> Compaction<'_, D> {
    /// Writes about `bytes` more, at least one entry; `false` when nothing is left to write.
    ///
    /// # Errors
    /// When the disk fails. The compaction is then of no use; the store goes on.
    pub fn step(&mut self, bytes: usize) -> Result<bool, Error> {
        let part = self.next_part(bytes.min(PART))?;
        if !part.bytes().is_empty() {
            self.snapshot.append(Kind::Operations, part.bytes())?;
        }
        Ok(!part.bytes().is_empty())
    }

    // ANCHOR: next-part
    fn next_part(&mut self, bytes: usize) -> Result<Batch, Error> {
        let mut part = Batch::default();
        let begin = self.last.as_deref().map_or(Unbounded, Excluded);
        let mut last = None;
        let entries = self.store.read();
        for (key, value) in entries.range::<[u8], _>((begin, Unbounded)) {
            part.put(key, value)?;
            last = Some(key);
            if part.bytes().len() >= bytes {
                break;
            }
        }
        self.last = last.cloned().or(self.last.take());
        Ok(part)
    }
    // ANCHOR_END: next-part

    // ANCHOR: finish
    /// Writes what is left, puts the snapshot in the place of the logs before it, and removes them.
    ///
    /// # Errors
    /// As for [`Store::compact`].
    pub fn finish(mut self) -> Result<(), Error> {
        while self.step(PART)? {}
        self.snapshot.commit(Kind::Seal, &[])?;
        let (disk, number) = (&self.store.disk, self.snapshot.number());
        let publish = |_: &mut Log<_>| log::publish(disk, &files::snapshot(number));
        self.store.wait_for_log()?.work(publish)?;
        Ok(files::remove_before(disk, number)?)
    }
    // ANCHOR_END: finish
}

impl<D: Disk> Drop for Compaction<'_, D> {
    fn drop(&mut self) {
        let draft = files::draft(&files::snapshot(self.snapshot.number()));
        // After `finish` there is none. If the disk cannot remove it now, the next opening does.
        let _ = self.store.disk.remove(&draft);
    }
}
