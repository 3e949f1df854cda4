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
use tokio::task::{JoinHandle, JoinSet};
use tokio::time::sleep;

use commands::Keyspace;

/// A running server. Dropping it closes its connections and forgets its entries.
pub struct Embedded {
    address: SocketAddr,
    task: JoinHandle<()>,
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
        Ok(Self { address, task: tokio::spawn(accept(listener)) })
    }

    /// For clients of Redis.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis://{}", self.address)
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn accept(listener: TcpListener) {
    let keyspace = Arc::new(Keyspace::default());
    // Aborted with this function.
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(converse(stream, Arc::clone(&keyspace)));
            }
            // Out of descriptors, most likely: they come back as connections end.
            Err(_) => sleep(Duration::from_millis(100)).await,
        }
    }
}

/// Until the client leaves, or says what is not of the protocol.
async fn converse(mut stream: TcpStream, keyspace: Arc<Keyspace>) -> io::Result<()> {
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
