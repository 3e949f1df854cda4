//! What the server shows at the moment, shared between the builder and the requests.

use std::collections::BTreeMap;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::Serialize;

use super::pages::Pages;
use crate::book::Sample;
use crate::check::Outcome;

/// The state of the server, with a bell that rings when it changes.
pub(super) struct State {
    shown: Mutex<Shown>,
    changed: Condvar,
}

struct Shown {
    pages: Arc<Pages>,
    news: News,
    /// What has been found out about samples, by file and line.
    verdicts: BTreeMap<String, Verdicts>,
    /// The build whose lines the verdicts are about; until it is the newest, they are about other lines.
    judged: u128,
}

/// The outcomes of a file's samples by the lines of their opening fences.
pub(super) type Verdicts = BTreeMap<usize, Outcome>;

/// What an open page wants to know.
#[derive(Debug, Clone, Serialize)]
pub(super) struct News {
    /// Grows with every change.
    pub(super) version: u128,
    /// The version at which the pages last changed. A page that shows another must be reloaded.
    pub(super) build: u128,
    /// What is wrong with the book.
    pub(super) problems: Vec<String>,
    /// What has been found out about the samples of the chapter in question; the others are being checked.
    pub(super) verdicts: Verdicts,
}

impl Default for State {
    /// Versions start at the time, so that a page left open never takes a new server for its old one.
    fn default() -> Self {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
        let news =
            News { version: now, build: now, problems: Vec::new(), verdicts: Verdicts::new() };
        let pages = Arc::new(Pages::default());
        let shown = Shown { pages, news, verdicts: BTreeMap::new(), judged: now };
        Self { shown: Mutex::new(shown), changed: Condvar::new() }
    }
}

impl Shown {
    fn news_of(&self, file: &str) -> News {
        let verdicts = self.verdicts.get(file).filter(|_| self.judged == self.news.build);
        News { verdicts: verdicts.cloned().unwrap_or_default(), ..self.news.clone() }
    }
}

impl State {
    /// Shows new pages, of which nothing bad is known yet.
    pub(super) fn publish(&self, pages: Pages) {
        self.change(|shown| {
            shown.pages = Arc::new(pages);
            shown.news.build = shown.news.version;
            shown.news.problems.clear();
        });
    }

    /// Shows what is wrong, over the pages as they are.
    pub(super) fn report(&self, problems: Vec<String>) {
        self.change(|shown| shown.news.problems = problems);
    }

    /// The pages and the build they are from.
    pub(super) fn pages(&self) -> (Arc<Pages>, u128) {
        let shown = self.lock();
        (Arc::clone(&shown.pages), shown.news.build)
    }

    /// Keeps the verdicts on the files that `is_kept` names; they hold for the pages as they are now.
    pub(super) fn keep_verdicts(&self, is_kept: impl Fn(&str) -> bool) {
        self.change(|shown| {
            shown.verdicts.retain(|file, _| is_kept(file));
            shown.judged = shown.news.build;
        });
    }

    /// Shows what has been found out about a sample.
    pub(super) fn settle(&self, sample: &Sample, outcome: &Outcome) {
        self.change(|shown| {
            let verdicts = shown.verdicts.entry(sample.file.clone()).or_default();
            verdicts.insert(*sample.lines.start(), outcome.clone());
        });
    }

    /// What has been found out about the samples of a file.
    pub(super) fn verdicts(&self, file: &str) -> Verdicts {
        self.lock().verdicts.get(file).cloned().unwrap_or_default()
    }

    /// What has happened since `version`, to the samples of `file` among other things; waits for something
    /// to happen, but not longer than `patience`.
    pub(super) fn news_after(&self, version: u128, file: &str, patience: Duration) -> News {
        let is_old = |shown: &mut Shown| shown.news.version <= version;
        let waited = self.changed.wait_timeout_while(self.lock(), patience, is_old);
        let (shown, _) = waited.unwrap_or_else(PoisonError::into_inner);
        shown.news_of(file)
    }

    fn change(&self, change: impl FnOnce(&mut Shown)) {
        let mut shown = self.lock();
        shown.news.version += 1;
        change(&mut shown);
        self.changed.notify_all();
    }

    fn lock(&self) -> MutexGuard<'_, Shown> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
