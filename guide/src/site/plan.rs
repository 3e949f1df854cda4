//! The ready-made plans as HTML, for readers without JavaScript and on paper. `theme/study/plan.js` shows a
//! plan of the reader's own with the same elements.

use std::sync::LazyLock;

use mdbook_core::utils::escape_html;
use regex::{Captures, Regex};

use crate::study::{CARD_MINUTES, Catalog, Day, Entry, Plan, Reading, Row, ready_made};

static PLACE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r#"<div data-plan="([1-9]\d?)"></div>"#).expect("a valid pattern"));

/// Puts the plan where a page keeps a place for one of so many days.
pub(super) fn fill_in(page: &str, catalog: &Catalog) -> String {
    let fill = |place: &Captures<'_>| {
        let days = place[1].parse().expect("one or two digits");
        plan(&ready_made(catalog, days), days)
    };
    PLACE.replace_all(page, fill).into_owned()
}

fn plan(plan: &Plan<'_>, count: usize) -> String {
    let days: String = plan.days.iter().zip(1..).map(|(each, number)| day(each, number)).collect();
    let left_out = left_out(&plan.left_out);
    format!("<div class=\"plan\" data-plan=\"{count}\">\n{days}{left_out}</div>\n")
}

fn day(day: &Day<'_>, number: usize) -> String {
    let time = time(day.minutes());
    let tasks = [cards(day), entries(&day.entries), summaries(&day.summaries)].concat();
    format!(
        "<section class=\"plan-day\"><h2>Day {number} <span class=\"plan-time\">{time}</span></h2>\n\
         <ul class=\"plan-tasks\">\n{tasks}</ul></section>\n"
    )
}

fn cards(day: &Day<'_>) -> String {
    let Day { cards, repeats_weakest, .. } = day;
    if *cards == 0 {
        return String::new();
    }
    let which = if *repeats_weakest { "the weakest" } else { "about" };
    let time = time(cards * CARD_MINUTES);
    format!(
        "<li><a href=\"drill.html?only=due\">Drill</a>: {which} {} <span class=\"plan-time\">{time}</span></li>\n",
        counted(*cards, "card")
    )
}

fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}

/// What is to be read below the titles of its chapters, then the puzzles.
fn entries(entries: &[Entry<'_>]) -> String {
    let mut sorted = entries.to_vec();
    sorted.sort_by_key(Entry::is_puzzle);
    let groups = sorted.chunk_by(|one, next| chapter(one) == chapter(next));
    let group = |group: &[Entry<'_>]| {
        let items: String = group.iter().map(entry).collect();
        format!("<li>{}<ul class=\"plan-list\">\n{items}</ul></li>\n", chapter(&group[0]))
    };
    groups.map(group).collect()
}

fn chapter(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Page(_) => "Read first".to_owned(),
        Entry::Puzzle(_) => "Puzzles".to_owned(),
        Entry::Question(Row { chapter, chapter_title, .. }) => {
            format!("<a href=\"../{chapter}.html\">{}</a>", escape_html(chapter_title))
        }
    }
}

fn entry(entry: &Entry<'_>) -> String {
    match entry {
        Entry::Page(Reading { title, url, minutes, .. }) => item(url, title, "", *minutes),
        Entry::Question(row) | Entry::Puzzle(row) => {
            let Row { title, url, level, minutes, .. } = row;
            let level = format!(" <span class=\"level level-{level}\">{level}</span>");
            item(url, title, &level, *minutes)
        }
    }
}

fn item(url: &str, title: &str, level: &str, minutes: usize) -> String {
    let time = time(minutes);
    format!(
        "<li class=\"plan-item\"><a href=\"../{url}\">{title}</a>{level} \
         <span class=\"plan-time\">{time}</span></li>\n"
    )
}

fn summaries(summaries: &[&Reading]) -> String {
    if summaries.is_empty() {
        return String::new();
    }
    let item = |summary: &&Reading| item(&summary.url, &summary.title, "", summary.minutes);
    let items: String = summaries.iter().map(item).collect();
    format!("<li>The chapters in short<ul class=\"plan-list\">\n{items}</ul></li>\n")
}

fn left_out(entries: &[Entry<'_>]) -> String {
    if entries.is_empty() {
        return String::new();
    }
    let puzzles = entries.iter().filter(|entry| entry.is_puzzle()).count();
    let kinds = [(entries.len() - puzzles, "question"), (puzzles, "puzzle")];
    let kinds = kinds.iter().filter(|(count, _)| *count > 0);
    let kinds: Vec<String> = kinds.map(|(count, noun)| counted(*count, noun)).collect();
    let kinds = kinds.join(" and ");
    format!("<p>No time for {kinds}: the least likely to be asked.</p>\n")
}

fn time(minutes: usize) -> String {
    match (minutes / 60, minutes % 60) {
        (0, minutes) => format!("{minutes} min"),
        (hours, 0) => format!("{hours} h"),
        (hours, minutes) => format!("{hours} h {minutes} min"),
    }
}
