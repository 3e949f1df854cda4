//! The documents for contributors agree with the tool.

use std::collections::BTreeSet;
use std::fs;
use std::iter;
use std::path::Path;

use guide::book::{Book, Expectation, Sample};

/// Every kind of error that a fixture shows, such as `wrong-codes`.
fn kinds_of_errors() -> BTreeSet<String> {
    let books = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/books");
    let expected = |book: fs::DirEntry| fs::read_to_string(book.path().join("expected.txt")).ok();
    let texts = fs::read_dir(books).expect("the fixtures").flatten().filter_map(expected);
    let kind = |line: &str| Some(line.strip_prefix("error[")?.split(']').next()?.to_owned());
    texts.flat_map(|text| text.lines().filter_map(kind).collect::<Vec<_>>()).collect()
}

#[test]
fn contributing_explains_every_kind_of_error() {
    let document = include_str!("../../CONTRIBUTING.md");
    let kinds = kinds_of_errors();
    assert!(kinds.len() > 30, "{kinds:?}");
    let missing: Vec<&String> =
        kinds.iter().filter(|kind| !document.contains(&format!("`{kind}`"))).collect();
    assert!(missing.is_empty(), "CONTRIBUTING.md does not explain {missing:?}");
}

/// What a sample of CONTRIBUTING.md must say so that its way of proof is shown there. The samples of that
/// page are checked like all others, so each of these is also known to work.
const PROOFS: [&str; 14] = [
    "reported by AddressSanitizer",
    "reported by ThreadSanitizer",
    "reported by Miri",
    "shown as mir",
    "shown as hir",
    "shown as llvm",
    "shown as asm",
    "same: ",
    "no-calls: ",
    "allocations(||",
    "offset_of!",
    "loom::model",
    "by_abort()",
    "option: It panics",
];

/// All that a sample says, with what is expected of it.
fn said_by(sample: &Sample) -> String {
    let expected = match &sample.expectation {
        Expectation::Reported { tool } => format!("reported by {tool}\n"),
        _ => String::new(),
    };
    let checks =
        sample.checks.iter().map(|block| format!("shown as {}\n{}", block.kind, block.text));
    let options = sample.options.iter().map(|option| format!("option: {}\n", option.claim));
    iter::once(expected)
        .chain(iter::once(sample.text.clone()))
        .chain(checks)
        .chain(options)
        .collect()
}

#[test]
fn contributing_has_a_checked_sample_of_every_way_of_proof() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let book = Book::load(root);
    let samples = book.samples().filter(|sample| sample.file == "CONTRIBUTING.md");
    let said: Vec<String> = samples.map(said_by).collect();
    let missing = PROOFS.iter().filter(|proof| !said.iter().any(|said| said.contains(**proof)));
    assert_eq!(missing.collect::<Vec<_>>(), [&""; 0]);
}

#[test]
fn roles_are_asked_about_parts_and_chapters_that_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let book = Book::load(root);
    let places: BTreeSet<&str> = book
        .chapters
        .iter()
        .filter_map(|chapter| chapter.path.strip_suffix(".md"))
        .flat_map(|path| [path, path.split('/').next().unwrap_or_default()])
        .collect();
    assert!(book.roles().len() >= 5, "{:?}", book.roles());
    for (role, asked) in book.roles() {
        for place in asked {
            assert!(places.contains(place.as_str()), "book.toml: {role} names {place}");
        }
    }
}

#[test]
fn every_chapter_with_questions_closes_with_what_to_reread() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the workspace");
    let catalog = guide::study::catalog(&Book::load(root));
    let chapters: BTreeSet<&String> = catalog.questions.iter().map(|row| &row.chapter).collect();
    let closed: BTreeSet<&String> = catalog.summaries.iter().map(|list| &list.chapter).collect();
    let open: Vec<_> = chapters.difference(&closed).collect();
    assert!(open.is_empty(), "no section \"On the morning of the interview\" closes {open:?}");
}
