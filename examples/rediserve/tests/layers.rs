//! Layers and the end of a server, one at a time and without a Redis.

use std::convert::Infallible;
use std::fs;
use std::future::pending;
use std::net::TcpListener;
use std::path::Path;
use std::pin::Pin;
use std::process::Command;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::http::{HeaderMap, Request, StatusCode};
use axum::response::Response;
use axum::routing::get;
use http_body_util::BodyExt;
use hyper::body::Frame;
use rediserve::limits::Limits;
use rediserve::metrics::Metrics;
use rediserve::restart::successor;
use rediserve::routes::{App, limited, observed, router};
use rediserve::serve::{Phase, serve};
use rediserve::store::Store;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::{Semaphore, oneshot, watch};
use tokio::time::timeout;
use tower::ServiceExt;

/// Long enough never to end a test that passes.
const LONG: Duration = Duration::from_secs(30);

fn app(limits: Limits) -> (App, watch::Sender<Phase>) {
    let store =
        Store::new("redis://127.0.0.1:1", &limits).expect("the address is one");
    let (sender, phase) = watch::channel(Phase::Serving);
    (App { store, metrics: Metrics::default(), phase, limits }, sender)
}

async fn answer(
    routes: &Router,
    request: Request<Body>,
) -> (StatusCode, HeaderMap, String) {
    let response = timeout(LONG, routes.clone().oneshot(request)).await;
    let response: Response =
        response.expect("it answers").expect("it is infallible");
    let (head, body) = response.into_parts();
    let body = body.collect().await.expect("it is in memory").to_bytes();
    (head.status, head.headers, String::from_utf8(body.into()).expect("it is text"))
}

fn request(path: &str) -> Request<Body> {
    Request::get(path).body(Body::empty()).expect("the path is one")
}

fn error(code: &str, message: &str) -> String {
    serde_json::json!({ "error": code, "message": message }).to_string()
}

#[tokio::test]
async fn a_good_request_id_is_kept_and_another_replaced() {
    let (app, _phase) = app(Limits::default());
    let routes = router(app);
    let id_of = async |sent: Option<&[u8]>| {
        let mut request = Request::get("/healthz");
        if let Some(sent) = sent {
            request = request.header("x-request-id", sent);
        }
        let request = request.body(Body::empty()).expect("it is a request");
        let (_, headers, _) = answer(&routes, request).await;
        assert_eq!(headers.get_all("x-request-id").iter().count(), 1);
        headers["x-request-id"].to_str().expect("it is ASCII").to_owned()
    };
    let longest = "a".repeat(64);
    for good in ["7", "order-7_b.C", &longest] {
        assert_eq!(id_of(Some(good.as_bytes())).await, good);
    }
    let too_long = "a".repeat(65);
    let bad: [&[u8]; 5] = [b"", b"a b", b"a\"b", b"\xFF", too_long.as_bytes()];
    for sent in bad.into_iter().map(Some).chain([None, None]) {
        let made = id_of(sent).await;
        assert_eq!(made.len(), 32, "{made}");
        assert!(made.bytes().all(|byte| byte.is_ascii_hexdigit()), "{made}");
    }
    assert_ne!(id_of(None).await, id_of(None).await);
}

#[tokio::test]
async fn one_request_too_many_is_shed_on_any_route() {
    let gate = Arc::new(Semaphore::new(0));
    let wait = {
        let gate = Arc::clone(&gate);
        || async move {
            gate.acquire().await.expect("it is never closed").forget();
            "done"
        }
    };
    let routes = Router::new()
        .route("/a", get(wait.clone()))
        .route("/b", get(wait))
        .route("/c", get(|| async { "done" }));
    let limits = Limits { in_flight: 2, request: LONG, ..Limits::default() };
    let routes = limited(routes, &limits);
    let waiting = [request("/a"), request("/b")].map(|request| {
        let routes = routes.clone();
        tokio::spawn(async move { answer(&routes, request).await })
    });
    tokio::task::yield_now().await;
    for path in ["/a", "/b", "/c"] {
        let (status, headers, body) = answer(&routes, request(path)).await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(headers["retry-after"], "1");
        assert_eq!(
            body,
            error("overloaded", "too many requests at once; try later")
        );
    }
    gate.add_permits(2);
    for waiting in waiting {
        assert_eq!(waiting.await.expect("no panic").0, StatusCode::OK);
    }
    assert_eq!(answer(&routes, request("/c")).await.0, StatusCode::OK);
}

