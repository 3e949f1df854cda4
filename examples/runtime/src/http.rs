//! What hyper asks of a runtime, so that it can speak HTTP here.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::{Duration, Instant};

use hyper::rt::{Executor, Read, ReadBufCursor, Sleep, Timer, Write};

use crate::reactor::TcpStream;
use crate::{Handle, timers};

/// A connection as hyper wants it.
pub struct Io(pub TcpStream);

impl Read for Io {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        mut cursor: ReadBufCursor<'_>,
    ) -> Poll<io::Result<()>> {
        // hyper lends memory that is not initialized. To read right into it takes unsafe code, and saves
        // this copy.
        let mut buffer = [0; 8192];
        let space = cursor.remaining().min(buffer.len());
        let count = ready!(self.0.poll_read(cx, &mut buffer[..space]))?;
        cursor.put_slice(&buffer[..count]);
        Poll::Ready(Ok(()))
    }
}

impl Write for Io {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.0.poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(self.0.shutdown())
    }
}

impl<F: Future<Output: Send> + Send + 'static> Executor<F> for Handle {
    fn execute(&self, future: F) {
        drop(self.spawn(future));
    }
}

impl Timer for Handle {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Sleep>> {
        Box::pin(Handle::sleep(self, duration))
    }

    fn sleep_until(&self, deadline: Instant) -> Pin<Box<dyn Sleep>> {
        Box::pin(Handle::sleep_until(self, deadline))
    }
}

impl Sleep for timers::Sleep {}
