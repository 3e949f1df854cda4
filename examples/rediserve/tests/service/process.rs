//! The process: what it says, how it ends, and how another one takes its place.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::http::Request;
use http_body_util::BodyExt;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::backend::Backend;
use crate::{Test, tests};

const PROGRAM: &str = env!("CARGO_BIN_EXE_rediserve");

pub(crate) fn tests() -> Vec<Test> {
    tests![
        a_fresh_machine_needs_nothing,
        the_log_has_the_causes_and_the_answer_their_id,
        requests_end_before_the_process_does,
        it_ends_at_once_when_nothing_is_left_to_do,
        a_hot_restart_under_load_fails_no_request,
        a_successor_that_fails_changes_nothing,
        a_successor_without_redis_does_not_take_over,
    ]
}

/// A process and those that follow it.
struct Server {
    first: Child,
    /// Which one serves.
    id: Pid,
    address: String,
    /// Its one line.
    line: String,
    log: mpsc::UnboundedReceiver<String>,
}

impl Server {
    fn start(backend: &Backend) -> Self {
        Self::start_at(Path::new(PROGRAM), Some(backend))
    }

    fn start_at(program: &Path, backend: Option<&Backend>) -> Self {
        let mut command = Command::new(program);
        command.env_remove("REDIS_URL").env("LISTEN", "127.0.0.1:0");
        command.envs(backend.map(|backend| ("REDIS_URL", backend.url())));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut first = command.spawn().expect("the server starts");
        let mut line = String::new();
        let output = first.stdout.take().expect("it is piped");
        BufReader::new(output)
            .read_line(&mut line)
            .expect("it says where it listens");
        let (id, address) = announced(&line);
        let log = lines(first.stderr.take().expect("it is piped"));
        Self { first, id, address, line, log }
    }

    fn signal(&self, signal: Signal) {
        kill_process(self.id, signal).expect("it lives");
    }

    /// The next line of the log that has all these words.
    async fn says(&mut self, words: &[&str]) -> String {
        loop {
            let line = self.log.recv().await.expect("the log goes on");
            if words.iter().all(|word| line.contains(word)) {
                return line;
            }
        }
    }

