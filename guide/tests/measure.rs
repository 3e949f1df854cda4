//! `cargo guide measure` with measurements whose rows are constants: what it records, what it refuses, and
//! what pages may show of it.

mod support;

use std::fs;
use std::io::Write;
use std::path::Path;

use serde_json::Value;
use support::{Book, Said};

const RECORDING: &str = "examples/rods/benches/beads.toml";
const WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"examples/measurement\", \"examples/rods\"]\n\
    [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\n\
    license = \"MIT\"\npublish = false\n[workspace.lints]\n";
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"measurement\"\nversion = \"0.1.0\"\n\n\
    [[package]]\nname = \"rods\"\nversion = \"0.1.0\"\ndependencies = [\n \"measurement\",\n]\n";
const CRATE: &str = "[package]\nname = \"rods\"\nversion = \"0.1.0\"\nedition = \"2024\"\n\n\
    [dev-dependencies]\nmeasurement = { path = \"../measurement\" }\n\n\
    [[bench]]\nname = \"beads\"\nharness = false\n";

const CHAPTER_CRATES: &str = "[package]\nname = \"chapter-crates\"\nversion = \"0.1.0\"\n\n\
    [dependencies]\nmeasurement = { path = \"../measurement\" }\n";

/// A measurement whose `main` has this body, and a page that shows it.
fn book(body: &str) -> Book {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut book = Book::base()
        .page("```text,measured=beads\n```\n")
        .file("Cargo.toml", WORKSPACE)
        .file("Cargo.lock", LOCK)
        .file("examples/rods/Cargo.toml", CRATE)
        .file("examples/rods/src/lib.rs", "")
        .file("examples/rods/benches/beads.rs", program(body));
    let library = "examples/measurement";
    for file in ["Cargo.toml", "src/lib.rs", "src/clock.rs", "src/table.rs", "src/valgrind.rs"] {
        let text = fs::read_to_string(repository.join(library).join(file)).expect("a file");
        book = book.file(&format!("{library}/{file}"), text);
    }
    // Samples may use the library, so no page has to show it.
    book.file("examples/chapter-crates/Cargo.toml", CHAPTER_CRATES)
}

fn program(body: &str) -> String {
    format!("//! Counts beads.\n\nfn main() {{\n    {body}\n}}\n")
}

/// A table in which the full rod has `full` beads and the other two, with the claim that it is 5 times.
fn table(full: u32) -> String {
    format!(
        "measurement::Table::bars(\"beads\")\n        .row(\"full\", [f64::from({full})])\n        \
         .row(\"almost empty\", [2.0])\n        \
         .claim(\"a full rod has at least {{}} times the beads\", 5.0, f64::from({full}) / 2.0);"
    )
}

fn report(said: &Said) -> Value {
    serde_json::from_str(&said.stdout).expect("JSON")
}

#[test]
fn what_is_recorded_is_what_a_page_shows() {
    let book = book(&table(12_345));
    book.check(&[]).status(1).says("error[unrecorded]").silent_about("1 measured");
    book.run(&["bless"]).status(1).says("page.md:3: `beads` was never recorded");
    book.run(&["measure"]).status(0).says("  full           12,345\n").says("1 claim holds");
    let recording = book.read(RECORDING);
    assert!(recording.contains(" cores, ") && recording.contains(", rustc 1."), "{recording}");
    book.check(&["core/page"]).status(1).says("error[block-differs]");
    book.run(&["bless", "core/page:3"]).status(0).says("+full           12,345\n");
    book.check(&[]).status(0).says("blocks that match: 1 measured, 1 output");
    let report = report(&book.check(&["core/page", "--format", "json"]));
    assert_eq!(
        (&report["measured"][0]["name"], &report["measured"][0]["status"]),
        (&"beads".into(), &"shown".into())
    );
}

#[test]
fn a_check_records_nothing() {
    let book = book(&table(10));
    book.run(&["measure", "--check"]).status(0).says("1 claim holds").silent_about("recorded");
    assert!(!book.root().join(RECORDING).exists());
}

#[test]
fn a_question_counts_what_it_shows() {
    let book = book(&table(10));
    let question = book.read("src/core/question.md");
    let blocks = |book: &Book| {
        let said = book.run(&["list"]);
        let row = said.stdout.lines().nth(1).expect("a row").to_owned();
        row.split_whitespace().nth(4).expect("a count").to_owned()
    };
    assert_eq!(blocks(&book), "1");
    let book = book.file("src/core/question.md", question + "\n```text,measured=beads\n```\n");
    assert_eq!(blocks(&book), "2");
}

#[test]
fn a_claim_that_does_not_hold_is_not_recorded() {
    let book = book(&table(10));
    book.run(&["measure", "beads"]).status(0);
    let before = book.read(RECORDING);
    let book = book.file("examples/rods/benches/beads.rs", program(&table(9)));
    let said = book.run(&["measure", "beads"]);
    said.status(1)
        .says("error[false-claim]: it does not hold here: a full rod has at least 5 times")
        .says("--> examples/rods/benches/beads.rs:7:10")
        .says("at least 5; measured was 4.50")
        .says("0 claims hold\n  refuted: 1");
    book.run(&["measure", "--check"]).status(1).says("error[false-claim]");
    assert_eq!(book.read(RECORDING), before);
}

