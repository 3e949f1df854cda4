//! What the reader did is kept, whatever the storage and the other tabs do, or it is said that it is not.

use serde_json::{Value, json};

use crate::course::{asked, grade, on, reader, stored};
use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    two_tabs_lose_no_review,
    the_later_writer_does_not_win,
    what_another_tab_just_wrote_is_kept,
    what_was_undone_stays_undone_in_another_tab,
    what_was_forgotten_stays_forgotten_in_another_tab,
    tabs_agree_on_settings,
    a_mark_soon_after_another_corrects_it,
    blocked_storage_is_said_once,
    full_storage_is_said_once,
    damaged_data_is_kept_aside,
    newer_data_is_left_alone,
    a_wrong_change_is_refused,
];

const BLOCKED: &str = "for (const name of ['localStorage', 'sessionStorage']) Object.defineProperty(window, name, \
     { get() { throw new DOMException('The operation is insecure.', 'SecurityError'); } });";
const FULL: &str = "const set = Storage.prototype.setItem; Storage.prototype.setItem = function (name, text) { \
     if (name === 'guide-study') throw new DOMException('full', 'QuotaExceededError'); return set.call(this, name, text); };";

/// Two tabs of one reader at the drill.
fn tabs(stage: &Stage) -> [Page; 2] {
    let one = reader(stage);
    let other = one.another();
    on(&other, "2026-11-21");
    for page in [&one, &other] {
        page.goto(&stage.course().url("study/drill.html"));
        asked(page);
    }
    [one, other]
}

fn reviews(page: &Page) -> Vec<String> {
    page.eval("Object.keys(JSON.parse(localStorage.getItem('guide-study') ?? '{}').reviews ?? {})")
}

/// How many lines at the foot of the window say something.
fn said(page: &Page) -> Vec<String> {
    page.eval("[...document.querySelectorAll('.study-status p')].map(line => line.innerText)")
}

fn two_tabs_lose_no_review(stage: &Stage) {
    let [one, other] = tabs(stage);
    grade(&one, 3);
    other.wait_for_text("Left: 4 new");
    grade(&other, 2);
    grade(&one, 4);
    grade(&other, 4);
    one.wait_for("Object.values(guideModules.state.read().reviews).flat().length === 4");
    assert_eq!(reviews(&one).len(), 4, "no card was asked in both tabs");
    one.reload();
    one.wait_for_text("Left: 1 new");
}

/// A tab that did not hear of a change yet writes over it.
fn the_later_writer_does_not_win(stage: &Stage) {
    let [one, other] = tabs(stage);
    grade(&other, 3);
    let old: String = other.eval("localStorage.getItem('guide-study')");
    one.wait_for_text("Left: 4 new");
    grade(&one, 3);
    assert_eq!(reviews(&one).len(), 2);
    other.run(&format!("localStorage.setItem('guide-study', {})", Value::from(old)));
    one.wait_for(
        "Object.keys(JSON.parse(localStorage.getItem('guide-study')).reviews).length === 2",
    );
    other.reload();
    other.wait_for_text("Left: 3 new");
}

/// No event has told this tab yet: those come later than what is stored.
fn what_another_tab_just_wrote_is_kept(stage: &Stage) {
    let page = reader(stage);
    page.goto(&stage.course().url("study/drill.html"));
    grade(&page, 3);
    let mut data = stored(&page);
    data["reviews"] = json!({ "journals": data["reviews"]["moves"] });
    page.run(&format!("localStorage.setItem('guide-study', {})", Value::from(data.to_string())));
    grade(&page, 3);
    assert_eq!(reviews(&page), ["borrows", "journals", "moves"]);
}

fn what_was_undone_stays_undone_in_another_tab(stage: &Stage) {
    let [one, other] = tabs(stage);
    grade(&one, 3);
    other.wait_for_text("Left: 4 new");
    one.press("u");
    other.wait_for_text("Left: 5 new");
    other.run("guideModules.state.record('journals', 3)");
    one.wait_for_text("Left: 4 new");
    assert_eq!(reviews(&one), ["journals"]);
}

fn what_was_forgotten_stays_forgotten_in_another_tab(stage: &Stage) {
    let [one, other] = tabs(stage);
    grade(&one, 3);
    other.wait_for_text("Left: 4 new");
    one.run("guideModules.state.forgetEverything()");
    other.wait_for_text("Left: 5 new");
    other.run("guideModules.state.record('journals', 3)");
    one.wait_for_text("Left: 4 new");
    assert_eq!(reviews(&one), ["journals"]);
}

