//! The ready-made plans: what to do on each day before an interview, for a reader of whom nothing is known.
//!
//! `theme/study/planner.js` makes the plan of one reader in the same way. A test in the browser compares the
//! two.

use super::{Catalog, Reading, Row};
use crate::book::Level;

/// How long a card of the drill takes.
pub const CARD_MINUTES: usize = 2;
/// A card comes back so many days after its question was read, so many after that, and so on: what the drill
/// does with one that is known.
const REPEATS: [usize; 4] = [2, 11, 46, 163];
/// Less new material a day than this is no plan, however far away the interview is.
const LEAST_PACE: usize = 30;
/// The time that a ready-made plan has, each day.
const MINUTES: usize = 120;
/// The level that a ready-made plan prepares for.
const LEVEL: Level = Level::Senior;

/// The days of a plan, and what they have no time for.
#[derive(Debug)]
pub struct Plan<'catalog> {
    /// Up to the day before the interview.
    pub days: Vec<Day<'catalog>>,
    /// What does not fit, likeliest first.
    pub left_out: Vec<Entry<'catalog>>,
}

/// What to do on one day.
#[derive(Debug, Default)]
pub struct Day<'catalog> {
    /// How many cards of the drill will be due, or how many of the weakest there is time for.
    pub cards: usize,
    /// Whether the cards are the weakest, because it is the last day.
    pub repeats_weakest: bool,
    /// What to read.
    pub entries: Vec<Entry<'catalog>>,
    /// The closing lists of chapters to reread.
    pub summaries: Vec<&'catalog Reading>,
}

impl Day<'_> {
    /// How long all of it takes.
    #[must_use]
    pub fn minutes(&self) -> usize {
        let entries: usize = self.entries.iter().map(Entry::minutes).sum();
        entries + length(&self.summaries) + self.cards * CARD_MINUTES
    }
}

/// Something to read.
#[derive(Debug, Clone, Copy)]
pub enum Entry<'catalog> {
    /// A page without questions.
    Page(&'catalog Reading),
    /// A question.
    Question(&'catalog Row),
    /// A puzzle.
    Puzzle(&'catalog Row),
}

impl Entry<'_> {
    /// Whether it is a puzzle.
    #[must_use]
    pub fn is_puzzle(&self) -> bool {
        matches!(self, Self::Puzzle(_))
    }

    fn minutes(&self) -> usize {
        match self {
            Self::Page(page) => page.minutes,
            Self::Question(row) | Self::Puzzle(row) => row.minutes,
        }
        .min(MINUTES)
    }
}

/// The plan for so many days, one or more.
#[must_use]
pub fn ready_made(catalog: &Catalog, days: usize) -> Plan<'_> {
    // On the last day nothing is new, unless everything is.
    if days == 1 {
        let summaries = summaries(catalog, |_| true);
        let mut plan = fit(catalog, 1, MINUTES - length(&summaries));
        plan.days[0].summaries = summaries;
        return plan;
    }
    let mut plan = fit(catalog, days - 1, MINUTES);
    let last = last_day(catalog, &plan.days);
    plan.days.push(last);
    plan
}

/// An entry with what decides when it is read, and whether.
#[derive(Debug, Clone, Copy)]
struct Item<'catalog> {
    entry: Entry<'catalog>,
    /// How unlikely it is that this is asked: 0 at the reader's level and just below it.
    unlikely: usize,
    /// What comes before what: the start and the core of the language; above the reader's level, last.
    group: usize,
    /// Its place in the book.
    index: usize,
}

fn items(catalog: &Catalog) -> Vec<Item<'_>> {
    let pages = catalog.pages.iter().map(|page| (Entry::Page(page), 0, 0));
    let questions =
        catalog.questions.iter().map(|row| (Entry::Question(row), unlikely(row.level), group(row)));
    let puzzles =
        catalog.puzzles.iter().map(|row| (Entry::Puzzle(row), unlikely(row.level), group(row)));
    let item = |(index, (entry, unlikely, group))| Item { entry, unlikely, group, index };
    pages.chain(questions).chain(puzzles).enumerate().map(item).collect()
}

fn unlikely(level: Level) -> usize {
    let (level, reader) = (level as usize, LEVEL as usize);
    if level > reader { (level - reader) * 4 } else { (reader - level).saturating_sub(1) }
}

fn group(row: &Row) -> usize {
    let place = match row.part.as_str() {
        "start" => 1,
        "core" => 2,
        _ => 3,
    };
    if row.level > LEVEL { place + 3 } else { place }
}

/// Spreads everything evenly over the days. When it does not fit, the least likely is left out.
fn fit(catalog: &Catalog, days: usize, minutes: usize) -> Plan<'_> {
    let mut kept = items(catalog);
    kept.sort_by_key(|item| (item.unlikely, item.entry.is_puzzle(), item.index));
    let mut left_out = Vec::new();
    while fill(&in_order(&kept), days, minutes, minutes).is_none() {
        left_out.extend(kept.pop().map(|item| item.entry));
    }
    left_out.reverse();
    let queue = in_order(&kept);
    let mut paces = LEAST_PACE.min(minutes)..;
    let days = paces.find_map(|pace| fill(&queue, days, minutes, pace)).unwrap_or_default();
    Plan { days, left_out }
}

