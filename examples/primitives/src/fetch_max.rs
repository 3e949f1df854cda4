//! The compare-exchange loop, on its smallest useful case.

use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::Relaxed;

/// Raises `highest` to `candidate` if that is higher, and returns what it was before.
///
/// `Relaxed` suffices: only this one number is shared, and each exchange sees its newest value.
///
/// ```
/// use std::sync::atomic::AtomicUsize;
///
/// let longest_queue = AtomicUsize::new(3);
/// assert_eq!(primitives::fetch_max::fetch_max(&longest_queue, 7), 3);
/// assert_eq!(primitives::fetch_max::fetch_max(&longest_queue, 5), 7);
/// assert_eq!(longest_queue.into_inner(), 7);
/// ```
// ANCHOR: loop
pub fn fetch_max(highest: &AtomicUsize, candidate: usize) -> usize {
    let mut seen = highest.load(Relaxed);
    while seen < candidate {
        // `weak` may fail although the value is `seen`. The loop tries again anyway, and on processors
        // without a compare-exchange instruction it is one loop instead of two.
        match highest.compare_exchange_weak(seen, candidate, Relaxed, Relaxed) {
            Ok(_) => break,
            Err(newer) => seen = newer,
        }
    }
    seen
}
// ANCHOR_END: loop
