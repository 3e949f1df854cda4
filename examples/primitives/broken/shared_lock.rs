//! Broken on purpose: a lock that any value can be shared through.

use std::ops::Deref;

use crate::spin_lock::SpinLock;

/// The sound lock, declared `Sync` for all `T`.
pub(crate) struct SharedLock<T>(pub(crate) SpinLock<T>);

// SAFETY: wrong: one thread at a time is not enough for a value that may not leave its thread. An `Rc`
// that is cloned under the lock takes a share of its count outside.
unsafe impl<T> Sync for SharedLock<T> {}

impl<T> Deref for SharedLock<T> {
    type Target = SpinLock<T>;

    fn deref(&self) -> &SpinLock<T> {
        &self.0
    }
}
