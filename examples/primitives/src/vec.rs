//! A growable array.

use std::alloc::{self, Layout};
use std::fmt;
use std::mem;
use std::ops::{Deref, DerefMut, Range};
use std::ptr::{self, NonNull};
use std::slice;

// ANCHOR: buffer
/// Memory for some values, of which it does not know how many there are: it frees and never drops.
struct Buffer<T> {
    /// Where the slots begin. Covariant; never null, so that `Option<Vec<T>>` is as small as `Vec<T>`.
    start: NonNull<T>,
    /// How many slots there are. Unless it is 0 or `T` has no size, `start` was allocated for exactly as
    /// many.
    capacity: usize,
}

// SAFETY: the buffer owns its memory as a `Box<[T]>` would; nothing else points to it.
unsafe impl<T: Send> Send for Buffer<T> {}
// SAFETY: who shares the buffer shares the values, so they must be `Sync`; through `&Buffer<T>` nothing
// else is written.
unsafe impl<T: Sync> Sync for Buffer<T> {}
// ANCHOR_END: buffer

impl<T> Buffer<T> {
    // ANCHOR: grow
    /// No allocation. Values without a size need none: there is always room for one more.
    const fn new() -> Self {
        let capacity = if size_of::<T>() == 0 { usize::MAX } else { 0 };
        Self { start: NonNull::dangling(), capacity }
    }

    /// Makes room for `wanted` values, which is more than the capacity. The values move along; pointers
    /// to them do not.
    ///
    /// Capacity doubles, so that pushing `n` values one by one moves fewer than `2 * n`.
    fn grow(&mut self, wanted: usize) {
        let capacity = wanted.max(self.capacity.saturating_mul(2)).max(4);
        // Refuses more than `isize::MAX` bytes: pointers could not be subtracted any more.
        let layout = Layout::array::<T>(capacity).expect("capacity overflow");
        let memory = match self.layout() {
            // SAFETY: `start` was allocated with `old`. The new size is that of a valid layout with the
            // same alignment, and is not 0.
            Some(old) => unsafe { alloc::realloc(self.start.as_ptr().cast(), old, layout.size()) },
            // SAFETY: the size is not 0: the capacity is not, and values without a size never need more
            // than `usize::MAX` slots.
            None => unsafe { alloc::alloc(layout) },
        };
        self.start =
            NonNull::new(memory.cast()).unwrap_or_else(|| alloc::handle_alloc_error(layout));
        self.capacity = capacity;
    }

    /// What `start` was allocated with; `None` when it was not.
    fn layout(&self) -> Option<Layout> {
        let is_allocated = self.capacity > 0 && size_of::<T>() > 0;
        is_allocated.then(|| Layout::array::<T>(self.capacity).expect("it was valid before"))
    }
    // ANCHOR_END: grow
}

// ANCHOR: free
impl<T> Drop for Buffer<T> {
    fn drop(&mut self) {
        if let Some(layout) = self.layout() {
            // SAFETY: `start` was allocated with this layout, and is not used after this.
            unsafe { alloc::dealloc(self.start.as_ptr().cast(), layout) };
        }
    }
}
// ANCHOR_END: free

/// A growable array: the first `len` slots of a buffer hold values.
///
/// ```
/// let mut orders = primitives::vec::Vec::new();
/// orders.push("tea");
/// orders.insert(0, "coffee");
/// assert_eq!(orders[..], ["coffee", "tea"]);
/// assert_eq!(orders.into_iter().next_back(), Some("tea"));
/// ```
///
/// It is covariant, as an array is:
///
/// ```
/// # use primitives::vec::Vec;
/// fn shorten<'a>(names: Vec<&'static str>, _: &'a str) -> Vec<&'a str> {
///     names
/// }
/// ```
///
/// It owns its values, and the compiler knows that its destructor may use them:
///
/// ```compile_fail,E0597
/// let mut names = primitives::vec::Vec::new();
/// let name = String::from("tea");
/// names.push(&name);
/// // `name` is dropped before `names`.
/// ```
// ANCHOR: vec
pub struct Vec<T> {
    buffer: Buffer<T>,
    /// At most the capacity. The slots below it are initialized and owned; the others are neither.
    len: usize,
}
// ANCHOR_END: vec

