//! A cell that is written once and read by all.

use std::mem::MaybeUninit;

use crate::sync::UnsafeCell;
use crate::sync::atomic::AtomicU8;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::hint;

const EMPTY: u8 = 0;
/// One thread computes the value; the others wait.
const BUSY: u8 = 1;
/// The value is there, for as long as the cell.
const FULL: u8 = 2;

/// A value that the first thread that asks for it computes.
///
/// ```
/// use primitives::once_cell::OnceCell;
///
/// let menu = OnceCell::new();
/// std::thread::scope(|scope| {
///     scope.spawn(|| menu.get_or_init(|| vec!["tea"]));
///     scope.spawn(|| menu.get_or_init(|| vec!["tea"]));
/// });
/// assert_eq!(menu.get(), Some(&vec!["tea"]));
/// ```
#[derive(Debug)]
pub struct OnceCell<T> {
    state: AtomicU8,
    /// Initialized exactly while `state` is `FULL`, and not changed any more then.
    value: UnsafeCell<MaybeUninit<T>>,
}

// SAFETY: whoever sees `FULL` gets `&T`, on any thread, hence `T: Sync`. The thread that drops the cell
// need not be the one that made the value, hence `T: Send`.
unsafe impl<T: Send + Sync> Sync for OnceCell<T> {}

impl<T> OnceCell<T> {
    /// An empty cell.
    #[must_use]
    pub fn new() -> Self {
        let value = UnsafeCell::new(MaybeUninit::uninit());
        Self { state: AtomicU8::new(EMPTY), value }
    }

    /// The value, if it is there.
    pub fn get(&self) -> Option<&T> {
        // `Acquire` pairs with the `Release` of the thread that wrote the value.
        let is_full = self.state.load(Acquire) == FULL;
        // SAFETY: the state is `FULL`.
        is_full.then(|| unsafe { self.value() })
    }

    /// The value, computed by `init` if no other thread was first. If `init` panics, the cell is empty
    /// again. A cell that is asked for within its own `init` waits for itself, forever.
    pub fn get_or_init(&self, init: impl FnOnce() -> T) -> &T {
        if let Some(value) = self.get() {
            return value; // the usual case, without a write
        }
        loop {
            match self.state.compare_exchange(EMPTY, BUSY, Relaxed, Acquire) {
                Ok(_) => return self.fill(init),
                // SAFETY: the state is `FULL`.
                Err(FULL) => return unsafe { self.value() },
                Err(_) => hint::spin_loop(),
            }
        }
    }

    /// Fills the cell. The caller has just changed the state from `EMPTY` to `BUSY`.
    fn fill(&self, init: impl FnOnce() -> T) -> &T {
        let mut finish = Finish { state: &self.state, next: EMPTY };
        let value = init();
        // SAFETY: only the thread that set `BUSY` gets here, and nobody reads before `FULL`.
        self.value.with_mut(|slot| unsafe { (*slot).write(value) });
        finish.next = FULL;
        drop(finish);
        // SAFETY: the state is `FULL`.
        unsafe { self.value() }
    }

    /// # Safety
    /// This thread has read or stored `FULL`: the value is there, and is not written any more.
    unsafe fn value(&self) -> &T {
        // SAFETY: the caller promises that it is initialized.
        self.value.with(|value| unsafe { (*value).assume_init_ref() })
    }
}

/// Ends the state `BUSY`, also when `init` panics.
struct Finish<'cell> {
    state: &'cell AtomicU8,
    next: u8,
}

impl Drop for Finish<'_> {
    fn drop(&mut self) {
        self.state.store(self.next, Release);
    }
}

impl<T> Default for OnceCell<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T> Drop for OnceCell<T> {
    fn drop(&mut self) {
        if self.state.load(Relaxed) == FULL {
            // SAFETY: the value is initialized, and `&mut self` means that nobody else uses it.
            self.value.with_mut(|value| unsafe { (*value).assume_init_drop() });
        }
    }
}
