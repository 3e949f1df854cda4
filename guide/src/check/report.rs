//! What people and machines read after a check.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};
use serde_json::{Value, json};

use super::compare::clip;
use super::timings::{Spent, Step, Timings};
use super::{Outcome, Proof};
use crate::book::{Book, Expectation, Finding, MeasuredBlock};

/// Shows findings at the author's lines.
pub struct Terminal {
    root: PathBuf,
    renderer: Renderer,
}

impl Terminal {
    /// For a book in `root`; `styled` for a terminal that shows colors.
    #[must_use]
    pub fn new(root: &Path, styled: bool) -> Self {
        let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
        Self { root: root.to_owned(), renderer }
    }

    /// A finding with the line it is about, what was expected and what to do.
    #[must_use]
    pub fn render(&self, finding: &Finding) -> String {
        let text = std::fs::read(self.root.join(&finding.at.file)).unwrap_or_default();
        let text = String::from_utf8_lossy(&text).into_owned();
        let line = clip(text.lines().nth(finding.at.line - 1).unwrap_or_default());
        let mut title = Level::ERROR
            .primary_title(&finding.what)
            .id(finding.rule)
            .elements(std::iter::empty::<Origin<'_>>());
        // The place may lie behind what is shown of a long line.
        let out_of_sight = finding.at.column > line.chars().count();
        title = if line.trim().is_empty() || out_of_sight {
            let origin = Origin::path(&finding.at.file).line(finding.at.line);
            title.element(origin.char_column(finding.at.column))
        } else {
            let start = line.char_indices().nth(finding.at.column - 1).map_or(0, |(at, _)| at);
            let start = start + line[start..].len() - line[start..].trim_start().len();
            let mark = AnnotationKind::Primary.span(start..line.trim_end().len());
            let snippet = Snippet::source(line.as_str()).line_start(finding.at.line);
            title.element(snippet.path(&finding.at.file).annotation(mark))
        };
        title = title.element(Level::NOTE.with_name("expected").message(&finding.expected));
        title = title.element(Level::HELP.message(&finding.remedy));
        let mut shown = self.renderer.render(&[title]);
        for line in finding.detail.iter().flat_map(|detail| detail.lines()) {
            let _ = write!(shown, "\n{}", format!("    {line}").trim_end());
        }
        shown
    }
}

/// How many expectations of each kind a check looked at.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Samples whose every statement holds.
    pub proved: usize,
    /// Of these, samples that an earlier check proved.
    pub cached: usize,
    /// Samples with something wrong.
    pub refuted: usize,
    /// Proved expectations by kind, such as `run` or `fail to compile as stated`.
    pub expectations: BTreeMap<String, usize>,
    /// Proved checked blocks by kind, such as `output`.
    pub blocks: BTreeMap<String, usize>,
    /// Samples that were not proved here, by reason.
    pub not_run: BTreeMap<String, usize>,
}

impl Counts {
    /// Counts the outcomes.
    #[must_use]
    pub fn of(proof: &Proof<'_>) -> Self {
        let mut counts = Self::default();
        for (sample, outcome) in &proof.outcomes {
            match outcome {
                Outcome::Proved { cached } => {
                    counts.proved += 1;
                    counts.cached += usize::from(*cached);
                    *counts.expectations.entry(describe(&sample.expectation)).or_default() += 1;
                    if !sample.warns.is_empty() {
                        *counts.expectations.entry("warn as stated".to_owned()).or_default() += 1;
                    }
                    for block in &sample.checks {
                        *counts.blocks.entry(block.kind.to_string()).or_default() += 1;
                    }
                    if !sample.options.is_empty() {
                        *counts
                            .expectations
                            .entry("decide their options".to_owned())
                            .or_default() += 1;
                    }
                }
                Outcome::Refuted(_) => counts.refuted += 1,
                Outcome::NotRun(reason) => *counts.not_run.entry(reason.clone()).or_default() += 1,
            }
        }
        counts
    }

    /// The same with blocks that show their recordings.
    #[must_use]
    pub fn and_measured(mut self, blocks: &[&MeasuredBlock]) -> Self {
        let right = blocks.iter().filter(|block| block.fault().is_none()).count();
        if right > 0 {
            self.blocks.insert("measured".to_owned(), right);
        }
        self
    }

