//! Few programs at a time, and few that wait.

use std::sync::Arc;

use axum::http::StatusCode;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Refusal;

/// Programs that run at once.
const RUNNING: usize = 2;
/// Programs that may wait for those.
const WAITING: usize = 8;

/// Lets programs run in the order in which they were asked for.
pub(super) struct Gate {
    places: Arc<Semaphore>,
    turns: Arc<Semaphore>,
}

/// The right to run a program, until it is dropped.
pub(super) struct Turn {
    _turn: OwnedSemaphorePermit,
    _place: OwnedSemaphorePermit,
}

impl Default for Gate {
    fn default() -> Self {
        let semaphore = |permits| Arc::new(Semaphore::new(permits));
        Self { places: semaphore(RUNNING + WAITING), turns: semaphore(RUNNING) }
    }
}

impl Gate {
    /// Waits for a turn, unless too many do.
    pub(super) async fn turn(&self) -> Result<Turn, Refusal> {
        let place = Arc::clone(&self.places).try_acquire_owned().map_err(|_| full())?;
        let turn = Arc::clone(&self.turns).acquire_owned().await.map_err(|_| full())?;
        Ok(Turn { _turn: turn, _place: place })
    }
}

fn full() -> Refusal {
    let reason = format!("{RUNNING} programs run and {WAITING} wait already: try again later.");
    Refusal::new(StatusCode::TOO_MANY_REQUESTS, reason)
}
