//! What the surroundings of the process ask: does it live, should it get requests, how is it doing.

use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use tokio::time::timeout;

use crate::metrics::Metrics;
use crate::routes::App;
use crate::serve::Phase;
use crate::store::{Store, StoreError};

/// The process answers. Asks nothing of others: a restart of this process does not heal Redis.
pub(crate) async fn live() -> &'static str {
    "alive\n"
}

// ANCHOR: readiness
/// Requests may come: the process stays, and Redis answers it.
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, &'static str) {
    if *app.phase.borrow() != Phase::Serving {
        return (StatusCode::SERVICE_UNAVAILABLE, "leaving\n");
    }
    match timeout(app.limits.respond, app.store.ping()).await {
        // To be busy is no reason to leave: it would make the others busier.
        Ok(Ok(()) | Err(StoreError::Busy)) => (StatusCode::OK, "ready\n"),
        _ => (StatusCode::SERVICE_UNAVAILABLE, "the store is away\n"),
    }
}
// ANCHOR_END: readiness

pub(crate) async fn metrics(
    State(metrics): State<Metrics>,
    State(store): State<Store>,
) -> impl IntoResponse {
    ([(CONTENT_TYPE, "text/plain; version=0.0.4")], metrics.text(store.status()))
}
