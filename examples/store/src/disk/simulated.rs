//! A disk that does the worst it is allowed to.
//!
//! It keeps apart what the operating system shows and what is durable. [`SimulatedDisk::after_crash`]
//! decides about everything that was not synced, as a seed says:
//!
//! - of each write, some pieces arrive and others do not, in any order, within a write and across writes;
//! - where a later piece arrived and an earlier one did not, the file has zeros or old bytes of others;
//! - of the names that were made, changed or removed, some are as before and others are not, in any order;
//!   a rename happens or does not;
//! - to sync a file says nothing about its name, and to sync the names nothing about a file.
//!
//! POSIX leaves this open, and even what a crash makes of a rename. Many file systems promise more; a program
//! that relies on it is tied to them.

use std::collections::BTreeMap;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use fastrand::Rng;

use super::{Disk, DiskFile};

/// A disk in memory that loses what was not synced. A clone is another handle to the same disk.
///
/// A file is replaced by a draft that is synced, then renamed. The other way around, a crash can leave the
/// new name and nothing in the file:
///
/// ```
/// use std::collections::BTreeMap;
/// use std::io;
///
/// use store::{Disk, DiskFile, SimulatedDisk};
///
/// fn replace_stock(disk: &SimulatedDisk, sync_first: bool) -> io::Result<()> {
///     let mut draft = disk.create("draft")?;
///     draft.append(b"2 teas")?;
///     if sync_first {
///         draft.sync()?;
///     }
///     disk.rename("draft", "stock")?;
///     disk.sync_names()
/// }
///
/// fn survives(sync_first: bool) -> io::Result<bool> {
///     let files = BTreeMap::from([("stock".to_owned(), b"3 teas".to_vec())]);
///     let disk = SimulatedDisk::with_files(files);
///     replace_stock(&disk, sync_first)?;
///     Ok((0..100).all(|seed| disk.after_crash(seed).files()["stock"] == b"2 teas"))
/// }
///
/// assert!(survives(true)?);
/// assert!(!survives(false)?);
/// # Ok::<(), io::Error>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct SimulatedDisk {
    state: Arc<Mutex<State>>,
}

/// A file of a [`SimulatedDisk`] that is being written.
#[derive(Debug)]
pub struct SimulatedFile {
    state: Arc<Mutex<State>>,
    id: usize,
}

/// Names stand for files by their index in the state.
type Names = BTreeMap<String, usize>;

#[derive(Debug, Clone, Default)]
struct State {
    files: Vec<Content>,
    names: Names,
    durable_names: Names,
    unsynced_names: Vec<NameChange>,
    /// How many operations changed or synced something.
    operations: usize,
    /// The operation during which the process ends.
    stops_at: Option<usize>,
    /// The operation that reports an error, if it is a sync.
    sync_fails_at: Option<usize>,
}

#[derive(Debug, Clone)]
enum NameChange {
    Added(String, usize),
    Removed(String),
    Renamed { from: String, to: String, id: usize },
}

/// What a file holds.
#[derive(Debug, Clone, Default)]
struct Content {
    /// What a reader sees.
    visible: Vec<u8>,
    durable: Vec<u8>,
    unsynced: Vec<Write>,
}

#[derive(Debug, Clone)]
struct Write {
    at: usize,
    bytes: Vec<u8>,
    /// A sync of it failed. The operating system has marked its pages as clean, so no later sync writes
    /// them.
    forgotten: bool,
}

impl SimulatedDisk {
    /// A disk with these files, all durable.
    #[must_use]
    pub fn with_files(files: BTreeMap<String, Vec<u8>>) -> Self {
        let (names, contents): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        let names: Names = names.into_iter().zip(0..).collect();
        Self::durable(names, contents)
    }

