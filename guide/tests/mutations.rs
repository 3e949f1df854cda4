//! Plants errors in the real chapters: every error code, every checked block and every `should_panic`
//! is changed in turn, and each change must be caught. A harness that overlooks one proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use guide::book::{Book, Expectation, Finding, MeasuredBlock, Sample};
use guide::check::{Outcome, Unwatched, prove};

/// A change of one line of a chapter.
struct Mutation {
    /// Index of the sample in the book.
    sample: usize,
    file: String,
    /// From 1.
    line: usize,
    from: String,
    to: String,
}

#[test]
fn every_changed_expectation_is_caught() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let book = Book::load(root);
    let rounds = rounds(&book);
    assert!(
        rounds.iter().map(Vec::len).sum::<usize>() > 100,
        "the chapters have expectations to change"
    );
    let survivors: Vec<String> = rounds.iter().flat_map(|round| survivors(root, round)).collect();
    assert!(survivors.is_empty(), "not caught:\n{}", survivors.join("\n"));
}

#[test]
fn every_changed_figure_is_caught() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let book = Book::load(root);
    assert!(book.measured().count() > 1, "the chapters have figures to change");
    for index in 0.. {
        let changes: Vec<Mutation> =
            book.measured().filter_map(|block| changed_figure(block, index)).collect();
        if changes.is_empty() {
            return;
        }
        let caught = Book::load(mutated_copy(root, &changes).path()).findings;
        for change in &changes {
            let fence = change.line - 1 - index;
            let at = |found: &Finding| found.at.file == change.file && found.at.line == fence;
            assert!(caught.iter().any(at), "not caught: {}", describe(change));
        }
    }
}

/// A change of the line with this index in a block, if it has so many.
fn changed_figure(block: &MeasuredBlock, index: usize) -> Option<Mutation> {
    let from = block.text.lines().nth(index)?.to_owned();
    let line = block.lines.start() + 1 + index;
    Some(Mutation { sample: 0, file: block.file.clone(), line, to: format!("{from}!"), from })
}

#[test]
fn no_other_option_can_be_called_right() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let book = Book::load(root);
    let puzzles = book.samples().filter(|sample| !sample.options.is_empty());
    let wrong: Vec<Sample> = puzzles.flat_map(with_other_answers).collect();
    assert!(wrong.len() > 40, "the chapters have options to change");
    let wrong: Vec<&Sample> = wrong.iter().collect();
    let proof = prove(root, &wrong, true, &Unwatched).expect("a usable machine");
    let survived = |outcome: &Outcome| matches!(outcome, Outcome::Proved { .. });
    let survivors: Vec<String> = proof
        .outcomes
        .iter()
        .filter(|(_, outcome)| survived(outcome))
        .map(|(sample, _)| format!("{}: {:?}", sample.name(), sample.options))
        .collect();
    assert!(survivors.is_empty(), "not caught:\n{}", survivors.join("\n"));
}

/// The sample once for each wrong option, with that option called right.
fn with_other_answers(sample: &Sample) -> Vec<Sample> {
    let wrong = (0..sample.options.len()).filter(|&index| !sample.options[index].is_right);
    wrong
        .map(|chosen| {
            let mut other = sample.clone();
            for (index, option) in other.options.iter_mut().enumerate() {
                option.is_right = index == chosen;
            }
            other
        })
        .collect()
}

/// Mutations sorted into rounds, so that each round changes a sample at most once.
fn rounds(book: &Book) -> Vec<Vec<Mutation>> {
    let mut rounds: Vec<Vec<Mutation>> = Vec::new();
    for (index, sample) in book.samples().enumerate() {
        for (round, mutation) in mutations(book, index, sample).into_iter().enumerate() {
            if rounds.len() <= round {
                rounds.push(Vec::new());
            }
            rounds[round].push(mutation);
        }
    }
    rounds
}

fn mutations(book: &Book, index: usize, sample: &Sample) -> Vec<Mutation> {
    let text = &book
        .chapters
        .iter()
        .find(|chapter| chapter.file == sample.file)
        .expect("its chapter")
        .text;
    let at = |line: usize, to: &dyn Fn(&str) -> String| {
        let from = text.lines().nth(line - 1).expect("a line of the chapter").to_owned();
        Mutation { sample: index, file: sample.file.clone(), line, to: to(&from), from }
    };
    let fence = *sample.lines.start();
    let mut mutations = Vec::new();
    if let Expectation::CompileFail { codes } = &sample.expectation {
        mutations.extend(codes.iter().map(|code| at(fence, &|line| line.replace(code, "E0001"))));
    }
    if sample.expectation == Expectation::Panic {
        mutations.push(at(fence, &|line| line.replace(",should_panic", "")));
    }
    for block in &sample.checks {
        let shown = |line: &&str| !line.trim().is_empty() && line.trim() != "...";
        let first = block.text.lines().position(|line| shown(&line)).expect("a block with text");
        mutations.push(at(block.lines.start() + 1 + first, &|line| format!("{line}!")));
    }
    mutations
}

/// The mutations of a round that the harness does not catch, described.
fn survivors(root: &Path, round: &[Mutation]) -> Vec<String> {
    let copy = mutated_copy(root, round);
    let book = Book::load(copy.path());
    let samples: Vec<&Sample> = book.samples().collect();
    let changed: Vec<&Sample> = round.iter().map(|mutation| samples[mutation.sample]).collect();
    let proof = prove(root, &changed, true, &Unwatched).expect("a usable machine");
    let missed = |outcome: &Outcome| matches!(outcome, Outcome::Proved { .. });
    let survived = round.iter().zip(&proof.outcomes).filter(|(_, (_, outcome))| missed(outcome));
    survived.map(|(mutation, _)| describe(mutation)).collect()
}

fn describe(mutation: &Mutation) -> String {
    let Mutation { file, line, from, to, .. } = mutation;
    format!("{file}:{line}: `{from}` changed to `{to}`")
}

/// The book with the round's changes, in a directory of its own.
fn mutated_copy(root: &Path, round: &[Mutation]) -> tempfile::TempDir {
    let copy = tempfile::tempdir().expect("a temporary directory");
    let below = ["src", "examples"].into_iter().flat_map(|dir| files(root, Path::new(dir)));
    for file in below.chain(top_level(root)) {
        let text = fs::read_to_string(root.join(&file)).expect("a text file");
        let mut lines: Vec<&str> = text.lines().collect();
        for mutation in round.iter().filter(|mutation| Path::new(&mutation.file) == file) {
            lines[mutation.line - 1] = &mutation.to;
        }
        let path = copy.path().join(&file);
        fs::create_dir_all(path.parent().expect("a directory")).expect("a writable directory");
        fs::write(path, lines.join("\n") + "\n").expect("a writable file");
    }
    copy
}

/// `book.toml` and the pages beside it that are proved too.
fn top_level(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).expect("the workspace").flatten();
    let wanted = |name: &str| ["book.toml", "CONTRIBUTING.md", "STYLE.md"].contains(&name);
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    names.filter(|name| wanted(name)).map(PathBuf::from).collect()
}

/// All files below `dir`, relative to `root`.
fn files(root: &Path, dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root.join(dir)).expect("a directory").flatten();
    let (dirs, files): (Vec<_>, Vec<_>) = entries
        .map(|entry| (entry.path().is_dir(), dir.join(entry.file_name())))
        .partition(|(is_dir, _)| *is_dir);
    let below = dirs.into_iter().flat_map(|(_, dir)| self::files(root, &dir));
    files.into_iter().map(|(_, file)| file).chain(below).collect()
}
