//! An id for each request, so that an answer leads to its lines in the log.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// The header of a request's id, in the request and in the answer.
pub const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The id of a request: 1 to 64 letters, digits, hyphens, dots and underscores.
#[derive(Clone, Debug)]
pub struct RequestId(HeaderValue);

impl RequestId {
    const MAX: usize = 64;

    /// The client's, if it is one. What a client sends stands in every line of the log.
    fn of(request: &Request) -> Option<Self> {
        let allowed =
            |byte: &u8| byte.is_ascii_alphanumeric() || b"-._".contains(byte);
        let id = request.headers().get(REQUEST_ID)?;
        let valid =
            (1..=Self::MAX).contains(&id.len()) && id.as_bytes().iter().all(allowed);
        valid.then(|| Self(id.clone()))
    }

    fn random() -> Self {
        let id = format!("{:032x}", fastrand::u128(..));
        Self(HeaderValue::from_str(&id).expect("hexadecimal digits are ASCII"))
    }

    /// The id as it stands in the log.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.to_str().unwrap_or_default()
    }
}

/// Gives the request an id, and the answer the same one.
pub async fn identify(mut request: Request, next: Next) -> Response {
    let id = RequestId::of(&request).unwrap_or_else(RequestId::random);
    request.extensions_mut().insert(id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(REQUEST_ID, id.0);
    response
}
