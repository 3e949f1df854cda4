//! The same work on many items, on several threads at once.

use std::panic::resume_unwind;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use anyhow::Result;

/// Does `work` on all `items`, on `threads` at once, and keeps their order.
pub(crate) fn parallel<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let take_items = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, item))
        } {
            done.push((index, work(item)));
        }
        done
    };
    let mut results: Vec<(usize, Result<R>)> = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.min(items.len())).map(|_| scope.spawn(take_items)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_work_keeps_the_order() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = parallel(4, &items, |&item| Ok(2 * item)).expect("no work fails");
        assert_eq!(doubled, items.iter().map(|item| 2 * item).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "two")]
    fn a_panic_is_not_taken_for_a_result() {
        let _ = parallel(2, &[1, 2, 3], |&item| {
            assert_ne!(item, 2, "two");
            Ok(item)
        });
    }

    #[test]
    fn one_failure_fails_the_whole() {
        let result = parallel(2, &[1, 2, 3], |&item| {
            anyhow::ensure!(item != 2, "two");
            Ok(item)
        });
        assert_eq!(result.expect_err("item 2 fails").to_string(), "two");
    }
}
