//! What is wrong in the book, and where: the one form in which errors reach authors.

use std::fmt;

use serde::Serialize;

/// A place in one of the author's files. Lines and columns count from 1, columns in characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Location {
    /// Path relative to the root of the book, with forward slashes.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1.
    pub column: usize,
}

impl Location {
    /// The place at `line` and `column` of `file`.
    #[must_use]
    pub fn new(file: &str, line: usize, column: usize) -> Self {
        Self { file: file.to_owned(), line, column }
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}", self.file, self.line, self.column)
    }
}

/// One thing that is wrong in the book: what, where, what was expected, what to do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Finding {
    /// Where the author finds it.
    pub at: Location,
    /// A short permanent name of the kind of error, such as `unknown-word`.
    pub rule: &'static str,
    /// What is wrong, in one sentence.
    pub what: String,
    /// What was expected instead.
    pub expected: String,
    /// What to do about it: an edit to make or a command to run.
    pub remedy: String,
    /// A diff, a diagnostic of the compiler or captured output, where there is one.
    pub detail: Option<String>,
}

impl Finding {
    /// A finding without detail.
    pub fn new(
        at: Location,
        rule: &'static str,
        what: impl Into<String>,
        expected: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        let (what, expected, remedy) = (what.into(), expected.into(), remedy.into());
        Self { at, rule, what, expected, remedy, detail: None }
    }

    /// The same finding with a diff, a diagnostic or captured output below it.
    #[must_use]
    pub fn with_detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}: {}\n  expected: {}\n  to do: {}",
            self.at, self.what, self.expected, self.remedy
        )
    }
}
