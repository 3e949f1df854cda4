//! Ids of questions and puzzles: unique in the book, and permanent once published.
//!
//! Published ids stand in one file, a line each: `core/ownership.md#drop-order`. `cargo guide new`
//! adds questions to it. A renamed heading cannot silently break links, flashcards, and what readers did.

use std::collections::BTreeMap;

use super::finding::{Finding, Location};
use super::{Book, Chapter, Level, Puzzle, Question, source};

/// The list of published ids, relative to the root of the book.
pub const IDS_FILE: &str = "src/ids.txt";

/// What has a permanent id: a question or a puzzle.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Named<'book> {
    pub(crate) chapter: &'book Chapter,
    /// What it is.
    noun: &'static str,
    pub(crate) id: &'book str,
    /// The heading, without markup.
    pub(crate) title: &'book str,
    pub(crate) level: Level,
    /// Line of the heading.
    pub(crate) line: usize,
}

impl<'book> From<(&'book Chapter, &'book Question)> for Named<'book> {
    fn from((chapter, question): (&'book Chapter, &'book Question)) -> Self {
        let Question { id, level, title, line, .. } = question;
        Self { chapter, noun: "question", id, title, level: *level, line: *line }
    }
}

impl<'book> From<(&'book Chapter, &'book Puzzle)> for Named<'book> {
    fn from((chapter, puzzle): (&'book Chapter, &'book Puzzle)) -> Self {
        let Puzzle { id, level, title, line, .. } = puzzle;
        Self { chapter, noun: "puzzle", id, title, level: *level, line: *line }
    }
}

impl Named<'_> {
    /// Its line in the list of published ids.
    fn entry(&self) -> String {
        format!("{}#{}", self.chapter.path, self.id)
    }

    fn at(&self) -> Location {
        self.chapter.at(self.line, 1)
    }
}

/// Checks that the ids are unique, and that they and the published ones are the same.
pub(crate) fn check(book: &Book, findings: &mut Vec<Finding>) {
    let questions = book.questions().map(Named::from);
    let named: Vec<Named<'_>> = questions.chain(book.puzzles().map(Named::from)).collect();
    check_unique(&named, findings);
    let published = match source::read(&book.root.join(IDS_FILE), IDS_FILE) {
        Ok(text) => text,
        Err(finding) if book.root.join(IDS_FILE).exists() => return findings.push(finding),
        Err(_) => String::new(),
    };
    let known: Vec<&str> = published.lines().collect();
    for heading in &named {
        if !heading.id.is_empty() && !known.contains(&heading.entry().as_str()) {
            findings.push(unpublished(heading));
        }
    }
    for (index, line) in known.iter().enumerate() {
        let exists = named.iter().any(|heading| heading.entry() == *line);
        if !exists && book.chapters.iter().any(|chapter| line.starts_with(&chapter.path)) {
            findings.push(gone(index + 1, line));
        }
    }
}

fn check_unique(named: &[Named<'_>], findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, Location> = BTreeMap::new();
    for heading in named {
        if heading.id.is_empty() {
            findings.push(without_id(heading));
        } else if let Some(first) = seen.insert(heading.id, heading.at()) {
            findings.push(duplicate(heading, &first));
        }
    }
}

fn without_id(heading: &Named<'_>) -> Finding {
    let Named { noun, title, level, .. } = heading;
    let class = if *noun == "puzzle" { super::puzzle::PREFIX } else { "" };
    Finding::new(
        heading.at(),
        "no-id",
        format!("the {noun} “{title}” has no id"),
        format!("`## … {{#id .{class}{level}}}`"),
        format!("add an id: a few words that name the {noun}, joined by hyphens"),
    )
}

fn duplicate(heading: &Named<'_>, first: &Location) -> Finding {
    Finding::new(
        heading.at(),
        "duplicate-id",
        format!("the id `{}` is taken", heading.id),
        format!("ids that are unique in the book; the first one is at {first}"),
        format!("choose another id for the newer {}", heading.noun),
    )
}

fn unpublished(heading: &Named<'_>) -> Finding {
    let Named { noun, id, chapter, .. } = heading;
    let target = format!("{}#{id}", chapter.path.trim_end_matches(".md"));
    Finding::new(
        heading.at(),
        "unpublished-id",
        format!("`{id}` is not in the list of published ids"),
        format!("a line in {IDS_FILE} for every {noun}: published ids are permanent"),
        format!("for a new {noun} run `cargo guide new {target}`; else restore the published id"),
    )
}

fn gone(line: usize, entry: &str) -> Finding {
    Finding::new(
        Location::new(IDS_FILE, line, 1),
        "renamed-id",
        format!("`{entry}` was published, and nothing in the chapter has this id now"),
        "every published id, unchanged: links, flashcards and readers' records depend on it",
        "restore the id in the chapter's heading",
    )
}
