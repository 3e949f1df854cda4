//! What the terminal says about the verdicts: what is new, and nothing twice.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::{io, iter};

use anstream::{AutoStream, ColorChoice};

use crate::book::{Chapter, Finding};
use crate::check::{Outcome, Terminal};
use crate::site::serve::state::State;

/// What the author has been told about each file.
pub(super) struct Told {
    terminal: Terminal,
    tallies: BTreeMap<String, Tally>,
}

/// The verdicts on some samples.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tally {
    proved: usize,
    not_run: usize,
    refuted: usize,
    findings: Vec<Finding>,
}

impl Told {
    pub(super) fn new(root: &Path) -> Self {
        let styled = AutoStream::choice(&io::stderr()) != ColorChoice::Never;
        Self { terminal: Terminal::new(root, styled), tallies: BTreeMap::new() }
    }

    /// Tells what has changed in `chapters`, and that all is well in `fresh` files. Chapters that are told
    /// of for the first time share a line as far as nothing is wrong with them.
    pub(super) fn tell(&mut self, chapters: &[&Chapter], state: &State, fresh: &BTreeSet<String>) {
        let (mut new, mut total) = (0, Tally::default());
        for chapter in chapters.iter().filter(|chapter| !chapter.samples.is_empty()) {
            let tally = Tally::of(state.verdicts(&chapter.file).into_values());
            let before = self.tallies.insert(chapter.file.clone(), tally.clone());
            if before.is_none() && tally.refuted == 0 {
                new += 1;
                total.add(&tally);
            } else if before.as_ref() != Some(&tally) || fresh.contains(&chapter.file) {
                self.print(&chapter.path, &tally);
            }
        }
        match new {
            0 => {}
            1 => self.print("1 chapter", &total),
            new => self.print(&format!("{new} chapters"), &total),
        }
    }

    fn print(&self, what: &str, tally: &Tally) {
        let findings = tally.findings.iter();
        let findings = findings.map(|finding| format!("\n{}\n", self.terminal.render(finding)));
        let lines: Vec<String> =
            iter::once(format!("{what}: {}", tally.words())).chain(findings).collect();
        // At once, so that nothing else gets in between.
        eprintln!("{}", lines.concat());
    }
}

impl Tally {
    fn of(outcomes: impl Iterator<Item = Outcome>) -> Self {
        let mut tally = Self::default();
        for outcome in outcomes {
            match outcome {
                Outcome::Proved { .. } => tally.proved += 1,
                Outcome::NotRun(_) => tally.not_run += 1,
                Outcome::Refuted(findings) => {
                    tally.refuted += 1;
                    tally.findings.extend(findings);
                }
            }
        }
        tally
    }

    fn add(&mut self, other: &Self) {
        self.proved += other.proved;
        self.not_run += other.not_run;
    }

    fn words(&self) -> String {
        let counts =
            [(self.proved, "proved"), (self.refuted, "refuted"), (self.not_run, "not run here")];
        let counts = counts.iter().filter(|(count, _)| *count > 0);
        counts.map(|(count, verdict)| format!("{count} {verdict}")).collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tally_names_what_there_is() {
        let outcomes = [
            Outcome::Proved { cached: true },
            Outcome::NotRun("ignored".into()),
            Outcome::Proved { cached: false },
        ];
        assert_eq!(Tally::of(outcomes.into_iter()).words(), "2 proved, 1 not run here");
        let refuted = Outcome::Refuted(Vec::new());
        assert_eq!(Tally::of([refuted].into_iter()).words(), "1 refuted");
    }
}
