//! `SUMMARY.md`: the order of the chapters, and its agreement with the files that exist.

use std::collections::BTreeMap;
use std::fs;
use std::mem;
use std::path::Path;

use super::finding::{Finding, Location};
use super::markdown::{Element, parse};
use super::{Book, source};

/// The chapters that `SUMMARY.md` lists, in its order.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    file: String,
    /// Path relative to the source directory, and the line that lists it.
    entries: Vec<(String, usize)>,
}

impl Outline {
    /// Reads `SUMMARY.md`.
    pub(crate) fn load(book: &Book, findings: &mut Vec<Finding>) -> Self {
        let file = format!("{}/SUMMARY.md", book.source_dir().display());
        let text = match source::read(&book.root.join(&file), &file) {
            Ok(text) => text,
            Err(finding) => {
                findings.push(finding);
                return Self::default();
            }
        };
        let mut outline = Self { file, entries: entries(&text) };
        let twice = outline.remove_duplicates();
        // mdBook refuses duplicates too, without saying where they are.
        if let Err(error) = mdbook_summary::parse_summary(&text)
            && twice.is_empty()
        {
            findings.push(invalid(&outline.file, &format!("{error:#}")));
        }
        findings.extend(twice);
        outline
    }

    /// The listed paths, relative to the source directory.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(path, _)| path.as_str())
    }

    /// Reports files that are not listed, and listed files that do not exist.
    pub(crate) fn check_files(&self, book: &Book, findings: &mut Vec<Finding>) {
        let src = book.root.join(book.source_dir());
        for (path, line) in &self.entries {
            if !src.join(path).is_file() {
                findings.retain(|finding| {
                    finding.rule != "unreadable" || !finding.at.file.ends_with(path)
                });
                findings.push(self.missing(path, *line));
            }
        }
        for path in markdown_files(&src) {
            if path != "SUMMARY.md" && !self.paths().any(|listed| listed == path) {
                findings.push(self.unlisted(book, &path));
            }
        }
    }

    /// Keeps the first entry of each chapter and reports the others.
    fn remove_duplicates(&mut self) -> Vec<Finding> {
        let mut first_lines = BTreeMap::new();
        let (kept, twice): (Vec<_>, Vec<_>) = mem::take(&mut self.entries)
            .into_iter()
            .partition(|(path, line)| *first_lines.entry(path.clone()).or_insert(*line) == *line);
        self.entries = kept;
        twice.iter().map(|(path, line)| self.listed_twice(path, *line, first_lines[path])).collect()
    }

    fn listed_twice(&self, path: &str, line: usize, first: usize) -> Finding {
        Finding::new(
            Location::new(&self.file, line, 1),
            "listed-twice",
            format!("`{path}` is listed twice"),
            format!("one entry; the first is on line {first}"),
            "remove one of the two lines",
        )
    }

    fn missing(&self, path: &str, line: usize) -> Finding {
        Finding::new(
            Location::new(&self.file, line, 1),
            "no-such-chapter",
            format!("`{path}` does not exist"),
            "a chapter file for every line of SUMMARY.md",
            format!("run `cargo guide new {}`, or remove the line", path.trim_end_matches(".md")),
        )
    }

    fn unlisted(&self, book: &Book, path: &str) -> Finding {
        Finding::new(
            Location::new(&format!("{}/{path}", book.source_dir().display()), 1, 1),
            "unlisted-chapter",
            format!("`{}` does not list this chapter, so no reader would see it", self.file),
            "an entry for every chapter file",
            format!("add `- [Title]({path})` to {}, or remove the file", self.file),
        )
    }
}

fn entries(text: &str) -> Vec<(String, usize)> {
    let link = |element| match element {
        Element::Link { target, line, .. } if !target.is_empty() => {
            Some((target.trim_start_matches("./").to_owned(), line))
        }
        _ => None,
    };
    parse(text).into_iter().filter_map(link).collect()
}

fn invalid(file: &str, message: &str) -> Finding {
    Finding::new(
        Location::new(file, 1, 1),
        "summary",
        format!("mdBook cannot read it: {message}"),
        "a list of links, as in the mdBook guide",
        "correct SUMMARY.md",
    )
}

/// All Markdown files below `dir`, relative to it, sorted.
fn markdown_files(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    collect(dir, "", &mut found);
    found.sort();
    found
}

fn collect(dir: &Path, prefix: &str, found: &mut Vec<String>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            collect(&entry.path(), &format!("{prefix}{name}/"), found);
        } else if entry.path().extension().is_some_and(|extension| extension == "md") {
            found.push(format!("{prefix}{name}"));
        }
    }
}
