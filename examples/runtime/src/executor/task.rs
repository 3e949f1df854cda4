//! A task: a future, its result, and one word of state that says who may touch which.
//!
//! Three bits make the states. A fourth one, `ABORTED`, may accompany any of them.
//!
//! | State | Bits | Who holds the task | A wake makes it |
//! |---|---|---|---|
//! | idle | none | the registry, and the wakers | scheduled; whoever wakes it queues it |
//! | scheduled | `SCHEDULED` | one queue, once | no other state: it is going to run anyway |
//! | running | `RUNNING` | one worker | notified |
//! | notified | `RUNNING`, `SCHEDULED` | one worker | no other state: the worker queues it after the poll |
//! | complete | `COMPLETE` | handle and wakers | no other state that anyone looks at |
//!
//! An abort adds `ABORTED` and is a wake otherwise: the next run drops the future instead of polling it. A
//! poll that has begun is not stopped, and if it ends the task, the abort came too late.
//!
//! Each transition is one atomic read-modify-write, even a wake that changes nothing. A wake that only
//! loaded the state, saw `SCHEDULED` and went away would be faster and wrong: its caller's writes would not
//! happen before the next poll, which then could miss what the wake was about.
//!
//! `Arc` counts the owners and [`Wake`] makes the waker, so there is no unsafe code here. A `RawWaker` with
//! a hand-written table of functions would buy one allocation instead of two (header, future and result in
//! one block, as in Tokio), a pointer of one word in the queues, and a waker that is lent to `poll` without
//! counting it.

use std::any::Any;
use std::fmt;
use std::future::Future;
use std::mem;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::Pin;
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Wake, Waker, ready};

use super::budget;
use crate::sync::atomic::{AtomicUsize, Ordering::AcqRel};
use crate::sync::{Mutex, lock};

/// In a queue, or to be put there by the worker that is polling it.
const SCHEDULED: usize = 1;
/// A worker is polling it, or is about to.
const RUNNING: usize = 2;
/// The result is there, or about to be delivered; the future is gone.
const COMPLETE: usize = 4;
/// Whoever runs it next drops the future instead of polling it.
const ABORTED: usize = 8;

/// Where tasks go when they are woken.
pub(crate) trait Schedule: Send + Sync {
    /// Queues a task that became scheduled.
    fn schedule(&self, task: Arc<dyn Runnable>);
    /// Forgets the task with this key, which is complete.
    fn release(&self, key: usize);
}

/// What queues know of a task.
pub(crate) trait Runnable: Send + Sync {
    /// Polls the task once, or drops its future if it was aborted. Never panics.
    fn run(self: Arc<Self>);
    /// Makes the task end at the next opportunity.
    fn abort(self: Arc<Self>);
}

type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Why a task has no result.
pub enum JoinError {
    /// It was aborted, by its handle or because the executor shut down.
    Aborted,
    /// It panicked, with this payload. The mutex lets threads share the error, as `?` often wants.
    Panicked(std::sync::Mutex<Box<dyn Any + Send>>),
    /// It was never started: the executor had shut down.
    ShutDown,
}

/// What became of a task, and who waits for it.
enum Outcome<T> {
    /// Not complete; the waker is that of the handle's owner, if it waits.
    Awaited(Option<Waker>),
    /// Complete, and not yet asked for.
    Ready(Result<T, JoinError>),
    /// Taken, or nobody will ask.
    Gone,
}

pub(crate) struct Task<T> {
    state: AtomicUsize,
    /// Locked by whoever made the state `RUNNING`, so nobody ever waits for it. An `UnsafeCell` would do, with
    /// an argument where the lock has a check.
    future: Mutex<Option<BoxFuture<T>>>,
    outcome: Mutex<Outcome<T>>,
    scheduler: Arc<dyn Schedule>,
    key: usize,
}

impl<T: Send + 'static> Task<T> {
    /// A task that is to be scheduled next. Schedulers are told the key when it is complete.
    pub(crate) fn new(future: BoxFuture<T>, scheduler: Arc<dyn Schedule>, key: usize) -> Arc<Self> {
        Arc::new(Self {
            state: AtomicUsize::new(SCHEDULED),
            future: Mutex::new(Some(future)),
            outcome: Mutex::new(Outcome::Awaited(None)),
            scheduler,
            key,
        })
    }

    // ANCHOR: notify
    /// Adds `SCHEDULED` and other bits; whoever takes the task from idle to scheduled queues it.
    fn notify(self: &Arc<Self>, bits: usize) {
        let before = self.state.fetch_or(SCHEDULED | bits, AcqRel);
        if before & (SCHEDULED | RUNNING | COMPLETE) == 0 {
            self.scheduler.schedule(Arc::clone(self) as Arc<dyn Runnable>);
        }
    }
    // ANCHOR_END: notify

    /// Polls the future once. A panic is a result like any other.
    fn poll(self: &Arc<Self>) -> Poll<Result<T, JoinError>> {
        let waker = Waker::from(Arc::clone(self));
        let mut future = self.future.try_lock().expect("one worker at a time polls a task");
        let future = future.as_mut().expect("a task that is not complete has a future");
        let poll = || budget::with(|| future.as_mut().poll(&mut Context::from_waker(&waker)));
        match catch_unwind(AssertUnwindSafe(poll)) {
            Ok(Poll::Ready(value)) => Poll::Ready(Ok(value)),
            Ok(Poll::Pending) => Poll::Pending,
            Err(panic) => Poll::Ready(Err(JoinError::panicked(panic))),
        }
    }

    /// Drops the future, then delivers the result, then tells the scheduler: who waits for the result, or
    /// for the executor to be empty, finds the future's values dropped.
    fn complete(&self, result: Result<T, JoinError>) {
        let future = lock(&self.future).take();
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(future)));
        let result = dropped.map_err(JoinError::panicked).and(result);
        self.state.fetch_xor(RUNNING | COMPLETE, AcqRel);
        // A result that nobody wants is dropped here, and its destructor may panic. Nobody is left to tell.
        let _ = catch_unwind(AssertUnwindSafe(|| self.deliver(result)));
        self.scheduler.release(self.key);
    }

    fn deliver(&self, result: Result<T, JoinError>) {
        let mut outcome = lock(&self.outcome);
        if let Outcome::Awaited(waiting) = &mut *outcome {
            let waiting = waiting.take();
            *outcome = Outcome::Ready(result);
            drop(outcome);
            waiting.into_iter().for_each(Waker::wake);
        }
    }
}

