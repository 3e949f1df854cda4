//! Writes what samples really produce into the blocks below them, for the author to review.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use similar::TextDiff;

use super::compare;
use super::prover::evidence_of;
use super::verdict::{self, Evidence};
use crate::book::{CheckKind, CheckedBlock, Sample, write_whole};

/// What a blessing changed.
#[derive(Debug, Default)]
pub struct Blessed {
    /// How many blocks were rewritten.
    pub blocks: usize,
    /// The changes, as a unified diff of the chapters.
    pub diff: String,
    /// Blocks that could not be written, with the reason.
    pub refused: Vec<String>,
}

/// One block's new text.
struct Edit<'book> {
    block: &'book CheckedBlock,
    column: usize,
    text: String,
}

/// Rewrites the differing checked blocks of `samples` in the chapters of `root`.
///
/// # Errors
/// When the machine is at fault, or a chapter cannot be written; then that chapter is unchanged.
pub fn bless(root: &Path, samples: &[&Sample]) -> Result<Blessed> {
    let mut blessed = Blessed::default();
    let mut edits: BTreeMap<&str, Vec<Edit<'_>>> = BTreeMap::new();
    for sample in samples.iter().filter(|sample| !sample.checks.is_empty()) {
        let evidence = evidence_of(root, sample)?;
        for block in &sample.checks {
            match edit(sample, block, &evidence) {
                Ok(None) => {}
                Ok(Some(edit)) => edits.entry(&sample.file).or_default().push(edit),
                Err(reason) => blessed.refused.push(reason),
            }
        }
    }
    for (file, edits) in edits {
        blessed.blocks += edits.len();
        blessed.diff.push_str(&apply(root, file, edits)?);
    }
    Ok(blessed)
}

/// The edit that makes a block right; `None` when it is right already.
fn edit<'book>(
    sample: &Sample,
    block: &'book CheckedBlock,
    evidence: &Evidence,
) -> Result<Option<Edit<'book>>, String> {
    let place = format!("{}:{}", sample.file, block.lines.start());
    if block.kind == CheckKind::Report {
        return Ok(None);
    }
    let text = verdict::actual(&block.kind, evidence).ok_or(format!(
        "{place}: the sample has no {}; see `cargo guide check {}`",
        block.kind, sample.chapter
    ))?;
    if let [first, second] = &evidence.runs[..]
        && first.stdout != second.stdout
    {
        return Err(format!("{place}: the output changes between two runs, so it cannot be shown"));
    }
    let right = compare::matches_elided(&compare::tidy(&block.text), &text);
    Ok((!right).then_some(Edit { block, column: sample.column, text }))
}

/// Writes the edits of one file and returns the diff.
fn apply(root: &Path, file: &str, mut edits: Vec<Edit<'_>>) -> Result<String> {
    let path = root.join(file);
    let before = fs::read_to_string(&path).with_context(|| format!("cannot read `{file}`"))?;
    let mut lines: Vec<String> = before.lines().map(str::to_owned).collect();
    // From the end, so that the lines of earlier blocks do not move.
    edits.sort_by_key(|edit| std::cmp::Reverse(*edit.block.lines.start()));
    for edit in edits {
        let margin: String =
            lines[edit.block.lines.start() - 1].chars().take(edit.column - 1).collect();
        let text = edit.text.lines().map(|line| format!("{margin}{line}").trim_end().to_owned());
        lines.splice(*edit.block.lines.start()..edit.block.lines.end() - 1, text);
    }
    let after = lines.join("\n") + "\n";
    write_whole(&path, &after).with_context(|| format!("cannot write `{file}`"))?;
    let diff = TextDiff::from_lines(&before, &after);
    Ok(diff.unified_diff().context_radius(3).header(file, file).to_string())
}
