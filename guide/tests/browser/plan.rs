//! The plan, for the reader's own date and ready-made.

use serde::Deserialize;

use crate::driver::Page;
use crate::stage::Stage;
use crate::{Test, tests};

pub(crate) const TESTS: &[Test] = tests![
    every_day_up_to_the_interview_keeps_to_the_hours,
    what_is_done_leaves_the_plan,
    what_is_done_today_is_checked_off,
    a_missed_day_is_spread_over_those_left,
    on_the_day_of_the_interview_nothing_is_new,
    the_last_day_repeats_the_weakest,
    a_day_that_is_past_is_refused_in_plain_words,
    the_address_carries_the_plan,
    on_paper_there_is_only_the_plan,
    the_ready_made_plans_are_what_the_tool_plans,
    cards_come_back_as_the_drill_says,
    without_scripts_there_are_the_ready_made_plans,
];

/// A day as the page shows it.
#[derive(Debug, PartialEq, Deserialize)]
struct Day {
    name: String,
    minutes: u32,
    drill: String,
    weakest: Vec<String>,
    items: Vec<String>,
    done: Vec<String>,
}

const DAYS: &str = "[...document.querySelectorAll('.plan-day')].map(day => {
    const items = selector => [...day.querySelectorAll(selector)].map(a => a.href.split('/').slice(-2).join('/'));
    const time = day.querySelector('h2 .plan-time')?.innerText ?? '';
    const [, hours, minutes] = time.match(/^(?:(\\d+) h)? ?(?:(\\d+) min)?$/);
    return {
        name: day.querySelector('h2').childNodes[0].textContent.trim(),
        minutes: Number(hours ?? 0) * 60 + Number(minutes ?? 0),
        drill: day.querySelector('a[href*=\"drill.html\"]')?.parentElement.childNodes[1].textContent.trim() ?? '',
        weakest: items('.plan-weakest a'),
        items: items('.plan-list:not(.plan-weakest) .plan-item > a'),
        done: items('.plan-item[data-done] > a'),
    };
})";

/// The tenth of June, at noon: a Monday.
const TODAY: &str = "2030-06-10";

/// Has the clock stand still at noon of a day.
fn stop_clock(page: &Page, day: &str) {
    page.before_load(&format!(
        "{{ const Real = Date, now = Real.parse('{day}T12:00:00');
        globalThis.Date = class extends Real {{
            constructor(...parts) {{ if (parts.length > 0) super(...parts); else super(now); }}
            static now() {{ return now; }}
        }}; }}"
    ));
}

fn new_reader(stage: &Stage) -> Page {
    let page = stage.page();
    stop_clock(&page, TODAY);
    page
}

fn open(page: &Page, stage: &Stage, query: &str) {
    page.goto(&stage.guide().url(&format!("study/plan.html{query}")));
    page.wait_for("document.querySelector('.plan-form')");
}

/// Fills the form in, and has the plan made.
fn make(page: &Page, interview: &str, hours: &str) {
    page.set("[name=interview]", interview);
    page.set("[name=hours]", hours);
    page.click_text("Make the plan");
}

fn days(page: &Page) -> Vec<Day> {
    page.wait_for("document.querySelector('.plan-day')");
    page.eval(DAYS)
}

/// Records that a question was rated good, `days` before now.
fn review(page: &Page, id: &str, days: u32) {
    page.run(&format!("guideModules.state.record('{id}', 3, Date.now() - {days} * 86400000)"));
}

fn every_day_up_to_the_interview_keeps_to_the_hours(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    let mut lengths = Vec::new();
    for (hours, minutes) in [("1", 60), ("4", 240)] {
        make(&page, "2030-06-20", hours);
        let days = days(&page);
        assert_eq!(days.len(), 11, "{days:#?}");
        assert_eq!(days[0].name, "Today, Mon, Jun 10");
        assert_eq!(days[10].name, "Thu, Jun 20: the interview");
        for day in &days[..10] {
            assert!(day.minutes > 0 && day.minutes <= minutes, "{hours} h: {day:#?}");
        }
        lengths.push(days.iter().map(|day| day.items.len()).sum::<usize>());
        let is_cut = page.text().contains("No time for");
        assert_eq!(is_cut, hours == "1", "{hours} h: {}", page.text());
    }
    assert!(lengths[0] < lengths[1], "{lengths:?}");
}

