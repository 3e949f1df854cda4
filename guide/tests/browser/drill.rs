//! The drill: cards come up when they are due, and stay away when they are not.

use serde_json::json;

use crate::course::{CORE, Course, asked, grade, on, reader, remember, stored};
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    a_graded_card_comes_back_on_its_day,
    again_comes_back_in_the_same_session,
    a_grade_can_be_undone,
    the_keyboard_is_enough,
    keys_are_left_to_text_fields,
    an_interview_brings_cards_forward,
    no_card_is_due_after_the_interview,
    the_week_before_the_last_days_is_shared_out,
    the_last_two_days_are_for_the_weakest,
    the_choice_is_in_the_address,
    there_are_so_many_new_cards_a_day,
    all_questions_come_up_before_the_interview,
    that_there_is_nothing_to_do_is_said,
    questions_come_and_go_with_the_guide,
    an_answer_that_cannot_be_loaded_is_said,
    it_works_from_a_file,
    it_says_what_is_missing_without_scripts,
    it_fits_a_phone,
];

fn a_graded_card_comes_back_on_its_day(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    assert_eq!(asked(&page), "What about moves?");
    page.click_text("Show the answer");
    page.wait_for_text("The answer on moves.");
    assert_eq!(
        page.eval::<String>("document.querySelector('.grade-good').innerText"),
        "Good\n2 days\n3"
    );
    page.click(".grade-good");
    page.wait_for_text("Left: 4 new");
    page.reload();
    assert_eq!(asked(&page), "What about borrows?");
    for (day, expected) in
        [("2026-11-22", "What about borrows?"), ("2026-11-23", "What about moves?")]
    {
        on(&page, day);
        page.reload();
        assert_eq!(asked(&page), expected, "on {day}");
    }
}

fn again_comes_back_in_the_same_session(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html?part=core"));
    for (rating, next) in [(1, "borrows"), (3, "lifetimes"), (3, "moves")] {
        grade(&page, rating);
        assert_eq!(asked(&page), format!("What about {next}?"));
    }
    grade(&page, 3);
    assert_eq!(asked(&page), "Done for today.");
    page.wait_for_text("Graded: 4 cards (1 again, 3 good).");
}

fn a_grade_can_be_undone(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    grade(&page, 3);
    grade(&page, 4);
    page.click("[aria-keyshortcuts=U]");
    assert_eq!(asked(&page), "What about borrows?");
    page.press("u");
    assert_eq!(asked(&page), "What about moves?");
    page.reload();
    assert_eq!(asked(&page), "What about moves?");
    assert_eq!(stored(&page)["reviews"], json!({}));
}

fn the_keyboard_is_enough(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html?part=core"));
    asked(&page);
    page.press("3");
    page.press("Space");
    page.wait_for_text("The answer on moves.");
    page.press("Space");
    page.wait_for("document.querySelector('.drill-evidence').open");
    page.wait_for_text("fn main() {} // moves");
    page.press("1");
    page.wait_for_text("Left: 1 to repeat, 2 new");
    for id in ["borrows", "lifetimes", "moves"] {
        assert_eq!(asked(&page), format!("What about {id}?"));
        page.press("Enter");
        page.wait_for_text(&format!("The answer on {id}."));
        page.press("4");
        page.wait_for(&format!(
            "!document.querySelector('.drill-question').innerText.includes('{id}')"
        ));
    }
    assert_eq!(asked(&page), "Done for today.");
    assert_eq!(page.eval::<String>("document.activeElement.innerText"), "Done for today.");
    page.press("u");
    assert_eq!(asked(&page), "What about moves?");
}

fn keys_are_left_to_text_fields(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    page.click_text("Show the answer");
    page.wait_for_text("The answer on moves.");
    page.run("document.querySelector('.drill-settings').open = true");
    page.click("[type=number]");
    page.type_text("3");
    page.press("Tab");
    page.wait_for_text("3 new a day");
    page.press("Control+3");
    assert_eq!(stored(&page)["reviews"], json!({}));
    page.wait_for_text("The answer on moves.");
}

