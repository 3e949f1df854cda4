//! Two counters for two threads, on one cache line and on two.

use std::hint;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Two counters side by side: the processor moves them between its cores together.
#[derive(Debug, Default)]
#[repr(C, align(128))]
pub struct Shared {
    left: AtomicU64,
    right: AtomicU64,
}

/// A counter with a cache line of its own. 128 bytes, because some processors fetch lines in pairs, and
/// on others a line has that length.
#[derive(Debug, Default)]
#[repr(align(128))]
struct Alone(AtomicU64);

/// Two counters that no line holds together.
#[derive(Debug, Default)]
#[repr(C)]
pub struct Padded {
    left: Alone,
    right: Alone,
}

/// Two counters, one for each of two threads.
pub trait Pair: Default + Sync {
    /// The counter of the first thread.
    fn left(&self) -> &AtomicU64;
    /// The counter of the second thread.
    fn right(&self) -> &AtomicU64;
}

impl Pair for Shared {
    fn left(&self) -> &AtomicU64 {
        &self.left
    }
    fn right(&self) -> &AtomicU64 {
        &self.right
    }
}

impl Pair for Padded {
    fn left(&self) -> &AtomicU64 {
        &self.left.0
    }
    fn right(&self) -> &AtomicU64 {
        &self.right.0
    }
}

/// Counts to `limit` on two threads at once, each with its own counter, and returns how long the slower
/// one took once both were running.
#[must_use]
pub fn count_to(limit: u64, pair: &impl Pair) -> Duration {
    let waiting = AtomicU32::new(2);
    let count = |counter: &AtomicU64| {
        wait_for_all(&waiting);
        let started = Instant::now();
        for _ in 0..limit {
            counter.fetch_add(1, Ordering::Relaxed);
        }
        started.elapsed()
    };
    thread::scope(|scope| {
        let left = scope.spawn(|| count(pair.left()));
        let right = count(pair.right());
        right.max(left.join().unwrap_or_else(|panic| resume_unwind(panic)))
    })
}

/// Returns when the other threads are here too. Not a `Barrier`: to be woken takes longer than to count.
fn wait_for_all(waiting: &AtomicU32) {
    waiting.fetch_sub(1, Ordering::Relaxed);
    while waiting.load(Ordering::Relaxed) > 0 {
        hint::spin_loop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn distance(pair: &impl Pair) -> usize {
        let address = |counter: &AtomicU64| counter.as_ptr().addr();
        address(pair.right()) - address(pair.left())
    }

    #[test]
    fn both_count_to_the_end() {
        let pair = Padded::default();
        let time = count_to(1000, &pair);
        let counted = [pair.left(), pair.right()].map(|counter| counter.load(Ordering::Relaxed));
        assert_eq!(counted, [1000, 1000]);
        assert!(time > Duration::ZERO);
    }

    #[test]
    fn only_padded_counters_are_a_line_apart() {
        assert_eq!((distance(&Shared::default()), distance(&Padded::default())), (8, 128));
    }
}