impl<T> Vec<T> {
    /// An empty one, without an allocation.
    #[must_use]
    pub const fn new() -> Self {
        Self { buffer: Buffer::new(), len: 0 }
    }

    /// How many values fit before the buffer grows.
    #[must_use]
    pub const fn capacity(&self) -> usize {
        self.buffer.capacity
    }

    /// Where the slots begin.
    ///
    /// The method of slices that has this name would go by a reference to the values. That its result may
    /// be used for the slots above them is not settled, and Miri rejects it.
    #[must_use]
    pub const fn as_ptr(&self) -> *const T {
        self.buffer.start.as_ptr()
    }

    /// Where the slots begin, to write to them.
    #[must_use]
    pub const fn as_mut_ptr(&mut self) -> *mut T {
        self.buffer.start.as_ptr()
    }

    /// Makes room for `additional` values more.
    ///
    /// # Panics
    /// When the buffer would have more than `isize::MAX` bytes, as whenever it grows.
    pub fn reserve(&mut self, additional: usize) {
        let wanted = self.len.checked_add(additional).expect("capacity overflow");
        if wanted > self.capacity() {
            self.buffer.grow(wanted);
        }
    }

    // ANCHOR: push-pop
    /// Adds a value at the end.
    pub fn push(&mut self, value: T) {
        self.reserve(1);
        // SAFETY: `len < capacity` after `reserve`, so the slot exists. It holds no value yet.
        unsafe { self.as_mut_ptr().add(self.len).write(value) };
        self.len += 1;
    }

    /// Takes the value at the end.
    pub fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        // SAFETY: the slot was below `len`, so it holds a value. It is above now, so nobody else takes
        // it.
        Some(unsafe { self.as_ptr().add(self.len).read() })
    }
    // ANCHOR_END: push-pop

    /// Puts a value before the one at `index`.
    ///
    /// # Panics
    /// When `index` is greater than the length.
    pub fn insert(&mut self, index: usize, value: T) {
        self.insert_with(index, || value);
    }

    // ANCHOR: insert
    /// Puts the value that `make` returns before the one at `index`.
    ///
    /// # Panics
    /// When `index` is greater than the length. If `make` panics, nothing has changed.
    pub fn insert_with(&mut self, index: usize, make: impl FnOnce() -> T) {
        assert!(index <= self.len, "index {index} is beyond the length {}", self.len);
        // Foreign code runs first, while the vector is whole. Between the two lines of `unsafe` code
        // below, one value lies in two slots, and nothing there can panic.
        let value = make();
        self.reserve(1);
        // SAFETY: `index <= len < capacity`, so the slots `index..=len` exist.
        unsafe {
            let slot = self.as_mut_ptr().add(index);
            ptr::copy(slot, slot.add(1), self.len - index);
            slot.write(value);
        }
        self.len += 1;
    }
    // ANCHOR_END: insert

    /// Takes the value at `index` and closes the gap.
    ///
    /// # Panics
    /// When there is no value at `index`.
    pub fn remove(&mut self, index: usize) -> T {
        assert!(index < self.len, "index {index} is not below the length {}", self.len);
        self.len -= 1;
        // SAFETY: the slots `index..=len` hold values. The first is moved out, then the others move down
        // over it, so that each is again in one slot below `len`.
        unsafe {
            let slot = self.as_mut_ptr().add(index);
            let value = slot.read();
            ptr::copy(slot.add(1), slot, self.len - index);
            value
        }
    }

    // ANCHOR: truncate
    /// Drops all values from `len` on.
    pub fn truncate(&mut self, len: usize) {
        if len >= self.len {
            return;
        }
        let rest: *mut [T] = &raw mut self[len..];
        // First, because a destructor may panic. What is counted then is dropped again by `drop` below.
        self.len = len;
        // SAFETY: the values were counted until now, so they exist; they are not any more, so nobody
        // else drops them.
        unsafe { ptr::drop_in_place(rest) };
    }
    // ANCHOR_END: truncate

    /// Keeps the values for which `keep` returns `true`, in their order.
    ///
    /// If `keep` panics, the values that it was not asked about are leaked.
    pub fn retain(&mut self, mut keep: impl FnMut(&T) -> bool) {
        // Nothing is counted while `keep` runs but what was kept: a panic leaks, and drops nothing twice.
        let len = mem::take(&mut self.len);
        for index in 0..len {
            // SAFETY: each slot is read once, and `push` has written at most `index` slots, all below.
            let value = unsafe { self.as_ptr().add(index).read() };
            if keep(&value) {
                self.push(value);
            }
        }
    }

    /// Changes the length, and nothing else.
    ///
    /// # Safety
    /// `len` is at most the capacity, and the slots below it hold values that nobody else owns.
    pub const unsafe fn set_len(&mut self, len: usize) {
        self.len = len;
    }
}

