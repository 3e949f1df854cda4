//! Giving up on a check whose answer nobody waits for any more.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// A wish, shared between a check and whoever started it, that the check ends early.
#[derive(Debug, Clone, Default)]
pub struct Cancel(Arc<AtomicBool>);

impl Cancel {
    /// Ends the check: programs it runs are ended, and it fails. What it has proved stays proved.
    pub fn cancel(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether the check is to end.
    #[must_use]
    pub fn is_canceled(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// Fails once the check is to end.
    pub(crate) fn check(&self) -> io::Result<()> {
        if self.is_canceled() { Err(io::Error::other("the check was canceled")) } else { Ok(()) }
    }
}
