//! `mdbook test` agrees with `cargo guide check --book` on every sample of a book that is not the guide.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use bench::Tool;
use guide::book::Book;
use guide::check::{Outcome, Rules, Unwatched, prove_by};
use regex::Regex;
use tempfile::TempDir;

/// What is said about the samples of each chapter, in order.
type Verdicts = BTreeMap<String, Vec<String>>;

#[test]
#[ignore = "slow: `.ci/run opinions`"]
fn mdbook_agrees_on_every_sample() {
    let (book, libraries) = foreign_book();
    let mut ours = ours(book.path(), libraries);
    // It prints nothing about chapters in which all is right.
    ours.retain(|_, verdicts| verdicts.iter().any(|verdict| verdict == "refuted"));
    assert!(!ours.is_empty());
    assert_eq!(mdbooks(book.path()), ours);
}

/// A copy of the foreign book, and the directory with the crate that its samples use, where the tools
/// look for crates.
fn foreign_book() -> (TempDir, PathBuf) {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("../guide/tests/foreign");
    let book = TempDir::new().expect("a temporary directory");
    let libraries = book.path().join("target/debug/deps");
    run(Command::new("cp").arg("-r").arg(fixture.join(".")).arg(book.path()));
    run(Command::new("rustc")
        .args(["--edition", "2021"])
        .arg(fixture.join("library/ledger.rs"))
        .arg("--out-dir")
        .arg(&libraries));
    (book, libraries)
}

fn run(command: &mut Command) {
    assert!(command.status().expect("a program on the path").success(), "{command:?}");
}

fn ours(root: &Path, libraries: PathBuf) -> Verdicts {
    let book = Book::load_foreign(root);
    let samples: Vec<_> = book.samples().collect();
    let rules = Rules::Doctests { strict: false, libraries: vec![libraries] };
    let proof = prove_by(&rules, root, &samples, false, &Unwatched).expect("a proof");
    let mut verdicts = Verdicts::new();
    for (sample, outcome) in &proof.outcomes {
        let verdict = match outcome {
            Outcome::Proved { .. } => "proved",
            Outcome::Refuted(_) => "refuted",
            Outcome::NotRun(_) => "ignored",
        };
        verdicts.entry(sample.file.clone()).or_default().push(verdict.to_owned());
    }
    verdicts
}

/// What rustdoc says about the chapters in which something is wrong.
fn mdbooks(root: &Path) -> Verdicts {
    let program = Path::new(env!("CARGO_BIN_EXE_bench"));
    let mut command = Tool::Mdbook.command(program, root).expect("a command");
    let stderr = command.output().expect("mdbook starts").stderr;
    let line = Regex::new(r"(?m)^test (\S+) - .*\(line (\d+)\).* \.\.\. (\w+)$");
    let mut found: BTreeMap<String, BTreeMap<usize, String>> = BTreeMap::new();
    for test in line.expect("a valid pattern").captures_iter(&String::from_utf8_lossy(&stderr)) {
        let verdict = match &test[3] {
            "ok" => "proved",
            "FAILED" => "refuted",
            other => other,
        };
        let line = test[2].parse().expect("a number");
        found.entry(format!("src/{}", &test[1])).or_default().insert(line, verdict.to_owned());
    }
    found.into_iter().map(|(file, lines)| (file, lines.into_values().collect())).collect()
}
