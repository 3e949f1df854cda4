//! A lock whose waiters keep their processor busy.

use std::marker::PhantomData;
use std::ops::{Deref, DerefMut};

use crate::sync::atomic::AtomicBool;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::{UnsafeCell, hint};

/// A value that one thread at a time can reach, through a [`Guard`].
///
/// ```
/// use primitives::spin_lock::SpinLock;
///
/// let queue = SpinLock::new(Vec::new());
/// std::thread::scope(|scope| {
///     scope.spawn(|| queue.lock().push("tea"));
///     scope.spawn(|| queue.lock().push("coffee"));
/// });
/// assert_eq!(queue.lock().len(), 2);
/// ```
///
/// A lock hands its value from thread to thread, so it can be shared only if the value can be sent:
///
/// ```compile_fail,E0277
/// use std::rc::Rc;
/// use primitives::spin_lock::SpinLock;
///
/// let order = SpinLock::new(Rc::new("tea"));
/// std::thread::scope(|scope| {
///     scope.spawn(|| Rc::clone(&order.lock()));
/// });
/// ```
// ANCHOR: lock
#[derive(Debug)]
pub struct SpinLock<T: ?Sized> {
    locked: AtomicBool,
    value: UnsafeCell<T>,
}

// SAFETY: `lock` gives `&mut T` to the thread that set `locked`, and to no other until it is cleared. So
// no two threads use the value at once, and `T: Sync` is not needed. But each can take it out, with
// `mem::replace`, so it must be `Send`.
unsafe impl<T: ?Sized + Send> Sync for SpinLock<T> {}

impl<T> SpinLock<T> {
    /// An open lock.
    pub fn new(value: T) -> Self {
        Self { locked: AtomicBool::new(false), value: UnsafeCell::new(value) }
    }
}

impl<T: ?Sized> SpinLock<T> {
    /// Waits until the lock is open, and closes it until the guard is dropped.
    ///
    /// A thread that locks twice waits for itself, forever.
    pub fn lock(&self) -> Guard<'_, T> {
        // `Acquire` pairs with the `Release` of the last guard: its writes happen before our reads.
        while self.locked.compare_exchange_weak(false, true, Acquire, Relaxed).is_err() {
            // Reading leaves the cache line shared between the waiters; trying to write would not.
            while self.locked.load(Relaxed) {
                hint::spin_loop();
            }
        }
        Guard { lock: self, access: PhantomData }
    }
}
// ANCHOR_END: lock

/// Access to the value of a locked [`SpinLock`].
///
/// Two threads that share a guard share `&T`, which is more than the lock ever allows:
///
/// ```compile_fail,E0277
/// use std::cell::Cell;
/// use primitives::spin_lock::SpinLock;
///
/// let served = SpinLock::new(Cell::new(0));
/// let guard = served.lock();
/// std::thread::scope(|scope| {
///     scope.spawn(|| guard.set(1));
/// });
/// ```
// ANCHOR: guard
#[derive(Debug)]
pub struct Guard<'lock, T: ?Sized> {
    lock: &'lock SpinLock<T>,
    /// The guard stands for a `&mut T`, and is `Sync` only if that is. The reference to the lock alone
    /// would make it `Sync` whenever `T` is `Send`.
    access: PhantomData<&'lock mut T>,
}

impl<T: ?Sized> Deref for Guard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: the lock is closed while the guard lives, so only the guard reaches the value, and
        // `&self` rules out a `&mut T` from it.
        self.lock.value.with(|value| unsafe { &*value })
    }
}

impl<T: ?Sized> DerefMut for Guard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        // SAFETY: as above, and `&mut self` rules out any other reference from this guard.
        self.lock.value.with_mut(|value| unsafe { &mut *value })
    }
}

impl<T: ?Sized> Drop for Guard<'_, T> {
    fn drop(&mut self) {
        self.lock.locked.store(false, Release);
    }
}
// ANCHOR_END: guard