impl<T: Send + 'static> Runnable for Task<T> {
    // ANCHOR: run
    fn run(self: Arc<Self>) {
        let before = self.state.fetch_xor(SCHEDULED | RUNNING, AcqRel);
        if before & ABORTED != 0 {
            return self.complete(Err(JoinError::Aborted));
        }
        if let Poll::Ready(result) = self.poll() {
            return self.complete(result);
        }
        let before = self.state.fetch_xor(RUNNING, AcqRel);
        if before & SCHEDULED != 0 {
            let scheduler = Arc::clone(&self.scheduler);
            scheduler.schedule(self);
        }
    }
    // ANCHOR_END: run

    fn abort(self: Arc<Self>) {
        self.notify(ABORTED);
    }
}

impl<T: Send + 'static> Wake for Task<T> {
    fn wake(self: Arc<Self>) {
        self.notify(SCHEDULED);
    }

    fn wake_by_ref(self: &Arc<Self>) {
        self.notify(SCHEDULED);
    }
}

/// Waits for a task as a future; the task goes on without it if it is dropped.
pub struct JoinHandle<T: Send + 'static> {
    task: Arc<Task<T>>,
}

impl<T: Send + 'static> JoinHandle<T> {
    pub(crate) fn new(task: Arc<Task<T>>) -> Self {
        Self { task }
    }

    /// The handle of a task that an executor refused to start.
    pub(crate) fn refused(scheduler: Arc<dyn Schedule>) -> Self {
        let task = Task {
            state: AtomicUsize::new(COMPLETE),
            future: Mutex::new(None),
            outcome: Mutex::new(Outcome::Ready(Err(JoinError::ShutDown))),
            scheduler,
            key: usize::MAX,
        };
        Self { task: Arc::new(task) }
    }

    /// Ends the task where it waits next: a worker drops the future, and the handle then yields
    /// [`JoinError::Aborted`]. Does nothing to a task that is complete.
    pub fn abort(&self) {
        Arc::clone(&self.task).abort();
    }

    /// Takes the result, or leaves a waker that is woken when there is one.
    fn poll_outcome(&self, waker: &Waker) -> Poll<Result<T, JoinError>> {
        let mut outcome = lock(&self.task.outcome);
        if let Outcome::Awaited(waiting) = &mut *outcome {
            let former = waiting.replace(waker.clone());
            drop(outcome);
            // Its destructor may do anything, so it runs without the lock.
            drop(former);
            return Poll::Pending;
        }
        match mem::replace(&mut *outcome, Outcome::Gone) {
            Outcome::Ready(result) => Poll::Ready(result),
            _ => panic!("a join handle was polled after it had returned the result"),
        }
    }
}

impl<T: Send + 'static> Future for JoinHandle<T> {
    type Output = Result<T, JoinError>;

    /// # Panics
    ///
    /// After it has returned the result.
    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        ready!(budget::poll_proceed(cx));
        self.poll_outcome(cx.waker())
    }
}

impl<T: Send + 'static> Drop for JoinHandle<T> {
    fn drop(&mut self) {
        let outcome = mem::replace(&mut *lock(&self.task.outcome), Outcome::Gone);
        drop(outcome);
    }
}

impl<T: Send + 'static> fmt::Debug for JoinHandle<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("JoinHandle").finish_non_exhaustive()
    }
}

impl JoinError {
    fn panicked(payload: Box<dyn Any + Send>) -> Self {
        Self::Panicked(payload.into())
    }

    /// The message of the panic, if there was one and it has one.
    #[must_use]
    pub fn message(&self) -> Option<String> {
        let Self::Panicked(payload) = self else { return None };
        let payload = payload.lock().unwrap_or_else(PoisonError::into_inner);
        let text = payload.downcast_ref::<&str>().map(|text| (*text).to_owned());
        text.or_else(|| payload.downcast_ref::<String>().cloned())
    }
}

impl fmt::Display for JoinError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Aborted => formatter.write_str("the task was aborted"),
            Self::Panicked(_) => {
                let message = self.message().unwrap_or_else(|| "no message".into());
                write!(formatter, "the task panicked: {message}")
            }
            Self::ShutDown => {
                formatter.write_str("the task was refused: the executor has shut down")
            }
        }
    }
}

impl fmt::Debug for JoinError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "JoinError({self})")
    }
}

impl std::error::Error for JoinError {}
