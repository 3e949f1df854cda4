//! What mdBook only warns of, such as a tag that is never closed: text that readers would not see.

use std::fmt::{Debug, Write};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::Result;
use thiserror::Error;
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Level, Metadata, Subscriber};

/// Something in the book that mdBook shows in another way than it is written.
#[derive(Debug, Error)]
#[error("mdBook warns: {}", .0.join("\nmdBook warns: "))]
pub struct Misrendered(Vec<String>);

/// Does `work`, and fails with what mdBook warns of meanwhile.
pub(super) fn refuse(work: impl FnOnce() -> Result<()>) -> Result<()> {
    let collector = Collector::default();
    let warnings = Arc::clone(&collector.warnings);
    tracing::subscriber::with_default(collector, work)?;
    let warnings = std::mem::take(&mut *warnings.lock().unwrap_or_else(PoisonError::into_inner));
    if warnings.is_empty() { Ok(()) } else { Err(Misrendered(warnings).into()) }
}

/// Keeps the messages of warnings and errors.
#[derive(Default)]
struct Collector {
    warnings: Arc<Mutex<Vec<String>>>,
}

impl Subscriber for Collector {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= Level::WARN
    }

    fn event(&self, event: &Event<'_>) {
        let mut message = Message::default();
        event.record(&mut message);
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).push(message.0);
    }

    // Spans say where a program is; only what it says matters here.
    fn new_span(&self, _: &Attributes<'_>) -> Id {
        Id::from_u64(1)
    }
    fn record(&self, _: &Id, _: &Record<'_>) {}
    fn record_follows_from(&self, _: &Id, _: &Id) {}
    fn enter(&self, _: &Id) {}
    fn exit(&self, _: &Id) {}
}

/// The text of an event.
#[derive(Default)]
struct Message(String);

impl Visit for Message {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "message" {
            // Writing to a string cannot fail.
            let _ = write!(self.0, "{value:?}");
        }
    }
}
