//! Which worker runs which task: a queue for each worker, one for everybody else, and stealing.

use std::cell::RefCell;
use std::future::Future;
use std::iter;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::task::Waker;

use crossbeam_deque::{Injector, Steal, Stealer, Worker as Queue};

use super::registry::Registry;
use super::sleepers::{Driver, Sleepers};
use super::task::{JoinHandle, Runnable, Schedule, Task};

/// After so many tasks a worker looks for events and into the common queue, even if its own is not empty.
/// Otherwise a full queue would keep the world outside waiting.
const TASKS_PER_LOOK: u32 = 61;

type Ready = Arc<dyn Runnable>;

/// What all workers share.
pub(crate) struct Scheduler {
    /// Tasks that were queued by threads that are no workers.
    common: Injector<Ready>,
    stealers: Vec<Stealer<Ready>>,
    sleepers: Sleepers,
    registry: Registry,
    steals: AtomicUsize,
}

/// A worker's own part.
pub(crate) struct Worker {
    index: usize,
    scheduler: Arc<Scheduler>,
    queue: Queue<Ready>,
}

thread_local! {
    static WORKER: RefCell<Option<Rc<Worker>>> = const { RefCell::new(None) };
}

/// Whether this thread is a worker of any scheduler, which must not wait for a task.
pub(crate) fn on_worker() -> bool {
    WORKER.try_with(|worker| worker.borrow().is_some()).unwrap_or(false)
}

impl Scheduler {
    pub(crate) fn new(workers: usize, driver: Option<Arc<dyn Driver>>) -> (Arc<Self>, Vec<Worker>) {
        let queues: Vec<_> = iter::repeat_with(Queue::new_fifo).take(workers).collect();
        let scheduler = Arc::new(Self {
            common: Injector::new(),
            stealers: queues.iter().map(Queue::stealer).collect(),
            sleepers: Sleepers::new(workers, driver),
            registry: Registry::new(),
            steals: AtomicUsize::new(0),
        });
        let worker = |(index, queue)| Worker { index, scheduler: Arc::clone(&scheduler), queue };
        let workers = queues.into_iter().enumerate().map(worker).collect();
        (scheduler, workers)
    }

    pub(crate) fn spawn<F>(self: &Arc<Self>, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        let future = Box::pin(future);
        let scheduler = || Arc::clone(self) as Arc<dyn Schedule>;
        match self.registry.admit(|key| Task::new(future, scheduler(), key)) {
            Some(task) => {
                self.schedule(Arc::clone(&task) as Ready);
                JoinHandle::new(task)
            }
            None => JoinHandle::refused(scheduler()),
        }
    }

    /// Aborts all tasks and refuses new ones. Workers end when the last task has been dropped.
    pub(crate) fn close(&self) {
        let tasks = self.registry.close();
        if tasks.is_empty() {
            self.sleepers.close();
        }
        tasks.into_iter().for_each(Runnable::abort);
    }

    /// How often a worker has taken tasks out of the queue of another one.
    pub(crate) fn steals(&self) -> usize {
        self.steals.load(Relaxed)
    }

    fn has_work(&self) -> bool {
        let full = |stealer: &Stealer<Ready>| !stealer.is_empty();
        !self.common.is_empty() || self.stealers.iter().any(full)
    }

    /// Queues the task on this thread's own queue. Gives it back if this thread is not our worker.
    fn schedule_here(&self, task: Ready) -> Result<(), Ready> {
        let mut task = Some(task);
        // Fails in a thread that is ending, where destructors may still wake tasks.
        let _ = WORKER.try_with(|worker| {
            if let Some(worker) = worker.borrow().as_deref().filter(|worker| worker.is_of(self)) {
                task.take().into_iter().for_each(|task| worker.queue.push(task));
            }
        });
        task.map_or(Ok(()), Err)
    }
}

impl Schedule for Scheduler {
    fn schedule(&self, task: Ready) {
        if let Err(task) = self.schedule_here(task) {
            self.common.push(task);
        }
        self.sleepers.wake_one();
    }

    fn release(&self, key: usize) {
        if self.registry.release(key) {
            self.sleepers.close();
        }
    }
}

impl Worker {
    // ANCHOR: run
    /// Runs tasks on this thread until the scheduler is closed and all tasks are dropped.
    pub(crate) fn run(self) {
        let worker = Rc::new(self);
        WORKER.set(Some(Rc::clone(&worker)));
        let scheduler = &worker.scheduler;
        let mut tasks: u32 = 0;
        while !scheduler.sleepers.is_closed() {
            tasks = tasks.wrapping_add(1);
            if tasks.is_multiple_of(TASKS_PER_LOOK) {
                scheduler.sleepers.look_for_events().into_iter().for_each(Waker::wake);
                run(scheduler.common.steal().success());
            }
            run(worker.next().or_else(|| worker.search()));
        }
    }
    // ANCHOR_END: run

    fn next(&self) -> Option<Ready> {
        self.queue.pop().or_else(|| self.take_common())
    }

    fn search(&self) -> Option<Ready> {
        let find = || self.next().or_else(|| self.steal());
        self.scheduler.sleepers.search(self.index, find, || self.scheduler.has_work())
    }

    // ANCHOR: steal
    /// Takes a batch of the common queue: the first task to run, the others for the own queue.
    fn take_common(&self) -> Option<Ready> {
        persist(|| self.scheduler.common.steal_batch_and_pop(&self.queue))
    }

    /// Takes half of the queue of another worker, beginning with the next neighbor.
    fn steal(&self) -> Option<Ready> {
        let stealers = &self.scheduler.stealers;
        let (before, after) = stealers.split_at(self.index);
        let mut others = after.iter().skip(1).chain(before);
        let found = others.find_map(|other| persist(|| other.steal_batch_and_pop(&self.queue)))?;
        self.scheduler.steals.fetch_add(1, Relaxed);
        Some(found)
    }
    // ANCHOR_END: steal

    fn is_of(&self, scheduler: &Scheduler) -> bool {
        std::ptr::eq(&raw const *self.scheduler, scheduler)
    }
}

/// Tries until no other thief is in the way.
fn persist(steal: impl FnMut() -> Steal<Ready>) -> Option<Ready> {
    let mut attempts = iter::repeat_with(steal);
    attempts.find(|attempt| !attempt.is_retry()).and_then(Steal::success)
}

fn run(task: Option<Ready>) {
    task.into_iter().for_each(Runnable::run);
}
