//! What can go wrong.

use std::io;

use crate::batch::{MAX_BATCH, MAX_KEY, MAX_VALUE};

/// Why the store did not do what it was asked to.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Another process, or another [`RealDisk`](crate::RealDisk) of this one, has the directory open.
    #[error("the store is in use: close the program that has it open")]
    InUse,
    /// The files are not what the store wrote. It opens none of them and changes nothing.
    #[error("`{file}` is damaged at byte {offset}: {what}; restore the directory from a backup")]
    Damaged {
        /// The name of the file.
        file: String,
        /// Where in the file, from 0.
        offset: usize,
        /// What is wrong there.
        what: &'static str,
    },
    /// The key is longer than [`MAX_KEY`].
    #[error("the key has {0} bytes; {MAX_KEY} is the limit")]
    KeyTooLong(usize),
    /// The value is longer than [`MAX_VALUE`].
    #[error("the value has {0} bytes; {MAX_VALUE} is the limit")]
    ValueTooLong(usize),
    /// The batch is larger than [`MAX_BATCH`].
    #[error("the batch would have {0} bytes; {MAX_BATCH} is the limit")]
    BatchTooLarge(usize),
    /// An earlier write or sync failed, so nobody knows what is on the disk behind the last record that
    /// was acknowledged. Reads go on.
    #[error("an earlier write failed: open the store again to learn what is on the disk")]
    Stopped,
    /// Another compaction is under way.
    #[error("another compaction is under way: wait for it")]
    Compacting,
    /// The disk did not do what it was asked to. If this was a commit, opening the store again tells
    /// whether it took place.
    #[error(transparent)]
    Disk(#[from] io::Error),
}
