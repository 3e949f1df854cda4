//! TCP on the reactor.

use std::future::poll_fn;
use std::io::{self, ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr};
use std::sync::Arc;
use std::task::{Context, Poll};

use super::{Direction, Reactor, Registration};

/// Accepts connections.
pub struct TcpListener {
    // Dropped first, which takes it out of the selector; then its place in the reactor is free.
    socket: mio::net::TcpListener,
    registration: Registration,
}

/// A connection.
pub struct TcpStream {
    // Dropped first, as above.
    socket: mio::net::TcpStream,
    registration: Registration,
}

impl TcpListener {
    /// Listens at an address; port 0 is any free port.
    ///
    /// # Errors
    ///
    /// If the system refuses, such as when the address is in use.
    pub fn bind(reactor: &Arc<Reactor>, address: SocketAddr) -> io::Result<Self> {
        let mut socket = mio::net::TcpListener::bind(address)?;
        let registration = reactor.register(&mut socket)?;
        Ok(Self { socket, registration })
    }

    /// Where it listens.
    ///
    /// # Errors
    ///
    /// If the system does not know.
    pub fn local_addr(&self) -> io::Result<SocketAddr> {
        self.socket.local_addr()
    }

    /// Waits for a connection. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// What the system says, such as too many open files. The listener can still be used.
    pub async fn accept(&mut self) -> io::Result<(TcpStream, SocketAddr)> {
        let Self { socket, registration } = self;
        let (stream, peer) =
            poll_fn(|cx| registration.poll_io(cx, Direction::Read, || socket.accept())).await?;
        Ok((TcpStream::new(&registration.reactor, stream)?, peer))
    }
}

impl TcpStream {
    fn new(reactor: &Arc<Reactor>, mut socket: mio::net::TcpStream) -> io::Result<Self> {
        socket.set_nodelay(true)?;
        let registration = reactor.register(&mut socket)?;
        Ok(Self { socket, registration })
    }

    /// Connects to an address.
    ///
    /// # Errors
    ///
    /// If nobody listens there, or it cannot be reached.
    pub async fn connect(reactor: &Arc<Reactor>, address: SocketAddr) -> io::Result<Self> {
        let stream = Self::new(reactor, mio::net::TcpStream::connect(address)?)?;
        let connected = || match stream.socket.take_error()? {
            Some(error) => Err(error),
            None => stream.socket.peer_addr().map(drop).map_err(not_yet),
        };
        poll_fn(|cx| stream.registration.poll_io(cx, Direction::Write, connected)).await?;
        Ok(stream)
    }

    /// Reads what there is; 0 is the end. Nothing is lost if the future is dropped.
    ///
    /// # Errors
    ///
    /// If the connection broke.
    pub async fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        poll_fn(|cx| self.poll_read(cx, buffer)).await
    }

    /// Writes all. If the future is dropped, nobody knows how much was written.
    ///
    /// # Errors
    ///
    /// If the connection broke.
    pub async fn write_all(&mut self, mut bytes: &[u8]) -> io::Result<()> {
        while !bytes.is_empty() {
            match poll_fn(|cx| self.poll_write(cx, bytes)).await? {
                0 => return Err(ErrorKind::WriteZero.into()),
                written => bytes = &bytes[written..],
            }
        }
        Ok(())
    }

    /// Tells the other side that no more will be written.
    ///
    /// # Errors
    ///
    /// If the connection broke.
    pub fn shutdown(&self) -> io::Result<()> {
        self.socket.shutdown(Shutdown::Write)
    }

    pub(crate) fn poll_read(
        &mut self,
        cx: &Context<'_>,
        buffer: &mut [u8],
    ) -> Poll<io::Result<usize>> {
        self.registration.poll_io(cx, Direction::Read, || (&self.socket).read(buffer))
    }

    pub(crate) fn poll_write(&mut self, cx: &Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.registration.poll_io(cx, Direction::Write, || (&self.socket).write(bytes))
    }
}

/// A socket that is still connecting has no peer, and no error either.
fn not_yet(error: io::Error) -> io::Error {
    if error.kind() == ErrorKind::NotConnected { ErrorKind::WouldBlock.into() } else { error }
}
