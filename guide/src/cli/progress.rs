//! Progress on the terminal: nothing when nobody watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::book::Sample;
use crate::check::{Outcome, Progress};

/// A bar on standard error; hidden when that is not a terminal.
pub(crate) struct Bar(ProgressBar);

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        let style = ProgressStyle::with_template("{bar:30} {pos}/{len} samples {msg}");
        Self(bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())))
    }

    /// Removes the bar from the terminal.
    pub(crate) fn clear(&self) {
        self.0.finish_and_clear();
    }
}

impl Progress for Bar {
    fn planned(&self, samples: usize) {
        self.0.set_length(samples as u64);
    }

    fn settled(&self, sample: &Sample, _: &Outcome) {
        self.0.set_message(sample.chapter.clone());
        self.0.inc(1);
    }
}
