//! Every refusal, shown by a book that deserves it: what `cargo guide check` says about each directory
//! of `tests/books` stands in its `expected.txt`.
//!
//! A directory holds only what differs from the correct book in `_base`. After a change of a message, run
//! `GUIDE_BLESS_FIXTURES=1 cargo test --test refusals` and review the diff.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::LazyLock;

use libtest_mimic::{Arguments, Failed, Trial};
use regex::Regex;
use similar::TextDiff;

use support::{Book, Said, fixtures};

const BLESS: &str = "GUIDE_BLESS_FIXTURES";
/// How the names of fixtures start that are about what only x86-64 Linux has: sanitizers and this code.
const X86_64_LINUX: [&str; 6] = [
    "asm-differs",
    "clean-asan-run",
    "clean-tsan-run",
    "codegen-",
    "line-not-in-report",
    "llvm-differs",
];

/// What differs from run to run and between machines, and what stands for it.
static VOLATILE: LazyLock<[(Regex, &str); 3]> = LazyLock::new(|| {
    let pattern = |text| Regex::new(text).expect("a valid pattern");
    [
        (pattern(r"in \d+\.\d\d s"), "in 0.00 s"),
        (pattern("0x[0-9a-f]{6,}"), "0x5eed"),
        (pattern(r"(?s)    =+\n    ==\d+==ERROR: .*?    SUMMARY[^\n]*"), "    <report>"),
    ]
});

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let mut trials: Vec<Trial> = books().into_iter().map(trial).collect();
    trials.push(Trial::test("_base", correct_book));
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// The directories of the fixtures.
fn books() -> Vec<PathBuf> {
    let entries = fs::read_dir(fixtures()).expect("the fixtures").flatten();
    let mut books: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    books.retain(|book| !book.ends_with("_base"));
    books.sort();
    books
}

fn trial(fixture: PathBuf) -> Trial {
    let name = fixture.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let elsewhere = !cfg!(all(target_arch = "x86_64", target_os = "linux"));
    let ignored = elsewhere && X86_64_LINUX.iter().any(|start| name.starts_with(start));
    Trial::test(name, move || refused(&fixture)).with_ignored_flag(ignored)
}

fn correct_book() -> Result<(), Failed> {
    let said = Book::base().check(&[]);
    if said.status == Some(0) { Ok(()) } else { Err(said.text().into()) }
}

fn refused(fixture: &Path) -> Result<(), Failed> {
    let said = Book::base().overlay(fixture).check(&[]);
    if said.status != Some(1) {
        return Err(format!("exit status {:?}, not 1:\n{}", said.status, said.text()).into());
    }
    complete(&said)?;
    let (actual, file) = (steady(&said.text()), fixture.join("expected.txt"));
    let expected = fs::read_to_string(&file).unwrap_or_default();
    if actual == expected {
        return Ok(());
    }
    if std::env::var_os(BLESS).is_some() && std::env::var_os("CI").is_none() {
        return Ok(fs::write(&file, actual)?);
    }
    Err(difference(&expected, &actual, &file).into())
}

/// What was said, without what changes from run to run.
fn steady(text: &str) -> String {
    let replace = |text: String, (pattern, stand_in): &(Regex, &str)| {
        pattern.replace_all(&text, *stand_in).into_owned()
    };
    VOLATILE.iter().fold(text.to_owned(), replace)
}

/// Checks that each error names its place, what was expected and what to do.
fn complete(said: &Said) -> Result<(), Failed> {
    let (head, place) = (Regex::new(r"(?m)^error\[")?, Regex::new(r"--> [\w./-]+:\d+:\d+\n")?);
    let errors: Vec<&str> = head.split(&said.stderr).skip(1).collect();
    if errors.is_empty() {
        return Err(format!("no error is shown:\n{}", said.text()).into());
    }
    for error in errors {
        let has_all = place.is_match(error)
            && ["= expected: ", "= help: "].iter().all(|part| error.contains(part));
        if !has_all {
            return Err(
                format!("the message lacks its place, “expected” or “help”:\n{error}").into()
            );
        }
    }
    Ok(())
}

fn difference(expected: &str, actual: &str, file: &Path) -> String {
    let diff = TextDiff::from_lines(expected, actual);
    format!(
        "{}\nthe message is not that of {}: correct it, or run `{BLESS}=1 cargo test --test refusals` and review the diff",
        diff.unified_diff().context_radius(3).header("expected.txt", "cargo guide check"),
        file.display()
    )
}
