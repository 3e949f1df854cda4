//! A store.

// ANCHOR: append
/// Appends.
pub fn append() {}
// ANCHOR_END: append
// ANCHOR: read
pub fn read() {}
// ANCHOR_END: read
