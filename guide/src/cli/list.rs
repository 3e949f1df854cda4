//! `cargo guide list`.

use super::Exit;
use crate::book::{Book, Level};
use crate::study;

pub(crate) fn run(book: &Book, level: Option<Level>, part: Option<&str>) -> Exit {
    let rows: Vec<study::Row> = study::catalog(book)
        .questions
        .into_iter()
        .filter(|row| level.is_none_or(|level| row.level == level))
        .filter(|row| part.is_none_or(|part| row.part == part))
        .collect();
    let width = rows.iter().map(|row| row.id.chars().count()).max().unwrap_or(2);
    anstream::println!(
        "{:width$}  {:6}  {:>4} {:>5} {:>6}  question",
        "id",
        "level",
        "runs",
        "fails",
        "blocks"
    );
    for row in &rows {
        let study::Row { id, level, text, evidence, .. } = row;
        let study::Counts { runs, fails, blocks } = evidence;
        anstream::println!(
            "{id:width$}  {:6}  {runs:4} {fails:5} {blocks:6}  {text}",
            level.name()
        );
    }
    match rows.len() {
        1 => anstream::println!("1 question"),
        questions => anstream::println!("{questions} questions"),
    }
    Exit::Proved
}
