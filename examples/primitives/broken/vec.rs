//! Broken on purpose: methods of the vector with their steps in the wrong order.

use std::ptr;

use crate::vec::Vec;

// ANCHOR: push
/// Writes, then makes room: the last write before each growth is beyond the buffer.
pub(crate) fn push<T>(vec: &mut Vec<T>, value: T) {
    let len = vec.len();
    // SAFETY: wrong: slot `len` exists only if `len < capacity`.
    unsafe { vec.as_mut_ptr().add(len).write(value) };
    vec.reserve(1);
    // SAFETY: there is room for one more, and it was written.
    unsafe { vec.set_len(len + 1) };
}
// ANCHOR_END: push

// ANCHOR: truncate
/// Drops, then stops counting: if a destructor panics, the vector drops the same values again.
pub(crate) fn truncate<T>(vec: &mut Vec<T>, len: usize) {
    let rest: *mut [T] = &raw mut vec[len..];
    // SAFETY: wrong: the values are still counted if this panics.
    unsafe { ptr::drop_in_place(rest) };
    // SAFETY: the first `len` values were not touched.
    unsafe { vec.set_len(len) };
}
// ANCHOR_END: truncate

// ANCHOR: insert-with
/// Opens the gap, then asks what to put in: if `make` panics, one value is counted twice.
pub(crate) fn insert_with<T>(vec: &mut Vec<T>, index: usize, make: impl FnOnce() -> T) {
    let len = vec.len();
    assert!(index <= len);
    vec.reserve(1);
    // SAFETY: wrong: from the copy to the write, slots `index` and `index + 1` hold the same value.
    unsafe {
        let slot = vec.as_mut_ptr().add(index);
        ptr::copy(slot, slot.add(1), len - index);
        vec.set_len(len + 1);
        slot.write(make());
    }
}
// ANCHOR_END: insert-with
