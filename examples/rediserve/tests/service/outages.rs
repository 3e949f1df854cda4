//! Redis dies, hangs, comes back, and holds what this service did not write.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use rediserve::limits::Limits;
use tokio::task::JoinSet;
use tokio::time::sleep;

use crate::backend::Backend;
use crate::client::{Answer, Service};
use crate::{Test, tests};

const AWAY: &str = "the entries cannot be reached; try later";

pub(crate) fn tests() -> Vec<Test> {
    tests![
        it_starts_without_redis,
        every_route_says_that_redis_is_away,
        redis_dies_and_comes_back_under_load,
        redis_hangs,
        the_pool_is_exhausted,
        a_value_of_others_is_not_shown,
    ]
}

async fn it_starts_without_redis(mut backend: Backend) {
    backend.kill().await;
    let service = Service::new(&backend);
    service.get("/healthz").await.is(200, "alive\n");
    service.get("/readyz").await.is(503, "the store is away\n");
    backend.start_again().await;
    service.get("/readyz").await.is(200, "ready\n");
}

async fn every_route_says_that_redis_is_away(mut backend: Backend) {
    let service = Service::new(&backend);
    service.put("/v1/acme/entries/k", "v").await.is(204, "");
    backend.kill().await;
    let batch = r#"[{"op":"get","key":"k"}]"#;
    for answer in [
        service.get("/v1/acme/entries/k").await,
        service.put("/v1/acme/entries/k", "v").await,
        service.delete("/v1/acme/entries/k").await,
        service.get("/v1/acme/entries").await,
        service.post("/v1/acme/batch", batch).await,
    ] {
        is_away(&answer);
    }
    service.get("/healthz").await.is(200, "alive\n");
}

#[track_caller]
fn is_away(answer: &Answer) {
    answer.is_error(503, "unavailable", AWAY);
    assert!(answer.retry_after);
}

/// What clients have seen in one phase.
#[derive(Default)]
struct Seen {
    served: AtomicUsize,
    away: AtomicUsize,
}

impl Seen {
    fn count(&self, answer: &Answer) {
        if answer.status.is_success() {
            self.served.fetch_add(1, Ordering::Relaxed);
        } else {
            is_away(answer);
            self.away.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn take(&self) -> (usize, usize) {
        (
            self.served.swap(0, Ordering::Relaxed),
            self.away.swap(0, Ordering::Relaxed),
        )
    }

    /// Until both are true of what was counted since.
    async fn reach(&self, served: usize, away: usize) {
        while self.served.load(Ordering::Relaxed) < served
            || self.away.load(Ordering::Relaxed) < away
        {
            sleep(Duration::from_millis(10)).await;
        }
    }
}

async fn redis_dies_and_comes_back_under_load(mut backend: Backend) {
    let service = Service::new(&backend);
    let seen = Arc::new(Seen::default());
    let mut clients = JoinSet::new();
    for client in 0..8 {
        let (service, seen) = (service.clone(), Arc::clone(&seen));
        clients.spawn(async move {
            loop {
                let path = format!("/v1/acme/entries/{client}");
                seen.count(&service.put(&path, "v").await);
            }
        });
    }
    tokio::select! {
        () = outages(&mut backend, &seen) => {}
        Some(ended) = clients.join_next() => ended.expect("no client fails"),
    }
}

async fn outages(backend: &mut Backend, seen: &Seen) {
    seen.reach(500, 0).await;
    for _ in 0..3 {
        backend.kill().await;
        seen.reach(0, 200).await;
        backend.start_again().await;
        seen.take();
        seen.reach(500, 0).await;
        seen.take();
        // From here on Redis is well, and so is every answer.
        seen.reach(500, 0).await;
        let (served, away) = seen.take();
        assert_eq!(away, 0, "of {served}");
    }
}

async fn redis_hangs(mut backend: Backend) {
    let limits = Limits { request: Duration::from_secs(2), ..Limits::default() };
    let service = Service::with(&backend, limits);
    service.put("/v1/acme/entries/k", "v").await.is(204, "");
    backend.hang().await;
    let mut clients = JoinSet::new();
    for _ in 0..40 {
        let service = service.clone();
        clients.spawn(async move { service.get("/v1/acme/entries/k").await });
    }
    while let Some(answer) = clients.join_next().await {
        let answer = answer.expect("no client panics");
        assert!([503, 504].contains(&answer.status.as_u16()), "{}", answer.body);
        assert!(!answer.body.contains("127.0.0.1"), "{}", answer.body);
    }
    service.get("/readyz").await.is(503, "the store is away\n");
    service.get("/healthz").await.is(200, "alive\n");
    backend.start_again().await;
    while !service.get("/v1/acme/entries").await.status.is_success() {
        sleep(Duration::from_millis(50)).await;
    }
}

async fn the_pool_is_exhausted(mut backend: Backend) {
    let limits = Limits {
        connections: 1,
        wait: Duration::from_millis(200),
        connect: Duration::from_secs(30),
        respond: Duration::from_secs(30),
        request: Duration::from_secs(30),
        ..Limits::default()
    };
    let service = Service::with(&backend, limits);
    backend.hang().await;
    // One has the connection and waits for Redis; the other is told soon.
    let ask = || service.get("/v1/acme/entries/k");
    let (mut first, mut second) = (Box::pin(ask()), Box::pin(ask()));
    let told = tokio::select! {
        told = &mut first => told,
        told = &mut second => told,
    };
    told.is_error(503, "overloaded", "too many requests at once; try later");
    assert!(told.retry_after);
    // Another process would be as busy.
    service.get("/readyz").await.is(200, "ready\n");
}

async fn a_value_of_others_is_not_shown(backend: Backend) {
    let service = Service::new(&backend);
    backend
        .say(b"*3\r\n$3\r\nSET\r\n$6\r\nacme:k\r\n$2\r\n\xFF\xFE\r\n", b"+OK\r\n")
        .await;
    let answer = service.get("/v1/acme/entries/k").await;
    answer.is_error(500, "internal", "the fault is on our side");
    let answer = service.post("/v1/acme/batch", r#"[{"op":"get","key":"k"}]"#).await;
    answer.is_error(500, "internal", "the fault is on our side");
    service.put("/v1/acme/entries/k", "v").await.is(204, "");
    // Names that no client could have given are not listed.
    backend
        .say(b"*3\r\n$3\r\nSET\r\n$6\r\nacme:\n\r\n$1\r\nx\r\n", b"+OK\r\n")
        .await;
    backend
        .say(b"*3\r\n$3\r\nSET\r\n$6\r\nacme:\xFF\r\n$1\r\nx\r\n", b"+OK\r\n")
        .await;
    service.get("/v1/acme/entries").await.is(200, r#"{"keys":["k"],"cursor":null}"#);
}
