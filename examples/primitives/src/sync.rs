//! What the other modules need of `std`, under the names that loom has for it.
//!
//! `tests/loom.rs` compiles the same modules with a `sync` of its own, made of loom's types. loom then
//! runs each test in every order that the memory model allows, within a bound.

pub(crate) use std::hint;
pub(crate) use std::sync::atomic;
pub(crate) use std::thread;

/// [`std::cell::UnsafeCell`] with loom's way in: an access is a closure, so that loom sees it.
#[derive(Debug)]
pub(crate) struct UnsafeCell<T: ?Sized>(std::cell::UnsafeCell<T>);

impl<T> UnsafeCell<T> {
    pub(crate) fn new(value: T) -> Self {
        Self(std::cell::UnsafeCell::new(value))
    }
}

impl<T: ?Sized> UnsafeCell<T> {
    /// Gives a pointer to read from. The caller rules out writers.
    pub(crate) fn with<R>(&self, access: impl FnOnce(*const T) -> R) -> R {
        access(self.0.get())
    }

    /// Gives a pointer to write to. The caller rules out everyone else.
    pub(crate) fn with_mut<R>(&self, access: impl FnOnce(*mut T) -> R) -> R {
        access(self.0.get())
    }
}
