//! One check at work: samples in, outcomes out, through the compiler and a run.

use std::ffi::OsString;
use std::io::{self, ErrorKind};
use std::path::{self, Path};
use std::process::Command;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use tempfile::TempDir;

use super::Outcome;
use super::compile::{Call, Compiled, Goal};
use super::emission::{self, Emissions};
use super::miri;
use super::prover::{Progress, Prover};
use super::report::describe;
use super::run::{self, CARGO, COMPILER, Ran};
use super::scratch::Scratch;
use super::tangle;
use super::timings::Step;
use super::verdict::Evidence;
use crate::book::{Edition, Expectation, Form, Sample, Tool};

/// One check at work.
pub(crate) struct Session<'a> {
    pub(super) prover: &'a Prover,
    scratch: Scratch,
    /// The compiler's arguments for crates that samples may use, once they are known.
    arguments: Mutex<Option<Vec<OsString>>>,
}

impl<'a> Session<'a> {
    /// Starts working, in a directory of its own.
    pub(crate) fn new(prover: &'a Prover) -> Result<Self> {
        let scratch = Scratch::new(&prover.work)?;
        Ok(Self { prover, scratch, arguments: Mutex::new(prover.rules.arguments()) })
    }

    /// Remembers that a sample does what its page states.
    pub(super) fn proved(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        let key = self.prover.key(sample);
        let remember = || self.prover.cache.add(&key, self.scratch.path());
        self.prover.timings.measure(Step::Cache, 0, remember)?;
        let outcome = Outcome::Proved { cached: false };
        progress.settled(sample, &outcome);
        Ok(outcome)
    }

    /// Compiles, runs and judges a sample by itself.
    pub(crate) fn judge_alone(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        let mut evidence = self.evidence(sample)?;
        if self.prover.rules.judge(sample, &evidence).is_empty() {
            return self.proved(sample, progress);
        }
        if let Some(fault) = evidence.fault() {
            bail!(fault);
        }
        evidence.in_place = self.author_view(sample, &evidence.compiled)?;
        let outcome = Outcome::Refuted(self.prover.rules.judge(sample, &evidence));
        progress.settled(sample, &outcome);
        Ok(outcome)
    }

    /// Compiles a sample alone, and runs it if it promises something about running.
    pub(crate) fn evidence(&self, sample: &Sample) -> Result<Evidence> {
        let dir = self.subdir()?;
        let call = self.alone(dir.path(), sample)?;
        let step = Step::CompileAlone { kind: describe(&sample.expectation) };
        let compiled = self.prover.timings.measure(step, 1, || self.compile_for(sample, &call))?;
        if !compiled.success {
            return Ok(Evidence { compiled, ..Evidence::default() });
        }
        let (runs, emitted) = (self.runs(sample, dir.path())?, self.emitted(sample)?);
        let asked = sample.needs_miri_for_options();
        let miri = asked.then(|| self.run_miri(sample, dir.path())).transpose()?;
        Ok(Evidence { compiled, runs, emitted, miri, ..Evidence::default() })
    }

    fn run_miri(&self, sample: &Sample, dir: &Path) -> Result<Ran> {
        miri::run(dir, sample.edition, &self.prover.cancel).context("cannot run Miri")
    }

    /// What the compiler emits of the functions that blocks are about, in a crate of their own.
    pub(super) fn emitted(&self, sample: &Sample) -> Result<Emissions> {
        let blocks = emission::count(sample);
        if blocks == 0 {
            return Ok(Emissions::new());
        }
        let dir = self.subdir()?;
        let call = self.alone(dir.path(), sample)?;
        self.prover.timings.measure(Step::Emit, blocks, || emission::emit(sample, &call))
    }

    /// A new empty directory.
    pub(super) fn subdir(&self) -> Result<TempDir> {
        self.scratch.subdir()
    }

    /// A sample that stands by itself in `src/main.rs` of `dir`.
    fn alone<'c>(&'c self, dir: &'c Path, sample: &Sample) -> Result<Call<'c>> {
        let call = self.call(dir, "src/main.rs", &[sample])?;
        call.write(&tangle::alone(sample))?;
        Ok(call)
    }

