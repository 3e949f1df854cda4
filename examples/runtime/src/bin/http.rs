//! An HTTP server on this runtime, until its standard input ends.
//!
//! ```console
//! $ cargo run --package runtime --bin http
//! ```

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::thread;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::Full;
use hyper::body::Incoming;
use hyper::rt::Executor;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response, StatusCode};
use runtime::http::Io;
use runtime::reactor::{TcpListener, TcpStream};
use runtime::{Handle, Runtime};

fn main() -> io::Result<()> {
    let runtime = Runtime::new(thread::available_parallelism()?.get())?;
    let handle = runtime.handle();
    let listener = handle.listen(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))?;
    println!("listening on http://{}, until this input ends", listener.local_addr()?);
    let server = handle.spawn(serve(handle.clone(), listener));
    let input_ends = handle.spawn_blocking(|| io::copy(&mut io::stdin(), &mut io::sink()));
    runtime.block_on(input_ends).map_err(io::Error::other)??;
    server.abort();
    Ok(())
}

/// Serves every connection in a task of its own, until the future is dropped. Connections go on after that.
async fn serve(handle: Handle, mut listener: TcpListener) -> Infallible {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => handle.execute(serve_connection(handle.clone(), stream)),
            Err(error) => {
                eprintln!("cannot accept a connection: {error}; trying again");
                // Too many open files pass when connections end, and not sooner by trying faster.
                handle.sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// Answers the requests of one connection until it ends. A client that breaks it off ends it too.
async fn serve_connection(handle: Handle, stream: TcpStream) {
    let timer = handle.clone();
    let service = service_fn(move |request| answer(handle.clone(), request));
    let connection = http1::Builder::new()
        .timer(timer)
        .header_read_timeout(Duration::from_secs(30))
        .serve_connection(Io(stream), service);
    if let Err(error) = connection.await {
        eprintln!("a connection ended early: {error}");
    }
}

async fn answer(
    handle: Handle,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let (status, body) = match request.uri().path() {
        "/" => (StatusCode::OK, Bytes::from_static(b"hello\n")),
        "/later" => {
            handle.sleep(Duration::from_millis(50)).await;
            (StatusCode::OK, Bytes::from_static(b"50 ms later\n"))
        }
        "/blocking" => {
            let sleeper = handle.spawn_blocking(|| thread::sleep(Duration::from_millis(50)));
            sleeper.await.expect("the runtime outlives its connections");
            (StatusCode::OK, Bytes::from_static(b"a thread slept\n"))
        }
        "/panic" => panic!("a handler panicked, as it was asked to"),
        _ => (StatusCode::NOT_FOUND, Bytes::from_static(b"no such page\n")),
    };
    let mut response = Response::new(Full::new(body));
    *response.status_mut() = status;
    Ok(response)
}
