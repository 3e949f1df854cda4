//! What the local server says about samples, as an open page and a terminal hear it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use guide::site::Server;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::book::{Book, read};
use crate::serve::{get, news_about, problems, start};

const FILE: &str = "src/part/chapter.md";
/// Where the sample of [`chapter`] starts, and its block.
const SAMPLE: &str = "3";
const BLOCK: usize = 7;

/// A chapter whose sample prints `<b>1</b>`, and says that it prints `output`.
fn chapter(output: &str) -> String {
    page(r#"println!("<b>1</b>");"#, &format!("\n```text,output\n{output}\n```\n"))
}

fn page(body: &str, below: &str) -> String {
    format!("# A chapter\n\n```rust\nfn main() {{ {body} }}\n```\n{below}")
}

fn book_with(chapter: &str) -> Book {
    let book = Book::new();
    book.write(FILE, chapter);
    book
}

/// The verdict on the sample at `line`, once it is as wanted.
fn verdict(server: &Server, line: &str, wanted: impl Fn(&Value) -> bool) -> Value {
    news_about(server, FILE, |news| wanted(&news["verdicts"][line]))["verdicts"].clone()
}

fn is_proved(verdict: &Value) -> bool {
    verdict.get("proved").is_some()
}

fn is_refuted(verdict: &Value) -> bool {
    verdict.get("refuted").is_some()
}

/// The programs that are run for samples of the book.
fn programs(root: &Path) -> Vec<PathBuf> {
    let root = root.canonicalize().expect("a directory");
    let processes = fs::read_dir("/proc").expect("processes").flatten();
    let programs = processes.filter_map(|process| fs::read_link(process.path().join("exe")).ok());
    programs.filter(|program| program.starts_with(&root)).collect()
}

fn wait_for_program(root: &Path) {
    while programs(root).is_empty() {
        sleep(Duration::from_millis(10));
    }
}

#[test]
fn a_broken_sample_is_refuted_at_its_line_until_it_is_mended() {
    let book = book_with(&chapter("<b>1</b>"));
    let server = start(&book);
    verdict(&server, SAMPLE, is_proved);
    book.write(FILE, &chapter("<b>2</b>"));
    let finding = verdict(&server, SAMPLE, is_refuted)[SAMPLE]["refuted"][0].clone();
    assert_eq!(finding["at"], json!({ "file": FILE, "line": BLOCK, "column": 1 }));
    assert_eq!(finding["what"], "the `output` block is not what the sample produces");
    assert!(finding["detail"].as_str().is_some_and(|detail| detail.contains("-<b>2</b>")));
    book.write(FILE, &chapter("<b>1</b>"));
    verdict(&server, SAMPLE, is_proved);
}

#[test]
fn a_page_names_the_places_of_its_samples() {
    let book = book_with(&chapter("<b>1</b>"));
    let server = start(&book);
    verdict(&server, SAMPLE, is_proved);
    let (_, page) = get(&server, "/part/chapter.html");
    assert!(
        page.contains(
            r#"<div class="sample" data-sample="src/part/chapter.md:3" data-run="2024">"#
        ),
        "{page}"
    );
    let built = read(&book.build().join("part/chapter.html"));
    assert!(built.contains(r#"<div class="sample" data-run="2024">"#), "{built}");
    assert!(!built.contains("data-sample"), "{built}");
}

#[test]
fn a_verdict_moves_with_its_sample() {
    let book = book_with(&chapter("<b>2</b>"));
    let server = start(&book);
    verdict(&server, SAMPLE, is_refuted);
    book.write(FILE, &chapter("<b>2</b>").replacen("```rust", "More text.\n\n```rust", 1));
    let verdicts = verdict(&server, "5", is_refuted);
    assert_eq!(verdicts["5"]["refuted"][0]["at"]["line"], BLOCK + 2);
    assert_eq!(verdicts.get(SAMPLE), None, "{verdicts}");
}

/// What would be said of the first text comes after ten seconds, if its check is not given up.
#[test]
fn of_two_quick_saves_the_last_one_counts() {
    let book = book_with(&page("loop {}", ""));
    let server = start(&book);
    wait_for_program(book.root());
    book.write(FILE, &page("assert!(false);", ""));
    book.write(FILE, &chapter("<b>1</b>").replacen("```rust", "More text.\n\n```rust", 1));
    news_about(&server, FILE, |news| {
        assert_eq!(news["verdicts"].get(SAMPLE), None, "{news}");
        is_proved(&news["verdicts"]["5"])
    });
    assert_eq!(programs(book.root()), Vec::<PathBuf>::new());
}

#[test]
fn a_saved_file_rechecks_the_chapter_that_includes_it() {
    let book = book_with("# A chapter\n\n```rust\n{{#include ../../examples/shown.rs}}\n```\n");
    book.write("examples/shown.rs", "fn main() {}\n");
    let server = start(&book);
    verdict(&server, SAMPLE, is_proved);
    book.write("examples/shown.rs", "fn main() { missing(); }\n");
    let verdicts = verdict(&server, SAMPLE, is_refuted);
    assert_eq!(verdicts[SAMPLE]["refuted"][0]["what"], "the sample does not compile");
}

#[test]
fn after_a_chapter_that_cannot_be_rendered_the_next_save_is_checked() {
    let book = book_with(&chapter("<b>1</b>"));
    let server = start(&book);
    verdict(&server, SAMPLE, is_proved);
    book.write(FILE, &format!("{}\n```admonish wisdom\nNo.\n```\n", chapter("<b>2</b>")));
    let news = news_about(&server, FILE, |news| !problems(news).is_empty());
    assert!(problems(&news)[0].contains("src/part/chapter.md:11"), "{news}");
    assert!(is_proved(&news["verdicts"][SAMPLE]), "not what the page still shows: {news}");
    book.write(FILE, &chapter("<b>3</b>"));
    let verdicts = verdict(&server, SAMPLE, is_refuted);
    assert!(verdicts.to_string().contains("-<b>3</b>"), "{verdicts}");
}

#[test]
fn a_machine_that_cannot_check_samples_says_so_beside_them() {
    let book = book_with(&chapter("<b>1</b>"));
    book.write("target", "not a directory");
    let server = start(&book);
    let verdicts = verdict(&server, SAMPLE, |verdict| verdict.get("not-run").is_some());
    assert!(verdicts.to_string().contains("cannot create `"), "{verdicts}");
    fs::remove_file(book.root().join("target")).expect("a file");
    book.write("src/part/other.md", "# Other\n\n## Why not? {#other .junior}\n\nSo.\n");
    verdict(&server, SAMPLE, is_proved);
}

/// `cargo guide serve`, and what it says, line by line.
fn serve(book: &Book) -> (Child, impl Iterator<Item = String> + use<>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_guide"));
    let mut server = command
        .args(["serve", "--port", "0"])
        .current_dir(book.root())
        .env_remove("CLICOLOR_FORCE")
        .stderr(Stdio::piped())
        .spawn()
        .expect("a server");
    let said = BufReader::new(server.stderr.take().expect("a pipe"));
    (server, said.lines().map(|line| line.expect("text")))
}

fn interrupt(mut server: Child) -> Option<i32> {
    kill_process(Pid::from_child(&server), Signal::INT).expect("a running process");
    server.wait().expect("it ends").code()
}

#[test]
fn the_terminal_hears_what_has_changed() {
    let book = book_with(&chapter("<b>1</b>"));
    let (server, mut said) = serve(&book);
    let mut wait_for = |wanted: &str| {
        let heard: Vec<String> = said.by_ref().take_while(|line| line != wanted).collect();
        heard.join("\n")
    };
    wait_for("1 chapter: 1 proved");
    book.write(FILE, &chapter("<b>2</b>"));
    wait_for("part/chapter.md: 1 refuted");
    assert_eq!(
        wait_for("    +<b>1</b>").lines().next(),
        Some("error[block-differs]: the `output` block is not what the sample produces")
    );
    book.write(FILE, &chapter("<b>1</b>"));
    wait_for("part/chapter.md: 1 proved");
    assert_eq!(interrupt(server), Some(0));
}

#[test]
fn an_interrupted_server_takes_its_samples_along() {
    let book = book_with(&page("loop {}", ""));
    let (server, said) = serve(&book);
    wait_for_program(book.root());
    assert_eq!(interrupt(server), Some(0));
    assert_eq!(programs(book.root()), Vec::<PathBuf>::new());
    let work = book.root().join("target/guide/work");
    assert_eq!(fs::read_dir(work).expect("a directory").count(), 0);
    assert!(!said.collect::<String>().contains("chapter.md:"), "a verdict on what was given up");
}
