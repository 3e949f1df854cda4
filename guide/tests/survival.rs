//! What the harness must survive: samples that misbehave, files that no editor should write, a machine
//! that fails. Each time: a clear error, the right exit status, nothing left behind or half-written.
#![cfg(target_os = "linux")]

mod support;

use std::fs;
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use support::{Book, Mount, Said, sample};

/// Samples that misbehave, in the body of `main`, and what the author reads; nothing for those that
/// are proved all the same.
const MISBEHAVIOR: [(&str, &str); 15] = [
    ("loop { std::hint::spin_loop(); }", "the sample still ran after 10 s and was ended"),
    (
        // Ends after eight generations: a harness without limits must not take the machine with it.
        "let arguments: Vec<String> = std::env::args().collect();
    for _ in 0..if arguments.len() < 9 { 2 } else { 0 } {
        std::process::Command::new(&arguments[0]).args(&arguments).spawn().unwrap();
    }
    std::thread::sleep(std::time::Duration::from_secs(61));",
        "the sample had more than 64 processes and was ended",
    ),
    ("loop { println!(\"{:99}\", 1); }", "the sample printed more than 1024 KiB and was ended"),
    ("loop { eprintln!(\"{:99}\", 1); }", "the sample printed more than 1024 KiB and was ended"),
    ("assert_eq!(std::io::stdin().lines().count(), 0);", ""),
    ("std::process::exit(0);", ""),
    ("std::process::exit(4);", "the sample exits with 4"),
    ("std::process::abort();", "the sample is ended by signal 6 (abort)"),
    (
        "fn depth(n: u64) -> u64 { if n == 0 { 0 } else { 1 + depth(n - 1) } }
    println!(\"{}\", depth(std::hint::black_box(u64::MAX)));",
        "the sample is ended by signal 6 (abort)",
    ),
    ("std::fs::remove_dir(std::env::current_dir().unwrap()).unwrap();", ""),
    (
        "let mut file = std::fs::File::create(\"full\").unwrap();
    loop { std::io::Write::write_all(&mut file, &[0; 1 << 20]).unwrap(); }",
        "the sample is ended by signal 25 (a file grew too large)",
    ),
    ("std::process::Command::new(\"sleep\").arg(\"61\").spawn().unwrap();", ""),
    ("std::process::Command::new(\"setsid\").args([\"sleep\", \"61\"]).spawn().unwrap();", ""),
    (
        "let mut daemon = std::process::Command::new(\"setsid\");
    daemon.args([\"sleep\", \"61\"]).current_dir(\"/\").spawn().unwrap();",
        "",
    ),
    ("println!(\"\\u{0}\\u{1b}[31m\");", ""),
];

/// A sample that stays for a while, so that a check can be ended in its midst.
fn slow_page() -> String {
    sample("std::thread::sleep(std::time::Duration::from_secs(2));")
}

/// Asserts that no process of the book's checks runs, and that their working directories are gone.
#[track_caller]
fn assert_nothing_left(book: &Book) {
    let work = book.root().join("target/guide/work");
    let left: Vec<_> = fs::read_dir(work).expect("the working directory").collect();
    assert!(left.is_empty(), "directories left: {left:?}");
    assert_eq!(processes_in(book.root()), Vec::<String>::new(), "processes left");
}

/// Processes that work, live or have their home below `dir`.
fn processes_in(dir: &Path) -> Vec<String> {
    let dir = dir.to_string_lossy();
    let is_inside = |process: &Path| {
        let link = |name| fs::read_link(process.join(name)).unwrap_or_default();
        let environment = fs::read(process.join("environ")).unwrap_or_default();
        [link("cwd"), link("exe")].iter().any(|path| path.to_string_lossy().contains(&*dir))
            || String::from_utf8_lossy(&environment).contains(&*dir)
    };
    let processes = fs::read_dir("/proc").expect("processes").flatten().map(|entry| entry.path());
    let inside = processes.filter(|process| is_inside(process));
    let name = |process: &Path| fs::read_to_string(process.join("cmdline")).unwrap_or_default();
    inside.map(|process| name(&process)).collect()
}

#[test]
fn samples_that_misbehave_are_told_apart_and_leave_nothing() {
    let page: String = MISBEHAVIOR.iter().map(|(body, _)| sample(body)).collect();
    let book = Book::base().page(&page);
    let mut check = book.command(&["check", "core/page", "--format", "json"]);
    let endless = fs::File::open("/dev/zero").expect("a device");
    let said = Said::of(check.stdin(endless));
    let report: Value = serde_json::from_str(&said.status(1).stdout).expect("JSON");
    for (index, (body, expected)) in MISBEHAVIOR.iter().enumerate() {
        assert_eq!(what_was_found(&report, index), *expected, "{body}");
    }
    assert_nothing_left(&book);
}

/// What is wrong with the sample of this index; nothing when it is proved.
fn what_was_found(report: &Value, index: usize) -> &str {
    let sample = &report["samples"][index];
    let mut findings = report["findings"].as_array().expect("findings").iter();
    let finding = findings.find(|finding| finding["at"]["line"] == sample["line"]);
    assert_eq!(finding.is_none(), sample["status"] == "proved");
    finding.map_or("", |finding| finding["what"].as_str().expect("a sentence"))
}

#[test]
fn a_sample_that_crashes_the_compiler_is_the_one_that_is_refuted() {
    let deep = format!("let _deep = {}1{};", "(".repeat(50_000), ")".repeat(50_000));
    let page = format!("# Page\n\n{}\n{}\n", sample("assert!(true);"), sample(&deep));
    let said = check_page(page);
    said.status(1).says("rustc was ended by signal 11").says("proved 1 sample ");
}

/// What the check of a book says whose `core/page.md` is this file.
fn check_page(page: impl AsRef<[u8]>) -> Said {
    Book::base().file("src/core/page.md", page).check(&["core/page"])
}

#[test]
fn a_chapter_that_is_not_utf_8_is_refused_at_the_byte() {
    let said = check_page(b"# Page\n\nna\xEFve\n");
    said.status(1).says("error[not-utf-8]").says("--> src/core/page.md:3:3");
}

#[test]
fn a_chapter_with_crlf_line_ends_is_refused() {
    let said = check_page("# Page\r\n\r\nText.\r\n");
    said.status(1).says("error[carriage-return]").says("--> src/core/page.md:1:1");
}

#[test]
fn a_byte_order_mark_is_refused() {
    check_page("\u{feff}# Page\n").status(1).says("error[byte-order-mark]");
}

#[test]
fn nul_bytes_are_refused() {
    let said = check_page("# Page\n\nA \0 byte.\n");
    said.status(1).says("error[nul-byte]").says("--> src/core/page.md:3:3");
}

#[test]
fn an_empty_chapter_is_refused() {
    check_page("").status(1).says("error[no-title]").says("--> src/core/page.md:1:1");
}

#[test]
fn a_chapter_that_is_a_directory_is_refused() {
    let book = Book::base().file("src/SUMMARY.md", "# Summary\n\n- [Page](core/page.md)\n");
    fs::remove_file(book.root().join("src/core/page.md")).expect("the page");
    let book = book.file("src/core/page.md/inside.md", "# Inside\n");
    let said = book.check(&["core/page"]);
    said.status(1).says("error[no-such-chapter]").says("--> src/SUMMARY.md:3:1");
}

#[test]
fn a_line_of_a_megabyte_is_a_line() {
    let long = "word ".repeat(200_000);
    let said = check_page(format!("# Page\n\n{long}[page](nowhere.md)\n"));
    said.status(1).says("error[broken-link]").says("--> src/core/page.md:3:1000001");
    assert!(said.text().len() < 10_000, "{} bytes of message", said.text().len());
}

#[test]
fn an_unclosed_fence_is_refused_where_it_opens() {
    let page = "# Page\n\n```rust\nfn main() {}\n\n## More\n\nText.\n";
    check_page(page).status(1).says("error[unclosed-fence]").says("--> src/core/page.md:3:1");
}

#[test]
fn a_fence_that_closes_its_directive_is_refused() {
    let page = "# Page\n\n```admonish say\nLook:\n\n```rust\nfn main() {}\n```\n\nText.\n";
    check_page(page)
        .status(1)
        .says("error[unclosed-fence]")
        .says("--> src/core/page.md:6:1")
        .says("~~~");
}

#[test]
fn a_mistake_in_book_toml_is_shown_at_its_line() {
    let mistakes = [
        ("[build]\n", "[build\n", ":5:"),
        ("create-missing = false", "create-mising = false", ":6:1"),
        ("title = \"A correct book\"", "titel = \"A correct book\"", ":2:1"),
        ("runnable = false", "runable = false", ":12:1"),
        ("[output.html.playground]", "[output.html.playgruond]", ":11:1"),
        ("[output.html.playground]", "[output.htlm.playground]", ":11:1"),
        ("preprocessor.guide", "preprocessor.giude", ":14:1"),
        ("edition = \"2024\"", "edition = \"2042\"", ":9:11"),
    ];
    for (right, wrong, place) in mistakes {
        let book = Book::base();
        let text = book.read("book.toml");
        assert!(text.contains(right), "{right}");
        let book = book.file("book.toml", text.replacen(right, wrong, 1));
        let said = book.check(&[]);
        said.status(1).says("error[book-toml]").says(&format!("--> book.toml{place}"));
    }
}

#[test]
fn every_command_shows_what_is_wrong_with_book_toml() {
    let book = Book::base().file("book.toml", "[book]\ntitel = \"A book\"\n");
    let commands: [&[&str]; 5] =
        [&["check", "core/page"], &["bless"], &["list"], &["new", "core/extra"], &["build"]];
    for command in commands {
        book.run(command).status(1).says("--> book.toml:2:1").says("did you mean `title`?");
    }
    assert!(!book.root().join("src/core/extra.md").exists(), "`new` wrote into a broken book");
}

#[test]
fn outside_of_a_book_the_command_says_so() {
    let elsewhere = tempfile::tempdir().expect("a temporary directory");
    let said = Said::of(Book::base().command(&["check"]).current_dir(elsewhere.path()));
    said.status(2).says("no book.toml in");
}

#[test]
fn a_summary_that_is_no_outline_is_refused() {
    let book = Book::base().file("src/SUMMARY.md", "# Summary\n\n- [Page](core/page.md\n- \n");
    book.check(&[]).status(1).says("--> src/SUMMARY.md:");
    fs::remove_file(book.root().join("src/SUMMARY.md")).expect("the summary");
    book.check(&[]).status(1).says("error[unreadable]").says("--> src/SUMMARY.md:1:1");
}

#[test]
fn links_that_go_round_in_the_source_directory_do_no_harm() {
    let book = Book::base();
    symlink(book.root().join("src"), book.root().join("src/core/again")).expect("a link");
    symlink("round", book.root().join("src/round")).expect("a link");
    book.check(&[]).status(0);
}

#[test]
fn a_path_may_have_spaces_and_other_letters() {
    let book = Book::named("mein Büch 本 'x'").page(&sample("missing();"));
    book.check(&[]).status(1).says("proved 1 sample ").says("--> src/core/page.md:5:5");
}

#[test]
fn no_home_is_needed() {
    let book = Book::base();
    let toolchain = rustc_directory();
    let mut command = book.command(&["check"]);
    command.env_remove("HOME").env("PATH", paths(&[&toolchain, Path::new("/usr/bin")]));
    Said::of(&mut command).status(0).says("proved 1 sample ");
}

#[test]
fn without_rustc_the_environment_is_at_fault() {
    let book = Book::base();
    let said = Said::of(book.command(&["check"]).env("PATH", book.root()));
    said.status(3).says("there is no `rustc` on the path").says("https://rustup.rs");
}

#[test]
fn without_a_linker_the_environment_is_at_fault() {
    let book = Book::base();
    let said = Said::of(book.command(&["check"]).env("PATH", rustc_directory()));
    said.status(3).says("linker").silent_about("the sample does not compile");
}

/// The directory of the compiler itself, which holds no linker.
fn rustc_directory() -> std::path::PathBuf {
    let said = Said::of(Command::new("rustc").args(["--print", "sysroot"]));
    Path::new(said.stdout.trim()).join("bin")
}

fn paths(dirs: &[&Path]) -> std::ffi::OsString {
    std::env::join_paths(dirs).expect("paths without colons")
}

/// A check in the background, with its output kept.
fn start(book: &Book) -> Child {
    let mut command = book.command(&["check"]);
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command starts")
}

/// Samples of every fate: proved, refuted by the compiler, by a run, by what they print.
fn eventful_book() -> Book {
    let printing = format!("{}```text,output\n2\n```\n\n", sample("println!(\"1\");"));
    let lasting = sample("std::thread::sleep(std::time::Duration::from_millis(100));");
    let page = [&*sample("missing();"), &*sample("panic!();"), &*printing, &*lasting].concat();
    Book::base().page(&page)
}

fn verdicts(book: &Book) -> Value {
    verdicts_of(&book.check(&["--format", "json"]))
}

/// The parts of a report that must not depend on what happened before.
#[track_caller]
fn verdicts_of(said: &Said) -> Value {
    let mut report: Value = serde_json::from_str(&said.status(1).stdout).expect("JSON");
    for varying in ["cached", "milliseconds", "timings"] {
        report[varying].take();
    }
    report
}

fn forget(book: &Book) {
    fs::remove_dir_all(book.root().join("target/guide/cache")).expect("a cache to remove");
}

/// Asserts that the cache holds nothing but proofs, each under its own name.
#[track_caller]
fn assert_whole_entries(book: &Book) {
    let cache = book.root().join("target/guide/cache");
    let files = walkdir::WalkDir::new(&cache).into_iter().flatten();
    for file in files.filter(|file| file.file_type().is_file()) {
        let name = file.path().strip_prefix(&cache).expect("a path below it").to_string_lossy();
        let text = fs::read_to_string(file.path()).expect("text");
        assert_eq!(text, format!("proved {}\n", name.replace('/', "")));
    }
}

#[test]
fn a_check_that_is_killed_at_any_moment_is_as_if_it_had_not_been() {
    let book = eventful_book();
    verdicts(&book);
    forget(&book);
    let started = Instant::now();
    let undisturbed = verdicts(&book);
    let duration = started.elapsed();
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    for round in 0..50 {
        forget(&book);
        let moment = duration.mul_f64(random.f64());
        kill_after(moment, &book);
        assert_whole_entries(&book);
        assert_eq!(verdicts(&book), undisturbed, "seed {seed}, round {round}, after {moment:?}");
        assert_nothing_left(&book);
    }
}

/// Starts a check and kills the tool, but nothing that it started, after a while.
fn kill_after(moment: Duration, book: &Book) {
    let temporary = tempfile::tempdir().expect("a temporary directory");
    let mut command = book.command(&["check"]);
    command.env("TMPDIR", temporary.path()).stdout(Stdio::null()).stderr(Stdio::null());
    let mut check = command.spawn().expect("the command starts");
    sleep(moment);
    check.kill().expect("it can be killed");
    check.wait().expect("it ends");
    let left: Vec<_> = fs::read_dir(temporary.path()).expect("a directory").collect();
    assert!(left.is_empty(), "left in the system's directory: {left:?}");
}

#[test]
fn an_interrupted_check_takes_its_samples_along() {
    let book = Book::base().page(&slow_page());
    let mut check = start(&book);
    while !processes_in(book.root()).iter().any(|name| name.contains("/program")) {
        assert!(check.try_wait().expect("a state").is_none(), "the sample is never run");
        sleep(Duration::from_millis(10));
    }
    kill_process(Pid::from_child(&check), Signal::INT).expect("a running process");
    assert_eq!(check.wait().expect("it ends").code(), Some(130));
    assert_nothing_left(&book);
}

/// A book without callouts, whose icons would have to be there for a build.
fn plain_book() -> Book {
    let book = Book::base().file("book.toml", "[book]\ntitle = \"A plain book\"\n");
    book.file("src/core/question.md", "# Question\n\nNo callout.\n").file("src/ids.txt", "")
}

/// The directories in which builds of the book's site work.
fn staging(book: &Book) -> Vec<String> {
    let entries = fs::read_dir(book.root()).expect("the book").flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with(".book-")).collect()
}

/// Starts a build of the site and waits until it works.
fn start_build(book: &Book) -> Child {
    let before = staging(book).len();
    let mut command = book.command(&["build"]);
    let build = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let mut build = build.expect("the command starts");
    while staging(book).len() == before {
        assert!(build.try_wait().expect("a state").is_none(), "nothing is built");
    }
    build
}

#[test]
fn what_a_killed_build_leaves_is_removed_by_the_next() {
    let book = plain_book();
    let mut killed = start_build(&book);
    killed.kill().expect("it can be killed");
    killed.wait().expect("it ends");
    assert_eq!(staging(&book).len(), 1, "nothing was left to remove");
    book.run(&["build"]).status(0);
    assert_eq!(staging(&book), Vec::<String>::new());
}

#[test]
fn two_builds_at_once_do_not_meet() {
    let book = plain_book();
    let mut builds = [start_build(&book), start_build(&book)];
    for build in &mut builds {
        assert!(build.wait().expect("it ends").success());
    }
    assert_eq!(staging(&book), Vec::<String>::new());
}

#[test]
fn two_checks_at_once_do_not_meet() {
    let book = Book::base().page(&sample("missing();"));
    let checks = [start(&book), start(&book), start(&book)];
    for check in checks {
        let said = Said::from(check.wait_with_output().expect("it ends"));
        said.status(1).says("proved 1 sample ").says("1 error in the book");
    }
    assert_nothing_left(&book);
}

#[test]
fn a_full_disk_is_a_fault_of_the_environment() {
    let book = Book::base().page(&sample("println!(\"1\");"));
    let target = book.root().join("target");
    let Some(_mount) = Mount::over(&target, "size=256k") else { return };
    let said = book.check(&[]);
    said.status(3).says("no space is left").says("CARGO_TARGET_DIR");
    assert_nothing_left(&book);
}

#[test]
fn a_sample_is_not_blamed_for_a_full_disk() {
    let book = Book::base().page(&sample("std::fs::write(\"large\", vec![1; 8 << 20]).unwrap();"));
    let target = book.root().join("target");
    let Some(mount) = Mount::over(&target, "size=6m") else { return };
    book.check(&["core/page"]).status(3).says("no space is left: ").silent_about("refuted");
    drop(mount);
    book.check(&["core/page"]).status(0);
}

/// Leaves only so many bytes to other files on the file system of this one.
fn fill_up(ballast: &Path, free: u64) {
    let mut file = fs::File::create(ballast).expect("a file");
    while file.write_all(&[0; 4096]).is_ok() {}
    let length = file.metadata().expect("a length").len();
    file.set_len(length.saturating_sub(free)).expect("a shorter file");
}

#[test]
fn a_disk_that_becomes_full_at_any_point_changes_no_verdict() {
    let book = eventful_book();
    let target = book.root().join("target");
    let Some(_mount) = Mount::over(&target, "size=32m") else { return };
    let undisturbed = verdicts(&book);
    let ballast = target.join("ballast");
    for kibibytes in [0, 8, 64, 1 << 10, 4 << 10, 8 << 10, 12 << 10, 20 << 10] {
        forget(&book);
        fill_up(&ballast, kibibytes << 10);
        let said = book.check(&["--format", "json"]);
        if said.status == Some(3) {
            said.says("o space");
        } else {
            assert_eq!(verdicts_of(&said), undisturbed, "{kibibytes} KiB were free");
        }
        assert_whole_entries(&book);
        fs::remove_file(&ballast).expect("a file to remove");
        assert_eq!(verdicts(&book), undisturbed, "after {kibibytes} KiB were free");
        assert_nothing_left(&book);
    }
}

#[test]
fn a_read_only_target_directory_is_a_fault_of_the_environment() {
    let book = Book::base();
    let target = book.root().join("target");
    let Some(_mount) = Mount::over(&target, "ro") else { return };
    book.check(&[]).status(3).says("cannot create `").says("target/guide").says("Read-only");
}

#[test]
fn a_target_that_is_no_directory_is_a_fault_of_the_environment() {
    let book = Book::base().file("target", "not a directory");
    book.check(&[]).status(3).says("cannot create `").says("target/guide");
}