fn an_interview_brings_cards_forward(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    page.click_text("Show the answer");
    page.wait_for("document.querySelector('.grade-easy').innerText.includes('8 days')");
    page.run("document.querySelector('.drill-settings').open = true");
    page.set("[type=date]", "2026-11-25");
    page.wait_for_text("interview in 4 days");
    page.reload();
    page.click_text("Show the answer");
    page.wait_for("document.querySelector('.grade-easy').innerText.includes('3 days')");
}

/// Over random histories: with an interview on day 100, whoever sees each card on its day sees all of them
/// in the last nine days before it, and none is due later.
fn no_card_is_due_after_the_interview(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    asked(&page);
    let days: Vec<(i64, i64)> = page.eval(
        "(() => {
            let seed = 7;
            const draw = count => (seed = seed * 16807 % 2147483647) % count;
            const noon = day => new Date(2026, 0, 1 + day, 12).getTime();
            const first = guideModules.dates.dayOf(noon(0));
            const interview = first + 100;
            return Array.from({ length: 300 }, (_, index) => {
                let [day, last, reviews] = [draw(100), null, []];
                while (day < 100) {
                    reviews.push([noon(day), 2 + draw(3)]);
                    last = day;
                    day = guideModules.schedule.schedule(`card-${index}`, reviews, interview).due - first;
                }
                return [last, day];
            });
        })()",
    );
    for (last, due) in days {
        assert!(last >= 91 && due <= 100, "seen on {last}, due on {due}");
    }
}

/// What is known well comes up once more, and not everything on one day.
fn the_week_before_the_last_days_is_shared_out(stage: &Stage) {
    let (page, site) = (reader(stage), stage.guide());
    page.goto(&site.url("study/drill.html"));
    asked(&page);
    let mut days: Vec<i64> = page.eval(
        "(() => {
            const noon = day => new Date(2026, 0, 1 + day, 12).getTime();
            const first = guideModules.dates.dayOf(noon(0));
            const reviews = [0, 20, 50].map(day => [noon(day), 4]);
            return guideQuestions.questions.map(({ id }) =>
                guideModules.schedule.schedule(id, reviews, first + 100).due - first);
        })()",
    );
    let count = days.len();
    days.sort_unstable();
    let shares: Vec<_> = days.chunk_by(|one, next| one == next).collect();
    let on: Vec<_> = shares.iter().map(|share| share[0]).collect();
    assert_eq!(on, (91..=97).collect::<Vec<_>>());
    assert!(shares.iter().all(|share| share.len() < count / 3), "{shares:?}");
}

fn the_last_two_days_are_for_the_weakest(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    let reviews = "{ moves: [[9, 4]], lifetimes: [[9, 1]], snapshots: [[9, 3]] }";
    remember(&page, reviews, "{ interview: '2026-11-24' }");
    asked(&page);
    assert!(!page.text().contains("weakest come first"), "{}", page.text());
    on(&page, "2026-11-22");
    page.reload();
    page.wait_for_text("Interview in 2 days: the weakest come first");
    let list: Vec<String> =
        page.eval("[...document.querySelectorAll('.weakest a')].map(a => a.innerText)");
    assert_eq!(list, ["What about lifetimes?", "What about snapshots?", "What about moves?"]);
    for expected in list {
        assert_eq!(asked(&page), expected);
        grade(&page, 3);
    }
    assert_eq!(asked(&page), "What about borrows?", "what was never seen comes last");
}

fn the_choice_is_in_the_address(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html?part=core&level=senior&only=nonsense"));
    assert_eq!(asked(&page), "What about borrows?");
    page.wait_for_text("Left: 2 new");
    page.run("document.querySelector('.drill-settings').open = true");
    page.set("label:first-child select", "systems");
    assert_eq!(asked(&page), "What about journals?");
    assert_eq!(page.eval::<String>("location.search"), "?part=systems&level=senior");
    page.reload();
    assert_eq!(asked(&page), "What about journals?");
}

fn there_are_so_many_new_cards_a_day(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html"));
    page.run("document.querySelector('.drill-settings').open = true");
    page.set("[type=number]", "2");
    grade(&page, 3);
    grade(&page, 3);
    assert_eq!(asked(&page), "Done for today.");
    page.reload();
    assert_eq!(asked(&page), "Nothing is due today.");
    page.click_text("The last 3 new cards");
    assert_eq!(asked(&page), "What about lifetimes?");
    on(&page, "2026-11-22");
    page.reload();
    page.wait_for_text("Left: 2 new");
}

