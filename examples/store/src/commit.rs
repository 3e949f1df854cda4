//! Group commit: one sync for all writers that wait.
//!
//! A sync takes as long for a hundred records as for one, and writers arrive while it runs. So they put
//! their operations into a queue. One of them, the leader, takes the log and all that is queued, writes it
//! as one record, and syncs. Whoever arrives meanwhile waits for the next round. No timer is involved: under
//! light load a group has one member and waits for nobody; the slower the disk, the larger the groups.
//!
//! To hold one mutex while writing and syncing would be shorter, and would group as well if the operations
//! were queued under another one. But members of a finished group would have to wait for that mutex behind
//! the leader of the next. Here they wait for the queue, which nobody holds during a sync.

use std::io;
use std::mem;
use std::sync::MutexGuard;

use crate::batch::{self, Batch, MAX_BATCH};
use crate::disk::Disk;
use crate::error::Error;
use crate::log::Log;
use crate::record::Kind;
use crate::store::Store;

/// Writers that wait, and the log while nobody writes.
#[derive(Debug)]
pub(crate) struct Queue<F> {
    /// The operations of the group that is forming.
    forming: Vec<u8>,
    /// How many groups have been formed.
    formed: u64,
    /// How many groups are durable and visible.
    done: u64,
    log: Access<F>,
}

/// Who has the log.
#[derive(Debug)]
enum Access<F> {
    Free(Log<F>),
    Taken,
    /// Nobody, ever again: a write or a sync failed.
    Lost,
}

impl<F> Queue<F> {
    pub(crate) fn new(log: Log<F>) -> Self {
        Self { forming: Vec::new(), formed: 0, done: 0, log: Access::Free(log) }
    }

    /// The log, unless another thread has it.
    fn take_log(&mut self) -> Result<Option<Log<F>>, Error> {
        match mem::replace(&mut self.log, Access::Taken) {
            Access::Free(log) => Ok(Some(log)),
            Access::Taken => Ok(None),
            Access::Lost => {
                self.log = Access::Lost;
                Err(Error::Stopped)
            }
        }
    }

    fn has_room_for(&self, batch: &Batch) -> bool {
        self.forming.len() + batch.bytes().len() <= MAX_BATCH
    }
}

impl<D: Disk> Store<D> {
    // ANCHOR: commit
    /// Carries out a batch; it is durable, and visible to readers, when this returns.
    ///
    /// # Errors
    /// [`Error::Disk`] when the disk fails and [`Error::Stopped`] when it has failed before. Whether the
    /// batch took place is then known only when the store is opened again.
    pub fn commit(&self, batch: &Batch) -> Result<(), Error> {
        let mut queue = self.queue();
        while !queue.has_room_for(batch) {
            queue = self.advance(queue)?;
        }
        queue.forming.extend(batch.bytes());
        let group = queue.formed;
        while queue.done <= group {
            queue = self.advance(queue)?;
        }
        Ok(())
    }
    // ANCHOR_END: commit

    // ANCHOR: advance
    /// Writes the group that is forming; if another thread is writing, waits for it instead.
    fn advance<'a>(
        &'a self,
        mut queue: MutexGuard<'a, Queue<D::File>>,
    ) -> Result<MutexGuard<'a, Queue<D::File>>, Error> {
        let Some(log) = queue.take_log()? else {
            return Ok(self.log_released.wait(queue).expect(UNPOISONED));
        };
        let group = mem::take(&mut queue.forming);
        queue.formed += 1;
        drop(queue);
        self.write(&group, Turn { store: self, log: Some(log) })?;
        Ok(self.queue())
    }
    // ANCHOR_END: advance

    // ANCHOR: write
    /// First the log, then the sync, then the memory, then the acknowledgment.
    fn write(&self, group: &[u8], mut turn: Turn<'_, D>) -> Result<(), Error> {
        turn.work(|log| log.commit(Kind::Operations, group))?;
        batch::apply(group, &mut self.entries.write().expect(UNPOISONED))
            .expect("batches are well formed");
        self.queue().done += 1;
        Ok(())
    }
    // ANCHOR_END: write

    /// Waits until no other thread has the log.
    pub(crate) fn wait_for_log(&self) -> Result<Turn<'_, D>, Error> {
        let mut queue = self.queue();
        loop {
            if let Some(log) = queue.take_log()? {
                return Ok(Turn { store: self, log: Some(log) });
            }
            queue = self.log_released.wait(queue).expect(UNPOISONED);
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue<D::File>> {
        self.queue.lock().expect(UNPOISONED)
    }
}

const UNPOISONED: &str = "nothing panics while it holds the lock";

