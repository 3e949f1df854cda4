//! The server, as its clients see it: a socket of the standard library, and curl.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;

struct Server {
    process: Child,
    address: String,
}

impl Server {
    fn start() -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_http"));
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the server starts");
        let mut line = String::new();
        let mut output = BufReader::new(process.stdout.take().expect("it is piped"));
        output.read_line(&mut line).expect("the server says where it listens");
        let address = line.split(['/', ',']).nth(2).expect("an address").to_owned();
        Self { process, address }
    }

    fn connect(&self) -> TcpStream {
        TcpStream::connect(&self.address).expect("the server listens")
    }

    /// One request on a connection of its own; all that comes back.
    fn get(&self, path: &str) -> String {
        let mut stream = self.connect();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n")
            .expect("the server reads");
        let mut reply = String::new();
        stream.read_to_string(&mut reply).expect("the server answers");
        reply
    }

    /// Ends the server's input, and waits for its end.
    fn end(mut self) {
        drop(self.process.stdin.take());
        assert!(self.process.wait().expect("it is a child").success());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = self.process.kill();
    }
}

#[test]
fn it_answers_at_once_later_and_from_a_thread() {
    let server = Server::start();
    for (path, body) in
        [("/", "hello\n"), ("/later", "50 ms later\n"), ("/blocking", "a thread slept\n")]
    {
        let reply = server.get(path);
        assert!(reply.starts_with("HTTP/1.1 200 OK\r\n") && reply.ends_with(body), "{reply}");
    }
    assert!(server.get("/teas").starts_with("HTTP/1.1 404 Not Found\r\n"));
    server.end();
}

#[test]
fn a_connection_serves_many_requests() {
    let server = Server::start();
    let mut stream = server.connect();
    for _ in 0..100 {
        stream.write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n").expect("the server reads");
        let mut reply = Vec::new();
        while !reply.ends_with(b"hello\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("the server answers");
            reply.extend(byte);
        }
    }
    server.end();
}

// ANCHOR: panic
#[test]
fn a_handler_that_panics_ends_its_connection_only() {
    let server = Server::start();
    assert_eq!(server.get("/panic"), "");
    assert!(server.get("/").ends_with("hello\n"));
    server.end();
}
// ANCHOR_END: panic

#[test]
fn many_clients_are_served_at_once_and_one_that_says_nothing_is_in_no_ones_way() {
    let server = Server::start();
    let silent = server.connect();
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(server.get("/later").ends_with("later\n")));
        }
    });
    server.end();
    drop(silent);
}

// ANCHOR: curl
#[test]
fn curl_is_content() {
    let server = Server::start();
    let url = format!("http://{}/", server.address);
    // Twice, so that curl uses its connection again.
    let output = Command::new("curl").args(["--silent", "--show-error", &url, &url]).output();
    match output {
        Ok(output) => assert_eq!(String::from_utf8_lossy(&output.stdout), "hello\nhello\n"),
        Err(error) => eprintln!("not run here, without curl: {error}"),
    }
    server.end();
}
// ANCHOR_END: curl
