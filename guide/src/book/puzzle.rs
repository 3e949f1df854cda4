//! Puzzles: a sample, and options that say what it might do. Exactly one is right.
//!
//! An option is a sentence of a closed grammar, so that a program decides whether it is true.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::RangeInclusive;

use super::Chapter;
use super::finding::{Finding, Location};
use super::info::{Expectation, is_error_code};
use super::markdown::{CODE, Heading, TaskItem, TaskList};
use super::sample::{Level, Sample};

/// What the class of a heading begins with that makes a puzzle of it; its level follows.
pub(crate) const PREFIX: &str = "puzzle-";
/// The sentences that an option may be.
const GRAMMAR: &str = "“It prints `…`.”, “It prints `…`, then `…`.” line by line, “It prints nothing.”, \
    “It does not compile: E0382, at `…`.” with or without the place, “It does not compile: `…`.” with the \
    message of an error that has no code, “It panics: `…`.”, “It compiles and its behavior is undefined.” or \
    “It never ends.”";

/// A second-level heading with a class such as `puzzle-mid`, and the sample with its options below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Puzzle {
    /// Permanent, unique in the book, also among questions.
    pub id: String,
    /// How hard it is.
    pub level: Level,
    /// The heading, without markup.
    pub title: String,
    /// Line of the heading.
    pub line: usize,
    /// Index of the sample with the options in [`Chapter::samples`]; `None` where a puzzle has no options,
    /// which is an error.
    pub sample: Option<usize>,
}

impl Puzzle {
    pub(crate) fn new(heading: &Heading, level: Level) -> Self {
        Self {
            id: heading.id.clone().unwrap_or_default(),
            level,
            title: heading.text.clone(),
            line: heading.line,
            sample: None,
        }
    }
}

/// One option of a puzzle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// What it says.
    pub claim: Claim,
    /// Whether the page calls it right.
    pub is_right: bool,
    /// From its bullet to its end.
    pub lines: RangeInclusive<usize>,
}

/// What a sample might do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Claim {
    /// Exits with 0 after printing these lines to standard output.
    Prints(Vec<String>),
    /// Is refused by the compiler.
    Fails {
        /// For these reasons.
        error: Error,
        /// The code that an error points to, which stands in one line of the sample only.
        at: Option<String>,
    },
    /// Panics with this message.
    Panics(String),
    /// Compiles, and does what the language gives no meaning to.
    Undefined,
    /// Compiles, and runs forever.
    NeverEnds,
}

/// Why a sample is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Error {
    /// The codes of all errors.
    Codes(BTreeSet<String>),
    /// The message of the only error, which has no code.
    Message(String),
}

impl Claim {
    /// Whether two claims cannot be told apart: they are equal, or say the same but for white space.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Prints(left), Self::Prints(right)) => {
                squeezed(&left.concat()) == squeezed(&right.concat())
            }
            (Self::Panics(left), Self::Panics(right)) => squeezed(left) == squeezed(right),
            _ => self == other,
        }
    }

    /// Reads the sentence of an option.
    fn parse(item: &TaskItem) -> Option<Self> {
        let is_code = |text: &str| text.chars().eq([CODE]);
        let text = item.text.trim().strip_suffix('.')?;
        if let Some(lines) = text.strip_prefix("It prints ") {
            let is_list = lines == "nothing" || lines.split(", then ").all(is_code);
            return is_list.then(|| Self::Prints(item.code.clone()));
        }
        if let Some(message) = text.strip_prefix("It panics: ") {
            return is_code(message).then(|| Self::Panics(item.code.concat()));
        }
        if let Some(failure) = text.strip_prefix("It does not compile: ") {
            return Self::parse_failure(failure, &item.code);
        }
        match text {
            "It compiles and its behavior is undefined" => Some(Self::Undefined),
            "It never ends" => Some(Self::NeverEnds),
            _ => None,
        }
    }

    fn parse_failure(text: &str, code: &[String]) -> Option<Self> {
        let (error, place) = match text.split_once(", at ") {
            Some((error, place)) => (error, Some(place)),
            None => (text, None),
        };
        let mut code = code.iter().cloned();
        let error = if error.chars().eq([CODE]) {
            Error::Message(code.next()?)
        } else {
            let codes: BTreeSet<String> = error.split(", ").map(str::to_owned).collect();
            codes.iter().all(|code| is_error_code(code)).then_some(Error::Codes(codes))?
        };
        let is_code = |place: &str| place.chars().eq([CODE]);
        match place {
            None => Some(Self::Fails { error, at: None }),
            Some(place) if is_code(place) => Some(Self::Fails { error, at: Some(code.next()?) }),
            Some(_) => None,
        }
    }
}