    /// All files as a reader sees them.
    #[must_use]
    pub fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let state = self.state();
        let content =
            |(name, id): (&String, &usize)| (name.clone(), state.files[*id].visible.clone());
        state.names.iter().map(content).collect()
    }

    /// How many operations have changed or synced something so far.
    #[must_use]
    pub fn operations(&self) -> usize {
        self.state().operations
    }

    /// The process ends during operation `number`, counted from 1 since the disk was made, because it is
    /// killed or the power fails. That operation and all later ones return an error. If it is a write, as
    /// much of it may arrive as of others.
    pub fn stop_at(&self, number: usize) {
        self.state().stops_at = Some(number);
    }

    /// Operation `number`, counted likewise, fails if it is the sync of a file. What it should have made
    /// durable stays visible; no later sync makes it durable. Linux does so, too.
    pub fn fail_sync_at(&self, number: usize) {
        self.state().sync_fails_at = Some(number);
    }

    /// The disk as the next process finds it after this one was killed: with all that was written, synced
    /// or not. This disk stays as it is.
    #[must_use]
    pub fn after_kill(&self) -> Self {
        let state = self.state().clone();
        let state = State { operations: 0, stops_at: None, sync_fails_at: None, ..state };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    // ANCHOR: after-crash
    /// The disk as it is found when the power comes back. Each seed is another outcome that is allowed;
    /// the same seed gives the same. This disk stays as it is.
    #[must_use]
    pub fn after_crash(&self, seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let state = self.state();
        let names = state.surviving_names(&mut rng);
        let contents = state.files.iter().map(|file| file.survivor(&mut rng)).collect();
        Self::durable(names, contents)
    }
    // ANCHOR_END: after-crash

    fn durable(names: Names, contents: Vec<Vec<u8>>) -> Self {
        let content = |bytes: Vec<u8>| Content {
            visible: bytes.clone(),
            durable: bytes,
            unsynced: Vec::new(),
        };
        let files = contents.into_iter().map(content).collect();
        let state = State { files, names: names.clone(), durable_names: names, ..State::default() };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Lets no operation begin while the guard lives.
    #[cfg(test)]
    pub(crate) fn hold(&self) -> impl Sized + '_ {
        self.state()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.state)
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().expect("nothing panics while it holds the lock")
}

impl State {
    /// Counts an operation and takes note of what it does, also when the process ends during it.
    fn operate<T>(&mut self, note: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        self.require_running()?;
        self.operations += 1;
        let outcome = note(self);
        self.require_running().and(outcome)
    }

    /// Counts a sync and lets it take effect, unless the process ends during it.
    fn sync(&mut self, effect: impl FnOnce(&mut Self) -> io::Result<()>) -> io::Result<()> {
        self.operate(|_| Ok(()))?;
        effect(self)
    }

    fn require_running(&self) -> io::Result<()> {
        match self.stops_at {
            Some(last) if self.operations >= last => {
                Err(io::Error::other("the machine has stopped"))
            }
            _ => Ok(()),
        }
    }

    fn change_names(&mut self, change: NameChange) {
        change.apply_to(&mut self.names);
        self.unsynced_names.push(change);
    }

    fn id(&self, name: &str) -> io::Result<usize> {
        self.names.get(name).copied().ok_or(io::ErrorKind::NotFound.into())
    }

    // ANCHOR: surviving-names
    fn surviving_names(&self, rng: &mut Rng) -> Names {
        let mut names = self.durable_names.clone();
        let chance = chance(rng);
        for change in &self.unsynced_names {
            if rng.f64() < chance {
                change.apply_to(&mut names);
            }
        }
        names
    }
    // ANCHOR_END: surviving-names
}

/// How likely it is that a change survives. The extremes matter most, and a coin would hardly ever yield
/// them.
fn chance(rng: &mut Rng) -> f64 {
    [0.0, 0.3, 0.8, 1.0][rng.usize(..4)]
}

