//! The course of a check: what is cached is skipped, the rest is compiled in shared programs, and what
//! is not acquitted there is judged alone.

use std::ffi::OsString;
use std::fs;
use std::panic::resume_unwind;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::cache::Cache;
use super::compile::{Call, Compiled, Diagnostic, Goal, Span};
use super::emitted;
use super::plan::{Job, plan};
use super::run::{self, Ran};
use super::scratch::{self, Scratch};
use super::tangle::{self, SELECT};
use super::toolchain::{ChapterCrates, Toolchain};
use super::verdict::{Evidence, judge};
use crate::book::{CheckKind, Edition, Emit, Expectation, Finding, Sample, Tool};

/// What is known about a sample after a check.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// The check starts; `samples` of them are not cached.
    fn planned(&self, samples: usize);
    /// One more sample is settled.
    fn settled(&self, sample: &Sample);
}

/// Nobody watches.
#[derive(Debug, Clone, Copy)]
pub struct Unwatched;

impl Progress for Unwatched {
    fn planned(&self, _: usize) {}
    fn settled(&self, _: &Sample) {}
}

/// The outcome of a check.
#[derive(Debug)]
pub struct Proof<'book> {
    /// Every sample that was asked for, in order, with its outcome.
    pub outcomes: Vec<(&'book Sample, Outcome)>,
    /// How long the check took.
    pub elapsed: Duration,
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
    let started = Instant::now();
    let prover = Prover::new(root)?;
    let mut outcomes: Vec<Option<Outcome>> =
        samples.iter().map(|sample| prover.known(sample, trust_cache)).collect();
    let open: Vec<usize> = (0..samples.len()).filter(|&index| outcomes[index].is_none()).collect();
    let open_samples: Vec<&Sample> = open.iter().map(|&index| samples[index]).collect();
    progress.planned(open.len());
    for (index, outcome) in open.iter().zip(prover.settle(&open_samples, progress)?) {
        outcomes[*index] = Some(outcome);
    }
    let outcomes = samples.iter().copied().zip(outcomes.into_iter().flatten()).collect();
    Ok(Proof { outcomes, elapsed: started.elapsed() })
}

/// Ends the samples that this process runs for the book in `root`, and removes its working directories.
/// For a process that is about to end before its check does.
pub fn clean_up(root: &Path) {
    scratch::clean_up(&work_dir(root));
}

/// What `rustc` and the sample itself say, for one sample compiled alone.
pub(crate) fn evidence_of(root: &Path, sample: &Sample) -> Result<Evidence> {
    Prover::new(root)?.session()?.evidence(sample)
}

struct Prover {
    toolchain: Toolchain,
    crates: ChapterCrates,
    cache: Cache,
    work: PathBuf,
}

impl Prover {
    fn new(root: &Path) -> Result<Self> {
        let toolchain = Toolchain::find(root)?;
        let crates = ChapterCrates::load(root);
        let cache = Cache::new(&target_dir(root).join("guide").join("cache"), &toolchain, &crates);
        Ok(Self { toolchain, crates, cache, work: work_dir(root) })
    }

    /// The outcome of a sample that need not or cannot be run.
    fn known(&self, sample: &Sample, trust_cache: bool) -> Option<Outcome> {
        if let Some(reason) = not_run_here(sample) {
            return Some(Outcome::NotRun(reason));
        }
        (trust_cache && self.cache.has(&self.key(sample)))
            .then_some(Outcome::Proved { cached: true })
    }

    fn key(&self, sample: &Sample) -> String {
        self.cache.key(sample, self.uses_crates(sample))
    }

    fn uses_crates(&self, sample: &Sample) -> bool {
        self.crates.used_by(&sample.text)
    }

