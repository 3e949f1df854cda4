//! The life of the server: serving, leaving, gone.

use std::future::{self, Future, IntoFuture};
use std::io;
use std::net::SocketAddr;

use axum::Router;
use axum::serve::{Listener, ListenerExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::time::{sleep, timeout};

use crate::limits::Limits;

/// What the process is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It serves.
    Serving,
    /// It was told to end. Until clients have noticed, it accepts connections.
    Ending,
    /// Another process has the listening socket, and accepts from now on.
    HandedOver,
}

// ANCHOR: shutdown
/// Serves until `departure` says how to leave. Says in answers that it leaves, lets
/// requests end, and returns whether all did in time.
pub async fn serve(
    listener: TcpListener,
    routes: Router,
    phase: watch::Sender<Phase>,
    departure: impl Future<Output = Phase>,
    limits: &Limits,
) -> bool {
    let (close, closing) = oneshot::channel();
    let door = Door { listener, phase: phase.subscribe() };
    let door = door.tap_io(|connection| _ = connection.set_nodelay(true));
    let server = axum::serve(door, routes)
        .with_graceful_shutdown(async { _ = closing.await })
        .into_future();
    let server = tokio::spawn(server);

    phase.send_replace(departure.await);
    // Kept connections end by themselves meanwhile, as each answer asks for it. To
    // close them from here could meet a request that is on its way.
    sleep(limits.notice).await;
    _ = close.send(());
    timeout(limits.drain, server).await.is_ok()
}
// ANCHOR_END: shutdown

// ANCHOR: door
/// Accepts until another process does.
struct Door {
    listener: TcpListener,
    phase: watch::Receiver<Phase>,
}

impl Listener for Door {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        let handed_over = async {
            _ = self.phase.wait_for(|phase| *phase == Phase::HandedOver).await;
        };
        tokio::select! {
            biased;
            () = handed_over => future::pending().await,
            accepted = Listener::accept(&mut self.listener) => accepted,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }
}
// ANCHOR_END: door
