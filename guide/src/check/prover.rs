//! A check of a book: what is cached is skipped, the rest is settled.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::Result;
use serde::Serialize;

use super::cache::Cache;
use super::cancel::Cancel;
use super::miri;
use super::os;
use super::rules::Rules;
use super::scratch::{self, Scratch};
use super::session::Session;
use super::settle::settle;
use super::timings::{Step, Timings};
use super::toolchain::{ChapterCrates, Toolchain};
use super::verdict::Evidence;
use crate::book::{CheckKind, Emit, Expectation, Finding, Sample, Tool};

/// What is known about a sample after a check.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything its page states about it holds.
    Proved {
        /// Whether that was found out by an earlier check.
        cached: bool,
    },
    /// Something does not hold.
    Refuted(Vec<Finding>),
    /// It was not proved by this check, for this reason.
    NotRun(String),
}

/// Watches a check.
pub trait Progress: Sync {
    /// The check of so many samples starts.
    fn planned(&self, samples: usize);
    /// One more sample is settled, in this way.
    fn settled(&self, sample: &Sample, outcome: &Outcome);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn planned(&self, _: usize) {}
    fn settled(&self, _: &Sample, _: &Outcome) {}
}

/// The outcome of a check.
#[derive(Debug)]
pub struct Proof<'book> {
    /// Every sample that was asked for, in order, with its outcome.
    pub outcomes: Vec<(&'book Sample, Outcome)>,
    /// How long the check took.
    pub elapsed: Duration,
    /// Where that time went.
    pub timings: Timings,
}

impl Proof<'_> {
    /// All that is wrong.
    pub fn findings(&self) -> impl Iterator<Item = &Finding> {
        self.outcomes.iter().flat_map(|(_, outcome)| match outcome {
            Outcome::Refuted(findings) => findings.as_slice(),
            Outcome::Proved { .. } | Outcome::NotRun(_) => &[],
        })
    }
}

/// Proves `samples` of the book in `root`. With `trust_cache`, what was proved before is not run again.
///
/// # Errors
/// When the machine is at fault: no compiler, no space, no permission. An [`super::Unusable`] or an
/// input/output error is in the chain.
pub fn prove<'book>(
    root: &Path,
    samples: &[&'book Sample],
    trust_cache: bool,
    progress: &dyn Progress,
) -> Result<Proof<'book>> {
    prove_by(&Rules::Guide, root, samples, trust_cache, progress)
}

/// Proves `samples` by other rules, with the compiler and the cache of the book in `root`.
///
/// # Errors
/// As for [`prove`].
pub fn prove_by<'book>(
    rules: &Rules,
    root: &Path,
    samples: &[&'book Sample],
    trust_cache: bool,
    progress: &dyn Progress,
) -> Result<Proof<'book>> {
    let started = Instant::now();
    let prover = Prover::new(root, rules.clone(), Cancel::default())?;
    let outcomes = prover.prove(samples, trust_cache && rules.allow_cache(), progress)?;
    Ok(Proof { outcomes, elapsed: started.elapsed(), timings: prover.timings })
}

/// Proves what an earlier check has not, unless `cancel` ends that early; `progress` hears the outcomes.
/// The calling thread steps back behind everything else that this machine has to do.
///
/// # Errors
/// As for [`prove`], and when the check is canceled.
pub fn prove_until(
    cancel: &Cancel,
    root: &Path,
    samples: &[&Sample],
    progress: &dyn Progress,
) -> Result<()> {
    os::step_back();
    Prover::new(root, Rules::Guide, cancel.clone())?.prove(samples, true, progress)?;
    Ok(())
}

/// Ends the samples that this process runs for the book in `root`, and removes its working directories.
/// For a process that is about to end before its check does.
pub fn clean_up(root: &Path) {
    scratch::clean_up(&work_dir(root));
}

/// A fresh directory for other work on the book in `root`. When it is dropped, and by [`clean_up`], it is
/// removed and what still runs in it is ended.
///
/// # Errors
///
/// When it cannot be made.
pub fn work_in(root: &Path) -> Result<Scratch> {
    Scratch::new(&work_dir(root))
}

/// What `rustc` and the sample itself say, for one sample compiled alone.
pub(crate) fn evidence_of(root: &Path, sample: &Sample) -> Result<Evidence> {
    Session::new(&Prover::new(root, Rules::Guide, Cancel::default())?)?.evidence(sample)
}

