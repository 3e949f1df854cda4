//! The executor and its scheduler: runs tasks on worker threads. Knows nothing of sockets or clocks.

mod blocking;
pub mod budget;
mod park;
mod registry;
mod scheduler;
mod sleepers;
mod task;

use std::future::Future;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::thread;

use blocking::Pool;
use park::Parker;
use scheduler::{Scheduler, Worker, on_worker};

pub use sleepers::Driver;
pub use task::{JoinError, JoinHandle};

/// Worker threads and the tasks they run. Dropping it shuts it down.
pub struct Executor {
    spawner: Spawner,
    workers: Vec<thread::JoinHandle<()>>,
}

/// Starts tasks on an [`Executor`]. May outlive it; then it refuses.
#[derive(Clone)]
pub struct Spawner {
    scheduler: Arc<Scheduler>,
    pool: Arc<Pool>,
}

impl Executor {
    /// Starts worker threads. When they have nothing to do, one of them waits in the driver, if there is
    /// one.
    ///
    /// # Errors
    ///
    /// If the system refuses a thread.
    pub fn new(workers: usize, driver: Option<Arc<dyn Driver>>) -> io::Result<Self> {
        let (scheduler, parts) = Scheduler::new(workers, driver);
        let spawner = Spawner { scheduler, pool: Pool::new()? };
        let mut executor = Self { spawner, workers: Vec::new() };
        for (index, worker) in parts.into_iter().enumerate() {
            executor.workers.push(start_worker(index, worker)?);
        }
        Ok(executor)
    }

    /// What starts tasks on this executor.
    #[must_use]
    pub fn spawner(&self) -> &Spawner {
        &self.spawner
    }

    /// How often a worker has taken tasks out of the queue of another one.
    #[must_use]
    pub fn steals(&self) -> usize {
        self.spawner.scheduler.steals()
    }
}

fn start_worker(index: usize, worker: Worker) -> io::Result<thread::JoinHandle<()>> {
    thread::Builder::new().name(format!("worker-{index}")).spawn(move || worker.run())
}

impl Drop for Executor {
    /// Drops all tasks, each where it waits; waits for blocking functions that have begun; ends all threads.
    ///
    /// A task that drops the executor does not wait: it would wait for itself.
    fn drop(&mut self) {
        self.spawner.scheduler.close();
        let blocking = self.spawner.pool.close();
        if on_worker() {
            return;
        }
        let this = thread::current().id();
        let threads = self.workers.drain(..).chain(blocking);
        for thread in threads.filter(|thread| thread.thread().id() != this) {
            thread.join().expect("tasks contain their panics");
        }
    }
}

impl Spawner {
    /// Starts a task. It runs whether or not the handle is polled. After shutdown the future is dropped and
    /// the handle yields [`JoinError::ShutDown`].
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.scheduler.spawn(future)
    }

    /// Calls a function that may block, on a thread where it holds up no task. It cannot be aborted once it
    /// has begun, and shutdown waits for it.
    pub fn spawn_blocking<T, F>(&self, function: F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.pool.spawn(function)
    }
}

/// Runs a future on this thread, which sleeps while the future waits. Needs no executor.
///
/// # Panics
///
/// On a worker thread, whose other tasks would wait too.
pub fn block_on<F: Future>(future: F) -> F::Output {
    assert!(!on_worker(), "block_on was called by a task; await the future, or use spawn_blocking");
    let parker = Arc::new(Parker::new());
    let waker = Waker::from(Arc::clone(&parker));
    let mut future = pin!(future);
    loop {
        let mut cx = Context::from_waker(&waker);
        if let Poll::Ready(value) = budget::with(|| future.as_mut().poll(&mut cx)) {
            return value;
        }
        parker.park();
    }
}
