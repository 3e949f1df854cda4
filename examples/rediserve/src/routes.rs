//! Which request meets which handler, and what it passes on the way.

use std::any::Any;

use axum::error_handling::HandleErrorLayer;
use axum::extract::{DefaultBodyLimit, FromRef, Request, State};
use axum::http::HeaderValue;
use axum::http::header::CONNECTION;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{BoxError, Router};
use tokio::sync::watch;
use tower::ServiceBuilder;
use tower::limit::GlobalConcurrencyLimitLayer;
use tower::timeout::error::Elapsed;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::trace::{DefaultOnResponse, TraceLayer};
use tracing::{Level, Span};

use crate::error::Error;
use crate::extract::Batch;
use crate::limits::Limits;
use crate::metrics::{Metrics, measure};
use crate::request_id::{RequestId, identify};
use crate::serve::Phase;
use crate::store::Store;
use crate::types::Value;
use crate::{entries, probes};

// ANCHOR: state
/// What handlers and layers share. A clone copies three pointers and the limits.
#[derive(Clone)]
pub struct App {
    /// The entries.
    pub store: Store,
    /// What happened so far.
    pub metrics: Metrics,
    /// Whether the process stays.
    pub phase: watch::Receiver<Phase>,
    /// How much at once, and how long.
    pub limits: Limits,
}

impl FromRef<App> for Store {
    fn from_ref(app: &App) -> Self {
        app.store.clone()
    }
}
// ANCHOR_END: state

impl FromRef<App> for Metrics {
    fn from_ref(app: &App) -> Self {
        app.metrics.clone()
    }
}

impl FromRef<App> for Limits {
    fn from_ref(app: &App) -> Self {
        app.limits.clone()
    }
}

// ANCHOR: router
/// The whole service.
pub fn router(app: App) -> Router {
    let entry = get(entries::get).put(entries::set).delete(entries::delete);
    let entry = entry.layer(DefaultBodyLimit::max(Value::MAX));
    let batch = post(entries::batch).layer(DefaultBodyLimit::max(Batch::MAX_BODY));
    let entries = Router::new()
        .route("/v1/{tenant}/entries", get(entries::list))
        .route("/v1/{tenant}/entries/{key}", entry)
        .route("/v1/{tenant}/batch", batch);
    // Probes are not limited: a busy process must not look like a dead one.
    let probes = Router::new()
        .route("/healthz", get(probes::live))
        .route("/readyz", get(probes::ready))
        .route("/metrics", get(probes::metrics));
    let routes = limited(entries, &app.limits)
        .merge(probes)
        .fallback(|| async { Error::NoRoute })
        .method_not_allowed_fallback(|| async { Error::Method });
    observed(routes, &app).with_state(app)
}

/// Bounds how many requests are answered at once, and for how long.
pub fn limited<S>(routes: Router<S>, limits: &Limits) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes.layer(
        ServiceBuilder::new()
            .layer(HandleErrorLayer::new(not_served))
            .load_shed()
            // `concurrency_limit` would give each method of a route a limit of its own.
            .layer(GlobalConcurrencyLimitLayer::new(limits.in_flight))
            .timeout(limits.request),
    )
}

/// Gives each request an id, a span, a place in the metrics, and an answer even if a
/// handler panics.
pub fn observed<S>(routes: Router<S>, app: &App) -> Router<S>
where
    S: Clone + Send + Sync + 'static,
{
    let trace = TraceLayer::new_for_http()
        .make_span_with(span)
        .on_response(DefaultOnResponse::new().level(Level::INFO))
        // The error itself has said more than its status.
        .on_failure(());
    routes.layer(
        ServiceBuilder::new()
            .layer(from_fn(identify))
            .layer(trace)
            .layer(from_fn_with_state(app.metrics.clone(), measure))
            .layer(from_fn_with_state(app.phase.clone(), say_goodbye))
            .layer(CatchPanicLayer::custom(panicked)),
    )
}
// ANCHOR_END: router

async fn not_served(error: BoxError) -> Error {
    if error.is::<Elapsed>() { Error::TimedOut } else { Error::Overloaded }
}

fn span(request: &Request) -> Span {
    let id = request.extensions().get::<RequestId>().map(RequestId::as_str);
    // Without the query, and with the path as the client encoded it: no line breaks.
    tracing::info_span!("request", id, method = %request.method(), path = request.uri().path())
}

// The hook of the standard library has printed the message.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    Error::Internal("a handler panicked".into()).into_response()
}

// ANCHOR: goodbye
/// Asks clients of a process that leaves to come back on another connection.
async fn say_goodbye(
    State(phase): State<watch::Receiver<Phase>>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = next.run(request).await;
    if *phase.borrow() != Phase::Serving {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}
// ANCHOR_END: goodbye
