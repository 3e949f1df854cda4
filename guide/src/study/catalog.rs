//! All questions with what a reader can choose them by.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use mdbook_core::utils::escape_html;
use mdbook_summary::{Summary, SummaryItem};
use regex::Regex;
use serde::Serialize;

use crate::book::{Book, Chapter, Expectation, Level, Named, slug};

/// Words a minute, code included: an estimate for somebody who reads to remember.
const PACE: usize = 150;
/// The heading of the section that closes a chapter.
const CLOSING: &str = "On the morning of the interview";
static CODE: LazyLock<Regex> = LazyLock::new(|| Regex::new("`([^`]+)`").expect("a valid pattern"));

/// What readers choose from: the contents of `study/questions.js`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Catalog {
    /// The parts that have chapters, in the order of the book.
    pub parts: Vec<Part>,
    /// The roles that `book.toml` names.
    pub roles: Vec<String>,
    /// The levels, lowest first.
    pub levels: [Level; 4],
    /// The questions, in the order of the book.
    pub questions: Vec<Row>,
    /// The puzzles, in the order of the book.
    pub puzzles: Vec<Row>,
    /// What stands before the questions: the pages of the first part that have none.
    pub pages: Vec<Reading>,
    /// The lists of rules at the ends of chapters, to reread on the morning of the interview.
    pub summaries: Vec<Reading>,
}

/// Something to read that is not a question.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reading {
    /// The chapter's path without its extension.
    pub chapter: String,
    /// The title of the chapter, as HTML.
    pub title: String,
    /// The address from the root of the site.
    pub url: String,
    /// How long it takes to read, estimated from the number of words.
    pub minutes: usize,
}

/// A part of the book, such as `core`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Part {
    /// The directory of its chapters.
    pub id: String,
    /// Its title in `SUMMARY.md`.
    pub title: String,
}

/// A question or a puzzle with what is known about it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its permanent id.
    pub id: String,
    /// Its heading as HTML: code is marked.
    pub title: String,
    /// Its heading without markup.
    pub text: String,
    /// How much an interviewer expects.
    pub level: Level,
    /// The part it belongs to.
    pub part: String,
    /// The chapter's path without its extension, such as `core/ownership`.
    pub chapter: String,
    /// The title of the chapter.
    pub chapter_title: String,
    /// The address from the root of the site.
    pub url: String,
    /// The roles that are likely to be asked it.
    pub roles: Vec<String>,
    /// How long it takes to read, estimated from the number of words.
    pub minutes: usize,
    /// What is executed for it.
    pub evidence: Counts,
}

/// How much is executed for a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// Samples that compile; most of them run.
    pub runs: usize,
    /// Samples that fail to compile as stated.
    pub fails: usize,
    /// Blocks that are compared with what samples produce or measurements recorded.
    pub blocks: usize,
}

/// All questions of the book, in its order.
#[must_use]
pub fn catalog(book: &Book) -> Catalog {
    let roles = book.roles();
    let questions: Vec<Row> =
        book.questions().map(|question| row(&roles, question.into())).collect();
    let puzzles = book.puzzles().map(|puzzle| row(&roles, puzzle.into())).collect();
    let mut parts = parts(book);
    parts.retain(|part| questions.iter().any(|row| row.part == part.id));
    Catalog {
        parts,
        roles: roles.into_keys().collect(),
        levels: Level::ALL,
        questions,
        puzzles,
        pages: book.chapters.iter().filter_map(page).collect(),
        summaries: book.chapters.iter().filter_map(summary).collect(),
    }
}

/// A chapter that is read before the questions.
fn page(chapter: &Chapter) -> Option<Reading> {
    let path = chapter.path.trim_end_matches(".md");
    let is_page = part_of(path) == "start" && chapter.questions.is_empty();
    is_page.then(|| Reading {
        chapter: path.to_owned(),
        title: escape_html(&chapter.title).into(),
        url: format!("{path}.html"),
        minutes: minutes(chapter, 0),
    })
}

/// The section that closes a chapter.
fn summary(chapter: &Chapter) -> Option<Reading> {
    let path = chapter.path.trim_end_matches(".md");
    let heading = chapter.headings.iter().rfind(|heading| heading.text == CLOSING)?;
    Some(Reading {
        chapter: path.to_owned(),
        title: escape_html(&chapter.title).into(),
        url: format!("{path}.html#{}", slug(CLOSING)),
        minutes: minutes(chapter, heading.line),
    })
}

fn row(roles: &BTreeMap<String, Vec<String>>, named: Named<'_>) -> Row {
    let Named { chapter, id, title, level, line, .. } = named;
    let path = chapter.path.trim_end_matches(".md");
    let part = part_of(path);
    let asks = |places: &Vec<String>| places.iter().any(|place| place == part || place == path);
    Row {
        id: id.to_owned(),
        title: with_code(heading(chapter, line)),
        text: title.to_owned(),
        level,
        part: part.to_owned(),
        chapter: path.to_owned(),
        chapter_title: chapter.title.clone(),
        url: format!("{path}.html#{id}"),
        roles: roles
            .iter()
            .filter(|(_, places)| asks(places))
            .map(|(role, _)| role.clone())
            .collect(),
        minutes: minutes(chapter, line),
        evidence: counts(chapter, id),
    }
}

/// The directory of a chapter.
fn part_of(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

/// The heading as the author wrote it, without its level.
fn heading(chapter: &Chapter, line: usize) -> &str {
    let line = chapter.text.lines().nth(line - 1).unwrap_or_default();
    let end = line.rfind('{').unwrap_or(line.len());
    line[..end].trim_start_matches('#').trim()
}

fn with_code(heading: &str) -> String {
    CODE.replace_all(&escape_html(heading), "<code>$1</code>").into_owned()
}

/// How long it takes to read what stands below a line, up to the next section.
fn minutes(chapter: &Chapter, line: usize) -> usize {
    let end = if line == 0 { None } else { chapter.section_below(line) };
    let lines = chapter.text.lines().take(end.unwrap_or(usize::MAX) - 1).skip(line);
    let words: usize = lines.map(|line| line.split_ascii_whitespace().count()).sum();
    words.div_ceil(PACE).max(2)
}

fn counts(chapter: &Chapter, id: &str) -> Counts {
    let mine = chapter.samples.iter().filter(|sample| sample.question.as_deref() == Some(id));
    let measured = chapter.measured.iter().filter(|block| block.question.as_deref() == Some(id));
    let fails = |expectation: &Expectation| matches!(expectation, Expectation::CompileFail { .. });
    Counts {
        runs: mine.clone().filter(|sample| !fails(&sample.expectation)).count(),
        fails: mine.clone().filter(|sample| fails(&sample.expectation)).count(),
        blocks: mine.map(|sample| sample.checks.len()).sum::<usize>() + measured.count(),
    }
}

/// The parts of `SUMMARY.md`, each with the directory of its first chapter.
fn parts(book: &Book) -> Vec<Part> {
    let file = book.root.join(book.source_dir()).join("SUMMARY.md");
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let summary: Summary = mdbook_summary::parse_summary(&text).unwrap_or_default();
    let mut parts: Vec<Part> = Vec::new();
    for item in summary.numbered_chapters {
        match (item, parts.last_mut()) {
            (SummaryItem::PartTitle(title), _) => parts.push(Part { id: String::new(), title }),
            (SummaryItem::Link(link), Some(part)) if part.id.is_empty() => {
                let path = link.location.unwrap_or_default();
                part_of(&path.to_string_lossy()).clone_into(&mut part.id);
            }
            _ => {}
        }
    }
    parts
}