impl NameChange {
    fn apply_to(&self, names: &mut Names) {
        match self {
            Self::Added(name, id) => {
                names.insert(name.clone(), *id);
            }
            Self::Removed(name) => {
                names.remove(name);
            }
            Self::Renamed { from, to, id } => {
                names.remove(from);
                names.insert(to.clone(), *id);
            }
        }
    }
}

impl Content {
    fn append(&mut self, bytes: &[u8]) {
        let at = self.visible.len();
        self.visible.extend(bytes);
        self.unsynced.push(Write { at, bytes: bytes.to_vec(), forgotten: false });
    }

    fn sync(&mut self) {
        let Self { durable, unsynced, .. } = self;
        for write in unsynced.extract_if(.., |write| !write.forgotten) {
            place(durable, write.at, &write.bytes, 0);
        }
    }

    fn forget_unsynced(&mut self) {
        self.unsynced.iter_mut().for_each(|write| write.forgotten = true);
    }

    // ANCHOR: survivor
    /// What is left of the file after a crash.
    fn survivor(&self, rng: &mut Rng) -> Vec<u8> {
        let mut survivor = self.durable.clone();
        let chance = chance(rng);
        let filler = if rng.bool() { 0 } else { rng.u8(..) };
        for write in &self.unsynced {
            let mut done = 0;
            while done < write.bytes.len() {
                let piece = &write.bytes[done..][..rng.usize(1..=write.bytes.len() - done)];
                if rng.f64() < chance {
                    place(&mut survivor, write.at + done, piece, filler);
                }
                done += piece.len();
            }
        }
        survivor
    }
    // ANCHOR_END: survivor
}

/// Writes a piece into a file; what the file lacks in front of it becomes `filler`.
fn place(file: &mut Vec<u8>, at: usize, piece: &[u8], filler: u8) {
    let end = at + piece.len();
    if file.len() < end {
        file.resize(end, filler);
    }
    file[at..end].copy_from_slice(piece);
}

impl Disk for SimulatedDisk {
    type File = SimulatedFile;

    fn names(&self) -> io::Result<Vec<String>> {
        let state = self.state();
        state.require_running()?;
        Ok(state.names.keys().cloned().collect())
    }

    fn read(&self, name: &str) -> io::Result<Vec<u8>> {
        let state = self.state();
        state.require_running()?;
        Ok(state.files[state.id(name)?].visible.clone())
    }

    fn create(&self, name: &str) -> io::Result<SimulatedFile> {
        let id = self.state().operate(|state| {
            if state.names.contains_key(name) {
                return Err(io::ErrorKind::AlreadyExists.into());
            }
            let id = state.files.len();
            state.files.push(Content::default());
            state.change_names(NameChange::Added(name.to_owned(), id));
            Ok(id)
        })?;
        Ok(SimulatedFile { state: Arc::clone(&self.state), id })
    }

    fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        self.state().operate(|state| {
            let id = state.id(from)?;
            let (from, to) = (from.to_owned(), to.to_owned());
            state.change_names(NameChange::Renamed { from, to, id });
            Ok(())
        })
    }

    fn remove(&self, name: &str) -> io::Result<()> {
        self.state().operate(|state| {
            state.id(name)?;
            state.change_names(NameChange::Removed(name.to_owned()));
            Ok(())
        })
    }

    fn sync_names(&self) -> io::Result<()> {
        self.state().sync(|state| {
            state.durable_names = state.names.clone();
            state.unsynced_names.clear();
            Ok(())
        })
    }
}

impl DiskFile for SimulatedFile {
    fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        lock(&self.state).operate(|state| {
            state.files[self.id].append(bytes);
            Ok(())
        })
    }

    fn sync(&mut self) -> io::Result<()> {
        lock(&self.state).sync(|state| {
            if state.sync_fails_at == Some(state.operations) {
                state.files[self.id].forget_unsynced();
                return Err(io::Error::other("the sync failed"));
            }
            state.files[self.id].sync();
            Ok(())
        })
    }
}