#[test]
fn a_claim_about_what_is_no_number_does_not_hold() {
    let book = book(
        "println!(\"claim = 'full'\\nleast = 5.0\\nmeasured = nan\\nquantity = 'beads'\\n\\
        rows = [{{ name = 'full', values = [10] }}]\\n\\
        at = {{ file = 'examples/rods/benches/beads.rs', line = 4, column = 5 }}\");",
    );
    book.run(&["measure"]).status(1).says("error[false-claim]").says("measured was NaN");
    assert!(!book.root().join(RECORDING).exists());
}

#[test]
fn a_changed_source_must_be_measured_again() {
    let book = book(&table(10));
    book.run(&["measure"]).status(0);
    book.run(&["bless", "core/page"]).status(0);
    book.check(&[]).status(0);
    for (file, text) in [
        ("examples/rods/benches/beads.rs", program(&table(11))),
        ("examples/rods/src/lib.rs", "//! Rods.\n".to_owned()),
        ("examples/rods/src/row.rs", "//! A row of rods.\n".to_owned()),
        ("examples/rods/Cargo.toml", format!("{CRATE}\n[features]\nempty = []\n")),
    ] {
        let before = fs::read_to_string(book.root().join(file)).ok();
        book.write(Path::new(file), text);
        book.check(&[]).status(1).says("error[stale-recording]").silent_about("measured,");
        match before {
            Some(before) => book.write(Path::new(file), before),
            None => fs::remove_file(book.root().join(file)).expect("a file"),
        }
        book.check(&[]).status(0).says("1 measured");
    }
}

#[test]
fn what_prints_no_figure_is_not_recorded() {
    let curve = "measurement::Table::curve(\"beads\", \"rods\", [\"all\"]).row(\"two\", [2.0])\
        .claim(\"at least {}\", 1.0, 2.0);";
    let refused = [
        ("panic!(\"no beads left\");", "does not run to its end", "no beads left"),
        ("missing();", "does not compile", "cannot find function"),
        ("println!(\"ten beads\");", "is not a table with a claim", "ten beads"),
        (curve, "is not a table with a claim", "`two` is no number"),
    ];
    let mut book = book("");
    for (body, what, detail) in refused {
        book = book.file("examples/rods/benches/beads.rs", program(body));
        let said = book.run(&["measure"]);
        said.status(1).says("error[failed-measurement]").says(what).says(detail);
        assert!(!book.root().join(RECORDING).exists(), "{what}");
    }
}

#[test]
fn what_cannot_be_measured_here_is_counted_and_no_failure() {
    let book = book("measurement::not_run(\"the abacus is not here\")");
    let said = book.run(&["measure"]);
    said.status(0).says("0 claims hold\n  not run here: 1 (the abacus is not here)");
    assert!(!book.root().join(RECORDING).exists());
}

/// Sums of ten numbers, and twice of ten thousand.
const COUNTS: &str = r#"let sum = |numbers: &Vec<u64>| numbers.iter().fold(0, |sum: u64, n| sum.rotate_left(7) ^ n);
    let inputs = [10, 10_000, 10_000];
    let counted = measurement::counts(
        measurement::Event::Instructions, &inputs, |&n| vec![1; n], [sum, |_| 0]);
    let [[few, nothing], [many, _], [again, _]] = counted;
    assert!(nothing < 100.0 && many >= few + 9990.0 && (many - again).abs() < 0.5, "{counted:?}");
    measurement::Table::bars("instructions").row("many", [many]).claim("at least {}", 1.0, many);"#;

#[test]
fn counts_are_right_and_the_same_in_every_run() {
    let book = book(COUNTS);
    if book.run(&["measure"]).status(0).stdout.contains("valgrind is not installed") {
        // Not `eprintln!`, which is shown for failing tests only.
        let _ = writeln!(std::io::stderr(), "skipped: no valgrind");
        return;
    }
    let values = || book.read(RECORDING).lines().last().expect("a line").to_owned();
    let first = values();
    assert!(first.starts_with("values = ["), "{first}");
    book.run(&["measure"]).status(0).says("1 claim holds");
    assert_eq!(values(), first);
}

#[test]
fn counts_need_valgrind() {
    let counts = "let counted = measurement::counts(measurement::Event::Instructions, &[1], \
        |n| *n, [|n| n + 1]);\n    assert_eq!(counted.len(), 1);";
    let book = book(counts);
    // Builds it, which needs more than is left of the path below.
    book.run(&["measure"]);
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let compiler = Path::new(&cargo).parent().expect("a directory");
    let said = Said::of(book.command(&["measure"]).env("PATH", compiler));
    said.status(0).says("not run here: 1 (valgrind is not installed)");
}

#[test]
fn an_unknown_measurement_names_the_known_ones() {
    let book = book("");
    book.run(&["measure", "bead"])
        .status(2)
        .says("did you mean `beads`?")
        .says("known are `beads`");
    Book::base()
        .run(&["measure", "beads"])
        .status(2)
        .says("no measurement `beads`: known are none");
}
