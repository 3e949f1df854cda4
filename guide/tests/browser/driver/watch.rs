//! What a page does while it is open: loads, asks for, complains about.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, Weak};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::pipe::{Pipe, lock};

/// Requests that a page makes by itself while it works. Nothing waits for them, as some never end.
const BY_SCRIPTS: [&str; 4] = ["Fetch", "XHR", "EventSource", "Ping"];
/// Schemes that ask nobody.
const LOCAL_SCHEMES: [&str; 6] = ["about:", "blob:", "chrome", "data:", "devtools:", "file:"];

/// The events of all pages and workers of a context.
pub(super) struct Watch {
    pipe: Arc<Pipe>,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    problems: Vec<String>,
    /// The document and the address of each request.
    loading: HashMap<String, (String, String)>,
    loaded: HashSet<String>,
    requests: Vec<String>,
    foreign: Vec<String>,
    stubs: Vec<(String, String)>,
    sent: Vec<(String, String)>,
}

impl Watch {
    /// Watches nothing yet.
    pub(super) fn new(pipe: &Arc<Pipe>) -> Arc<Self> {
        Arc::new(Self { pipe: Arc::clone(pipe), seen: Mutex::default() })
    }

    /// Watches a session and those of the workers that it starts.
    pub(super) fn session(self: &Arc<Self>, session: &str) {
        let watch = Arc::downgrade(self);
        let listener = move |session: &str, method: &str, event: &Value| {
            // The last events of a page may come after it is dropped.
            if let Some(watch) = Weak::upgrade(&watch) {
                watch.event(session, method, event);
            }
        };
        self.pipe.listen(session, Arc::new(listener));
        let automatic =
            json!({ "autoAttach": true, "waitForDebuggerOnStart": true, "flatten": true });
        self.pipe.tell(session, "Target.setAutoAttach", &automatic);
        for domain in ["Runtime", "Network", "Log", "Inspector"] {
            self.pipe.tell(session, &format!("{domain}.enable"), &json!({}));
        }
        self.pipe.tell(session, "Runtime.runIfWaitingForDebugger", &json!({}));
    }

    /// Errors since the last call.
    pub(super) fn take_problems(&self) -> Vec<String> {
        std::mem::take(&mut lock(&self.seen).problems)
    }

    /// Errors so far.
    pub(super) fn problems(&self) -> Vec<String> {
        lock(&self.seen).problems.clone()
    }

    /// Addresses of all requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        lock(&self.seen).requests.clone()
    }

    /// Addresses elsewhere that were asked and have no stub.
    pub(super) fn foreign(&self) -> Vec<String> {
        lock(&self.seen).foreign.clone()
    }

    /// Answers what is asked of addresses with this beginning.
    pub(super) fn stub(&self, prefix: &str, json: &str) {
        lock(&self.seen).stubs.push((prefix.to_owned(), json.to_owned()));
    }

    /// The bodies of what was asked of addresses with this beginning.
    pub(super) fn sent(&self, prefix: &str) -> Vec<String> {
        let seen = lock(&self.seen);
        let sent = seen.sent.iter().filter(|(url, _)| url.starts_with(prefix));
        sent.map(|(_, body)| body.clone()).collect()
    }

    /// Whether this document is loaded, and all that it asked for.
    pub(super) fn is_loaded(&self, loader: &str) -> bool {
        let seen = lock(&self.seen);
        // The browser does not say what became of requests of the document before.
        seen.loaded.contains(loader)
            && seen.loading.values().all(|(document, _)| document != loader)
    }

    fn event(self: &Arc<Self>, session: &str, method: &str, event: &Value) {
        match method {
            "Target.attachedToTarget" => self.session(text(&event["sessionId"])),
            "Fetch.requestPaused" => self.answer(session, event),
            "Page.javascriptDialogOpening" => {
                self.pipe.tell(session, "Page.handleJavaScriptDialog", &json!({ "accept": true }));
            }
            _ => lock(&self.seen).event(method, event),
        }
    }

    fn answer(&self, session: &str, event: &Value) {
        let request = &event["request"];
        let mut seen = lock(&self.seen);
        let stub = seen.stubs.iter().find(|(prefix, _)| text(&request["url"]).starts_with(prefix));
        let body = stub.map(|(_, json)| BASE64_STANDARD.encode(json)).unwrap_or_default();
        if request["method"] != "OPTIONS" {
            let sent = (text(&request["url"]).to_owned(), text(&request["postData"]).to_owned());
            seen.sent.push(sent);
        }
        drop(seen);
        let headers = ["Origin", "Headers", "Methods"]
            .map(|what| json!({ "name": format!("Access-Control-Allow-{what}"), "value": "*" }));
        let headers =
            [&headers[..], &[json!({ "name": "Content-Type", "value": "application/json" })]];
        let answer = json!({
            "requestId": event["requestId"],
            "responseCode": 200,
            "responseHeaders": headers.concat(),
            "body": body,
        });
        self.pipe.tell(session, "Fetch.fulfillRequest", &answer);
    }
}

