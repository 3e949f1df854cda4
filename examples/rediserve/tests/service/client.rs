//! Requests to the router, and what comes back.

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, StatusCode};
use axum::response::Response;
use http_body_util::BodyExt;
use rediserve::entries::TTL_MS;
use rediserve::limits::Limits;
use rediserve::metrics::Metrics;
use rediserve::routes::{App, router};
use rediserve::serve::Phase;
use rediserve::store::Store;
use serde_json::Value;
use tokio::sync::watch;
use tower::ServiceExt;

use crate::backend::Backend;

#[derive(Clone)]
pub(crate) struct Service {
    routes: Router,
}

/// An answer that has arrived as a whole.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) body: String,
    pub(crate) retry_after: bool,
    pub(crate) ttl_ms: Option<u64>,
}

impl Service {
    pub(crate) fn new(backend: &Backend) -> Self {
        Self::with(backend, Limits::default())
    }

    pub(crate) fn with(backend: &Backend, limits: Limits) -> Self {
        let store = Store::new(&backend.url(), &limits).expect("the address is one");
        let (_, phase) = watch::channel(Phase::Serving);
        Self {
            routes: router(App {
                store,
                metrics: Metrics::default(),
                phase,
                limits,
            }),
        }
    }

    pub(crate) async fn send(
        &self,
        method: Method,
        path: &str,
        body: impl Into<Body>,
    ) -> Answer {
        let request = Request::builder().method(method).uri(path).body(body.into());
        let request = request.expect("the path is one");
        let response =
            self.routes.clone().oneshot(request).await.expect("it is infallible");
        Answer::read(response).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.send(Method::GET, path, "").await
    }

    pub(crate) async fn put(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    pub(crate) async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.send(Method::DELETE, path, "").await
    }
}

impl Answer {
    async fn read(response: Response) -> Self {
        let (head, body) = response.into_parts();
        let body = body.collect().await.expect("it is in memory").to_bytes();
        let ttl_ms = head.headers.get(TTL_MS);
        Self {
            status: head.status,
            body: String::from_utf8(body.into()).expect("all answers are text"),
            retry_after: head.headers.contains_key("retry-after"),
            ttl_ms: ttl_ms
                .map(|ttl| ttl.to_str().expect("digits").parse().expect("digits")),
        }
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16, body: &str) {
        assert_eq!((self.status.as_u16(), self.body.as_str()), (status, body));
    }

    /// The whole of what a client is told: all that is said above that is a leak.
    #[track_caller]
    pub(crate) fn is_error(&self, status: u16, code: &str, message: &str) {
        assert_eq!(self.status.as_u16(), status, "{}", self.body);
        let expected = serde_json::json!({ "error": code, "message": message });
        assert_eq!(self.json(), expected);
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect(&self.body)
    }
}
