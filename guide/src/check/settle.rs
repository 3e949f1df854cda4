//! Settles what is not cached: samples share programs, and what is not acquitted there is judged alone.

use std::thread;

use anyhow::Result;

use super::Outcome;
use super::parallel::parallel;
use super::plan::{Job, plan};
use super::prover::{Progress, Prover};
use super::session::Session;
use crate::book::Sample;

/// Compiles, runs and judges samples, and remembers those that are proved.
pub(crate) fn settle(
    prover: &Prover,
    samples: &[&Sample],
    progress: &dyn Progress,
) -> Result<Vec<Outcome>> {
    if samples.is_empty() {
        return Ok(Vec::new());
    }
    let session = Session::new(prover)?;
    let cores = thread::available_parallelism().map_or(2, usize::from);
    let jobs = plan(samples, |sample| prover.uses_crates(sample), cores);
    let outcomes = vec![None; samples.len()];
    let mut open = Open { session, samples, progress, threads: 2 * cores, outcomes };
    open.follow(&jobs)?;
    open.judge_rest()?;
    Ok(open.outcomes.into_iter().flatten().collect())
}

/// Samples, and the outcomes of those that are settled.
struct Open<'a> {
    session: Session<'a>,
    samples: &'a [&'a Sample],
    progress: &'a dyn Progress,
    threads: usize,
    outcomes: Vec<Option<Outcome>>,
}

impl Open<'_> {
    /// Does the jobs of the plan.
    fn follow(&mut self, jobs: &[Job]) -> Result<()> {
        let settle = |job: &Job| match job {
            Job::Merged(group) => self.acquit(group),
            Job::Alone(index) => Ok(vec![(*index, Some(self.judge(*index)?))]),
        };
        for (index, outcome) in parallel(self.threads, jobs, settle)?.into_iter().flatten() {
            self.outcomes[index] = outcome;
        }
        Ok(())
    }

    /// Compiles and runs samples that share a program, while other programs are still being compiled.
    fn acquit(&self, group: &[usize]) -> Result<Vec<(usize, Option<Outcome>)>> {
        let program = self.session.compile_together(group, self.samples)?;
        let members: Vec<(usize, usize)> = program.members.iter().copied().enumerate().collect();
        let acquit = |&(number, index): &(usize, usize)| {
            let sample = self.samples[index];
            Ok((index, self.session.acquit(&program, number, sample, self.progress)?))
        };
        parallel(self.threads, &members, acquit)
    }

    /// Judges what is still open.
    fn judge_rest(&mut self) -> Result<()> {
        let rest: Vec<usize> =
            (0..self.samples.len()).filter(|&index| self.outcomes[index].is_none()).collect();
        let judged = parallel(self.threads, &rest, |&index| self.judge(index))?;
        for (index, outcome) in rest.into_iter().zip(judged) {
            self.outcomes[index] = Some(outcome);
        }
        Ok(())
    }

    fn judge(&self, index: usize) -> Result<Outcome> {
        self.session.judge_alone(self.samples[index], self.progress)
    }
}
