//! One check after another, with what is remembered between them.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Error, Result};

use super::told::Told;
use crate::book::{Book, Chapter, Sample};
use crate::check::{Cancel, ChapterCrates, Outcome, Progress, prove_until};
use crate::site::serve::state::State;

pub(super) struct Checker {
    root: PathBuf,
    state: Arc<State>,
    /// The book of the last check, and what its samples could use.
    seen: Book,
    seen_crates: String,
    told: Told,
}

impl Checker {
    pub(super) fn new(root: &Path, state: Arc<State>) -> Self {
        let (root, told) = (root.to_owned(), Told::new(root));
        Self { root, state, seen: Book::default(), seen_crates: String::new(), told }
    }

    /// Settles all samples that are not settled already.
    pub(super) fn check(&mut self, cancel: &Cancel) {
        let book = Book::load(&self.root);
        let saved = self.saved(&book);
        self.state.keep_verdicts(|file| !saved.contains(file));
        self.seen = match self.settle(&book, &saved, cancel) {
            Err(error) if !cancel.is_canceled() => {
                self.give_up(&book, &error);
                // The next check looks at everything again.
                Book::default()
            }
            _ => book,
        };
    }

    /// The files of chapters that are not as they were.
    fn saved(&mut self, book: &Book) -> BTreeSet<String> {
        let crates = ChapterCrates::load(&self.root).fingerprint();
        let same_crates = crates == self.seen_crates;
        self.seen_crates = crates;
        let is_saved = |chapter: &&Chapter| !(same_crates && is_same(chapter, &self.seen));
        book.chapters.iter().filter(is_saved).map(|chapter| chapter.file.clone()).collect()
    }

    /// Proves what is open, in saved chapters first.
    fn settle(&mut self, book: &Book, saved: &BTreeSet<String>, cancel: &Cancel) -> Result<()> {
        let (first, rest): (Vec<&Chapter>, Vec<&Chapter>) =
            book.chapters.iter().partition(|chapter| saved.contains(&chapter.file));
        for chapters in [first, rest] {
            let progress = Fresh { state: &self.state, files: Mutex::default() };
            let open = self.open(chapters.iter().copied());
            if !open.is_empty() {
                prove_until(cancel, &self.root, &open, &progress)?;
            }
            self.told.tell(&chapters, &self.state, &progress.into_files());
        }
        Ok(())
    }

    fn open<'book>(&self, chapters: impl Iterator<Item = &'book Chapter>) -> Vec<&'book Sample> {
        let open = |chapter: &'book Chapter| {
            let settled = self.state.verdicts(&chapter.file);
            let samples = chapter.samples.iter();
            samples.filter(move |sample| !settled.contains_key(sample.lines.start()))
        };
        chapters.flat_map(open).collect()
    }

    /// The machine is at fault; a page must not say forever that it is being checked.
    fn give_up(&self, book: &Book, error: &Error) {
        eprintln!("the samples cannot be checked: {error:#}\n");
        let outcome = Outcome::NotRun(format!("{error:#}"));
        for sample in self.open(book.chapters.iter()) {
            self.state.settle(sample, &outcome);
        }
    }
}

/// Whether a chapter says what it said, and shows what it showed, in an earlier book.
fn is_same(chapter: &Chapter, earlier: &Book) -> bool {
    let mut earlier = earlier.chapters.iter();
    earlier.any(|other| {
        other.file == chapter.file && other.text == chapter.text && other.samples == chapter.samples
    })
}

/// Shows outcomes as they come, and notes which files had something to run.
struct Fresh<'a> {
    state: &'a State,
    files: Mutex<BTreeSet<String>>,
}

impl Fresh<'_> {
    fn into_files(self) -> BTreeSet<String> {
        self.files.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Fresh<'_> {
    fn planned(&self, _: usize) {}

    fn settled(&self, sample: &Sample, outcome: &Outcome) {
        if *outcome == (Outcome::Proved { cached: false }) {
            let mut files = self.files.lock().unwrap_or_else(PoisonError::into_inner);
            files.insert(sample.file.clone());
        }
        self.state.settle(sample, outcome);
    }
}
