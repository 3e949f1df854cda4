//! Shared ownership between threads, with references that do not own.

use std::fmt;
use std::mem::ManuallyDrop;
use std::ops::Deref;
use std::process;
use std::ptr::{self, NonNull};

use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use crate::sync::atomic::fence;
use crate::sync::hint;

/// The weak count while [`Arc::get_mut`] looks at both counts.
const LOCKED: usize = usize::MAX;
/// No count may come near the values that mean something else, even if handles are leaked in a loop.
const MAX_COUNT: usize = isize::MAX as usize;

/// The allocation that all handles point to. It lives until `weak` is 0, the value until `strong` is.
struct Shared<T> {
    /// How many `Arc`s there are.
    strong: AtomicUsize,
    /// How many `Weak`s there are, and one more while there is an `Arc`.
    weak: AtomicUsize,
    value: ManuallyDrop<T>,
}

/// A value with several owners, dropped with the last one.
///
/// ```
/// use primitives::arc::Arc;
///
/// let config = Arc::new(String::from("port 443"));
/// let for_worker = Arc::clone(&config);
/// let worker = std::thread::spawn(move || for_worker.len());
/// assert_eq!((config.len(), worker.join().unwrap()), (8, 8));
/// ```
///
/// It is covariant, as a reference is:
///
/// ```
/// # use primitives::arc::Arc;
/// fn shorten<'a>(name: Arc<&'static str>, _: &'a str) -> Arc<&'a str> {
///     name
/// }
/// ```
///
/// It is `Send` only if its value is `Sync`, because another thread may keep a second owner:
///
/// ```compile_fail,E0277
/// # use primitives::arc::Arc;
/// let count = Arc::new(std::cell::Cell::new(0));
/// std::thread::spawn(move || count.set(1));
/// ```
pub struct Arc<T> {
    /// Points to a `Shared` whose `strong` counts this handle. `NonNull` is covariant, and no marker is
    /// needed beside it: a type that implements `Drop` counts as one that drops its `T`.
    shared: NonNull<Shared<T>>,
}

// SAFETY: to send an `Arc` is to share the value with the thread where another owner may be, hence
// `T: Sync`; and the last owner drops the value, on whatever thread it is, hence `T: Send`.
unsafe impl<T: Send + Sync> Send for Arc<T> {}
// SAFETY: who has an `&Arc` can clone it, and has then received an `Arc`: the same two bounds.
unsafe impl<T: Send + Sync> Sync for Arc<T> {}

/// A handle that keeps the allocation and not the value.
///
/// ```
/// use primitives::arc::Arc;
///
/// let room = Arc::new("room 7");
/// let link = Arc::downgrade(&room);
/// assert_eq!(link.upgrade().as_deref(), Some(&"room 7"));
/// drop(room);
/// assert!(link.upgrade().is_none());
/// ```
pub struct Weak<T> {
    /// Points to a `Shared` whose `weak` counts this handle. The value may be gone.
    shared: NonNull<Shared<T>>,
}

// SAFETY: a `Weak` can become an `Arc` on the thread where it is: the same bounds.
unsafe impl<T: Send + Sync> Send for Weak<T> {}
// SAFETY: who has a `&Weak` can upgrade it: the same bounds.
unsafe impl<T: Send + Sync> Sync for Weak<T> {}

impl<T> Arc<T> {
    /// Moves the value into an allocation of its own.
    pub fn new(value: T) -> Self {
        let strong = AtomicUsize::new(1);
        let weak = AtomicUsize::new(1);
        let shared = Box::new(Shared { strong, weak, value: ManuallyDrop::new(value) });
        Self { shared: NonNull::from(Box::leak(shared)) }
    }

    /// Another handle, which does not own the value.
    #[must_use]
    pub fn downgrade(this: &Self) -> Weak<T> {
        // SAFETY: this `Arc` keeps the allocation.
        let weak = unsafe { weak(this.shared) };
        let mut seen = weak.load(Relaxed);
        loop {
            if seen == LOCKED {
                hint::spin_loop();
                seen = weak.load(Relaxed);
                continue;
            }
            abort_above_limit(seen);
            // `Acquire` pairs with the `Release` at the end of `get_mut`, which has thus counted this
            // owner. Otherwise it could miss both: the `Weak`, and the owner if that is dropped next.
            match weak.compare_exchange_weak(seen, seen + 1, Acquire, Relaxed) {
                Ok(_) => return Weak { shared: this.shared },
                Err(newer) => seen = newer,
            }
        }
    }

    /// The value, if this is the only handle of either kind.
    pub fn get_mut(this: &mut Self) -> Option<&mut T> {
        // SAFETY: this `Arc` keeps the allocation.
        let (strong, weak) = unsafe { (strong(this.shared), weak(this.shared)) };
        // Without a `Weak`, nobody can upgrade; while locked, nobody can downgrade. So once `strong` is
        // seen to be 1, it stays 1. `Acquire` pairs with the `Release` of each handle that was dropped:
        // what was done through it happens before what the caller does.
        if weak.compare_exchange(1, LOCKED, Acquire, Relaxed).is_err() {
            return None;
        }
        let is_only = strong.load(Acquire) == 1;
        weak.store(1, Release);
        // SAFETY: there is no other handle, and this one is borrowed for as long as the result.
        is_only.then(|| unsafe { &mut *value(this.shared) })
    }
}