// ANCHOR: drop
impl<T> Drop for Vec<T> {
    fn drop(&mut self) {
        // The field `buffer` is dropped after this, also if a destructor panics here.
        self.truncate(0);
    }
}
// ANCHOR_END: drop

// ANCHOR: slice
impl<T> Deref for Vec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        // SAFETY: the first `len` slots hold values, which are borrowed as `self` is. `start` is aligned
        // and never null, which is enough for no bytes; a layout has at most `isize::MAX` of them.
        unsafe { slice::from_raw_parts(self.as_ptr(), self.len) }
    }
}
// ANCHOR_END: slice

impl<T> DerefMut for Vec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        // SAFETY: as above, and `self` is borrowed mutably.
        unsafe { slice::from_raw_parts_mut(self.as_mut_ptr(), self.len) }
    }
}

impl<T> Extend<T> for Vec<T> {
    fn extend<I: IntoIterator<Item = T>>(&mut self, values: I) {
        // No `reserve` by `size_hint`: it is a hint, and an iterator may lie.
        values.into_iter().for_each(|value| self.push(value));
    }
}

impl<T> FromIterator<T> for Vec<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut vec = Self::new();
        vec.extend(values);
        vec
    }
}

impl<T> Default for Vec<T> {
    fn default() -> Self {
        Self::new()
    }
}

impl<T: fmt::Debug> fmt::Debug for Vec<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        (**self).fmt(f)
    }
}

/// The values of a [`Vec`], one by one from either end.
pub struct IntoIter<T> {
    buffer: Buffer<T>,
    /// The slots whose values were not handed out.
    rest: Range<usize>,
}

impl<T> IntoIterator for Vec<T> {
    type Item = T;
    type IntoIter = IntoIter<T>;

    fn into_iter(mut self) -> IntoIter<T> {
        // A field cannot be moved out of a type with a destructor. What is left is an empty vector.
        let rest = 0..mem::take(&mut self.len);
        IntoIter { buffer: mem::replace(&mut self.buffer, Buffer::new()), rest }
    }
}

impl<T> Iterator for IntoIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let index = self.rest.next()?;
        // SAFETY: the slot holds a value, and `rest` does not have its index any more.
        Some(unsafe { self.buffer.start.add(index).read() })
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.rest.size_hint()
    }
}

impl<T> DoubleEndedIterator for IntoIter<T> {
    fn next_back(&mut self) -> Option<T> {
        let index = self.rest.next_back()?;
        // SAFETY: as above.
        Some(unsafe { self.buffer.start.add(index).read() })
    }
}

impl<T> ExactSizeIterator for IntoIter<T> {}

impl<T> Drop for IntoIter<T> {
    fn drop(&mut self) {
        // SAFETY: the slots of `rest` hold values that were not handed out, and this is the last use of
        // them. The field `buffer` is dropped after this, also if a destructor panics here.
        unsafe {
            let first = self.buffer.start.add(self.rest.start).as_ptr();
            ptr::drop_in_place(ptr::slice_from_raw_parts_mut(first, self.rest.len()));
        }
    }
}
