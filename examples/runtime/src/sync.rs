//! What the executor needs of `std`, under the names that loom has for it.
//!
//! `tests/loom.rs` compiles the same modules with a `sync` of its own, made of loom's types. loom then
//! runs each test in every order that the memory model allows, within a bound.

use std::sync::PoisonError;

pub(crate) use std::sync::atomic;
pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};

/// Locks. Nothing that can panic runs under the locks of this crate but what `catch_unwind` surrounds, so
/// a poisoned one still guards a whole value.
pub(crate) fn lock<T: ?Sized>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Waits on a condition variable; may return for no reason.
pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
    condvar.wait(guard).unwrap_or_else(PoisonError::into_inner)
}
