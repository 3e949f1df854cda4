//! A small book with study pages, whose questions are known, and a reader's calendar.

use crate::book::{Book, read, repository};
use crate::driver::Page;
use crate::stage::{Site, Stage};

/// Questions of the part `core`, in order.
pub(crate) const CORE: [(&str, &str); 3] =
    [("moves", "junior"), ("borrows", "senior"), ("lifetimes", "senior")];
/// Questions of the part `systems`.
const SYSTEMS: [(&str, &str); 2] = [("journals", "senior"), ("snapshots", "staff")];

const SUMMARY: &str = "# Summary

[Introduction](start/introduction.md)

# Study

- [Drill](study/drill.md)
- [Progress](study/progress.md)

# Core language

- [Ownership](core/ownership.md)

# Systems

- [Storage](systems/storage.md)
";

/// The book, to be changed and built again.
pub(crate) struct Course {
    book: Book,
}

impl Course {
    /// The book with all of its questions.
    pub(crate) fn new() -> Self {
        let book = Book::new();
        book.write("src/SUMMARY.md", SUMMARY);
        book.write("src/start/introduction.md", "# Introduction\n\nHello.\n");
        for tool in ["drill", "progress"] {
            let page = repository().join(format!("src/study/{tool}.md"));
            let page = read(&page).replace("(questions.md)", "(../core/ownership.md)");
            book.write(&format!("src/study/{tool}.md"), &page);
        }
        let course = Self { book };
        course.write("core/ownership", "Ownership", &CORE);
        course.write("systems/storage", "Storage", &SYSTEMS);
        course
    }

    /// Writes a chapter with these questions and levels.
    pub(crate) fn write(&self, path: &str, title: &str, questions: &[(&str, &str)]) {
        let questions: String = questions.iter().map(|(id, level)| question(id, level)).collect();
        self.book.write(&format!("src/{path}.md"), &format!("# {title}\n\n{questions}"));
    }

    /// Builds the book and serves it.
    pub(crate) fn site(&self) -> Site {
        Site::built(self.book.root())
    }

    /// Builds it anew where a site of it is served.
    pub(crate) fn upgrade(&self, site: &Site) {
        guide::site::build(self.book.root(), &site.directory()).expect("a site");
    }
}

fn question(id: &str, level: &str) -> String {
    format!(
        "## What about {id}? {{#{id} .{level}}}\n\n```admonish say\nThe answer on {id}.\n```\n\n\
         ```rust\nfn main() {{}} // {id}\n```\n\n"
    )
}

/// Sets the reader's calendar in all documents loaded from now on. The hours from noon pass as ever.
pub(crate) fn on(page: &Page, day: &str) {
    page.before_load(&format!(
        "globalThis.RealDate ??= Date;
        globalThis.Date = class Date extends RealDate {{
            constructor(...parts) {{ parts.length ? super(...parts) : super(Date.now()); }}
            static now() {{ return RealDate.parse('{day}T12:00') + RealDate.now() % 21_600_000; }}
        }};"
    ));
}

/// A page for a reader who was never here, on Saturday, November 21, 2026.
pub(crate) fn reader(stage: &Stage) -> Page {
    let page = stage.page();
    on(&page, "2026-11-21");
    page
}

/// The question that the drill asks, once it asks one or says that it is done.
#[track_caller]
pub(crate) fn asked(page: &Page) -> String {
    page.wait_for("document.querySelector('.drill-question')");
    page.eval("document.querySelector('.drill-question').innerText")
}

/// Shows the answer and grades it, from 1 to 4, with the mouse.
#[track_caller]
pub(crate) fn grade(page: &Page, rating: usize) {
    let before =
        page.eval::<usize>("Object.values(guideModules.state.read().reviews).flat().length");
    page.click_text("Show the answer");
    page.click(&format!(".grade:nth-child({rating})"));
    page.wait_for(&format!(
        "Object.values(guideModules.state.read().reviews).flat().length > {before}"
    ));
}

/// What is stored of the reader's study.
pub(crate) fn stored(page: &Page) -> serde_json::Value {
    page.eval("JSON.parse(localStorage.getItem('guide-study'))")
}

/// Stores reviews as `{ id: [[days ago, rating], …] }` and settings, as if made earlier.
#[track_caller]
pub(crate) fn remember(page: &Page, reviews: &str, settings: &str) {
    page.run(&format!(
        "(() => {{
            const then = ([days, rating]) => [Date.now() - days * 86_400_000, rating];
            const reviews = Object.entries({reviews}).map(([id, list]) => [id, list.map(then)]);
            localStorage.setItem('guide-study', JSON.stringify({{
                version: 1, generation: 0, settings: {settings}, reviews: Object.fromEntries(reviews),
                puzzles: {{}}, plan: null, mocks: [], edits: {{}}, changed: {{}},
            }}));
        }})()"
    ));
    page.reload();
}
