//! One check at work: samples in, outcomes out, through the compiler and a run.

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail};

use super::Outcome;
use super::compile::{Call, Compiled, Diagnostic, Goal, Span};
use super::emitted;
use super::miri;
use super::plan::Job;
use super::prover::{Progress, Prover};
use super::report::describe;
use super::run::{self, Ran};
use super::scratch::Scratch;
use super::tangle::{self, SELECT};
use super::timings::{Step, Timings};
use super::verdict::Evidence;
use crate::book::{CheckKind, Edition, Emit, Expectation, Form, Sample, Tool};

/// One check at work.
pub(crate) struct Session<'a> {
    prover: &'a Prover,
    scratch: Scratch,
    /// The compiler's arguments for crates that samples may use, once they are known.
    arguments: Mutex<Option<Vec<OsString>>>,
}

/// A sample's index with its outcome, when a first look settled it.
pub(crate) type Settled = Vec<(usize, Outcome)>;

impl<'a> Session<'a> {
    /// Starts working, in a directory of its own.
    pub(crate) fn new(prover: &'a Prover) -> Result<Self> {
        let scratch = Scratch::new(&prover.work)?;
        Ok(Self { prover, scratch, arguments: Mutex::new(prover.rules.arguments()) })
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
        let name = self.prover.rules.crate_name(samples);
        let call = Call { toolchain, dir, root: "main.rs", name, edition, crates: &crates };
        call.write(&tangle::merged(samples))?;
        let step = Step::CompileMerged {
            first: samples.first().map_or_else(String::new, |first| place(first)),
        };
        self.prover.timings.measure(step, samples.len(), || call.compile(&Goal::Program))
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
                self.run_enough(dir, &[(SELECT, index.to_string())])?
            };
            let evidence = Evidence { compiled, runs, ..Evidence::default() };
            if self.prover.rules.judge(sample, &evidence).is_empty() {
                acquitted.push((index, self.proved(sample, progress)?));
            }
        }
        Ok(acquitted)
    }

    fn proved(&self, sample: &Sample, progress: &dyn Progress) -> Result<Outcome> {
        let key = self.prover.key(sample);
        let remember = || self.prover.cache.add(&key, self.scratch.path());
        self.prover.timings.measure(Step::Cache, 0, remember)?;
        progress.settled(sample);
        Ok(Outcome::Proved { cached: false })
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
        progress.settled(sample);
        Ok(Outcome::Refuted(self.prover.rules.judge(sample, &evidence)))
    }

    /// Compiles a sample alone, and runs it if it promises something about running.
    pub(crate) fn evidence(&self, sample: &Sample) -> Result<Evidence> {
        let dir = self.scratch.subdir()?;
        let crates = self.crates_for(&[sample])?;
        let toolchain = &self.prover.toolchain;
        let (dir, edition) = (dir.path(), sample.edition);
        let name = self.prover.rules.crate_name(&[sample]);
        let call = Call { toolchain, dir, root: "src/main.rs", name, edition, crates: &crates };
        call.write(&tangle::alone(sample))?;
        let timings = &self.prover.timings;
        let step = Step::CompileAlone { kind: describe(&sample.expectation) };
        let compiled = timings.measure(step, 1, || self.compile_for(sample, &call))?;
        let mut evidence = Evidence { compiled, ..Evidence::default() };
        if evidence.compiled.success {
            evidence.runs = self.runs(sample, dir)?;
            emit(sample, &call, timings, &mut evidence)?;
        }
        Ok(evidence)
    }

    fn runs(&self, sample: &Sample, dir: &Path) -> Result<Vec<Ran>> {
        match sample.expectation {
            Expectation::Run | Expectation::Panic => self.run_enough(dir, &[]),
            Expectation::Reported { tool: Tool::Miri } => {
                Ok(vec![miri::run(dir, sample.edition).context("cannot run Miri")?])
            }
            Expectation::Reported { .. } => Ok(vec![self.run(dir, &[])?]),
            _ => Ok(Vec::new()),
        }
    }

    /// Twice, because a page must not show what changes from run to run; once when that reached a limit,
    /// or when nothing is compared with what it prints.
    fn run_enough(&self, dir: &Path, env: &[(&str, String)]) -> Result<Vec<Ran>> {
        let first = self.run(dir, env)?;
        if first.stopped.is_some() || self.prover.rules.is_doctests() {
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
        let limits = self.prover.rules.limits();
        let run = || run::run(&program, home.path(), &variables, limits);
        self.prover.timings.measure(Step::Run, 1, run).context("cannot run a sample")
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
        let name = self.prover.rules.crate_name(&[sample]);
        let call = Call { toolchain, dir, root: &sample.file, name, edition, crates: &crates };
        call.write(&tangle::in_place(sample))?;
        let compile = || self.compile_for(sample, &call);
        Ok(self.prover.timings.measure(Step::Explain, 1, compile)?.rendered())
    }

    fn compile_for(&self, sample: &Sample, call: &Call<'_>) -> Result<Compiled> {
        match sample.expectation {
            Expectation::CompileFail { .. } => {
                let compiled = call.compile(&Goal::Metadata)?;
                // Some errors, such as a false assertion in a generic `const`, need code generation.
                if compiled.success { call.compile(&program(sample)) } else { Ok(compiled) }
            }
            // rustdoc generates no code for what it does not run.
            Expectation::Compile if self.prover.rules.is_doctests() => {
                call.compile(&Goal::Metadata)
            }
            Expectation::Compile | Expectation::Reported { tool: Tool::Miri } => {
                call.compile(&Goal::Object)
            }
            Expectation::Reported { tool } => call.compile(&Goal::Sanitized(tool)),
            _ => call.compile(&program(sample)),
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
            let build = || self.prover.crates.build();
            *arguments = Some(self.prover.timings.measure(Step::BuildCrates, 1, build)?);
        }
        Ok(arguments.clone().unwrap_or_default())
    }
}

fn program(sample: &Sample) -> Goal {
    if sample.form == Form::Tests { Goal::Tests } else { Goal::Program }
}

/// Has the compiler emit what the blocks are about.
fn emit(
    sample: &Sample,
    call: &Call<'_>,
    timings: &Timings,
    evidence: &mut Evidence,
) -> Result<()> {
    for block in &sample.checks {
        let (form, function, opt) = match &block.kind {
            CheckKind::Emitted { form, function, opt } => (*form, function.as_deref(), opt),
            CheckKind::Codegen { opt } => (Emit::Asm, None, opt),
            _ => continue,
        };
        let goal = Goal::Text { form, opt: opt.clone() };
        timings.measure(Step::Emit, 1, || call.compile(&goal))?;
        let text = fs::read_to_string(call.dir.join("emitted")).context("rustc emitted nothing")?;
        let shown = match function {
            Some(function) => emitted::function(form, function, &text),
            None => Some(text),
        };
        evidence.emitted.insert(block.kind.clone(), shown);
    }
    Ok(())
}

fn place(sample: &Sample) -> String {
    format!("{}:{}", sample.file, sample.lines.start())
}

/// Whether a message of a merged program is about this sample.
fn points_into(diagnostic: &Diagnostic, sample: &Sample) -> bool {
    let mut places = diagnostic.spans.iter().flat_map(Span::with_callers);
    places.any(|span| span.file_name == sample.file && sample.lines.contains(&span.line_start))
}
