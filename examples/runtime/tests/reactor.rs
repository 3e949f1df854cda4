//! Sockets: alone on the calling thread, then with a runtime, talking to the standard library's.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::mpsc;
use std::task::{Context, Waker};
use std::time::Duration;
use std::{pin::pin, thread};

use runtime::Runtime;
use runtime::executor::budget::{unconstrained, yield_now};
use runtime::executor::{Executor, block_on};
use runtime::reactor::{Reactor, TcpListener, TcpStream};

const ANYWHERE: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

fn runtime(workers: usize) -> Runtime {
    Runtime::new(workers).expect("the machine has threads and a selector to give")
}

/// Sends back what comes, until the other side is done.
async fn echo(mut stream: TcpStream) {
    let mut buffer = [0; 1024];
    while let Ok(count @ 1..) = stream.read(&mut buffer).await {
        stream.write_all(&buffer[..count]).await.expect("the client reads");
    }
}

/// Starts an echo server.
fn echo_server(runtime: &Runtime) -> SocketAddr {
    let handle = runtime.handle().clone();
    let mut listener = handle.listen(ANYWHERE).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    drop(runtime.handle().spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            drop(handle.spawn(echo(stream)));
        }
    }));
    address
}

/// Says something to an echo server, and waits for the answer.
fn visit(address: SocketAddr) -> std::net::TcpStream {
    let mut stream = std::net::TcpStream::connect(address).expect("the server listens");
    stream.write_all(b"tea").expect("the server reads");
    stream.read_exact(&mut [0; 3]).expect("the server answers");
    stream
}

#[test]
fn a_reactor_needs_no_executor() {
    let reactor = Reactor::new().expect("the machine has a selector to give");
    let mut listener = TcpListener::bind(&reactor, ANYWHERE).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let client = thread::spawn(move || std::net::TcpStream::connect(address).map(drop));
    let mut accepted = pin!(listener.accept());
    let (mut wakers, mut cx) = (Vec::new(), Context::from_waker(Waker::noop()));
    while accepted.as_mut().poll(&mut cx).is_pending() {
        reactor.turn(None, &mut wakers);
    }
    client.join().expect("no panic").expect("it is accepted");
}

#[test]
fn an_interrupt_ends_this_turn_or_the_next() {
    let reactor = Reactor::new().expect("the machine has a selector to give");
    let mut wakers = Vec::new();
    reactor.interrupt();
    reactor.turn(None, &mut wakers);
    let elsewhere = Arc::clone(&reactor);
    let other = thread::spawn(move || elsewhere.turn(None, &mut Vec::new()));
    reactor.interrupt();
    other.join().expect("no panic");
    assert!(wakers.is_empty());
}

#[test]
fn a_server_echoes_to_many_clients_at_once() {
    let runtime = runtime(2);
    let address = echo_server(&runtime);
    let client = move |number: u8| {
        let mut stream = std::net::TcpStream::connect(address).expect("the server listens");
        let sent = vec![number; 100_000];
        let mut reader = stream.try_clone().expect("a second descriptor");
        let mut received = Vec::new();
        let writer = thread::spawn({
            let sent = sent.clone();
            move || {
                stream.write_all(&sent).expect("the server reads");
                stream.shutdown(Shutdown::Write).expect("the server is there");
            }
        });
        reader.read_to_end(&mut received).expect("the server answers");
        writer.join().expect("no panic");
        assert!(received == sent);
    };
    let clients: Vec<_> = (0..20).map(|number| thread::spawn(move || client(number))).collect();
    for client in clients {
        client.join().expect("no panic");
    }
}

#[test]
fn a_client_of_this_runtime_talks_to_a_server_of_it() {
    let runtime = runtime(1);
    let address = echo_server(&runtime);
    let handle = runtime.handle().clone();
    let reply = runtime.block_on(async move {
        let mut stream = handle.connect(address).await.expect("the server listens");
        stream.write_all(b"two teas").await.expect("the server reads");
        stream.shutdown().expect("the server is there");
        let (mut reply, mut buffer) = (Vec::new(), [0; 3]);
        while let count @ 1.. = stream.read(&mut buffer).await.expect("the server answers") {
            reply.extend_from_slice(&buffer[..count]);
        }
        reply
    });
    assert_eq!(reply, b"two teas");
}

