//! Other tools agree with the harness on every sample that they understand.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bench::{Tool, generate, table, write_view};
use guide::book::{Book, Sample};
use guide::check::ChapterCrates;
use tempfile::TempDir;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace").to_owned()
}

/// What a tool says about these samples.
fn opinion<'book>(tool: Tool, samples: impl IntoIterator<Item = &'book Sample>) -> Output {
    let view = TempDir::new().expect("a temporary directory");
    write_view(view.path(), samples).expect("a view");
    let program = Path::new(env!("CARGO_BIN_EXE_bench"));
    let mut command: Command = tool.command(program, view.path()).expect("a command");
    command.output().expect("an opinion")
}

/// The samples of the guide that the tool understands and that need no crate.
fn samples(book: &Book, tool: Tool) -> Vec<&Sample> {
    let crates = ChapterCrates::load(&book.root);
    let understood = |sample: &&Sample| tool.knows(sample) && !crates.used_by(&sample.text);
    book.samples().filter(understood).collect()
}

#[track_caller]
fn agrees(tool: Tool) {
    let book = Book::load(&root());
    let samples = samples(&book, tool);
    assert!(samples.len() > 50, "{}", samples.len());
    let said = opinion(tool, samples);
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
}

/// Asserts that each of these is noticed, so that agreement means something.
#[track_caller]
fn objects(tool: Tool) {
    let book = Book::load(&root());
    let mut wrong = samples(&book, Tool::Skeptic)[0].clone();
    for main in ["fn main() { panic!() }\n", "fn main() { missing() }\n"] {
        main.clone_into(&mut wrong.text);
        let said = opinion(tool, [&wrong]);
        assert_eq!(said.status.code(), Some(1), "{}", String::from_utf8_lossy(&said.stderr));
    }
}

#[test]
fn skeptic_objects_to_wrong_samples() {
    objects(Tool::Skeptic);
}

#[test]
fn mdbook_objects_to_wrong_samples() {
    objects(Tool::Mdbook);
}

#[test]
#[ignore = "slow: `.ci/run opinions`"]
fn skeptic_agrees_on_every_sample() {
    agrees(Tool::Skeptic);
}

#[test]
#[ignore = "slow: `.ci/run opinions`"]
fn mdbook_agrees_on_every_sample() {
    agrees(Tool::Mdbook);
}

#[test]
#[ignore = "slow: `.ci/run opinions`"]
fn the_table_has_a_row_for_each_tool() {
    let program = Path::new(env!("CARGO_BIN_EXE_bench"));
    let book = root().join("target/bench/generated-8");
    generate(&root(), &book, 8).expect("a book");
    let shown = table(program, "8 generated samples", &book, 1).expect("a table");
    let counts: Vec<Vec<&str>> = shown
        .lines()
        .skip(1)
        .map(|row| row.split_once(" s ").expect("a time").0.split_whitespace().rev().collect())
        .collect();
    let samples: Vec<&str> = counts.iter().map(|row| row[1]).collect();
    assert_eq!(samples, ["8", "8", "8", "6"], "{shown}");
    fs::write(book.join("src/chapter-0.md"), "```rust\nfn main() { missing() }\n```\n")
        .expect("a file");
    let error = table(program, "", &book, 1).expect_err("a sample that does not compile");
    assert!(error.to_string().contains("rejects a sample"), "{error:#}");
}
