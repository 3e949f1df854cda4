//! Broken on purpose: a channel that announces the message before it is there.
//!
//! It polls instead of waiting, to be short. What is wrong is the one ordering in `send`.

use std::mem::MaybeUninit;

use crate::sync::UnsafeCell;
use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Relaxed};

/// For one message, which must be `Copy`, so that nobody need drop it.
pub(crate) struct Channel<T: Copy> {
    sent: AtomicBool,
    message: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: would be right, as for the sound channel, if `send` were.
unsafe impl<T: Copy + Send> Sync for Channel<T> {}

impl<T: Copy> Channel<T> {
    pub(crate) fn new() -> Self {
        let message = UnsafeCell::new(MaybeUninit::uninit());
        Self { sent: AtomicBool::new(false), message }
    }

    /// # Safety
    /// Called once.
    pub(crate) unsafe fn send(&self, message: T) {
        // SAFETY: the receiver does not read before it sees `sent`.
        self.message.with_mut(|slot| unsafe { (*slot).write(message) });
        // Wrong: the receiver may see this before the write above.
        self.sent.store(true, Relaxed);
    }

    pub(crate) fn try_receive(&self) -> Option<T> {
        // SAFETY: it was sent. That the message can be seen here does not follow.
        let read = || self.message.with(|slot| unsafe { (*slot).assume_init_read() });
        self.sent.load(Acquire).then(read)
    }
}
