//! A store.

// ANCHOR: append
/// Appends.
pub fn append() {}
// ANCHOR_END: append
