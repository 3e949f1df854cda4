//! Progress: what a reader knows and has due, and the data as a file.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;
use tempfile::TempDir;

use crate::course::{asked, grade, on, reader, remember, stored};
use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    nothing_done_is_said_plainly,
    readiness_is_the_mean_of_what_is_remembered,
    what_is_due_is_counted_by_day,
    days_of_practice_are_counted,
    the_weakest_are_listed_with_links,
    a_file_brings_everything_back,
    a_file_is_added_to_what_is_there,
    what_is_no_right_file_changes_nothing,
    names_that_objects_have_are_only_names,
    forgetting_can_be_refused,
    it_says_what_is_missing_without_scripts,
    it_fits_a_phone,
];

/// A reader on the progress page who has done this.
fn progress(stage: &Stage, reviews: &str, settings: &str) -> Page {
    let page = reader(stage);
    page.goto(&stage.course().url("study/progress.html"));
    page.wait_for_text("Your data");
    remember(&page, reviews, settings);
    page.wait_for_text("Your data");
    page
}

/// The texts of a section's items or of a table's rows.
fn lines(page: &Page, selector: &str) -> Vec<String> {
    page.eval(&format!(
        "[...document.querySelectorAll('{selector}')].map(line => line.innerText.trim().replace(/\\s+/g, ' '))"
    ))
}

fn nothing_done_is_said_plainly(stage: &Stage) {
    let page = progress(stage, "{}", "{}");
    for expected in [
        "Nothing yet: no card has been graded.",
        "Practiced on 0 of the last 14 days.",
        "Cards that you have graded are listed here",
    ] {
        assert!(page.text().contains(expected), "{expected}: {}", page.text());
    }
}

fn readiness_is_the_mean_of_what_is_remembered(stage: &Stage) {
    let page = progress(stage, "{ moves: [[0, 3]], journals: [[2, 3]] }", "{}");
    // Two days after a first "good", the chance is 0.91.
    let expected = ["Core language 33% 1 of 3", "Systems 45% 1 of 2", "All 38% 2 of 5"];
    assert_eq!(lines(&page, ".readiness :is(tbody, tfoot) tr"), expected);
    let widths: Vec<f64> = page.eval(
        "[...document.querySelectorAll('.bar')].map(bar => bar.firstChild.offsetWidth / bar.offsetWidth)",
    );
    for (width, share) in widths.into_iter().zip([0.33, 0.45, 0.38]) {
        assert!((width - share).abs() < 0.02, "{width} for {share}");
    }
}

fn what_is_due_is_counted_by_day(stage: &Stage) {
    let reviews = "{ moves: [[0, 3]], borrows: [[0, 3]], journals: [[1, 2]], lifetimes: [[30, 1]], gone: [[9, 1]] }";
    let page = progress(stage, reviews, "{ interview: '2026-12-05' }");
    page.wait_for_text("2 cards today, 4 within seven days.");
    page.wait_for_text("Interview in 14 days, Sat, Dec 5.");
    assert_eq!(lines(&page, ".due-days li")[..3], ["2 today", "0 Sun", "2 Mon"]);
}

fn days_of_practice_are_counted(stage: &Stage) {
    let page =
        progress(stage, "{ moves: [[20, 3], [13, 3], [1, 3]], borrows: [[1, 2], [0, 2]] }", "{}");
    page.wait_for_text("Practiced on 3 of the last 14 days.");
    assert_eq!(lines(&page, ".practice-days .practiced").len(), 3);
}

fn the_weakest_are_listed_with_links(stage: &Stage) {
    let page =
        progress(stage, "{ moves: [[3, 4]], borrows: [[5, 1], [3, 1]], gone: [[90, 1]] }", "{}");
    assert_eq!(
        lines(&page, ".weakest li"),
        ["What about borrows? 60% remembered, missed 2 times", "What about moves? 95% remembered",]
    );
    page.click_text("What about borrows?");
    page.wait_for("location.href.endsWith('core/ownership.html#borrows')");
}

/// All but the time of the last change of each entry, and how often all was forgotten.
fn essence(page: &Page) -> Value {
    let mut state = stored(page);
    let state = state.as_object_mut().expect("an object");
    state.retain(|name, _| !["changed", "generation"].contains(&name.as_str()));
    Value::Object(state.clone())
}

fn saved(page: &Page) -> PathBuf {
    page.click_text("Save as a file");
    let file = page.downloaded();
    assert!(file.ends_with("rust-interview-study-2026-11-21.json"), "{}", file.display());
    file
}

#[track_caller]
fn added(page: &Page, file: &Path) {
    page.run("document.querySelector('.data-result').textContent = ''");
    page.choose_file("input[type=file]", file);
    page.wait_for("document.querySelector('.data-result').textContent");
}

fn result(page: &Page) -> String {
    page.eval("document.querySelector('.data-result').innerText")
}

fn a_file_brings_everything_back(stage: &Stage) {
    let page = progress(
        stage,
        "{ moves: [[3, 4], [1, 2]], gone: [[5, 1]] }",
        "{ interview: '2026-12-05', hours: 3 }",
    );
    page.run("guideModules.state.change(state => { state.edits['core/ownership#moves'] = 'fn main() {}'; })");
    let (kept, shown) = (essence(&page), page.text());
    let file = saved(&page);
    page.click_text("Forget everything");
    page.wait_for("document.querySelector('dialog').open");
    page.click("dialog .danger");
    page.wait_for_text("Nothing yet: no card has been graded.");
    page.reload();
    page.wait_for_text("Nothing yet: no card has been graded.");
    added(&page, &file);
    assert!(result(&page).ends_with("was added: 3 new grades."), "{}", result(&page));
    page.reload();
    page.wait_for_text("Your data");
    assert_eq!(essence(&page), kept);
    assert_eq!(page.text(), shown);
}

