//! Broken on purpose: two atomic operations are not one.

use crate::sync::atomic::AtomicUsize;
use crate::sync::atomic::Ordering::SeqCst;

/// `SeqCst` does not help: between the load and the store, another thread may store more.
pub(crate) fn fetch_max(highest: &AtomicUsize, candidate: usize) -> usize {
    let seen = highest.load(SeqCst);
    if seen < candidate {
        highest.store(candidate, SeqCst);
    }
    seen
}
