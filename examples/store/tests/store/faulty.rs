//! Disks that do not do as they were told.

use std::io;

use store::{Disk, DiskFile, SimulatedDisk, SimulatedFile};

/// What a disk does instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// Says that a file is synced, and does nothing.
    SkipsFileSync,
    /// Says that the names are synced, and does nothing.
    SkipsNameSync,
    /// Says that a file is synced, and syncs it before the next write: what a store would see that
    /// acknowledged a write before the sync.
    SyncsLate,
    /// Panics when a file is synced for the second time.
    Panics,
}

#[derive(Debug, Clone)]
pub(crate) struct FaultyDisk {
    pub(crate) disk: SimulatedDisk,
    pub(crate) fault: Fault,
}

#[derive(Debug)]
pub(crate) struct FaultyFile {
    file: SimulatedFile,
    fault: Fault,
    syncs: usize,
}

impl Disk for FaultyDisk {
    type File = FaultyFile;

    fn names(&self) -> io::Result<Vec<String>> {
        self.disk.names()
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        self.disk.read(name)
    }

    fn create(&self, name: &str) -> io::Result<FaultyFile> {
        Ok(FaultyFile { file: self.disk.create(name)?, fault: self.fault, syncs: 0 })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.disk.rename(from, to)
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.disk.remove(name)
    }

    fn sync_names(&self) -> io::Result<()> {
        if self.fault == Fault::SkipsNameSync { Ok(()) } else { self.disk.sync_names() }
    }
}

impl DiskFile for FaultyFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.fault == Fault::SyncsLate && self.syncs > 0 {
            self.file.sync()?;
        }
        self.file.append(bytes)
    }

    fn sync(&mut self) -> io::Result<()> {
        self.syncs += 1;
        match self.fault {
            Fault::SkipsFileSync | Fault::SyncsLate => Ok(()),
            Fault::Panics if self.syncs == 2 => panic!("the driver has a defect"),
            Fault::SkipsNameSync | Fault::Panics => self.file.sync(),
        }
    }
}