    /// How to compile samples as a crate in `dir`.
    pub(super) fn call<'c>(
        &'c self,
        dir: &'c Path,
        root: &'c str,
        samples: &[&Sample],
    ) -> Result<Call<'c>> {
        Ok(Call {
            toolchain: &self.prover.toolchain,
            dir,
            root,
            name: self.prover.rules.crate_name(samples),
            edition: samples.first().map_or(Edition::default(), |sample| sample.edition),
            crates: self.crates_for(samples)?,
            limits: COMPILER,
            cancel: &self.prover.cancel,
        })
    }

    fn runs(&self, sample: &Sample, dir: &Path) -> Result<Vec<Ran>> {
        match sample.expectation {
            Expectation::Run | Expectation::Panic => self.run_enough(dir, &[]),
            Expectation::Reported { tool: Tool::Miri } => Ok(vec![self.run_miri(sample, dir)?]),
            Expectation::Reported { .. } => Ok(vec![self.run(dir, &[])?]),
            _ => Ok(Vec::new()),
        }
    }

    /// Twice, because a page must not show what changes from run to run; once when that reached a limit,
    /// or when it prints nothing that anything is compared with.
    pub(super) fn run_enough(&self, dir: &Path, env: &[(&str, String)]) -> Result<Vec<Ran>> {
        let first = self.run(dir, env)?;
        let is_silent = first.stdout.is_empty() && first.stderr.is_empty();
        if is_silent || first.stopped.is_some() || self.prover.rules.is_doctests() {
            return Ok(vec![first]);
        }
        Ok(vec![first, self.run(dir, env)?])
    }

    fn run(&self, dir: &Path, env: &[(&str, String)]) -> Result<Ran> {
        let home = self.subdir()?;
        let mut variables = run::home(home.path());
        variables.extend_from_slice(env);
        let program = path::absolute(dir.join("program"))?;
        let limits = self.prover.rules.limits();
        let run = || run::run(&program, home.path(), &variables, limits, &self.prover.cancel);
        match self.prover.timings.measure(Step::Run, 1, run) {
            Err(error) if error.kind() == ErrorKind::NotFound && !program.exists() => {
                // Asked only now: samples that share it run at the same time.
                let stderr = "its program is gone: an earlier run removed it".to_owned();
                Ok(Ran { stderr, ..Ran::default() })
            }
            ran => ran.context("cannot run a sample"),
        }
    }

    /// The compiler's messages with the chapter's own line numbers.
    fn author_view(&self, sample: &Sample, compiled: &Compiled) -> Result<String> {
        if sample.included || compiled.diagnostics.is_empty() {
            return Ok(compiled.rendered());
        }
        let dir = self.subdir()?;
        let call = self.call(dir.path(), &sample.file, &[sample])?;
        call.write(&tangle::in_place(sample))?;
        let compile = || self.compile_for(sample, &call);
        Ok(self.prover.timings.measure(Step::Explain, 1, compile)?.rendered())
    }

    fn compile_for(&self, sample: &Sample, call: &Call<'_>) -> Result<Compiled> {
        if sample.form == Form::Tests {
            return call.compile(&Goal::Tests);
        }
        match sample.expectation {
            Expectation::CompileFail { .. } => {
                let compiled = call.compile(&Goal::Metadata)?;
                // Some errors, such as a false assertion in a generic `const`, need code generation.
                if compiled.success { call.compile(&Goal::Program) } else { Ok(compiled) }
            }
            // rustdoc generates no code for what it does not run.
            Expectation::Compile if self.prover.rules.is_doctests() => {
                call.compile(&Goal::Metadata)
            }
            Expectation::Compile | Expectation::Reported { tool: Tool::Miri } => {
                call.compile(&Goal::Object)
            }
            Expectation::Reported { tool } => call.compile(&Goal::Sanitized(tool)),
            _ => call.compile(&Goal::Program),
        }
    }

    /// The arguments for the chapters' crates, if a sample uses them; built on first need.
    fn crates_for(&self, samples: &[&Sample]) -> Result<Vec<OsString>> {
        let by_rules = self.prover.rules.is_doctests();
        if !by_rules && !samples.iter().any(|sample| self.prover.uses_crates(sample)) {
            return Ok(Vec::new());
        }
        let mut arguments = self.arguments.lock().unwrap_or_else(PoisonError::into_inner);
        if arguments.is_none() {
            let build = || self.prover.crates.build(|cargo| self.run_cargo(cargo));
            *arguments = Some(self.prover.timings.measure(Step::BuildCrates, 1, build)?);
        }
        Ok(arguments.clone().unwrap_or_default())
    }

    /// With a directory for temporary files by which all it starts is found when the check ends.
    fn run_cargo(&self, cargo: &mut Command) -> io::Result<Ran> {
        cargo.env("TMPDIR", self.scratch.path());
        run::observe(cargo, CARGO, &self.prover.cancel)
    }
}
