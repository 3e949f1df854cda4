//! `cargo guide list`.

use super::Exit;
use crate::book::{Book, Level};
use crate::study;

pub(crate) fn run(book: &Book, level: Option<Level>, part: Option<&str>) -> Exit {
    let is_asked_for = |row: &study::Row| {
        level.is_none_or(|level| row.level == level) && part.is_none_or(|part| row.part == part)
    };
    let study::Catalog { mut questions, mut puzzles, .. } = study::catalog(book);
    questions.retain(is_asked_for);
    puzzles.retain(is_asked_for);
    let rows = || questions.iter().chain(&puzzles);
    let width = rows().map(|row| row.id.chars().count()).max().unwrap_or(2);
    anstream::println!(
        "{:width$}  {:6}  {:>4} {:>5} {:>6}  question",
        "id",
        "level",
        "runs",
        "fails",
        "blocks"
    );
    for row in rows() {
        let study::Row { id, level, text, evidence, .. } = row;
        let study::Counts { runs, fails, blocks } = evidence;
        anstream::println!(
            "{id:width$}  {:6}  {runs:4} {fails:5} {blocks:6}  {text}",
            level.name()
        );
    }
    let puzzles = match puzzles.len() {
        0 => String::new(),
        puzzles => format!(", {}", counted(puzzles, "puzzle")),
    };
    anstream::println!("{}{puzzles}", counted(questions.len(), "question"));
    Exit::Proved
}

fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}
