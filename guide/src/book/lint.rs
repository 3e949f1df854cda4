//! The rules for the shape of chapters, questions and examples.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use regex::Regex;

use super::finding::{Finding, Location};
use super::include::{self, Shown};
use super::info::{Expectation, Tool};
use super::markdown::Heading;
use super::puzzle::PREFIX;
use super::sample::{Directive, Level, Question, Sample};
use super::{Book, Chapter, Measurement, config, examples, source};

const SAY_WORDS: usize = 90;
/// The rule that the site cannot be built without.
pub(crate) const UNDECLARED_DIRECTIVE: &str = "undeclared-directive";

/// Checks one chapter.
pub(crate) fn check(book: &Book, chapter: &Chapter, findings: &mut Vec<Finding>) {
    let declared = config::directives(&book.config);
    for directive in &chapter.directives {
        findings.extend(undeclared(chapter, directive, &declared));
        findings.extend(too_long(chapter, directive));
    }
    for question in &chapter.questions {
        check_question(chapter, question, findings);
    }
    findings.extend(chapter.headings.iter().filter_map(|heading| misleveled(chapter, heading)));
    findings.extend(chapter.samples.iter().filter_map(unseen_synchronization));
    if chapter.title.is_empty() {
        findings.push(untitled(chapter));
    }
    let scaffold = |(_, line): &(usize, &str)| line.contains("TODO:");
    let unfinished = chapter.text.lines().enumerate().filter(scaffold);
    findings.extend(unfinished.map(|(index, _)| unfinished_line(chapter, index + 1)));
}

/// What orders accesses in code of the standard library, which is compiled without `ThreadSanitizer`, or in a
/// way that it does not know: it reports races that are none.
static UNSEEN: LazyLock<Regex> = LazyLock::new(|| {
    let names = "scope|park|fence|mpsc|Barrier|Condvar|LazyLock|Mutex|Once|OnceLock|RwLock";
    Regex::new(&format!(r"\b(?:{names})\b")).expect("a valid pattern")
});

fn unseen_synchronization(sample: &Sample) -> Option<Finding> {
    let by_tsan = sample.expectation == Expectation::Reported { tool: Tool::Tsan };
    let unseen = UNSEEN.find(&sample.text).filter(|_| by_tsan)?;
    Some(Finding::new(
        Location::new(&sample.file, *sample.lines.start(), sample.column),
        "unseen-synchronization",
        format!(
            "ThreadSanitizer does not see the order that `{}` makes, and may report a race in a program \
             without one",
            unseen.as_str()
        ),
        "threads that are ordered by `thread::spawn`, `join` and atomics only",
        "share through a `static` or an `Arc` and join the threads, or let Miri judge the sample",
    ))
}

/// A class on a heading that makes no question of it: a misspelled level, or the wrong depth.
fn misleveled(chapter: &Chapter, heading: &Heading) -> Option<Finding> {
    let class = heading.classes.first()?;
    let prefix = if class.starts_with("puzzle") { PREFIX } else { "" };
    let levels = Level::ALL.map(|level| format!("{prefix}{level}"));
    let (what, remedy) = match levels.contains(class) {
        true if heading.depth == 2 => return None,
        true => (
            format!("a heading of depth {} has the level `{class}`", heading.depth),
            "write the question with two number signs: `## …`".to_owned(),
        ),
        false => (
            format!("`{class}` is not a level"),
            match super::info::nearest(class, &levels.each_ref().map(String::as_str)) {
                Some(near) => format!("did you mean `.{near}`?"),
                None => "remove it, or write the level of the question".to_owned(),
            },
        ),
    };
    let expected = format!("a second-level heading with one of `.{}`", levels.join("`, `."));
    Some(Finding::new(chapter.at(heading.line, 1), "no-level", what, expected, remedy))
}

fn unfinished_line(chapter: &Chapter, line: usize) -> Finding {
    Finding::new(
        chapter.at(line, 1),
        "unfinished",
        "the line still holds a TODO of the scaffold",
        "finished text",
        "write what the line asks for",
    )
}

fn check_question(chapter: &Chapter, question: &Question, findings: &mut Vec<Finding>) {
    let has = |name: &str| question.directives.iter().any(|directive| directive.name == name);
    let mut needed = vec!["say", "trap", "follow-up"];
    if question.level >= Level::Senior {
        needed.push("cost");
    }
    let missing: Vec<&str> = needed.into_iter().filter(|name| !has(name)).collect();
    if !missing.is_empty() {
        findings.push(without_blocks(chapter, question, &missing));
    } else if question.directives.first().is_some_and(|first| first.name != "say") {
        findings.push(say_not_first(chapter, question));
    }
    if question.samples == 0 {
        findings.push(without_sample(chapter, question));
    }
}

fn undeclared(chapter: &Chapter, directive: &Directive, declared: &[String]) -> Option<Finding> {
    let name = &directive.name;
    (!declared.contains(name)).then(|| {
        let known: Vec<&str> = declared.iter().map(String::as_str).collect();
        let remedy = match super::info::nearest(name, &known) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("declare `{name}` in book.toml, or use a declared directive"),
        };
        Finding::new(
            chapter.at(directive.line, 1),
            UNDECLARED_DIRECTIVE,
            format!("`book.toml` declares no directive `{name}`"),
            format!("one of `{}`", declared.join("`, `")),
            remedy,
        )
    })
}

