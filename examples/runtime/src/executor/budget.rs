//! How often a task may find something ready before it must let others run.
//!
//! A task gives its worker back when a poll returns `Pending`. A socket that always has data never says
//! so, and a loop over it would keep the worker for ever. So each poll of a task has a budget, every leaf
//! future of this crate takes one from it, and an empty budget looks like a resource that is not ready:
//! the task is woken at once, but behind all others.

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::task::{Context, Poll};

/// As in Tokio. Fewer means more turns through the queue, more means longer waits for others.
const OPERATIONS: u32 = 128;

thread_local! {
    /// What is left to the task that this thread polls; `None` is no limit.
    static LEFT: Cell<Option<u32>> = const { Cell::new(None) };
}

/// Puts the former budget back, also when the poll panics.
struct Restore(Option<u32>);

impl Drop for Restore {
    fn drop(&mut self) {
        LEFT.set(self.0);
    }
}

fn limited<R>(limit: Option<u32>, poll: impl FnOnce() -> R) -> R {
    let _restore = Restore(LEFT.replace(limit));
    poll()
}

/// Calls a function that polls a task, with a full budget.
pub(crate) fn with<R>(poll: impl FnOnce() -> R) -> R {
    limited(Some(OPERATIONS), poll)
}

/// Calls a function that polls without a budget.
pub(crate) fn without<R>(poll: impl FnOnce() -> R) -> R {
    limited(None, poll)
}

// ANCHOR: proceed
/// Takes one operation from the budget. Leaf futures call it before they look whether they are ready.
///
/// Returns `Pending` if nothing is left; then the waker has been woken.
pub fn poll_proceed(cx: &Context<'_>) -> Poll<()> {
    match LEFT.get() {
        None => Poll::Ready(()),
        Some(0) => {
            cx.waker().wake_by_ref();
            Poll::Pending
        }
        Some(left) => {
            LEFT.set(Some(left - 1));
            Poll::Ready(())
        }
    }
}
// ANCHOR_END: proceed

/// Runs a future without a budget: if it is always ready, nothing else runs on its worker.
pub async fn unconstrained<F: Future>(future: F) -> F::Output {
    let mut future = pin!(future);
    poll_fn(|cx| without(|| future.as_mut().poll(cx))).await
}

/// Lets all tasks run that wait in the queue of this worker. For loops that compute and never wait.
pub async fn yield_now() {
    let mut yielded = false;
    poll_fn(|cx| {
        if yielded {
            return Poll::Ready(());
        }
        yielded = true;
        cx.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