    /// The summary below the findings.
    #[must_use]
    pub fn summary(&self, seconds: f64) -> String {
        let mut text = format!("proved {} in {seconds:.2} s", samples(self.proved));
        if self.cached > 0 {
            let _ = write!(text, " ({} of them by an earlier check)", self.cached);
        }
        if !self.expectations.is_empty() {
            let _ = write!(text, "\n  {}", counted(&self.expectations, " "));
        }
        if !self.blocks.is_empty() {
            let _ = write!(text, "\n  blocks that match: {}", counted(&self.blocks, " "));
        }
        for (reason, count) in &self.not_run {
            let _ = write!(text, "\n  not run here: {count} ({reason})");
        }
        if self.refuted > 0 {
            let _ = write!(text, "\n  refuted: {}", samples(self.refuted));
        }
        text
    }
}

fn samples(count: usize) -> String {
    if count == 1 { "1 sample".to_owned() } else { format!("{count} samples") }
}

fn counted(counts: &BTreeMap<String, usize>, between: &str) -> String {
    let items: Vec<String> =
        counts.iter().map(|(kind, count)| format!("{count}{between}{kind}")).collect();
    items.join(", ")
}

pub(crate) fn describe(expectation: &Expectation) -> String {
    match expectation {
        Expectation::Run => "run".to_owned(),
        Expectation::Panic => "panic".to_owned(),
        Expectation::CompileFail { .. } => "fail to compile as stated".to_owned(),
        Expectation::Compile => "compile".to_owned(),
        Expectation::Reported { tool } => format!("reported by {tool}"),
        Expectation::Example => "shown from examples".to_owned(),
        Expectation::Ignored { .. } => "ignored".to_owned(),
    }
}

/// The whole result as one JSON object, for other programs.
#[must_use]
pub fn json(
    book: &Book,
    proof: &Proof<'_>,
    measured: &[&MeasuredBlock],
    findings: &[&Finding],
) -> Value {
    let counts = Counts::of(proof);
    let samples = proof.outcomes.iter().map(|(sample, outcome)| {
        let (status, reason) = match outcome {
            Outcome::Proved { .. } => ("proved", None),
            Outcome::Refuted(_) => ("refuted", None),
            Outcome::NotRun(reason) => ("not-run", Some(reason)),
        };
        let blocks: BTreeSet<String> =
            sample.checks.iter().map(|block| block.kind.to_string()).collect();
        json!({
            "name": sample.name(), "file": sample.file, "line": sample.lines.start(),
            "question": sample.question, "expectation": sample.expectation,
            "blocks": blocks, "status": status, "reason": reason,
        })
    });
    let samples: Vec<Value> = samples.collect();
    let measured = measured.iter().map(|block| {
        let status = if block.fault().is_none() { "shown" } else { "refuted" };
        json!({
            "name": block.name, "file": block.file, "line": block.lines.start(),
            "question": block.question, "status": status,
        })
    });
    let measured: Vec<Value> = measured.collect();
    json!({
        "proved": counts.proved, "refuted": counts.refuted, "cached": counts.cached,
        "not_run": counts.not_run, "milliseconds": u64::try_from(proof.elapsed.as_millis()).unwrap_or(u64::MAX),
        "ignored": book.ignored, "findings": findings, "samples": samples, "measured": measured,
        "timings": rows(&proof.timings),
    })
}

fn rows(timings: &Timings) -> Vec<Value> {
    let row = |(step, spent): (Step, Spent)| {
        let mut row = json!(step);
        row["count"] = json!(spent.count);
        row["milliseconds"] = json!(spent.time.as_secs_f64() * 1e3);
        row
    };
    timings.steps().into_iter().map(row).collect()
}

/// A line for each step of a check, and their sum, which threads at work side by side make larger than
/// the time that the check took.
#[must_use]
pub fn time_table(timings: &Timings) -> String {
    let steps = timings.steps();
    let mut table = format!("{:>9} {:>6}  step\n", "time", "count");
    for (step, spent) in &steps {
        let _ = writeln!(table, "{:>7.3} s {:>6}  {step}", spent.time.as_secs_f64(), spent.count);
    }
    let sum: Duration = steps.values().map(|spent| spent.time).sum();
    let _ = write!(table, "{:>7.3} s {:>6}  sum over all threads", sum.as_secs_f64(), "");
    table
}
