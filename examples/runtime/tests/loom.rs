//! Every order in which threads can run, by loom: tasks, waiting threads, and workers that go to sleep.
//!
//! The modules are those of `src/`, compiled here with loom's types in place of those of `std`.
#![allow(dead_code, unreachable_pub, reason = "each module is that of a library")]

use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use loom::sync::atomic::Ordering::{Relaxed, SeqCst};
use loom::sync::atomic::{AtomicBool, AtomicUsize, fence};
use loom::thread;

use crate::park::Parker;
use crate::sleepers::{Driver, Sleepers};
use crate::sync::{Condvar, Mutex, lock, wait};
use crate::task::{JoinError, JoinHandle, Runnable, Schedule, Task};

mod sync {
    pub(crate) use loom::sync::atomic;
    pub(crate) use loom::sync::{Condvar, Mutex, MutexGuard};

    pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
        mutex.lock().expect("loom ends at the first panic")
    }

    pub(crate) fn wait<'a, T>(condvar: &Condvar, guard: MutexGuard<'a, T>) -> MutexGuard<'a, T> {
        condvar.wait(guard).expect("loom ends at the first panic")
    }
}

#[path = "../src/executor/budget.rs"]
mod budget;
#[path = "../src/executor/park.rs"]
mod park;
#[path = "../src/executor/sleepers.rs"]
mod sleepers;
#[path = "../src/executor/task.rs"]
mod task;

/// A queue for tasks. loom's mutex stands for the deque, which loom cannot look into.
struct Tasks(Mutex<VecDeque<Arc<dyn Runnable>>>);

impl Tasks {
    fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new(VecDeque::new())))
    }

    fn pop(&self) -> Option<Arc<dyn Runnable>> {
        lock(&self.0).pop_front()
    }

    /// Runs what is in the queue. Returns how many times a task was run.
    fn run(&self) -> usize {
        std::iter::from_fn(|| self.pop()).map(Runnable::run).count()
    }
}

impl Schedule for Tasks {
    fn schedule(&self, task: Arc<dyn Runnable>) {
        lock(&self.0).push_back(task);
    }

    fn release(&self, _: usize) {}
}

fn spawn<T: Send + 'static>(
    tasks: &Arc<Tasks>,
    future: impl Future<Output = T> + Send + 'static,
) -> JoinHandle<T> {
    let task = Task::new(Box::pin(future), Arc::clone(tasks) as Arc<dyn Schedule>, 0);
    tasks.schedule(Arc::clone(&task) as Arc<dyn Runnable>);
    JoinHandle::new(task)
}

/// What the handle's owner finds without waiting.
fn result<T: Send + 'static>(handle: &mut JoinHandle<T>) -> Poll<Result<T, JoinError>> {
    Pin::new(handle).poll(&mut Context::from_waker(Waker::noop()))
}

/// A flag that a task waits for. It is relaxed: only the wake can make it visible to the task.
struct Signal {
    set: AtomicBool,
    waker: Mutex<Option<Waker>>,
}

impl Signal {
    fn new() -> Arc<Self> {
        Arc::new(Self { set: AtomicBool::new(false), waker: Mutex::new(None) })
    }

    /// A task that waits for this, and has been polled once.
    fn awaited(self: &Arc<Self>, tasks: &Arc<Tasks>) -> JoinHandle<()> {
        let signal = Arc::clone(self);
        let handle = spawn(tasks, poll_fn(move |cx| signal.poll(cx)));
        tasks.run();
        handle
    }

    fn poll(&self, cx: &Context<'_>) -> Poll<()> {
        *lock(&self.waker) = Some(cx.waker().clone());
        if self.set.load(Relaxed) { Poll::Ready(()) } else { Poll::Pending }
    }

    /// The waker that the task has left.
    fn waker(&self) -> Waker {
        lock(&self.waker).take().expect("the task waits")
    }
}

// ANCHOR: wake-at-any-time
#[test]
fn a_wake_at_any_time_leads_to_a_poll_that_sees_what_it_was_about() {
    loom::model(|| {
        let (tasks, signal) = (Tasks::new(), Signal::new());
        let mut handle = signal.awaited(&tasks);
        let waker = signal.waker();
        // The other wake comes before, during or after the poll that this one leads to.
        waker.wake_by_ref();
        let other = thread::spawn(move || {
            signal.set.store(true, Relaxed);
            waker.wake();
        });
        tasks.run();
        other.join().expect("it ends");
        tasks.run();
        assert!(result(&mut handle).is_ready());
    });
}
// ANCHOR_END: wake-at-any-time