impl Seen {
    fn event(&mut self, method: &str, event: &Value) {
        match method {
            "Network.requestWillBeSent" => self.request(event),
            "Network.responseReceived" => self.response(event),
            "Network.loadingFinished" => drop(self.ended(event)),
            "Network.loadingFailed" => self.failed(event),
            "Page.lifecycleEvent" if event["name"] == "load" => {
                self.loaded.insert(text(&event["loaderId"]).to_owned());
            }
            "Runtime.exceptionThrown" => self.problems.push(exception(&event["exceptionDetails"])),
            "Runtime.consoleAPICalled" if ["error", "assert"].contains(&text(&event["type"])) => {
                self.problems.push(format!("console: {}", said(&event["args"])));
            }
            // What the network did is known in more detail.
            "Log.entryAdded" if event["entry"]["level"] == "error" => {
                let entry = &event["entry"];
                if entry["source"] != "network" {
                    self.problems.push(format!(
                        "{}: {}",
                        text(&entry["source"]),
                        text(&entry["text"])
                    ));
                }
            }
            "Inspector.targetCrashed" => self.problems.push("the page crashed".to_owned()),
            _ => {}
        }
    }

    fn request(&mut self, event: &Value) {
        let url = text(&event["request"]["url"]);
        self.requests.push(url.to_owned());
        let request = (text(&event["loaderId"]).to_owned(), url.to_owned());
        if !BY_SCRIPTS.contains(&text(&event["type"])) {
            self.loading.insert(text(&event["requestId"]).to_owned(), request);
        }
        if !is_here(url) && !self.stubs.iter().any(|(prefix, _)| url.starts_with(prefix)) {
            self.foreign.push(url.to_owned());
        }
    }

    fn response(&mut self, event: &Value) {
        let status = event["response"]["status"].as_i64().unwrap_or_default();
        if status >= 400 {
            self.problems
                .push(format!("{} was answered {status}", text(&event["response"]["url"])));
        }
    }

    /// The address of a request that has ended.
    fn ended(&mut self, event: &Value) -> Option<String> {
        self.loading.remove(text(&event["requestId"])).map(|(_, url)| url)
    }

    /// A request that the page itself gave up, by going elsewhere, did not fail.
    fn failed(&mut self, event: &Value) {
        let url = self.ended(event).unwrap_or_else(|| "a request of a script".to_owned());
        if event["canceled"] != true && event["errorText"] != "net::ERR_ABORTED" {
            self.problems.push(format!("{url} failed: {}", text(&event["errorText"])));
        }
    }
}

/// Whether an address is this machine.
fn is_here(url: &str) -> bool {
    let host = url.split("://").nth(1).and_then(|rest| rest.split(['/', ':']).next());
    LOCAL_SCHEMES.iter().any(|scheme| url.starts_with(scheme))
        || host.is_some_and(|host| ["127.0.0.1", "localhost"].contains(&host))
}

/// An exception as the console shows it.
pub(super) fn exception(details: &Value) -> String {
    let description = &details["exception"]["description"];
    let thrown = &details["exception"]["value"];
    let what = [description, thrown, &details["text"]].into_iter().find(|what| !what.is_null());
    format!("uncaught: {}", what.map(plain).unwrap_or_default())
}

fn said(arguments: &Value) -> String {
    let arguments = arguments.as_array().into_iter().flatten();
    let words = arguments.map(|argument| match &argument["value"] {
        Value::Null => text(&argument["description"]).to_owned(),
        value => plain(value),
    });
    words.collect::<Vec<_>>().join(" ")
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The text of a value, or nothing.
pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
