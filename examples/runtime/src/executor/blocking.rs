//! Threads for functions that block. A blocked worker would take a core's share of all tasks with it.

use std::collections::VecDeque;
use std::io;
use std::mem;
use std::sync::Arc;
use std::thread;

use super::task::{JoinHandle, Runnable, Schedule, Task};
use crate::sync::{Condvar, Mutex, lock, wait};

/// Each costs a stack and a kernel thread. More calls than that wait in the queue.
const MAX_THREADS: usize = 512;

/// Threads that are started when there is no idle one, and stay until [`close`](Self::close).
pub(crate) struct Pool {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<dyn Runnable>>,
    idle: usize,
    threads: Vec<thread::JoinHandle<()>>,
    closed: bool,
}

impl Pool {
    /// Starts the first thread, so that a call can be accepted even when the system refuses more.
    pub(crate) fn new() -> io::Result<Arc<Self>> {
        let pool = Self { state: Mutex::default(), changed: Condvar::new() };
        let pool = Arc::new(pool);
        let first = pool.start_thread()?;
        lock(&pool.state).threads.push(first);
        Ok(pool)
    }

    /// Calls a function on a thread of the pool. It cannot be aborted once it has begun.
    pub(crate) fn spawn<T, F>(self: &Arc<Self>, function: F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let scheduler = Arc::clone(self) as Arc<dyn Schedule>;
        let task = Task::new(Box::pin(async { function() }), Arc::clone(&scheduler), 0);
        if self.enqueue(Arc::clone(&task) as Arc<dyn Runnable>) {
            JoinHandle::new(task)
        } else {
            JoinHandle::refused(scheduler)
        }
    }

    /// Takes no more tasks, and aborts what has not begun. Returns the threads, which end after what has.
    pub(crate) fn close(&self) -> Vec<thread::JoinHandle<()>> {
        let (queue, threads) = {
            let mut state = lock(&self.state);
            state.closed = true;
            (mem::take(&mut state.queue), mem::take(&mut state.threads))
        };
        self.changed.notify_all();
        for task in queue {
            Arc::clone(&task).abort();
            task.run();
        }
        threads
    }

    /// Returns whether the pool still takes tasks.
    fn enqueue(self: &Arc<Self>, task: Arc<dyn Runnable>) -> bool {
        let mut state = lock(&self.state);
        if state.closed {
            return false;
        }
        state.queue.push_back(task);
        // Idle threads that were woken for earlier tasks count as idle until they run, hence the comparison.
        if state.idle < state.queue.len() && state.threads.len() < MAX_THREADS {
            // If the system refuses, the task waits for one of the threads there are.
            state.threads.extend(self.start_thread());
        }
        self.changed.notify_one();
        true
    }

    fn start_thread(self: &Arc<Self>) -> io::Result<thread::JoinHandle<()>> {
        let pool = Arc::clone(self);
        thread::Builder::new().name("blocking".into()).spawn(move || {
            iter_tasks(&pool).for_each(Runnable::run);
        })
    }

    /// Waits for a task; `None` when the pool is closed.
    fn next(&self) -> Option<Arc<dyn Runnable>> {
        let mut state = lock(&self.state);
        while state.queue.is_empty() && !state.closed {
            state.idle += 1;
            state = wait(&self.changed, state);
            state.idle -= 1;
        }
        state.queue.pop_front()
    }
}

fn iter_tasks(pool: &Pool) -> impl Iterator<Item = Arc<dyn Runnable>> {
    std::iter::from_fn(|| pool.next())
}

impl Schedule for Pool {
    /// Queues nothing: a function is queued when it is spawned, and is never pending.
    fn schedule(&self, _: Arc<dyn Runnable>) {}

    fn release(&self, _: usize) {}
}