/// The turn to write, which is over when this is dropped.
#[derive(Debug)]
pub(crate) struct Turn<'a, D: Disk> {
    store: &'a Store<D>,
    /// `None` once some work has failed.
    log: Option<Log<D::File>>,
}

impl<D: Disk> Turn<'_, D> {
    // ANCHOR: work
    /// Works with the log. If that fails, or panics, the log is dropped and the store stops.
    ///
    /// To sync once more would be the mistake: after a failed sync, ext4, XFS and Btrfs on Linux mark the pages
    /// as clean, and the next sync can succeed without having written them. `PostgreSQL` did so with data files
    /// until 11.2.
    pub(crate) fn work<T>(
        &mut self,
        work: impl FnOnce(&mut Log<D::File>) -> io::Result<T>,
    ) -> Result<T, Error> {
        let mut log = self.log.take().ok_or(Error::Stopped)?;
        let result = work(&mut log)?;
        self.log = Some(log);
        Ok(result)
    }
    // ANCHOR_END: work
}

impl<D: Disk> Drop for Turn<'_, D> {
    fn drop(&mut self) {
        self.store.queue().log = self.log.take().map_or(Access::Lost, Access::Free);
        self.store.log_released.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;
    use crate::batch::MAX_VALUE;
    use crate::disk::simulated::SimulatedDisk;

    /// Puts a value under the key 0 and, while that is being written, under 1 to 8. Returns what each put
    /// returned.
    fn put_while_one_writes(
        disk: &SimulatedDisk,
        store: &Store<SimulatedDisk>,
        value: &[u8],
    ) -> Vec<Result<(), Error>> {
        let put = |key: u8| move || store.put(&[key], value);
        let one = 8 + value.len();
        thread::scope(|scope| {
            let held = disk.hold();
            let mut threads = vec![scope.spawn(put(0))];
            wait_until(|| store.queue().formed == 1);
            threads.extend((1..=8).map(|key| scope.spawn(put(key))));
            wait_until(|| store.queue().forming.len() >= one * 8.min(MAX_BATCH / one));
            // Time for those that do not fit to join all the same, if nothing kept them out.
            thread::sleep(Duration::from_millis(20));
            drop(held);
            threads.into_iter().map(|thread| thread.join().expect("it ends")).collect()
        })
    }

    fn wait_until(condition: impl Fn() -> bool) {
        while !condition() {
            thread::yield_now();
        }
    }

    fn open() -> (SimulatedDisk, Store<SimulatedDisk>) {
        let disk = SimulatedDisk::default();
        (disk.clone(), Store::open(disk).expect("an empty disk"))
    }

    #[test]
    fn writers_that_wait_share_one_write_and_one_sync() {
        let (disk, store) = open();
        let before = disk.operations();
        let outcomes = put_while_one_writes(&disk, &store, b"two teas");
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        assert_eq!(store.entries().len(), 9);
        assert_eq!(disk.operations() - before, 4, "two writes, two syncs");
    }

    #[test]
    fn a_failed_sync_is_an_error_for_its_whole_group() {
        let (disk, store) = open();
        disk.fail_sync_at(disk.operations() + 4);
        let outcomes = put_while_one_writes(&disk, &store, b"two teas");
        assert!(outcomes[0].is_ok(), "it was durable before");
        assert!(outcomes[1..].iter().all(Result::is_err), "{outcomes:?}");
        assert_eq!(store.entries().len(), 1);
    }

    #[test]
    fn a_power_failure_in_a_shared_sync_takes_nothing_that_was_acknowledged() {
        for stop in 1..=4 {
            let (disk, store) = open();
            disk.stop_at(disk.operations() + stop);
            let outcomes = put_while_one_writes(&disk, &store, b"two teas");
            for seed in 0..20 {
                let found = Store::open(disk.after_crash(seed)).expect("it opens").entries();
                let kept: Vec<bool> = (0..9).map(|key| found.contains_key(&[key][..])).collect();
                let lost = outcomes.iter().zip(&kept).any(|(told, kept)| told.is_ok() && !kept);
                assert!(!lost, "{outcomes:?} {kept:?}");
                let members = &kept[1..];
                assert!(members.iter().all(|kept| *kept == members[0]), "half a group: {kept:?}");
            }
        }
    }

    #[test]
    fn a_group_has_a_limit_and_who_does_not_fit_joins_a_later_one() {
        let (disk, store) = open();
        let outcomes = put_while_one_writes(&disk, &store, &vec![7; MAX_VALUE]);
        assert!(outcomes.iter().all(Result::is_ok), "{outcomes:?}");
        let reopened = Store::open(disk.after_kill()).expect("no record is too long");
        assert_eq!(reopened.entries().len(), 9);
    }
}
