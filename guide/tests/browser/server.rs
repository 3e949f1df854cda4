//! The files of a directory over HTTP, until the network is cut.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use percent_encoding::percent_decode_str;

const TYPES: [(&str, &str); 10] = [
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css"),
    ("js", "text/javascript"),
    ("json", "application/json"),
    ("webmanifest", "application/manifest+json"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("woff2", "font/woff2"),
    ("txt", "text/plain; charset=utf-8"),
    ("zip", "application/zip"),
];

/// A server on the loopback interface that does as static hosts do.
pub(crate) struct Server {
    port: u16,
    shared: Arc<Shared>,
}

struct Shared {
    root: PathBuf,
    stopped: AtomicBool,
    requests: Mutex<Vec<String>>,
}

impl Server {
    /// Serves a directory on a free port.
    pub(crate) fn start(root: &Path) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a socket");
        let port = listener.local_addr().expect("an address").port();
        let shared = Shared {
            root: root.to_owned(),
            stopped: AtomicBool::new(false),
            requests: Mutex::default(),
        };
        let shared = Arc::new(shared);
        let accepting = Arc::clone(&shared);
        thread::spawn(move || accepting.accept(&listener));
        Self { port, shared }
    }

    /// The address of a file.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// The paths that were asked for, without `/` in front.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.shared.requests.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Cuts the network: whoever connects from now on is refused.
    pub(crate) fn stop(&self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        // Wakes the thread that accepts, which then closes the port.
        while TcpStream::connect((Ipv4Addr::LOCALHOST, self.port)).is_ok() {}
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

impl Shared {
    fn accept(self: Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.stopped.load(Ordering::SeqCst) {
                return;
            }
            let shared = Arc::clone(&self);
            // A browser that goes elsewhere does not hear the answer.
            thread::spawn(move || stream.and_then(|stream| shared.answer(stream)));
        }
    }

    /// Answers one request. The browser is told to connect anew for the next, so that nothing stays open
    /// when the network is cut.
    fn answer(&self, mut stream: TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().unwrap_or_else(|| Ok(String::new()))?;
        for line in lines {
            if line?.is_empty() {
                break;
            }
        }
        let Some(path) = first.split(' ').nth(1) else { return Ok(()) };
        let path = path.split('?').next().unwrap_or_default().trim_start_matches('/');
        let path = percent_decode_str(path).decode_utf8_lossy();
        self.requests.lock().unwrap_or_else(PoisonError::into_inner).push(path.clone().into());
        let (status, kind, body) = self.file(&path);
        write!(
            stream,
            "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {}\r\n\
             Cache-Control: no-cache\r\nConnection: close\r\n\r\n",
            body.len()
        )?;
        stream.write_all(&body)
    }

    fn file(&self, path: &str) -> (&str, &str, Vec<u8>) {
        let path = if path.is_empty() { "index.html" } else { path };
        let within = !path.split('/').any(|part| part == "..");
        match fs::read(self.root.join(path)) {
            Ok(body) if within => ("200 OK", kind(path), body),
            _ => {
                let page = fs::read(self.root.join("404.html")).unwrap_or_default();
                ("404 Not Found", "text/html; charset=utf-8", page)
            }
        }
    }
}

fn kind(path: &str) -> &'static str {
    let extension = path.rsplit('.').next().unwrap_or_default();
    let found = TYPES.iter().find(|(known, _)| *known == extension);
    found.map_or("application/octet-stream", |(_, kind)| kind)
}
