//! What `cargo guide` does on request: prove a part, bless, start chapters, list, remember.

mod support;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use support::{Book, Mount, Said, sample};

/// A page with a sample that prints `three` and a block that says something else, and with what an
/// editor might have left: trailing space, a tab, no line end at the end.
const STALE: &str = "Before.  \n\n```rust\nfn main() {\n    println!(\"three\");\n}\n```\n\n\
    ```text,output\ntwo\nlines\n```\n\nAfter\u{a0}it,\tno end";

const PAGE: &str = "src/core/page.md";

/// The lock file of a workspace with two packages and no registry.
const LOCK: &str = "version = 4\n\n[[package]]\nname = \"chapter-crates\"\nversion = \"0.0.0\"\n\
    dependencies = [\n \"stock\",\n]\n\n[[package]]\nname = \"stock\"\nversion = \"0.0.0\"\n";

/// What is left of `text` when the block says what the sample prints.
fn blessed(text: &str) -> String {
    text.replace("two\nlines", "three")
}

#[test]
fn bless_writes_the_block_and_nothing_else() {
    let book = Book::base().page(STALE);
    let before = book.read(PAGE);
    let said = book.run(&["bless"]);
    said.status(0)
        .says("\n-two\n-lines\n+three\n")
        .says("--- src/core/page.md")
        .says("1 block written");
    assert_eq!(book.read(PAGE), blessed(&before));
    book.check(&["core/page"]).status(0);
    book.run(&["bless"]).status(0).says("0 blocks written");
}

#[test]
fn bless_writes_only_what_was_asked_for() {
    let book = Book::base().page(STALE);
    let before = book.read(PAGE);
    book.run(&["bless", "what-moves"]).status(0).says("0 blocks written");
    assert_eq!(book.read(PAGE), before);
    book.run(&["bless", "core/page:5"]).status(0).says("1 block written");
    book.run(&["bless", "core/pages"]).status(2).says("names no chapter");
}

#[test]
fn bless_refuses_in_ci() {
    let book = Book::base().page(STALE);
    let before = book.read(PAGE);
    Said::of(book.command(&["bless"]).env("CI", "true")).status(2).says("CI");
    assert_eq!(book.read(PAGE), before);
}

#[test]
fn bless_works_inside_directives_and_quotes() {
    let fences = "```rust\nfn main() {\n    println!(\"three\\n\\n  more\");\n}\n```\n\n```text,output\n```\n";
    let quoted: String = fences.lines().flat_map(|line| ["> ", line, "\n"]).collect();
    let page = format!("~~~admonish trap\nNo.\n\n{fences}~~~\n\n{quoted}");
    let book = Book::base().page(&page);
    book.run(&["bless"]).status(0).says("2 blocks written");
    let text = book.read(PAGE);
    assert!(text.contains("```text,output\nthree\n\n  more\n```\n~~~\n"), "{text}");
    assert!(text.contains("> ```text,output\n> three\n>\n>   more\n> ```\n"), "{text}");
    book.check(&["core/page"]).status(0);
}

#[test]
fn bless_keeps_elided_lines_where_they_are_right() {
    let code = "```rust,compile_fail,E0425\nfn main() {\n    missing();\n}\n```\n\n";
    let right = "```text,diagnostic\nerror[E0425]: cannot find function `missing` in this scope\n...\n```\n";
    let book = Book::base().page(&format!("{code}{right}"));
    book.run(&["bless", "core/page"]).status(0).says("0 blocks written");
    let book = book.page(&format!("{code}{}", right.replace("missing", "other")));
    book.run(&["bless", "core/page"]).status(0).says("1 block written");
    book.check(&["core/page"]).status(0);
}

#[test]
fn three_dots_in_an_output_are_three_dots() {
    let page = format!("{}```text,output\n...\n```\n", sample("println!(\"three\");"));
    let book = Book::base().page(&page);
    book.check(&["core/page"]).status(1).says("error[block-differs]");
    book.run(&["bless", "core/page"]).status(0).says("1 block written");
    book.check(&["core/page"]).status(0);
}