fn tabs_agree_on_settings(stage: &Stage) {
    let [one, other] = tabs(stage);
    one.run("document.querySelector('.drill-settings').open = true");
    one.set("[type=date]", "2026-12-05");
    other.wait_for_text("interview in 14 days");
    other.run("document.querySelector('.drill-settings').open = true");
    other.set("[type=number]", "3");
    one.wait_for_text("3 new a day · interview in 14 days");
    one.set("[type=date]", "");
    other.wait_for_text("no interview date");
    other.reload();
    other.wait_for_text("3 new a day · no interview date");
}

fn a_mark_soon_after_another_corrects_it(stage: &Stage) {
    let page = reader(stage);
    page.goto(&stage.course().url("study/drill.html"));
    asked(&page);
    let ratings: Vec<u8> = page.eval(
        "(() => {
            const { read, record } = guideModules.state;
            for (const [minutes, rating] of [[-30, 1], [-9, 2], [0, 4]]) record('moves', rating, Date.now() + minutes * 60_000);
            return read().reviews.moves.map(([, rating]) => rating);
        })()",
    );
    assert_eq!(ratings, [1, 4]);
}

fn blocked_storage_is_said_once(stage: &Stage) {
    let page = reader(stage);
    page.before_load(BLOCKED);
    page.goto(&stage.course().url("study/drill.html"));
    asked(&page);
    // mdBook's sidebar wants to remember how far it was scrolled.
    assert_eq!(page.take_problems(), ["uncaught: SecurityError: The operation is insecure."]);
    assert!(said(&page).is_empty(), "nothing is lost yet");
    grade(&page, 3);
    grade(&page, 3);
    assert_eq!(asked(&page), "What about lifetimes?", "the drill goes on");
    let lines = said(&page);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("What you mark here is lost when you leave the page."), "{lines:?}");
    page.click_text("Close");
    grade(&page, 3);
    assert!(said(&page).is_empty());
}

fn full_storage_is_said_once(stage: &Stage) {
    let page = reader(stage);
    page.goto(&stage.course().url("study/drill.html"));
    grade(&page, 3);
    page.before_load(FULL);
    page.reload();
    assert_eq!(asked(&page), "What about borrows?");
    grade(&page, 3);
    grade(&page, 3);
    assert_eq!(asked(&page), "What about journals?", "the drill goes on");
    let lines = said(&page);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("is full"), "{lines:?}");
    assert_eq!(reviews(&page), ["moves"], "what was stored is still there");
    page.reload();
    grade(&page, 3);
    assert!(said(&page).is_empty());
}

fn damaged_data_is_kept_aside(stage: &Stage) {
    for damaged in ["{\"version\":1,\"rev", "null", r#"{"version":1,"reviews":{"moves":[[1,9]]}}"#]
    {
        let page = reader(stage);
        let url = stage.course().url("study/drill.html");
        page.goto(&url);
        asked(&page);
        page.run(&format!("localStorage.setItem('guide-study', {})", Value::from(damaged)));
        page.reload();
        assert_eq!(asked(&page), "What about moves?");
        page.wait_for("document.querySelector('.study-status p')");
        assert!(said(&page)[0].contains("was damaged"), "{:?}", said(&page));
        let aside: Vec<String> = page.eval(
            "Object.keys(localStorage).filter(name => name.startsWith('guide-study-damaged')).map(name => localStorage.getItem(name))",
        );
        assert_eq!(aside, [damaged]);
        grade(&page, 3);
        page.reload();
        assert_eq!(asked(&page), "What about borrows?");
        assert!(said(&page).is_empty(), "{:?}", said(&page));
    }
}

fn newer_data_is_left_alone(stage: &Stage) {
    let page = reader(stage);
    let newer = r#"{"version":2,"cards":"elsewhere"}"#;
    page.goto(&stage.course().url("study/drill.html"));
    asked(&page);
    page.run(&format!("localStorage.setItem('guide-study', {})", Value::from(newer)));
    page.reload();
    grade(&page, 3);
    assert_eq!(asked(&page), "What about borrows?", "the drill goes on");
    let lines = said(&page);
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("newer version"), "{lines:?}");
    assert_eq!(page.eval::<String>("localStorage.getItem('guide-study')"), newer);
}

fn a_wrong_change_is_refused(stage: &Stage) {
    let page = reader(stage);
    page.goto(&stage.course().url("study/drill.html"));
    grade(&page, 3);
    let before = stored(&page);
    let refused: String = page.eval(
        "(() => { try { guideModules.state.change(state => { state.settings.hours = NaN; }); } catch (error) { return error.message; } })()",
    );
    assert!(refused.starts_with("settings, hours: expected a number from 0 to 24"), "{refused}");
    assert_eq!(stored(&page), before);
    assert_ne!(before["reviews"], json!({}));
}
