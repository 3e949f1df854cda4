//! Requests and answers.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use axum::Router;
use axum::extract::Request;
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;
use tokio::runtime::{Builder, Runtime};
use tokio::task::spawn_blocking;

use super::origin::is_for_us;
use super::run::{self, Runner};
use super::state::State;

/// Where the live-reload script asks for news; followed by a slash and a chapter's file, also for those of
/// its samples.
const NEWS: &str = "/__guide/news";
const SCRIPT: &str = "/__guide/live.js";
const SCRIPT_BODY: &str = include_str!("live.js");
/// A built site keeps itself in browsers; here pages must be as they are on the disk.
const WORKER: &str = "/sw.js";
const WORKER_BODY: &str = include_str!("leave.js");
/// Shown until the book can be rendered for the first time.
const NO_PAGES: &str = include_str!("no-pages.html");
/// A browser gives up on an answer after a minute or more.
const PATIENCE: Duration = Duration::from_secs(20);
/// No page of another server may show one of ours in a frame, to have it clicked, nor load it as if it were
/// a script or a style, to read it.
const KEPT_APART: [(HeaderName, &str); 3] = [
    (header::CONTENT_SECURITY_POLICY, "frame-ancestors 'self'"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
];

/// What requests are answered from.
#[derive(Clone)]
pub(super) struct Site {
    pub(super) address: SocketAddr,
    pub(super) state: Arc<State>,
    /// Runs programs for its pages, where that is allowed.
    pub(super) runner: Option<Arc<Runner>>,
}

/// Answers requests on `socket` until the runtime is dropped.
pub(super) fn start(socket: TcpListener, site: Site) -> Result<Runtime> {
    let runtime = Builder::new_multi_thread().worker_threads(2).enable_all().build();
    let runtime = runtime.context("cannot start the server's threads")?;
    let _inside = runtime.enter();
    socket.set_nonblocking(true)?;
    let listener = tokio::net::TcpListener::from_std(socket)?;
    let app = Router::new().fallback(move |request: Request| answer(request, site));
    let app = app.into_make_service_with_connect_info::<SocketAddr>();
    runtime.spawn(axum::serve(listener, app).into_future());
    Ok(runtime)
}

struct Answer {
    status: StatusCode,
    content_type: &'static str,
    body: Vec<u8>,
}

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let headers =
            [(header::CONTENT_TYPE, self.content_type), (header::CACHE_CONTROL, "no-store")];
        (self.status, headers, KEPT_APART, self.body).into_response()
    }
}

async fn answer(request: Request, site: Site) -> Response {
    let path = request.uri().path();
    if path == run::PATH {
        return run::answer(request, site.address, site.runner).await;
    }
    shown(request.into_parts().0, &site).await.into_response()
}

async fn shown(request: Parts, site: &Site) -> Answer {
    let Site { address, state, runner } = site;
    if !is_for_us(&request, *address) {
        let reason = format!("This server answers to http://{address}/ only.\n");
        return refusal(StatusCode::FORBIDDEN, &reason);
    }
    if ![Method::GET, Method::HEAD].contains(&request.method) {
        return refusal(StatusCode::METHOD_NOT_ALLOWED, "This server only shows pages.\n");
    }
    match request.uri.path() {
        SCRIPT => script(SCRIPT_BODY),
        WORKER => script(WORKER_BODY),
        path => match path.strip_prefix(NEWS) {
            Some(file) => {
                news(file, request.uri.query().unwrap_or_default(), Arc::clone(state)).await
            }
            None => page(&percent_decode_str(path).decode_utf8_lossy(), state, runner.as_deref()),
        },
    }
}

/// Waits on a thread of its own: the state's bell rings for threads.
async fn news(file: &str, query: &str, state: Arc<State>) -> Answer {
    let file = percent_decode_str(file.trim_start_matches('/')).decode_utf8_lossy().into_owned();
    let version = query.strip_prefix("after=").and_then(|version| version.parse().ok());
    let wait = move || state.news_after(version.unwrap_or(0), &file, PATIENCE);
    match spawn_blocking(wait).await {
        Ok(news) => {
            let body = serde_json::to_vec(&news).unwrap_or_default();
            Answer { status: StatusCode::OK, content_type: "application/json", body }
        }
        Err(_) => refusal(StatusCode::SERVICE_UNAVAILABLE, "The server is about to stop.\n"),
    }
}

fn script(body: &str) -> Answer {
    Answer {
        status: StatusCode::OK,
        content_type: "text/javascript; charset=utf-8",
        body: body.as_bytes().to_vec(),
    }
}

fn page(path: &str, state: &State, runner: Option<&Runner>) -> Answer {
    let (pages, build) = state.pages();
    let Some(page) = pages.get(path) else {
        return html(StatusCode::SERVICE_UNAVAILABLE, NO_PAGES.as_bytes(), build, runner);
    };
    if page.content_type.starts_with("text/html") {
        return html(page.status, page.body, build, runner);
    }
    Answer { status: page.status, content_type: page.content_type, body: page.body.to_vec() }
}

/// A page with the live-reload script and what lets it run programs, which stand in served pages only, never
/// in built ones.
fn html(status: StatusCode, page: &[u8], build: u128, runner: Option<&Runner>) -> Answer {
    let page = String::from_utf8_lossy(page);
    let meta = runner.map(Runner::meta).unwrap_or_default();
    let page = page.replacen("<head>", &format!("<head>{meta}"), 1);
    let script = format!("<script src=\"{SCRIPT}\" data-build=\"{build}\" defer></script>\n");
    Answer { status, content_type: "text/html; charset=utf-8", body: (page + &script).into() }
}

fn refusal(status: StatusCode, reason: &str) -> Answer {
    Answer { status, content_type: "text/plain; charset=utf-8", body: reason.as_bytes().to_vec() }
}
