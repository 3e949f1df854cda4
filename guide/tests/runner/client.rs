//! Requests as bytes, since what an attacker sends is what no client library would.

use std::fmt::Write as _;
use std::io::{Read, Write as _};
use std::net::{Ipv4Addr, Shutdown, TcpStream};
use std::time::Duration;

use guide::site::Server;
use serde_json::{Value, json};

/// An answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_mins(1);

/// A request, and how its body is sent.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    /// The body.
    pub(crate) body: Vec<u8>,
    is_chunked: bool,
    /// The length that is announced instead of that of the body.
    announced: Option<usize>,
}

impl Request {
    /// What a page of the server sends to run a program.
    pub(crate) fn new(server: &Server, code: &str) -> Self {
        Self::with_token(server, &token(server), code)
    }

    /// The same with another token.
    pub(crate) fn with_token(server: &Server, token: &str, code: &str) -> Self {
        let host = host(server);
        Self::get(server, "/__guide/run")
            .method("POST")
            .and("Origin", &format!("http://{host}"))
            .and("Content-Type", "application/json")
            .and("X-Guide-Token", token)
            .body(json!({ "code": code, "edition": "2024" }).to_string().as_bytes())
    }

    /// What a browser sends to show a page.
    pub(crate) fn get(server: &Server, target: &str) -> Self {
        Self {
            method: "GET".to_owned(),
            target: target.to_owned(),
            headers: vec![("Host".to_owned(), host(server))],
            body: Vec::new(),
            is_chunked: false,
            announced: None,
        }
    }

    /// Asks in another way.
    pub(crate) fn method(mut self, method: &str) -> Self {
        method.clone_into(&mut self.method);
        self
    }

    /// Asks for something else.
    pub(crate) fn target(mut self, target: &str) -> Self {
        target.clone_into(&mut self.target);
        self
    }

    /// Leaves out a header.
    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(present, _)| present != name);
        self
    }

    /// Replaces a header.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// Adds a header.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Says something else.
    pub(crate) fn body(mut self, body: &[u8]) -> Self {
        body.clone_into(&mut self.body);
        self
    }

    /// Does not tell the length of its body.
    pub(crate) fn in_chunks(mut self) -> Self {
        self.is_chunked = true;
        self
    }

    /// Promises so many bytes and sends fewer.
    pub(crate) fn announcing(mut self, length: usize) -> Self {
        self.announced = Some(length);
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut head = format!("{} {} HTTP/1.1\r\nConnection: close\r\n", self.method, self.target);
        for (name, value) in &self.headers {
            let _ = write!(head, "{name}: {value}\r\n");
        }
        if self.is_chunked {
            let size = self.body.len();
            let _ = write!(head, "Transfer-Encoding: chunked\r\n\r\n{size:x}\r\n");
            return [head.as_bytes(), &self.body, b"\r\n0\r\n\r\n"].concat();
        }
        let length = self.announced.unwrap_or(self.body.len());
        let _ = write!(head, "Content-Length: {length}\r\n\r\n");
        [head.as_bytes(), &self.body].concat()
    }
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    /// The status.
    pub(crate) status: u16,
    /// The status line and the headers.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: String,
}

impl Answer {
    /// The body as JSON.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }
}

/// Sends a request and does not wait for the answer.
pub(crate) fn ask(server: &Server, request: &Request) -> TcpStream {
    let address = (Ipv4Addr::LOCALHOST, server.address().port());
    let mut stream = TcpStream::connect(address).expect("a connection");
    // A server that has refused a request need not take the rest of it.
    let _ = stream.write_all(&request.bytes());
    stream
}

/// Sends a request and waits for the answer.
pub(crate) fn send(server: &Server, request: &Request) -> Answer {
    let mut stream = ask(server, request);
    stream.set_read_timeout(Some(PATIENCE)).expect("a limit");
    let mut bytes = Vec::new();
    // The same goes for the end of the connection.
    let _ = stream.read_to_end(&mut bytes);
    let _ = stream.shutdown(Shutdown::Both);
    let text = String::from_utf8_lossy(&bytes);
    let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
    Answer { status: status.unwrap_or(0), head: head.to_owned(), body: body.to_owned() }
}

/// The token that the server's pages carry, once they are rendered.
pub(crate) fn token(server: &Server) -> String {
    let page = Request::get(server, "/core/question.html");
    let mut text = String::new();
    super::wait_until("a page has a token", || {
        text = send(server, &page).body;
        text.contains("guide-runner")
    });
    let (_, rest) = text.split_once("<meta name=\"guide-runner\" content=\"").expect("the token");
    rest.split('"').next().unwrap_or_default().to_owned()
}

fn host(server: &Server) -> String {
    format!("127.0.0.1:{}", server.address().port())
}
