//! Samples that share a program. It can only acquit: what is not acquitted is judged alone.

use std::path::Path;

use anyhow::Result;
use tempfile::TempDir;

use super::Outcome;
use super::compile::{Compiled, Diagnostic, Goal, Span};
use super::prover::Progress;
use super::session::Session;
use super::tangle::{self, SELECT};
use super::timings::Step;
use super::verdict::Evidence;
use crate::book::{Expectation, Sample};

/// A program of several samples.
pub(crate) struct Together {
    /// Indices of the samples in it, which are those that compile.
    pub(crate) members: Vec<usize>,
    dir: TempDir,
    compiled: Compiled,
}

impl Session<'_> {
    /// Compiles a group of `samples` as one program, without those to which the compiler objects.
    pub(crate) fn compile_together(
        &self,
        group: &[usize],
        samples: &[&Sample],
    ) -> Result<Together> {
        let dir = self.subdir()?;
        let mut members = group.to_vec();
        loop {
            let together: Vec<&Sample> = members.iter().map(|&index| samples[index]).collect();
            let compiled = self.compile_merged(dir.path(), &together)?;
            if compiled.success {
                return Ok(Together { members, dir, compiled });
            }
            let errors: Vec<&Diagnostic> = compiled.errors().collect();
            let is_innocent =
                |index: &usize| !errors.iter().any(|error| points_into(error, samples[*index]));
            members.retain(is_innocent);
            if members.is_empty() || members.len() == together.len() {
                return Ok(Together { members: Vec::new(), dir, compiled });
            }
        }
    }

    fn compile_merged(&self, dir: &Path, samples: &[&Sample]) -> Result<Compiled> {
        let call = self.call(dir, "main.rs", samples)?;
        call.write(&tangle::merged(samples))?;
        let first = samples.first().map_or_else(String::new, |first| place(first));
        let step = Step::CompileMerged { first };
        self.prover.timings.measure(step, samples.len(), || call.compile(&Goal::Program))
    }

    /// Runs the sample with this number in a program. `None` when it does not do there what its page states.
    pub(crate) fn acquit(
        &self,
        program: &Together,
        number: usize,
        sample: &Sample,
        progress: &dyn Progress,
    ) -> Result<Option<Outcome>> {
        let runs = if sample.expectation == Expectation::Compile {
            Vec::new()
        } else {
            self.run_enough(program.dir.path(), &[(SELECT, number.to_string())])?
        };
        let emitted = self.emitted(sample)?;
        let evidence =
            Evidence { compiled: program.said_of(sample), runs, emitted, ..Evidence::default() };
        let is_proved = self.prover.rules.judge(sample, &evidence).is_empty();
        is_proved.then(|| self.proved(sample, progress)).transpose()
    }
}

impl Together {
    /// What the compiler says about one of the samples.
    fn said_of(&self, sample: &Sample) -> Compiled {
        let of_sample = |found: &&Diagnostic| points_into(found, sample);
        let diagnostics = self.compiled.diagnostics.iter().filter(of_sample).cloned().collect();
        Compiled { success: true, diagnostics }
    }
}

fn place(sample: &Sample) -> String {
    format!("{}:{}", sample.file, sample.lines.start())
}

/// Whether a message of a merged program is about this sample.
fn points_into(diagnostic: &Diagnostic, sample: &Sample) -> bool {
    let file = tangle::file(sample);
    let mut places = diagnostic.spans.iter().flat_map(Span::with_callers);
    places.any(|span| {
        span.file_name == file && (sample.included || sample.lines.contains(&span.line_start))
    })
}
