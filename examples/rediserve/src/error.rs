//! What can go wrong, and all that a client is told of it.

use axum::Json;
use axum::http::StatusCode;
use axum::http::header::RETRY_AFTER;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::store::StoreError;
use crate::types::{Key, Tenant, Ttl, Value};

// ANCHOR: error
/// Why a request is not answered as asked. What an error displays goes to the
/// client; its sources go to the log.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The client must change the request.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// No entry has that key.
    #[error("there is no such entry")]
    NoEntry,
    /// No route has that path.
    #[error("there is no such route")]
    NoRoute,
    /// Another method has that path.
    #[error("this route does not know that method")]
    Method,
    /// The client sends its body too slowly.
    #[error("the body did not arrive in time")]
    SlowBody,
    /// As many requests are being answered as this process takes on.
    #[error("too many requests at once; try later")]
    Overloaded,
    /// The answer was not there in time.
    #[error("the request took too long")]
    TimedOut,
    /// Redis is away.
    #[error("the entries cannot be reached; try later")]
    Unavailable(#[source] Cause),
    /// Nothing that a client can change, or that will pass.
    #[error("the fault is on our side")]
    Internal(#[source] Cause),
}

/// What a client is not told.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;
// ANCHOR_END: error

/// What a client got wrong. Says what is expected, and nothing that the client does not know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// See [`Tenant`].
    #[error(
        "a tenant is 1 to {} lowercase letters, digits and hyphens",
        Tenant::MAX
    )]
    Tenant,
    /// See [`Key`].
    #[error("a key has 1 to {} bytes", Key::MAX)]
    KeyLength,
    /// See [`Key`].
    #[error("a key has no control characters")]
    KeyCharacter,
    /// A percent-encoded path that is not UTF-8.
    #[error("the path is not UTF-8")]
    PathEncoding,
    /// See [`Ttl`].
    #[error("a ttl is a whole number of seconds from 1 to {}", Ttl::MAX)]
    Ttl,
    /// A cursor that no page had.
    #[error("a cursor is taken from the page before")]
    Cursor,
    /// A parameter that is unknown, twice there, or not UTF-8.
    #[error("the query has an unknown, repeated or undecodable parameter")]
    Query,
    /// See [`Value`].
    #[error("a value has at most {} bytes", Value::MAX)]
    ValueLength,
    /// A value that is not UTF-8.
    #[error("a value is UTF-8 text")]
    ValueEncoding,
    /// A batch larger than its body may be.
    #[error(
        "the body of a batch has at most {} bytes",
        crate::extract::Batch::MAX_BODY
    )]
    BatchLength,
    /// A body that is no batch.
    #[error(
        "a batch is a JSON array of 1 to {} operations",
        crate::extract::Batch::MAX
    )]
    Batch,
    /// A body that ended early.
    #[error("the body ended early")]
    BrokenBody,
}

impl Refusal {
    fn status(self) -> StatusCode {
        match self {
            Self::ValueLength | Self::BatchLength => StatusCode::PAYLOAD_TOO_LARGE,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    fn code(self) -> &'static str {
        match self {
            Self::Tenant => "invalid_tenant",
            Self::KeyLength | Self::KeyCharacter => "invalid_key",
            Self::PathEncoding => "invalid_path",
            Self::Ttl => "invalid_ttl",
            Self::Cursor => "invalid_cursor",
            Self::Query => "invalid_query",
            Self::ValueEncoding => "invalid_value",
            Self::ValueLength | Self::BatchLength => "body_too_large",
            Self::Batch => "invalid_batch",
            Self::BrokenBody => "broken_body",
        }
    }
}

// ANCHOR: into-response
impl Error {
    /// The status, and a code for programs.
    fn public(&self) -> (StatusCode, &'static str) {
        match self {
            Self::Refused(refusal) => (refusal.status(), refusal.code()),
            Self::NoEntry => (StatusCode::NOT_FOUND, "no_entry"),
            Self::NoRoute => (StatusCode::NOT_FOUND, "no_route"),
            Self::Method => (StatusCode::METHOD_NOT_ALLOWED, "no_method"),
            Self::SlowBody => (StatusCode::REQUEST_TIMEOUT, "slow_body"),
            Self::Overloaded => (StatusCode::SERVICE_UNAVAILABLE, "overloaded"),
            Self::TimedOut => (StatusCode::GATEWAY_TIMEOUT, "timeout"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code) = self.public();
        if status.is_server_error() {
            tracing::error!(code, causes = %self.causes(), "not answered");
        }
        let body = Json(json!({ "error": code, "message": self.to_string() }));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return (status, [(RETRY_AFTER, "1")], body).into_response();
        }
        (status, body).into_response()
    }
}
// ANCHOR_END: into-response

impl Error {
    /// What caused the error, and what caused that.
    fn causes(&self) -> String {
        let mut causes = Vec::new();
        let mut cause = std::error::Error::source(self);
        while let Some(error) = cause {
            causes.push(error.to_string());
            cause = error.source();
        }
        causes.join(": ")
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Busy => Self::Overloaded,
            StoreError::Unavailable(_) => Self::Unavailable(error.into()),
            StoreError::Failed(_) => Self::Internal(error.into()),
        }
    }
}