fn all_questions_come_up_before_the_interview(stage: &Stage) {
    let (page, site) = (reader(stage), stage.guide());
    page.goto(&site.url("study/drill.html"));
    asked(&page);
    let count: usize = page.eval("guideQuestions.questions.length");
    remember(&page, "{}", "{ interview: '2026-11-27' }");
    asked(&page);
    // On the 21st to the 24th.
    page.wait_for_text(&format!("{} new a day", count.div_ceil(4).clamp(10, 50)));
}

fn that_there_is_nothing_to_do_is_said(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.url("study/drill.html?part=core&level=staff"));
    assert_eq!(asked(&page), "No question fits this choice.");
    page.click_text("Show all questions");
    page.wait_for_text("What about moves?");
    page.goto(&site.url("study/drill.html?only=due"));
    assert_eq!(asked(&page), "Nothing is due today.");
    page.click_text("Start with new cards");
    page.wait_for_text("What about moves?");
    remember(&page, "{ snapshots: [[1, 3]] }", "{}");
    page.goto(&site.url("study/drill.html?level=staff"));
    assert_eq!(asked(&page), "Nothing is due today.");
    page.wait_for_text("Next: 1 card tomorrow (Sun, Nov 22)");
    page.goto(&site.url("study/drill.html?level=staff&only=new"));
    assert_eq!(asked(&page), "You have seen every question of this choice.");
}

fn questions_come_and_go_with_the_guide(stage: &Stage) {
    let course = Course::new();
    let (page, site) = (reader(stage), course.site());
    page.goto(&site.url("study/drill.html"));
    grade(&page, 3);
    grade(&page, 3);
    let before = stored(&page)["reviews"].clone();
    page.goto("about:blank");
    course.write("core/ownership", "Ownership", &[("moved", "junior"), CORE[1], CORE[2]]);
    course.upgrade(&site);
    on(&page, "2026-11-23");
    page.goto(&site.url("study/drill.html"));
    assert_eq!(asked(&page), "What about borrows?");
    grade(&page, 3);
    assert_eq!(stored(&page)["reviews"]["moves"], before["moves"]);
    page.goto("about:blank");
    course.write("core/ownership", "Ownership", &CORE);
    course.upgrade(&site);
    page.goto(&site.url("study/drill.html"));
    assert_eq!(asked(&page), "What about moves?");
    page.wait_for_text("Left: 1 to repeat, 3 new");
}

fn an_answer_that_cannot_be_loaded_is_said(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    let server = site.server();
    page.goto(&server.url("study/drill.html"));
    asked(&page);
    server.stop();
    page.press("Space");
    page.wait_for_text("The answer could not be loaded.");
    page.press("3");
    assert_eq!(asked(&page), "What about moves?");
    let problems = page.take_problems();
    assert!(problems.iter().any(|problem| problem.contains("ownership.js")), "{problems:?}");
}

fn it_works_from_a_file(stage: &Stage) {
    let (page, site) = (reader(stage), stage.course());
    page.goto(&site.file_url("study/drill.html?part=core"));
    page.press("Space");
    page.wait_for_text("The answer on moves.");
    page.press("3");
    page.wait_for_text("Left: 2 new");
    page.reload();
    assert_eq!(asked(&page), "What about borrows?");
}

fn it_says_what_is_missing_without_scripts(stage: &Stage) {
    let (page, site) = (stage.page(), stage.course());
    page.javascript(false);
    page.goto(&site.url("study/drill.html"));
    assert!(page.text().contains("The drill needs JavaScript."), "{}", page.text());
}

fn it_fits_a_phone(stage: &Stage) {
    let (page, site) = (reader(stage), stage.guide());
    page.size(390, 844);
    page.goto(&site.url("study/drill.html?part=low-level"));
    page.press("Space");
    page.wait_for("document.querySelector('.grades')");
    page.run("document.querySelectorAll('.drill-more').forEach(more => { more.open = true; })");
    assert!(page.eval::<bool>("document.documentElement.scrollWidth <= innerWidth"));
    let bottom = "document.querySelector('.grades').getBoundingClientRect().bottom";
    assert!(page.eval::<bool>(&format!("{bottom} <= innerHeight")), "the grades are in the window");
}
