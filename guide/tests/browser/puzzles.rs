//! Puzzles: nothing betrays the result before the reader has chosen.

use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    a_puzzle_says_nothing_before_the_reader_has_chosen,
    a_choice_is_answered_and_kept,
    puzzles_are_walked_by_keys,
    a_puzzle_is_solved_by_keys_alone,
    without_scripts_a_puzzle_is_a_list_and_a_result_to_open,
    on_paper_the_result_shows,
    hidden_answers_leave_puzzles_as_they_are,
    every_puzzle_can_be_answered_right,
];

const PAGE: &str = "practice/does-it-compile.html";
/// A puzzle whose right option is the fourth of five.
const NICKNAME: &str = "[data-puzzle='name-after-pattern']";

fn open(stage: &Stage) -> Page {
    let page = stage.page();
    page.goto(&stage.guide().url(PAGE));
    page.wait_for("document.querySelectorAll('.puzzle-form').length === 20");
    page
}

/// What a reader sees of the puzzle.
fn seen(page: &Page) -> String {
    page.eval(&format!("document.querySelector(\"{NICKNAME}\").innerText"))
}

fn choose(page: &Page, option: usize) {
    page.click(&format!("{NICKNAME} li:nth-child({option}) label"));
}

fn commit(page: &Page) {
    page.click(&format!("{NICKNAME} button[type=submit]"));
}

fn a_puzzle_says_nothing_before_the_reader_has_chosen(stage: &Stage) {
    let page = open(stage);
    for betrayal in ["fails with", "partial move", "The pattern binds", "What happens\n"] {
        assert!(!seen(&page).contains(betrayal), "{betrayal}: {}", seen(&page));
    }
    commit(&page);
    page.wait_for_text("Choose an option first.");
    assert!(!seen(&page).contains("fails with"), "{}", seen(&page));
}

fn a_choice_is_answered_and_kept(stage: &Stage) {
    let page = open(stage);
    choose(&page, 3);
    commit(&page);
    page.wait_for_text("Not C. Right is D.");
    for shown in ["fails with E0382", "value borrowed here after partial move", "The pattern binds"]
    {
        assert!(seen(&page).contains(shown), "{shown}: {}", seen(&page));
    }
    page.click_text("Try again");
    assert!(!seen(&page).contains("partial move"), "{}", seen(&page));
    choose(&page, 4);
    commit(&page);
    page.wait_for_text("Right.");
    let tries = "JSON.parse(localStorage.getItem('guide-study')).puzzles['name-after-pattern']";
    page.wait_for(&format!("{tries}.length === 2"));
    let kept: Vec<(u64, usize, u8)> = page.eval(tries);
    assert_eq!((kept[0].1, kept[0].2, kept[1].1, kept[1].2), (2, 0, 3, 1));
}

fn puzzles_are_walked_by_keys(stage: &Stage) {
    let page = open(stage);
    for (key, puzzle) in
        [("j", "underscore-lock"), ("j", "name-after-pattern"), ("k", "underscore-lock")]
    {
        page.press(key);
        let focused = "document.activeElement.closest('h2')?.id ?? ''";
        assert_eq!(page.eval::<String>(focused), puzzle);
    }
}

fn a_puzzle_is_solved_by_keys_alone(stage: &Stage) {
    let page = open(stage);
    page.run(&format!("document.querySelector(\"{NICKNAME} input\").focus()"));
    page.press("Space");
    for _ in 0..3 {
        page.press("ArrowDown");
    }
    page.press("Enter");
    page.wait_for_text("Right.");
    page.wait_for("document.activeElement.innerText === 'Try again'");
    page.press("Enter");
    page.wait_for(&format!("document.querySelector(\"{NICKNAME} input\").checkVisibility()"));
    assert!(!seen(&page).contains("Right."), "{}", seen(&page));
}

fn without_scripts_a_puzzle_is_a_list_and_a_result_to_open(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.guide().url(PAGE));
    assert!(seen(&page).contains("It prints ferris, then 7, then false."), "{}", seen(&page));
    assert!(!seen(&page).contains("fails with"), "{}", seen(&page));
    assert!(!seen(&page).contains("The pattern binds"), "{}", seen(&page));
    page.click(&format!("{NICKNAME} summary"));
    let right = "D. It does not compile: E0382, at println!";
    assert!(seen(&page).contains(right), "{}", seen(&page));
    assert!(seen(&page).contains("The pattern binds"), "{}", seen(&page));
}

fn on_paper_the_result_shows(stage: &Stage) {
    let page = open(stage);
    page.on_paper();
    for shown in ["D. It does not compile: E0382", "The pattern binds"] {
        assert!(seen(&page).contains(shown), "{shown}: {}", seen(&page));
    }
    assert!(!seen(&page).contains("That is my answer"), "{}", seen(&page));
}

fn hidden_answers_leave_puzzles_as_they_are(stage: &Stage) {
    let page = open(stage);
    page.run(
        "localStorage.setItem('guide-study', JSON.stringify({ version: 1, generation: 0, reviews: {}, \
         puzzles: {}, plan: null, mocks: [], edits: {}, changed: {}, settings: { hideAnswers: true, \
         interview: null, level: 'senior', role: 'backend', hours: 2, newPerDay: null } }))",
    );
    page.reload();
    choose(&page, 4);
    commit(&page);
    page.wait_for_text("Right.");
    assert_eq!(page.eval::<usize>("document.querySelectorAll('.question-tools').length"), 0);
}

fn every_puzzle_can_be_answered_right(stage: &Stage) {
    let page = open(stage);
    page.run(
        "document.querySelectorAll('[data-puzzle]').forEach(puzzle => { \
         puzzle.querySelectorAll('input')[puzzle.dataset.right].click(); \
         puzzle.querySelector('button[type=submit]').click(); })",
    );
    page.wait_for("document.querySelectorAll('.puzzle-verdict.right').length === 20");
    let wide = "document.documentElement.scrollWidth > innerWidth";
    page.size(390, 844);
    assert!(!page.eval::<bool>(wide), "the page can be scrolled sideways");
}
