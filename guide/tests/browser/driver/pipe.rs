//! The `DevTools` protocol: JSON messages that end in a zero byte, on two pipes.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

/// Longer than any command takes, so that a browser that hangs fails the test.
const PATIENCE: Duration = Duration::from_mins(1);

type Answer = Result<Value, String>;
type Listener = Arc<dyn Fn(&str, &str, &Value) + Send + Sync>;

/// What is sent to the browser, and what waits for its answers and events.
pub(super) struct Pipe {
    writer: Mutex<Box<dyn Write + Send>>,
    last: AtomicU64,
    waiting: Mutex<HashMap<u64, Sender<Answer>>>,
    listeners: Mutex<HashMap<String, Listener>>,
}

impl Pipe {
    /// Reads until the browser ends, in a thread of its own.
    pub(super) fn new(
        reader: impl Read + Send + 'static,
        writer: impl Write + Send + 'static,
    ) -> Arc<Self> {
        let pipe = Arc::new(Self {
            writer: Mutex::new(Box::new(writer)),
            last: AtomicU64::new(0),
            waiting: Mutex::default(),
            listeners: Mutex::default(),
        });
        let receiver = Arc::clone(&pipe);
        thread::spawn(move || receiver.receive(reader));
        pipe
    }

    /// Sends a command to a session, or to the browser itself when it is `""`, and waits for the answer.
    pub(super) fn call(&self, session: &str, method: &str, parameters: &Value) -> Answer {
        let (sender, receiver) = channel();
        let id = self.next();
        lock(&self.waiting).insert(id, sender);
        self.write(id, session, method, parameters)?;
        answer(&receiver, method)
    }

    /// Sends a command whose answer nobody needs. A listener cannot wait for one.
    pub(super) fn tell(&self, session: &str, method: &str, parameters: &Value) {
        // A session may have ended meanwhile, and with it the question.
        let _ = self.write(self.next(), session, method, parameters);
    }

    /// Has the events of a session go to `listener`: the session, the method and the parameters.
    pub(super) fn listen(&self, session: &str, listener: Listener) {
        lock(&self.listeners).insert(session.to_owned(), listener);
    }

    fn next(&self) -> u64 {
        self.last.fetch_add(1, Ordering::Relaxed) + 1
    }

    fn write(
        &self,
        id: u64,
        session: &str,
        method: &str,
        parameters: &Value,
    ) -> Result<(), String> {
        let mut message = json!({ "id": id, "method": method, "params": parameters });
        if !session.is_empty() {
            message["sessionId"] = session.into();
        }
        let mut writer = lock(&self.writer);
        let written = write!(writer, "{message}\0").and_then(|()| writer.flush());
        written.map_err(|error| format!("{method}: the browser has ended: {error}"))
    }

    fn receive(&self, reader: impl Read) {
        for message in BufReader::new(reader).split(0) {
            let Ok(message) = message else { break };
            let message: Value = serde_json::from_slice(&message).expect("the browser sends JSON");
            match message["id"].as_u64() {
                Some(id) => self.pass_on(id, &message),
                None => self.announce(&message),
            }
        }
        lock(&self.waiting).clear();
    }

    fn pass_on(&self, id: u64, message: &Value) {
        let Some(sender) = lock(&self.waiting).remove(&id) else { return };
        let answer = match message.get("error") {
            Some(error) => Err(error["message"].as_str().unwrap_or_default().to_owned()),
            None => Ok(message["result"].clone()),
        };
        // Whoever asked may have run out of patience.
        let _ = sender.send(answer);
    }

    fn announce(&self, message: &Value) {
        let session = message["sessionId"].as_str().unwrap_or_default();
        let listener = lock(&self.listeners).get(session).cloned();
        if let Some(listener) = listener {
            listener(session, message["method"].as_str().unwrap_or_default(), &message["params"]);
        }
    }
}

fn answer(receiver: &Receiver<Answer>, method: &str) -> Answer {
    match receiver.recv_timeout(PATIENCE) {
        Ok(answer) => answer.map_err(|error| format!("{method}: {error}")),
        Err(RecvTimeoutError::Disconnected) => Err(format!("{method}: the browser has ended")),
        Err(RecvTimeoutError::Timeout) => Err(format!("{method}: no answer in {PATIENCE:?}")),
    }
}

/// A failed test must not fail the others.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