    fn session(&self) -> Result<Session<'_>> {
        Ok(Session {
            prover: self,
            scratch: Scratch::new(&self.work)?,
            arguments: Mutex::default(),
        })
    }

    /// Compiles, runs and judges samples, and remembers those that are proved.
    fn settle(&self, samples: &[&Sample], progress: &dyn Progress) -> Result<Vec<Outcome>> {
        if samples.is_empty() {
            return Ok(Vec::new());
        }
        let session = self.session()?;
        let cores = thread::available_parallelism().map_or(2, usize::from);
        let jobs = plan(samples, |sample| self.uses_crates(sample), cores);
        let acquitted =
            parallel(2 * cores, &jobs, |job| session.first_look(job, samples, progress))?;
        let mut outcomes: Vec<Option<Outcome>> = vec![None; samples.len()];
        for (index, outcome) in acquitted.into_iter().flatten() {
            outcomes[index] = Some(outcome);
        }
        let suspects: Vec<usize> =
            (0..samples.len()).filter(|&index| outcomes[index].is_none()).collect();
        let judged =
            parallel(2 * cores, &suspects, |&index| session.judge_alone(samples[index], progress))?;
        for (index, outcome) in suspects.iter().zip(judged) {
            outcomes[*index] = Some(outcome);
        }
        Ok(outcomes.into_iter().flatten().collect())
    }
}

/// Where samples are compiled and run.
fn work_dir(root: &Path) -> PathBuf {
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
    let shows_assembly = sample
        .checks
        .iter()
        .any(|block| matches!(block.kind, CheckKind::Emitted { form: Emit::Asm, .. }));
    match &sample.expectation {
        Expectation::Ignored { reason } if reason.is_empty() => Some("ignored".to_owned()),
        Expectation::Ignored { reason } => Some(format!("ignored: {reason}")),
        Expectation::Example => {
            Some("shown from `examples/`, where `cargo test` proves it".to_owned())
        }
        Expectation::Reported { tool: Tool::Miri } => Some("Miri is not installed".to_owned()),
        Expectation::Reported { tool } if !SANITIZERS => Some(format!("{tool} needs x86-64 Linux")),
        _ if shows_assembly && !cfg!(target_arch = "x86_64") => {
            Some("the page shows assembly for x86-64".to_owned())
        }
        _ => None,
    }
}

/// One check at work.
struct Session<'a> {
    prover: &'a Prover,
    scratch: Scratch,
    /// The compiler's arguments for the chapters' crates, once they are built.
    arguments: Mutex<Option<Vec<OsString>>>,
}

/// A sample's index with its outcome, when a first look settled it.
type Settled = Vec<(usize, Outcome)>;