impl<T> Clone for Arc<T> {
    fn clone(&self) -> Self {
        // `Relaxed`: to make a handle, one needs a handle, and whoever passes it to another thread takes
        // care of the order.
        // SAFETY: this `Arc` keeps the allocation.
        abort_above_limit(unsafe { strong(self.shared) }.fetch_add(1, Relaxed));
        Self { shared: self.shared }
    }
}

impl<T> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        // SAFETY: `strong` counts this handle, so the value is alive, and only `get_mut` gives a
        // `&mut T`, when there is no other handle.
        unsafe { &*value(self.shared) }
    }
}

// ANCHOR: drop
impl<T> Drop for Arc<T> {
    fn drop(&mut self) {
        // SAFETY: `weak` is not 0 while there is an `Arc`.
        // `Release`: what this owner did to the value happens before the last one drops it.
        if unsafe { strong(self.shared) }.fetch_sub(1, Release) != 1 {
            return;
        }
        // The other half of that: all `fetch_sub`s whose results led to ours are in the past from here on.
        // The owners who are not the last need not pay for it.
        fence(Acquire);
        // Dropped at the end, also if the value's destructor panics.
        let _held_by_all_owners = Weak { shared: self.shared };
        // SAFETY: the count went from 1 to 0. It never rises again, because `upgrade` refuses 0. So this
        // runs once, and no reference to the value is left.
        unsafe { ptr::drop_in_place(value(self.shared)) };
    }
}
// ANCHOR_END: drop

impl<T> Weak<T> {
    /// An owner, if there still is one.
    #[must_use]
    pub fn upgrade(&self) -> Option<Arc<T>> {
        // SAFETY: this `Weak` keeps the allocation.
        let strong = unsafe { strong(self.shared) };
        let mut seen = strong.load(Relaxed);
        while seen != 0 {
            abort_above_limit(seen);
            // Not a `fetch_add`: it would revive a value that is being dropped.
            match strong.compare_exchange_weak(seen, seen + 1, Relaxed, Relaxed) {
                Ok(_) => return Some(Arc { shared: self.shared }),
                Err(newer) => seen = newer,
            }
        }
        None
    }
}

impl<T> Clone for Weak<T> {
    fn clone(&self) -> Self {
        // Never `LOCKED`: `get_mut` locks only when there is no `Weak`.
        // SAFETY: this `Weak` keeps the allocation.
        abort_above_limit(unsafe { weak(self.shared) }.fetch_add(1, Relaxed));
        Self { shared: self.shared }
    }
}

impl<T> Drop for Weak<T> {
    fn drop(&mut self) {
        // SAFETY: this `Weak` keeps the allocation until here.
        if unsafe { weak(self.shared) }.fetch_sub(1, Release) == 1 {
            fence(Acquire);
            // SAFETY: `Arc::new` made the allocation as a `Box`, and the last handle is gone. The value
            // was dropped before; `ManuallyDrop` keeps the box from doing it again.
            drop(unsafe { Box::from_raw(self.shared.as_ptr()) });
        }
    }
}

/// The count of owners.
///
/// # Safety
/// The caller holds a handle to the allocation for as long as the result is used.
unsafe fn strong<'handle, T>(shared: NonNull<Shared<T>>) -> &'handle AtomicUsize {
    // SAFETY: the handle keeps the allocation. No reference to all of `Shared` is made here or below:
    // another thread may drop the value meanwhile.
    unsafe { &(*shared.as_ptr()).strong }
}

/// The count of weak handles.
///
/// # Safety
/// As for [`strong`].
unsafe fn weak<'handle, T>(shared: NonNull<Shared<T>>) -> &'handle AtomicUsize {
    // SAFETY: as in `strong`.
    unsafe { &(*shared.as_ptr()).weak }
}

/// The place of the value, which may be gone.
///
/// # Safety
/// The caller holds a handle to the allocation.
unsafe fn value<T>(shared: NonNull<Shared<T>>) -> *mut T {
    // SAFETY: the place lies in the allocation. `ManuallyDrop` has the layout of what is in it.
    unsafe { (&raw mut (*shared.as_ptr()).value).cast() }
}

/// Ends the process when handles were leaked until a count is about to overflow, which would free a value
/// that is in use. A panic would not do: other threads could go on counting.
fn abort_above_limit(count: usize) {
    if count > MAX_COUNT {
        process::abort();
    }
}

impl<T: fmt::Debug> fmt::Debug for Arc<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

impl<T> fmt::Debug for Weak<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(Weak)")
    }
}
