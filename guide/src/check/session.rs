//! One check at work: samples in, outcomes out, through the compiler and a run.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use super::Outcome;
use super::compile::{Call, Compiled, Diagnostic, Goal, Span};
use super::emitted;
use super::miri;
use super::plan::Job;
use super::prover::{Progress, Prover};
use super::run::{self, Ran};
use super::scratch::Scratch;
use super::tangle::{self, SELECT};
use super::verdict::{Evidence, judge};
use crate::book::{CheckKind, Edition, Emit, Expectation, Sample, Tool};

/// One check at work.
pub(crate) struct Session<'a> {
    prover: &'a Prover,
    scratch: Scratch,
    /// The compiler's arguments for the chapters' crates, once they are built.
    arguments: Mutex<Option<Vec<OsString>>>,
}

/// A sample's index with its outcome, when a first look settled it.
pub(crate) type Settled = Vec<(usize, Outcome)>;

impl<'a> Session<'a> {
    /// Starts working, in a directory of its own.
    pub(crate) fn new(prover: &'a Prover) -> Result<Self> {
        let scratch = Scratch::new(&prover.work)?;
        Ok(Self { prover, scratch, arguments: Mutex::default() })
    }

    /// Does a job of the plan. Samples that are missing in the answer need a look of their own.
    pub(crate) fn first_look(
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

    /// Compiles, runs and judges a sample by itself.
    pub(crate) fn judge_alone(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        let mut evidence = self.evidence(sample)?;
        if judge(sample, &evidence).is_empty() {
            return self.proved(sample, progress);
        }
        evidence.in_place = self.author_view(sample, &evidence.compiled)?;
        progress.settled(sample);
        Ok(Outcome::Refuted(judge(sample, &evidence)))
    }

    /// Compiles a sample alone, and runs it if it promises something about running.
    pub(crate) fn evidence(&self, sample: &Sample) -> Result<Evidence> {
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
            Expectation::Reported { tool: Tool::Miri } => {
                Ok(vec![miri::run(dir, sample.edition).context("cannot run Miri")?])
            }
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
        let mut arguments = self.arguments.lock().unwrap_or_else(PoisonError::into_inner);
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
        Expectation::Compile | Expectation::Reported { tool: Tool::Miri } => {
            call.compile(&Goal::Object)
        }
        Expectation::Reported { tool } => call.compile(&Goal::Sanitized(tool)),
        _ => call.compile(&Goal::Program),
    }
}

/// Has the compiler emit what the blocks are about.
fn emit(sample: &Sample, call: &Call<'_>, evidence: &mut Evidence) -> Result<()> {
    for block in &sample.checks {
        let (form, function, opt) = match &block.kind {
            CheckKind::Emitted { form, function, opt } => (*form, function.as_deref(), opt),
            CheckKind::Codegen { opt } => (Emit::Asm, None, opt),
            _ => continue,
        };
        call.compile(&Goal::Text { form, opt: opt.clone() })?;
        let text = fs::read_to_string(call.dir.join("emitted")).context("rustc emitted nothing")?;
        let shown = match function {
            Some(function) => emitted::function(form, function, &text),
            None => Some(text),
        };
        evidence.emitted.insert(block.kind.clone(), shown);
    }
    Ok(())
}

/// Whether a message of a merged program is about this sample.
fn points_into(diagnostic: &Diagnostic, sample: &Sample) -> bool {
    let mut places = diagnostic.spans.iter().flat_map(Span::with_callers);
    places.any(|span| span.file_name == sample.file && sample.lines.contains(&span.line_start))
}
