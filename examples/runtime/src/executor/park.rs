//! A thread that waits, and those who end its wait.

use std::sync::Arc;
use std::task::Wake;

use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::{AcqRel, Acquire};
use crate::sync::{Condvar, Mutex, lock, wait};

const EMPTY: usize = 0;
/// Waits on the condition variable.
const ASLEEP: usize = 1;
/// Waits in the driver, for events.
const TURNING: usize = 2;
/// Was unparked. The next wait, or the current one, ends at once.
const NOTIFIED: usize = 3;

/// One owner waits, anyone unparks. An unpark that comes before the wait is kept, as one token.
pub(crate) struct Parker {
    state: AtomicUsize,
    lock: Mutex<()>,
    condvar: Condvar,
}

impl Parker {
    pub(crate) fn new() -> Self {
        Self { state: AtomicUsize::new(EMPTY), lock: Mutex::new(()), condvar: Condvar::new() }
    }

    // ANCHOR: park
    /// Waits until it is unparked.
    pub(crate) fn park(&self) {
        let mut guard = lock(&self.lock);
        if self.leave(EMPTY, ASLEEP) {
            while self.state.load(Acquire) != NOTIFIED {
                guard = wait(&self.condvar, guard);
            }
        }
        self.state.swap(EMPTY, Acquire);
    }
    // ANCHOR_END: park

    /// Waits in `turn`, which ends by itself or when an unpark interrupts it.
    pub(crate) fn park_in(&self, turn: impl FnOnce()) {
        if self.leave(EMPTY, TURNING) {
            turn();
        }
        self.state.swap(EMPTY, Acquire);
    }

    // ANCHOR: unpark
    /// Ends the current or the next wait. `interrupt` must end the current or the next call of `turn`.
    pub(crate) fn unpark(&self, interrupt: impl FnOnce()) {
        match self.state.swap(NOTIFIED, AcqRel) {
            ASLEEP => {
                // The owner holds the lock from its look at the state until it waits. Without the lock, the
                // signal could fall between the two, where nobody hears it.
                drop(lock(&self.lock));
                self.condvar.notify_one();
            }
            TURNING => interrupt(),
            _ => {}
        }
    }
    // ANCHOR_END: unpark

    fn leave(&self, from: usize, to: usize) -> bool {
        self.state.compare_exchange(from, to, AcqRel, Acquire).is_ok()
    }
}

impl Wake for Parker {
    fn wake(self: Arc<Self>) {
        self.unpark(|| ());
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.unpark(|| ());
    }
}
