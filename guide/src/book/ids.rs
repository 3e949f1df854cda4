//! Ids of questions: unique in the book, and permanent once published.
//!
//! Published ids stand in one file, a line each: `core/ownership.md#drop-order`. Only `cargo guide new`
//! adds to it, so that a renamed heading cannot silently break links and flashcards.

use std::collections::BTreeMap;

use super::finding::{Finding, Location};
use super::{Book, Chapter, Question, source};

/// The list of published ids, relative to the root of the book.
pub const IDS_FILE: &str = "src/ids.txt";

/// Checks that the ids are unique, and that they and the published ones are the same.
pub(crate) fn check(book: &Book, findings: &mut Vec<Finding>) {
    check_unique(book, findings);
    let published = match source::read(&book.root.join(IDS_FILE), IDS_FILE) {
        Ok(text) => text,
        Err(finding) if book.root.join(IDS_FILE).exists() => return findings.push(finding),
        Err(_) => String::new(),
    };
    let known: Vec<&str> = published.lines().collect();
    for (chapter, question) in book.questions() {
        if !question.id.is_empty() && !known.contains(&entry(chapter, question).as_str()) {
            findings.push(unpublished(chapter, question));
        }
    }
    for (index, line) in known.iter().enumerate() {
        let exists = book.questions().any(|(chapter, question)| entry(chapter, question) == *line);
        if !exists && book.chapters.iter().any(|chapter| line.starts_with(&chapter.path)) {
            findings.push(gone(index + 1, line));
        }
    }
}

/// A question's line in the list.
fn entry(chapter: &Chapter, question: &Question) -> String {
    format!("{}#{}", chapter.path, question.id)
}

fn check_unique(book: &Book, findings: &mut Vec<Finding>) {
    let mut seen: BTreeMap<&str, Location> = BTreeMap::new();
    for (chapter, question) in book.questions() {
        let at = chapter.at(question.line, 1);
        if question.id.is_empty() {
            findings.push(without_id(at, question));
        } else if let Some(first) = seen.insert(&question.id, at.clone()) {
            findings.push(duplicate(at, question, &first));
        }
    }
}

fn without_id(at: Location, question: &Question) -> Finding {
    Finding::new(
        at,
        "no-id",
        format!("the question “{}” has no id", question.title),
        format!("`## … {{#id .{}}}`", question.level),
        "add an id: a few words that name the question, joined by hyphens",
    )
}

fn duplicate(at: Location, question: &Question, first: &Location) -> Finding {
    Finding::new(
        at,
        "duplicate-id",
        format!("the id `{}` is taken", question.id),
        format!("ids that are unique in the book; the first one is at {first}"),
        "choose another id for the newer question",
    )
}

fn unpublished(chapter: &Chapter, question: &Question) -> Finding {
    let target = format!("{}#{}", chapter.path.trim_end_matches(".md"), question.id);
    Finding::new(
        chapter.at(question.line, 1),
        "unpublished-id",
        format!("`{}` is not in the list of published ids", question.id),
        format!("a line in {IDS_FILE} for every question: published ids are permanent"),
        format!("for a new question run `cargo guide new {target}`; else restore the published id"),
    )
}

fn gone(line: usize, entry: &str) -> Finding {
    Finding::new(
        Location::new(IDS_FILE, line, 1),
        "renamed-id",
        format!("`{entry}` was published, and no question has this id now"),
        "every published id, unchanged: links and flashcards depend on it",
        "restore the id in the chapter's heading",
    )
}
