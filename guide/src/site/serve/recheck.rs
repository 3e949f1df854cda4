//! Checks the samples of what was saved, in the background. The newest save wins: what an older one had
//! checked and has not been changed since is kept, what is still being checked for it is given up.

mod checker;
mod told;

use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};

use self::checker::Checker;
use super::state::State;
use crate::check::Cancel;

/// The one check that runs, or ran last. Dropped, it ends with all that it started.
pub(super) struct Recheck {
    checker: Arc<Mutex<Checker>>,
    cancel: Cancel,
    thread: Option<JoinHandle<()>>,
}

impl Recheck {
    /// Nothing runs yet for the book in `root`.
    pub(super) fn new(root: &Path, state: Arc<State>) -> Self {
        let checker = Arc::new(Mutex::new(Checker::new(root, state)));
        Self { checker, cancel: Cancel::default(), thread: None }
    }

    /// Tells the check to end, without waiting for that: rendering needs the processor now.
    pub(super) fn cancel(&self) {
        self.cancel.cancel();
    }

    /// Waits until a canceled check has ended, so that it cannot speak about pages that it never saw.
    pub(super) fn wait(&mut self) {
        // A check that panicked has said so itself.
        let _ = self.thread.take().map(JoinHandle::join);
    }

    /// Checks the book as it is on disk now.
    pub(super) fn start(&mut self) {
        self.cancel = Cancel::default();
        let (checker, cancel) = (Arc::clone(&self.checker), self.cancel.clone());
        let check = move || checker.lock().unwrap_or_else(PoisonError::into_inner).check(&cancel);
        self.thread = Some(thread::spawn(check));
    }
}

impl Drop for Recheck {
    fn drop(&mut self) {
        self.cancel();
        self.wait();
    }
}
