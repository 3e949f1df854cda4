//! Figures of recorded measurements, and what stands in their place when a recording is out of date.

use guide::book::Measurement;

use crate::book::{Book, between, read};

const PROGRAM: &str = "fn main() {}\n";

/// A page with a figure in a callout and one in the text. Their measurement was recorded with `PROGRAM` as
/// its source, which is now `program`.
fn page(program: &str) -> String {
    let book = Book::new();
    book.write("examples/beads/Cargo.toml", "[package]\nname = \"beads\"\nedition = \"2024\"\n");
    book.write("examples/beads/benches/beads.rs", PROGRAM);
    let source = Measurement::all(book.root())[0].source(book.root());
    let recording = format!(
        "source = \"{source}\"\nmachine = \"Abacus <1>\"\ndate = \"2026-01-31\"\n\
         claim = \"at least 5 times\"\nquantity = \"beads\"\n\
         [[rows]]\nname = \"full\"\nvalues = [10]\n[[rows]]\nname = \"empty\"\nvalues = [2]\n"
    );
    book.write("examples/beads/benches/beads.toml", &recording);
    book.write("examples/beads/benches/beads.rs", program);
    let block = "```text,measured=beads\nas recorded\n```\n";
    let text = format!("# Other\n\n~~~admonish cost\n{block}~~~\n\n{block}\nEnd.\n");
    book.write("src/part/other.md", &text);
    read(&book.build().join("part/other.html"))
}

#[test]
fn a_recording_is_shown_as_a_chart_and_a_table() {
    let page = page(PROGRAM);
    assert_eq!(page.matches("<figure class=\"measured\">").count(), 2);
    assert_eq!(page.matches("<svg class=\"chart\" role=\"img\"").count(), 2);
    let figure = between(&page, "<figure", "</figure>");
    assert!(figure.contains("<figcaption>at least 5 times</figcaption>"), "{figure}");
    assert!(figure.contains("<th scope=\"col\">beads</th>"), "{figure}");
    assert!(figure.contains("<th scope=\"row\">full</th><td>10</td>"), "{figure}");
    assert!(figure.contains("measured: Abacus &lt;1&gt;, 2026-01-31"), "{figure}");
    assert!(page.contains("<p>End.</p>") && !page.contains("as recorded"), "{page}");
}

#[test]
fn a_recording_that_is_out_of_date_is_not_shown() {
    let page = page("fn main() { loop {} }\n");
    let reason = "not shown: the source of `beads` has changed since it was measured";
    assert_eq!(page.matches(reason).count(), 2, "{page}");
    assert!(!page.contains("<figure") && !page.contains("as recorded"), "{page}");
}