fn what_is_done_leaves_the_plan(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "?interview=2030-06-20&hours=2&role=any&level=senior");
    let before = days(&page);
    let known = "core/ownership.html#ownership-rules";
    assert!(before.iter().any(|day| day.items.iter().any(|item| item == known)), "{before:#?}");
    assert_eq!(before[1].drill, "", "nothing is known yet");
    review(&page, "ownership-rules", 2);
    page.reload();
    let after = days(&page);
    assert!(!after.iter().any(|day| day.items.iter().any(|item| item == known)), "{after:#?}");
    assert_eq!(after[0].drill, ": 1 card", "the card is due");
}

fn what_is_done_today_is_checked_off(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "?interview=2030-06-20&hours=2&role=any&level=senior");
    let before = days(&page);
    let today = before[0].items.last().expect("something to read").clone();
    let later = before[5].items.last().expect("something to read").clone();
    for item in [&today, &later] {
        review(&page, item.split_once('#').expect("a question").1, 0);
    }
    let after = days(&page);
    assert_eq!(after[0].done, [today, later.clone()], "{:#?}", after[0]);
    assert!(!after[5].items.contains(&later), "{:#?}", after[5]);
    assert_eq!(after[0].items[..before[0].items.len()], before[0].items, "today's list stays");
    assert!(page.text().contains("Done:"), "those who listen hear it");
}

fn a_missed_day_is_spread_over_those_left(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    make(&page, "2030-06-20", "2");
    let planned = days(&page);
    let entries = |days: &[Day]| -> Vec<String> {
        let items = days.iter().flat_map(|day| day.items.clone());
        items.filter(|item| item.contains('#') && !item.contains("morning")).collect()
    };
    let mut missed = entries(&planned[..2]);
    let is_puzzle = |item: &String| item.starts_with("practice/");
    let kept = missed.iter().position(|item| !is_puzzle(item)).expect("a question");
    let kept = missed.remove(kept);
    review(&page, kept.split_once('#').expect("a question").1, 0);
    let later = page.another();
    stop_clock(&later, "2030-06-12");
    open(&later, stage, "");
    let days = days(&later);
    assert_eq!(days.len(), 9, "{days:#?}");
    let all = entries(&days);
    assert!(missed.iter().all(|item| all.contains(item)), "{missed:#?}\n{days:#?}");
    assert!(!all.contains(&kept));
    assert!(days.iter().all(|day| day.minutes <= 120), "{days:#?}");
    let puzzles = missed.iter().filter(|item| is_puzzle(item)).count();
    let said = format!(
        "Planned for earlier days and not done: {} questions and {puzzles} puzzles. They are spread over the 7 \
         days left.",
        missed.len() - puzzles
    );
    assert!(later.text().contains(&said), "{said}\n{}", later.text());
}

fn on_the_day_of_the_interview_nothing_is_new(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    review(&page, "ownership-rules", 3);
    make(&page, TODAY, "2");
    let days = days(&page);
    assert_eq!(days.len(), 1, "{days:#?}");
    assert_eq!(days[0].name, "Today, Mon, Jun 10: the interview");
    assert!(page.text().contains("The interview is today: nothing new."), "{}", page.text());
    assert!(days[0].items.iter().all(|item| item.ends_with("morning-of-the-interview")));
    assert!(days[0].items.iter().any(|item| item.starts_with("core/ownership.html")));
}

fn the_last_day_repeats_the_weakest(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    review(&page, "ownership-rules", 3);
    page.run("guideModules.state.record('move-vs-copy', 1, Date.now() - 3 * 86400000)");
    make(&page, "2030-06-11", "1");
    let days = days(&page);
    assert_eq!(days.len(), 2, "{days:#?}");
    assert_eq!(days[0].drill, ": the weakest 2 cards");
    let weakest = ["core/ownership.html#move-vs-copy", "core/ownership.html#ownership-rules"];
    assert_eq!(days[0].weakest, weakest, "{days:#?}");
    assert!(days[0].items.iter().all(|item| item.ends_with("morning-of-the-interview")));
}