#[test]
fn connecting_where_nobody_listens_is_an_error() {
    let runtime = runtime(1);
    let free = std::net::TcpListener::bind(ANYWHERE).and_then(|listener| listener.local_addr());
    let refused = runtime.block_on(runtime.handle().connect(free.expect("a port is free")));
    assert_eq!(refused.map(drop).map_err(|error| error.kind()), Err(ErrorKind::ConnectionRefused));
}

/// On one worker: bytes that arrive again and again, and a task that only wants one turn.
fn others_run_beside_a_socket_that_is_always_ready(limited: bool) -> bool {
    let runtime = runtime(1);
    let listener = std::net::TcpListener::bind(ANYWHERE).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let (handle, turn) = (runtime.handle().clone(), Arc::new(AtomicBool::new(false)));
    let greedy = runtime.handle().spawn(async move {
        let mut stream = handle.connect(address).await.expect("the test listens");
        let (mut peer, _) = listener.accept().expect("it has connected");
        peer.write_all(&[0; 1000]).expect("the buffer has room");
        let set = Arc::clone(&turn);
        drop(handle.spawn(async move { set.store(true, SeqCst) }));
        let read_all = async {
            for _ in 0..1000 {
                stream.read(&mut [0]).await.expect("the test has written");
            }
            turn.load(SeqCst)
        };
        if limited { read_all.await } else { unconstrained(read_all).await }
    });
    block_on(greedy).expect("it ends")
}

#[test]
fn a_socket_that_is_always_ready_starves_others_only_without_a_budget() {
    assert!(others_run_beside_a_socket_that_is_always_ready(true));
    assert!(!others_run_beside_a_socket_that_is_always_ready(false));
}

#[test]
fn events_are_seen_although_tasks_keep_the_worker_busy() {
    let runtime = runtime(1);
    let address = echo_server(&runtime);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let (sender, started) = mpsc::channel();
    let busy = runtime.handle().spawn(async move {
        sender.send(()).expect("the test listens");
        while !stopped.load(SeqCst) {
            yield_now().await;
        }
    });
    started.recv().expect("it starts");
    visit(address);
    stop.store(true, SeqCst);
    runtime.block_on(busy).expect("it ends");
}

#[test]
fn events_are_seen_although_the_worker_that_saw_the_last_one_is_stuck() {
    let runtime = runtime(2);
    let address = echo_server(&runtime);
    let handle = runtime.handle().clone();
    let (started, stuck) = mpsc::channel();
    let (tell, told) = mpsc::channel();
    let task = runtime.handle().spawn(async move {
        handle.sleep(Duration::from_millis(5)).await;
        started.send(()).expect("the test listens");
        told.recv().expect("the test tells");
    });
    stuck.recv().expect("the timer ends");
    visit(address);
    tell.send(()).expect("the task waits");
    runtime.block_on(task).expect("it ends");
}

#[test]
fn an_executor_and_a_reactor_work_together_without_a_runtime() {
    let executor = Executor::new(1, None).expect("the machine has threads to give");
    let reactor = Reactor::new().expect("the machine has a selector to give");
    let listener = std::net::TcpListener::bind(ANYWHERE).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    let driver = Arc::clone(&reactor);
    let stop = Arc::new(AtomicBool::new(false));
    let stopped = Arc::clone(&stop);
    let turner = thread::spawn(move || {
        while !stopped.load(SeqCst) {
            let mut wakers = Vec::new();
            driver.turn(None, &mut wakers);
            wakers.into_iter().for_each(Waker::wake);
        }
    });
    let reads = Arc::clone(&reactor);
    let reader = executor.spawner().spawn(async move {
        let mut stream = TcpStream::connect(&reads, address).await.expect("the test listens");
        let mut bytes = 0;
        while let count @ 1.. = stream.read(&mut [0; 2]).await.expect("no error") {
            bytes += count;
        }
        bytes
    });
    let (mut peer, _) = listener.accept().expect("it connects");
    for _ in 0..1000 {
        peer.write_all(b"t").expect("it reads");
    }
    drop(peer);
    assert_eq!(block_on(reader).expect("it ends"), 1000);
    stop.store(true, SeqCst);
    reactor.interrupt();
    turner.join().expect("no panic");
}

#[test]
fn shutdown_closes_connections() {
    let runtime = runtime(2);
    let address = echo_server(&runtime);
    let mut stream = visit(address);
    drop(runtime);
    assert_eq!(stream.read(&mut [0]).expect("the end, not an error"), 0);
}
