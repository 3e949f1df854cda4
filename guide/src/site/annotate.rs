//! What the guide writes into a chapter before mdBook renders it: level badges, colored samples in frames
//! with what was proved about them, figures of measurements, and the kind of each callout.
//!
//! A chapter and its text in, Markdown with HTML in it out. Lines are edited in place, so that the line
//! numbers of questions, samples and callouts hold until the end.

use std::collections::BTreeMap;

use mdbook_core::utils::escape_html;
use toml::{Table, Value};

use super::figure::figure;
use super::highlight::code_block;
use super::puzzle;
use crate::book::{
    Chapter, CheckKind, CheckedBlock, Directive, Edition, Emit, Expectation, Level, MeasuredBlock,
    Puzzle, Sample,
};

/// The titles that `book.toml` gives to the kinds of callouts.
pub(super) type Kinds = BTreeMap<String, String>;

/// Who looks at the pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Audience {
    /// Somebody on the site.
    Reader,
    /// Somebody who writes: samples carry their places, by which the local server shows verdicts on them.
    Author,
}

/// The text of `chapter` with everything that the guide adds.
pub(super) fn annotate(chapter: &Chapter, kinds: &Kinds, audience: Audience) -> String {
    let lines = chapter.text.lines().map(str::to_owned).collect();
    let mut page = Page { lines, audience };
    for question in &chapter.questions {
        page.add_badge(question.line, question.level);
    }
    for puzzle in &chapter.puzzles {
        page.add_badge(puzzle.line, puzzle.level);
    }
    for (index, sample) in chapter.samples.iter().enumerate() {
        page.highlight(sample);
        match chapter.puzzles.iter().find(|puzzle| puzzle.sample == Some(index)) {
            Some(puzzle) if sample.column == 1 => {
                page.pose(puzzle, sample, chapter.section_below(puzzle.line));
            }
            _ => page.frame(sample),
        }
    }
    for block in &chapter.measured {
        page.show_figure(block);
    }
    for directive in &chapter.directives {
        if let Some(kind) = kinds.get(&directive.name) {
            page.add_kind(directive, kind);
        }
    }
    page.lines.join("\n") + "\n"
}

struct Page {
    lines: Vec<String>,
    audience: Audience,
}