impl fmt::Display for Claim {
    /// The sentence in Markdown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prints(lines) if lines.is_empty() => f.write_str("It prints nothing."),
            Self::Prints(lines) => {
                let lines: Vec<String> = lines.iter().map(|line| code(line)).collect();
                write!(f, "It prints {}.", lines.join(", then "))
            }
            Self::Fails { error, at } => {
                let at = at.as_ref().map(|at| format!(", at {}", code(at))).unwrap_or_default();
                write!(f, "It does not compile: {error}{at}.")
            }
            Self::Panics(message) => write!(f, "It panics: {}.", code(message)),
            Self::Undefined => f.write_str("It compiles and its behavior is undefined."),
            Self::NeverEnds => f.write_str("It never ends."),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Codes(codes) => {
                f.write_str(&codes.iter().cloned().collect::<Vec<_>>().join(", "))
            }
            Self::Message(message) => f.write_str(&code(message)),
        }
    }
}

/// The text as code in Markdown.
fn code(text: &str) -> String {
    if !text.contains('`') {
        return format!("`{text}`");
    }
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    format!("{fence} {text} {fence}")
}

impl Sample {
    /// The place of something that belongs to the sample and starts in this line of the chapter.
    pub(crate) fn at_line(&self, line: usize) -> Location {
        Location::new(&self.file, line, self.column)
    }

    /// The numbers of the lines, from 1, that hold this code.
    pub(crate) fn lines_with(&self, code: &str) -> Vec<usize> {
        let source = self.source();
        let numbered = (1..).zip(source.lines());
        numbered.filter(|(_, line)| line.contains(code)).map(|(number, _)| number).collect()
    }

    /// Whether nothing but Miri can tell if the options about undefined behavior are right: the sample runs,
    /// and has code for which its author answers.
    pub(crate) fn needs_miri_for_options(&self) -> bool {
        let runs = matches!(self.expectation, Expectation::Run | Expectation::Panic);
        let is_asked = self.options.iter().any(|option| option.claim == Claim::Undefined);
        runs && is_asked && self.text.contains("unsafe")
    }
}

/// The text without white space.
pub(crate) fn squeezed(text: &str) -> String {
    text.split_whitespace().collect()
}

/// The options that a task list states about the sample above it, and what is wrong with them.
pub(crate) fn options(list: &TaskList, sample: &Sample) -> (Vec<Choice>, Vec<Finding>) {
    let (mut options, mut findings): (Vec<Choice>, Vec<Finding>) = (Vec::new(), Vec::new());
    for item in &list.items {
        let at = sample.at_line(*item.lines.start());
        match (item.checked, Claim::parse(item)) {
            (Some(is_right), Some(claim)) => {
                findings.extend(not_in_one_line(sample, &claim, &at));
                let twin = options.iter().find(|other| other.claim.is_like(&claim));
                findings.extend(twin.map(|twin| duplicate(&at, twin)));
                options.push(Choice { claim, is_right, lines: item.lines.clone() });
            }
            _ => findings.push(unknown(at)),
        }
    }
    if findings.is_empty() {
        findings.extend(miscounted(&options, sample.at_line(list.line)));
        findings.extend(undecided(sample, sample.at_line(list.line)));
    }
    // What is not well-formed is not judged: one error at a time.
    if !findings.is_empty() {
        options.clear();
    }
    (options, findings)
}

