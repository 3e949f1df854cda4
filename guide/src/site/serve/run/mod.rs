//! Runs the programs that readers send from the pages.
//!
//! # For pages
//!
//! A served page carries `<meta name="guide-runner" content="TOKEN">` in its head; a built page, and one
//! that other machines may ask for, does not. With the token it may ask:
//!
//! ```text
//! POST /__guide/run
//! Content-Type: application/json
//! X-Guide-Token: TOKEN
//!
//! {"code": "fn main() {}", "edition": "2015" | "2018" | "2021" | "2024"}
//! ```
//!
//! Other fields are ignored. The answer is JSON. With 200 it is what came of the program:
//!
//! ```text
//! {
//!   "status": "ran" | "panicked" | "signal" | "timeout" | "memory" | "output" | "processes" | "refused",
//!   "message": "It ended with 0.",   the status as a sentence
//!   "stdout": "", "stderr": "",      what it printed
//!   "diagnostics": "",               rustc's errors when it is "refused", else its warnings
//!   "exit": 0 | null,                its exit status: when it "ran" or "panicked"
//!   "signal": null | 6,              the signal that ended it: when the status is "signal"
//!   "truncated": false               whether one of the texts is longer than what is shown
//! }
//! ```
//!
//! With any other status it is `{"error": "a sentence for the reader"}`: 400 for what cannot be understood,
//! 403 for a wrong origin or token (a page from before a restart has an old one; a reload helps), for another
//! user of the machine, and where running is switched off, 405, 408, 413 for more than 64 KiB of code, 415,
//! 429 when too many wait, and 500 when the machine is at fault, such as without a linker. A request that is
//! given up, as by a reload of its page, ends its program.
//!
//! # What is kept out, and what is not
//!
//! The danger is a page elsewhere that has this machine run its code. It cannot: the server listens on the
//! loopback interface, asks for its own name in `Host`, for its own origin in `Origin`, for a token that a
//! browser lets no other origin read, and for a content type that other origins may not send unasked.
//!
//! Other users of the machine can connect and read the token. On Linux they are refused by who has opened the
//! connection; elsewhere they are not.
//!
//! The program is bounded in time, memory, output and processes, and everything it starts ends with it; see
//! [`crate::check::Bounds`]. That protects the machine from mistakes. It is no sandbox: it is the reader's
//! own code, and may do what the reader may do, in files and on the network. Where other programs start
//! something on its behalf, such as `systemd-run` or `docker`, that stays. On Linux all of the bounds hold;
//! elsewhere memory and processes are not bounded, and what leaves its process group stays. Memory is what
//! its processes have mapped: files that it writes are not counted, not even those that are in memory, and
//! how many they are is not bounded.

mod asker;
mod gate;
mod request;
mod token;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Result;
use axum::extract::Request;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::json;
use tokio::sync::mpsc::Sender;
use tokio::task::spawn_blocking;

use self::gate::{Gate, Turn};
use self::request::Program;
use self::token::Token;
use crate::check::{Cancel, Trial, Workbench};

/// Where pages ask for a program to be run.
pub(super) const PATH: &str = "/__guide/run";

/// Runs programs, a few at a time.
pub(super) struct Runner {
    token: Token,
    gate: Gate,
    workbench: Workbench,
    /// Dropped with the runner, so after the last program.
    _runs: Sender<Infallible>,
}

impl Runner {
    /// Whoever holds the other end of `runs` is told when the last program has ended.
    pub(super) fn new(workbench: Workbench, runs: Sender<Infallible>) -> Result<Self> {
        Ok(Self { token: Token::new()?, gate: Gate::default(), workbench, _runs: runs })
    }

    /// What lets a page ask.
    pub(super) fn meta(&self) -> String {
        format!("<meta name=\"guide-runner\" content=\"{}\">", self.token)
    }
}

/// Why a program is not run, as a status and a sentence.
#[derive(Debug)]
struct Refusal(StatusCode, String);

impl Refusal {
    fn new(status: StatusCode, reason: impl Into<String>) -> Self {
        Self(status, reason.into())
    }
}

/// Ends a program when nobody waits for it any more.
struct Asked(Cancel);

impl Drop for Asked {
    fn drop(&mut self) {
        self.0.cancel();
    }
}

/// Answers a request to run a program.
pub(super) async fn answer(
    request: Request,
    address: SocketAddr,
    runner: Option<Arc<Runner>>,
) -> Response {
    let trial = match runner {
        Some(runner) => run(request, address, runner).await,
        None => Err(Refusal::new(
            StatusCode::FORBIDDEN,
            "Other machines can reach this server, so it runs no programs.",
        )),
    };
    match trial {
        Ok(trial) => json_answer(StatusCode::OK, &trial),
        Err(Refusal(status, reason)) => json_answer(status, &json!({ "error": reason })),
    }
}

async fn run(request: Request, address: SocketAddr, runner: Arc<Runner>) -> Result<Trial, Refusal> {
    let (head, body) = request.into_parts();
    request::admit(&head, address, &runner.token)?;
    let program = request::read(body).await?;
    let turn = runner.gate.turn().await?;
    let asked = Asked(Cancel::default());
    let cancel = asked.0.clone();
    let ran = spawn_blocking(move || try_out(&runner, &program, &cancel, turn)).await;
    ran.map_err(|_| "It could not be run.".to_owned())
        .flatten()
        .map_err(|reason| Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, reason))
}

/// The turn is over, and the runner let go, when the program has ended, not when nobody waits for it.
fn try_out(
    runner: &Runner,
    program: &Program,
    cancel: &Cancel,
    _turn: Turn,
) -> Result<Trial, String> {
    let trial = runner.workbench.try_out(&program.code, program.edition, cancel);
    trial.map_err(|error| format!("{error:#}"))
}

fn json_answer(status: StatusCode, body: &impl Serialize) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, serde_json::to_vec(body).unwrap_or_default()).into_response()
}