impl Page {
    /// The badge is part of the heading, so that mdBook copies it into the sidebar's list of headings.
    fn add_badge(&mut self, line: usize, level: Level) {
        let heading = self.line(line);
        if let Some(attributes) = heading.rfind('{') {
            heading.insert_str(
                attributes,
                &format!(r#"<span class="level level-{level}">{level}</span> "#),
            );
        }
    }

    fn add_kind(&mut self, directive: &Directive, kind: &str) {
        let fence = self.line(directive.line);
        let opening = format!("admonish {}", directive.name);
        if let Some(start) = fence.find(&opening) {
            let settings = fence.split_off(start + opening.len());
            *fence = format!("{fence} {}", with_kind(&settings, kind));
        }
    }

    /// The recording takes the place of the block that shows it as plain text.
    fn show_figure(&mut self, block: &MeasuredBlock) {
        let Some(margin) = self.margin(*block.lines.start(), block.column) else { return };
        let html = figure(block).replace('\n', &format!("\n{margin}"));
        for line in block.lines.clone() {
            self.line(line).clear();
        }
        *self.line(*block.lines.start()) = format!("\n{margin}{html}\n");
    }

    /// Puts the colored code where the block begins. What stands before the other lines of the block, such
    /// as the mark of a quotation, stays.
    fn highlight(&mut self, sample: &Sample) {
        let mut lines = sample.lines.clone();
        let Some(fence) = lines.next().map(|line| self.line(line)) else { return };
        let info = split(fence, sample.column).1.trim_start_matches(['`', '~']).to_owned();
        let html = code_block(sample, &info);
        *fence = format!("{}{html}", split(fence, sample.column).0);
        for line in lines {
            let line = self.line(line);
            *line = split(line, sample.column).0.replace(|c| c != '>', " ");
        }
    }

    fn frame(&mut self, sample: &Sample) {
        let Some(margin) = self.margin(*sample.lines.start(), sample.column) else { return };
        let last = sample.checks.last().map_or(*sample.lines.end(), |block| *block.lines.end());
        let proof = Proof::of(sample);
        let (place, run) = (self.place(sample), run(sample));
        self.open(*sample.lines.start(), &margin, &format!(r#"<div class="sample"{place}{run}>"#));
        for block in &sample.checks {
            self.frame_check(block, &margin);
        }
        self.close(last, &margin, &format!("{proof}\n{margin}</div>"));
    }

    /// The sample, then its options, then a result with all that is below them, down to the line `end`.
    fn pose(&mut self, puzzle: &Puzzle, sample: &Sample, end: Option<usize>) {
        let end = end.map_or(self.lines.len(), |heading| heading - 1);
        let (first, last) = (*sample.lines.start(), *sample.lines.end());
        let (proof, place, run) = (Proof::of(sample), self.place(sample), run(sample));
        let opening = puzzle::opening(puzzle, &sample.options);
        self.open(first, "", &format!("{opening}\n<div class=\"sample\"{place}{run}>"));
        for line in sample.options.iter().flat_map(|option| option.lines.clone()) {
            self.line(line).clear();
        }
        for block in &sample.checks {
            self.frame_check(block, "");
        }
        if let (Some(first), Some(last)) = (sample.checks.first(), sample.checks.last()) {
            self.open(*first.lines.start(), "", "<div class=\"sample\">");
            self.close(*last.lines.end(), "", "</div>");
        }
        let question = puzzle::question(&sample.options);
        self.close(last, "", &format!("{proof}\n</div>\n{question}"));
        self.close(end, "", puzzle::CLOSING);
    }

    fn place(&self, sample: &Sample) -> String {
        match self.audience {
            Audience::Reader => String::new(),
            Audience::Author => {
                let file = escape_html(&sample.file);
                format!(r#" data-sample="{file}:{}""#, sample.lines.start())
            }
        }
    }

    fn frame_check(&mut self, block: &CheckedBlock, margin: &str) {
        let label = label(&block.kind);
        let open = format!("<div class=\"shown\">\n{margin}<p class=\"shown-label\">{label}</p>");
        self.open(*block.lines.start(), margin, &open);
        self.close(*block.lines.end(), margin, "</div>");
    }

    fn open(&mut self, line: usize, margin: &str, html: &str) {
        let line = self.line(line);
        *line = format!("\n{margin}{html}\n\n{line}");
    }

    fn close(&mut self, line: usize, margin: &str, html: &str) {
        let line = self.line(line);
        *line = format!("{line}\n\n{margin}{html}\n");
    }

    /// The white space before the opening fence, or nothing when the fence starts a list item or stands
    /// in a quotation, where no line of HTML can go before it.
    fn margin(&self, line: usize, column: usize) -> Option<String> {
        let fence = &self.lines[line - 1];
        let margin: String = fence.chars().take(column - 1).collect();
        margin.chars().all(char::is_whitespace).then_some(margin)
    }

    fn line(&mut self, number: usize) -> &mut String {
        &mut self.lines[number - 1]
    }
}

/// What stands before a column of a line, and what from there on.
fn split(line: &str, column: usize) -> (&str, &str) {
    let at = line.char_indices().nth(column - 1).map_or(line.len(), |(at, _)| at);
    line.split_at(at)
}

/// What the run button needs to know: the edition of a program that can be run anywhere.
fn run(sample: &Sample) -> String {
    match sample.expectation {
        Expectation::Run | Expectation::Panic | Expectation::CompileFail { .. } => {
            format!(r#" data-run="{}""#, sample.edition.year())
        }
        _ => String::new(),
    }
}

/// The settings of a directive with its kind in front of its title. They are the inside of a TOML inline
/// table; about anything else admonish itself complains.
fn with_kind(settings: &str, kind: &str) -> String {
    let Ok(mut table) = format!("settings = {{ {settings} }}").parse::<Table>() else {
        return settings.to_owned();
    };
    let Some(Value::Table(mut settings)) = table.remove("settings") else { return String::new() };
    let kind = format!("<span class=\"kind\">{}</span>", escape_html(kind));
    let title = match settings.get("title").and_then(Value::as_str) {
        Some(title) => format!("{kind} {title}"),
        None => kind,
    };
    settings.insert("title".into(), title.into());
    let settings: Vec<_> = settings.iter().map(|(key, value)| format!("{key} = {value}")).collect();
    settings.join(", ")
}

/// What was proved about a sample, as one line of HTML.
struct Proof {
    verdict: &'static str,
    words: Vec<String>,
}

impl Proof {
    fn of(sample: &Sample) -> Self {
        let (verdict, word) = verdict(&sample.expectation);
        let mut words = vec![word];
        if !sample.warns.is_empty() {
            let lints = sample.warns.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
            words.push(format!("warns: {lints}"));
        }
        if sample.edition != Edition::default() {
            words.push(format!("edition {}", sample.edition.year()));
        }
        Self { verdict, words }
    }
}

impl std::fmt::Display for Proof {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let words = self.words.join(" · ");
        write!(f, r#"<p class="proof proof-{}">{}</p>"#, self.verdict, escape_html(&words))
    }
}

fn verdict(expectation: &Expectation) -> (&'static str, String) {
    match expectation {
        Expectation::Run => ("runs", "runs".into()),
        Expectation::Panic => ("panics", "panics".into()),
        Expectation::CompileFail { codes } if codes.is_empty() => {
            ("fails", "fails to compile".into())
        }
        Expectation::CompileFail { codes } => {
            let codes: Vec<_> = codes.iter().map(String::as_str).collect();
            ("fails", format!("fails with {}", codes.join(", ")))
        }
        Expectation::Compile => ("compiles", "compiles".into()),
        Expectation::Reported { tool } => ("reported", format!("reported by {tool}")),
        Expectation::Example => ("compiles", "compiled and tested with its crate".into()),
        Expectation::Ignored { reason } => ("unproved", format!("not checked: {reason}")),
    }
}

fn label(kind: &CheckKind) -> String {
    match kind {
        CheckKind::Diagnostic => "compiler".into(),
        CheckKind::Codegen { .. } => "holds in the assembly".into(),
        CheckKind::Emitted { form, function, .. } => {
            let form = match form {
                Emit::Hir => "HIR",
                Emit::Mir => "MIR",
                Emit::Llvm => "LLVM IR",
                Emit::Asm => "assembly",
            };
            match function {
                Some(function) => format!("{form} of <code>{}</code>", escape_html(function)),
                None => form.to_owned(),
            }
        }
        CheckKind::Output | CheckKind::Panic | CheckKind::Stderr | CheckKind::Report => {
            kind.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::with_kind;

    #[test]
    fn the_kind_of_a_callout_precedes_its_title() {
        let kind = r#"<span class="kind">Trap</span>"#;
        assert_eq!(with_kind("", "Trap"), format!("title = '{kind}'"));
        let settings = with_kind(r#" collapsible=true, title = "“No”""#, "Trap");
        assert_eq!(settings, format!("collapsible = true, title = '{kind} “No”'"));
        assert_eq!(with_kind(" title=unquoted", "Trap"), " title=unquoted");
    }
}
