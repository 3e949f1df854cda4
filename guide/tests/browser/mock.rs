//! The mock interview and its sheets.

use crate::book::Book;
use crate::driver::Page;
use crate::stage::{Site, Stage};
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    a_seed_repeats_a_draw_and_no_draw_comes_twice_in_a_row,
    a_draw_fits_the_role_the_level_and_the_time,
    the_clock_goes_on_after_a_reload_and_can_be_paused,
    notes_survive_a_reload,
    grades_reach_the_drill,
    a_grade_can_be_taken_back,
    an_interview_can_be_ended_and_gone_on_with,
    the_sheets_have_two_sides,
    the_keyboard_is_enough,
    a_small_pool_is_said,
];

/// A clock that goes on only when the test says so.
const CLOCK: &str = "{ const Real = Date, start = Real.parse('2030-06-10T12:00:00');
    const now = () => start + Number(localStorage.getItem('test-ahead') ?? 0);
    globalThis.Date = class extends Real {
        constructor(...parts) { if (parts.length > 0) super(...parts); else super(now()); }
        static now() { return now(); }
    }; }";

const MOCK: &str = "guideModules.state.read().mocks.at(-1)";

fn reader(stage: &Stage, query: &str) -> Page {
    let page = stage.page();
    page.before_load(CLOCK);
    page.goto(&stage.guide().url(&format!("study/mock.html{query}")));
    page
}

fn start(page: &Page) -> Vec<String> {
    page.click_text("Start");
    page.wait_for_text("Question 1 of");
    page.eval(&format!("[...{MOCK}.questions]"))
}

fn pass(page: &Page, seconds: u32) {
    page.run(&format!(
        "localStorage.setItem('test-ahead', \
         Number(localStorage.getItem('test-ahead') ?? 0) + {seconds} * 1000)"
    ));
}

fn wait_for_clock(page: &Page, text: &str) {
    page.wait_for(&format!("document.querySelector('.mock-clock').innerText === '{text}'"));
}

fn a_seed_repeats_a_draw_and_no_draw_comes_twice_in_a_row(stage: &Stage) {
    let page = reader(stage, "");
    let first = start(&page);
    let address: String = page.eval("location.search");
    assert!(address.contains("seed="), "{address}");
    let mut last = first.clone();
    for _ in 0..5 {
        page.click_text("End the interview");
        page.click_text("Another interview");
        pass(&page, 1);
        let next = start(&page);
        assert_ne!(next, last);
        last = next;
    }
    let other = reader(stage, &address);
    other.wait_for_text("The link repeats a draw");
    assert_eq!(start(&other), first);
}

fn a_draw_fits_the_role_the_level_and_the_time(stage: &Stage) {
    let page = reader(stage, "");
    page.wait_for("guideModules.draw");
    let wrong: Vec<String> = page.eval(
        "(() => {
            const { draw, slot } = guideModules.draw, catalog = window.guideQuestions, wrong = [];
            for (const role of ['any', ...catalog.roles]) for (const level of catalog.levels)
            for (const minutes of [15, 30, 45, 60]) for (let seed = 0; seed < 20; seed++) {
                const drawn = draw({ catalog, role, level, minutes, seed }), name = [role, level, minutes, seed].join();
                const spent = drawn.reduce((sum, question) => sum + slot(catalog, question), 0);
                const above = drawn.filter(question =>
                    catalog.levels.indexOf(question.level) > catalog.levels.indexOf(level) + 1);
                const asked = drawn.filter(question => role === 'any' || question.roles.includes(role));
                if (spent > minutes || spent < minutes - 10) wrong.push(`${name}: ${spent} minutes`);
                if (above.length > 0) wrong.push(`${name}: ${above[0].id} is too hard`);
                if (new Set(drawn).size < drawn.length) wrong.push(`${name}: one twice`);
                if (drawn.some((question, index) => question.chapter === drawn[index + 1]?.chapter))
                    wrong.push(`${name}: one chapter twice in a row`);
            }
            const share = role => {
                const all = Array.from({ length: 200 }, (_, seed) => draw({ catalog, role, level: 'senior', minutes: 30, seed })).flat();
                return all.filter(question => question.chapter === 'systems/services').length / all.length;
            };
            if (share('backend') < 2 * share('embedded')) wrong.push('the role decides nothing');
            return wrong;
        })()",
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn the_clock_goes_on_after_a_reload_and_can_be_paused(stage: &Stage) {
    let page = reader(stage, "?seed=clock&role=backend&level=senior&minutes=15");
    start(&page);
    let most: String =
        page.eval("document.querySelector('.mock-clock').innerText.split(' of ')[1]");
    wait_for_clock(&page, &format!("This question: 0:00 of {most}"));
    pass(&page, 65);
    wait_for_clock(&page, &format!("This question: 1:05 of {most}"));
    page.reload();
    pass(&page, 10);
    wait_for_clock(&page, &format!("This question: 1:15 of {most}"));
    page.click_text("Pause");
    wait_for_clock(&page, &format!("This question: 1:15 of {most} (paused)"));
    pass(&page, 60);
    page.reload();
    wait_for_clock(&page, &format!("This question: 1:15 of {most} (paused)"));
    page.click_text("Go on");
    pass(&page, 500);
    page.wait_for("/^This question: 9:35, \\d:\\d\\d over$/.test(document.querySelector('.mock-clock').innerText)");
    page.wait_for("document.querySelector('.mock-total').innerText === 'Interview: 9:35 of 15:00'");
    // Nobody is interviewed overnight.
    pass(&page, 50_000);
    page.reload();
    page.wait_for("document.querySelector('.mock-clock').innerText.endsWith('(paused)')");
}