/// Asserts that `bless` leaves a page alone whose sample has this body, and says why.
#[track_caller]
fn refuses_to_write(body: &str, reason: &str) {
    let book = Book::base().page(&format!("{}```text,output\n1\n```\n", sample(body)));
    let before = book.read(PAGE);
    let said = book.run(&["bless", "core/page"]);
    said.status(1).says("not written: src/core/page.md:9: ").says(reason);
    assert_eq!(book.read(PAGE), before);
}

#[test]
fn bless_refuses_what_changes_from_run_to_run() {
    refuses_to_write("println!(\"{:p}\", Box::new(1));", "changes between two runs");
}

#[test]
fn bless_refuses_what_is_not_there() {
    refuses_to_write("missing();", "the sample has no output");
}

#[test]
fn bless_refuses_what_would_end_the_block_or_break_the_file() {
    refuses_to_write("println!(\"a\\n```\\nb\");", "would end the block");
    refuses_to_write("println!(\"~~~\");", "would end the block");
    refuses_to_write("println!(\"1%\\r2%\");", "cannot stand in a chapter");
    refuses_to_write("println!(\"\\0\");", "cannot stand in a chapter");
}

#[test]
fn bless_does_not_quote_reports() {
    if !cfg!(target_arch = "x86_64") {
        return;
    }
    let page = "```rust,no_run,asan\nfn main() {\n    let numbers = vec![1];\n    let first = numbers.as_ptr();\n    \
        drop(numbers);\n    println!(\"{}\", unsafe { *first });\n}\n```\n\n```text,report\nclean\n```\n";
    let book = Book::base().page(page);
    book.run(&["bless", "core/page"]).status(1).says("12: a report differs between machines");
    assert!(book.read(PAGE).ends_with(page));
}

