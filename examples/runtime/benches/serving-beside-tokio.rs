//! The same handler of hyper, on this runtime and on Tokio: requests in a given time, and the latency of the
//! slowest hundredth.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::sync::Barrier;
use std::thread::{self, available_parallelism};
use std::time::Instant;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use measurement::{Table, medians_of};
use runtime::Runtime;
use runtime::http::Io;

const REQUESTS: usize = 8_000;
const ROUNDS: usize = 15;
const LOCALHOST: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

async fn answer(_: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
    Ok(Response::new(Full::new(Bytes::from_static(b"hello\n"))))
}

async fn serve<I: hyper::rt::Read + hyper::rt::Write + Unpin>(io: I) {
    let connection = http1::Builder::new().serve_connection(io, service_fn(answer));
    connection.await.expect("the clients end their connections");
}

fn serve_here(runtime: &Runtime) -> SocketAddr {
    let handle = runtime.handle().clone();
    let mut listener = handle.listen(LOCALHOST).expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    drop(runtime.handle().spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("there are few clients");
            drop(handle.spawn(serve(Io(stream))));
        }
    }));
    address
}

fn serve_on_tokio(runtime: &tokio::runtime::Runtime) -> SocketAddr {
    let listener = runtime.block_on(tokio::net::TcpListener::bind(LOCALHOST));
    let listener = listener.expect("a port is free");
    let address = listener.local_addr().expect("it listens");
    drop(runtime.spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.expect("there are few clients");
            stream.set_nodelay(true).expect("it is a TCP socket");
            drop(tokio::spawn(serve(TokioIo::new(stream))));
        }
    }));
    address
}

/// What clients have seen, in seconds.
struct Load {
    all: f64,
    /// The latency that one request in a hundred exceeds.
    p99: f64,
}

/// So many connections share the requests; each sends its next one after the last answer.
fn load(address: SocketAddr, connections: usize) -> Load {
    let start = Barrier::new(connections + 1);
    let (mut latencies, all) = thread::scope(|scope| {
        let client = || scope.spawn(|| client(address, &start, REQUESTS / connections));
        let clients: Vec<_> = (0..connections).map(|_| client()).collect();
        start.wait();
        let started = Instant::now();
        let ended = clients.into_iter().flat_map(|client| client.join().expect("no panic"));
        let latencies: Vec<f64> = ended.collect();
        (latencies, started.elapsed().as_secs_f64())
    });
    latencies.sort_by(f64::total_cmp);
    Load { all, p99: latencies[latencies.len() * 99 / 100] }
}

/// The latency of each request on one connection.
fn client(address: SocketAddr, start: &Barrier, requests: usize) -> Vec<f64> {
    let mut stream = TcpStream::connect(address).expect("the server listens");
    stream.set_nodelay(true).expect("it is a TCP socket");
    start.wait();
    (0..requests).map(|_| request(&mut stream)).collect()
}

fn request(stream: &mut TcpStream) -> f64 {
    let started = Instant::now();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").expect("the server reads");
    let (mut reply, mut length) = ([0; 1024], 0);
    while !reply[..length].ends_with(b"hello\n") {
        length += stream.read(&mut reply[length..]).expect("the server answers");
    }
    started.elapsed().as_secs_f64()
}

/// How many times Tokio's time for all requests, and its slow latency, this runtime takes.
fn ratios(here: SocketAddr, tokio: SocketAddr, connections: usize) -> [f64; 2] {
    let all = |address| move || load(address, connections).all;
    let p99 = |address| move || load(address, connections).p99;
    let measured = medians_of(ROUNDS, [&all(here), &all(tokio), &p99(here), &p99(tokio)]);
    let [all, all_tokio, p99, p99_tokio] = measured;
    [all / all_tokio, p99 / p99_tokio]
}

fn main() {
    let workers = available_parallelism().map_or(1, usize::from);
    let runtime = Runtime::new(workers).expect("the machine has threads to give");
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let tokio = builder.worker_threads(workers).enable_io().build();
    let tokio = tokio.expect("the machine has threads to give");
    let (here, there) = (serve_here(&runtime), serve_on_tokio(&tokio));
    let columns = ["time for all requests", "99th percentile of latency"];
    let mut table = Table::curve("this runtime, Tokio = 1", "connections", columns);
    let mut worst = f64::MAX;
    for connections in [1, 8, 64] {
        let ratios = ratios(here, there, connections);
        worst = worst.min(1.0 / ratios[0]);
        table = table.row(connections, ratios);
    }
    table.claim("it serves at least {} times as many requests as Tokio", 0.5, worst);
}
