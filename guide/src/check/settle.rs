//! Settles what is not cached: samples share programs, and what is not acquitted there is judged alone.

use std::thread;

use anyhow::Result;

use super::Outcome;
use super::parallel::parallel;
use super::plan::{Job, plan};
use super::prover::{Progress, Prover};
use super::session::Session;
use super::together::Together;
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
    let programs = open.look(&jobs)?;
    open.run(&programs)?;
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

/// What comes of a job of the plan.
enum Look {
    Program(Together),
    Judged(usize, Outcome),
}

impl Open<'_> {
    /// Compiles shared programs, and judges meanwhile what cannot share.
    fn look(&mut self, jobs: &[Job]) -> Result<Vec<Together>> {
        let look = |job: &Job| match job {
            Job::Merged(group) => {
                self.session.compile_together(group, self.samples).map(Look::Program)
            }
            Job::Alone(index) => self.judge(*index).map(|outcome| Look::Judged(*index, outcome)),
        };
        let mut programs = Vec::new();
        for look in parallel(self.threads, jobs, look)? {
            match look {
                Look::Program(program) => programs.push(program),
                Look::Judged(index, outcome) => self.outcomes[index] = Some(outcome),
            }
        }
        Ok(programs)
    }

    /// Runs the samples of shared programs.
    fn run(&mut self, programs: &[Together]) -> Result<()> {
        let runs: Vec<(&Together, usize)> = programs
            .iter()
            .flat_map(|program| (0..program.members.len()).map(move |number| (program, number)))
            .collect();
        let run = |&(program, number): &(&Together, usize)| {
            let index = program.members[number];
            Ok((index, self.session.acquit(program, number, self.samples[index], self.progress)?))
        };
        for (index, outcome) in parallel(self.threads, &runs, run)? {
            self.outcomes[index] = outcome;
        }
        Ok(())
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
