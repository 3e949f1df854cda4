//! The three parts together.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::task::Waker;
use std::time::{Duration, Instant};

use crate::executor::{self, Driver, Executor, JoinHandle, Spawner};
use crate::reactor::{Reactor, TcpListener, TcpStream};
use crate::timers::{Elapsed, Sleep, Timers};

/// An executor whose idle worker waits for sockets and timers. Dropping it shuts it down, as it does an
/// [`Executor`].
pub struct Runtime {
    executor: Executor,
    handle: Handle,
}

/// What tasks use of a [`Runtime`]. Clones are cheap, and all of the same runtime.
#[derive(Clone)]
pub struct Handle {
    spawner: Spawner,
    reactor: Arc<Reactor>,
    timers: Arc<Timers>,
}

/// Waits for whichever comes first, an event or the end of a timer.
struct EventsAndTime {
    reactor: Arc<Reactor>,
    timers: Arc<Timers>,
}

impl Driver for EventsAndTime {
    // ANCHOR: turn
    fn turn(&self, limit: Option<Duration>, wakers: &mut Vec<Waker>) {
        let limit = self.timers.limit(Instant::now(), limit);
        self.reactor.turn(limit, wakers);
        self.timers.advance(Instant::now(), wakers);
    }
    // ANCHOR_END: turn

    fn interrupt(&self) {
        self.reactor.interrupt();
    }
}

impl Runtime {
    /// Starts so many worker threads.
    ///
    /// # Errors
    ///
    /// If the system refuses threads or a selector.
    pub fn new(workers: usize) -> io::Result<Self> {
        let reactor = Reactor::new()?;
        let interrupted = Arc::clone(&reactor);
        let timers = Timers::new(move || interrupted.interrupt());
        let driver = EventsAndTime { reactor: Arc::clone(&reactor), timers: Arc::clone(&timers) };
        let executor = Executor::new(workers, Some(Arc::new(driver)))?;
        let handle = Handle { spawner: executor.spawner().clone(), reactor, timers };
        Ok(Self { executor, handle })
    }

    /// What tasks use of this runtime.
    #[must_use]
    pub fn handle(&self) -> &Handle {
        &self.handle
    }

    /// The executor below.
    #[must_use]
    pub fn executor(&self) -> &Executor {
        &self.executor
    }

    /// Runs a future on this thread, while workers run what it starts.
    ///
    /// # Panics
    ///
    /// On a worker thread.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        executor::block_on(future)
    }
}

impl Handle {
    /// Starts a task; see [`Spawner::spawn`].
    pub fn spawn<F>(&self, future: F) -> JoinHandle<F::Output>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        self.spawner.spawn(future)
    }

    /// Calls a function that may block; see [`Spawner::spawn_blocking`].
    pub fn spawn_blocking<T, F>(&self, function: F) -> JoinHandle<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        self.spawner.spawn_blocking(function)
    }

    /// Waits for a time; see [`Timers::sleep`].
    #[must_use]
    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.timers.sleep(duration)
    }

    /// Waits until a time; see [`Timers::sleep_until`].
    #[must_use]
    pub fn sleep_until(&self, deadline: Instant) -> Sleep {
        self.timers.sleep_until(deadline)
    }

    /// Runs a future for at most a time; see [`Timers::timeout`].
    ///
    /// # Errors
    ///
    /// [`Elapsed`] if the time was over first.
    pub async fn timeout<F: Future>(
        &self,
        duration: Duration,
        future: F,
    ) -> Result<F::Output, Elapsed> {
        self.timers.timeout(duration, future).await
    }

    /// Listens at an address; see [`TcpListener::bind`].
    ///
    /// # Errors
    ///
    /// If the system refuses.
    pub fn listen(&self, address: SocketAddr) -> io::Result<TcpListener> {
        TcpListener::bind(&self.reactor, address)
    }

    /// Connects to an address; see [`TcpStream::connect`].
    ///
    /// # Errors
    ///
    /// If nobody listens there, or it cannot be reached.
    pub async fn connect(&self, address: SocketAddr) -> io::Result<TcpStream> {
        TcpStream::connect(&self.reactor, address).await
    }
}
