//! Broken on purpose: the last owner drops the value without knowing what the others did to it.
//!
//! Without weak handles, to be short. What is wrong is the one ordering in `drop`.

use std::ops::Deref;
use std::ptr::NonNull;

use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::Relaxed;

struct Shared<T> {
    owners: AtomicUsize,
    value: T,
}

pub(crate) struct Arc<T> {
    shared: NonNull<Shared<T>>,
}

// SAFETY: would be right, as for the sound `Arc`, if `drop` were.
unsafe impl<T: Send + Sync> Send for Arc<T> {}

impl<T> Arc<T> {
    pub(crate) fn new(value: T) -> Self {
        let shared = Box::new(Shared { owners: AtomicUsize::new(1), value });
        Self { shared: NonNull::from(Box::leak(shared)) }
    }

    fn shared(&self) -> &Shared<T> {
        // SAFETY: `owners` counts this handle, so the allocation is alive.
        unsafe { self.shared.as_ref() }
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Self {
        self.shared().owners.fetch_add(1, Relaxed);
        Self { shared: self.shared }
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.shared().value
    }
}

// ANCHOR: drop
impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        // Wrong: the count is exact, and orders nothing. What another owner did to the value before its
        // own `fetch_sub` need not have happened when this one drops the value.
        if self.shared().owners.fetch_sub(1, Relaxed) == 1 {
            // SAFETY: as `Arc::new` made the box, and this is the last owner. Who says that the others
            // are done?
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}
// ANCHOR_END: drop
