//! `cargo guide check --book` on a book that is not the guide: the verdict of every sample stands above
//! it, in a comment. `mdbook test` agrees with them: `bench/tests/foreign.rs`.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use tempfile::TempDir;

use support::Book;

/// Verdicts in the order of the samples, by file and by the line of the comment above them.
type Verdicts = BTreeMap<(String, usize), Vec<String>>;

#[test]
fn every_sample_gets_the_verdict_above_it() {
    let checked = Foreign::new().check(&[]);
    assert_eq!(verdicts(&checked), expected(false));
}

#[test]
fn strict_looks_at_error_codes_too() {
    let checked = Foreign::new().check(&["--strict", "nested/words"]);
    let mut expected = expected(true);
    expected.retain(|(file, _), _| file == "src/nested/words.md");
    assert_eq!(verdicts(&checked), expected);
    let findings = checked["findings"].as_array().expect("findings");
    let of_codes = findings.iter().filter(|finding| finding["rule"] == "wrong-codes");
    assert_eq!(of_codes.count(), 1, "{findings:#?}");
}

#[test]
fn what_is_not_standard_is_counted() {
    let checked = Foreign::new().check(&["right"]);
    assert_eq!(checked["findings"], Value::Array(Vec::new()));
    assert_eq!(checked["ignored"]["word `sparkling`"], 2);
    assert_eq!(checked["ignored"]["preprocessor `unknown`"], 1);
}

#[test]
fn errors_point_to_the_lines_of_the_book() {
    let foreign = Foreign::new();
    let book = fixture();
    let book = book.to_string_lossy();
    let said = foreign.home.check(&["--book", &book, "programs.md:10", "includes.md:57"]);
    said.status(1).says("src/programs.md:10:1").says("src/includes.md:57:1");
}

#[test]
fn a_book_without_a_summary_is_an_error_of_that_book() {
    let home = Book::base();
    let empty = tempfile::tempdir().expect("a temporary directory");
    let said = home.check(&["--book", &empty.path().to_string_lossy()]);
    said.status(1).says("src/SUMMARY.md").says("mdBook cannot use it");
}

#[test]
fn the_options_for_other_books_need_one() {
    Book::base().check(&["--strict"]).status(2).says("--book");
}

/// The foreign book, a guide to check it with, and the crate that its samples use.
struct Foreign {
    home: Book,
    libraries: TempDir,
}

impl Foreign {
    fn new() -> Self {
        let libraries = tempfile::tempdir().expect("a temporary directory");
        let mut rustc = Command::new("rustc");
        rustc.args(["--edition", "2021"]).arg(fixture().join("library").join("ledger.rs"));
        let built = rustc.arg("--out-dir").arg(libraries.path()).status();
        assert!(built.expect("rustc").success());
        Self { home: Book::base(), libraries }
    }

    fn check(&self, arguments: &[&str]) -> Value {
        let (book, libraries) = (fixture(), self.libraries.path().to_string_lossy());
        let always = ["--book", &book.to_string_lossy(), "-L", &libraries, "--format", "json"];
        let said = self.home.check(&[&always, arguments].concat());
        serde_json::from_str(&said.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", said.text()))
    }
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join("foreign")
}

/// The verdicts of a check, each at the comment above its sample.
fn verdicts(checked: &Value) -> Verdicts {
    let mut found = Verdicts::new();
    for sample in checked["samples"].as_array().expect("samples") {
        let file = sample["file"].as_str().expect("a file");
        let verdict = sample["status"].as_str().expect("a status").replace("not-run", "ignored");
        let line = sample["line"].as_u64().and_then(|line| usize::try_from(line).ok());
        let above = comments(file).into_iter().map(|(line, _)| line);
        let comment = above.filter(|above| Some(*above) < line).max();
        let place = (file.to_owned(), comment.expect("a comment above the sample"));
        found.entry(place).or_default().push(verdict);
    }
    found
}

/// The verdicts that the comments of all chapters state.
fn expected(strict: bool) -> Verdicts {
    let chapters = walkdir::WalkDir::new(fixture().join("src")).into_iter().flatten();
    let mut found = Verdicts::new();
    for chapter in chapters {
        let path = chapter.path().strip_prefix(fixture()).expect("a path below it");
        for (line, comment) in comments(&path.to_string_lossy()) {
            let stated = comment.split(':').next().unwrap_or_default().split(',');
            let verdicts: Vec<String> = stated.filter_map(|word| meaning(word, strict)).collect();
            if !verdicts.is_empty() {
                found.insert((path.to_string_lossy().into_owned(), line), verdicts);
            }
        }
    }
    found
}

fn meaning(word: &str, strict: bool) -> Option<String> {
    match word.trim() {
        "not a sample" => None,
        "strict" if strict => Some("refuted".to_owned()),
        "strict" => Some("proved".to_owned()),
        verdict => Some(verdict.to_owned()),
    }
}

/// The comments of a file of the book, with their lines from 1.
fn comments(file: &str) -> Vec<(usize, String)> {
    let text = fs::read_to_string(fixture().join(file)).unwrap_or_default();
    let comment = |(index, line): (usize, &str)| {
        let (_, rest) = line.split_once("<!-- ")?;
        Some((index + 1, rest.trim_end_matches(" -->").to_owned()))
    };
    text.lines().enumerate().filter_map(comment).collect()
}
