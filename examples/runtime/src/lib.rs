//! A small async runtime, to be read in one sitting.
//!
//! Three parts know nothing of each other, and each can be used and tested alone:
//!
//! - [`executor`]: tasks, worker threads with work stealing, blocking functions;
//! - [`reactor`]: sockets, by epoll, kqueue or what the system has;
//! - [`timers`]: futures that end at a time.
//!
//! They share [`std::task::Waker`], the budget that a task has for each poll, and a [`Runtime`] that ties
//! them together: its idle worker waits in the reactor, until the first timer ends.
//!
//! Everything is passed by [`Handle`]; there is no current runtime in a thread-local variable, as Tokio
//! has. There is no unsafe code either.
#![forbid(unsafe_code)]

pub mod executor;
pub mod http;
pub mod reactor;
mod runtime;
mod sync;
pub mod timers;

pub use runtime::{Handle, Runtime};
