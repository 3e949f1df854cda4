//! What can only be seen from within: the worst moment for an event, and what is left of a source.

use std::io::Write;
use std::net::{Ipv4Addr, TcpListener};

use super::*;

/// A connection on the reactor, and its other end.
fn connection(reactor: &Arc<Reactor>) -> (mio::net::TcpStream, Registration, std::net::TcpStream) {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let mut stream = mio::net::TcpStream::connect(address).expect("it can be tried");
    let registration = reactor.register(&mut stream).expect("it can be watched");
    let (peer, _) = listener.accept().expect("it connects");
    (stream, registration, peer)
}

/// The attempt finds nothing; before the task can do anything else, the event comes and is delivered.
#[test]
fn an_event_right_after_the_attempt_wakes_the_task() {
    let reactor = Reactor::new().expect("the machine has a selector to give");
    let (_stream, registration, mut peer) = connection(&reactor);
    let mut wakers = Vec::new();
    let attempt = || {
        peer.write_all(b"tea").expect("the buffer has room");
        reactor.turn(None, &mut wakers);
        Err::<(), _>(ErrorKind::WouldBlock.into())
    };
    let cx = Context::from_waker(Waker::noop());
    assert!(registration.poll_io(&cx, Direction::Read, attempt).is_pending());
    if wakers.is_empty() {
        // The first turn may have seen only that the connection stands.
        reactor.turn(Some(Duration::from_secs(5)), &mut wakers);
    }
    assert_eq!(wakers.len(), 1);
}

#[test]
fn a_source_that_is_dropped_leaves_nothing_behind() {
    let reactor = Reactor::new().expect("the machine has a selector to give");
    let connected = connection(&reactor);
    assert_eq!(lock(&reactor.sources).len(), 1);
    drop(connected);
    assert_eq!(lock(&reactor.sources).len(), 0);
}
