//! Writes what samples really produce into the blocks below them, for the author to review.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fs;
use std::ops::RangeInclusive;
use std::path::Path;

use anyhow::{Context, Result};
use similar::TextDiff;

use super::prover::evidence_of;
use super::verdict::{self, Evidence};
use crate::book::{Book, Chapter, CheckKind, CheckedBlock, MeasuredBlock, Sample, write_whole};

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
    lines: &'book RangeInclusive<usize>,
    column: usize,
    text: String,
}

/// Rewrites the differing checked blocks of `samples`, and those that do not show their recording, in the
/// chapters of `book`.
///
/// # Errors
/// When the machine is at fault, or a chapter cannot be written; then that chapter is unchanged.
pub fn bless(book: &Book, samples: &[&Sample], measured: &[&MeasuredBlock]) -> Result<Blessed> {
    let mut draft = Draft::default();
    for sample in samples.iter().filter(|sample| !sample.checks.is_empty()) {
        let evidence = evidence_of(&book.root, sample)?;
        for block in &sample.checks {
            draft.add(&sample.file, &block.lines, edit(sample, block, &evidence));
        }
    }
    for block in measured {
        draft.add(&block.file, &block.lines, show_recording(block));
    }
    let mut blessed = Blessed { refused: draft.refused, ..Blessed::default() };
    for chapter in &book.chapters {
        if let Some(edits) = draft.edits.remove(chapter.file.as_str()) {
            blessed.write(&book.root, chapter, edits)?;
        }
    }
    Ok(blessed)
}

/// What is to be written into which chapter, and what cannot be.
#[derive(Default)]
struct Draft<'book> {
    edits: BTreeMap<&'book str, Vec<Edit<'book>>>,
    refused: Vec<String>,
}

impl<'book> Draft<'book> {
    /// Adds what was found out about a block: nothing when it is right, or why it cannot be made so.
    fn add(
        &mut self,
        file: &'book str,
        lines: &RangeInclusive<usize>,
        edit: Result<Option<Edit<'book>>, String>,
    ) {
        match edit {
            Ok(edit) => self.edits.entry(file).or_default().extend(edit),
            Err(reason) => self.refused.push(format!("{file}:{}: {reason}", lines.start())),
        }
    }
}

/// The edit that makes a block right; `None` when it is right already, a reason when there is none.
fn edit<'book>(
    sample: &Sample,
    block: &'book CheckedBlock,
    evidence: &Evidence,
) -> Result<Option<Edit<'book>>, String> {
    let check = format!("cargo guide check {}:{}", sample.chapter, sample.lines.start());
    let text = verdict::actual(&block.kind, evidence)
        .ok_or_else(|| format!("the sample has no {}; see `{check}`", block.kind))?;
    if verdict::is_right(block, &text) {
        return Ok(None);
    }
    match block.kind {
        CheckKind::Report => {
            return Err(format!("a report differs between machines; quote lines of it: `{check}`"));
        }
        CheckKind::Codegen { .. } => {
            return Err(format!("a claim does not hold, and is yours to correct; see `{check}`"));
        }
        _ => {}
    }
    if evidence.runs.windows(2).any(|runs| runs[0].stdout != runs[1].stdout) {
        return Err("the output changes between two runs, so it cannot be shown".to_owned());
    }
    match unshowable(&text) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(Some(Edit { lines: &block.lines, column: sample.column, text })),
    }
}

/// The edit that makes a block show its recording.
fn show_recording(block: &MeasuredBlock) -> Result<Option<Edit<'_>>, String> {
    let recording = block.recording.as_ref().map_err(|finding| finding.what.clone())?;
    let text = recording.text();
    if block.fault().is_none() {
        return Ok(None);
    }
    match unshowable(&text) {
        Some(reason) => Err(reason.to_owned()),
        None => Ok(Some(Edit { lines: &block.lines, column: block.column, text })),
    }
}

/// Why a text cannot stand in a block of a chapter.
fn unshowable(text: &str) -> Option<&'static str> {
    let is_fence = |line: &str| ["```", "~~~"].iter().any(|fence| line.trim().starts_with(fence));
    if text.lines().any(is_fence) {
        return Some("a line of it is a fence and would end the block");
    }
    text.contains(['\r', '\0'])
        .then_some("a carriage return or a NUL byte cannot stand in a chapter")
}

impl Blessed {
    /// Writes the edits of one chapter, unless its author has changed it meanwhile.
    fn write(&mut self, root: &Path, chapter: &Chapter, edits: Vec<Edit<'_>>) -> Result<()> {
        let (path, file) = (root.join(&chapter.file), &chapter.file);
        let now = fs::read_to_string(&path).with_context(|| format!("cannot read `{file}`"))?;
        if now != chapter.text {
            self.refused.push(format!("{file}: it was changed meanwhile; run this again"));
            return Ok(());
        }
        self.blocks += edits.len();
        let after = with_edits(&chapter.text, edits);
        write_whole(&path, &after).with_context(|| format!("cannot write `{file}`"))?;
        let diff = TextDiff::from_lines(&chapter.text, &after);
        let diff = diff.unified_diff().context_radius(3).header(file, file).to_string();
        self.diff.push_str(&diff);
        Ok(())
    }
}

/// The text with its blocks replaced and every other byte as it was.
fn with_edits(text: &str, mut edits: Vec<Edit<'_>>) -> String {
    let mut lines: Vec<String> = text.split('\n').map(str::to_owned).collect();
    // From the end, so that the lines of earlier blocks do not move.
    edits.sort_by_key(|edit| Reverse(*edit.lines.start()));
    for Edit { lines: range, column, text } in edits {
        let margin: String = lines[range.start() - 1].chars().take(column - 1).collect();
        let shown = text.lines().map(|line| format!("{margin}{line}").trim_end().to_owned());
        lines.splice(*range.start()..range.end() - 1, shown);
    }
    lines.join("\n")
}