fn notes_survive_a_reload(stage: &Stage) {
    let page = reader(stage, "?seed=notes");
    let questions = start(&page);
    page.click(".mock-note textarea");
    page.type_text("two phases");
    page.reload();
    page.wait_for("document.querySelector('.mock-note textarea').value === 'two phases'");
    page.click_text("Show the answer");
    page.click(".grade-good");
    page.wait_for_text("Question 2 of");
    assert!(page.eval::<bool>("document.querySelector('.mock-note textarea').value === ''"));
    page.click_text("End the interview");
    page.wait_for_text("two phases");
    let kept: String = page.eval(&format!("{MOCK}.notes['{}']", questions[0]));
    assert_eq!(kept, "two phases");
}

fn grades_reach_the_drill(stage: &Stage) {
    let page = reader(stage, "?seed=grades&role=backend&level=senior&minutes=15");
    let questions = start(&page);
    let grades = ["again", "good", "easy", "hard", "good", "good"];
    for (number, grade) in (1..=questions.len()).zip(grades) {
        page.wait_for_text(&format!("Question {number} of {}", questions.len()));
        page.click_text("Show the answer");
        page.wait_for_text("Was it all in your answer?");
        for part in [".admonish-say p", ".admonish-trap p", ".admonish-follow-up p"] {
            page.wait_for(&format!(
                "document.querySelector('.mock-back {part}').checkVisibility()"
            ));
        }
        page.click(&format!(".grade-{grade}"));
    }
    page.wait_for_text("The interview of Mon, Jun 10");
    let first: Vec<Vec<f64>> =
        page.eval(&format!("guideModules.state.read().reviews['{}']", questions[0]));
    assert_eq!(first.len(), 1);
    assert!((first[0][1] - 1.0).abs() < f64::EPSILON, "again is 1: {first:?}");
    let title: String = page.eval("document.querySelector('.mock-results a').innerText");
    page.click_text("the drill");
    page.wait_for(&format!(
        "document.querySelector('.drill-question').innerText === {}",
        serde_json::Value::from(title)
    ));
    page.goto(&stage.guide().url("study/mock.html"));
    page.wait_for_text("Interviews so far");
    page.wait_for_text("1 again");
}

fn a_grade_can_be_taken_back(stage: &Stage) {
    let page = reader(stage, "?seed=undo");
    let questions = start(&page);
    page.click_text("Show the answer");
    page.click(".grade-again");
    page.wait_for_text("Question 2 of");
    page.click_text("Undo “Again”");
    page.wait_for_text("Question 1 of");
    let reviews = format!("guideModules.state.read().reviews['{}']", questions[0]);
    assert!(page.eval::<bool>(&format!("({reviews} ?? []).length === 0")));
    page.click(".grade-hard");
    page.wait_for_text("Question 2 of");
    assert!(page.eval::<bool>(&format!("{reviews}.length === 1 && {reviews}[0][1] === 2")));
}