    /// Has another process take over; the one before ends by itself.
    async fn replace(&mut self) {
        let before = self.id;
        self.signal(Signal::USR2);
        let line = self.says(&["handed over"]).await;
        let (id, address) =
            announced(line.split_once("process").expect("its line").1);
        assert_eq!(address, self.address);
        self.id = id;
        while lives(before) {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// How the first process has ended.
    async fn ended(&mut self) -> ExitStatus {
        loop {
            if let Some(status) = self.first.try_wait().expect("it is a child") {
                return status;
            }
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// Waits until the process that serves has ended.
    async fn gone(&self) {
        while lives(self.id) {
            sleep(Duration::from_millis(20)).await;
        }
    }

    async fn send(&self, request: &str) -> TcpStream {
        let mut stream =
            TcpStream::connect(&self.address).await.expect("it listens");
        stream.write_all(request.as_bytes()).await.expect("it reads");
        stream
    }

    async fn get(&self, path: &str) -> String {
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n"
        );
        all(self.send(&request).await).await
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Fails if it has ended, as it should have.
        let _ = kill_process(self.id, Signal::KILL);
        let _ = self.first.kill();
        let _ = self.first.wait();
    }
}

/// The process and the address of its line: `process 7 serves http://127.0.0.1:80 with`.
fn announced(line: &str) -> (Pid, String) {
    let words: Vec<_> = line.split_whitespace().collect();
    let id = words.iter().find_map(|word| word.parse().ok()).and_then(Pid::from_raw);
    let address = words.iter().find_map(|word| word.strip_prefix("http://"));
    (id.expect(line), address.expect(line).to_owned())
}

/// Whether there is such a process that has not ended.
fn lives(id: Pid) -> bool {
    let status = fs::read_to_string(format!("/proc/{id}/stat")).unwrap_or_default();
    status
        .rsplit(") ")
        .next()
        .is_some_and(|state| !state.is_empty() && !state.starts_with('Z'))
}

fn lines(
    log: impl std::io::Read + Send + 'static,
) -> mpsc::UnboundedReceiver<String> {
    let (sender, receiver) = mpsc::unbounded_channel();
    std::thread::spawn(move || {
        for line in BufReader::new(log).lines().map_while(Result::ok) {
            let _ = sender.send(line);
        }
    });
    receiver
}

async fn all(mut stream: TcpStream) -> String {
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("it answers");
    answer
}

async fn a_fresh_machine_needs_nothing(mut backend: Backend) {
    backend.kill().await;
    let mut server = Server::start_at(Path::new(PROGRAM), None);
    assert!(
        server.line.contains("embedded Redis that forgets all"),
        "{}",
        server.line
    );
    let put = "PUT /v1/acme/entries/k HTTP/1.1\r\nHost: here\r\nContent-Length: 1\r\n\r\n1";
    let mut written = server.send(put).await;
    assert_eq!(written.read_u8().await.expect("it answers"), b'H');
    assert!(server.get("/v1/acme/entries/k").await.ends_with("\r\n1"));
    // Another process would not have the entry.
    server.signal(Signal::USR2);
    server.says(&["ERROR", "not replaced", "would be gone"]).await;
    assert!(server.get("/v1/acme/entries/k").await.ends_with("\r\n1"));
    server.signal(Signal::TERM);
    assert!(server.ended().await.success());
}

async fn the_log_has_the_causes_and_the_answer_their_id(mut backend: Backend) {
    let mut server = Server::start(&backend);
    backend.kill().await;
    let answer = server
        .send("GET /v1/acme/entries/k HTTP/1.1\r\nHost: here\r\nX-Request-Id: order-7\r\nConnection: close\r\n\r\n")
        .await;
    let answer = all(answer).await;
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("x-request-id: order-7\r\n"), "{answer}");
    for internal in
        ["127.0.0.1", "redis", "Redis", "refused", &backend.port().to_string()]
    {
        assert!(!answer.contains(internal), "{internal}: {answer}");
    }
    server
        .says(&["ERROR", "order-7", "/v1/acme/entries/k", "Redis is away: "])
        .await;
    server.says(&["order-7", "status=503"]).await;
    server.signal(Signal::TERM);
    assert!(server.ended().await.success());
}

async fn requests_end_before_the_process_does(backend: Backend) {
    let mut heir = Server::start(&backend);
    heir.replace().await;
    for (signal, server) in
        [(Signal::TERM, Server::start(&backend)), (Signal::INT, heir)]
    {
        let mut upload = server
            .send("PUT /v1/acme/entries/k HTTP/1.1\r\nHost: here\r\nContent-Length: 2\r\n\r\n1")
            .await;
        // It is being answered: the metrics have no word for that, so what follows it is.
        assert!(server.get("/readyz").await.ends_with("ready\n"));
        server.signal(signal);
        while !server.get("/readyz").await.ends_with("leaving\n") {}
        while TcpStream::connect(&server.address).await.is_ok() {
            sleep(Duration::from_millis(20)).await;
        }
        upload.write_all(b"2").await.expect("it reads");
        let answer = all(upload).await;
        assert!(answer.starts_with("HTTP/1.1 204 "), "{answer}");
        assert!(answer.contains("connection: close\r\n"), "{answer}");
        server.gone().await;
    }
}

async fn it_ends_at_once_when_nothing_is_left_to_do(backend: Backend) {
    let mut server = Server::start(&backend);
    let _silent = server.send("").await;
    let _idle = server.send("GET /healthz HTTP/1.1\r\nHost: here\r\n\r\n").await;
    assert!(server.get("/healthz").await.ends_with("alive\n"));
    server.signal(Signal::TERM);
    assert!(server.ended().await.success());
}

type HttpClient = Client<HttpConnector, Body>;

/// A client that never sends a request a second time: the tests count what fails.
fn client(kept_connections: usize) -> HttpClient {
    let mut client = Client::builder(TokioExecutor::new());
    client.retry_canceled_requests(false).pool_max_idle_per_host(kept_connections);
    client.build_http()
}

/// Writes numbers and reads them again, until the end; how many requests that were.
async fn count(
    client: HttpClient,
    url: String,
    end: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
) {
    for number in 0.. {
        if end.load(Ordering::Relaxed) {
            return;
        }
        let put = Request::put(&url).body(Body::from(number.to_string()));
        let answer =
            client.request(put.expect("it is one")).await.expect("no request fails");
        assert_eq!(answer.status(), 204);
        let get = Request::get(&url).body(Body::empty());
        let answer =
            client.request(get.expect("it is one")).await.expect("no request fails");
        assert_eq!(answer.status(), 200);
        let body = answer.into_body().collect().await.expect("no answer is cut off");
        assert_eq!(body.to_bytes(), number.to_string());
        sent.fetch_add(2, Ordering::Relaxed);
    }
}

// ANCHOR: restart-under-load
/// Three, with requests after each.
async fn restarts(server: &mut Server, sent: &AtomicUsize) {
    for _ in 0..3 {
        server.replace().await;
        let before = sent.load(Ordering::Relaxed);
        while sent.load(Ordering::Relaxed) < before + 200 {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn a_hot_restart_under_load_fails_no_request(backend: Backend) {
    let mut server = Server::start(&backend);
    let (end, sent) =
        (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut clients = JoinSet::new();
    for number in 0..8 {
        let url = format!("http://{}/v1/acme/entries/{number}", server.address);
        let client = client(number % 2);
        clients.spawn(count(client, url, Arc::clone(&end), Arc::clone(&sent)));
    }
    tokio::select! {
        () = restarts(&mut server, &sent) => {}
        Some(ended) = clients.join_next() => ended.expect("no request fails"),
    }
    end.store(true, Ordering::Relaxed);
    while let Some(client) = clients.join_next().await {
        client.expect("no request fails");
    }
    assert!(server.ended().await.success());
    println!(
        "{} requests during three restarts, none failed",
        sent.load(Ordering::Relaxed)
    );
    server.signal(Signal::TERM);
    server.gone().await;
    assert!(TcpStream::connect(&server.address).await.is_err());
}
// ANCHOR_END: restart-under-load

async fn a_successor_that_fails_changes_nothing(backend: Backend) {
    let directory = tempfile::tempdir().expect("there is room");
    let program = directory.path().join("rediserve");
    install(Path::new(PROGRAM), &program);
    let mut server = Server::start_at(&program, Some(&backend));
    install(Path::new("/bin/false"), &program);
    let id = server.id;
    for _ in 0..2 {
        server.signal(Signal::USR2);
        server.says(&["ERROR", "not replaced", "ended before it was ready"]).await;
        assert!(server.get("/readyz").await.ends_with("ready\n"));
        assert_eq!(server.id, id);
    }
    install(Path::new(PROGRAM), &program);
    server.replace().await;
    assert!(server.get("/readyz").await.ends_with("ready\n"));
}

/// As an update does it: the old file stays until nobody runs it.
fn install(program: &Path, at: &Path) {
    let new = at.with_extension("new");
    let status = Command::new("cp").arg(program).arg(&new).status();
    assert!(status.expect("there is a cp").success());
    fs::rename(new, at).expect("both are here");
}

async fn a_successor_without_redis_does_not_take_over(mut backend: Backend) {
    let mut server = Server::start(&backend);
    backend.kill().await;
    server.signal(Signal::USR2);
    server.says(&["ERROR", "not replaced"]).await;
    assert!(server.get("/healthz").await.ends_with("alive\n"));
    backend.start_again().await;
    server.replace().await;
    assert!(server.get("/readyz").await.ends_with("ready\n"));
}
