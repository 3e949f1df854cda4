//! The pages in the middle of their use, for what must hold whatever the reader does.

use crate::driver::Page;
use crate::stage::Stage;

/// How a reader gets there from a fresh window.
pub(crate) type Visit = fn(&Stage, &Page);

pub(crate) const SCENES: [(&str, Visit); 22] = [
    ("the introduction", introduction),
    ("telling one's story", story),
    ("an address that leads nowhere", nowhere),
    ("the page to print", print),
    ("a chapter", chapter),
    ("a chapter whose answers are hidden", hidden_answers),
    ("the list of keys", keys),
    ("a sample being edited", editing),
    ("the question before code is sent", consent),
    ("a run that failed", failed_run),
    ("results of a search", results),
    ("all questions, with marks", catalog),
    ("the front of a card", card),
    ("the back of a card", back),
    ("a plan that cannot be made", refused_plan),
    ("a plan", plan),
    ("a question of a mock interview", question),
    ("the summary of a mock interview", summary),
    ("the sheet of an interviewer", sheet),
    ("a puzzle that was answered", puzzle),
    ("the progress of a reader", progress),
    ("the question whether to forget everything", forgetting),
];

/// Two months in which every third question was graded, most of them twice.
const PAST: &str = "window.guideQuestions.questions.forEach(({ id }, index) => {
    const ago = days => Date.now() - days * 86_400_000;
    if (index % 3 === 0) guideModules.state.record(id, 1 + index % 4, ago(60 - index % 20));
    if (index % 6 === 0) guideModules.state.record(id, 2 + index % 3, ago(index % 30));
})";

/// Goes to a page as a reader who has studied for two months.
fn go(stage: &Stage, page: &Page, path: &str) {
    page.goto(&stage.guide().url("study/questions.html"));
    page.wait_for("guideModules.state.record && window.guideQuestions");
    page.run(PAST);
    page.goto(&stage.guide().url(path));
}

fn introduction(stage: &Stage, page: &Page) {
    page.goto(&stage.guide().url("start/introduction.html"));
}

fn story(stage: &Stage, page: &Page) {
    page.goto(&stage.guide().url("start/experience.html"));
}

fn nowhere(stage: &Stage, page: &Page) {
    page.goto(&stage.small().url("404.html"));
}

/// That of the guide takes axe-core minutes.
fn print(stage: &Stage, page: &Page) {
    page.goto(&stage.small().url("print.html"));
}

fn chapter(stage: &Stage, page: &Page) {
    page.goto(&stage.small().url("part/chapter.html"));
}

fn hidden_answers(stage: &Stage, page: &Page) {
    chapter(stage, page);
    page.press("h");
    page.wait_for("!document.querySelector('.admonish-say').checkVisibility()");
}

fn keys(stage: &Stage, page: &Page) {
    chapter(stage, page);
    page.press("?");
    page.wait_for("document.querySelector('dialog[open]')");
}

fn editing(stage: &Stage, page: &Page) {
    chapter(stage, page);
    page.click_text("Edit");
    page.wait_for("document.activeElement.matches('textarea')");
}

fn consent(stage: &Stage, page: &Page) {
    page.before_load("window.fetch = () => Promise.reject(new TypeError('Failed to fetch'))");
    editing(stage, page);
    page.press("Control+Enter");
    page.wait_for_text("Send and run");
}

fn failed_run(stage: &Stage, page: &Page) {
    consent(stage, page);
    page.press("Enter");
    page.wait_for_text("The Playground cannot be reached.");
}

fn results(stage: &Stage, page: &Page) {
    chapter(stage, page);
    page.press("s");
    page.wait_for("document.activeElement.type === 'search'");
    page.type_text("question");
    page.wait_for("document.querySelector('#mdbook-searchresults a')");
}

fn catalog(stage: &Stage, page: &Page) {
    go(stage, page, "study/questions.html");
    page.wait_for_text("good");
}

fn card(stage: &Stage, page: &Page) {
    go(stage, page, "study/drill.html");
    page.wait_for_text("Show the answer");
}

fn back(stage: &Stage, page: &Page) {
    card(stage, page);
    page.click_text("Show the answer");
    page.wait_for_text("Good");
    page.click_text("Evidence");
    page.wait_for("document.querySelector('.drill-evidence .sample-tools').checkVisibility()");
}

fn refused_plan(stage: &Stage, page: &Page) {
    go(stage, page, "study/plan.html");
    page.click_text("Make the plan");
    page.wait_for_text("Choose the day of the interview.");
}

fn plan(stage: &Stage, page: &Page) {
    go(stage, page, "study/plan.html");
    page.set(
        "input[type=date]",
        &page.eval::<String>("new Date(Date.now() + 864e6).toISOString().slice(0, 10)"),
    );
    page.click_text("Make the plan");
    page.wait_for("document.querySelectorAll('.plan-day').length > 5");
}

fn question(stage: &Stage, page: &Page) {
    go(stage, page, "study/mock.html");
    page.click_text("Start");
    page.click_text("Show the answer");
    page.wait_for_text("Hard");
}

fn summary(stage: &Stage, page: &Page) {
    question(stage, page);
    page.click_text("End the interview");
    page.wait_for_text("Another interview");
}

fn sheet(stage: &Stage, page: &Page) {
    go(stage, page, "study/mock.html?seed=one&sheet=interviewer");
    page.wait_for("document.querySelector('.mock-sheet')");
}

fn puzzle(stage: &Stage, page: &Page) {
    page.goto(&stage.guide().url("practice/does-it-compile.html"));
    page.click(".puzzle-form li label");
    page.click(".puzzle-form button[type=submit]");
    page.wait_for_text("Right is");
}

fn progress(stage: &Stage, page: &Page) {
    go(stage, page, "study/progress.html");
    page.wait_for_text("Forget everything");
}

fn forgetting(stage: &Stage, page: &Page) {
    progress(stage, page);
    page.click_text("Forget everything");
    page.wait_for("document.querySelector('dialog[open]')");
}
