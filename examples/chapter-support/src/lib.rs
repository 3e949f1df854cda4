//! Counts what a piece of code allocates: [`allocations`].
//!
//! A program that names this crate gets its global allocator, which passes every request on to
//! [`System`], the default one, and counts it for the thread that made it. A program that does not name
//! it is not affected, even if its manifest lists it.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::ops::Sub;

/// What one thread asked of the allocator.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Allocations {
    /// How many requests were granted. Resizing a buffer is one, wherever it ends up.
    pub count: usize,
    /// How many bytes they asked for in all; a resized buffer counts with its new size.
    pub bytes: usize,
}

impl Sub for Allocations {
    type Output = Self;

    fn sub(self, earlier: Self) -> Self {
        Self { count: self.count - earlier.count, bytes: self.bytes - earlier.bytes }
    }
}

/// Runs `work` and returns its result with what it allocated on this thread. What it frees again is
/// counted all the same; what other threads allocate meanwhile is not.
///
/// Calls may be nested; the outer one counts what the inner one counts.
///
/// ```
/// let (names, made) = chapter_support::allocations(|| vec![String::from("ada"); 10]);
/// assert_eq!(names.len(), 10);
/// assert_eq!(made.count, 11);
/// ```
pub fn allocations<T>(work: impl FnOnce() -> T) -> (T, Allocations) {
    let before = MADE.get();
    let result = work();
    (result, MADE.get() - before)
}

thread_local! {
    // Constant and without a destructor: to reach it never allocates, and it outlives the thread's
    // other variables, whose destructors may allocate.
    static MADE: Cell<Allocations> = const { Cell::new(Allocations { count: 0, bytes: 0 }) };
}

struct Counting;

#[global_allocator]
static GLOBAL: Counting = Counting;

/// Counts a request for `bytes` if it was granted.
fn counted(memory: *mut u8, bytes: usize) -> *mut u8 {
    if !memory.is_null() {
        let made = MADE.get();
        MADE.set(Allocations { count: made.count + 1, bytes: made.bytes + bytes });
    }
    memory
}

// SAFETY: each function passes its arguments to `System` and returns what `System` returns.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `System::alloc` asks for.
        counted(unsafe { System.alloc(layout) }, layout.size())
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller promises what `System::alloc_zeroed` asks for.
        counted(unsafe { System.alloc_zeroed(layout) }, layout.size())
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        // SAFETY: the caller promises what `System::realloc` asks for, and `System` made `memory`.
        counted(unsafe { System.realloc(memory, layout, bytes) }, bytes)
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        // SAFETY: the caller promises what `System::dealloc` asks for, and `System` made `memory`.
        unsafe { System.dealloc(memory, layout) }
    }
}