impl Session<'_> {
    fn first_look(
        &self,
        job: &Job,
        samples: &[&Sample],
        progress: &dyn Progress,
    ) -> Result<Settled> {
        match job {
            Job::Alone(index) => {
                let outcome = self.judge_alone(samples[*index], progress)?;
                Ok(vec![(*index, outcome)])
            }
            Job::Merged(group) => self.merged(group, samples, progress),
        }
    }

    /// Compiles samples as one program and acquits those that do what they state.
    fn merged(
        &self,
        group: &[usize],
        samples: &[&Sample],
        progress: &dyn Progress,
    ) -> Result<Settled> {
        let dir = self.scratch.subdir()?;
        let mut rest = group.to_vec();
        loop {
            let together: Vec<&Sample> = rest.iter().map(|&index| samples[index]).collect();
            let compiled = self.compile_merged(dir.path(), &together)?;
            if compiled.success {
                let acquitted = self.acquit(dir.path(), &together, &compiled, progress)?;
                return Ok(acquitted
                    .into_iter()
                    .map(|(at, outcome)| (rest[at], outcome))
                    .collect());
            }
            let errors: Vec<&Diagnostic> = compiled.errors().collect();
            let before = rest.len();
            rest.retain(|&index| !errors.iter().any(|error| points_into(error, samples[index])));
            if rest.is_empty() || rest.len() == before {
                return Ok(Vec::new());
            }
        }
    }

    fn compile_merged(&self, dir: &Path, samples: &[&Sample]) -> Result<Compiled> {
        let crates = self.crates_for(samples)?;
        let edition = samples.first().map_or(Edition::default(), |sample| sample.edition);
        let toolchain = &self.prover.toolchain;
        let call = Call { toolchain, dir, root: "main.rs", edition, crates: &crates };
        call.write(&tangle::merged(samples))?;
        call.compile(&Goal::Program)
    }

    fn acquit(
        &self,
        dir: &Path,
        samples: &[&Sample],
        compiled: &Compiled,
        progress: &dyn Progress,
    ) -> Result<Settled> {
        let mut acquitted = Vec::new();
        for (index, sample) in samples.iter().enumerate() {
            let mine =
                compiled.diagnostics.iter().filter(|found| points_into(found, sample)).cloned();
            let compiled = Compiled { success: true, diagnostics: mine.collect() };
            let runs = if sample.expectation == Expectation::Compile {
                Vec::new()
            } else {
                self.run_twice(dir, &[(SELECT, index.to_string())])?
            };
            if judge(sample, &Evidence { compiled, runs, ..Evidence::default() }).is_empty() {
                acquitted.push((index, self.proved(sample, progress)?));
            }
        }
        Ok(acquitted)
    }

    fn proved(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        self.prover.cache.add(&self.prover.key(sample))?;
        progress.settled(sample);
        Ok(Outcome::Proved { cached: false })
    }

    fn judge_alone(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        let mut evidence = self.evidence(sample)?;
        if judge(sample, &evidence).is_empty() {
            return self.proved(sample, progress);
        }
        evidence.in_place = self.author_view(sample, &evidence.compiled)?;
        progress.settled(sample);
        Ok(Outcome::Refuted(judge(sample, &evidence)))
    }

    /// Compiles a sample alone, and runs it if it promises something about running.
    fn evidence(&self, sample: &Sample) -> Result<Evidence> {
        let dir = self.scratch.subdir()?;
        let crates = self.crates_for(&[sample])?;
        let toolchain = &self.prover.toolchain;
        let (dir, edition) = (dir.path(), sample.edition);
        let call = Call { toolchain, dir, root: "src/main.rs", edition, crates: &crates };
        call.write(&tangle::alone(sample))?;
        let mut evidence =
            Evidence { compiled: compile_for(sample, &call)?, ..Evidence::default() };
        if evidence.compiled.success {
            evidence.runs = self.runs(sample, dir)?;
            emit(sample, &call, &mut evidence)?;
        }
        Ok(evidence)
    }

    fn runs(&self, sample: &Sample, dir: &Path) -> Result<Vec<Ran>> {
        match sample.expectation {
            Expectation::Run | Expectation::Panic => self.run_twice(dir, &[]),
            Expectation::Reported { .. } => Ok(vec![self.run(dir, &[])?]),
            _ => Ok(Vec::new()),
        }
    }

    /// Twice, because a page must not show what changes from run to run; once when that reached a limit.
    fn run_twice(&self, dir: &Path, env: &[(&str, String)]) -> Result<Vec<Ran>> {
        let first = self.run(dir, env)?;
        if first.stopped.is_some() {
            return Ok(vec![first]);
        }
        Ok(vec![first, self.run(dir, env)?])
    }

    fn run(&self, dir: &Path, env: &[(&str, String)]) -> Result<Ran> {
        let home = self.scratch.subdir()?;
        let own = home.path().to_string_lossy().into_owned();
        let mut variables =
            vec![("HOME", own.clone()), ("TMPDIR", own), ("LANG", "C.UTF-8".into())];
        variables.extend_from_slice(env);
        let program =
            fs::canonicalize(dir.join("program")).context("the compiler made no program")?;
        run::run(&program, home.path(), &variables).context("cannot run a sample")
    }

    /// The compiler's messages with the chapter's own line numbers.
    fn author_view(&self, sample: &Sample, compiled: &Compiled) -> Result<String> {
        if sample.included || compiled.diagnostics.is_empty() {
            return Ok(compiled.rendered());
        }
        let dir = self.scratch.subdir()?;
        let crates = self.crates_for(&[sample])?;
        let toolchain = &self.prover.toolchain;
        let (dir, edition) = (dir.path(), sample.edition);
        let call = Call { toolchain, dir, root: &sample.file, edition, crates: &crates };
        call.write(&tangle::in_place(sample))?;
        Ok(compile_for(sample, &call)?.rendered())
    }

    /// The arguments for the chapters' crates, if a sample uses them; built on first need.
    fn crates_for(&self, samples: &[&Sample]) -> Result<Vec<OsString>> {
        if !samples.iter().any(|sample| self.prover.uses_crates(sample)) {
            return Ok(Vec::new());
        }
        let mut arguments =
            self.arguments.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if arguments.is_none() {
            *arguments = Some(self.prover.crates.build()?);
        }
        Ok(arguments.clone().unwrap_or_default())
    }
}

