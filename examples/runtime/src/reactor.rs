//! The reactor: turns events of the operating system into wakes. Knows nothing of tasks or clocks.
//!
//! `mio` is epoll, kqueue or Windows' completion ports behind one face. Sources are registered once, for
//! reading and writing, edge-triggered: an event says that something changed since the last one, and is not
//! repeated. So an operation must be tried *after* its waker is in place. Tried before, it could find
//! nothing, the event could come, wake nobody, and never come again.

mod net;

use std::io::{self, ErrorKind};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker, ready};
use std::time::Duration;

use mio::event::{Event, Source};
use mio::{Events, Interest, Registry, Token};
use slab::Slab;

use crate::executor::budget;
use crate::sync::lock;

pub use net::{TcpListener, TcpStream};

/// The token of the reactor's own waker; a slab has no such index.
const INTERRUPT: Token = Token(usize::MAX);
/// More events than that are left to the next turn.
const EVENTS_PER_TURN: usize = 1024;

/// Waits for events of all sources that are registered with it.
pub struct Reactor {
    poll: Mutex<(mio::Poll, Events)>,
    registry: Registry,
    interrupt: mio::Waker,
    sources: Mutex<Slab<Arc<Waiting>>>,
}

/// Who waits for a source. One task may read while another one writes; of two readers the later one waits.
#[derive(Default)]
struct Waiting {
    wakers: [Mutex<Option<Waker>>; 2],
}

/// What a task waits for.
#[derive(Clone, Copy)]
pub(crate) enum Direction {
    Read,
    Write,
}

impl Reactor {
    /// # Errors
    ///
    /// If the system gives no selector, such as when the process has too many open files.
    pub fn new() -> io::Result<Arc<Self>> {
        let poll = mio::Poll::new()?;
        let registry = poll.registry().try_clone()?;
        let interrupt = mio::Waker::new(&registry, INTERRUPT)?;
        let poll = Mutex::new((poll, Events::with_capacity(EVENTS_PER_TURN)));
        Ok(Arc::new(Self { poll, registry, interrupt, sources: Mutex::default() }))
    }

    // ANCHOR: turn
    /// Waits for events, at most for `limit`, and appends the wakers of those who wait for them.
    ///
    /// # Panics
    ///
    /// If the system refuses to wait, which it does only when it is called wrongly.
    pub fn turn(&self, limit: Option<Duration>, wakers: &mut Vec<Waker>) {
        let mut poll = lock(&self.poll);
        let (poll, events) = &mut *poll;
        match poll.poll(events, limit) {
            Err(error) if error.kind() == ErrorKind::Interrupted => return,
            result => result.expect("the selector is open and the events are ours"),
        }
        let sources = lock(&self.sources);
        for event in &*events {
            // A source may be gone and its index taken by another one. That is woken for nothing, and waits
            // again.
            if let Some(waiting) = sources.get(event.token().0) {
                wakers.extend(waiting.woken_by(event));
            }
        }
    }
    // ANCHOR_END: turn

    /// Makes the current turn end, or the next one if there is none.
    ///
    /// # Panics
    ///
    /// If the system refuses, which it does only when the selector is closed.
    pub fn interrupt(&self) {
        self.interrupt.wake().expect("the selector is open");
    }

    /// Has events of the source delivered until the registration is dropped.
    fn register(self: &Arc<Self>, source: &mut impl Source) -> io::Result<Registration> {
        let waiting = Arc::<Waiting>::default();
        let key = lock(&self.sources).insert(Arc::clone(&waiting));
        let registration = Registration { reactor: Arc::clone(self), key, waiting };
        let both = Interest::READABLE | Interest::WRITABLE;
        self.registry.register(source, Token(key), both)?;
        Ok(registration)
    }
}

impl Waiting {
    fn woken_by(&self, event: &Event) -> impl Iterator<Item = Waker> {
        let [reader, writer] = &self.wakers;
        // An error or a hang-up ends every wait; the next attempt then reports it.
        let readable = event.is_readable() || event.is_read_closed() || event.is_error();
        let writable = event.is_writable() || event.is_write_closed() || event.is_error();
        let woken =
            [(readable, reader), (writable, writer)].into_iter().filter(|(woken, _)| *woken);
        woken.filter_map(|(_, waker)| lock(waker).take())
    }

    fn set(&self, direction: Direction, waker: &Waker) {
        let mut present = lock(&self.wakers[direction as usize]);
        if !present.as_ref().is_some_and(|present| present.will_wake(waker)) {
            let former = present.replace(waker.clone());
            drop(present);
            drop(former);
        }
    }
}

/// A source's place in the reactor.
pub(crate) struct Registration {
    reactor: Arc<Reactor>,
    key: usize,
    waiting: Arc<Waiting>,
}

impl Registration {
    // ANCHOR: poll-io
    /// Tries an operation that does not block, and has the task woken when it may succeed.
    pub(crate) fn poll_io<T>(
        &self,
        cx: &Context<'_>,
        direction: Direction,
        mut operation: impl FnMut() -> io::Result<T>,
    ) -> Poll<io::Result<T>> {
        ready!(budget::poll_proceed(cx));
        self.waiting.set(direction, cx.waker());
        loop {
            match operation() {
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Poll::Pending,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => return Poll::Ready(result),
            }
        }
    }
    // ANCHOR_END: poll-io
}

impl Drop for Registration {
    fn drop(&mut self) {
        let waiting = lock(&self.reactor.sources).remove(self.key);
        drop(waiting);
    }
}

#[cfg(test)]
mod tests;
