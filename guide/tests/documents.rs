//! The documents for contributors agree with the tool.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

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
