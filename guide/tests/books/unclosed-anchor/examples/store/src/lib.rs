//! A store.

// ANCHOR: append
/// Appends.
pub fn append() {}
// ANCHOR_END: append
// ANCHOR: open
pub fn open() {}