#[tokio::test]
async fn probes_are_answered_while_requests_are_shed() {
    let (app, _phase) = app(Limits { in_flight: 0, ..Limits::default() });
    let routes = router(app);
    let (status, ..) = answer(&routes, request("/v1/acme/entries")).await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer(&routes, request("/healthz")).await.0, StatusCode::OK);
    let (status, _, metrics) = answer(&routes, request("/metrics")).await;
    assert_eq!(status, StatusCode::OK);
    let shed = "method=\"GET\",route=\"/v1/{tenant}/entries\",status=\"503\"} 1";
    assert!(metrics.lines().any(|line| line.ends_with(shed)), "{metrics}");
}

#[tokio::test]
async fn a_request_that_takes_too_long_is_ended() {
    let routes = Router::new().route("/", get(pending::<Infallible>));
    let limits = Limits { request: Duration::from_millis(10), ..Limits::default() };
    let (status, headers, body) =
        answer(&limited(routes, &limits), request("/")).await;
    assert_eq!(status, StatusCode::GATEWAY_TIMEOUT);
    assert!(!headers.contains_key("retry-after"));
    assert_eq!(body, error("timeout", "the request took too long"));
}

#[tokio::test]
async fn a_slow_body_is_not_waited_for() {
    let (app, _phase) =
        app(Limits { body: Duration::from_millis(10), ..Limits::default() });
    let request = Request::put("/v1/acme/entries/k")
        .body(Body::new(Never))
        .expect("it is a request");
    let (status, _, body) = answer(&router(app), request).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    assert_eq!(body, error("slow_body", "the body did not arrive in time"));
}

/// A body of which nothing arrives.
struct Never;

impl HttpBody for Never {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test]
async fn a_panic_is_our_fault_and_says_no_more() {
    async fn broken() {
        panic!("the password is 1234");
    }
    let (app, _phase) = app(Limits::default());
    let routes = observed(Router::new().route("/", get(broken)), &app);
    let (status, headers, body) = answer(&routes, request("/")).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert_eq!(body, error("internal", "the fault is on our side"));
    assert!(headers.contains_key("x-request-id"));
    let counted =
        "http_request_seconds_count{method=\"GET\",route=\"/\",status=\"500\"} 1";
    assert!(
        app.metrics.text(app.store.status()).lines().any(|line| line == counted)
    );
}

#[tokio::test]
async fn a_process_that_leaves_is_not_ready_and_sends_clients_away() {
    let (app, phase) = app(Limits::default());
    let routes = router(app);
    let (_, headers, _) = answer(&routes, request("/healthz")).await;
    assert!(!headers.contains_key("connection"));
    for leaving in [Phase::Ending, Phase::HandedOver] {
        phase.send_replace(leaving);
        let (status, headers, body) = answer(&routes, request("/readyz")).await;
        assert_eq!(
            (status, body.as_str()),
            (StatusCode::SERVICE_UNAVAILABLE, "leaving\n")
        );
        assert_eq!(headers["connection"], "close");
        let (status, headers, _) = answer(&routes, request("/healthz")).await;
        assert_eq!(
            (status, &headers["connection"]),
            (StatusCode::OK, &"close".parse().expect("it is one"))
        );
    }
}

#[tokio::test]
async fn a_request_that_was_there_before_sends_its_client_away_too() {
    let (app, phase) = app(Limits::default());
    let leave = async move || _ = phase.send_replace(Phase::Ending);
    let routes = observed(Router::new().route("/", get(leave)), &app);
    let (_, headers, _) = answer(&routes, request("/")).await;
    assert_eq!(headers["connection"], "close");
}

