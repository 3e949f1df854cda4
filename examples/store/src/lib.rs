//! A crash-safe key-value store, small enough to read in one sitting.
//!
//! What [`Store::put`] has returned for survives the end of the process and the loss of power. Everything
//! is in memory; the disk has a log of what was committed since the last snapshot. To read the code, start
//! with what stands on the disk and go up:
//!
//! | Module | |
//! |---|---|
//! | `disk` | what the store asks of a disk; [`RealDisk`], and [`SimulatedDisk`] for tests |
//! | `record` | the bytes of a record, and its checksums |
//! | `batch` | operations, and how they are applied |
//! | `log` | records one behind the other; a torn tail told from damage |
//! | `commit` | group commit; what happens when a sync fails |
//! | `compaction` | a snapshot, taken while writers go on |
//! | `recovery` | from the files to the entries |
//!
//! # What is promised
//!
//! - **Durable.** A commit that returned `Ok` is on the disk. So is everything a reader sees.
//! - **Atomic.** Of a [`Batch`], all operations take place or none.
//! - **In order.** If a commit survives a crash, so do all that were acknowledged before it began.
//! - **Unknown is said.** A commit that returned an error, or did not return, took place or did not.
//!   The next opening decides, once and for all.
//! - **Nothing is dropped silently.** A record that was acknowledged and cannot be read makes
//!   [`Store::open`] fail with [`Error::Damaged`], wherever this can be told: see below.
//!
//! # What was decided, and why
//!
//! **A torn write is dropped; damage is not.** The store writes one record at a time and syncs it before it
//! begins the next. So a crash can tear only the last one, which nobody was promised. A record that cannot
//! be read and has any trace of a later one behind it was acknowledged. To cut the log there would lose
//! commits in silence, also those behind it, so the store does not open. The start of a log, a sealed log
//! and a snapshot were durable before anything came to depend on them: there all damage is an error.
//!
//! **Two cases cannot be told from a torn write.** One is the last record of a log that was not sealed,
//! when it decays after its sync. [`Recovery::dropped_bytes`] tells that something was dropped;
//! [`Store::close`] seals the log and so excludes the case. The other is a last log that became shorter.
//! Only a second copy elsewhere helps against both.
//!
//! **A failed sync is final.** After it nobody knows what is on the disk, and trying again makes it worse:
//! Linux marks the pages as clean, and the next sync succeeds without having written them. So the store
//! stops, and reading goes on. The next opening trusts no page that it did not write itself: see `recovery`.
//!
//! **Names are synced, too.** A file that is synced can still be nameless after a crash. The directory is
//! synced after each rename: when a log begins, and when a snapshot takes the place of others.
//!
//! **One process.** [`RealDisk::open`] locks the directory with [`File::try_lock`](std::fs::File::try_lock).
//! The lock is advisory: it keeps out other stores, not other programs.
//!
//! **Sizes have limits.** [`MAX_KEY`], [`MAX_VALUE`] and [`MAX_BATCH`] bound what a group of writers may
//! queue and what recovery may allocate.

mod batch;
mod commit;
mod compaction;
mod disk;
mod error;
mod files;
mod log;
mod record;
mod recovery;
mod store;

pub use batch::{Batch, Entries, MAX_BATCH, MAX_KEY, MAX_VALUE};
pub use compaction::Compaction;
pub use disk::real::RealDisk;
pub use disk::simulated::{SimulatedDisk, SimulatedFile};
pub use disk::{Disk, DiskFile};
pub use error::Error;
pub use recovery::Recovery;
pub use store::Store;