fn a_file_is_added_to_what_is_there(stage: &Stage) {
    let page = progress(stage, "{ moves: [[3, 4]] }", "{ interview: '2026-12-05' }");
    let file = saved(&page);
    page.goto(&stage.course().url("study/drill.html?level=staff"));
    grade(&page, 3);
    page.goto(&stage.course().url("study/progress.html"));
    page.wait_for_text("Your data");
    added(&page, &file);
    assert!(result(&page).ends_with("was added: 0 new grades."), "{}", result(&page));
    let reviews = &stored(&page)["reviews"];
    assert_eq!(
        (reviews["moves"].as_array().map(Vec::len), reviews["snapshots"].as_array().map(Vec::len)),
        (Some(1), Some(1))
    );
}

fn what_is_no_right_file_changes_nothing(stage: &Stage) {
    let page = progress(stage, "{ moves: [[3, 4]] }", "{}");
    let good = fs::read_to_string(saved(&page)).expect("the saved file");
    let before: String = page.eval("localStorage.getItem('guide-study')");
    let with = |from: &str, to: &str| {
        assert!(good.contains(from), "{from}: {good}");
        good.replace(from, to)
    };
    let huge = format!("{}{}", good, " ".repeat(5_000_000));
    let cases = [
        (with(",4]", ","), "it is not JSON"),
        (String::new(), "it is not JSON"),
        ("null".to_owned(), "This is not a file that this guide exported."),
        (with("executable-rust", "other"), "This is not a file that this guide exported."),
        (
            with("\"version\":1", "\"version\":2"),
            "The file was written by a newer version of this guide.",
        ),
        (
            with(",4]", ",5]"),
            "In reviews, moves, entry 1, value 2: expected a whole number from 1 to 4, found 5.",
        ),
        (with("[[1", "[[9"), "In reviews, moves, entry 1, value 1: expected a time"),
        (
            with("\"interview\":null", "\"interview\":\"2026-02-30\""),
            "In settings, interview: expected a date like \"2026-12-05\", found \"2026-02-30\".",
        ),
        (
            with("\"mocks\":[]", "\"mocks\":[],\"more\":1"),
            "In more: expected no such field, found 1.",
        ),
        (with("\"edits\":{}", "\"edits\":[]"), "In edits: expected an object, found []."),
        (
            with("\"edits\":{}", "\"edits\":{\"__proto__\":\"x\"}"),
            "In edits: expected a name, found \"__proto__\".",
        ),
        (with("\"exported\":\"2026", "\"exported\":\"x"), "it does not say when it was exported"),
        (huge, "The file has more than 5 million characters."),
    ];
    let directory = TempDir::new().expect("a temporary directory");
    for (index, (text, expected)) in cases.into_iter().enumerate() {
        let file = directory.path().join(format!("{index}.json"));
        fs::write(&file, text).expect("a written file");
        added(&page, &file);
        let result = result(&page);
        assert!(
            result.starts_with(&format!("{index}.json was not added, and nothing was changed. ")),
            "{result}"
        );
        assert!(result.contains(expected), "{expected}: {result}");
        assert_eq!(page.eval::<String>("localStorage.getItem('guide-study')"), before);
    }
}

fn names_that_objects_have_are_only_names(stage: &Stage) {
    let page = progress(stage, "{ moves: [[3, 4]] }", "{}");
    let good = fs::read_to_string(saved(&page)).expect("the saved file");
    let directory = TempDir::new().expect("a temporary directory");
    let file = directory.path().join("names.json");
    let odd = good.replace(
        "\"moves\":",
        "\"constructor\":[[1790000000000,1]],\"toString\":[[1790000000000,1]],\"moves\":",
    );
    fs::write(&file, odd).expect("a written file");
    added(&page, &file);
    assert!(result(&page).ends_with("2 new grades."), "{}", result(&page));
    assert!(
        page.eval::<bool>("({}).constructor === Object && typeof ({}).toString === 'function'")
    );
    page.reload();
    page.wait_for_text("Core language");
    assert_eq!(stored(&page)["reviews"].as_object().map(serde_json::Map::len), Some(3));
}

fn forgetting_can_be_refused(stage: &Stage) {
    let page = progress(stage, "{ moves: [[3, 4]] }", "{}");
    for (index, refuse) in ["Enter", "Escape"].into_iter().enumerate() {
        page.click_text("Forget everything");
        page.wait_for("document.activeElement.innerText === 'Keep it'");
        assert!(page.text().contains("Save as a file first"), "{index}");
        page.press(refuse);
        page.wait_for("!document.querySelector('dialog[open]')");
        assert_eq!(lines(&page, ".weakest li").len(), 1);
    }
    on(&page, "2026-11-22");
    page.goto(&stage.course().url("study/drill.html?part=core"));
    assert_eq!(asked(&page), "What about borrows?");
}

fn it_says_what_is_missing_without_scripts(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.course().url("study/progress.html"));
    assert!(page.text().contains("Progress needs JavaScript."), "{}", page.text());
}

fn it_fits_a_phone(stage: &Stage) {
    let page = reader(stage);
    page.size(390, 844);
    page.goto(&stage.guide().url("study/progress.html"));
    page.wait_for_text("Your data");
    let wide: Vec<String> = page.eval(
        "[...document.querySelectorAll('html, .content, .content *')]
            .filter(part => part.getBoundingClientRect().right > innerWidth).map(part => part.outerHTML.slice(0, 80))",
    );
    assert!(wide.is_empty(), "{wide:?}");
}