fn an_interview_can_be_ended_and_gone_on_with(stage: &Stage) {
    let page = reader(stage, "?seed=end&role=any&level=mid&minutes=30");
    let questions = start(&page);
    page.click_text("Show the answer");
    page.click(".grade-good");
    page.wait_for_text("Question 2 of");
    page.click_text("End the interview");
    page.wait_for_text("1 question graded");
    page.click_text(&format!("Go on with {} questions", questions.len() - 1));
    page.wait_for_text("Question 2 of");
    page.goto(&stage.guide().url("study/mock.html"));
    page.wait_for_text("Question 2 of");
}

fn the_sheets_have_two_sides(stage: &Stage) {
    let page = reader(stage, "?seed=sheet&role=systems&level=senior&minutes=30");
    page.click_text("the interviewer’s sheet");
    page.wait_for("document.querySelector('.mock-sheet-interviewer')");
    let titles =
        "[...document.querySelectorAll('.mock-sheet h3')].map(h => h.childNodes[1].textContent)";
    let asked: Vec<String> = page.eval(titles);
    assert!(asked.len() >= 3, "{asked:?}");
    let incomplete: Vec<String> = page.eval(
        "[...document.querySelectorAll('.mock-sheet section')].flatMap(section =>
            ['.admonish-say', '.admonish-trap', '.admonish-follow-up p', '.mock-space', '.mock-boxes']
                .filter(part => !section.querySelector(part)?.checkVisibility())
                .map(part => `${section.querySelector('h3').innerText}: ${part}`))",
    );
    assert!(incomplete.is_empty(), "{incomplete:#?}");
    page.on_paper();
    assert!(!page.eval::<bool>("document.querySelector('.mock-tools').checkVisibility()"));
    assert!(!page.eval::<bool>("document.querySelector('main > p').checkVisibility()"));

    let other = reader(stage, &page.eval::<String>("location.search"));
    other.click_text("The candidate’s side");
    other.wait_for("document.querySelector('.mock-sheet-candidate')");
    assert_eq!(other.eval::<Vec<String>>(titles), asked);
    assert!(other.eval::<bool>("document.querySelector('.mock-sheet .admonition') === null"));
    assert!(other.eval::<bool>("document.querySelectorAll('.mock-space').length > 2"));
    other.click_text("Answer it here instead");
    other.wait_for_text("The link repeats a draw");
}

/// Presses Tab until the focus is on what says this.
fn tab_to(page: &Page, text: &str) {
    let text = serde_json::Value::from(text);
    let says = format!("document.activeElement.innerText?.trim().startsWith({text})");
    for _ in 0..80 {
        if page.eval::<bool>(&says) {
            return;
        }
        page.press("Tab");
    }
    panic!("Tab does not reach {text}");
}

fn the_keyboard_is_enough(stage: &Stage) {
    let page = reader(stage, "");
    page.wait_for("document.querySelector('.mock-form')");
    page.run("document.querySelector('main h1 a').focus()");
    page.press("Tab");
    tab_to(&page, "Start");
    page.press("Enter");
    page.wait_for("document.activeElement.matches('h2')");
    page.press("Tab");
    page.type_text("claim 1");
    tab_to(&page, "Show the answer");
    page.press("Enter");
    page.wait_for("document.activeElement.matches('.mock-answer h3')");
    tab_to(&page, "Good");
    page.press("Space");
    page.wait_for_text("Question 2 of");
    page.wait_for("document.activeElement.matches('h2')");
    let mock: (usize, String) =
        page.eval(&format!("[{MOCK}.current, Object.values({MOCK}.notes).join()]"));
    assert_eq!(mock, (1, "claim 1".to_owned()));
}

fn a_small_pool_is_said(stage: &Stage) {
    let book = Book::new();
    book.write("src/part/other.md", "# Other\n\n<div data-study=\"mock\"></div>\n");
    let site = Site::built(book.root());
    let page = stage.page();
    page.goto(&site.url("part/other.html"));
    page.wait_for_text("Only 1 question fits so far: enough for 7 minutes.");
    page.click_text("Start");
    page.wait_for_text("Question 1 of 1");
}
