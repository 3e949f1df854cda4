//! Broken on purpose: a lock that excludes and does not publish.
//!
//! It differs from the sound one in the ordering with which the guard opens the lock.

use std::ops::{Deref, DerefMut};

use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Relaxed};
use crate::sync::{UnsafeCell, hint};

pub(crate) struct SpinLock<T> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: would be right, as for the sound `SpinLock`, if the guard were.
unsafe impl<T: Send> Sync for SpinLock<T> {}

pub(crate) struct Guard<'lock, T>(&'lock SpinLock<T>);

impl<T> SpinLock<T> {
    pub(crate) fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }

    pub(crate) fn lock(&self) -> Guard<'_, T> {
        while self.locked.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            hint::spin_loop();
        }
        Guard(self)
    }
}

impl<T> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: only the guard reaches the value. That it sees what the last guard wrote does not
        // follow.
        self.0.value.with(|value| unsafe { &*value })
    }
}

impl<T> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above.
        self.0.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        // Wrong: `Acquire` in `lock` has no `Release` to pair with.
        self.0.locked.store(false, Relaxed);
    }
}
