//! What the service does for its clients.

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, StatusCode};
use axum::response::{AppendHeaders, IntoResponse};

use crate::error::Error;
use crate::extract::{Batch, Lifetime, Listing};
use crate::store::Store;
use crate::types::{Key, Outcome, Page, Tenant, Value};

/// In an answer: the milliseconds that the entry will live.
pub const TTL_MS: HeaderName = HeaderName::from_static("x-ttl-ms");

// ANCHOR: handlers
pub(crate) async fn get(
    State(store): State<Store>,
    tenant: Tenant,
    key: Key,
) -> Result<impl IntoResponse, Error> {
    let entry = store.get(&tenant, &key).await?.ok_or(Error::NoEntry)?;
    let ttl = entry.ttl.map(|ttl| (TTL_MS, ttl.as_millis().to_string()));
    Ok((AppendHeaders(ttl), entry.value))
}

pub(crate) async fn set(
    State(store): State<Store>,
    tenant: Tenant,
    key: Key,
    Lifetime(ttl): Lifetime,
    value: Value,
) -> Result<StatusCode, Error> {
    store.set(&tenant, &key, &value, ttl).await?;
    Ok(StatusCode::NO_CONTENT)
}
// ANCHOR_END: handlers

pub(crate) async fn delete(
    State(store): State<Store>,
    tenant: Tenant,
    key: Key,
) -> Result<StatusCode, Error> {
    if store.delete(&tenant, &key).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Error::NoEntry)
    }
}

pub(crate) async fn list(
    State(store): State<Store>,
    tenant: Tenant,
    Listing { prefix, cursor }: Listing,
) -> Result<Json<Page>, Error> {
    Ok(Json(store.list(&tenant, &prefix, cursor).await?))
}

pub(crate) async fn batch(
    State(store): State<Store>,
    tenant: Tenant,
    Batch(operations): Batch,
) -> Result<Json<Vec<Outcome>>, Error> {
    Ok(Json(store.batch(&tenant, &operations).await?))
}
