//! Filters: which part of the book to look at.

use std::ops::RangeInclusive;
use std::path::Path;

use crate::book::{Book, Chapter, MeasuredBlock, Sample};

/// What a person types to name a part of the book.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filter {
    /// A chapter's path, possibly without `.md`; empty when only an id is given.
    path: String,
    place: Place,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Place {
    Whole,
    Line(usize),
    Question(String),
}

impl Filter {
    /// Reads `core/ownership`, `core/ownership.md:42`, `core/ownership#drop-order` or `drop-order`.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let text = text.trim_start_matches("./").trim_start_matches("src/");
        if let Some((path, id)) = text.split_once('#') {
            return Self { path: path.to_owned(), place: Place::Question(id.to_owned()) };
        }
        if let Some((path, line)) = text.rsplit_once(':')
            && let Ok(line) = line.parse()
        {
            return Self { path: path.to_owned(), place: Place::Line(line) };
        }
        Self { path: text.to_owned(), place: Place::Whole }
    }

    /// Whether the filter selects something of the chapter, or the whole chapter.
    #[must_use]
    pub fn names_chapter(&self, chapter: &Chapter) -> bool {
        let is_id = self.place == Place::Whole && chapter.has_id(&self.path);
        is_id || self.path_matches(&chapter.path)
    }

    /// Whether the filter selects something of a file, which may be a chapter that cannot be read.
    #[must_use]
    pub fn names_file(&self, book: &Book, file: &str) -> bool {
        match book.chapters.iter().find(|chapter| chapter.file == file) {
            Some(chapter) => self.names_chapter(chapter),
            None => Path::new(file)
                .strip_prefix(book.source_dir())
                .is_ok_and(|path| self.path_matches(&path.to_string_lossy())),
        }
    }

    fn matches(&self, spot: &Spot<'_>) -> bool {
        let asked = |id: &str| spot.question == Some(id);
        let in_path = self.path_matches(spot.chapter);
        match &self.place {
            Place::Whole => asked(&self.path) || in_path,
            Place::Question(id) => asked(id) && in_path,
            Place::Line(line) => in_path && spot.lines.contains(line),
        }
    }

    /// Whether the path is the chapter's, with or without ending, or one of its directories.
    fn path_matches(&self, chapter: &str) -> bool {
        let path = self.path.trim_end_matches('/');
        path.is_empty()
            || chapter == path
            || chapter.strip_suffix(".md") == Some(path)
            || chapter.strip_prefix(path).is_some_and(|rest| rest.starts_with('/'))
    }
}

/// Where something stands that a filter may select.
struct Spot<'book> {
    chapter: &'book str,
    question: Option<&'book str>,
    lines: RangeInclusive<usize>,
}

impl<'book> From<&'book Sample> for Spot<'book> {
    /// From the sample to the last of its checked blocks.
    fn from(sample: &'book Sample) -> Self {
        let last = sample.checks.last().map_or(sample.lines.end(), |block| block.lines.end());
        let lines = *sample.lines.start()..=*last;
        Self { chapter: &sample.chapter, question: sample.question.as_deref(), lines }
    }
}

impl<'book> From<&'book MeasuredBlock> for Spot<'book> {
    fn from(block: &'book MeasuredBlock) -> Self {
        let lines = block.lines.clone();
        Self { chapter: &block.chapter, question: block.question.as_deref(), lines }
    }
}

/// The samples that any filter matches; all when there is none.
///
/// # Errors
/// The text of a filter that matches nothing.
pub fn select<'book>(book: &'book Book, filters: &[String]) -> Result<Vec<&'book Sample>, String> {
    let parsed: Vec<Filter> = filters.iter().map(|text| Filter::parse(text)).collect();
    for (text, filter) in filters.iter().zip(&parsed) {
        let known = book.samples().any(|sample| filter.matches(&sample.into()))
            || book.measured().any(|block| filter.matches(&block.into()))
            || (filter.place == Place::Whole
                && book.chapters.iter().any(|chapter| filter.names_chapter(chapter)));
        if !known {
            return Err(text.clone());
        }
    }
    Ok(book.samples().filter(|&sample| any_matches(&parsed, &sample.into())).collect())
}

/// The blocks with recordings that any filter matches; all when there is none.
#[must_use]
pub fn select_measured<'book>(book: &'book Book, filters: &[String]) -> Vec<&'book MeasuredBlock> {
    let parsed: Vec<Filter> = filters.iter().map(|text| Filter::parse(text)).collect();
    book.measured().filter(|&block| any_matches(&parsed, &block.into())).collect()
}

fn any_matches(filters: &[Filter], spot: &Spot<'_>) -> bool {
    filters.is_empty() || filters.iter().any(|filter| filter.matches(spot))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_is_a_path_a_line_or_an_id() {
        let whole = |path: &str| Filter { path: path.into(), place: Place::Whole };
        assert_eq!(Filter::parse("src/core/ownership.md"), whole("core/ownership.md"));
        assert_eq!(Filter::parse("core/ownership.md:42").place, Place::Line(42));
        assert_eq!(Filter::parse("#drop-order").place, Place::Question("drop-order".into()));
    }

    #[test]
    fn paths_match_whole_names_only() {
        let filter = Filter::parse("core/own");
        assert!(!filter.path_matches("core/ownership.md"));
        assert!(Filter::parse("core").path_matches("core/ownership.md"));
        assert!(Filter::parse("core/ownership").path_matches("core/ownership.md"));
    }
}
