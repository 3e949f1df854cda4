//! From a request to the types of [`crate::types`]. A handler that asks for one of them runs only if the
//! request has it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{
    FromRef, FromRequest, FromRequestParts, Query, RawPathParams, Request,
};
use axum::http::StatusCode;
use axum::http::request::Parts;
use percent_encoding::percent_decode_str;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::error::{Error, Refusal};
use crate::limits::Limits;
use crate::types::{Cursor, Key, Operation, Prefix, Tenant, Ttl, Value};

// ANCHOR: extractor
impl<S: Send + Sync> FromRequestParts<S> for Key {
    type Rejection = Error;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Error> {
        Ok(Self::parse(&path_parameter("key", parts, state).await?)?)
    }
}

async fn path_parameter<S: Send + Sync>(
    name: &str,
    parts: &mut Parts,
    state: &S,
) -> Result<String, Error> {
    let parameters = RawPathParams::from_request_parts(parts, state).await;
    let parameters = parameters.map_err(|_| Refusal::PathEncoding)?;
    let found = parameters.iter().find(|(found, _)| *found == name);
    found.map(|(_, value)| value.to_owned()).ok_or(Error::NoRoute)
}
// ANCHOR_END: extractor

impl<S: Send + Sync> FromRequestParts<S> for Tenant {
    type Rejection = Error;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Error> {
        Ok(Self::parse(&path_parameter("tenant", parts, state).await?)?)
    }
}

/// The query of a write.
pub struct Lifetime(pub Option<Ttl>);

// An unknown parameter is refused: `?tll=60` would make an entry that never ends.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LifetimeQuery {
    ttl: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Lifetime {
    type Rejection = Error;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Error> {
        let query: LifetimeQuery = query(parts, state).await?;
        Ok(Self(query.ttl.as_deref().map(Ttl::parse).transpose()?))
    }
}

/// The query of a listing.
pub struct Listing {
    /// How the keys begin.
    pub prefix: Prefix,
    /// Where the page before ended.
    pub cursor: Cursor,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ListingQuery {
    prefix: Option<String>,
    cursor: Option<String>,
}

impl<S: Send + Sync> FromRequestParts<S> for Listing {
    type Rejection = Error;

    async fn from_request_parts(
        parts: &mut Parts,
        state: &S,
    ) -> Result<Self, Error> {
        let query: ListingQuery = query(parts, state).await?;
        Ok(Self {
            prefix: query
                .prefix
                .as_deref()
                .map(Prefix::parse)
                .transpose()?
                .unwrap_or_default(),
            cursor: query
                .cursor
                .as_deref()
                .map(Cursor::parse)
                .transpose()?
                .unwrap_or_default(),
        })
    }
}

async fn query<T: DeserializeOwned, S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<T, Refusal> {
    // What is not UTF-8 would be replaced, and mean something else.
    let text = percent_decode_str(parts.uri.query().unwrap_or_default());
    text.decode_utf8().map_err(|_| Refusal::Query)?;
    let query = Query::from_request_parts(parts, state).await;
    query.map(|Query(query)| query).map_err(|_| Refusal::Query)
}

// ANCHOR: body
impl<S: Send + Sync> FromRequest<S> for Value
where
    Limits: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        let bytes = body(request, state, Refusal::ValueLength).await?;
        let text = String::from_utf8(bytes.into());
        Ok(Self::parse(text.map_err(|_| Refusal::ValueEncoding)?)?)
    }
}

async fn body<S: Send + Sync>(
    request: Request,
    state: &S,
    too_long: Refusal,
) -> Result<Bytes, Error>
where
    Limits: FromRef<S>,
{
    let limit = Limits::from_ref(state).body;
    let bytes = timeout(limit, Bytes::from_request(request, state)).await;
    bytes.map_err(|_| Error::SlowBody)?.map_err(|rejection: BytesRejection| {
        let too_large = rejection.status() == StatusCode::PAYLOAD_TOO_LARGE;
        Error::Refused(if too_large { too_long } else { Refusal::BrokenBody })
    })
}
// ANCHOR_END: body

/// The steps of a batch.
pub struct Batch(pub Vec<Operation>);

impl Batch {
    /// The most steps.
    pub const MAX: usize = 100;
    /// The longest body, in bytes.
    pub const MAX_BODY: usize = 1024 * 1024;

    fn parse(bytes: &[u8]) -> Result<Self, Refusal> {
        let steps: Vec<Step> =
            serde_json::from_slice(bytes).map_err(|_| Refusal::Batch)?;
        if !(1..=Self::MAX).contains(&steps.len()) {
            return Err(Refusal::Batch);
        }
        steps
            .into_iter()
            .map(Operation::try_from)
            .collect::<Result<_, _>>()
            .map(Self)
    }
}

#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "lowercase", deny_unknown_fields)]
enum Step {
    Get { key: String },
    Set { key: String, value: String, ttl: Option<u64> },
    Delete { key: String },
}

impl TryFrom<Step> for Operation {
    type Error = Refusal;

    fn try_from(step: Step) -> Result<Self, Refusal> {
        Ok(match step {
            Step::Get { key } => Self::Get(Key::parse(&key)?),
            Step::Set { key, value, ttl } => {
                let ttl = ttl.map(Ttl::from_seconds).transpose()?;
                Self::Set(Key::parse(&key)?, Value::parse(value)?, ttl)
            }
            Step::Delete { key } => Self::Delete(Key::parse(&key)?),
        })
    }
}

impl<S: Send + Sync> FromRequest<S> for Batch
where
    Limits: FromRef<S>,
{
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self, Error> {
        Ok(Self::parse(&body(request, state, Refusal::BatchLength).await?)?)
    }
}
