//! Markdown and `book.toml` in, data out: chapters, questions, samples. No process is started here.

mod chapter;
mod config;
mod doctest;
pub(crate) mod examples;
mod finding;
mod foreign;
mod ids;
mod include;
mod info;
mod links;
mod lint;
mod markdown;
mod measurement;
mod puzzle;
mod recording;
mod sample;
mod source;
mod summary;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mdbook_core::config::Config;

pub use self::chapter::Chapter;
pub(crate) use self::config::BOOK_TOML;
pub use self::finding::{Finding, Location};
pub use self::ids::IDS_FILE;
pub(crate) use self::ids::Named;
pub use self::info::{CheckKind, Edition, Emit, Expectation, Tool};
pub(crate) use self::info::{is_error_code, nearest};
pub(crate) use self::links::slug;
pub(crate) use self::lint::UNDECLARED_DIRECTIVE;
pub use self::measurement::{MeasuredBlock, Measurement};
pub(crate) use self::puzzle::squeezed;
pub use self::puzzle::{Choice, Claim, Error, Puzzle};
pub use self::recording::{Figure, Recording, Row, number};
pub use self::sample::{CheckedBlock, Directive, Form, Level, Question, Sample};
pub(crate) use self::source::{digest, tidy, write_whole};
use self::summary::Outline;

/// The book as its files state it, with everything that is wrong with the files themselves.
#[derive(Debug, Default)]
pub struct Book {
    /// Directory of `book.toml`.
    pub root: PathBuf,
    /// The contents of `book.toml`.
    pub config: Config,
    /// In the order of `SUMMARY.md`, then the pages outside of the book that `book.toml` names in
    /// `preprocessor.guide.also-prove`.
    pub chapters: Vec<Chapter>,
    /// What is wrong with the text, in the order of the files.
    pub findings: Vec<Finding>,
    /// What a foreign book has that is not standard, and how often.
    pub ignored: BTreeMap<String, usize>,
}

impl Book {
    /// Reads the book whose `book.toml` stands in `root`. Nothing that an author can write makes this
    /// fail: what is wrong is in [`Book::findings`].
    #[must_use]
    pub fn load(root: &Path) -> Self {
        let mut findings = Vec::new();
        let config = config::load(root).unwrap_or_else(|finding| {
            findings.push(finding);
            Config::default()
        });
        let mut book = Self { root: root.to_owned(), config, ..Self::default() };
        if findings.is_empty() {
            book.load_chapters(&mut findings);
        }
        findings.sort();
        findings.dedup();
        book.findings = findings;
        book
    }

    /// The directory of the chapters, relative to the root.
    #[must_use]
    pub fn source_dir(&self) -> &Path {
        &self.config.book.src
    }

    /// Whether a finding is about the files that all chapters depend on.
    #[must_use]
    pub fn concerns_all(&self, finding: &Finding) -> bool {
        let file = Path::new(&finding.at.file);
        file == Path::new(BOOK_TOML) || file == self.source_dir().join("SUMMARY.md")
    }

    /// The parts (`core`) and chapters (`core/ownership`) that each role is asked about.
    #[must_use]
    pub fn roles(&self) -> BTreeMap<String, Vec<String>> {
        config::roles(&self.config)
    }

    /// All samples, in the order of the book.
    pub fn samples(&self) -> impl Iterator<Item = &Sample> {
        self.chapters.iter().flat_map(|chapter| &chapter.samples)
    }

    /// All blocks that show recordings, in the order of the book.
    pub fn measured(&self) -> impl Iterator<Item = &MeasuredBlock> {
        self.chapters.iter().flat_map(|chapter| &chapter.measured)
    }

    /// All questions with their chapters, in the order of the book.
    pub fn questions(&self) -> impl Iterator<Item = (&Chapter, &Question)> {
        self.chapters
            .iter()
            .flat_map(|chapter| chapter.questions.iter().map(move |question| (chapter, question)))
    }

    /// All puzzles with their chapters, in the order of the book.
    pub fn puzzles(&self) -> impl Iterator<Item = (&Chapter, &Puzzle)> {
        self.chapters
            .iter()
            .flat_map(|chapter| chapter.puzzles.iter().map(move |puzzle| (chapter, puzzle)))
    }

    /// The chapter with the question or the puzzle of this id.
    #[must_use]
    pub fn chapter_with_id(&self, id: &str) -> Option<&Chapter> {
        self.chapters.iter().find(|chapter| chapter.has_id(id))
    }

    fn load_chapters(&mut self, findings: &mut Vec<Finding>) {
        let outline = Outline::load(self, findings);
        let listed = outline.paths().map(|path| Chapter::load(self, path));
        let others = config::also_prove(&self.config);
        let others = others.iter().map(|path| Chapter::load_file(self, path, path.clone()));
        let (chapters, unreadable): (Vec<_>, Vec<_>) =
            listed.chain(others).partition(Result::is_ok);
        self.chapters = chapters.into_iter().flatten().collect();
        findings.extend(unreadable.into_iter().filter_map(Result::err));
        outline.check_files(self, findings);
        for chapter in &self.chapters {
            findings.extend(chapter.findings.iter().cloned());
            lint::check(self, chapter, findings);
            puzzle::check(chapter, findings);
        }
        ids::check(self, findings);
        links::check(self, findings);
        lint::check_examples(self, findings);
    }
}
