//! Which requests are let in, and what they ask for.

use std::net::SocketAddr;
use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::extract::ConnectInfo;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, header};
use serde::Deserialize;
use tokio::time::timeout;

use super::super::origin::{is_from_us, only};
use super::{Refusal, Token, asker};
use crate::book::Edition;

const TOKEN: HeaderName = HeaderName::from_static("x-guide-token");
const JSON: &str = "application/json";
/// Bytes of code.
const CODE: usize = 64 << 10;
/// JSON may need six bytes for one of code, and some around it.
const BODY: usize = 6 * CODE + 1024;
/// A page sends what it has at once.
const PATIENCE: Duration = Duration::from_secs(5);

/// What is to be run.
#[derive(Debug, Deserialize)]
pub(super) struct Program {
    pub(super) code: String,
    pub(super) edition: Edition,
}

/// Refuses a request that is not from a page of this start of the server, or not from its user, before its
/// body is read.
pub(super) fn admit(request: &Parts, address: SocketAddr, token: &Token) -> Result<(), Refusal> {
    let refusal = |status, reason| Err(Refusal::new(status, reason));
    let headers = &request.headers;
    if request.method != Method::POST {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "Programs are run by POST only.");
    }
    if !is_from_us(request, address) {
        return refusal(StatusCode::FORBIDDEN, "Only pages of this server may run programs.");
    }
    if only(headers, &header::CONTENT_TYPE) != Some(JSON) {
        let reason = "The content type must be application/json.";
        return refusal(StatusCode::UNSUPPORTED_MEDIA_TYPE, reason);
    }
    if !only(headers, &TOKEN).is_some_and(|guess| token.is(guess)) {
        let reason = "This page is from an earlier start of the server: reload it.";
        return refusal(StatusCode::FORBIDDEN, reason);
    }
    let asker = request.extensions.get::<ConnectInfo<SocketAddr>>();
    if !asker.is_some_and(|ConnectInfo(asker)| asker::is_ours(*asker, address)) {
        let reason = "Only the user who started the server may run programs.";
        return refusal(StatusCode::FORBIDDEN, reason);
    }
    Ok(())
}

/// Reads the program out of a request's body.
pub(super) async fn read(body: Body) -> Result<Program, Refusal> {
    let body = timeout(PATIENCE, to_bytes(body, BODY)).await;
    let too_slow = |_| Refusal::new(StatusCode::REQUEST_TIMEOUT, "The program arrives too slowly.");
    let body = body.map_err(too_slow)?.map_err(|_| too_long())?;
    let program: Program = serde_json::from_slice(&body).map_err(|error| {
        Refusal::new(StatusCode::BAD_REQUEST, format!("This is no program in JSON: {error}."))
    })?;
    if program.code.len() > CODE { Err(too_long()) } else { Ok(program) }
}

fn too_long() -> Refusal {
    let reason = format!("The program is longer than {} KiB.", CODE >> 10);
    Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, reason)
}
