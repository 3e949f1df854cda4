//! A log: records one behind the other, and what can be read of them afterwards.

use std::io;

use crate::batch::{self, Entries};
use crate::disk::{Disk, DiskFile};
use crate::error::Error;
use crate::files;
use crate::record::{self, HEADER, Header, Kind};

/// A log that is being written.
#[derive(Debug)]
pub(crate) struct Log<F> {
    file: F,
    number: u64,
    offset: usize,
}

impl<F: DiskFile> Log<F> {
    /// A log that nobody finds yet: [`publish`] gives it its name.
    pub(crate) fn draft<D: Disk<File = F>>(disk: &D, name: &str, number: u64) -> io::Result<Self> {
        let mut log = Self { file: disk.create(&files::draft(name))?, number, offset: 0 };
        log.append(Kind::Start, &[])?;
        Ok(log)
    }

    /// Log `number` with the given records behind its start. It is durable when this returns.
    pub(crate) fn create<D: Disk<File = F>>(
        disk: &D,
        number: u64,
        records: &[u8],
    ) -> io::Result<Self> {
        let name = files::log(number);
        let mut log = Self::draft(disk, &name, number)?;
        log.file.append(records)?;
        log.offset += records.len();
        log.file.sync()?;
        publish(disk, &name)?;
        Ok(log)
    }

    /// Adds a record, which is durable only after a sync.
    pub(crate) fn append(&mut self, kind: Kind, body: &[u8]) -> io::Result<()> {
        let record = record::encode(self.number, self.offset, kind, body);
        self.file.append(&record)?;
        self.offset += record.len();
        Ok(())
    }

    // ANCHOR: commit
    /// Adds a record; it is durable when this returns. So whatever stands in the log behind a record is
    /// proof that the record was durable: the next one is not begun before.
    pub(crate) fn commit(&mut self, kind: Kind, body: &[u8]) -> io::Result<()> {
        self.append(kind, body)?;
        self.file.sync()
    }
    // ANCHOR_END: commit

    /// The number of the log.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }
}

// ANCHOR: publish
/// Gives a synced draft its name. The store counts on a rename that no crash tears, as file systems with
/// a journal have it: the name stands for the old file or for the new one, never for nothing. It is
/// durable only once the directory is synced, and it promises nothing about what is in the file: that
/// had to be synced before.
pub(crate) fn publish(disk: &impl Disk, name: &str) -> io::Result<()> {
    disk.rename(&files::draft(name), name)?;
    disk.sync_names()
}
// ANCHOR_END: publish

/// What was read of a log.
#[derive(Debug)]
pub(crate) struct Replayed {
    /// How many records hold operations.
    pub(crate) records: usize,
    /// Where the last of them ends.
    pub(crate) end: usize,
    /// Whether a seal follows: then the log is whole.
    pub(crate) sealed: bool,
}

/// A log that is being read.
#[derive(Debug)]
pub(crate) struct Reader<'a> {
    pub(crate) name: &'a str,
    pub(crate) number: u64,
    pub(crate) bytes: &'a [u8],
}

impl Reader<'_> {
    /// Applies all operations up to the seal, the end or a torn tail.
    pub(crate) fn replay(&self, entries: &mut Entries) -> Result<Replayed, Error> {
        let mut replayed = self.replay_start()?;
        while replayed.end < self.bytes.len() {
            let Some((kind, body)) = self.record(replayed.end)? else { break };
            match kind {
                Kind::Operations => self.apply(body, entries, replayed.end)?,
                Kind::Seal => return self.replay_seal(&replayed),
                Kind::Start => return Err(self.damaged(replayed.end, "another log begins")),
            }
            replayed.records += 1;
            replayed.end += HEADER + body.len();
        }
        Ok(replayed)
    }

    fn replay_start(&self) -> Result<Replayed, Error> {
        match self.record(0)? {
            Some((Kind::Start, _)) => Ok(Replayed { records: 0, end: HEADER, sealed: false }),
            _ => Err(self.damaged(0, "it does not begin as a log of this name does")),
        }
    }

    fn apply(&self, body: &[u8], entries: &mut Entries, offset: usize) -> Result<(), Error> {
        let malformed = |_| self.damaged(offset, "its checksum is right, its content is not");
        batch::apply(body, entries).map_err(malformed)
    }

    fn replay_seal(&self, replayed: &Replayed) -> Result<Replayed, Error> {
        let end = replayed.end + HEADER;
        if end == self.bytes.len() {
            Ok(Replayed { sealed: true, ..*replayed })
        } else {
            Err(self.damaged(end, "something follows the end of the log"))
        }
    }

    /// Like [`replay`](Self::replay), for a file that was finished before others came to depend on it.
    pub(crate) fn replay_sealed(&self, entries: &mut Entries) -> Result<Replayed, Error> {
        let replayed = self.replay(entries)?;
        if replayed.sealed {
            Ok(replayed)
        } else {
            Err(self.damaged(replayed.end, "it was finished, and now its end is missing"))
        }
    }

    /// The record at `offset`; `None` if a crash tore it.
    fn record(&self, offset: usize) -> Result<Option<(Kind, &[u8])>, Error> {
        let Some(header) = Header::read(self.number, offset, self.bytes) else {
            return self.torn_or_damaged(offset, None).map(|()| None);
        };
        // Before its length is believed: a record that this version did not write is not a torn one.
        let Some(kind) = header.kind() else {
            return Err(self.damaged(offset, "a newer version of the store wrote this record"));
        };
        match header.body(offset, self.bytes) {
            Some(body) => Ok(Some((kind, body))),
            None => self.torn_or_damaged(offset, Some(&header)).map(|()| None),
        }
    }

    // ANCHOR: torn-or-damaged
    /// Tells a record that a crash interrupted, which nobody was promised, from one that was acknowledged
    /// and has been damaged since. Only one record is ever written and not yet synced. So a trace of a
    /// later one proves that this one was acknowledged.
    fn torn_or_damaged(&self, offset: usize, header: Option<&Header>) -> Result<(), Error> {
        let later = match header {
            Some(header) => offset + HEADER + header.body_len() < self.bytes.len(),
            None => self.has_header_behind(offset),
        };
        if later {
            Err(self.damaged(offset, "a record was acknowledged here and cannot be read"))
        } else {
            Ok(())
        }
    }
    // ANCHOR_END: torn-or-damaged

    /// With its length lost, nothing tells where the next record begins: any byte may.
    fn has_header_behind(&self, offset: usize) -> bool {
        let header = |later| Header::read(self.number, later, self.bytes);
        (offset + 1..self.bytes.len())
            .any(|later| header(later).is_some_and(|header| header.kind().is_some()))
    }

    fn damaged(&self, offset: usize, what: &'static str) -> Error {
        Error::Damaged { file: self.name.to_owned(), offset, what }
    }
}
