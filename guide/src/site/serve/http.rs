//! Requests and answers. Every request has a thread of its own: one of them waits for news.

use std::io::Read;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, anyhow};
use percent_encoding::percent_decode_str;
use tiny_http::{Header, Method, Request, Response, Server};

use super::state::State;

/// Where the live-reload script asks for news.
const NEWS: &str = "/__guide/news";
const SCRIPT: &str = "/__guide/live.js";
const SCRIPT_BODY: &str = include_str!("live.js");
/// Shown until the book can be rendered for the first time.
const NO_PAGES: &str = include_str!("no-pages.html");
/// A browser gives up on an answer after a minute or more.
const PATIENCE: Duration = Duration::from_secs(20);

/// Answers requests on `socket` until the server is unblocked.
pub(super) fn start(
    socket: TcpListener,
    address: SocketAddr,
    state: Arc<State>,
) -> Result<Arc<Server>> {
    let server = Server::from_listener(socket, None).map_err(|error| anyhow!("{error}"))?;
    let server = Arc::new(server);
    let requests = Arc::clone(&server);
    thread::spawn(move || {
        for request in requests.incoming_requests() {
            let state = Arc::clone(&state);
            thread::spawn(move || answer(request, address, &state));
        }
    });
    Ok(server)
}

struct Answer {
    status: u16,
    content_type: &'static str,
    body: Vec<u8>,
}

fn answer(request: Request, address: SocketAddr, state: &State) {
    let answer = if is_for_us(&request, address) {
        answer_to(&request, state)
    } else {
        refusal(403, &format!("This server answers to http://{address}/ only.\n"))
    };
    // A reader who has closed the page does not miss the answer.
    let _ = request.respond(response(answer));
}

/// A page elsewhere can point a name of its own at this machine; its requests then carry that name.
fn is_for_us(request: &Request, address: SocketAddr) -> bool {
    let port = address.port();
    let ours = [format!("127.0.0.1:{port}"), format!("localhost:{port}")];
    let host = request.headers().iter().find(|header| header.field.equiv("Host"));
    host.is_some_and(|host| ours.iter().any(|name| host.value.as_str().eq_ignore_ascii_case(name)))
}

fn answer_to(request: &Request, state: &State) -> Answer {
    if !matches!(request.method(), Method::Get | Method::Head) {
        return refusal(405, "This server only shows pages.\n");
    }
    let (path, query) = request.url().split_once('?').unwrap_or((request.url(), ""));
    match path {
        NEWS => news(query, state),
        SCRIPT => script(),
        path => page(&percent_decode_str(path).decode_utf8_lossy(), state),
    }
}

fn news(query: &str, state: &State) -> Answer {
    let version = query.strip_prefix("after=").and_then(|version| version.parse().ok());
    let news = state.news_after(version.unwrap_or(0), PATIENCE);
    let body = serde_json::to_vec(&news).unwrap_or_default();
    Answer { status: 200, content_type: "application/json", body }
}

fn script() -> Answer {
    Answer {
        status: 200,
        content_type: "text/javascript; charset=utf-8",
        body: SCRIPT_BODY.as_bytes().to_vec(),
    }
}

fn page(path: &str, state: &State) -> Answer {
    let (pages, build) = state.pages();
    let Some(page) = pages.get(path) else {
        return html(503, NO_PAGES.as_bytes(), build);
    };
    if page.content_type.starts_with("text/html") {
        return html(page.status, page.body, build);
    }
    Answer { status: page.status, content_type: page.content_type, body: page.body.to_vec() }
}

/// A page with the live-reload script, which stands in served pages only, never in built ones.
fn html(status: u16, page: &[u8], build: u128) -> Answer {
    let script = format!("<script src=\"{SCRIPT}\" data-build=\"{build}\" defer></script>\n");
    let body = [page, script.as_bytes()].concat();
    Answer { status, content_type: "text/html; charset=utf-8", body }
}

fn refusal(status: u16, reason: &str) -> Answer {
    Answer { status, content_type: "text/plain; charset=utf-8", body: reason.as_bytes().to_vec() }
}

fn response(answer: Answer) -> Response<impl Read> {
    let headers = [("Content-Type", answer.content_type), ("Cache-Control", "no-store")];
    let mut response = Response::from_data(answer.body).with_status_code(answer.status);
    for header in headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, *value).ok())
    {
        response.add_header(header);
    }
    response
}
