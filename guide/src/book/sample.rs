//! Questions and samples: the data that every other room works on.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use serde::Serialize;

use super::info::{CheckKind, Edition, Expectation};
use super::puzzle::Choice;

/// The lowest level at which a good interviewer expects a full answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Level {
    /// First job in Rust.
    Junior,
    /// Writes Rust daily.
    Mid,
    /// Answers for a system's design.
    Senior,
    /// Answers for several systems, and for what others build on them.
    Staff,
}

impl Level {
    /// All levels, lowest first.
    pub const ALL: [Self; 4] = [Self::Junior, Self::Mid, Self::Senior, Self::Staff];

    /// The level's name, which is also its class on a heading.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Junior => "junior",
            Self::Mid => "mid",
            Self::Senior => "senior",
            Self::Staff => "staff",
        }
    }

    /// The level of that name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|level| level.name() == name)
    }
}

impl fmt::Display for Level {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A second-level heading with an id and a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Permanent, unique in the book.
    pub id: String,
    /// How much an interviewer expects.
    pub level: Level,
    /// The question itself, without markup.
    pub title: String,
    /// Line of the heading.
    pub line: usize,
    /// The directives of the answer, in order.
    pub directives: Vec<Directive>,
    /// How many samples the answer runs, compiles or shows.
    pub samples: usize,
}

/// A directive block, such as `say`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Directive {
    /// Its name, as `book.toml` declares it.
    pub name: String,
    /// Line of the opening fence.
    pub line: usize,
    /// How many words its text has.
    pub words: usize,
}

/// A block of Rust code and what its page states about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// The chapter's path relative to the source directory, such as `core/ownership.md`.
    pub chapter: String,
    /// The same, relative to the root of the book: what authors see in errors.
    pub file: String,
    /// The question or puzzle it belongs to, when it belongs to one.
    pub question: Option<String>,
    /// From the opening to the closing fence.
    pub lines: RangeInclusive<usize>,
    /// Column of the opening fence.
    pub column: usize,
    /// What it promises.
    pub expectation: Expectation,
    /// The edition it is compiled in.
    pub edition: Edition,
    /// The lints that must fire, no more and no fewer.
    pub warns: BTreeSet<String>,
    /// The block's text with includes resolved and hidden-line marks still in it.
    pub text: String,
    /// Whether `text` comes from include directives, so that its lines are not those of the chapter.
    pub included: bool,
    /// What kind of crate it is.
    pub form: Form,
    /// The checked blocks right after it.
    pub checks: Vec<CheckedBlock>,
    /// What a reader may believe that it does, where it is the sample of a puzzle.
    pub options: Vec<Choice>,
}

/// What kind of crate a sample is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A program, which may share a crate with others.
    Program,
    /// A program that must be a crate of its own.
    Standalone,
    /// Test functions, run by Rust's own harness.
    Tests,
}

/// A block that states what a sample produces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedBlock {
    /// What it is compared with.
    pub kind: CheckKind,
    /// From the opening to the closing fence.
    pub lines: RangeInclusive<usize>,
    /// The text between the fences.
    pub text: String,
}

impl Sample {
    /// The sample as a reader would paste it into `src/main.rs`.
    #[must_use]
    pub fn source(&self) -> String {
        self.map_lines(|indent, hidden, rest| match hidden {
            Hidden::Marked => format!("{indent}{rest}"),
            Hidden::Escaped => format!("{indent}#{rest}"),
        })
    }

    /// The sample with every character in the column where the author wrote it.
    #[must_use]
    pub fn source_in_place(&self) -> String {
        let margin = " ".repeat(self.column - 1);
        let text = self.map_lines(|indent, hidden, rest| match hidden {
            Hidden::Marked => format!("{indent}  {rest}"),
            Hidden::Escaped => format!("{indent} #{rest}"),
        });
        text.lines().flat_map(|line| [margin.as_str(), line, "\n"]).collect()
    }

    /// The name of the sample as a test, such as `core::ownership::drop-order::line_42`.
    #[must_use]
    pub fn name(&self) -> String {
        let chapter = self.chapter.trim_end_matches(".md").replace('/', "::");
        let question = self.question.as_deref().unwrap_or("page");
        format!("{chapter}::{question}::line_{}", self.lines.start())
    }

    /// Line by line, whether it is hidden from the reader.
    pub(crate) fn hidden_lines(&self) -> impl Iterator<Item = bool> {
        self.text.lines().map(|line| matches!(mark(line).1, Some(Hidden::Marked)))
    }

    fn map_lines(&self, hidden: impl Fn(&str, Hidden, &str) -> String) -> String {
        let mut source = String::with_capacity(self.text.len());
        for line in self.text.lines() {
            match mark(line) {
                (indent, Some(mark), rest) => source.push_str(&hidden(indent, mark, rest)),
                (_, None, _) => source.push_str(line),
            }
            source.push('\n');
        }
        source
    }
}

/// The indentation of a line, its mark, and what follows the mark.
fn mark(line: &str) -> (&str, Option<Hidden>, &str) {
    let code = line.trim_start();
    let indent = &line[..line.len() - code.len()];
    match code.strip_prefix('#') {
        Some(rest) if rest.is_empty() || rest.starts_with(' ') => {
            (indent, Some(Hidden::Marked), rest.get(1..).unwrap_or(""))
        }
        Some(rest) if rest.starts_with('#') => (indent, Some(Hidden::Escaped), &rest[1..]),
        _ => (indent, None, code),
    }
}

/// Why a line starts with `#`.
enum Hidden {
    /// `# code`: hidden from the reader, compiled all the same.
    Marked,
    /// `##code`: a line of code that itself starts with `#`.
    Escaped,
}

#[cfg(test)]
impl Sample {
    /// A plain sample of this text, for tests.
    pub(crate) fn of_text(text: &str) -> Self {
        Self {
            chapter: "core/ownership.md".into(),
            file: "src/core/ownership.md".into(),
            question: Some("drop-order".into()),
            lines: 42..=50,
            column: 1,
            expectation: Expectation::Run,
            edition: Edition::E2024,
            warns: BTreeSet::new(),
            text: text.into(),
            included: false,
            form: Form::Program,
            checks: Vec::new(),
            options: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_lines_are_code_and_attributes_stay() {
        let sample =
            Sample::of_text("# use std::fmt;\n#\n#[derive(Debug)]\n##![allow(dead_code)]\n");
        assert_eq!(sample.source(), "use std::fmt;\n\n#[derive(Debug)]\n#![allow(dead_code)]\n");
    }

    #[test]
    fn in_place_no_column_moves() {
        let sample = Sample::of_text("# use std::fmt;\nfn main() {}\n");
        assert_eq!(sample.source_in_place(), "  use std::fmt;\nfn main() {}\n");
    }

    #[test]
    fn the_name_of_the_test_holds_chapter_question_and_line() {
        assert_eq!(Sample::of_text("").name(), "core::ownership::drop-order::line_42");
    }
}
