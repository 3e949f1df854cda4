//! Recovery: from the files to the entries.
//!
//! 1. Read the newest snapshot; without one, start from nothing.
//! 2. Replay the logs from its number on. All but the last were sealed; the last may have a torn tail.
//! 3. Write the whole records of the last log to a new file, sync it, and rename it over the old one.
//! 4. Remove drafts and what the snapshot replaces.
//!
//! The third step drops the torn tail, and it answers a question that is easily missed: is what was read
//! durable? If only the process had crashed, the operating system shows records that were never synced, and
//! records whose sync failed. A reader would see them, and the next power failure would take them back.
//! To sync the old file does not help in the second case. A new file has nothing but new pages.
//!
//! A crash during recovery is harmless: until the rename the old log is there, and after it the new one,
//! from which the same entries are read.

use crate::batch::Entries;
use crate::disk::Disk;
use crate::error::Error;
use crate::files::{self, Files};
use crate::log::{Log, Reader, Replayed};
use crate::record::HEADER;

/// What was found when a store was opened.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// How many records were replayed, those of the snapshot included.
    pub records: usize,
    /// How many bytes at the end of the log were dropped: a record that a crash interrupted.
    pub dropped_bytes: usize,
}

// ANCHOR: recover
/// The entries on the disk, and the log to continue. Unless all files can be read, none is changed.
pub(crate) fn recover<D: Disk>(disk: &D) -> Result<(Entries, Log<D::File>, Recovery), Error> {
    let files = Files::of(disk.names()?);
    let base = files.snapshots.last().copied();
    let last = last_log(&files, base.unwrap_or(0))?;
    let mut found = Found { disk, entries: Entries::new(), recovery: Recovery::default() };
    if let Some(number) = base {
        found.replay_sealed(&files::snapshot(number), number)?;
    }
    for number in base.unwrap_or(0)..last {
        found.replay_sealed(&files::log(number), number)?;
    }
    let whole = if files.logs.is_empty() { Vec::new() } else { found.replay_last(last)? };
    let Found { entries, recovery, .. } = found;
    files.drafts.iter().try_for_each(|draft| disk.remove(draft))?;
    let log = Log::create(disk, last, &whole)?;
    files::remove_before(disk, base.unwrap_or(0))?;
    Ok((entries, log, recovery))
}
// ANCHOR_END: recover

/// The number of the log to continue, 0 on an empty disk. Between it and the snapshot none may be missing.
fn last_log(files: &Files, base: u64) -> Result<u64, Error> {
    let last = files.logs.last().copied().unwrap_or(0);
    let is_new = files.logs.is_empty() && files.snapshots.is_empty();
    let missing = (base..=last.max(base)).find(|number| !files.logs.contains(number));
    match missing {
        Some(number) if !is_new => {
            Err(Error::Damaged { file: files::log(number), offset: 0, what: "it is missing" })
        }
        _ => Ok(last),
    }
}

/// What has been read so far.
struct Found<'a, D> {
    disk: &'a D,
    entries: Entries,
    recovery: Recovery,
}

impl<D: Disk> Found<'_, D> {
    /// Replays a file that must be whole.
    fn replay_sealed(&mut self, name: &str, number: u64) -> Result<(), Error> {
        let bytes = self.disk.read(name)?;
        let reader = Reader { name, number, bytes: &bytes };
        self.recovery.records += reader.replay_sealed(&mut self.entries)?.records;
        Ok(())
    }

    /// Replays the log to continue; returns its whole records, without start and seal.
    fn replay_last(&mut self, number: u64) -> Result<Vec<u8>, Error> {
        let name = files::log(number);
        let bytes = self.disk.read(&name)?;
        let reader = Reader { name: &name, number, bytes: &bytes };
        let Replayed { records, end, sealed } = reader.replay(&mut self.entries)?;
        self.recovery.records += records;
        self.recovery.dropped_bytes = if sealed { 0 } else { bytes.len() - end };
        Ok(bytes[HEADER..end].to_vec())
    }
}