#[test]
fn a_task_is_in_one_queue_once_and_with_one_worker() {
    loom::model(|| {
        let (tasks, signal) = (Tasks::new(), Signal::new());
        let _handle = signal.awaited(&tasks);
        let waker = signal.waker();
        waker.wake_by_ref();
        let elsewhere = Arc::clone(&tasks);
        let other = thread::spawn(move || {
            waker.wake();
            elsewhere.run();
        });
        let polls = tasks.run();
        assert!(polls <= 2);
        other.join().expect("it ends");
        assert!(lock(&tasks.0).is_empty());
    });
}

#[test]
fn an_abort_at_any_time_drops_the_future_once() {
    loom::model(|| {
        let (tasks, signal) = (Tasks::new(), Signal::new());
        let mut handle = signal.awaited(&tasks);
        signal.waker().wake();
        let elsewhere = Arc::clone(&tasks);
        let other = thread::spawn(move || elsewhere.run());
        handle.abort();
        other.join().expect("it ends");
        tasks.run();
        assert!(matches!(result(&mut handle), Poll::Ready(Err(JoinError::Aborted))));
        // The task's reference is gone with the future; that in the slot is the waker, not the signal.
        assert_eq!(Arc::strong_count(&signal), 1);
    });
}

/// As `block_on` does.
fn wait_for<T: Send + 'static>(mut handle: JoinHandle<T>) -> Result<T, JoinError> {
    let parker = Arc::new(Parker::new());
    let waker = Waker::from(Arc::clone(&parker));
    loop {
        let outcome = Pin::new(&mut handle).poll(&mut Context::from_waker(&waker));
        if let Poll::Ready(outcome) = outcome {
            return outcome;
        }
        parker.park();
    }
}

#[test]
fn a_handle_that_waits_is_woken_by_the_result() {
    loom::model(|| {
        let tasks = Tasks::new();
        let handle = spawn(&tasks, async { 7 });
        thread::spawn(move || tasks.run());
        assert!(matches!(wait_for(handle), Ok(7)));
    });
}

#[test]
fn a_result_that_nobody_wants_is_dropped_once() {
    loom::model(|| {
        let (tasks, value) = (Tasks::new(), Arc::new(()));
        let result = Arc::clone(&value);
        let handle = spawn(&tasks, async { result });
        let other = thread::spawn(move || tasks.run());
        drop(handle);
        other.join().expect("it ends");
        assert_eq!(Arc::strong_count(&value), 1);
    });
}

#[test]
fn an_unpark_ends_this_wait_or_the_next() {
    loom::model(|| {
        let (parker, flag) = (Arc::new(Parker::new()), Arc::new(AtomicBool::new(false)));
        let (unparker, set) = (Arc::clone(&parker), Arc::clone(&flag));
        thread::spawn(move || {
            set.store(true, Relaxed);
            unparker.unpark(|| ());
        });
        parker.park();
        assert!(flag.load(Relaxed));
    });
}

/// A driver without events: a turn ends when it is interrupted.
struct Quiet {
    interrupted: Mutex<bool>,
    condvar: Condvar,
}

impl Quiet {
    fn driver() -> Arc<dyn Driver> {
        Arc::new(Self { interrupted: Mutex::new(false), condvar: Condvar::new() })
    }
}

impl Driver for Quiet {
    fn turn(&self, limit: Option<Duration>, _: &mut Vec<Waker>) {
        let mut interrupted = lock(&self.interrupted);
        while !*interrupted && limit.is_none() {
            interrupted = wait(&self.condvar, interrupted);
        }
        *interrupted = false;
    }

    fn interrupt(&self) {
        *lock(&self.interrupted) = true;
        self.condvar.notify_one();
    }
}

/// Jobs and workers. The queue promises even less than a deque: whoever looks may see it as it was.
struct Work {
    queued: AtomicUsize,
    sleepers: Sleepers,
}

impl Work {
    fn new(workers: usize, driver: Option<Arc<dyn Driver>>) -> Arc<Self> {
        let sleepers = Sleepers::new(workers, driver);
        Arc::new(Self { queued: AtomicUsize::new(0), sleepers })
    }