/// What is wrong with the puzzles of a chapter themselves.
pub(crate) fn check(chapter: &Chapter, findings: &mut Vec<Finding>) {
    for puzzle in chapter.puzzles.iter().filter(|puzzle| puzzle.sample.is_none()) {
        findings.push(Finding::new(
            chapter.at(puzzle.line, 1),
            "no-options",
            format!("the puzzle “{}” has no options", puzzle.title),
            "a sample and, right below it or its checked blocks, a list: `- [ ] …` or `- [x] …`",
            "add three to five options, one of them right",
        ));
    }
}

fn unknown(at: Location) -> Finding {
    Finding::new(
        at,
        "unknown-option",
        "the option is not a sentence that a program decides",
        GRAMMAR,
        "write it as one of these, with a box, code between backticks, and a full stop",
    )
}

fn not_in_one_line(sample: &Sample, claim: &Claim, at: &Location) -> Option<Finding> {
    let Claim::Fails { at: Some(code), .. } = claim else { return None };
    let count = sample.lines_with(code).len();
    (count != 1).then(|| {
        Finding::new(
            at.clone(),
            "unclear-place",
            format!("`{code}` stands in {count} lines of the sample"),
            "code that one line of the sample has",
            "quote the whole line, or rename something in the sample so that the line is the only one",
        )
    })
}

fn duplicate(at: &Location, twin: &Choice) -> Finding {
    Finding::new(
        at.clone(),
        "duplicate-option",
        "the option says the same as another one, but for white space",
        format!("options that differ; the other one is in line {}", twin.lines.start()),
        "remove it, or make it say something else",
    )
}

fn miscounted(options: &[Choice], at: Location) -> Option<Finding> {
    let right = options.iter().filter(|option| option.is_right).count();
    let is_fine = (3..=5).contains(&options.len()) && right == 1;
    (!is_fine).then(|| {
        Finding::new(
            at,
            "miscounted-options",
            format!("there are {} options, {right} of them checked", options.len()),
            "three to five options, exactly one of them checked: `- [x] …`",
            "add or remove options, and check the box of what happens",
        )
    })
}

fn undecided(sample: &Sample, at: Location) -> Option<Finding> {
    let is_decided = matches!(
        sample.expectation,
        Expectation::Run
            | Expectation::Panic
            | Expectation::CompileFail { .. }
            | Expectation::Reported { .. }
    );
    (!is_decided).then(|| {
        Finding::new(
            at,
            "undecided-options",
            "nothing decides which option is right: the sample is neither run nor refused",
            "a sample that runs, panics, fails to compile, or is reported by a tool",
            "remove `no_run` or `ignore`, or let `asan`, `tsan` or `miri` judge the sample",
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::book::markdown::{Element, parse};

    fn items(text: &str) -> Vec<TaskItem> {
        match &parse(text)[..] {
            [Element::TaskList(list)] => list.items.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn every_sentence_is_read_and_written_alike() {
        for sentence in [
            "It prints nothing.",
            "It prints `1`.",
            "It prints `closed a`, then `closed b`.",
            "It does not compile: E0382.",
            "It does not compile: E0382, E0505.",
            "It does not compile: E0505, at `drop(order);`.",
            "It does not compile: `lifetime may not live long enough`, at `first`.",
            "It panics: `already borrowed`.",
            "It panics: `` called `Option::unwrap()` on a `None` value ``.",
            "It compiles and its behavior is undefined.",
            "It never ends.",
        ] {
            let item = &items(&format!("- [ ] {sentence}\n"))[0];
            let claim = Claim::parse(item).expect(sentence);
            assert_eq!(claim.to_string(), sentence);
        }
    }

    #[test]
    fn other_sentences_are_refused() {
        for sentence in [
            "It prints 1.",
            "It prints `1`",
            "It prints `1` or `2`.",
            "It does not compile.",
            "It does not compile: E382.",
            "It does not compile: E0382, at line 3.",
            "It panics.",
            "It works.",
        ] {
            let item = &items(&format!("- [ ] {sentence}\n"))[0];
            assert_eq!(Claim::parse(item), None, "{sentence}");
        }
    }
}