#[test]
fn bless_does_not_overwrite_what_the_author_saved_meanwhile() {
    let body = "let page = \"../../../../../src/core/page.md\";
    let mut page = std::fs::File::options().append(true).open(page).unwrap();
    std::io::Write::write_all(&mut page, b\"\\nSaved.\\n\").unwrap();";
    let book = Book::base().page(&format!("{}```text,output\n1\n```\n", sample(body)));
    let before = book.read(PAGE);
    book.run(&["bless", "core/page"]).status(1).says("page.md: it was changed meanwhile");
    let after = book.read(PAGE);
    assert!(after.starts_with(&before) && after.ends_with("\nSaved.\n"), "{after}");
}

#[test]
fn bless_keeps_a_chapter_whole_that_it_cannot_write() {
    let book = Book::base();
    let core = book.root().join("src/core");
    let question = book.read("src/core/question.md");
    let Some(_mount) = Mount::over(&core, "size=32k") else { return };
    book.write(Path::new("src/core/question.md"), question);
    book.write(Path::new(PAGE), format!("# Page\n\n{STALE}"));
    let before = book.read(PAGE);
    while fs::write(core.join("filler"), vec![0; size_of_filler(&core)]).is_ok() {}
    let said = book.run(&["bless", "core/page"]);
    said.status(3).says("cannot write `src/core/page.md`").says("No space left");
    assert_eq!(book.read(PAGE), before);
    assert_eq!(fs::read_dir(&core).expect("the chapters").count(), 3, "a temporary file is left");
}

/// One page more than the filler has by now.
fn size_of_filler(core: &Path) -> usize {
    let length = fs::metadata(core.join("filler")).map_or(0, |filler| filler.len());
    usize::try_from(length).expect("a small file") + 4096
}

/// A chapter with every `TODO:` of the scaffold replaced by something.
fn filled_in(text: &str) -> String {
    text.replace("TODO: ", "").replace("**TODO:", "**").replace("TODO.", "Nothing.")
}

#[test]
fn a_new_chapter_and_question_pass_once_filled_in() {
    let book = Book::base();
    book.run(&["new", "core/closures"]).status(0).says("src/core/closures.md");
    book.run(&["new", "core/closures#fn-traits", "--level", "senior"]).status(0).says("fn-traits");
    book.check(&["core/closures"]).status(1).says("error[unfinished]").silent_about("error[m");
    let text = book.read("src/core/closures.md");
    assert!(text.contains("{#fn-traits .senior}"), "{text}");
    let book = book.file("src/core/closures.md", filled_in(&text));
    book.check(&[]).status(0).says("proved 2 samples");
}

#[test]
fn new_enters_the_chapter_and_the_question_into_the_lists() {
    let book = Book::base();
    book.run(&["new", "core/fn-traits"]).status(0);
    book.run(&["new", "async/pinning"]).status(0);
    book.run(&["new", "async/pinning#what-pin-promises"]).status(0);
    let summary = "# Summary\n\n- [Question](core/question.md)\n- [Page](core/page.md)\n\
        - [Fn traits](core/fn-traits.md)\n\n# Async\n\n- [Pinning](async/pinning.md)\n";
    assert_eq!(book.read("src/SUMMARY.md"), summary);
    let ids = "async/pinning.md#what-pin-promises\ncore/question.md#what-moves\n";
    assert_eq!(book.read("src/ids.txt"), ids);
}

#[test]
fn a_new_question_stands_before_the_closing_summary() {
    let fence = "````markdown\n## Not a heading\n````\n";
    let closing = "\n## On the morning of the interview\n\nRead.\n";
    let question = Book::base().read("src/core/question.md");
    let book = Book::base().file("src/core/question.md", format!("{question}\n{fence}{closing}"));
    book.run(&["new", "core/question#next"]).status(0);
    let text = book.read("src/core/question.md");
    assert!(text.starts_with(&format!("{question}\n{fence}\n## TODO:")), "{text}");
    assert!(text.ends_with(closing), "{text}");
}

#[test]
fn new_refuses_names_that_are_taken_or_malformed() {
    let book = Book::base();
    let refused = [
        ("core/page", "`src/core/page.md` exists already"),
        ("core/question#what-moves", "published already"),
        ("core/page#what-moves", "is taken by core/question.md"),
        ("core/closures#fn-traits", "run `cargo guide new core/closures`"),
        ("closures", "neither"),
        ("Core/closures", "neither"),
        ("core/fn traits", "neither"),
        ("../core/closures", "neither"),
        ("core/closures#", "neither"),
        ("core/page#What-Moves", "neither"),
    ];
    for (target, reason) in refused {
        book.run(&["new", target]).status(2).says(reason);
    }
    assert_eq!(book.read("src/SUMMARY.md"), Book::base().read("src/SUMMARY.md"));
    assert_eq!(book.read("src/ids.txt"), Book::base().read("src/ids.txt"));
}

#[test]
fn new_publishes_a_question_that_stands_there_already() {
    let book = Book::base().file("src/ids.txt", "");
    let before = book.read("src/core/question.md");
    book.run(&["new", "core/question#what-moves"]).status(0).says("permanent");
    assert_eq!(book.read("src/ids.txt"), "core/question.md#what-moves\n");
    assert_eq!(book.read("src/core/question.md"), before);
}

/// The ids that `list` prints with these arguments.
fn listed(book: &Book, arguments: &[&str]) -> Vec<String> {
    let said = book.run(&[&["list"], arguments].concat());
    let rows = said.status(0).stdout.lines().skip(1);
    let ids = rows.filter_map(|row| row.split_whitespace().next()).map(str::to_owned);
    let mut ids: Vec<String> = ids.collect();
    let count = ids.pop().expect("the last line counts");
    assert_eq!(count, ids.len().to_string());
    ids
}

#[test]
fn list_shows_the_questions_that_were_asked_for() {
    let book = Book::base();
    book.run(&["new", "async/pinning"]).status(0);
    book.run(&["new", "async/pinning#what-pin-promises", "--level", "staff"]).status(0);
    assert_eq!(listed(&book, &[]), ["what-moves", "what-pin-promises"]);
    assert_eq!(listed(&book, &["--level", "staff"]), ["what-pin-promises"]);
    assert_eq!(listed(&book, &["--level", "junior"]), ["what-moves"]);
    assert_eq!(listed(&book, &["--part", "core"]), ["what-moves"]);
    assert_eq!(listed(&book, &["--part", "core", "--level", "staff"]), [""; 0]);
    book.run(&["list", "--level", "expert"]).status(2).says("junior, mid, senior or staff");
}

#[test]
fn list_counts_the_evidence() {
    let said = Book::base().run(&["list"]);
    let row = said.stdout.lines().nth(1).expect("a row");
    let columns: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(columns[..5], ["what-moves", "junior", "1", "0", "1"]);
    assert!(row.ends_with("What does a move leave behind?"), "{row}");
}

/// A page with a sample on lines 3 to 5 that is proved and one on lines 7 to 9 that is not.
fn mixed() -> Book {
    Book::base().page(&[sample("println!(\"1\");"), sample("panic!();")].concat())
}

#[test]
fn the_json_report_counts_and_names_everything() {
    let said = mixed().check(&["--format", "json"]);
    let report: Value = serde_json::from_str(&said.status(1).stdout).expect("JSON");
    assert_eq!(said.stderr, "", "programs read one stream");
    assert_eq!((&report["proved"], &report["refuted"]), (&2.into(), &1.into()));
    let samples = report["samples"].as_array().expect("samples");
    let statuses: Vec<&Value> = samples.iter().map(|sample| &sample["status"]).collect();
    assert_eq!(statuses, ["proved", "proved", "refuted"]);
    assert_eq!(samples[0]["name"], "core::question::what-moves::line_9");
    let finding = &report["findings"][0];
    assert_eq!((&finding["rule"], &finding["at"]["file"]), (&"wrong-exit".into(), &PAGE.into()));
    assert_eq!(finding["at"]["line"], 9);
    for part in ["what", "expected", "remedy"] {
        assert!(finding[part].as_str().is_some_and(|text| !text.is_empty()), "{part}");
    }
}

/// How often each step of a check was taken, by its name in the JSON report.
fn steps(book: &Book) -> BTreeMap<String, u64> {
    let said = book.check(&["--format", "json"]);
    let report: Value = serde_json::from_str(&said.stdout).expect("JSON");
    let mut counts = BTreeMap::new();
    for row in report["timings"].as_array().expect("timings") {
        assert!(row["milliseconds"].is_number(), "{row}");
        let name = row["step"].as_str().expect("a name").to_owned();
        *counts.entry(name).or_default() += row["count"].as_u64().expect("a count");
    }
    counts
}

#[test]
fn the_timings_account_for_every_sample() {
    let book = mixed();
    let first = steps(&book);
    assert_eq!((first["read"], first["cache"], first["find-compiler"]), (3, 3, 1));
    // All three together, the wrong one once more; each twice, the wrong one four times.
    assert_eq!((first["compile-merged"], first["compile-alone"], first["run"]), (3, 1, 8));
    let second = steps(&book);
    assert_eq!((second["cache"], second["compile-alone"], second["run"]), (3, 1, 2));
}

#[test]
fn timings_are_printed_on_request() {
    let book = Book::base();
    book.check(&[]).status(0).silent_about("sum over all threads");
    let said = book.check(&["--timings", "--no-cache"]);
    said.status(0).says("compile alone: run").says("run programs").says("sum over all threads");
}

#[test]
fn a_filter_is_a_chapter_a_question_or_a_line() {
    let book = mixed();
    let right = ["what-moves", "core/question.md", "src/core/question", "core/question#what-moves"];
    for filter in right.into_iter().chain(["core/page:3", "core/page.md:4", "./src/core/page.md:5"])
    {
        book.check(&[filter]).status(0).says("proved 1 sample ");
    }
    for filter in ["core/page", "core/page.md:9", "core"] {
        book.check(&[filter]).status(1).says("refuted: 1 sample");
    }
    book.check(&["what-moves", "core/page:3"]).status(0).says("proved 2 samples");
}

#[test]
fn a_filter_that_names_nothing_is_refused() {
    for filter in ["core/pag", "what-move", "core/page:1", "core/question#other", "core/page:x"] {
        let said = mixed().check(&["what-moves", filter]);
        said.status(2).says(&format!("`{filter}` names no chapter")).silent_about("proved");
    }
}

#[test]
fn samples_may_use_a_crate_that_has_a_build_script() {
    let package = |name: &str, rest: &str| {
        format!("[package]\nname = \"{name}\"\nedition = \"2024\"\n\n{rest}")
    };
    let dependencies = "[dependencies]\nstock = { path = \"../stock\" }\n";
    let book = Book::base()
        .page(&sample("assert_eq!(stock::COUNT, 3);"))
        .file("Cargo.toml", "[workspace]\nresolver = \"3\"\nmembers = [\"examples/*\"]\n")
        .file("examples/chapter-crates/Cargo.toml", package("chapter-crates", dependencies))
        .file("examples/chapter-crates/src/lib.rs", "")
        .file("examples/stock/Cargo.toml", package("stock", ""))
        .file("examples/stock/build.rs", "fn main() {}")
        .file("examples/stock/src/lib.rs", "pub const COUNT: u32 = 3;")
        .file("Cargo.lock", LOCK);
    book.check(&["core/page"]).status(0).says("proved 1 sample");
}

#[test]
fn what_was_proved_is_not_run_again() {
    let book = mixed();
    book.check(&[]).status(1).silent_about("by an earlier check");
    book.check(&[]).status(1).says("proved 2 samples").says("(2 of them by an earlier check)");
    book.check(&["--no-cache"]).status(1).silent_about("by an earlier check");
    let moved = book.read(PAGE).replace("# Page\n", "# Page\n\nMore.\n");
    let book = book.file(PAGE, moved);
    book.check(&[]).status(1).says("(2 of them by an earlier check)");
}

#[test]
fn what_changed_is_run_again() {
    let page = format!("{}```text,output\n1\n```\n", sample("println!(\"1\");"));
    let changes = [
        ("println!(\"1\")", "println!(\"2\")"),
        ("output\n1", "output\n2"),
        ("```rust", "```rust,should_panic"),
    ];
    for (from, to) in changes {
        let book = Book::base().page(&page);
        book.check(&[]).status(0);
        let book = book.page(&page.replacen(from, to, 1));
        book.check(&[]).status(1).says("refuted: 1 sample");
    }
}

#[test]
fn a_damaged_memory_is_no_proof() {
    let book = Book::base();
    book.check(&[]).status(0);
    for damage in ["", "proved", "proved 0000\n"] {
        for entry in cache_entries(&book) {
            fs::write(entry, damage).expect("a writable entry");
        }
        book.check(&[]).status(0).silent_about("by an earlier check");
        book.check(&[]).status(0).says("(1 of them by an earlier check)");
    }
}

fn cache_entries(book: &Book) -> Vec<PathBuf> {
    let files = walkdir::WalkDir::new(book.root().join("target/guide/cache")).into_iter().flatten();
    let entries: Vec<_> = files.filter(|entry| entry.file_type().is_file()).collect();
    assert!(!entries.is_empty(), "nothing is remembered");
    entries.into_iter().map(walkdir::DirEntry::into_path).collect()
}

#[test]
fn colors_are_for_terminals_that_want_them() {
    let book = mixed();
    let mut forced = book.command(&["check"]);
    Said::of(forced.env("CLICOLOR_FORCE", "1")).says("\u{1b}[");
    Said::of(forced.env("NO_COLOR", "1")).status(1).silent_about("\u{1b}");
    book.check(&[]).status(1).silent_about("\u{1b}");
}

#[test]
fn help_names_the_commands_and_the_exit_statuses() {
    let book = Book::base();
    let said = book.run(&["--help"]);
    for text in
        ["serve", "build", "bless", "new", "list", "measure", "bench", "Exit status", "no rustc"]
    {
        said.status(0).says(text);
    }
    book.run(&["checks"]).status(2).says("check");
    book.run(&["check", "--fast"]).status(2).says("--fast");
}

/// A book whose samples may use `chapter-support`.
fn counting_book() -> Book {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let support = "examples/chapter-support";
    let text = |file: &str| fs::read(repository.join(support).join(file)).expect("a file");
    Book::base()
        .file("Cargo.toml", COUNTING_WORKSPACE)
        .file("Cargo.lock", COUNTING_LOCK)
        .file("examples/chapter-crates/Cargo.toml", CHAPTER_CRATES)
        .file("examples/chapter-crates/src/lib.rs", "")
        .file(&format!("{support}/Cargo.toml"), text("Cargo.toml"))
        .file(&format!("{support}/src/lib.rs"), text("src/lib.rs"))
}

const COUNTING_WORKSPACE: &str = "[workspace]\nresolver = \"3\"\nmembers = [\"examples/*\"]\n\
    [workspace.package]\nversion = \"0.1.0\"\nedition = \"2024\"\nrust-version = \"1.95\"\n\
    license = \"MIT\"\npublish = false\n[workspace.lints]\n";
const COUNTING_LOCK: &str = "version = 4\n\n[[package]]\nname = \"chapter-crates\"\nversion = \"0.1.0\"\n\
    dependencies = [\n \"chapter-support\",\n]\n\n\
    [[package]]\nname = \"chapter-support\"\nversion = \"0.1.0\"\n";
const CHAPTER_CRATES: &str = "[package]\nname = \"chapter-crates\"\nversion = \"0.1.0\"\n\
    edition = \"2024\"\n[dependencies]\nchapter-support = { path = \"../chapter-support\" }\n";

/// A sample that states how many allocations a boxed number costs.
fn costs(count: usize) -> String {
    sample(&format!(
        "let (_boxed, made) = chapter_support::allocations(|| Box::new(7));\n    \
         assert_eq!(made.count, {count});"
    ))
}

#[test]
fn a_wrong_count_of_allocations_is_refuted() {
    let right = costs(1).repeat(2);
    counting_book().page(&right).check(&[]).status(0).says("proved 3 samples");
    let wrong = right + &costs(2);
    counting_book().page(&wrong).check(&[]).status(1).says("error[wrong-exit]").says("left: 1");
}

/// A Miri that objects to every program with `unsafe` in it.
#[cfg(unix)]
const MIRI: &str = "#!/bin/sh\n\
    case \"$1 $2 $3\" in\n\
    '+nightly miri --version') echo miri 0.1.0;;\n\
    '+nightly miri setup') ;;\n\
    '+nightly miri run') grep -q unsafe src/main.rs && test -f Cargo.toml || exit 0\n\
    echo 'error: Undefined Behavior: dangling pointer' >&2; exit 1;;\n\
    *) exit 2;;\n\
    esac\n";

/// What a check says where that Miri is installed.
#[cfg(unix)]
fn check_with_miri(book: &Book) -> Said {
    use std::os::unix::fs::PermissionsExt;
    let cargo = book.root().join("bin/cargo");
    book.write(Path::new("bin/cargo"), MIRI);
    fs::set_permissions(&cargo, fs::Permissions::from_mode(0o755)).expect("an executable file");
    let path = std::env::var("PATH").expect("a path");
    let path = format!("{}:{path}", book.root().join("bin").display());
    Said::of(book.command(&["check"]).env("PATH", &path))
}

#[cfg(unix)]
#[test]
fn miri_decides_whether_an_option_about_undefined_behavior_is_right() {
    let page = |block: &str, right: &str, wrong: &str| {
        format!(
            "# Page\n\n```rust\nfn main() {{\n    {block} {{ println!(\"9\") }};\n}}\n```\n\n\
             - [x] {right}\n- [ ] {wrong}\n- [ ] It never ends.\n"
        )
    };
    let (prints, undefined) = ("It prints `9`.", "It compiles and its behavior is undefined.");
    let book = Book::base();
    let said_of = |page: String| {
        book.write(Path::new(PAGE), page);
        check_with_miri(&book)
    };
    said_of(page("if true", prints, undefined)).status(0).says("1 decide their options");
    said_of(page("if true", undefined, prints)).status(1).says("what happens: “It prints `9`.”");
    let unsafely = "#[allow(unused_unsafe)]\n    unsafe";
    said_of(page(unsafely, prints, undefined))
        .status(1)
        .says("the option is right, and its box is not checked")
        .says("Undefined Behavior: dangling pointer");
}

#[cfg(unix)]
#[test]
fn miri_is_asked_where_it_is_installed() {
    let objected = "```rust,no_run,miri\nfn main() {\n    unsafe { std::hint::unreachable_unchecked() }\n}\n```\n\n\
        ```text,report\ndangling pointer\n```\n\n";
    let clean = "```rust,no_run,miri\nfn main() {}\n```\n";
    let book = Book::base().page(objected);
    let check = || check_with_miri(&book);
    check().status(0).says("1 reported by Miri").silent_about("not run here");
    book.write(Path::new(PAGE), format!("# Page\n\n{objected}{clean}"));
    check().status(1).says("error[clean-run]: Miri finds nothing to report");
}