fn compile_for(sample: &Sample, call: &Call<'_>) -> Result<Compiled> {
    match sample.expectation {
        Expectation::CompileFail { .. } => {
            let compiled = call.compile(&Goal::Metadata)?;
            // Some errors, such as a false assertion in a generic `const`, need code generation.
            if compiled.success { call.compile(&Goal::Program) } else { Ok(compiled) }
        }
        Expectation::Compile => call.compile(&Goal::Object),
        Expectation::Reported { tool } => call.compile(&Goal::Sanitized(tool)),
        _ => call.compile(&Goal::Program),
    }
}

/// Has the compiler emit each function that a block shows.
fn emit(sample: &Sample, call: &Call<'_>, evidence: &mut Evidence) -> Result<()> {
    for block in &sample.checks {
        if let CheckKind::Emitted { form, function, opt } = &block.kind {
            let emit = if *form == Emit::Mir { "mir" } else { "asm" };
            call.compile(&Goal::Text { emit, opt: opt.clone() })?;
            let text =
                fs::read_to_string(call.dir.join("emitted")).context("rustc emitted nothing")?;
            evidence.emitted.insert(block.kind.clone(), emitted::function(*form, function, &text));
        }
    }
    Ok(())
}

/// Whether a message of a merged program is about this sample.
fn points_into(diagnostic: &Diagnostic, sample: &Sample) -> bool {
    let mut places = diagnostic.spans.iter().flat_map(Span::with_callers);
    places.any(|span| span.file_name == sample.file && sample.lines.contains(&span.line_start))
}

/// Does `work` on all `items`, on `threads` at once, and keeps their order.
fn parallel<T: Sync, R: Send>(
    threads: usize,
    items: &[T],
    work: impl Fn(&T) -> Result<R> + Sync,
) -> Result<Vec<R>> {
    let next = AtomicUsize::new(0);
    let take_items = || {
        let mut done = Vec::new();
        while let Some((index, item)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            items.get(index).map(|item| (index, item))
        } {
            done.push((index, work(item)));
        }
        done
    };
    let mut results: Vec<(usize, Result<R>)> = thread::scope(|scope| {
        let workers: Vec<_> =
            (0..threads.min(items.len())).map(|_| scope.spawn(take_items)).collect();
        workers
            .into_iter()
            .flat_map(|worker| worker.join().unwrap_or_else(|panic| resume_unwind(panic)))
            .collect()
    });
    results.sort_by_key(|(index, _)| *index);
    results.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parallel_work_keeps_the_order() {
        let items: Vec<u32> = (0..100).collect();
        let doubled = parallel(4, &items, |&item| Ok(2 * item)).expect("no work fails");
        assert_eq!(doubled, items.iter().map(|item| 2 * item).collect::<Vec<_>>());
    }

    #[test]
    #[should_panic(expected = "two")]
    fn a_panic_is_not_taken_for_a_result() {
        let _ = parallel(2, &[1, 2, 3], |&item| {
            assert_ne!(item, 2, "two");
            Ok(item)
        });
    }

    #[test]
    fn one_failure_fails_the_whole() {
        let result = parallel(2, &[1, 2, 3], |&item| {
            anyhow::ensure!(item != 2, "two");
            Ok(item)
        });
        assert_eq!(result.expect_err("item 2 fails").to_string(), "two");
    }
}
