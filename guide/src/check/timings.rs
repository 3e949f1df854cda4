//! Where the time of a check goes.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Serialize;

/// What a check spends time on.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case", tag = "step")]
pub enum Step {
    /// Reading `book.toml` and the chapters.
    Read,
    /// Asking which compiler there is.
    FindCompiler,
    /// Looking up what was proved before, and remembering what is proved now.
    Cache,
    /// Building the crates that samples may use.
    BuildCrates,
    /// Compiling one program of several samples.
    CompileMerged {
        /// Where its first sample stands.
        first: String,
    },
    /// Compiling samples by themselves.
    CompileAlone {
        /// What these samples promise.
        kind: String,
    },
    /// Emitting what a block shows of a function.
    Emit,
    /// Compiling once more, so that an error names the author's line.
    Explain,
    /// Running programs.
    Run,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Read => f.write_str("read the book"),
            Self::FindCompiler => f.write_str("find the compiler"),
            Self::Cache => f.write_str("look up and remember"),
            Self::BuildCrates => f.write_str("build the crates that samples use"),
            Self::CompileMerged { first } => write!(f, "compile together, from {first}"),
            Self::CompileAlone { kind } => write!(f, "compile alone: {kind}"),
            Self::Emit => f.write_str("emit functions"),
            Self::Explain => f.write_str("compile again to explain"),
            Self::Run => f.write_str("run programs"),
        }
    }
}

/// How often a step was taken, and how long that took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Spent {
    /// Samples, or runs.
    pub count: usize,
    /// Summed over all threads.
    pub time: Duration,
}

/// The time of one check, by step; threads add to it side by side.
#[derive(Debug, Default)]
pub struct Timings(Mutex<BTreeMap<Step, Spent>>);

impl Timings {
    /// Does `work` and adds the time it takes, for `count` samples or runs.
    pub fn measure<T>(&self, step: Step, count: usize, work: impl FnOnce() -> T) -> T {
        let started = Instant::now();
        let result = work();
        self.add(step, Spent { count, time: started.elapsed() });
        result
    }

    /// Adds what was measured elsewhere.
    pub fn add(&self, step: Step, spent: Spent) {
        let mut steps = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let sum = steps.entry(step).or_default();
        sum.count += spent.count;
        sum.time += spent.time;
    }

    /// What was spent on each step so far.
    #[must_use]
    pub fn steps(&self) -> BTreeMap<Step, Spent> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
