//! A store.

// ANCHOR: append
/// Appends.
pub fn append() {}
// ANCHOR_END: append
// ANCHOR: nothing
// ANCHOR_END: nothing
