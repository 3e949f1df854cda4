//! Other tools agree with the harness on every sample that they understand.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bench::{Tool, write_view};
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