/// A server of its own, how to make it leave, and what its end will say.
async fn started(
    routes: Router,
    limits: Limits,
) -> (String, oneshot::Sender<Phase>, tokio::task::JoinHandle<bool>) {
    let listener =
        tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port is free");
    let address = listener.local_addr().expect("it is bound").to_string();
    let (leave, left) = oneshot::channel();
    let (phase, _) = watch::channel(Phase::Serving);
    let server = tokio::spawn(async move {
        let departure = async { left.await.expect("the test goes on") };
        serve(listener, routes, phase, departure, &limits).await
    });
    (address, leave, server)
}

async fn connected(address: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    stream
        .write_all(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        .await
        .expect("it reads");
    stream
}

#[tokio::test]
async fn the_end_waits_for_requests_but_not_for_ever() {
    let routes = Router::new().route("/", get(pending::<Infallible>));
    let limits = Limits {
        notice: Duration::from_millis(10),
        drain: Duration::from_millis(50),
        ..Limits::default()
    };
    let (address, leave, server) = started(routes, limits).await;
    let _waiting = connected(&address).await;
    leave.send(Phase::Ending).expect("it serves");
    let drained = timeout(LONG, server).await.expect("it ends").expect("no panic");
    assert!(!drained);
}

#[tokio::test]
async fn an_idle_connection_does_not_delay_the_end() {
    let routes = Router::new().route("/", get(|| async { "done" }));
    let limits = Limits {
        notice: Duration::from_millis(10),
        drain: LONG * 2,
        ..Limits::default()
    };
    let (address, leave, server) = started(routes, limits).await;
    let mut idle = connected(&address).await;
    while idle.read_u8().await.expect("it answers") != b'e' {}
    let _silent = TcpStream::connect(&address).await.expect("it listens");
    leave.send(Phase::Ending).expect("it serves");
    assert!(timeout(LONG, server).await.expect("it ends").expect("no panic"));
}

#[tokio::test]
async fn who_has_handed_over_accepts_no_more() {
    let routes = Router::new().route("/", get(|| async { "old" }));
    let limits = Limits { notice: LONG, ..Limits::default() };
    let (address, leave, _server) = started(routes, limits).await;
    leave.send(Phase::HandedOver).expect("it serves");
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The kernel still does, for the heir.
    let mut stream = connected(&address).await;
    let answer = timeout(Duration::from_millis(200), stream.read_u8()).await;
    assert!(answer.is_err(), "{answer:?}");
}

#[tokio::test]
async fn a_successor_that_is_never_ready_is_killed() {
    let directory = tempfile::tempdir().expect("there is room");
    let program = directory.path().join("hangs");
    script(&program, "echo $$ > \"$0.pid\"; exec sleep 100");
    let limits =
        Limits { successor: Duration::from_millis(500), ..Limits::default() };
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let error = successor(&program, &listener, &limits).await.expect_err("it hangs");
    assert!(error.to_string().contains("not ready in time"), "{error:#}");
    let id =
        fs::read_to_string(program.with_extension("pid")).expect("it has started");
    assert!(!Path::new("/proc").join(id.trim()).exists(), "{id} lives");
}

#[tokio::test]
async fn a_successor_that_ends_is_no_successor() {
    let directory = tempfile::tempdir().expect("there is room");
    let program = directory.path().join("ends");
    script(&program, "printf 'no line'; exit 0");
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    for (program, expected) in [
        (program.as_path(), "ended before it was ready"),
        (&directory.path().join("none"), "does not start"),
    ] {
        let error = successor(program, &listener, &Limits::default()).await;
        let error = error.expect_err("it does not serve").to_string();
        assert!(error.contains(expected), "{error}");
    }
}

/// Written by a process of its own: a file that this one has open for writing could be
/// inherited by the child of another test, and is then too busy to be run.
fn script(path: &Path, commands: &str) {
    let text = format!("#!/bin/sh\n{commands}\n");
    let write = "printf %s \"$1\" >\"$0\" && chmod +x \"$0\"";
    let status = Command::new("sh").args(["-c", write]).arg(path).arg(text).status();
    assert!(status.expect("there is a shell").success());
}