/// The order of study, with the puzzles spread over the questions.
fn in_order<'catalog>(items: &[Item<'catalog>]) -> Vec<Entry<'catalog>> {
    let mut sorted = items.to_vec();
    sorted.sort_by_key(|item| (item.group, item.index));
    let entries = sorted.into_iter().map(|item| item.entry);
    let (mut puzzles, others): (Vec<_>, Vec<_>) = entries.partition(Entry::is_puzzle);
    let (count, all) = (others.len(), puzzles.len());
    let mut queue = Vec::new();
    for (index, entry) in others.into_iter().enumerate() {
        queue.push(entry);
        let placed = all - puzzles.len();
        queue.extend(puzzles.drain(..(index + 1) * all / count - placed));
    }
    queue.extend(puzzles);
    queue
}

/// The days with at most `pace` minutes of new material each, unless one entry alone is longer, and `minutes`
/// in all; nothing when the queue does not fit. Cards that are due come first, but leave room to read.
fn fill<'catalog>(
    mut queue: &[Entry<'catalog>],
    days: usize,
    minutes: usize,
    pace: usize,
) -> Option<Vec<Day<'catalog>>> {
    let mut due = Due::new(days);
    let mut filled = Vec::new();
    for day in 0..days {
        let reserve = queue.first().map_or(0, |next| next.minutes().max(minutes.div_ceil(2)));
        let cards = due.see(day, minutes.saturating_sub(reserve) / CARD_MINUTES);
        let room = minutes - cards * CARD_MINUTES;
        let count = portion(queue, room, pace);
        let (entries, rest) = queue.split_at(count);
        for _ in entries.iter().filter(|entry| matches!(entry, Entry::Question(_))) {
            due.add(day, 0);
        }
        filled.push(Day { cards, entries: entries.to_vec(), ..Day::default() });
        queue = rest;
    }
    queue.is_empty().then_some(filled)
}

/// How many entries fit into a day.
fn portion(queue: &[Entry<'_>], room: usize, pace: usize) -> usize {
    let mut fresh = 0;
    let fits = |(index, entry): &(usize, &Entry<'_>)| {
        fresh += entry.minutes();
        fresh <= if *index == 0 { room } else { room.min(pace) }
    };
    queue.iter().enumerate().take_while(fits).count()
}

/// For each day the cards that come back on it, each as the number of times that it came back before.
struct Due(Vec<Vec<usize>>);

impl Due {
    fn new(days: usize) -> Self {
        Self(vec![Vec::new(); days + 1])
    }

    /// A card that was seen on that day comes back.
    fn add(&mut self, day: usize, times: usize) {
        let back = REPEATS.get(times).and_then(|repeat| self.0.get_mut(day + repeat));
        if let Some(cards) = back {
            cards.push(times);
        }
    }

    /// Sees up to `most` cards on that day, and leaves the others to the next. Returns how many were seen.
    fn see(&mut self, day: usize, most: usize) -> usize {
        let mut cards = std::mem::take(&mut self.0[day]);
        let waiting = cards.split_off(most.min(cards.len()));
        self.0[day + 1].splice(0..0, waiting);
        for &times in &cards {
            self.add(day, times + 1);
        }
        cards.len()
    }
}

/// What the chapters read say in short, and the weakest cards.
fn last_day<'catalog>(catalog: &'catalog Catalog, days: &[Day<'catalog>]) -> Day<'catalog> {
    let read: Vec<&Row> = days
        .iter()
        .flat_map(|day| &day.entries)
        .filter_map(|entry| match entry {
            Entry::Question(row) => Some(*row),
            Entry::Page(_) | Entry::Puzzle(_) => None,
        })
        .collect();
    let has_questions = |chapter: &str| catalog.questions.iter().any(|row| row.chapter == chapter);
    let is_known =
        |chapter: &str| !has_questions(chapter) || read.iter().any(|row| row.chapter == chapter);
    let summaries = summaries(catalog, is_known);
    let cards = read.len().min((MINUTES - length(&summaries)) / CARD_MINUTES);
    Day { cards, repeats_weakest: true, summaries, ..Day::default() }
}

/// The summaries of the likeliest chapters, for half of the time at most, in the order of the book.
fn summaries(catalog: &Catalog, is_wanted: impl Fn(&str) -> bool) -> Vec<&Reading> {
    let chance = |summary: &Reading| {
        let rows = catalog.questions.iter().filter(|row| row.chapter == summary.chapter);
        rows.map(|row| unlikely(row.level)).min().unwrap_or(usize::MAX)
    };
    let wanted = catalog.summaries.iter().filter(|summary| is_wanted(&summary.chapter));
    let mut ranked: Vec<_> = wanted.enumerate().collect();
    ranked.sort_by_key(|&(index, summary)| (chance(summary), index));
    while ranked.iter().map(|(_, summary)| summary.minutes).sum::<usize>() > MINUTES / 2 {
        ranked.pop();
    }
    ranked.sort_by_key(|&(index, _)| index);
    ranked.into_iter().map(|(_, summary)| summary).collect()
}

fn length(readings: &[&Reading]) -> usize {
    readings.iter().map(|reading| reading.minutes).sum()
}
