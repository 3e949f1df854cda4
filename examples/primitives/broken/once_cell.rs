//! Broken on purpose: double-checked locking, as it is often written. The check outside of the lock reads
//! a flag that orders nothing.

use std::mem::MaybeUninit;

use crate::spin_lock::SpinLock;
use crate::sync::UnsafeCell;
use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Relaxed, Release};

/// The value must be `Copy`, so that nobody need drop it.
pub(crate) struct OnceCell<T: Copy> {
    is_full: AtomicBool,
    filling: SpinLock<()>,
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: would be right, as for the sound `OnceCell`, if `get_or_init` were.
unsafe impl<T: Copy + Send + Sync> Sync for OnceCell<T> {}

impl<T: Copy> OnceCell<T> {
    pub(crate) fn new() -> Self {
        let value = UnsafeCell::new(MaybeUninit::uninit());
        Self { is_full: AtomicBool::new(false), filling: SpinLock::new(()), value }
    }

    pub(crate) fn get_or_init(&self, init: impl FnOnce() -> T) -> T {
        // Wrong: a thread that sees the flag here skips the lock, which would have shown it the value.
        if !self.is_full.load(Relaxed) {
            let _guard = self.filling.lock();
            if !self.is_full.load(Relaxed) {
                // SAFETY: the lock is held, and nobody reads before `is_full`.
                self.value.with_mut(|slot| unsafe { (*slot).write(init()) });
                self.is_full.store(true, Release);
            }
        }
        // SAFETY: it is full. That the value can be seen here does not follow.
        self.value.with(|slot| unsafe { (*slot).assume_init_read() })
    }
}