/// What all checks of a book have in common.
pub(crate) struct Prover {
    pub(crate) toolchain: Toolchain,
    pub(crate) crates: ChapterCrates,
    pub(crate) cache: Cache,
    /// Where samples are compiled and run.
    pub(crate) work: PathBuf,
    pub(crate) timings: Timings,
    pub(crate) rules: Rules,
    pub(crate) cancel: Cancel,
}

impl Prover {
    fn new(root: &Path, rules: Rules, cancel: Cancel) -> Result<Self> {
        let timings = Timings::default();
        let toolchain = timings.measure(Step::FindCompiler, 1, || Toolchain::find(root))?;
        let crates = match rules {
            Rules::Guide => ChapterCrates::load(root),
            Rules::Doctests { .. } => ChapterCrates::default(),
        };
        let cache = Cache::new(&target_dir(root).join("guide").join("cache"), &toolchain, &crates);
        Ok(Self { toolchain, crates, cache, work: work_dir(root), timings, rules, cancel })
    }

    fn prove<'book>(
        &self,
        samples: &[&'book Sample],
        trust_cache: bool,
        progress: &dyn Progress,
    ) -> Result<Vec<(&'book Sample, Outcome)>> {
        progress.planned(samples.len());
        let mut outcomes = self.all_known(samples, trust_cache, progress);
        let open: Vec<usize> =
            (0..samples.len()).filter(|&index| outcomes[index].is_none()).collect();
        let open_samples: Vec<&Sample> = open.iter().map(|&index| samples[index]).collect();
        for (index, outcome) in open.iter().zip(settle(self, &open_samples, progress)?) {
            outcomes[*index] = Some(outcome);
        }
        Ok(samples.iter().copied().zip(outcomes.into_iter().flatten()).collect())
    }

    fn all_known(
        &self,
        samples: &[&Sample],
        trust_cache: bool,
        progress: &dyn Progress,
    ) -> Vec<Option<Outcome>> {
        let known = |sample: &&Sample| {
            let outcome = self.known(sample, trust_cache)?;
            progress.settled(sample, &outcome);
            Some(outcome)
        };
        samples.iter().map(known).collect()
    }

    /// The outcome of a sample that need not or cannot be run.
    fn known(&self, sample: &Sample, trust_cache: bool) -> Option<Outcome> {
        let is_known = || self.cache.has(&self.key(sample));
        if trust_cache && self.timings.measure(Step::Cache, 1, is_known) {
            return Some(Outcome::Proved { cached: true });
        }
        not_run_here(sample).map(Outcome::NotRun)
    }

    pub(crate) fn key(&self, sample: &Sample) -> String {
        self.cache.key(sample, &self.rules, self.uses_crates(sample))
    }

    pub(crate) fn uses_crates(&self, sample: &Sample) -> bool {
        self.crates.used_by(&sample.text)
    }
}

/// Where samples are compiled and run.
pub(super) fn work_dir(root: &Path) -> PathBuf {
    target_dir(root).join("guide").join("work")
}

/// Where Cargo puts what it builds.
fn target_dir(root: &Path) -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from)
}

/// Why a sample cannot be proved on a machine like this one; `None` when it can.
#[must_use]
pub fn not_run_here(sample: &Sample) -> Option<String> {
    const SANITIZERS: bool = cfg!(all(target_arch = "x86_64", target_os = "linux"));
    let is_about_code = sample.checks.iter().any(|block| is_for_x86_64(&block.kind));
    match &sample.expectation {
        Expectation::Ignored { reason } if reason.is_empty() => Some("ignored".to_owned()),
        Expectation::Ignored { reason } => Some(format!("ignored: {reason}")),
        Expectation::Example => {
            Some("shown from `examples/`, where `cargo test` proves it".to_owned())
        }
        _ if needs_miri(sample) && !miri::is_ready() => Some("Miri is not installed".to_owned()),
        Expectation::Reported { tool: Tool::Miri } => None,
        Expectation::Reported { tool } if !SANITIZERS => Some(format!("{tool} needs x86-64 Linux")),
        _ if is_about_code && !cfg!(target_arch = "x86_64") => {
            Some("the page is about code for x86-64".to_owned())
        }
        _ => None,
    }
}

/// Whether nothing but Miri can prove a sample.
pub(crate) fn needs_miri(sample: &Sample) -> bool {
    sample.expectation == Expectation::Reported { tool: Tool::Miri }
        || sample.needs_miri_for_options()
}

/// Whether what a block is about differs between processors.
fn is_for_x86_64(kind: &CheckKind) -> bool {
    matches!(
        kind,
        CheckKind::Codegen { .. } | CheckKind::Emitted { form: Emit::Asm | Emit::Llvm, .. }
    )
}