fn too_long(chapter: &Chapter, directive: &Directive) -> Option<Finding> {
    (directive.name == "say" && directive.words > SAY_WORDS).then(|| {
        Finding::new(
            chapter.at(directive.line, 1),
            "long-say",
            format!("the `say` block has {} words", directive.words),
            format!("at most {SAY_WORDS}: what one can say in half a minute"),
            "keep the answer, move the rest below it",
        )
    })
}

fn without_blocks(chapter: &Chapter, question: &Question, missing: &[&str]) -> Finding {
    Finding::new(
        chapter.at(question.line, 1),
        "missing-block",
        format!("#{} has no `{}` block", question.id, missing.join("` and no `")),
        format!("every {} question has its blocks, `say` first", question.level),
        format!("add ~~~admonish {}", missing.join(" and ~~~admonish ")),
    )
}

fn say_not_first(chapter: &Chapter, question: &Question) -> Finding {
    Finding::new(
        chapter.at(question.line, 1),
        "say-not-first",
        format!("#{} does not start with its answer", question.id),
        "the `say` block before all other blocks",
        "move the `say` block up",
    )
}

fn without_sample(chapter: &Chapter, question: &Question) -> Finding {
    Finding::new(
        chapter.at(question.line, 1),
        "no-sample",
        format!("#{} has no sample", question.id),
        "at least one ```rust block that settles what the answer claims",
        "add one right below a sentence that a program can settle",
    )
}

fn untitled(chapter: &Chapter) -> Finding {
    Finding::new(
        chapter.at(1, 1),
        "no-title",
        "the chapter has no first-level heading",
        "`# Title` on the first line",
        "begin the chapter with `# ` and its name",
    )
}

/// Reports measurements that no page shows, and names that two of them have.
fn check_measurements(book: &Book, all: &[Measurement], findings: &mut Vec<Finding>) {
    for (index, measurement) in all.iter().enumerate() {
        let namesake = all[..index].iter().find(|other| other.name == measurement.name);
        if let Some(namesake) = namesake {
            findings.push(same_name(measurement, namesake));
        } else if !book.measured().any(|block| block.name == measurement.name) {
            findings.push(unshown_measurement(measurement));
        }
    }
}

/// Reports crates and anchors under `examples/` that no page shows, except crates that samples use.
pub(crate) fn check_examples(book: &Book, findings: &mut Vec<Finding>) {
    let shown: BTreeSet<&Shown> = book.chapters.iter().flat_map(|chapter| &chapter.shown).collect();
    let used = examples::used(&book.root);
    let measurements = Measurement::all(&book.root);
    check_measurements(book, &measurements, findings);
    for package in examples::crates(&book.root) {
        let prefix = format!("examples/{package}/");
        let is_shown = shown.iter().any(|shown| shown.file.starts_with(&prefix));
        let measures = measurements.iter().any(|measurement| measurement.package == package);
        if !is_shown && !measures && !used.contains(&package) {
            findings.push(unshown_crate(&package));
        }
        for file in examples::rust_files(&book.root, Path::new(&prefix)) {
            check_anchors(book, &file, &shown, findings);
        }
    }
}

fn check_anchors(book: &Book, file: &str, shown: &BTreeSet<&Shown>, findings: &mut Vec<Finding>) {
    let Ok(text) = source::read(&book.root.join(file), file) else { return };
    for (line, anchor) in include::anchors(&text) {
        let wanted = Shown { file: file.to_owned(), anchor: Some(anchor) };
        if !shown.contains(&wanted) {
            let anchor = wanted.anchor.unwrap_or_default();
            findings.push(unshown_anchor(file, line, &anchor));
        }
    }
}

fn same_name(measurement: &Measurement, other: &Measurement) -> Finding {
    Finding::new(
        Location::new(&measurement.file, 1, 1),
        "duplicate-measurement",
        format!("`{}` is the name of `{}` too", measurement.name, other.file),
        "a name that no other measurement has",
        "rename the file, and the program in `Cargo.toml`",
    )
}

fn unshown_measurement(measurement: &Measurement) -> Finding {
    let name = &measurement.name;
    Finding::new(
        Location::new(&measurement.file, 1, 1),
        "unshown-example",
        format!("no page shows the measurement `{name}`"),
        "a measurement that a chapter shows",
        format!("write an empty ```text,measured={name} block and bless it, or remove the file"),
    )
}

fn unshown_crate(package: &str) -> Finding {
    Finding::new(
        Location::new(&format!("examples/{package}/Cargo.toml"), 1, 1),
        "unshown-example",
        format!("no page shows anything of `examples/{package}`"),
        "an example that a chapter includes",
        format!(
            "include it with {{{{#include …/examples/{package}/src/lib.rs:ANCHOR}}}}, or remove it"
        ),
    )
}

fn unshown_anchor(file: &str, line: usize, anchor: &str) -> Finding {
    Finding::new(
        Location::new(file, line, 1),
        "unshown-example",
        format!("no page shows the anchor `{anchor}`"),
        "an anchor that a chapter includes",
        "include it in a chapter, or remove its two marks",
    )
}