fn a_day_that_is_past_is_refused_in_plain_words(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    make(&page, "2030-06-09", "2");
    page.wait_for_text("Sun, Jun 9 is past. Choose today or a later day.");
    assert!(page.eval::<bool>("document.querySelector('.plan-day') === null"));
    assert!(page.eval::<bool>("document.activeElement.name === 'interview'"));
    assert!(page.eval::<bool>("guideModules.state.read().settings.interview === null"));
    make(&page, "2030-06-12", "2");
    assert_eq!(days(&page).len(), 3);
    assert!(!page.text().contains("is past"), "{}", page.text());
}

fn the_address_carries_the_plan(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    page.set(".plan-form [name=role]", "storage");
    page.set(".plan-form [name=level]", "mid");
    make(&page, "2030-06-15", "1.5");
    let made = days(&page);
    let query: String = page.eval("location.search");
    assert_eq!(query, "?interview=2030-06-15&hours=1.5&role=storage&level=mid");

    let other = new_reader(stage);
    open(&other, stage, &query);
    assert_eq!(days(&other), made);
    let own = "guideModules.state.read().settings.interview";
    assert!(other.eval::<bool>(&format!("{own} === null")), "a link changes nothing");
    other.click_text("Make it mine");
    other.wait_for(&format!("{own} === '2030-06-15'"));
    open(&other, stage, "");
    assert_eq!(days(&other), made, "it is remembered");
}

fn on_paper_there_is_only_the_plan(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "?interview=2030-06-15&hours=1&role=any&level=staff");
    page.wait_for("document.querySelector('.plan-day')");
    page.on_paper();
    let shown =
        "selector => [...document.querySelectorAll(selector)].some(e => e.checkVisibility())";
    for control in ["main button", "main input", "main select", ".plan-left-out li"] {
        assert!(!page.eval::<bool>(&format!("({shown})('{control}')")), "{control}");
    }
    for part in [".plan-summary", ".plan-day .plan-item", ".plan-left-out summary"] {
        assert!(page.eval::<bool>(&format!("({shown})('{part}')")), "{part}");
    }
}

fn the_ready_made_plans_are_what_the_tool_plans(stage: &Stage) {
    for (count, interview) in
        [(14, "2030-06-24"), (7, "2030-06-17"), (3, "2030-06-13"), (1, "2030-06-11")]
    {
        let page = new_reader(stage);
        open(&page, stage, &format!("?interview={interview}&hours=2&role=any&level=senior"));
        let mut planned = days(&page);
        planned.pop();
        page.goto(&stage.guide().url(&format!("study/plan-{count}.html")));
        let ready_made = days(&page);
        assert_eq!(ready_made.len(), count);
        for (number, (planned, ready_made)) in (1..).zip(planned.into_iter().zip(ready_made)) {
            assert_eq!(ready_made.name, format!("Day {number}"));
            assert_eq!(
                ready_made,
                Day { name: ready_made.name.clone(), ..planned },
                "{count} days"
            );
        }
    }
}

fn cards_come_back_as_the_drill_says(stage: &Stage) {
    let page = new_reader(stage);
    open(&page, stage, "");
    let repeats: Vec<u32> = page.eval("[...guideModules.planner.repeats]");
    let drilled: Vec<u32> = page.eval(
        "(() => {
            const { memory } = guideModules.fsrs, reviews = [], intervals = [];
            for (let day = 20000; intervals.length < guideModules.planner.repeats.length;) {
                reviews.push([new Date(day * 86400000 + 43200000).getTime(), 3]);
                const { due, last } = memory(reviews);
                intervals.push(due - last);
                day += due - last;
            }
            return intervals;
        })()",
    );
    assert_eq!(repeats, drilled);
}

fn without_scripts_there_are_the_ready_made_plans(stage: &Stage) {
    let page = stage.page();
    page.javascript(false);
    page.goto(&stage.guide().url("study/plan.html"));
    page.click_text("7");
    page.wait_for_text("A plan of 7 days");
    let days: Vec<Day> = page.eval(DAYS);
    assert_eq!(days.len(), 7);
    assert!(days[1].items.iter().any(|item| item.starts_with("core/")), "{days:#?}");
}