    fn push(&self) {
        self.queued.fetch_add(1, Relaxed);
        self.sleepers.wake_one();
    }

    /// Returns when this worker has found a job, or the work is closed.
    fn search(&self, worker: usize) -> Option<usize> {
        let find = || self.queued.fetch_update(Relaxed, Relaxed, |jobs| jobs.checked_sub(1)).ok();
        self.sleepers.search(worker, find, || self.queued.load(Relaxed) > 0)
    }
}

// ANCHOR: fences
/// A worker goes on the list and looks for jobs; a job is queued and its sender looks at the list.
fn one_of_them_sees_the_other(fences: bool) {
    loom::model(move || {
        let (queued, asleep) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicBool::new(false)));
        let (set, listed) = (Arc::clone(&queued), Arc::clone(&asleep));
        let between = move || {
            if fences {
                fence(SeqCst);
            }
        };
        let sender = thread::spawn(move || {
            set.store(true, Relaxed);
            between();
            listed.load(Relaxed)
        });
        asleep.store(true, Relaxed);
        between();
        let job_is_seen = queued.load(Relaxed);
        let sleeper_is_seen = sender.join().expect("it ends");
        assert!(job_is_seen || sleeper_is_seen, "the job lies there and the worker sleeps");
    });
}

#[test]
fn with_fences_the_worker_sees_the_job_or_is_seen() {
    one_of_them_sees_the_other(true);
}

#[test]
#[should_panic(expected = "the job lies there and the worker sleeps")]
fn without_fences_they_can_miss_each_other() {
    one_of_them_sees_the_other(false);
}
// ANCHOR_END: fences

fn one_worker_finds_one_job(driver: fn() -> Option<Arc<dyn Driver>>) {
    loom::model(move || {
        let work = Work::new(1, driver());
        let worker = Arc::clone(&work);
        let worker = thread::spawn(move || worker.search(0));
        work.push();
        assert!(worker.join().expect("it ends").is_some());
    });
}

#[test]
fn a_worker_that_goes_to_sleep_is_woken_for_a_job_or_sees_it() {
    one_worker_finds_one_job(|| None);
}

#[test]
fn a_worker_that_waits_for_events_is_woken_for_a_job_or_sees_it() {
    one_worker_finds_one_job(|| Some(Quiet::driver()));
}

// ANCHOR: two-jobs
/// Both jobs must be found although neither worker comes back after its first, as if it took for ever.
fn two_workers_find_two_jobs(driver: fn() -> Option<Arc<dyn Driver>>) {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(move || {
        let work = Work::new(2, driver());
        let workers = [0, 1].map(|worker| {
            let work = Arc::clone(&work);
            thread::spawn(move || work.search(worker))
        });
        work.push();
        work.push();
        for worker in workers {
            assert!(worker.join().expect("it ends").is_some());
        }
    });
}
// ANCHOR_END: two-jobs

#[test]
fn a_worker_that_found_a_job_wakes_another_one_for_the_next() {
    two_workers_find_two_jobs(|| None);
}

#[test]
fn a_worker_that_leaves_the_driver_with_a_job_wakes_another_one_for_the_next() {
    two_workers_find_two_jobs(|| Some(Quiet::driver()));
}

/// A busy worker looks for events, then takes for ever. What happens later is heard only in the driver.
#[test]
fn somebody_waits_in_the_driver_after_a_busy_worker_has_looked() {
    loom::model(|| {
        let driver = Quiet::driver();
        let work = Work::new(2, Some(Arc::clone(&driver)));
        let idle = Arc::clone(&work);
        let idle = thread::spawn(move || idle.search(1));
        work.sleepers.look_for_events();
        work.queued.fetch_add(1, Relaxed);
        driver.interrupt();
        assert!(idle.join().expect("it ends").is_some());
    });
}

#[test]
fn closing_ends_the_sleep_of_all() {
    let mut model = loom::model::Builder::new();
    model.preemption_bound = Some(2);
    model.check(|| {
        let work = Work::new(2, Some(Quiet::driver()));
        let workers = [0, 1].map(|worker| {
            let work = Arc::clone(&work);
            thread::spawn(move || work.search(worker))
        });
        work.sleepers.close();
        for worker in workers {
            assert!(worker.join().expect("it ends").is_none());
        }
    });
}
