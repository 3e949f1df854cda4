//! What is derived from the questions, so that it cannot drift from them.

use crate::book::{Book, Expectation, Level};

/// A question with counts of what is executed for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The question's permanent id.
    pub id: String,
    /// The chapter's path.
    pub chapter: String,
    /// How much an interviewer expects.
    pub level: Level,
    /// The question.
    pub title: String,
    /// Samples that compile; most of them run.
    pub runs: usize,
    /// Samples that fail to compile as stated.
    pub fails: usize,
    /// Blocks that are compared with what samples produce or measurements recorded.
    pub blocks: usize,
}

/// All questions, in the order of the book.
#[must_use]
pub fn catalog(book: &Book) -> Vec<Row> {
    let row = |(chapter, question): (&crate::book::Chapter, &crate::book::Question)| {
        let id = &question.id;
        let mine = chapter.samples.iter().filter(|sample| sample.question.as_ref() == Some(id));
        let measured = chapter.measured.iter().filter(|block| block.question.as_ref() == Some(id));
        let fails =
            |expectation: &Expectation| matches!(expectation, Expectation::CompileFail { .. });
        Row {
            id: id.clone(),
            chapter: chapter.path.clone(),
            level: question.level,
            title: question.title.clone(),
            runs: mine.clone().filter(|sample| !fails(&sample.expectation)).count(),
            fails: mine.clone().filter(|sample| fails(&sample.expectation)).count(),
            blocks: mine.map(|sample| sample.checks.len()).sum::<usize>() + measured.count(),
        }
    };
    book.questions().map(row).collect()
}
