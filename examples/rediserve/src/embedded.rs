//! A server that speaks enough of Redis's protocol for this service, so that it runs and is tested where
//! there is no Redis. It has no limit on memory and keeps nothing on disk.

mod commands;
mod glob;
pub mod resp;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::{Buf, BytesMut};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use commands::Keyspace;

/// A running server. Without it, its connections are closed and its entries forgotten.
pub struct Embedded {
    address: SocketAddr,
    task: JoinHandle<()>,
    /// Dropped with the server, which its task notices.
    end: oneshot::Sender<()>,
}

impl Embedded {
    /// Starts a server on this runtime.
    ///
    /// # Errors
    ///
    /// If the address cannot be listened to.
    pub async fn start(address: &str) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let (end, ended) = oneshot::channel();
        Ok(Self { address, task: tokio::spawn(accept(listener, ended)), end })
    }

    /// For clients of Redis.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Ends it, and returns when nothing of it is left.
    pub async fn stop(self) {
        drop(self.end);
        _ = self.task.await;
    }
}

async fn accept(listener: TcpListener, mut ended: oneshot::Receiver<()>) {
    let keyspace = Arc::new(Keyspace::default());
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        tokio::select! {
            _ = &mut ended => return connections.shutdown().await,
            accepted = listener.accept() => match accepted {
                Ok((stream, _)) => {
                    connections.spawn(converse(stream, Arc::clone(&keyspace)));
                }
                // Out of descriptors, most likely: they come back as connections end.
                Err(_) => sleep(Duration::from_millis(100)).await,
            },
        }
    }
}

/// Until the client leaves, or says what is not of the protocol.
async fn converse(mut stream: TcpStream, keyspace: Arc<Keyspace>) -> io::Result<()> {
    // Or a reply would wait until the client has acknowledged the one before.
    stream.set_nodelay(true)?;
    let mut received = BytesMut::new();
    let mut replies = Vec::new();
    loop {
        match resp::parse(&received) {
            Ok(Some((command, length))) => {
                keyspace.run(&command).write(&mut replies);
                received.advance(length);
            }
            Ok(None) => {
                stream.write_all(&replies).await?;
                replies.clear();
                if stream.read_buf(&mut received).await? == 0 {
                    return Ok(());
                }
            }
            Err(error) => {
                resp::Reply::Error(format!("ERR Protocol error: {error}"))
                    .write(&mut replies);
                return stream.write_all(&replies).await;
            }
        }
    }
}
